"""What a report is to be read beside: controls, second opinions, distances, sharpness, variety.

Entries of `benchmarks.full_report`.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from benchmarks.stage_1 import sentences
from dalle_edu import report, zoo
from dalle_edu.chain import Chain, hear
from dalle_edu.contrastive.losses import cosines
from dalle_edu.course import pixels
from dalle_edu.data.pictures import to_network, to_pictures
from dalle_edu.evaluation import distances
from dalle_edu.evaluation.compositional import Rate, rate, score
from dalle_edu.evaluation.judge import Judge, Reading, right
from dalle_edu.report import SEED, Prompts, Rows, Subject
from dalle_edu.world.caption import Caption
from dalle_edu.world.scene import Scene
from dalle_edu.world.truth import Claims

POOL = 4096  # pictures to look up


class Retrieval(Chain):
    """Draws nothing: of a pool as training has it, the picture with the nearest caption."""

    @torch.no_grad()
    def __init__(self, s: Subject) -> None:
        c = s.chain
        super().__init__(f"retrieval for {c.name}", c.tokenizer, c.clip, c.mapping, c.generator)
        told = s.pairs("pool", POOL)
        self.pictures = to_network(s.render(scene for scene, _ in told))
        self.sentences = sentences(s, told)

    def generate(self, heard, z: Tensor, batch: int = 64) -> Tensor:
        """As `Chain.generate`; the noise changes nothing."""
        nearest = cosines(heard.sentence, self.sentences).argmax(1)
        return self.pictures[nearest].repeat_interleave(len(z) // len(nearest), 0)


def controls(s: Subject) -> Rows:
    """The same judge on the best of 16 by stage 1, and on pictures that owe the model little"""
    c, looked_up, rows = s.chain, Retrieval(s), []
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        fresh = type(c.generator)(c.generator.settings)
    untrained = Chain("untrained", c.tokenizer, c.clip, c.mapping, fresh)

    def best(text: str) -> Tensor:
        shown = c([text], 16, SEED)[0]
        return shown[c.scores(shown, text).argmax()]

    for category, split in (("one thing", "seen"), ("two things", "seen"), ("two things", "pair")):
        asked = report.prompts(split, category, "en", "complete", s.n)
        pictures = {
            "best of 16": torch.stack([best(caption.text) for _, caption in asked]),
            "real": s.render(scene for scene, _ in asked),
            "retrieval": s.draw(asked, looked_up),
            "captions shuffled": s.draw(asked[1:] + asked[:1]),
            "untrained generator": s.draw(asked, untrained),
        }
        for name, shown in pictures.items():
            row = {"pictures": name, "category": category, "split": split}
            rows.append(row | score(s.judge.read(shown), asked))
    return rows


def second_opinion(s: Subject) -> Rows:
    """Second opinions on the judge: exact pixel analysis, and a judge of another kind, agree"""
    told, second, found = s.pairs("audit", 4 * s.n, None), second_judge(), {}
    real = s.render(scene for scene, _ in told)
    drawn = report.prompts("seen", "two things", "en", "complete", s.n)
    for name, asked, shown in (("renders", told, real), ("drawn", drawn, s.draw(drawn))):
        seen = s.judge.read(shown)
        both = zip(pixels.see(shown), seen, strict=True)
        agree = [exact.agrees(r.scene) for exact, r in both if r.scene]
        found[f"{name}, pixels agree"] = rate(sum(agree), len(agree))
        if second:
            three = zip(seen, second.read(shown), asked, strict=True)
            same = [right(one, c) == right(other, c) for one, other, (_, c) in three]
            found[f"{name}, second judge agrees"] = rate(sum(same), len(same))
    return [{"what": name, "share": share} for name, share in found.items()]


def second_judge() -> Judge | None:
    """A judge of another seed and architecture, if one is shipped."""
    home = zoo.WEIGHTS / "judge-2"
    return zoo.load_piece(home, "judge") if home.is_dir() else None


def unseen(s: Subject) -> tuple[Prompts, dict[str, Tensor]]:
    """Unseen scenes with captions, and two pictures of each: drawn, and rendered."""
    c, asked = s.chain, s.pairs("distance", 4 * s.n)
    heard = hear(c.clip, c.tokenizer([caption.text for _, caption in asked]))
    # Prompt i gets picture i of the seed: one noise for all would hide what noise is for.
    drawn = to_pictures(c.generate(heard, c.noise(len(asked), SEED)))
    other = s.render((scene for scene, _ in asked), 10**6)
    return asked, {"drawn": drawn, "other renders": other}


def distance(s: Subject) -> Rows:
    """How far from fresh renders"""
    asked, pictures = unseen(s)
    real = s.judge.features(s.render(scene for scene, _ in s.pairs("fresh", len(asked))))
    rows = []
    for name, shown in pictures.items():
        found = s.judge.features(shown)
        row = {"pictures": name, "Frechet distance": distances.frechet_distance(found, real)}
        rows.append(row | {"KID x 1000": 1000 * distances.kid(found, real)})
    return rows


def sharpness(s: Subject) -> Rows:
    """As sharp as fresh renders, where the judge reads them right"""
    asked, pictures = unseen(s)
    rows = []
    for name, shown in pictures.items():
        seen = s.judge.read(shown)
        good = [i for i, r in enumerate(seen) if right(r, asked[i][1]) and r.scene.things]
        found = None  # of fewer than ten it would tell nothing
        if len(good) > 9:
            found = pixels.relative_sharpness(shown[good], [seen[i] for i in good])
        rows.append({"pictures": name, "sharpness": found})
    return rows


def variety(s: Subject) -> Rows:
    """What terse prompts leave open: how often two drawings of one agree, two scenes by chance"""
    asked = report.prompts("seen", "one thing", "en", "terse", s.n)
    drawn = s.draw(asked, n=2, k=1)  # the noise decides here, so each prompt has its own
    found = agreement(s.judge.read(drawn[0::2]), s.judge.read(drawn[1::2]), asked)
    return [{"left open": name} | rates for name, rates in found.items()]


def agreement(
    first: Sequence[Reading], other: Sequence[Reading], prompts: Sequence[tuple[Scene, Caption]]
) -> dict[str, dict[str, Rate | None]]:
    """Do two pictures of one prompt agree in what it leaves open? They should do so by chance only.

    Args:
        first, other: what was read in the two pictures of each prompt; pairs are left out in which
            the judge cannot tell, or does not see one thing.
        prompts: terse ones of one thing.

    Returns:
        For each attribute how often the drawn pairs agree ("drawn"), and how often two scenes do
        whose captions leave it open ("renders").
    """

    def part(holder: Scene | Claims, name: str) -> str | None:  # its own, or its one thing's
        if hasattr(holder, name):
            return getattr(holder, name)
        return getattr(*(getattr(holder, "things", None) or holder.mentions), name)

    found = {}
    for name in ("sky", "ground", "corner", "size", "column"):
        free = [i for i, (_, caption) in enumerate(prompts) if part(caption.claims, name) is None]
        if name == "corner":  # of no sun and no moon there is none
            free = [i for i in free if prompts[i][0].light != "none"]
        drawn = [(first[i].scene, other[i].scene) for i in free]
        drawn = [pair for pair in drawn if all(s and len(s.things) == 1 for s in pair)]
        kinds = {"drawn": drawn, "renders": list(pairwise(prompts[i][0] for i in free))}
        found[name] = {
            kind: rate(sum(part(a, name) == part(b, name) for a, b in pairs), len(pairs))
            for kind, pairs in kinds.items()
        }
    return found


ENTRIES = {f.__name__: f for f in (controls, second_opinion, distance, sharpness, variety)}
