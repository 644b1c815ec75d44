"""The forms of Little World: what each shape and each drawn thing looks like, free of place and colour.

A form is a tuple of parts, painted in turn. Each is an outline with a tone: "body" carries the thing's
colour, "shadow" a darker shade of it, any other tone is one of `TONES`. An outline is an array of loops
(K, N, 2), x to the right, y downwards; the second loop, if there is one, runs the other way round a hole.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

Part = tuple[str, np.ndarray]  # tone, loops (K, N, 2)
Drawing = list[tuple[str, Sequence]]

TONES = {
    "bark": (122, 78, 44),
    "cream": (240, 226, 190),
    "leaf": (52, 132, 60),
    "honey": (250, 200, 60),
    "amber": (235, 140, 30),
    "ink": (38, 36, 42),
    "steel": (175, 180, 188),
    "glass": (196, 226, 244),
}


@cache
def form(shape: str) -> tuple[Part, ...]:
    """The parts of a shape, the bounding box of all of them centred on 0, its longer side 1 long.

    Raises:
        ValueError: if there is no such shape.
    """
    if shape in _OUTLINES:
        drawing = [("body", _OUTLINES[shape])]
    elif shape in _DRAWINGS:
        drawing = _DRAWINGS[shape]
    else:
        known = ", ".join([*_OUTLINES, *_DRAWINGS])
        raise ValueError(f"shape {shape!r} is unknown: use one of {known}")
    parts = [(tone, np.array(points, float)) for tone, points in drawing]
    parts = [(tone, points if points.ndim == 3 else points[None]) for tone, points in parts]
    low, high = _corners(parts)
    return tuple((t, (points - (low + high) / 2) / (high - low).max()) for t, points in parts)


@cache
def extent(shape: str) -> tuple[float, float]:
    """Width and height of a form's bounding box; the greater of the two is 1."""
    low, high = _corners(form(shape))
    return tuple((high - low).tolist())


def _corners(parts: Sequence[Part]) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate([loops.reshape(-1, 2) for _, loops in parts])
    return points.min(0), points.max(0)


def grow(loops: np.ndarray, by: float) -> np.ndarray:
    """The outline (K, N, 2) pushed outwards by a distance, its corners mitred up to twice that far."""
    ahead = np.roll(loops, -1, 1) - loops
    turn = np.sign((loops[0, :, 0] * ahead[0, :, 1] - loops[0, :, 1] * ahead[0, :, 0]).sum())
    normal = turn * np.stack([ahead[..., 1], -ahead[..., 0]], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9
    mean = normal + np.roll(normal, 1, 1)
    length = np.linalg.norm(mean, axis=-1, keepdims=True) + 1e-9
    return loops + by * 2 * mean / np.maximum(length, length**2)


def arc(
    x: float, y: float, r: float, ry: float = 0, start: float = 0, end: float = 360
) -> np.ndarray:
    """Points (N, 2) on an ellipse about (x, y), from `start` to `end` in degrees; 0 is right, 90 down."""
    n = max(8, round(abs(end - start) / 6))
    angles = np.radians(np.linspace(start, end, n, endpoint=abs(end - start) < 360))
    return np.stack([x + r * np.cos(angles), y + (ry or r) * np.sin(angles)], 1)


def _polygon(corners: int, inner: float = 1.0, turn: float = -90) -> np.ndarray:
    """A regular polygon; with `inner` below 1, every second corner lies nearer to the middle."""
    angles = np.radians(turn + 360 / corners * np.arange(corners))
    radii = np.where(np.arange(corners) % 2, inner, 1)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], 1)


def _box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _mirrored(right: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The outline whose right half is this, from top to bottom."""
    return [*right, *[(-x, y) for x, y in reversed(right)]]


def _heart() -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([np.sin(t) ** 3, -y / 16], 1)


def _petals(x: float, y: float, r: float) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = r * (0.72 + 0.28 * np.abs(np.cos(3 * t)) ** 0.6)
    return np.stack([x + radius * np.sin(t), y - radius * np.cos(t)], 1)


_OUTLINES: dict[str, Sequence] = {
    "circle": arc(0, 0, 1),
    "square": _box(-1, -1, 1, 1),
    "triangle": [(0, -0.9), (1, 0.9), (-1, 0.9)],
    "star": _polygon(10, inner=0.43),
    "diamond": [(0, -1), (0.74, 0), (0, 1), (-0.74, 0)],
    "cross": _mirrored([(0.36, -1), (0.36, -0.36), (1, -0.36), (1, 0.36), (0.36, 0.36), (0.36, 1)]),
    "heart": _heart(),
    "ring": [arc(0, 0, 1), arc(0, 0, 0.5, start=360, end=0)],
    "pentagon": _polygon(5),
    "arrow": [
        (-1, -0.27),
        (0.1, -0.27),
        (0.1, -0.75),
        (1, 0),
        (0.1, 0.75),
        (0.1, 0.27),
        (-1, 0.27),
    ],
    "hexagon": _polygon(6, turn=0),
    "oval": arc(0, 0, 1, 0.62),
}
_BIRD = [*arc(-0.05, 0.12, 0.62, 0.48, 0, 180), (-1, -0.22), (-0.5, -0.12)]
_ROOF = [(-0.62, -0.08), (-0.42, -0.5), (0.28, -0.5), (0.56, -0.08)]
_DRAWINGS: dict[str, Drawing] = {
    "tree": [
        ("bark", _box(-0.12, 0.4, 0.12, 0.85)),
        (
            "body",
            _mirrored([(0, -1), (0.36, -0.48), (0.2, -0.48), (0.5, 0), (0.3, 0), (0.62, 0.5)]),
        ),
    ],
    "house": [
        ("body", _box(-0.78, -0.15, 0.78, 1)),
        ("shadow", [(-1, -0.1), (0, -1), (1, -0.1)]),
        ("cream", _box(-0.5, 0.3, -0.1, 1)),
        ("glass", _box(0.18, 0.2, 0.55, 0.57)),
    ],
    "boat": [
        ("bark", _box(-0.09, -1, 0.04, 0.4)),
        ("body", [(-1, 0.36), (1, 0.36), (0.6, 0.95), (-0.65, 0.95)]),
        ("body", [(0.12, -0.95), (0.85, 0.2), (0.12, 0.2)]),
        ("body", [(-0.17, -0.7), (-0.17, 0.2), (-0.75, 0.2)]),
    ],
    "fish": [
        ("body", [*arc(0.2, 0, 0.8, 0.52, -158, 158), (-1, 0.5), (-0.8, 0), (-1, -0.5)]),
        ("shadow", [(0.15, -0.08), (-0.25, 0.22), (0.15, 0.25)]),
        ("cream", arc(0.6, -0.12, 0.17)),
        ("ink", arc(0.63, -0.12, 0.09)),
    ],
    "flower": [
        ("leaf", _box(-0.07, 0, 0.07, 1)),
        ("leaf", arc(0.25, 0.68, 0.24, 0.12)),
        ("leaf", arc(-0.25, 0.8, 0.24, 0.12)),
        ("body", _petals(0, -0.36, 0.64)),
        ("honey", arc(0, -0.36, 0.2)),
    ],
    "bird": [
        ("amber", [(0.75, -0.48), (1.05, -0.3), (0.75, -0.16)]),
        ("ink", _box(-0.14, 0.5, -0.05, 0.85)),
        ("ink", _box(0.12, 0.5, 0.21, 0.85)),
        ("body", [*_BIRD, *arc(0.5, -0.32, 0.34, 0, 200, 400)]),
        ("shadow", arc(-0.08, 0.02, 0.38, 0.34, 0, 180)),
        ("ink", arc(0.58, -0.38, 0.08)),
    ],
    "car": [
        ("body", [*_ROOF, (0.92, 0.02), (1, 0.36), (-1, 0.36), (-1, 0)]),
        ("glass", [(-0.46, -0.06), (-0.34, -0.38), (-0.12, -0.38), (-0.12, -0.06)]),
        ("glass", [(0, -0.06), (0, -0.38), (0.22, -0.38), (0.4, -0.06)]),
        ("ink", arc(-0.52, 0.36, 0.23)),
        ("ink", arc(0.54, 0.36, 0.23)),
        ("steel", arc(-0.52, 0.36, 0.1)),
        ("steel", arc(0.54, 0.36, 0.1)),
    ],
    "mushroom": [
        ("cream", [(-0.24, 0), (0.24, 0), (0.32, 0.75), (-0.32, 0.75)]),
        ("body", [*arc(0, 0.1, 1, 1, 180, 360), *arc(0, 0.1, 1, 0.18, 0, 180)]),
    ],
}
