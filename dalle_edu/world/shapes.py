"""The forms of Little World: what each shape and each drawn thing looks like, free of place and colour.

A form is a tuple of parts, painted in turn. Each is a closed outline with a tone: "body" carries the
thing's colour, "shadow" a darker shade of it, any other tone is one of `TONES`.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

Part = tuple[str, np.ndarray]  # tone, points (N, 2): x to the right, y downwards
Points = list[tuple[float, float]]

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
    if shape not in _FORMS:
        raise ValueError(f"shape {shape!r} is unknown: use one of {', '.join(_FORMS)}")
    drawn = _FORMS[shape]()
    parts = [("body", drawn)] if isinstance(drawn, list) else drawn
    corners = np.concatenate([np.asarray(points) for _, points in parts])
    low, high = corners.min(0), corners.max(0)
    return tuple((t, (np.asarray(p) - (low + high) / 2) / (high - low).max()) for t, p in parts)


@cache
def extent(shape: str) -> tuple[float, float]:
    """Width and height of a form's bounding box; the greater of the two is 1."""
    corners = np.concatenate([points for _, points in form(shape)])
    return tuple((corners.max(0) - corners.min(0)).tolist())


def grow(points: np.ndarray, by: float) -> np.ndarray:
    """The outline (N, 2) pushed outwards by a distance, its corners mitred up to twice that."""
    ahead = np.roll(points, -1, 0) - points
    turn = np.sign((points[:, 0] * ahead[:, 1] - points[:, 1] * ahead[:, 0]).sum())
    normal = turn * np.stack([ahead[:, 1], -ahead[:, 0]], 1)
    normal /= np.hypot(normal[:, :1], normal[:, 1:]) + 1e-9
    mean = normal + np.roll(normal, 1, 0)
    length = np.hypot(mean[:, :1], mean[:, 1:]) + 1e-9
    return points + by * 2 * mean / np.maximum(length, length**2)


def arc(x: float, y: float, r: float, ry: float = 0, start: float = 0, end: float = 360) -> Points:
    """Points on an ellipse about (x, y), clockwise on the screen from `start` to `end` in degrees; 0 is right."""
    n = max(8, round(abs(end - start) / 6))
    angles = np.radians(np.linspace(start, end, n, endpoint=abs(end - start) < 360))
    points = np.stack([x + r * np.cos(angles), y + (ry or r) * np.sin(angles)], 1)
    return [tuple(p) for p in points.tolist()]


def _polygon(corners: int, inner: float = 1.0, turn: float = -90) -> Points:
    """A regular polygon; with `inner` below 1 every second corner lies that much nearer to the middle."""
    angles = np.radians(turn + 360 / corners * np.arange(corners))
    radii = np.where(np.arange(corners) % 2, inner, 1)
    return [tuple(p) for p in np.stack([radii * np.cos(angles), radii * np.sin(angles)], 1).tolist()]


def _box(left: float, top: float, right: float, bottom: float) -> Points:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _cross() -> Points:
    a, b = 1, 0.36
    quarter = [(b, -a), (b, -b), (a, -b)]
    turns = [(1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0)]
    return [(c * x + d * y, e * x + f * y) for c, d, e, f in turns for x, y in quarter]


def _heart() -> Points:
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    x, y = np.sin(t) ** 3, 0.8125 * np.cos(t) - 0.3125 * np.cos(2 * t) - 0.125 * np.cos(3 * t)
    return [tuple(p) for p in np.stack([x, 0.0625 * np.cos(4 * t) - y], 1).tolist()]


def _ring() -> Points:
    # Out along the outer circle, back along the inner one: a polygon with a hole.
    outer, inner = arc(0, 0, 1), arc(0, 0, 0.52)
    return [*outer, outer[0], inner[0], *inner[::-1]]


def _arrow() -> Points:
    return [(-1, -0.27), (0.1, -0.27), (0.1, -0.75), (1, 0), (0.1, 0.75), (0.1, 0.27), (-1, 0.27)]


def _tree() -> list[tuple[str, Points]]:
    right = [(0.24, -0.5), (0.15, -0.5), (0.34, -0.02), (0.22, -0.02), (0.42, 0.5)]
    crown = [(0, -1), *right, *[(-x, y) for x, y in right[::-1]]]
    return [("bark", _box(-0.09, 0.4, 0.09, 0.8)), ("body", crown)]


def _house() -> list[tuple[str, Points]]:
    return [
        ("body", _box(-0.78, -0.15, 0.78, 1)),
        ("shadow", [(-1, -0.1), (0, -1), (1, -0.1)]),
        ("cream", _box(-0.5, 0.3, -0.1, 1)),
        ("glass", _box(0.18, 0.2, 0.55, 0.57)),
    ]


def _boat() -> list[tuple[str, Points]]:
    return [
        ("bark", _box(-0.09, -1, 0.04, 0.4)),
        ("body", [(0.12, -0.95), (0.85, 0.2), (0.12, 0.2)]),
        ("body", [(-0.17, -0.7), (-0.17, 0.2), (-0.75, 0.2)]),
        ("body", [(-1, 0.36), (1, 0.36), (0.6, 0.95), (-0.65, 0.95)]),
    ]


def _fish() -> list[tuple[str, Points]]:
    body = arc(0.2, 0, 0.8, 0.52, -158, 158)
    return [
        ("body", [*body, (-1, 0.5), (-0.8, 0), (-1, -0.5)]),
        ("shadow", [(0.15, -0.08), (-0.25, 0.22), (0.15, 0.25)]),
        ("cream", arc(0.6, -0.12, 0.17)),
        ("ink", arc(0.63, -0.12, 0.09)),
    ]


def _flower() -> list[tuple[str, Points]]:
    t = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = 0.62 * (0.74 + 0.26 * np.abs(np.cos(3 * t)) ** 0.6 * 1.0)
    petals = np.stack([radius * np.sin(t), -0.38 - radius * np.cos(t)], 1)
    return [
        ("leaf", _box(-0.07, 0, 0.07, 1)),
        ("leaf", arc(0.25, 0.68, 0.24, 0.12)),
        ("leaf", arc(-0.25, 0.8, 0.24, 0.12)),
        ("body", [tuple(p) for p in petals.tolist()]),
        ("honey", arc(0, -0.38, 0.2)),
    ]


def _bird() -> list[tuple[str, Points]]:
    body = [*arc(-0.05, 0.12, 0.62, 0.48, 0, 180), (-1, -0.22), (-0.5, -0.12)]
    return [
        ("amber", [(0.75, -0.45), (1, -0.3), (0.75, -0.2)]),
        ("ink", _box(-0.14, 0.5, -0.06, 0.85)),
        ("ink", _box(0.12, 0.5, 0.2, 0.85)),
        ("body", [*body, *arc(0.5, -0.32, 0.34, 0, 200, 400)]),
        ("shadow", [*arc(-0.08, 0.02, 0.38, 0.34, 0, 180)]),
        ("ink", arc(0.58, -0.38, 0.08)),
    ]


def _car() -> list[tuple[str, Points]]:
    roof = [(-0.62, -0.08), (-0.42, -0.5), (0.28, -0.5), (0.56, -0.08)]
    wheels = [(tone, arc(x, 0.36, r)) for x in (-0.52, 0.54) for tone, r in (("ink", 0.23), ("steel", 0.1))]
    return [
        ("body", [(-1, 0.36), (-1, 0), *roof, (0.92, 0.02), (1, 0.36)]),
        ("glass", [(-0.46, -0.06), (-0.34, -0.38), (-0.12, -0.38), (-0.12, -0.06)]),
        ("glass", [(0, -0.06), (0, -0.38), (0.22, -0.38), (0.4, -0.06)]),
        *wheels,
    ]


def _mushroom() -> list[tuple[str, Points]]:
    return [
        ("cream", [(-0.24, 0), (0.24, 0), (0.32, 0.75), (-0.32, 0.75)]),
        ("body", [*arc(0, 0.1, 1, 1, 180, 360), *arc(0, 0.1, 1, 0.18, 0, 180)]),
    ]


_FORMS: dict[str, Callable[[], Points | list[tuple[str, Points]]]] = {
    "circle": lambda: arc(0, 0, 1),
    "square": lambda: _box(-1, -1, 1, 1),
    "triangle": lambda: [(0, -0.9), (1, 0.9), (-1, 0.9)],
    "star": lambda: _polygon(10, inner=0.43),
    "diamond": lambda: [(0, -1), (0.74, 0), (0, 1), (-0.74, 0)],
    "cross": _cross,
    "heart": _heart,
    "ring": _ring,
    "pentagon": lambda: _polygon(5),
    "arrow": _arrow,
    "tree": _tree,
    "house": _house,
    "boat": _boat,
    "fish": _fish,
    "flower": _flower,
    "bird": _bird,
    "hexagon": lambda: _polygon(6, turn=0),
    "oval": lambda: arc(0, 0, 1, 0.62),
    "car": _car,
    "mushroom": _mushroom,
}
