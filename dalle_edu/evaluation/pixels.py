"""What stands in a picture of Little World, from its pixels alone: no network, nothing learned.

It counts clouds, names sun or moon and finds which colour stands where: a cross-check of the judge,
and the way to a thing's contour, whose sharpness is measured here. Chapter 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.world.render import render
from dalle_edu.world.scene import COLUMNS, Scene

from .judge import Reading

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
}
TOP = 0.31  # clouds, sun and moon are looked for above it; things begin below `BEGIN`
BEGIN = 0.225
THIRDS = (0.36, 0.64)  # where the columns end


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
        sky = (scene.clouds, scene.light, scene.corner)
        return (self.clouds, self.light, self.corner) == sky and self.things == things


def hsv(pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """uint8 (B, 3, H, W) to hue in degrees, saturation and value in [0, 1], each (B, H, W)."""
    x = pictures.float() / 255
    value, top = x.max(1)
    spread = value - x.amin(1)
    r, g, b = x.unbind(1)
    turns = torch.stack([(g - b), 2 * spread + (b - r), 4 * spread + (r - g)], 1)  # in sixths
    sixths = turns.gather(1, top[:, None])[:, 0] / spread.clamp(min=1e-6)
    return 60 * sixths % 360, spread / value.clamp(min=1e-6), value


def in_band(pictures: Tensor, colour: str) -> Tensor:
    """Which pixels have a colour and differ from both ends of their row: (B, H, W) bool.

    What lies behind the things is the same all along a row; nothing stands at the picture's rim.
    """
    hue, saturation, value = hsv(pictures)
    h0, h1, s0, s1, v0, v1 = BANDS[colour]
    band = ((hue - h0) % 360 < h1 - h0) | (h1 - h0 == 360)
    band &= (saturation >= s0) & (saturation <= s1) & (value >= v0) & (value <= v1)
    x = pictures.float() / 255
    for end in (0, -1):
        band &= (x - x[..., end, None]).abs().amax(1) > 0.05
    return band


def components(mask: Tensor) -> Tensor:
    """Connected parts (8 neighbours) of (B, H, W) bool: int64, 0 outside, else a part's number."""
    numbers = torch.arange(1, mask.shape[1] * mask.shape[2] + 1).view(1, *mask.shape[1:]) * mask
    while True:
        spread = _grow(numbers.float()).long() * mask
        if torch.equal(spread, numbers):
            return numbers
        numbers = spread


def see(pictures: Tensor) -> list[Seen]:
    """What the pixels of each picture show: uint8 (B, 3, H, W) to B findings."""
    height, width = pictures.shape[2:]
    hue, saturation, value = hsv(pictures)
    pale = (saturation < 0.12) & (value > 0.88)
    gold = (hue >= 43) & (hue <= 62) & (saturation > 0.45) & (value > 0.85)
    found = [[] for _ in pictures]  # what is in the sky: "sun" or "pale", centre, width / height
    for name, mask in (("pale", pale), ("sun", gold)):
        mask[:, round(TOP * height) :] = False
        for i, part in _parts(mask, 0.003):
            if part[:, 0].min() < BEGIN * height:
                tall, wide = (part.amax(0) - part.amin(0) + 1).tolist()
                found[i].append((name, part[:, 1].float().mean().item() / width, wide / tall))
    things = [[] for _ in pictures]
    for colour in BANDS:
        inner = -_grow(-in_band(pictures, colour).float()) > 0
        for i, part in _parts(inner, 0.004):
            y, x = (part.float().mean(0) / torch.tensor([height, width])).tolist()
            if y > TOP:
                things[i].append((colour, COLUMNS[(x > THIRDS[0]) + (x > THIRDS[1])]))
    return [_seen(sky, here) for sky, here in zip(found, things, strict=True)]


def _seen(sky: list[tuple[str, float, float]], things: list[tuple[str, str]]) -> Seen:
    # A cloud is wider than tall; the moon, a crescent, is not.
    clouds = sum(name == "pale" and ratio > 1.35 for name, _, ratio in sky)
    lights = [
        ("moon" if name == "pale" else name, x) for name, x, r in sky if name == "sun" or r <= 1.35
    ]
    light, x = max(lights, default=("none", 0.0), key=lambda found: abs(found[1] - 0.5))
    return Seen(clouds, light, "left" if x < 0.5 else "right", tuple(sorted(things)))


def _parts(mask: Tensor, least: float) -> list[tuple[int, Tensor]]:
    """The connected parts of at least this share of a picture: which one, and its (N, 2) places."""
    found, enough = [], least * mask[0].numel()
    rows = (mask.sum((1, 2)) >= enough).nonzero()[:, 0]
    if not len(rows):
        return []
    for i, numbers in zip(rows.tolist(), components(mask[rows]), strict=True):
        names, sizes = numbers.unique(return_counts=True)
        found += [(i, (numbers == n).nonzero()) for n in names[sizes >= enough].tolist() if n]
    return found


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
    wanted = [
        {(t.colour, t.column) for t in r.scene.things} if r.scene else set() for r in readings
    ]
    width, values = pictures.shape[3], []
    for colour in BANDS:
        rows = [i for i, named in enumerate(wanted) if any(c == colour for c, _ in named)]
        if not rows:
            continue
        largest: dict[tuple[int, str], Tensor] = {}
        for i, part in _parts(in_band(pictures[rows], colour), 0.004):
            middle = part[:, 1].float().mean().item() / width
            key = rows[i], COLUMNS[(middle > THIRDS[0]) + (middle > THIRDS[1])]
            if len(part) > len(largest.get(key, ())):
                largest[key] = part
        for (i, column), part in largest.items():
            if (colour, column) in wanted[i]:
                mask = torch.zeros(1, *steep.shape[1:])
                mask[0, part[:, 0], part[:, 1]] = 1
                band = (_grow(mask) + _grow(-mask) > 0)[0]  # grown, less shrunk
                values.append(steep[i][band].mean().item())
    if not values:
        raise ValueError("no thing was found: give readings of pictures with things in them")
    return sum(values) / len(values)


def relative_sharpness(pictures: Tensor, readings: Sequence[Reading], seed: int = 0) -> float:
    """`sharpness` divided by that of renders of the scenes that were read: 1 is as sharp."""
    size, scenes = (
        pictures.shape[2],
        [r.scene or Scene("blue", "none", 0, "none", "left") for r in readings],
    )
    real = torch.stack([render(scene, size, seed + i) for i, scene in enumerate(scenes)])
    return sharpness(pictures, readings) / sharpness(real, readings)


def _grow(x: Tensor) -> Tensor:
    return F.max_pool2d(x, 3, 1, 1)
