"""Captions: what is said of a scene (complete, terse or vague), handed to a language to be worded.

Every choice a caption makes is a number that depends on the seed and the choice's name alone: so
the same seed says an edited scene in the same words, but for the edit. Chapter 1.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TypeVar

import numpy as np

from . import chinese, english
from .scene import CORE, Grammar, Scene, Thing, encode
from .truth import Claims, Mention, needs, truth_matrix

KINDS = ("complete", "terse", "vague")
LANGUAGES = {"en": english, "zh": chinese}
_T = TypeVar("_T")


class Style(dict):
    """A number in [0, 1) for each choice, from the seed and the name of the choice alone."""

    def __init__(self, seed: int):
        super().__init__()
        self.seed = seed

    def __missing__(self, name: str) -> float:
        digest = blake2b(f"{self.seed} {name}".encode(), digest_size=6).digest()
        self[name] = number = int.from_bytes(digest) / 2**48
        return number

    def pick(self, name: str, options: Sequence[_T]) -> _T:
        """The option that the number of this name points at."""
        return options[int(self[name] * len(options))]


@dataclass(frozen=True)
class Caption:
    """A caption's text and what it claims."""

    text: str
    kind: str
    language: str
    claims: Claims

    @cached_property
    def needs(self) -> np.ndarray:
        """The claims in numbers."""
        return needs(self.claims)

    def true_of(self, scene: Scene) -> bool:
        """Whether everything it says is so and, of a complete one, nothing else is there."""
        return bool(truth_matrix([encode(scene)], [self]))


def describe(
    scene: Scene,
    kind: str = "complete",
    language: str = "en",
    seed: int | random.Random = 0,
    grammar: Grammar = CORE,
) -> Caption:
    """A caption that is true of a scene.

    Args:
        scene: what to describe.
        kind: "complete" (all there is); "terse" (some attributes, places, numbers, the sky or the
            ground left out, never a thing, a cloud, sun or moon); "vague" (one thing of it, open
            otherwise; chapters 1 and 4).
        language: "en" or "zh".
        seed: an integer, or a generator to draw from. The same integer words similar scenes alike.
        grammar: if it counts things, two equal ones are "two red stars", else "a red star to the
            left of another red star"; three and four are always counted.

    Raises:
        ValueError: if `kind` or `language` is unknown.
    """
    if kind not in KINDS or language not in LANGUAGES:
        raise ValueError(f"{kind!r} in {language!r}: use one of {KINDS} in one of {(*LANGUAGES,)}")
    style = Style(seed.getrandbits(48) if isinstance(seed, random.Random) else seed)
    if kind == "vague":
        claims = _glimpse(scene, style)
    else:
        claims = _account(scene, style, kind == "terse", grammar)
    return Caption(LANGUAGES[language].phrase(claims, style), kind, language, claims)


def _relations(things: tuple[Thing, ...], style: Style) -> tuple[tuple, ...]:
    """How things stand to each other, where that is said beside or in place of their columns."""
    slots = [t.slot for t in things]
    stacks = [i for i, t in enumerate(things) if t.row == 1]
    if stacks:
        return tuple(
            (i, "inside", i - 1) if things[i].inside else (i - 1, "above", i) for i in stacks
        )
    if slots == [0, 4] and style["relative"] < 0.5:
        return ((0, "left", 1),)
    if slots == [0, 2, 4] and style["relative"] < 0.3:
        return ((1, "between", (0, 2)),)
    return ()


def _account(scene: Scene, style: Style, terse: bool, grammar: Grammar) -> Claims:
    """Everything there is, or everything but what a terse caption leaves out."""
    things = scene.things
    alike = {(t.shape, t.colour, t.size, t.fill) for t in things}
    counted = len(alike) == 1 and len(things) > (1 if grammar.counts else 2)
    relations = () if counted else _relations(things, style)
    said = {"sky", "ground"}
    said |= {"number"} if scene.clouds > 1 else set()
    said |= {"corner"} if scene.light != "none" else set()
    said |= {"relation"} if relations else set()
    relative = {i for i, kind, _ in relations for i in ((0, 1) if kind == "left" else (i,))}
    relative -= {i for i, kind, _ in relations if kind in ("above", "inside")}
    for i, t in enumerate(things[:1] if counted else things):
        said |= {f"size {i}", f"colour {i}"} | ({f"fill {i}"} if t.fill != "solid" else set())
        # Of two things in one column the upper one's choice decides for both.
        said |= {f"column {i}"} if not counted and i not in relative and t.row == 0 else set()
    if terse:
        level = style.pick("leave out", (0, 0.25, 0.5, 0.75))
        said -= {min(said, key=style.__getitem__)} | {name for name in said if style[name] < level}
        bare = not things and not scene.clouds and scene.light == "none"
        if bare and (scene.ground == "none" or not said):
            said = {"sky"}

    def mention(i: int, t: Thing, count: int | None = None) -> Mention:
        kept = [getattr(t, a) if f"{a} {i}" in said else None for a in ("colour", "size", "fill")]
        return Mention(t.shape, *kept, t.column if f"column {i - t.row}" in said else None, count)

    mentions = tuple(mention(i, t) for i, t in enumerate(things))
    if counted:
        mentions = (mention(0, things[0], len(things)),)
    clouds = scene.clouds if "number" in said or scene.clouds < 2 else "some"
    return Claims(
        sky=scene.sky if "sky" in said else None,
        ground=scene.ground if "ground" in said else None,
        clouds=clouds if clouds or style["say no clouds"] < 0.25 else None,
        light=scene.light if scene.light != "none" else None,
        corner=scene.corner if "corner" in said else None,
        mentions=mentions,
        relations=relations if "relation" in said else (),
        complete=not terse,
    )


def _glimpse(scene: Scene, style: Style) -> Claims:
    """One thing of a scene, or one fact about its weather."""
    facts = [{"sky": scene.sky}]
    facts += [{"ground": scene.ground}] if scene.ground != "none" else []
    facts += [{"clouds": "some" if scene.clouds > 1 else 1}] if scene.clouds else []
    facts += [{"light": scene.light}] if scene.light != "none" else []
    if not scene.things or style["sky"] < 0.25:
        return Claims(**style.pick("vague thing", facts))
    thing = style.pick("vague thing", scene.things)
    looks = (("shape",), ("colour",), ("shape",), ("colour", "column"), ("size",), ("column",))
    looks += (("shape", "column"), ("size", "colour"))
    look = {name: getattr(thing, name) for name in style.pick("vague", looks)}
    return Claims(mentions=(Mention(**look),))
