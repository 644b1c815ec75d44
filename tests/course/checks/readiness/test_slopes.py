"""Answers to A.5 and A.6 as people give them."""

import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import readiness as check


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (torch.sigmoid, "the sigmoid"),
        (lambda x: 1 / (1 + torch.exp(-x)), "the sigmoid"),
        (lambda x: (1 + torch.tanh(x / 2)) / 2, "the sigmoid"),
        (lambda x: (F.softplus(x + 1e-2) - F.softplus(x - 1e-2)) / 2e-2, "the sigmoid"),
        (lambda x: torch.sigmoid(-x), "times the inner one"),
        (torch.exp, "times the outer one"),
        (F.softplus, "the function itself"),
        (lambda x: 1 / x, "right is"),
        (lambda x: 1 / (1 + math.exp(-x)), "`torch.exp` and the like take all."),
    ],
)
def test_slope(answer, says):
    assert says in check.slope(answer).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [(12, "zero_grad"), (6, "one pass"), (9, "the value"), (36, "not multiplied"), (0, "emptied")],
)
def test_gradient_left(guess, says):
    verdict = check.gradient_left(guess)
    assert says in verdict.message and bool(verdict) == (guess == 12)
    assert ("autogradqs" in str(verdict)) == (guess != 12)
