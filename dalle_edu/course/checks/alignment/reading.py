"""Reading an alignment: what a shift can change, which map is good at what, what went wrong."""

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu import zoo
from dalle_edu.alignment.maps import MeanShift
from dalle_edu.contrastive.losses import cosines
from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Mistake, random
from dalle_edu.data.pictures import to_network
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.evaluation.retrieval import recall_at_k
from dalle_edu.world import describe, render, sample
from dalle_edu.world.scene import encode
from dalle_edu.world.truth import truth_matrix


def _searches() -> list[tuple]:
    randn, cases = random(45), []
    for b, m, d in ((2, 3, 4), (4, 4, 3), (5, 2, 6)):
        q, g = (x / x.norm(dim=1, keepdim=True) for x in (randn(b, d), randn(m, d)))
        cases.append((q, g, 0.7 * randn(d)))
    return cases


def _changes_by_difference(q: Tensor, g: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    scores = q @ g.T
    return q @ (g + shift).T - scores, (q + shift) @ g.T - scores


def _of_gallery(q: Tensor, g: Tensor, shift: Tensor) -> Tensor:
    return (q @ shift)[:, None].repeat(1, len(g))


def _of_queries(q: Tensor, g: Tensor, shift: Tensor) -> Tensor:
    return (g @ shift).repeat(len(q), 1)


changes = Build(
    "4.5",
    _changes_by_difference,
    _searches,
    (
        Mistake(
            lambda q, g, c: (-_of_gallery(q, g, c), -_of_queries(q, g, c)),
            "The sign is turned: score after minus score before.",
        ),
        Mistake(
            lambda q, g, c: (_of_queries(q, g, c), _of_gallery(q, g, c)),
            "The two are exchanged: shifting the gallery leaves the *query* beside the shift, q.c.",
        ),
        Mistake(
            lambda q, g, c: (
                q @ F.normalize(g + c, dim=1).T - q @ g.T,
                F.normalize(q + c, dim=1) @ g.T - q @ g.T,
            ),
            "You made the shifted vectors length one again: then each is divided by a length of "
            "its own, and the argument is lost. Here nothing is re-normalised.",
        ),
        Mistake(
            lambda q, g, c: (q @ (g + c).T, (q + c) @ g.T),
            "Those are the scores after the shift: subtract the scores before.",
        ),
        Mistake(
            lambda q, g, c: (
                _of_gallery(q, g, c) + _of_queries(q, g, c) + c @ c,
                _of_gallery(q, g, c) + _of_queries(q, g, c) + c @ c,
            ),
            "Both sides are shifted at once: shift one, leave the other.",
        ),
        Mistake(
            lambda q, g, c: ((q @ c)[:, None], (g @ c)[None]),
            "Right numbers, once each. Return whole matrices (B, M): `.expand(B, M)`.",
        ),
        Mistake(
            lambda q, g, c: (q @ c, g @ c),
            "Right numbers, once each. Return whole matrices (B, M), the first one alike along "
            "each row, the second alike along each column.",
        ),
    ),
    praise="Along a row the first is constant, so no ranking changes; the second adds g.c, the "
    "same popularity for every query.",
)


def _open_questions() -> list[tuple]:
    randn, cases = random(46), []
    for k, d in ((2, 1), (3, 2), (5, 4)):
        cases.append((randn(k, d), randn(k).softmax(0)))
    return cases


def _likeliest(answers: Tensor, chance: Tensor) -> Tensor:
    return answers[chance.argmax()]


def _unit(x: Tensor) -> Tensor:
    return x / x.norm()


best_answer = Build(
    "4.6",
    lambda answers, chance: torch.linalg.lstsq(
        chance.sqrt()[:, None].double(), chance.sqrt()[:, None].double() * answers.double()
    ).solution[0],
    _open_questions,
    (
        Mistake(
            _likeliest,
            "That is one of the right answers, the likeliest. Squared error does better, by its "
            "own measure, with a wrong one: set the gradient to 0.",
        ),
        Mistake(
            lambda answers, chance: answers.mean(0),
            "The chances are not used: a likelier answer pulls harder.",
        ),
        Mistake(
            lambda answers, chance: (chance[:, None] * answers).sum(0) / len(answers),
            "The chances sum to 1 already: do not divide again.",
        ),
        Mistake(
            lambda answers, chance: (chance[:, None] * answers).sum(),
            "You added up the channels too: sum over the answers only, dim=0.",
        ),
        Mistake(
            lambda answers, chance: _unit((chance[:, None] * answers).sum(0)),
            "Nobody asked for length one: the minimum is the mean itself, and it is *short*, "
            "which is how you tell that it lies off the cloud.",
        ),
        Mistake(
            lambda answers, chance: (
                (chance.square()[:, None] * answers).sum(0) / chance.square().sum()
            ),
            "The error is squared, not the chance.",
        ),
        Mistake(
            lambda answers, chance: answers.median(0).values,
            "A median is what the absolute error asks for: the square asks for the mean.",
        ),
    ),
    praise="The mean of the right answers: right on average, and in general not one of them.",
)


@functools.cache
def moved(count: int = 128, kind: str = "terse") -> tuple[float, float]:
    """R@1, caption to picture, in percent, of the shipped encoders on unseen pairs: as they are,
    and after a mean shift fitted on as many other pairs."""
    home = zoo.WEIGHTS / "little-world"
    clip, tokenizer = zoo.load_piece(home, "clip"), Tokenizer.load(home / "tokenizer.json")
    scenes = [sample(4_700_000 + k) for k in range(2 * count)]
    pictures = torch.stack([render(s, seed=k) for k, s in enumerate(scenes)])
    captions = [describe(s, kind, seed=k) for k, s in enumerate(scenes)]
    with torch.no_grad():
        image = clip.pictures(to_network(pictures))[0].float()
        text = clip.captions(tokenizer([c.text for c in captions]))[0].float()
    shifted = MeanShift.fit(text[:count], image[:count])(text[count:])
    true = truth_matrix([encode(s) for s in scenes[count:]], captions[count:])
    both = (recall_at_k(cosines(image[count:], x), true)[1] for x in (text[count:], shifted))
    before, after = (100 * found.rate for found in both)
    return before, after


predict_recall = Estimate(
    "4.7",
    lambda: moved()[1],
    lambda guess, measured: abs(guess - measured) <= 6,
    (
        Mistake(lambda guess: 0 < guess <= 1, "Give it in percent: 50, not 0.5."),
        Mistake(lambda guess: guess > 100 or guess < 0, "A percentage lies between 0 and 100."),
        Mistake(
            lambda guess: guess < 50,
            "Every caption moves by the *same* vector: what tells one caption from another, their "
            "difference, stays. All that comes in is a popularity term, alike for all.",
        ),
        Mistake(
            lambda guess: guess < 95,
            "Less happens. The popularity term differs little between pictures, since the "
            "encoders' training has made no picture the favourite of all captions.",
        ),
    ),
    lambda measured: f"Measured: {measured:.0f} %. Closing the gap hardly touches the ranking.",
)

_MEAN = {
    "shift": "The mean cosine: one vector for all captions cannot use what a caption says anew; "
    "a regression can.",
    "sampler": "The mean cosine: two samples differ, and only one of them can be near the one "
    "picture that came true; a middle is nearer on average.",
}
_NEAREST = {
    "shift": "Nearness: shifted captions keep the shape of the captions' cloud, not the pictures'.",
    "ridge": "Nearness: a mean of right answers lies *between* pictures, where none is.",
}
_PAIRS = {(a, b) for a in ("shift", "ridge", "sampler") for b in ("shift", "ridge", "sampler")}

predict_maps = Choice(
    "4.8",
    "ridge sampler",
    tuple(
        Mistake(f"{a} {b}", " ".join(filter(None, (_MEAN.get(a), _NEAREST.get(b)))))
        for a, b in sorted(_PAIRS - {("ridge", "sampler")})
    ),
    "The one that answers with a middle wins the mean cosine; the one that answers with a picture "
    "lies where pictures lie. So the mean cosine is the wrong yardstick for an open question.",
)

too_good_on_its_own = Choice(
    "4.9",
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
    "4.10",
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
