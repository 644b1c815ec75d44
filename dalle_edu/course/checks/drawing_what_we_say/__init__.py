"""Checks of chapter 7, by the name of what is built or asked."""

from dalle_edu.course.checks.drawing_what_we_say.false import (
    false_swap,
    next_false,
    predict_fixed_points,
)
from dalle_edu.course.checks.drawing_what_we_say.hearing import cross_attention
from dalle_edu.course.checks.drawing_what_we_say.losses import matching_loss, pairs_loss
from dalle_edu.course.checks.drawing_what_we_say.reading import (
    always_alike,
    objects_swapped,
    predict_probes,
    words_ignored,
)
from dalle_edu.course.checks.drawing_what_we_say.scores import projection, two_parts

__all__ = [
    "always_alike",
    "cross_attention",
    "false_swap",
    "matching_loss",
    "next_false",
    "objects_swapped",
    "pairs_loss",
    "predict_fixed_points",
    "predict_probes",
    "projection",
    "two_parts",
    "words_ignored",
]
