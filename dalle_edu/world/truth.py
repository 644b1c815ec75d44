"""What a caption claims, and of which scenes that is true.

What is said (`Claims`) is separate from how it is said (`english`, `chinese`). Truth is open-world
(a caption need not name everything), except that numbers and "no" are exact, different mentions are
of different things, and a *complete* caption names everything. It is decided for whole batches, on
class numbers (`scene.encode`): every fact, such as "red", is a mask of the six slots where it
holds, a fact of the whole scene holds in all or none, and a caption asks for groups of facts that
must hold together in some slot. Chapter 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from operator import or_

import numpy as np
import torch

from . import scene as world
from .scene import LIT, SLOTS, Scene, encode


@dataclass(frozen=True)
class Mention:
    """One thing a caption names, or `count` equal ones; what is None is left open."""

    shape: str | None = None
    colour: str | None = None
    size: str | None = None
    fill: str | None = None
    column: str | None = None
    count: int | None = None


@dataclass(frozen=True)
class Claims:
    """All that a caption says; None is left open.

    `ground` "none" is said ("no ground"). `clouds` is an exact number, or "some": two or more.
    `relations` hold numbers of mentions: (i, "left", j), (i, "above", j), (i, "inside", j), and
    (i, "between", (j, k)). `complete`: what is not named is not there; an unnamed fill is solid.
    """

    sky: str | None = None
    ground: str | None = None
    clouds: int | str | None = None
    light: str | None = None
    corner: str | None = None
    mentions: tuple[Mention, ...] = ()
    relations: tuple[tuple, ...] = ()
    complete: bool = False


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


# What can be so of a whole scene, and of a thing; each list in the order of the class numbers.
_WHOLE = {"sky": world.SKIES, "ground": world.GROUNDS, "clouds": (*range(5), "some")}
_WHOLE |= {"light": world.LIGHTS, "corner": world.CORNERS, "number": range(SLOTS + 1)}
_THING = {"shape": world.SHAPES, "colour": world.COLOURS, "size": world.SIZES}
_THING |= {"fill": world.FILLS, "column": world.COLUMNS, "lies": ("free", "inside", "anywhere")}
_FIELDS = _WHOLE | _THING
_FACTS = [(None, 0, 0)]  # word, field and class number; the first is always so
_FACTS += [(w, f, k) for f, words in enumerate(_FIELDS.values()) for k, w in enumerate(words)]
_INDEX = {([*_FIELDS][f], word): i for i, (word, f, _) in enumerate(_FACTS)}
_FIELD, _NUMBER = np.array([fact[1:] for fact in _FACTS]).T
_LIGHT_CORNER = np.array([(world.LIGHTS.index(a), world.CORNERS.index(b)) for a, b in LIT]).T


def needs(claims: Claims) -> np.ndarray:
    """What `claims` ask for, (1 + mentions, 6): groups of facts, the first of the whole scene."""
    clouds, light, number = claims.clouds, claims.light, None
    if claims.complete:
        clouds, light = clouds or 0, light or "none"
        number = sum(m.count or 1 for m in claims.mentions)
    lies = {i: "inside" for i, kind, _ in claims.relations if kind == "inside"}
    lies |= {j: "free" for _, kind, j in claims.relations if kind == "above"}
    whole = claims.sky, claims.ground, clouds, light, claims.corner, number
    groups = [_facts(_WHOLE, whole)]
    for i, m in enumerate(claims.mentions):
        fill = m.fill or ("solid" if claims.complete else None)
        thing = m.shape, m.colour, m.size, fill, m.column, lies.get(i, "anywhere")
        groups.append(_facts(_THING, thing))
    return np.array(groups)


def _facts(fields: Iterable[str], words: Iterable) -> list[int]:
    return [0 if w is None else _INDEX[f, w] for f, w in zip(fields, words, strict=True)]


def _masks(codes: np.ndarray) -> np.ndarray:
    """Where each fact holds, (facts, B): slot k of a scene is bit k."""
    sky, ground, clouds, lit = codes.T[:4]
    slots = codes.T[4:].reshape(SLOTS, 5, -1).swapaxes(0, 1)  # shape, colour, size, fill, inside
    there = slots[0] > 0
    values = np.empty((12, *there.shape), int)
    values[:6] = np.array([sky, ground, clouds, *_LIGHT_CORNER[:, lit], there.sum(0)])[:, None]
    values[6:10] = slots[:4] - 1
    values[10] = np.arange(SLOTS)[:, None] // 2
    values[11] = np.where(there, slots[4], -1)
    holds = values[_FIELD] == _NUMBER[:, None, None]
    holds[0] = True
    holds[_INDEX["clouds", "some"]] = clouds > 1
    holds[_INDEX["lies", "anywhere"]] = there
    return np.packbits(holds, 1, "little")[:, 0]


def truth_matrix(
    codes: np.ndarray | torch.Tensor | Sequence, captions: Sequence[Caption]
) -> torch.Tensor:
    """Which captions are true of which scenes.

    Args:
        codes: (B, 34) integers, one `scene.encode` a row.
        captions: M captions.

    Returns:
        (B, M) bool tensor: the positives of the losses of chapters 2 to 7.

    Raises:
        ValueError: if `codes` is not (B, 34).
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.shape[1] != 4 + 5 * SLOTS:
        raise ValueError(f"codes are {codes.shape}: give one row of scene.encode a scene, (B, 34)")
    groups = np.zeros((len(captions), max((len(c.needs) for c in captions), default=1), 6), int)
    for row, caption in zip(groups, captions, strict=True):
        row[: len(caption.needs)] = caption.needs
    found = np.bitwise_and.reduce(_masks(codes)[groups], 2)  # (M, groups, B): where all of it holds
    true = found.all(1)
    for m, caption in enumerate(captions):
        if len(caption.claims.mentions) > 1 or any(m.count for m in caption.claims.mentions):
            for b in np.flatnonzero(true[m]):
                true[m, b] = _assigned(caption.claims, found[m, 1:, b].tolist())
    return torch.from_numpy(np.ascontiguousarray(true.T))


def _assigned(claims: Claims, found: Sequence[int]) -> bool:
    """Whether each mention can take one of the slots where it was found, or a counted one all.

    No two take the same, and the relations are kept.
    """
    options = []
    for mention, mask in zip(claims.mentions, found, strict=False):
        if mention.count:
            options.append([mask] if mask.bit_count() == mention.count else [])
        else:
            options.append([1 << slot for slot in range(SLOTS) if mask >> slot & 1])
    return any(
        reduce(or_, chosen) == sum(chosen)
        and all(_related(kind, chosen, a, b) for a, kind, b in claims.relations)
        for chosen in product(*options)
    )


def _related(kind: str, chosen: Sequence[int], a: int, b: int | tuple[int, int]) -> bool:
    columns = [(mask.bit_length() - 1) // 2 for mask in chosen]
    if kind == "between":
        return min(columns[i] for i in b) < columns[a] < max(columns[i] for i in b)
    if kind == "left":
        return columns[a] < columns[b]
    upper, lower = (a, b) if kind == "above" else (b, a)
    return columns[a] == columns[b] and chosen[upper] < chosen[lower]
