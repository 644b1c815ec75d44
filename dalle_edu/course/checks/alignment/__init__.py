"""Checks of chapter 4, by the name of what is built or asked."""

from dalle_edu.course.checks.alignment.crossing import best_velocity
from dalle_edu.course.checks.alignment.flow import flow_loss
from dalle_edu.course.checks.alignment.maps import energy_score, ridge
from dalle_edu.course.checks.alignment.reading import (
    all_alike,
    changes,
    predict_maps,
    predict_winners,
    too_good_on_its_own,
)
from dalle_edu.course.checks.alignment.steps import walk
from dalle_edu.course.checks.alignment.where import recall, uniformity

__all__ = [
    "all_alike",
    "best_velocity",
    "changes",
    "energy_score",
    "flow_loss",
    "predict_maps",
    "predict_winners",
    "recall",
    "ridge",
    "too_good_on_its_own",
    "uniformity",
    "walk",
]
