"""Answers to 5.1, 5.7 and 5.11 to 5.13 as people write them."""

import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import adversarial_game as check
from dalle_edu.course.checks.adversarial_game.reading import best_gamma, drawn_by_squared_error


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (-0.4, "the mean"),
        (0, "equal shares"),
        (-1, "median"),
        (0.4, "wrong side"),
        (1, "rarer"),
        (-0.7, "Weigh each answer"),
        (-3, "Think again"),
    ],
)
def test_predicted_mean(guess, says):
    assert says in check.predict_mean(guess).message


def test_what_is_measured():
    assert drawn_by_squared_error() == pytest.approx(-0.4, abs=0.01)
    assert drawn_by_squared_error(share=0.5) == pytest.approx(0, abs=0.01)
    assert best_gamma() == 1.0 and best_gamma(slope=0.25) == 0.5


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (1, "nothing turns"),
        (10, "More is not better"),
        (0, "circles for ever"),
        (0.5, "f'(0) itself"),
        (0.25, "f'(0)^2"),
        (-1, "pushes outward"),
        (0.9, "a little too small"),
        (1.3, "A little too large"),
        (0.4, "Too small"),
    ],
)
def test_predicted_gamma(guess, says):
    assert says in check.predict_gamma(guess).message


def near(x, c, s, radius=3.0):
    return (torch.cdist(x, c) < radius * s).sum(0)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x, c, w, s: int((near(x, c, s) >= 0.5 * len(x) * w).sum()), "where the data"),
        (lambda x, c, w, s: (near(x, c, s) / len(x) >= w / 2 - 1e-6).sum(), "where the data"),
        (
            lambda x, c, w, s: sum(
                int(sum((p - m).norm() <= 3 * b for p in x) >= len(x) * a / 2 - 1e-4)
                for m, a, b in zip(c, w, s, strict=True)
            ),
            "where the data",
        ),
        (
            lambda x, c, w, s: (
                torch.cdist(x, c).argmin(1).bincount(minlength=len(c)) >= len(x) * w / 2 - 1e-4
            ).sum(),
            "nearest mode",
        ),
        (lambda x, c, w, s: int(near(x, c, s).bool().sum()), "stray point"),
        (lambda x, c, w, s: int(near(x, c, s).sum()), "counted points"),
        (lambda x, c, w, s: (near(x, c, s, 1) >= len(x) * w / 2 - 1e-4).sum(), "*three* sigma"),
        (lambda x, c, w, s: (near(x, c, s) >= len(x) / len(c) / 2).sum(), "weight of its own"),
        (lambda x, c, w, s: (near(x, c, s) > len(x) * w / 2 + 1e-4).sum(), "exactly half"),
    ],
)
def test_count_modes(answer, says):
    assert says in check.count_modes(answer).message


def test_the_clinics_number_is_what_a_second_sigmoid_leaves():
    """A discriminator that is perfectly sure, its scores squashed before a loss with logits."""
    sure = torch.tensor([50.0])
    squashed = F.binary_cross_entropy_with_logits(sure.sigmoid(), torch.ones(1))
    squashed += F.binary_cross_entropy_with_logits((-sure).sigmoid(), torch.zeros(1))
    assert squashed.item() == pytest.approx(1.006, abs=1e-3)
    assert math.log(2) + math.log(1 + 1 / math.e) == pytest.approx(1.006, abs=1e-3)
