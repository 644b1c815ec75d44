"""Figures as the notebooks show them: white ground, alt text, colours for all eyes."""

from dalle_edu.course.figures.charts import bars, grouped_bars, shares
from dalle_edu.course.figures.curves import health, histograms, lines
from dalle_edu.course.figures.frame import COLOURS, show
from dalle_edu.course.figures.images import attention, matrix, pictures, weights
from dalle_edu.course.figures.plane import paths, points

__all__ = [
    "COLOURS",
    "attention",
    "bars",
    "grouped_bars",
    "health",
    "histograms",
    "lines",
    "matrix",
    "paths",
    "pictures",
    "points",
    "shares",
    "show",
    "weights",
]
