"""What a caption claims, and of which scenes that is true.

What is said (`Claims`) is separate from how it is said (`english`, `chinese`). Truth is open-world (a
caption need not name everything), except that numbers and "no" are exact, different mentions are of
different things, and a *complete* caption names everything. It is decided on class numbers
(`scene.encode`): what a scene holds becomes a few bit masks, and so does what a caption asks for, so
that one definition serves a single pair and, many at once, the batches of training. Chapter 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .scene import COLOURS, COLUMNS, CORNERS, FILLS, GROUNDS, LIGHTS, SHAPES, SIZES, SKIES, SLOTS

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
    (i, "between", (j, k)). `complete`: what is not named is not there, and an unnamed fill is solid.
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
_FIELDS = (len(SKIES), len(GROUNDS), 5, 1 + 2 * len(CORNERS), SLOTS + 1)
_STARTS = (0, *accumulate(_FIELDS))[:-1]
_ALL = tuple((1 << width) - 1 for width in _FIELDS)

# A scene's masks say in which of the six slots a value is found. Mask 0: any thing at all.
_VALUES = (SHAPES, COLOURS, SIZES, FILLS, COLUMNS, ("free", "inside"))
_OFFSETS = (1, *accumulate((len(values) for values in _VALUES), initial=1))[1:-1]
_N_MASKS = 1 + sum(map(len, _VALUES))
_INDEX = [
    {None: 0} | {value: start + i for i, value in enumerate(values)}
    for start, values in zip(_OFFSETS, _VALUES, strict=True)
]


class Needs(NamedTuple):
    """Claims in numbers: the frames allowed, and each mention's six masks, all of which must hold."""

    frame: int
    masks: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]  # 0: at least one
    relations: tuple[tuple, ...]


def needs(claims: Claims) -> Needs:
    """What `claims` ask of a scene's frame and masks."""
    sky, ground, clouds, light, number = _ALL
    if claims.sky:
        sky = 1 << SKIES.index(claims.sky)
    if claims.ground:
        ground = 1 << GROUNDS.index(claims.ground)
    if claims.clouds == "some":
        clouds &= ~0b11
    elif claims.clouds is not None or claims.complete:
        clouds = 1 << (claims.clouds or 0)
    if claims.light:
        corners = (claims.corner,) if claims.corner else CORNERS
        light = sum(1 << _light_code(claims.light, corner) for corner in corners)
    elif claims.complete:
        light = 1
    if claims.complete:
        number = 1 << sum(m.count or 1 for m in claims.mentions)
    lies = [None] * len(claims.mentions)
    for i, kind, j in claims.relations:
        if kind == "inside":
            lies[i] = "inside"
        elif kind == "above":
            lies[j] = "free"
    unnamed_fill = "solid" if claims.complete else None
    masks = tuple(
        tuple(
            index[value]
            for index, value in zip(
                _INDEX, (m.shape, m.colour, m.size, m.fill or unnamed_fill, m.column, lie), strict=True
            )
        )
        for m, lie in zip(claims.mentions, lies, strict=True)
    )
    fields = zip((sky, ground, clouds, light, number), _STARTS, strict=True)
    frame = sum(field << start for field, start in fields)
    return Needs(frame, masks, tuple(m.count or 0 for m in claims.mentions), claims.relations)


def _light_code(light: str, corner: str) -> int:
    return 2 * LIGHTS.index(light) - 1 + CORNERS.index(corner)


def frame_and_masks(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scenes' codes (B, 34) as frames (B,) and masks of slots (V, B), uint8."""
    things = codes[:, 4:].reshape(len(codes), SLOTS, 5)
    there = things[:, :, 0] > 0  # (B, slots)
    fields = [*codes[:, :4].T, there.sum(1)]
    frame = sum(1 << (field + start) for field, start in zip(fields, _STARTS, strict=True))
    masks = np.zeros((_N_MASKS, len(codes)), np.uint8)
    rows = np.arange(len(codes))
    for slot in range(SLOTS):
        thing = things[:, slot]
        bit = (there[:, slot] << slot).astype(np.uint8)
        masks[0] |= bit
        values = [*(thing[:, :4].T - 1), np.full(len(codes), slot // 2), thing[:, 4]]
        for start, value in zip(_OFFSETS, values, strict=True):
            masks[start + np.maximum(value, 0), rows] |= bit
    return frame, masks


def holds(need: Needs, frame: int, masks: Sequence[int]) -> bool:
    """Whether a scene, as its frame and masks, is as asked."""
    if frame & ~need.frame:
        return False
    found = []
    for indices, count in zip(need.masks, need.counts, strict=True):
        mask = masks[0]
        for index in indices:
            mask &= masks[index]
        if not mask or (count and mask.bit_count() != count):
            return False
        found.append(mask)
    return _assign(need, found, ())


def _assign(need: Needs, found: list[int], slots: tuple[int, ...]) -> bool:
    """Whether the mentions from number `len(slots)` on can be given slots not yet used, relations kept.

    A counted mention takes all the slots it matches; the others one each. `slots` holds bit masks.
    """
    i = len(slots)
    if i == len(found):
        return all(_related(kind, slots, a, b) for a, kind, b in need.relations)
    free = found[i] & ~sum(slots)
    if need.counts[i]:
        return free == found[i] and _assign(need, found, (*slots, free))
    return any(
        free >> slot & 1 and _assign(need, found, (*slots, 1 << slot)) for slot in range(SLOTS)
    )


def _related(kind: str, slots: tuple[int, ...], a: int, b: int | tuple[int, int]) -> bool:
    if kind == "between":
        left, right = sorted(slots[i] for i in b)
        return _left(left, slots[a]) and _left(slots[a], right)
    if kind == "left":
        return _left(slots[a], slots[b])
    return _upon(slots[a], slots[b]) if kind == "above" else _upon(slots[b], slots[a])


def _left(a: int, b: int) -> bool:
    """Whether some slot of mask a stands in a column left of some slot of mask b."""
    return (a & -a).bit_length() - 1 >> 1 < b.bit_length() - 1 >> 1 if a and b else False


def _upon(upper: int, lower: int) -> bool:
    """Whether some slot of the first mask is the upper one of a column, some of the second its lower."""
    return bool(upper << 1 & lower & 0b101010)


_PAIRS = {"apart": 0, "left": 1, "above": 2}  # what two mentions can be to each other
_NONE, _ONE, _HARD = 3, 4, 5  # no mention, one mention, and what is left to `holds`


@cache
def _pair_tables() -> np.ndarray:
    """(3, 64, 64) bool: whether two masks allow two different slots; left of each other; upon."""
    masks = range(1 << SLOTS)
    apart = [[bool(a and b and (a | b).bit_count() > 1) for b in masks] for a in masks]
    left = [[_left(a, b) for b in masks] for a in masks]
    return np.array([apart, left, [[_upon(a, b) for b in masks] for a in masks]])


def row(need: Needs) -> tuple[int, ...]:
    """A caption's needs as the 15 numbers of `truth_matrix`: frame, way, count, two mentions' masks."""
    masks, counts, way = need.masks, need.counts, _HARD
    if len(masks) < 2:
        way = _ONE if masks else _NONE
    elif len(masks) == 2 and not any(counts) and len(need.relations) < 2:
        a, kind, b = need.relations[0] if need.relations else (0, "apart", 1)
        if (kind != "inside") != (a == 0):
            masks = masks[::-1]
        if kind != "between":
            way = _PAIRS["above" if kind == "inside" else kind]
    first, second = (*masks, (0,) * 6, (0,) * 6)[:2]
    return (need.frame, way, counts[0] if way == _ONE else 0, *first, *second)


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
    rows = np.array([caption.row for caption in captions], dtype=np.int64).reshape(-1, 15)
    frame, masks = frame_and_masks(codes)
    true = (frame & ~rows[:, :1]) == 0  # (M, B)
    for way in np.unique(rows[:, 1]):
        chosen = np.flatnonzero(rows[:, 1] == way)
        if way == _NONE:
            continue
        if way == _HARD:
            for m, b in zip(*np.nonzero(true[chosen]), strict=True):
                need = captions[chosen[m]].needs
                true[chosen[m], b] = holds(need, int(frame[b]), masks[:, b].tolist())
            continue
        first = np.bitwise_and.reduce([masks[i] for i in rows[chosen, 3:9].T])  # (chosen, B)
        if way == _ONE:
            count = rows[chosen, 2:3]
            true[chosen] &= np.where(count > 0, np.bitwise_count(first) == count, first > 0)
        else:
            second = np.bitwise_and.reduce([masks[i] for i in rows[chosen, 9:15].T])
            true[chosen] &= _pair_tables()[way].ravel()[first.astype(np.intp) << SLOTS | second]
    return torch.from_numpy(np.ascontiguousarray(true.T))
