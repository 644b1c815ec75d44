"""Checks of chapter 3, by the name of what is built or asked."""

from dalle_edu.course.checks.clip.encoders import (
    relative_score,
    rotate,
    sentence_end,
    sentence_mean,
)
from dalle_edu.course.checks.clip.naming import (
    order_share,
    predict_half_width,
    wilson,
    zero_shot_names,
)
from dalle_edu.course.checks.clip.reading import bag, predict_swapped, probe_step, probes

__all__ = [
    "bag",
    "order_share",
    "predict_half_width",
    "predict_swapped",
    "probe_step",
    "probes",
    "relative_score",
    "rotate",
    "sentence_end",
    "sentence_mean",
    "wilson",
    "zero_shot_names",
]
