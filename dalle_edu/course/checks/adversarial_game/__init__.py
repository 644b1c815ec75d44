"""Checks of chapter 5, by the name of what is built or asked."""

from dalle_edu.course.checks.adversarial_game.penalties import r1_penalty, relativistic
from dalle_edu.course.checks.adversarial_game.players import discriminator_step, generator_step
from dalle_edu.course.checks.adversarial_game.reading import (
    count_modes,
    predict_gamma,
    predict_mean,
    stuck_loss,
    three_runs,
)
from dalle_edu.course.checks.adversarial_game.theory import (
    dirac_rates,
    optimum,
    relativistic_optimum,
    slopes,
)

__all__ = [
    "count_modes",
    "dirac_rates",
    "discriminator_step",
    "generator_step",
    "optimum",
    "predict_gamma",
    "predict_mean",
    "r1_penalty",
    "relativistic",
    "relativistic_optimum",
    "slopes",
    "stuck_loss",
    "three_runs",
]
