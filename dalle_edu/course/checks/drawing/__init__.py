"""Checks of chapter 6, by the name of what is built or asked."""

from dalle_edu.course.checks.drawing.average import update_average
from dalle_edu.course.checks.drawing.blocks import grow, modulate
from dalle_edu.course.checks.drawing.counting import (
    block_cost,
    half_life,
    predict_cheaper,
    predict_left,
)
from dalle_edu.course.checks.drawing.reading import drawn_alone, three_patients
from dalle_edu.course.checks.drawing.shuffle import pixel_shuffle
from dalle_edu.course.checks.drawing.steps import discriminator_step, penalty_factor

__all__ = [
    "block_cost",
    "discriminator_step",
    "drawn_alone",
    "grow",
    "half_life",
    "modulate",
    "penalty_factor",
    "pixel_shuffle",
    "predict_cheaper",
    "predict_left",
    "three_patients",
    "update_average",
]
