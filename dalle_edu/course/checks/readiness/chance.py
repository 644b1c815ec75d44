"""Probabilities: an expectation, a logarithm, a softmax."""

import math

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake
from dalle_edu.course.checks.exercise import random as normal
from dalle_edu.course.checks.readiness.reading import PROBABILITY, SOFTMAX


def _spread() -> float:
    chance, prize = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.0, 10.0, 20.0])
    mean = (chance * prize).sum()
    return (chance * (prize - mean) ** 2).sum().item()


def _is(value: float):
    return lambda guess: abs(guess - value) < 0.06


variance = Estimate(
    "A.7",
    _spread,
    lambda guess, measured: abs(guess - measured) < 0.06,
    (
        Mistake(_is(7), "7 is the expectation: the variance is the mean of (x - 7) squared."),
        Mistake(_is(110), "110 is the mean of x squared: subtract the square of the mean, 49."),
        Mistake(_is(49), "49 is the square of the mean: subtract it from the mean of x squared."),
        Mistake(_is(math.sqrt(61)), "That is the standard deviation: the variance is its square."),
        Mistake(
            _is(200 / 3), "You gave all three prizes the same weight: 0 comes half of the time."
        ),
        Mistake(
            lambda guess: 50 < guess < 75,
            "Near: a slip in the arithmetic. The differences are -7, 3 and 13; square them, weigh "
            "them, add.",
        ),
        Mistake(lambda guess: guess < 0, "A mean of squares is never negative."),
    ),
    lambda exact: f"{exact:.0f}, which is 110 - 49.",
    read=PROBABILITY,
)


def _scores() -> list[tuple]:
    randn = normal(4)
    return [
        (randn(5), 2),
        (3 * randn(4), 0),
        (torch.tensor([1000.0, 0.0, -5.0]), 0),
        (torch.tensor([1000.0, 0.0, -5.0]), 1),
    ]


def _surprise_by_hand(scores: Tensor, k: int) -> Tensor:
    highest = scores.max()
    return (scores - highest).exp().sum().log() + highest - scores[k]


surprise = Build(
    "A.8",
    _surprise_by_hand,
    _scores,
    (
        Mistake(
            lambda s, k: -(s.exp() / s.exp().sum())[k].log(),
            "Right on paper, but e^1000 is more than a float holds: `nan`. Take `log_softmax`.",
        ),
        Mistake(
            lambda s, k: -s.softmax(0)[k].log(),
            "The softmax is right, but a share of e^-1000 is rounded to 0 and its logarithm is "
            "infinite: `log_softmax` does both in one.",
        ),
        Mistake(
            lambda s, k: s.exp().sum().log() - s[k],
            "Right on paper, but e^1000 overflows: `torch.logsumexp` subtracts the largest first.",
        ),
        Mistake(
            lambda s, k: s.log_softmax(0)[k],
            "The sign: a logarithm of a probability is negative, its price positive.",
        ),
        Mistake(lambda s, k: s.softmax(0)[k], "That is the probability: give minus its logarithm."),
        Mistake(
            lambda s, k: -s.log_softmax(0)[k] / math.log(2),
            "Those are bits: take the natural logarithm, for nats.",
        ),
        Mistake(
            lambda s, k: -s[k],
            "Scores are no logarithms of probabilities yet: subtract the logsumexp of all.",
        ),
        Mistake(
            lambda s, k: -s.softmax(0).log_softmax(0)[k],
            "Softmaxed twice: `cross_entropy` and `log_softmax` want the scores themselves.",
        ),
        Mistake(
            lambda s, k: -s.log_softmax(0).mean(),
            "You averaged over all k: only the true one is asked for.",
        ),
    ),
    praise="This is cross-entropy, the loss of half of the course, and safe with a score of 1000.",
    read=SOFTMAX,
)

nothing_known = Estimate(
    "A.9",
    lambda: -torch.full((64,), 1 / 64).log().mean().item(),
    lambda guess, exact: abs(guess - exact) < 0.05,
    (
        Mistake(
            lambda guess: guess == 6, "6 is in bits, log2 64: nats take the natural logarithm."
        ),
        Mistake(
            lambda guess: abs(guess - math.log10(64)) < 0.02,
            "That is log10: `math.log` in Python is the natural logarithm.",
        ),
        Mistake(
            lambda guess: abs(guess - 1 / 64) < 0.002,
            "That is the probability: the price is minus its logarithm.",
        ),
        Mistake(lambda guess: guess == 64, "64 is the number of captions: take its logarithm."),
        Mistake(lambda guess: guess < 0, "Minus the logarithm of a number below 1 is positive."),
        Mistake(
            lambda guess: guess == 0,
            "0 is the price of certainty; here each caption has a share of 1/64.",
        ),
    ),
    lambda exact: (
        f"{exact:.2f}, log 64. A loss that stands there has learned "
        "nothing: chapter 2 begins with that."
    ),
    read=SOFTMAX,
)
