"""A scene's picture: first a layout, where everything is and in which shade, then the pixels.

The layout is drawn from the seed alone, in units of the picture's side, so that it is the same at every
size. Places, sizes and shades keep to bands narrow enough to be named by a caption. Used from chapter 1.
"""

import math
import random
from colorsys import hsv_to_rgb
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageDraw

from .scene import COLUMNS, Scene, Thing
from .shapes import TONES, arc, extent, form, grow

RGB = tuple[int, int, int]
# Ranges of hue in degrees, saturation and value.
SHADES = {
    "red": ((351, 368), (0.78, 0.92), (0.78, 0.95)),
    "orange": ((22, 33), (0.85, 0.97), (0.93, 1)),
    "yellow": ((47, 57), (0.72, 0.9), (0.95, 1)),
    "green": ((118, 150), (0.65, 0.85), (0.5, 0.68)),
    "blue": ((218, 245), (0.75, 0.9), (0.7, 0.9)),
    "purple": ((268, 300), (0.58, 0.78), (0.58, 0.78)),
    "white": ((0, 360), (0, 0.03), (0.95, 1)),
    "black": ((0, 360), (0, 0.3), (0.05, 0.13)),
    "pink": ((325, 345), (0.32, 0.46), (0.96, 1)),
    "brown": ((18, 30), (0.58, 0.72), (0.34, 0.46)),
    "grey": ((0, 360), (0, 0.05), (0.42, 0.56)),
    "turquoise": ((172, 184), (0.65, 0.85), (0.74, 0.88)),
}
SKY_SHADES = {  # at the top, at the bottom
    "blue": (((203, 219), (0.6, 0.72), (0.88, 1)), ((203, 219), (0.28, 0.4), (0.95, 1))),
    "night": (((225, 245), (0.6, 0.8), (0.12, 0.2)), ((225, 245), (0.45, 0.65), (0.22, 0.33))),
    "sunset": (((16, 25), (0.72, 0.85), (0.92, 1)), ((22, 36), (0.4, 0.58), (0.98, 1))),
    "grey": (((210, 230), (0, 0.07), (0.52, 0.62)), ((210, 230), (0, 0.06), (0.66, 0.76))),
}
GROUND_SHADES = {
    "grass": ((93, 122), (0.5, 0.65), (0.58, 0.75)),
    "sand": ((36, 45), (0.28, 0.37), (0.86, 0.94)),
    "snow": ((205, 225), (0.01, 0.05), (0.93, 0.99)),
}
SUN_SHADE = ((47, 57), (0.7, 0.85), (0.97, 1))
MOON_SHADE = ((45, 60), (0, 0.09), (0.93, 1))
CLOUD_SHADE = ((205, 225), (0, 0.04), (0.95, 1))

# The longer side of a thing, in pixels of a picture 64 wide.
SIZES = {"small": (18.6, 21.4), "large": (27.6, 31.4)}
CROWDED_SIZES = {"small": (14.3, 15.3), "large": (19, 20.2)}
GUEST_SIZES = {"small": (14.2, 15.2), "large": (17, 18)}
PLACES = {"left": (0.21, 0.29), "centre": (0.45, 0.55), "right": (0.71, 0.79)}
CROWDED_PLACES = {"left": (0.17, 0.24), "centre": (0.45, 0.55), "right": (0.76, 0.83)}
HEIGHTS = {"only": (0.48, 0.68), "upper": (0.4, 0.52), "lower": (0.74, 0.84)}
CLOUD_WIDTHS = {1: (0.26, 0.36), 2: (0.22, 0.28), 3: (0.18, 0.22), 4: (0.15, 0.18)}
GAP = 0.016  # between two things
RIM = 0.013  # width of the line around a thing that would vanish
NEAR = 190  # colours less far apart than this vanish in one another


@dataclass(frozen=True)
class Placed:
    """A thing where it stands: centre and longer side in units of the picture's side, and its shades."""

    thing: Thing
    x: float
    y: float
    side: float
    shade: RGB
    second: RGB
    rim: RGB | None = None
    mirrored: bool = False
    angle: float = 0.0

    def parts(self) -> list[tuple[RGB, bool, np.ndarray]]:
        """Colour, whether it is the body, and outline (N, 2) in units of the picture's side, of each part."""
        scale = np.array([-self.side if self.mirrored else self.side, self.side])
        tones = TONES | {"body": self.shade, "shadow": _darker(self.shade)}
        where = (self.x, self.y)
        return [(tones[t], t == "body", points * scale + where) for t, points in form(self.thing.shape)]


@dataclass(frozen=True)
class Layout:
    """Where everything is in a picture, in units of its side, from left to right and from top to bottom."""

    sky: tuple[RGB, RGB]
    ground: RGB | None
    horizon: float
    light: tuple[float, float, float, float, RGB] | None  # x, y, radius, turn, shade
    clouds: tuple[tuple[tuple[float, float, float], ...], ...]  # discs: x, y, radius
    cloud_shade: RGB
    things: tuple[Placed, ...]
