"""Little World: scenes, their pictures and their captions."""

from .caption import describe
from .render import render
from .scene import sample

__all__ = ["describe", "render", "sample"]
