"""Reading an alignment: what a shift can change, which map is good at what, what went wrong."""

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu import zoo
from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Mistake, random
from dalle_edu.data.pictures import to_network
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.world import describe, render, sample


def _searches() -> list[tuple]:
    randn, cases = random(45), []
    for b, m, d in ((2, 3, 4), (4, 4, 3), (5, 2, 6)):
        q, g = (x / x.norm(dim=1, keepdim=True) for x in (randn(b, d), randn(m, d)))
        cases.append((q, g, 0.7 * randn(d), 0.6 * randn(d)))
    return cases


def _changes_by_difference(q: Tensor, g: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return (q + a) @ (g + b).T - q @ g.T, torch.stack([item.dot(a) for item in g])


def _moved(q: Tensor, g: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return (q @ b)[:, None] + g @ a + a @ b, g @ a


def _normalised(q: Tensor, g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return F.normalize(q + a, dim=1) @ F.normalize(g + b, dim=1).T - q @ g.T


changes = Build(
    "4.9",
    _changes_by_difference,
    _searches,
    (
        Mistake(
            lambda q, g, a, b: tuple(-x for x in _moved(q, g, a, b)),
            "The sign is turned: score after minus score before.",
        ),
        Mistake(
            lambda q, g, a, b: _moved(q, g, b, a),
            "The shifts are exchanged: a moves the queries, b the gallery.",
        ),
        Mistake(
            lambda q, g, a, b: (_moved(q, g, a, b)[0] - a @ b, g @ a),
            "One term of the product is lost: the two shifts meet each other too, a.b.",
        ),
        Mistake(
            lambda q, g, a, b: (_normalised(q, g, a, b), g @ a),
            "You made the shifted vectors length one again: then each is divided by a length of "
            "its own, and the argument is lost. Here nothing is re-normalised.",
        ),
        Mistake(
            lambda q, g, a, b: ((q + a) @ (g + b).T, g @ a),
            "Those are the scores after the shifts: subtract the scores before.",
        ),
        Mistake(
            lambda q, g, a, b: (_moved(q, g, a, b)[0], g @ a + a @ b),
            "a.b is the same for every item: it changes no ranking, so it is no popularity.",
        ),
        Mistake(
            lambda q, g, a, b: (_moved(q, g, a, b)[0], q @ b),
            "q.b is a number of the *query*, the same for every item: it changes no ranking.",
        ),
        Mistake(
            lambda q, g, a, b: (_moved(q, g, a, b)[0], g @ b),
            "The gallery's own shift makes no popularity: it adds q.b, alike for every item.",
        ),
        Mistake(
            lambda q, g, a, b: (_moved(q, g, a, b)[0], (g @ a).repeat(len(q), 1)),
            "The popularity is right, once a query: it is the same for all, so give it once, (M,).",
        ),
    ),
    praise="Of three terms only g.a tells items apart: whatever the gallery's shift, "
    "the ranking hears the queries' alone.",
)


@functools.cache
def moved(count: int = 400, kind: str = "terse") -> float:
    """How many of the chapter's unseen captions, in percent, find another picture first if all are
    moved by the difference of the means."""
    home = zoo.WEIGHTS / "little-world"
    clip, tokenizer = zoo.load_piece(home, "clip"), Tokenizer.load(home / "tokenizer.json")
    numbers = range(1000, 1000 + count)
    scenes = [sample(4_000_000 + k) for k in numbers]
    pictures = torch.stack([render(s, seed=k) for k, s in zip(numbers, scenes, strict=True)])
    told = [describe(s, kind, seed=k).text for k, s in zip(numbers, scenes, strict=True)]
    with torch.no_grad():
        image = torch.cat([clip.pictures(to_network(p))[0] for p in pictures.split(200)])
        text = clip.captions(tokenizer(told))[0]
    shift = image.mean(0) - text.mean(0)
    first, then = ((x @ image.T).argmax(1) for x in (text, text + shift))
    return 100 * (first != then).float().mean().item()


predict_winners = Estimate(
    "4.1",
    moved,
    lambda guess, measured: abs(guess - measured) <= 10,
    (
        Mistake(lambda guess: 0 < guess < 1, "Give it in percent: 50, not 0.5."),
        Mistake(lambda guess: guess > 100 or guess < 0, "A percentage lies between 0 and 100."),
        Mistake(
            lambda guess: guess < 30,
            "More happens. The winner leads the second by 0.06 only, in the median; that is no "
            "more than popularity differs from picture to picture.",
        ),
        Mistake(
            lambda guess: guess > 30,
            "Less happens. Every caption moves by the *same* vector: what tells one caption from "
            "another, their difference, stays. All that comes in is a popularity.",
        ),
    ),
    lambda measured: f"Measured: {measured:.0f} %. The next cells say what that does to R@1.",
)

_MEAN = {
    "shift": "The mean cosine: one vector for all captions cannot use what a caption says anew; "
    "a regression can.",
    "flow": "The mean cosine: two samples differ, and only one of them can be near the one "
    "picture that came true; a middle is nearer on average.",
}
_NEAREST = {
    "shift": "Nearness: shifted captions keep the shape of the captions' cloud, not the pictures'.",
    "ridge": "Nearness: a mean of right answers lies *between* pictures, where none is.",
}
_PAIRS = {(a, b) for a in ("shift", "ridge", "flow") for b in ("shift", "ridge", "flow")}

predict_maps = Choice(
    "4.2",
    "ridge flow",
    tuple(
        Mistake(f"{a} {b}", " ".join(filter(None, (_MEAN.get(a), _NEAREST.get(b)))))
        for a, b in sorted(_PAIRS - {("ridge", "flow")})
    ),
    "The one that answers with a middle wins the mean cosine; the one that answers with a picture "
    "lies where pictures lie. So the mean cosine is the wrong yardstick for an open question.",
)

too_good_on_its_own = Choice(
    "4.11",
    "b",
    (
        Mistake(
            "a", "A gap that is open shows on the training pairs too: there the cosine is 0.99."
        ),
        Mistake(
            "c",
            "A penalty that is too large makes the answers *alike*, and the cosine on the training "
            "pairs low: look at the column of penalties.",
        ),
        Mistake(
            "d",
            "Then more pairs would not help, and a penalty would not either: "
            "noise has nothing to be learned. Look at the second and third row.",
        ),
    ),
    "With about as many pairs as the map has inputs it can learn them by heart. What proves it: "
    "the two cosines side by side. What mends it: more pairs, or a penalty.",
)

all_alike = Choice(
    "4.12",
    "c",
    (
        Mistake(
            "a",
            "Give the generator another picture's embedding and the sky changes: it does hear its "
            "condition.",
        ),
        Mistake(
            "b",
            "With equal seeds the *things* would be alike to the pixel as well; their places vary.",
        ),
        Mistake(
            "d",
            "The text encoder cannot know a sky that the caption does not name; two pictures' "
            "embeddings, one line above, do differ.",
        ),
    ),
    "A cosine of 1.000 between two answers: the map gives one answer to each sentence, a middle, "
    "and the generator draws it faithfully. Pictures differ more: a sampler's answers must too.",
)
