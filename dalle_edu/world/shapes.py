"""The forms of Little World: what each shape and drawn thing looks like, free of place and colour.

A form is painted part by part. Each part is an outline with a tone: "body" carries the thing's
colour, "shadow" a darker shade of it, any other tone is one of `TONES`. An outline is an array of
loops (K, N, 2), x to the right, y downwards; a second loop runs the other way round a hole.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

Points = Sequence[tuple[float, float]]

TONES = {"bark": (122, 78, 44), "cream": (240, 226, 190), "leaf": (52, 132, 60)}
TONES |= {"honey": (248, 190, 50), "ink": (38, 36, 42), "glass": (196, 226, 244)}


@cache
def form(shape: str) -> tuple[tuple[str, np.ndarray], ...]:
    """The parts of a shape: tone and loops (K, N, 2).

    Their bounding box is centred on 0, its longer side 1 long.
    """
    parts = [(tone, np.array(points, float)) for name, tone, points in _PARTS if name == shape]
    corners = np.concatenate([points.reshape(-1, 2) for _, points in parts])
    low, high = corners.min(0), corners.max(0)
    parts = [(tone, (points - (low + high) / 2) / (high - low).max()) for tone, points in parts]
    # Only the ring has more than one loop.
    return tuple((tone, points if points.ndim == 3 else points[None]) for tone, points in parts)


@cache
def extent(shape: str) -> tuple[float, float]:
    """Width and height of a form's bounding box; the greater of the two is 1."""
    corners = np.concatenate([loops.reshape(-1, 2) for _, loops in form(shape)])
    return tuple(np.ptp(corners, 0).tolist())


def grow(loops: np.ndarray, by: float) -> np.ndarray:
    """The outline (K, N, 2) pushed outwards by a distance, corners mitred up to twice that far."""
    x, y = np.moveaxis(np.roll(loops, -1, 1) - loops, -1, 0)
    clockwise = np.sign((loops[0, :, 0] * y[0] - loops[0, :, 1] * x[0]).sum())
    normal = clockwise * np.stack([y, -x], -1) / (np.hypot(x, y)[..., None] + 1e-9)
    mean = normal + np.roll(normal, 1, 1)
    length = np.linalg.norm(mean, axis=-1, keepdims=True) + 1e-9
    return loops + by * 2 * mean / np.maximum(length, length**2)


def arc(x, y, r, ry=None, start=0.0, end=360.0, n=None) -> np.ndarray:
    """Points (N, 2) on an ellipse about (x, y), from `start` to `end` in degrees; 0 right, 90 down.

    `ry` is its half height if that is not `r`. Few points make a regular polygon.
    """
    turn = abs(end - start)
    n = n or max(8, round(turn / 6))
    angles = np.radians(np.linspace(start, end, n, endpoint=turn < 360))
    return np.stack([x + r * np.cos(angles), y + (ry or r) * np.sin(angles)], 1)


def _box(left: float, top: float, right: float, bottom: float) -> Points:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _mirrored(right: Points) -> Points:
    """The outline whose right half is this, from top to bottom."""
    return [*right, *((-x, y) for x, y in reversed(right))]


def _heart() -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([np.sin(t) ** 3, -y / 16], 1)


def _petals(count: int) -> np.ndarray:
    angles = np.linspace(0, np.pi * count, 72, endpoint=False)
    return arc(0, 0, 1, n=72) * (0.72 + 0.28 * np.abs(np.sin(angles)) ** 0.6)[:, None]


_SHAFT = [(-1, -0.27), (0.1, -0.27), (0.1, -0.75)]
_CROSS = [(0.36, -1), (0.36, -0.36), (1, -0.36), (1, 0.36), (0.36, 0.36), (0.36, 1)]
_TREE = [(0, -1), (0.36, -0.48), (0.2, -0.48), (0.5, 0), (0.3, 0), (0.62, 0.5)]
_BIRD = [*arc(-0.05, 0.12, 0.62, 0.48, 0, 180), (-1, -0.22), (-0.5, -0.12)]
_CAR = [(-0.62, -0.08), (-0.42, -0.5), (0.28, -0.5), (0.56, -0.08), (0.92, 0.02), (1, 0.36)]
# Every part of every form, in the order of painting.
_PARTS: list[tuple[str, str, Points | list[Points]]] = [
    ("circle", "body", arc(0, 0, 1)),
    ("square", "body", _box(-1, -1, 1, 1)),
    ("triangle", "body", [(0, -0.9), (1, 0.9), (-1, 0.9)]),
    ("star", "body", arc(0, 0, 1, start=-90, end=270, n=10) * np.resize([[1], [0.43]], (10, 1))),
    ("diamond", "body", [(0, -1), (0.74, 0), (0, 1), (-0.74, 0)]),
    ("cross", "body", _mirrored(_CROSS)),
    ("heart", "body", _heart()),
    ("ring", "body", [arc(0, 0, 1), arc(0, 0, 0.5, start=360, end=0)]),
    ("pentagon", "body", arc(0, 0, 1, start=-90, end=270, n=5)),
    ("arrow", "body", [*_SHAFT, (1, 0), *((x, -y) for x, y in reversed(_SHAFT))]),
    ("hexagon", "body", arc(0, 0, 1, n=6)),
    ("oval", "body", arc(0, 0, 1, 0.62)),
    # A circle's far side, and back along a smaller circle.
    ("moon", "body", [*arc(0, 0, 1, start=54, end=306), *arc(0.45, 0, 0.82, start=280, end=80)]),
    ("tree", "bark", _box(-0.12, 0.4, 0.12, 0.85)),
    ("tree", "body", _mirrored(_TREE)),
    ("house", "body", _box(-0.78, -0.15, 0.78, 1)),
    ("house", "shadow", [(-1, -0.1), (0, -1), (1, -0.1)]),
    ("house", "cream", _box(-0.5, 0.3, -0.1, 1)),
    ("house", "glass", _box(0.18, 0.2, 0.55, 0.57)),
    ("boat", "bark", _box(-0.09, -1, 0.04, 0.4)),
    ("boat", "body", [(-1, 0.36), (1, 0.36), (0.6, 0.95), (-0.65, 0.95)]),
    ("boat", "body", [(0.12, -0.95), (0.85, 0.2), (0.12, 0.2)]),
    ("boat", "body", [(-0.17, -0.7), (-0.17, 0.2), (-0.75, 0.2)]),
    ("fish", "body", [*arc(0.2, 0, 0.8, 0.52, -158, 158), (-1, 0.5), (-0.8, 0), (-1, -0.5)]),
    ("fish", "shadow", [(0.15, -0.08), (-0.25, 0.22), (0.15, 0.25)]),
    ("fish", "cream", arc(0.6, -0.12, 0.17)),
    ("fish", "ink", arc(0.63, -0.12, 0.09)),
    ("flower", "leaf", _box(-0.07, 0, 0.07, 1)),
    ("flower", "leaf", arc(0.25, 0.68, 0.24, 0.12)),
    ("flower", "leaf", arc(-0.25, 0.8, 0.24, 0.12)),
    ("flower", "body", _petals(6) * 0.64 + (0, -0.36)),
    ("flower", "honey", arc(0, -0.36, 0.2)),
    ("bird", "honey", [(0.75, -0.48), (1.05, -0.3), (0.75, -0.16)]),
    ("bird", "ink", _box(-0.14, 0.5, -0.05, 0.85)),
    ("bird", "ink", _box(0.12, 0.5, 0.21, 0.85)),
    ("bird", "body", [*_BIRD, *arc(0.5, -0.32, 0.34, 0, 200, 400)]),
    ("bird", "shadow", arc(-0.08, 0.02, 0.38, 0.34, 0, 180)),
    ("bird", "ink", arc(0.58, -0.38, 0.08)),
    ("car", "body", [*_CAR, (-1, 0.36), (-1, 0)]),
    ("car", "glass", [(-0.46, -0.06), (-0.34, -0.38), (-0.12, -0.38), (-0.12, -0.06)]),
    ("car", "glass", [(0, -0.06), (0, -0.38), (0.22, -0.38), (0.4, -0.06)]),
    ("car", "ink", arc(-0.52, 0.36, 0.23)),
    ("car", "ink", arc(0.54, 0.36, 0.23)),
    ("car", "glass", arc(-0.52, 0.36, 0.1)),
    ("car", "glass", arc(0.54, 0.36, 0.1)),
    ("mushroom", "cream", [(-0.24, 0), (0.24, 0), (0.32, 0.75), (-0.32, 0.75)]),
    ("mushroom", "body", [*arc(0, 0.1, 1, 1, 180, 360), *arc(0, 0.1, 1, 0.18, 0, 180)]),
]
