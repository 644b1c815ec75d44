"""A scene's picture: first a layout, where everything is and in which shade, then the pixels.

The layout follows from the seed alone, in units of the picture's side, so that it is the same at
every size. Places, sizes and shades keep to bands that a caption can name. Used from chapter 1 on.
"""

import math
import random
from collections.abc import Callable
from colorsys import hsv_to_rgb
from dataclasses import dataclass, replace

import numpy as np
import torch
from PIL import Image, ImageChops, ImageDraw

from .scene import COLUMNS, DRAWN, Scene, Thing
from .shapes import TONES, arc, extent, form, grow

RGB = tuple[int, int, int]
Painted = tuple[RGB, np.ndarray]  # a shade and the loops (K, N, 2) it fills, 1 the picture's side

# Ranges of hue in degrees, saturation and value. Of a sky: at its top, at its bottom.
SHADES = {
    "red": ((351, 368), (0.78, 0.92), (0.78, 0.95)),
    "orange": ((22, 33), (0.85, 0.97), (0.93, 1)),
    "yellow": ((47, 57), (0.72, 0.9), (0.95, 1)),
    "green": ((118, 150), (0.65, 0.85), (0.5, 0.68)),
    "blue": ((218, 245), (0.75, 0.9), (0.7, 0.9)),
    "purple": ((266, 293), (0.58, 0.78), (0.58, 0.78)),
    "white": ((0, 360), (0, 0.03), (0.95, 1)),
    "black": ((0, 360), (0, 0.3), (0.05, 0.13)),
    "pink": ((325, 345), (0.32, 0.46), (0.96, 1)),
    "brown": ((18, 30), (0.58, 0.72), (0.34, 0.46)),
    "grey": ((0, 360), (0, 0.05), (0.42, 0.56)),
    "turquoise": ((172, 184), (0.65, 0.85), (0.74, 0.88)),
    "grass": ((93, 122), (0.5, 0.65), (0.58, 0.75)),
    "sand": ((38, 46), (0.28, 0.37), (0.86, 0.94)),
    "snow": ((205, 225), (0.01, 0.05), (0.93, 0.99)),
    "sun": ((49, 58), (0.55, 0.75), (0.98, 1)),
    "moon": ((45, 60), (0, 0.09), (0.93, 1)),
    "cloud": ((205, 225), (0, 0.04), (0.95, 1)),
}
SKY_SHADES = {
    "blue": (((203, 219), (0.6, 0.72), (0.88, 1)), ((203, 219), (0.28, 0.4), (0.95, 1))),
    "night": (((225, 245), (0.6, 0.8), (0.12, 0.2)), ((225, 245), (0.45, 0.65), (0.22, 0.33))),
    "sunset": (((16, 23), (0.72, 0.85), (0.92, 1)), ((17, 29), (0.48, 0.6), (0.98, 1))),
    "grey": (((210, 230), (0, 0.07), (0.52, 0.62)), ((210, 230), (0, 0.06), (0.66, 0.76))),
}
# A thing's longer side in pixels of a picture 64 wide, and where its centre may be. A scene is
# crowded if it has two rows, or things both in the centre and beside it; what lies inside another
# thing is as small as in a crowd.
SIZES = {"small": (18.6, 21), "large": (27.6, 30.3)}
CROWDED_SIZES = {"small": (14.3, 15.3), "large": (19, 20.2)}
PLACES = {"left": (0.21, 0.29), "centre": (0.45, 0.55), "right": (0.71, 0.79)}
CROWDED_PLACES = {"left": (0.17, 0.24), "centre": (0.45, 0.55), "right": (0.76, 0.83)}
HEIGHTS = {1: ((0.48, 0.68),), 2: ((0.4, 0.52), (0.74, 0.84))}
CLOUD_WIDTHS = ((0.26, 0.36), (0.22, 0.28), (0.18, 0.22), (0.15, 0.18))  # of one cloud, of two, ...
GAP = 0.016  # the least between two things
NEAR = 190  # colours less far apart than this vanish in one another
RIM, RIMS = 0.013, ((45, 45, 52), (250, 250, 250))  # width and shades of the line that then helps
LINE = 0.03  # width of the line of a thing that is an outline
PATTERN = 0.082  # from one stripe or dot to the next


@dataclass(frozen=True)
class Placed:
    """A thing where it stands: `side` is the longer one; `flip` -1 if it faces left."""

    thing: Thing
    x: float
    y: float
    side: float
    flip: int
    shade: RGB
    second: RGB  # of its stripes or dots
    turn: float  # direction of its stripes in degrees
    rim: RGB | None = None

    def parts(self) -> list[tuple[RGB, bool, np.ndarray]]:
        """Of each part the shade, whether it is of the body, and the loops (K, N, 2)."""
        tones = TONES | {"body": self.shade, "shadow": _darker(self.shade)}
        scale, middle = (self.flip * self.side, self.side), (self.x, self.y)
        drawn = form(self.thing.shape)
        return [(tones[tone], tone == "body", loops * scale + middle) for tone, loops in drawn]


@dataclass(frozen=True)
class Layout:
    """Where everything is, in units of the picture's side, and in which shade."""

    sky: tuple[RGB, RGB]
    ground: RGB | None
    horizon: float  # 1 without a ground
    above: tuple[Painted, ...]  # the light and the clouds
    things: tuple[Placed, ...]


def render(scene: Scene, size: int = 64, seed: int | random.Random = 0) -> torch.Tensor:
    """A picture of the scene.

    Args:
        scene: what to show.
        size: height and width in pixels.
        seed: an integer, or a generator to draw from: what the scene leaves open follows from it.

    Returns:
        uint8 (3, size, size): red, green, blue. The same scene and seed give the same pixels, and
        at another size the same layout.
    """
    return torch.from_numpy(paint(lay_out(scene, seed), size)).permute(2, 0, 1).contiguous()


def lay_out(scene: Scene, seed: int | random.Random = 0) -> Layout:
    """Draws from the seed everything that the scene leaves open."""
    # An integer seeds a stream of its own: `sample(7)` and `render(scene, seed=7)` share nothing.
    rng = seed if isinstance(seed, random.Random) else random.Random(f"picture {seed}")
    sky = tuple(_shade(rng, ranges) for ranges in SKY_SHADES[scene.sky])
    ground = None if scene.ground == "none" else _shade(rng, SHADES[scene.ground])
    horizon = rng.uniform(0.745, 0.815) if ground else 1.0
    above, left, right = [], 0.02, 0.98
    if scene.light != "none":
        x, y = rng.uniform(0.15, 0.19), rng.uniform(0.14, 0.165)
        left, right = (x + 0.16, right) if scene.corner == "left" else (left, 0.84 - x)
        above = _light(rng, scene.light, x if scene.corner == "left" else 1 - x, y)
    cell = (right - left) / max(1, scene.clouds)
    for k in range(scene.clouds):
        above = above + _cloud(rng, left + k * cell, cell, scene.clouds)
    ceiling = max((float(loops[..., 1].max()) for _, loops in above), default=0) + 0.02
    things = _place(rng, scene.things, ceiling)

    def behind(y: float) -> RGB:
        return _mix(*sky, y / horizon) if y < horizon else ground

    things = tuple(_with_rim(placed, things, behind) for placed in things)
    return Layout(sky, ground, horizon, tuple(above), things)


def _shade(rng: random.Random, ranges: tuple) -> RGB:
    hue, saturation, value = (rng.uniform(*r) for r in ranges)
    return tuple(round(255 * v) for v in hsv_to_rgb(hue % 360 / 360, saturation, value))


def _mix(a: RGB, b: RGB, t: float) -> RGB:
    return tuple(round(p + (q - p) * t) for p, q in zip(a, b, strict=True))


def _darker(shade: RGB) -> RGB:
    return _mix(shade, (0, 0, 0) if max(shade) > 60 else (255, 255, 255), 0.3)


def _apart(a: RGB, b: RGB) -> float:
    """Distance of two colours, green weighing most, as in the eye; black to white is 765."""
    return math.sqrt(sum(w * (p - q) ** 2 for w, p, q in zip((2, 4, 3), a, b, strict=True)))


def _light(rng: random.Random, name: str, x: float, y: float) -> list[Painted]:
    """A disc with rays, or a crescent that leans to either side."""
    shade, r, turn = _shade(rng, SHADES[name]), rng.uniform(0.07, 0.082), rng.uniform(-0.5, 0.5)
    if name == "moon":
        cos, sin = math.cos(turn), math.sin(turn)
        crescent = form("moon")[0][1] * (math.copysign(2.7 * r, turn), 2.7 * r)
        return [(shade, crescent @ np.array([[cos, sin], [-sin, cos]]) + np.array([x, y]))]
    rays, parts, middle = rng.randint(8, 12), [arc(x, y, r)], np.array([x, y])
    for angle in np.linspace(turn, turn + 2 * math.pi, rays, endpoint=False):
        along = r * np.array([math.cos(angle), math.sin(angle)])
        across = 0.16 * along[::-1] * (-1, 1)
        ray = np.array([1.2 * along - across, 1.72 * along, 1.2 * along + across])
        parts.append(middle + ray)
    return [(shade, points[None]) for points in parts]


def _cloud(rng: random.Random, start: float, cell: float, n: int) -> list[Painted]:
    """One of n clouds in its part of the sky: discs on one base line, the outer ones smallest."""
    shade, count = _shade(rng, SHADES["cloud"]), rng.choice((3, 4, 5))
    width = min(rng.uniform(*CLOUD_WIDTHS[n - 1]), cell - 0.03)
    left = start + rng.uniform(0.012, cell - width - 0.012)
    base = rng.uniform(0.06 + 0.43 * width, 0.285)
    ends = width * rng.uniform(0.13, 0.18)
    radii = [ends, *(width * rng.uniform(0.17, 0.21) for _ in range(count - 2)), ends]
    radii[rng.randint(1, count - 2)] = width * rng.uniform(0.23, 0.27)
    xs = np.linspace(left + ends, left + width - ends, count)
    box = np.stack([xs[[0, -1, -1, 0]], base - np.array([ends, ends, 0, 0])], 1)
    discs = [arc(x, base - r, r) for x, r in zip(xs, radii, strict=True)]
    return [(shade, points[None]) for points in (box, *discs)]


def _spread(rng: random.Random, bands: list, lengths: list, start: float) -> list[float]:
    """Centres along one axis, each in its band if there is room, none overlapping the next."""
    end, highs = 0.985, []
    for (_, high), length in zip(reversed(bands), reversed(lengths), strict=True):
        highs.append(min(high, end - length / 2))
        end = highs[-1] - length / 2 - GAP
    centres = []
    for (low, _), length, high in zip(bands, lengths, reversed(highs), strict=True):
        low = max(low, start + length / 2)
        centres.append(rng.uniform(low, max(low, high)))
        start = centres[-1] + length / 2 + GAP
    return centres


def _place(rng: random.Random, things: tuple[Thing, ...], ceiling: float) -> list[Placed]:
    """The things below the ceiling; one inside another has that one's centre."""
    hosts = {t.column for t in things if t.row == 0}
    guests = {t for t in things if t.inside and t.column in hosts}
    standing = [[t for t in things if t.column == c and t not in guests] for c in COLUMNS]
    columns = {column[0].column: column for column in standing if column}
    rows = max(map(len, columns.values()), default=1)
    crowded = rows > 1 or ("centre" in columns and len(columns) > 1)
    sizes, places = (CROWDED_SIZES, CROWDED_PLACES) if crowded else (SIZES, PLACES)
    side = {t: rng.uniform(*(CROWDED_SIZES if t in guests else sizes)[t.size]) / 64 for t in things}
    width, height = ({t: side[t] * extent(t.shape)[axis] for t in things} for axis in (0, 1))
    widths = [max(width[t] for t in column) for column in columns.values()]
    xs = _spread(rng, [places[c] for c in columns], widths, 0.015)
    centre = {}
    for x, (name, column) in zip(xs, columns.items(), strict=True):
        ys = _spread(rng, HEIGHTS[len(column)], [height[t] for t in column], ceiling)
        centre |= {t: (x, y) for t, y in zip(column, ys, strict=True)}
        centre |= {t: (x, ys[0]) for t in guests if t.column == name}
    placed = []
    for t in things:
        shade, flip = _shade(rng, SHADES[t.colour]), rng.choice((-1, 1)) if t.shape in DRAWN else 1
        second = (255, 255, 255) if _apart(shade, (255, 255, 255)) > 250 else _darker(shade)
        turn = rng.choice((0, 45, 90, 135))
        placed.append(Placed(t, *centre[t], side[t], flip, shade, second, turn))
    return placed


def _with_rim(placed: Placed, things: list[Placed], behind: Callable[[float], RGB]) -> Placed:
    """The one rule of visibility: a thing whose colour is too near to what lies behind gets a rim.

    The rim's shade is the one that stands out more from the thing and from what it vanishes in.
    """
    height = placed.side * extent(placed.thing.shape)[1]
    backs = [behind(placed.y + step * height) for step in (-0.5, -0.25, 0, 0.25, 0.5)]
    if placed.thing.inside:
        backs = [p.shade for p in things if p.thing.slot == placed.thing.slot - 1] or backs
    own = [placed.shade]
    own += [placed.second] * (placed.thing.fill in ("striped", "dotted"))
    own += [_darker(placed.shade)] * (placed.thing.shape == "house")  # its roof
    near = {shade for a in own for b in backs if _apart(a, b) < NEAR for shade in (a, b)}
    if not near:
        return placed
    return replace(placed, rim=max(RIMS, key=lambda rim: min(_apart(rim, shade) for shade in near)))


def paint(layout: Layout, size: int) -> np.ndarray:
    """The layout's pixels, uint8 (size, size, 3): drawn larger, then averaged for smooth edges."""
    over = 4 if size <= 128 else 2
    side = over * size
    t = np.linspace(0, 1, round(side * layout.horizon))[:, None]
    column = np.full((side, 1, 3), layout.ground or 0, np.uint8)
    column[: len(t), 0] = np.array(layout.sky[0]) * (1 - t) + np.array(layout.sky[1]) * t + 0.5
    image = Image.fromarray(column).resize((side, side), Image.Resampling.NEAREST)
    for shade, loops in layout.above:
        _fill(image, loops, shade)
    for placed in layout.things:
        _paint_thing(image, placed)
    return np.array(image.reduce(over))


def _paint_thing(image: Image.Image, placed: Placed) -> None:
    fill, parts = placed.thing.fill, placed.parts()
    for _, body, loops in parts if placed.rim else ():
        line = (LINE + 2 * RIM) * (body and fill == "outline")
        _fill(image, grow(loops, RIM), placed.rim, line)
    for shade, body, loops in parts:
        _fill(image, loops, shade, LINE * (body and fill == "outline"))
        if body and fill in ("striped", "dotted"):
            _fill(image, loops, placed.second, pattern=_pattern(placed, image.width))


def _fill(image: Image.Image, loops: np.ndarray, shade: RGB, line=0.0, pattern=None) -> None:
    """Fills an outline: all of it, or a line along its inside, or where a pattern is."""
    if not line and pattern is None:
        _polygon(image, loops, shade)
        return
    mask = Image.new("L", image.size)
    _polygon(mask, loops, 255)
    if line:
        _polygon(mask, grow(loops, -line), 0)
    image.paste(shade, mask=ImageChops.multiply(mask, pattern) if pattern else mask)


def _polygon(image: Image.Image, loops: np.ndarray, shade: RGB | int) -> None:
    # Each loop is closed before the next begins: a polygon with a hole.
    points = np.concatenate([loops, loops[:, :1]], 1) if len(loops) > 1 else loops
    ImageDraw.Draw(image).polygon((points * image.width - 0.5).ravel().tolist(), fill=shade)


def _pattern(placed: Placed, side: int) -> Image.Image:
    """Where the second shade shows: stripes, or dots, equally far apart in every thing."""
    x = (np.arange(side, dtype=np.float32) / side - placed.x) / PATTERN
    y = (np.arange(side, dtype=np.float32)[:, None] / side - placed.y) / PATTERN
    striped = placed.thing.fill == "striped"
    cos, sin = (f(math.radians(placed.turn if striped else 45)) for f in (math.cos, math.sin))
    u, v = x * cos + y * sin, y * cos - x * sin
    u -= np.rint(u)  # how far from the middle of the nearest stripe
    shown = abs(u) < 0.21 if striped else u * u + (v - np.rint(v)) ** 2 < 0.07
    return Image.fromarray(shown.astype(np.uint8) * 255)
