"""Checks of chapter 1, by the name of what is built or asked."""

from dalle_edu.course.checks.captioned_pictures.meaning import ceiling, predict_shared, stuck
from dalle_edu.course.checks.captioned_pictures.pairs import (
    find_shift,
    pairs_to_read,
    shifted,
    survey,
)
from dalle_edu.course.checks.captioned_pictures.truth import clean, true_of
from dalle_edu.course.checks.captioned_pictures.words import fit, predict_ratio, tokens_each

__all__ = [
    "ceiling",
    "clean",
    "find_shift",
    "fit",
    "pairs_to_read",
    "predict_ratio",
    "predict_shared",
    "shifted",
    "stuck",
    "survey",
    "tokens_each",
    "true_of",
]
