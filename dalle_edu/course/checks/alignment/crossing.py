"""The best velocity there is: the mean of all lines that pass a place, by Bayes."""

from collections.abc import Callable

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Mistake, random


def _crossings() -> list[tuple]:
    """Places on the way, right answers on the noise's scale, their chances, a time."""
    randn, cases = random(51), []
    for k, d, time in ((2, 3, 0.0), (3, 2, 0.4), (4, 3, 0.7)):
        cases.append((randn(5, d), randn(k, d), randn(k).softmax(0), time))
    return cases


def _velocity_by_bayes(x: Tensor, answers: Tensor, chance: Tensor, time: float) -> Tensor:
    rows = []
    for place in x.double():
        noise = [(place - time * a) / (1 - time) for a in answers.double()]
        dense = [p * (-z.dot(z) / 2).exp() for p, z in zip(chance.double(), noise, strict=True)]
        lines = zip(answers.double(), noise, dense, strict=True)
        rows.append(sum(w * (a - z) for a, z, w in lines) / sum(dense))
    return torch.stack(rows).float()


def _weighed(
    x: Tensor,
    answers: Tensor,
    chance: Tensor,
    time: float,
    power: int = 2,
    passed: bool = True,
    prior: bool = True,
    half: float = 0.5,
    over: int = 1,
    left: float | None = None,
) -> Tensor:
    """The best velocity, with one part of its weights exchanged."""
    far = torch.cdist(x, time * answers if passed else answers).square()
    spread = (1 - time if left is None else left) ** power
    weight = ((chance.log() if prior else 0.0) - half * far / spread).softmax(over)
    return (weight @ answers - weight.sum(1, keepdim=True) * x) / (1 - time)


def _with(**changed: object) -> Callable:
    return lambda *given: _weighed(*given, **changed)


def _nearest(x: Tensor, answers: Tensor, chance: Tensor, time: float) -> Tensor:
    return (answers[torch.cdist(x, time * answers).argmin(1)] - x) / (1 - time)


best_velocity = Build(
    "4.10",
    _velocity_by_bayes,
    _crossings,
    (
        Mistake(
            lambda x, a, p, t: (p @ a - x) / (1 - t),
            "The weights are the chances alone: right at time 0, where no place tells anything. "
            "Later the place says which answer the line leads to: Bayes.",
        ),
        Mistake(
            lambda x, a, p, t: p @ a - x,
            "That is the best velocity at time 0, the mean of the answers minus the noise. Derive "
            "it for any time: which lines pass x?",
        ),
        Mistake(
            _nearest, "Only the likeliest line counts: all that pass here do, each with its chance."
        ),
        Mistake(
            lambda *given: _weighed(*given) * (1 - given[3]),
            "That is the way that is left: it is walked in the time that is left, so divide by "
            "1 - time.",
        ),
        Mistake(
            _with(power=1),
            "At time t the noise is (1 - t) as *long*: in the exponent stands its square.",
        ),
        Mistake(
            _with(passed=False),
            "The distance is taken to the answer itself: at time t a line to a_k is around t a_k.",
        ),
        Mistake(_with(prior=False), "The chances are lost: a likelier answer has more lines."),
        Mistake(_with(half=1.0), "The half in the normal density's exponent is lost: -|z|^2 / 2."),
        Mistake(
            _with(half=-0.5), "The sign in the exponent is turned: far noise is *less* likely."
        ),
        Mistake(
            _with(over=0),
            "The weights sum to one over the places: they should over the answers, place by place.",
        ),
        Mistake(
            _with(left=1.0),
            "The noise has shrunk on the way: z = (x - t a_k) / (1 - t) has the normal density.",
        ),
        Mistake(lambda *given: -_weighed(*given), "The sign is turned: to the answers, a_k - x."),
    ),
    praise="A mean, always; but near time 1 only of the answers that x can still be on its way to.",
)
