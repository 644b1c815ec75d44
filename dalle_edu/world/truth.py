"""What a caption claims, and of which scenes that is true.

What is said (`Claims`) is separate from how it is said (`english`, `chinese`). Truth is open-world
(a caption need not name everything), except that numbers and "no" are exact, different mentions are
of different things, and a *complete* caption names everything. It is decided on class numbers
(`scene.encode`): what a scene holds becomes a few bit masks, and what a caption asks for becomes
numbers of masks, so that a single pair and a whole batch are decided in the same terms. Chapter 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import add, and_
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .scene import COLOURS, COLUMNS, CORNERS, FILLS, GROUNDS, LIT, SHAPES, SIZES, SKIES, SLOTS

if TYPE_CHECKING:
    from torch import Tensor

    from .caption import Caption


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


# A scene's frame is one bit in each of five fields: sky, ground, clouds, light, number of things. A
# caption's frame has every bit it allows.
_FIELDS = (len(SKIES), len(GROUNDS), 5, len(LIT), SLOTS + 1)
_FIELD_STARTS = (0, *accumulate(_FIELDS))[:-1]
# A scene's masks say in which of the six slots a value is found; mask 0 is of any thing at all.
_VALUES = (SHAPES, COLOURS, SIZES, FILLS, COLUMNS, ("free", "inside"))
_STARTS = tuple(accumulate(map(len, _VALUES), initial=1))
_MASK = [
    {None: 0} | {value: start + i for i, value in enumerate(values)}
    for start, values in zip(_STARTS, _VALUES, strict=False)
]


class Needs(NamedTuple):
    """Claims in numbers: the frames allowed, and for each mention six masks that must all hold."""

    frame: int
    masks: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]  # 0: one, whatever else matches
    relations: tuple[tuple, ...]


def needs(claims: Claims) -> Needs:
    """What `claims` ask of a scene's frame and masks."""
    fields = [range(width) for width in _FIELDS]
    if claims.sky:
        fields[0] = [SKIES.index(claims.sky)]
    if claims.ground:
        fields[1] = [GROUNDS.index(claims.ground)]
    if claims.clouds is not None or claims.complete:
        fields[2] = range(2, 5) if claims.clouds == "some" else [claims.clouds or 0]
    if claims.light or claims.complete:
        lights = ((claims.light or "none", corner) for corner in CORNERS)
        fields[3] = [LIT.index(x) for x in lights if x in LIT and claims.corner in (None, x[1])]
    if claims.complete:
        fields[4] = [sum(m.count or 1 for m in claims.mentions)]
    lies = {i: "inside" for i, kind, _ in claims.relations if kind == "inside"}
    lies |= {j: "free" for _, kind, j in claims.relations if kind == "above"}
    masks = []
    for i, m in enumerate(claims.mentions):
        fill = m.fill or ("solid" if claims.complete else None)
        values = m.shape, m.colour, m.size, fill, m.column, lies.get(i)
        masks.append(tuple(index[value] for index, value in zip(_MASK, values, strict=True)))
    starts = zip(fields, _FIELD_STARTS, strict=True)
    frame = sum(1 << (start + code) for allowed, start in starts for code in allowed)
    counts = tuple(m.count or 0 for m in claims.mentions)
    return Needs(frame, tuple(masks), counts, claims.relations)


def bits(codes: Sequence[int]) -> tuple[int, list[int]]:
    """A scene's codes (34) as its frame and its masks of slots."""
    masks, number = [0] * _STARTS[-1], 0
    for slot in range(SLOTS):
        shape, *looks, inside = codes[4 + 5 * slot : 9 + 5 * slot]
        if shape:
            number += 1
            values = (shape - 1, *(look - 1 for look in looks), slot // 2, inside)
            for i in (0, *map(add, _STARTS, values)):
                masks[i] |= 1 << slot
    fields = zip(_FIELD_STARTS, (*codes[:4], number), strict=True)
    return sum(1 << (start + code) for start, code in fields), masks


def holds(need: Needs, frame: int, masks: Sequence[int]) -> bool:
    """Whether a scene, as its frame and masks, is as asked."""
    if frame & ~need.frame:
        return False
    found = [reduce(and_, (masks[i] for i in indices)) for indices in need.masks]
    return _assign(need, found, ())


def _assign(need: Needs, found: Sequence[int], chosen: tuple[int, ...]) -> bool:
    """Whether the mentions after the `chosen` ones find slots not yet taken, relations kept.

    `found` and `chosen` are masks of slots. A mention takes one slot; a counted one must have found
    so many, and takes them all.
    """
    i = len(chosen)
    if i == len(found):
        return all(_related(kind, chosen, a, b) for a, kind, b in need.relations)
    free = found[i] & ~sum(chosen)
    if count := need.counts[i]:
        enough = free.bit_count() == count == found[i].bit_count()
        return enough and _assign(need, found, (*chosen, free))
    slots = (1 << slot for slot in range(SLOTS) if free >> slot & 1)
    return any(_assign(need, found, (*chosen, slot)) for slot in slots)


def _related(kind: str, chosen: tuple[int, ...], a: int, b: int | tuple[int, int]) -> bool:
    columns = [(mask.bit_length() - 1) // 2 for mask in chosen]
    if kind == "between":
        return min(columns[i] for i in b) < columns[a] < max(columns[i] for i in b)
    if kind == "left":
        return columns[a] < columns[b]
    upper, lower = (a, b) if kind == "above" else (b, a)
    return columns[a] == columns[b] and chosen[upper] < chosen[lower]


def truth_matrix(codes: "np.ndarray | Tensor", captions: "Sequence[Caption]") -> "Tensor":
    """Which captions are true of which scenes: equal to `Caption.true_of`, for a whole batch.

    Args:
        codes: (B, 34) integers, one `scene.encode` a row.
        captions: M captions.

    Returns:
        (B, M) bool tensor: the positives of the losses of chapters 2 to 7.

    Raises:
        ValueError: if `codes` is not (B, 34).
    """
    import torch

    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.shape[1] != 4 + 5 * SLOTS:
        raise ValueError(f"codes are {codes.shape}: give one row of scene.encode a scene, (B, 34)")
    scenes = [bits(row) for row in codes.tolist()]
    frames = np.array([frame for frame, _ in scenes])
    masks = np.array([masks for _, masks in scenes], np.uint8).reshape(-1, _STARTS[-1]).T  # (V, B)
    all_needs = [caption.needs for caption in captions]
    allowed = np.array([need.frame for need in all_needs], np.int64)
    true = (frames & ~allowed[:, None]) == 0  # (M, B)
    for n in {len(need.masks) for need in all_needs} - {0}:
        rows = [m for m, need in enumerate(all_needs) if len(need.masks) == n]
        # For each mention the slots where it is found, (rows, B); most pairs fail here.
        indices = np.array([all_needs[m].masks for m in rows]).transpose(1, 2, 0)  # (n, 6, rows)
        found = [np.bitwise_and.reduce([masks[i] for i in mention]) for mention in indices]
        true[rows] &= np.all(found, axis=0)
        counted = any(any(all_needs[m].counts) for m in rows)
        if n > 1 or counted:
            for r, b in zip(*np.nonzero(true[rows]), strict=True):
                slots = [int(mask[r, b]) for mask in found]
                true[rows[r], b] = _assign(all_needs[rows[r]], slots, ())
    return torch.from_numpy(np.ascontiguousarray(true.T))
