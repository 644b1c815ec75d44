"""Checks of appendix A, the readiness check, by the name of what is built or asked."""

from dalle_edu.course.checks.readiness.chance import nothing_known, surprise, variance
from dalle_edu.course.checks.readiness.loop import which_line
from dalle_edu.course.checks.readiness.reading import result
from dalle_edu.course.checks.readiness.slopes import gradient_left, slope
from dalle_edu.course.checks.readiness.tensors import (
    count_words,
    mean_colour,
    shapes,
    squared_distances,
)

__all__ = [
    "count_words",
    "gradient_left",
    "mean_colour",
    "nothing_known",
    "result",
    "shapes",
    "slope",
    "squared_distances",
    "surprise",
    "variance",
    "which_line",
]
