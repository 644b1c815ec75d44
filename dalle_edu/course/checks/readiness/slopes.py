"""Derivatives, by hand and by autograd."""

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake, random
from dalle_edu.course.checks.readiness.reading import AUTOGRAD, CHAIN_RULE


def _places() -> list[tuple]:
    randn = random(3)
    return [(2 * randn(n),) for n in (1, 4, 7)]


def _slope_by_autograd(x: Tensor) -> Tensor:
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad((1 + x.exp()).log().sum(), x)[0]


slope = Build(
    "A.5",
    _slope_by_autograd,
    _places,
    (
        Mistake(
            lambda x: 1 / (1 + x.exp()),
            "The outer derivative is right, 1 over the bracket; times the inner one, e^x.",
        ),
        Mistake(
            lambda x: x.exp(), "The inner derivative is right; times the outer one, 1 / (1 + e^x)."
        ),
        Mistake(
            lambda x: x * (x - 1).exp() / (1 + x.exp()),
            "The rule for powers is for x^n. The derivative of e^x is e^x.",
        ),
        Mistake(lambda x: x * x.sigmoid(), "The derivative of e^x is e^x, without a factor x."),
        Mistake(
            lambda x: (1 + x.exp()) / x.exp(),
            "Upside down: the derivative of log u is 1 / u, times the derivative of u.",
        ),
        Mistake(lambda x: (1 + x.exp()).log(), "That is the function itself: give its derivative."),
    ),
    praise="e^x / (1 + e^x), the sigmoid. It returns in chapters 2 and 5.",
    read=CHAIN_RULE,
)


def _twice() -> float:
    x = torch.tensor(3.0, requires_grad=True)
    for _ in range(2):
        (x**2).backward()
    return x.grad.item()


gradient_left = Estimate(
    "A.6",
    _twice,
    lambda guess, measured: abs(guess - measured) < 1e-3,
    (
        Mistake(
            lambda guess: guess == 6,
            "6 is the gradient of one pass. `backward` *adds* to what is there, and nobody emptied "
            "it between the two.",
        ),
        Mistake(lambda guess: guess == 9, "9 is the value of x**2: the gradient is 2x."),
        Mistake(lambda guess: guess == 36, "The two gradients are added, not multiplied."),
        Mistake(
            lambda guess: guess == 18,
            "Twice the value: the gradient of x**2 is 2x, and it is added twice.",
        ),
        Mistake(lambda guess: guess == 0, "Nobody emptied it: `zero_grad` was not called."),
    ),
    lambda measured: f"Measured: {measured:.0f}. That is why training loops call `zero_grad`.",
    read=AUTOGRAD,
)
