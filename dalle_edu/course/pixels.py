"""What stands in a picture of the core, from its pixels alone: no network, nothing learned.

It counts clouds, names sun or moon and finds which colour stands where: a cross-check of the judge,
and the way to a thing's contour, whose sharpness is measured here. Chapter 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.evaluation.judge import Reading
from dalle_edu.world.render import render
from dalle_edu.world.scene import COLOURS, COLUMNS, CORNERS, Scene

# Hue in degrees, saturation and value, each from and to; first the core, as it is defined.
BANDS = {
    "red": (345, 374, 0.5, 1, 0.4, 1),
    "orange": (15, 41, 0.5, 1, 0.5, 1),
    "yellow": (41, 66, 0.5, 1, 0.4, 1),
    "green": (80, 165, 0.5, 1, 0.4, 1),
    "blue": (195, 255, 0.5, 1, 0.4, 1),
    "purple": (262, 310, 0.5, 1, 0.4, 1),
    "white": (0, 360, 0, 0.15, 0.85, 1),
    "black": (0, 360, 0, 1, 0, 0.2),
    "pink": (315, 345, 0.2, 0.6, 0.85, 1),
    "brown": (10, 40, 0.45, 0.85, 0.28, 0.5),
    "grey": (0, 360, 0, 0.1, 0.36, 0.62),
    "turquoise": (166, 190, 0.5, 1, 0.6, 1),
    "sun": (43, 62, 0.45, 1, 0.85, 1),
    "cloud": (0, 360, 0, 0.12, 0.88, 1),  # and the moon
}
SKY = 0.31  # clouds, sun and moon lie above it, and no thing begins above `CEILING`
CEILING = 0.225


@dataclass(frozen=True)
class Seen:
    """What the pixels show; `things` are (colour, column), sorted."""

    clouds: int
    light: str
    corner: str
    things: tuple[tuple[str, str], ...]

    def agrees(self, scene: Scene) -> bool:
        """Whether a scene has these clouds, this light and these colours in these columns."""
        things = tuple(sorted((t.colour, t.column) for t in scene.things))
        return self == Seen(scene.clouds, scene.light, scene.corner, things)


@dataclass(frozen=True)
class Part:
    """Connected pixels of one colour in picture number `picture`; all lengths are shares."""

    picture: int
    colour: str
    mask: Tensor  # (H, W) bool
    x: float  # of its centre
    y: float
    top: float
    wide: float  # its width in units of its height

    @property
    def column(self) -> str:
        """The column it stands in."""
        return COLUMNS[(self.x > 0.36) + (self.x > 0.64)]


def hsv(pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """uint8 (B, 3, H, W) to hue in degrees, saturation and value in [0, 1], each (B, H, W)."""
    x = pictures.float() / 255
    value, top = x.max(1)
    spread = value - x.amin(1)
    r, g, b = x.unbind(1)
    turns = torch.stack([(g - b), 2 * spread + (b - r), 4 * spread + (r - g)], 1)  # in sixths
    sixths = turns.gather(1, top[:, None])[:, 0] / spread.clamp(min=1e-6)
    return 60 * sixths % 360, spread / value.clamp(min=1e-6), value


def in_bands(pictures: Tensor, colours: Sequence[str]) -> Tensor:
    """Which pixels have a colour and differ from both ends of their row: (colours, B, H, W) bool.

    What lies behind the things is the same all along a row; nothing stands at the picture's rim.
    """
    x, (hue, *others) = pictures.float() / 255, hsv(pictures)
    differ = [(x - end).abs().amax(1) > 0.05 for end in (x[..., :1], x[..., -1:])]
    masks = []
    for colour in colours:
        first, last, *ends = BANDS[colour]
        mask = (hue - first) % 360 <= last - first
        for value, low, high in zip(others, ends[::2], ends[1::2], strict=True):
            mask &= (value >= low) & (value <= high)
        masks.append(mask & differ[0] & differ[1])
    return torch.stack(masks)


def components(mask: Tensor) -> Tensor:
    """Connected parts (8 neighbours) of (B, H, W) bool: 0 outside, else the number of the part."""
    numbers = torch.arange(1.0, mask.shape[1] * mask.shape[2] + 1).view(1, *mask.shape[1:]) * mask
    while len(mask) and not torch.equal(numbers, spread := _grow(numbers) * mask):
        numbers = spread
    return numbers


def parts(pictures: Tensor, colours: Sequence[str], shrink: bool = False) -> list[Part]:
    """The connected parts of some colours, at least 1/300 of a picture; shrunk first, if asked."""
    masks, found = in_bands(pictures, colours).flatten(0, 1), []
    masks = -_grow(-masks.float()) > 0 if shrink else masks
    side = pictures.shape[3]
    enough = side**2 / 300
    rows = (masks.sum((1, 2)) >= enough).nonzero()[:, 0]
    for row, numbers in zip(rows.tolist(), components(masks[rows]), strict=True):
        for number, size in zip(*numbers.unique(return_counts=True), strict=True):
            if number > 0 and size >= enough:
                places = (mask := numbers == number).nonzero()
                (top, left), (low, right) = places.amin(0).tolist(), places.amax(0).tolist()
                y, x = (places.float().mean(0) / side).tolist()
                wide = (right - left + 1) / (low - top + 1)
                colour, picture = divmod(row, len(pictures))
                found.append(Part(picture, colours[colour], mask, x, y, top / side, wide))
    return found


def see(pictures: Tensor) -> list[Seen]:
    """What the pixels of each picture show: uint8 (B, 3, H, W) to B findings."""
    clouds, lights, things = [0] * len(pictures), {}, [[] for _ in pictures]
    for part in parts(pictures[:, :, : round(SKY * pictures.shape[2])], ("cloud", "sun")):
        if part.colour == "cloud" and part.wide > 1.35:  # the moon, a crescent, is taller than wide
            clouds[part.picture] += part.top < CEILING
        elif part.top < CEILING:
            light = "sun" if part.colour == "sun" else "moon"
            lights[part.picture] = (light, CORNERS[part.x > 0.5])
    for part in parts(pictures, COLOURS, shrink=True):
        if part.y > SKY:
            things[part.picture].append((part.colour, part.column))
    found = [lights.get(i, ("none", "left")) for i in range(len(pictures))]
    return [Seen(n, *f, tuple(sorted(t))) for n, f, t in zip(clouds, found, things, strict=True)]


def sharpness(pictures: Tensor, readings: Sequence[Reading]) -> float:
    """Mean gradient magnitude along the contours of the things that the judge reads.

    A thing is the largest connected part of its colour in its column; its contour is the band of
    one pixel on either side. A blurred picture has low values here, however right it is.

    Args:
        pictures: uint8 (B, 3, H, W).
        readings: one a picture; those without a scene are left out.

    Returns:
        Mean over things of the norm of the colour gradient, in units of full range a pixel.

    Raises:
        ValueError: if no thing of any reading is found.
    """
    x = F.pad(pictures.float() / 255, (1, 1, 1, 1), mode="replicate")
    across, down = x[:, :, 1:-1, 2:] - x[:, :, 1:-1, :-2], x[:, :, 2:, 1:-1] - x[:, :, :-2, 1:-1]
    steep = (across.square() + down.square()).sum(1).sqrt() / 2  # (B, H, W)
    wanted = {
        (i, t.colour, t.column)
        for i, reading in enumerate(readings)
        for t in (reading.scene.things if reading.scene else ())
    }
    largest: dict[tuple[int, str, str], Tensor] = {}
    for part in parts(pictures, sorted({colour for _, colour, _ in wanted})) if wanted else ():
        key = part.picture, part.colour, part.column
        if key in wanted and part.mask.sum() > largest.get(key, torch.zeros(1)).sum():
            largest[key] = part.mask
    if not largest:
        raise ValueError("no thing was found: give readings of pictures with things in them")
    values = []
    for (i, _, _), mask in largest.items():
        band = _grow(mask[None].float()) + _grow(-mask[None].float()) > 0  # grown, less shrunk
        values.append(steep[i][band[0]].mean().item())
    return sum(values) / len(values)


def relative_sharpness(pictures: Tensor, readings: Sequence[Reading], seed: int = 0) -> float:
    """`sharpness` divided by that of renders of the scenes that were read: 1 is as sharp."""
    kept = [i for i, reading in enumerate(readings) if reading.scene]
    readings, size = [readings[i] for i in kept], pictures.shape[2]
    real = [render(reading.scene, size, seed + i) for i, reading in enumerate(readings)]
    return sharpness(pictures[kept], readings) / sharpness(torch.stack(real), readings)


def _grow(x: Tensor) -> Tensor:
    return F.max_pool2d(x, 3, 1, 1)
