"""Fixed prompts by category, and how often what was drawn is what was said.

Categories after GenEval (Ghosh et al. 2023). Prompts for tuning ("dev") and for the figures
("test") are fixed and different. Chapters 8 and 9.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from dalle_edu.world import scene as world
from dalle_edu.world.caption import Caption, describe
from dalle_edu.world.scene import CORE, DRAWN, WIDE, Grammar, Scene, held_out, sample
from dalle_edu.world.truth import Claims, Mention

from .judge import Reading, right

SPLITS = ("seen", "pair", "order", "stack", "count")


def _kinds(scene: Scene, attribute: str) -> int:
    return len({getattr(thing, attribute) for thing in scene.things})


def _equal(scene: Scene) -> bool:
    looks = {replace(thing, column="", row=0) for thing in scene.things}
    return len(looks) == 1 < len(scene.things)


def _related(caption: Caption, kind: str) -> bool:
    return any(kind == found for _, found, _ in caption.claims.relations)


# Of each category which scenes, with their captions, are of its kind.
OF_THE_CORE: dict[str, Callable[[Scene, Caption], bool]] = {
    "no thing": lambda s, c: not s.things,
    "one thing": lambda s, c: len(s.things) == 1,
    "two things": lambda s, c: len(s.things) == 2,
    "weather": lambda s, c: s.clouds > 0 and s.light != "none",
    # One shape in two colours; two things told apart by where they stand; all attributes differ.
    "colour": lambda s, c: _kinds(s, "shape") == 1 and _kinds(s, "colour") == 2,
    "position": lambda s, c: _related(c, "left"),
    "attribute binding": lambda s, c: all(_kinds(s, a) == 2 for a in ("shape", "colour", "size")),
}
OF_THE_WIDE_CORE: dict[str, Callable[[Scene, Caption], bool]] = {
    "drawn things": lambda s, c: 0 < len(s.things) < 3 and all(t.shape in DRAWN for t in s.things),
    "fills": lambda s, c: 0 < len(s.things) < 3 and any(t.fill != "solid" for t in s.things),
    "three things": lambda s, c: len(s.things) == 3 and not _equal(s),
    "counting": lambda s, c: _equal(s),
    "above and below": lambda s, c: _related(c, "above"),
}
CATEGORIES = OF_THE_CORE | OF_THE_WIDE_CORE


def grammar_of(category: str) -> Grammar:
    """Whose words a category's prompts use."""
    return CORE if category in OF_THE_CORE else WIDE


def _asks(scene: Scene, caption: Caption, split: str) -> bool:
    """Whether the scene is of the split, and the caption names what is held out."""
    mentions = caption.claims.mentions
    named = {
        "pair": any((m.colour, m.shape) in world.HELD_OUT_PAIRS for m in mentions),
        "order": caption.claims.relations or all(m.column for m in mentions),
    }
    return held_out(scene) == {split} - {"seen"} and bool(named.get(split, True))


def prompts(
    split: str, category: str, language: str, kind: str, n: int, part: str = "test"
) -> list[tuple[Scene, Caption]]:
    """The first n of a fixed list of prompts, each with the scene it was made from.

    Args:
        split: "seen", or the one kind of held-out combination that these scenes hold: "pair"
            (colour and shape), "order" (left and right), "stack" (above and below), "count"
            (number and shape).
        category: one of `CATEGORIES`.
        language: "en" or "zh". kind: "complete" or "terse".
        n: how many.
        part: "test" for figures, "dev" for tuning: other prompts, none of them in both.

    Raises:
        ValueError: if one of these words is unknown, or no such scene turns up.
    """
    choices = {split: SPLITS, category: CATEGORIES, part: ("test", "dev")}
    for word, known in choices.items():
        if word not in known:
            raise ValueError(f"{word!r} is unknown: use one of {', '.join(known)}")
    grammar, has = grammar_of(category), CATEGORIES[category]
    rng = random.Random(f"prompts/{part}/{split}/{category}/{language}/{kind}")
    found: dict[str, tuple[Scene, Caption]] = {}  # by text: no prompt twice
    for _ in range(2000 + 300 * n):
        if len(found) == n:
            break
        scene = sample(rng, "seen" if split == "seen" else "held_out", grammar)
        caption = describe(scene, kind, language, rng, grammar)
        # The text decides where a prompt belongs, so that none can be in both parts.
        mine = crc32(caption.text.encode()) % 2 == (part == "test")
        if mine and _asks(scene, caption, split) and has(scene, caption):
            found.setdefault(caption.text, (scene, caption))
    if len(found) < n:
        raise ValueError(f"{category}, {split}: only {len(found)} of {n} prompts: ask for fewer")
    return list(found.values())


@dataclass(frozen=True)
class Rate:
    """A share with its Wilson interval at 95 %."""

    right: int
    of: int
    share: float
    low: float
    high: float


def wilson(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927). Not of zero width at 0 or 100 %.

    Args:
        successes: 0 to n. n: independent trials, at least 1.
        z: 1.96 for 95 %.

    Returns:
        Low and high, both in [0, 1].

    Raises:
        ValueError: if n is below 1 or successes lie outside 0 to n.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n}: give 0 to n successes of at least one trial")
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    low, high = ((centre + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return low if successes else 0.0, high if successes < n else 1.0  # exact at the ends


def rate(right: int, of: int) -> Rate | None:
    """The share of `right` among `of`, with its interval; of nothing there is none."""
    return Rate(right, of, right / of, *wilson(right, of)) if of else None


def attributes(scene: Scene, prompt: tuple[Scene, Caption]) -> dict[str, bool]:
    """For each attribute that a prompt names (or, if complete, rules out): is it so in a scene?

    Each is asked apart: of "a red star and a blue cross" the colours are right where there are
    different things, one red and one blue, whatever their shapes.
    """
    asked, claims = prompt[0], prompt[1].claims
    said = {"sky": claims.sky, "ground": claims.ground}
    found = {name: getattr(scene, name) == word for name, word in said.items() if word}
    some = claims.clouds == "some"
    found["clouds"] = scene.clouds > 1 if some else scene.clouds == asked.clouds
    found["light"] = scene.light == asked.light and claims.corner in (None, scene.corner)
    found["number"] = len(scene.things) == len(asked.things)
    for name in ("shape", "colour", "size", "fill"):
        only = tuple(Mention(**{name: getattr(m, name), "count": m.count}) for m in claims.mentions)
        if any(getattr(m, name) for m in only):
            found[name] = _holds(Claims(mentions=only), scene)
    only = tuple(Mention(column=m.column) for m in claims.mentions)
    if claims.relations or any(m.column for m in only):
        found["place"] = _holds(Claims(mentions=only, relations=claims.relations), scene)
    return found


def _holds(claims: Claims, scene: Scene) -> bool:
    return Caption("", "vague", "en", claims).true_of(scene)


def score(readings: Sequence[Reading], prompts: Sequence[tuple[Scene, Caption]]) -> dict[str, Rate]:
    """How often each attribute, and the whole prompt, is right in what the judge read.

    Args:
        readings: what was read in the picture of each prompt; "cannot tell" is wrong everywhere.
        prompts: as from `prompts`, equally many, at least one.

    Returns:
        A rate for "all", for "legible" (the judge could tell) and for each attribute that occurs.

    Raises:
        ValueError: if the numbers differ.
    """
    if len(readings) != len(prompts) or not prompts:
        raise ValueError(f"{len(readings)} readings of {len(prompts)} prompts: give one for each")
    found: dict[str, list[bool]] = {"all": [], "legible": []}
    for reading, prompt in zip(readings, prompts, strict=True):
        found["all"].append(right(reading, prompt[1]))
        found["legible"].append(reading.scene is not None)
        for name, good in attributes(reading.scene or prompt[0], prompt).items():
            found.setdefault(name, []).append(good and reading.scene is not None)
    return {name: rate(sum(good), len(good)) for name, good in found.items()}
