"""Checks of chapter 4, by the name of what is built or asked."""

from dalle_edu.course.checks.alignment.maps import energy_score, ridge
from dalle_edu.course.checks.alignment.reading import (
    all_alike,
    best_answer,
    changes,
    predict_maps,
    predict_recall,
    too_good_on_its_own,
)
from dalle_edu.course.checks.alignment.where import recall, uniformity

__all__ = [
    "all_alike",
    "best_answer",
    "changes",
    "energy_score",
    "predict_maps",
    "predict_recall",
    "recall",
    "ridge",
    "too_good_on_its_own",
    "uniformity",
]
