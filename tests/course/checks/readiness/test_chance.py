"""Answers to A.7 to A.9 as people give them."""

import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import readiness as check


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (61, "110 - 49"),
        (torch.tensor(61.0), "110 - 49"),
        (7, "the expectation"),
        (110, "subtract the square"),
        (7.81, "standard deviation"),
        (66.7, "the same weight"),
        (-61, "never negative"),
        (59, "slip in the arithmetic"),
        (10, "Think again"),
    ],
)
def test_variance(guess, says):
    assert says in check.variance(guess).message


def test_the_variance_is_what_drawing_gives():
    chance, prize = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.0, 10.0, 20.0])
    generator = torch.Generator().manual_seed(0)
    drawn = prize[torch.multinomial(chance, 100_000, True, generator=generator)]
    assert drawn.var().item() == pytest.approx(61, rel=0.02)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda s, k: F.cross_entropy(s, torch.tensor(k)), "This is cross-entropy"),
        (lambda s, k: torch.logsumexp(s, 0) - s[k], "This is cross-entropy"),
        (lambda s, k: -torch.log(torch.exp(s[k]) / torch.exp(s).sum()), "more than a float"),
        (lambda s, k: -torch.log(F.softmax(s, 0)[k]), "rounded to 0"),
        (lambda s, k: torch.log(torch.exp(s).sum()) - s[k], "`torch.logsumexp`"),
        (lambda s, k: F.log_softmax(s, 0)[k], "The sign"),
        (lambda s, k: F.cross_entropy(F.softmax(s, 0), torch.tensor(k)), "softmaxed twice"),
        (lambda s, k: -F.log_softmax(s, 0), "it gave the shape (5,)"),
    ],
)
def test_surprise(answer, says):
    assert says.lower() in check.surprise(answer).message.lower()


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (math.log(64), "log 64"),
        (4.16, "log 64"),
        (4.2, "log 64"),
        (6, "in bits"),
        (1.806, "log10"),
        (0.0156, "the probability"),
        (64, "number of captions"),
        (-4.16, "positive"),
        (0, "certainty"),
    ],
)
def test_nothing_known(guess, says):
    assert says in check.nothing_known(guess).message
