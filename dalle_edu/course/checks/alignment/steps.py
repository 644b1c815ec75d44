"""A sampler's walk: from noise to an answer in small steps, each asked in its middle."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.alignment import maps
from dalle_edu.course.checks.alignment.flow import Velocity
from dalle_edu.course.checks.exercise import Build, Mistake, random


def _walks() -> list[tuple]:
    randn = random(50)
    return [(Velocity(0.8, 0.6), randn(3, 4), 3), (Velocity(-0.5, 0.9), randn(2, 3), 5),
            (Velocity(1.1, -0.4), randn(4, 2), 2)]  # fmt: skip


def _walk_by_loops(velocity: Callable, noise: Tensor, steps: int) -> Tensor:
    x, half = noise.double(), 0.5 / steps
    for k in range(steps):
        early = torch.full((len(x), 1), k / steps).double()
        late = torch.full((len(x), 1), (2 * k + 1) * half).double()
        x = x + velocity(x + velocity(x, early) * half, late) * (2 * half)
    return (x / x.square().sum(1, keepdim=True).sqrt()).float()


def _walked(step: Callable, keep: bool = True, normalise: bool = True) -> Callable:
    """The walk whose step from x at time t, h long, is `step(v, x, t, h)`."""

    def walk(velocity: Callable, noise: Tensor, steps: int) -> Tensor:
        x = noise
        for k in range(steps):
            x = step(velocity, x if keep else noise, k / steps, 1 / steps)
        return F.normalize(x, dim=1) if normalise else x

    return walk


def _middle(v: Callable, x: Tensor, t: float, h: float) -> Tensor:
    return x + h * v(x + h / 2 * v(x, t), t + h / 2)


walk = Build(
    "4.8",
    _walk_by_loops,
    _walks,
    (
        Mistake(
            _walked(lambda v, x, t, h: x + h * v(x, t)),
            "That is the chapter's step, with the velocity from its start: take it from the middle "
            "of the step.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + h * v(x + h / 2 * v(x, t), t)),
            "In the middle the clock has moved too: time + half a step.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + h * v(x, t + h / 2)),
            "You asked at the middle's time, but at the old place: go half a step first.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + h * v(x + h * v(x, t), t + h)),
            "You looked a whole step ahead: the middle is half a step away.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + h / 2 * v(x, t) + h * v(x + h / 2 * v(x, t), t + h / 2)),
            "The step starts from the middle: half a step too far. The middle is only asked; the "
            "step starts from where you stand.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + h / 2 * (v(x, t) + v(x + h * v(x, t), t + h))),
            "That is Heun's method, the mean of the velocities at both ends: as good, but another. "
            "Here, one velocity, from the middle.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + v(x + v(x, t) / 2, t + h / 2)),
            "The steps are added whole: each lasts 1 / steps, so multiply the velocity by that.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + v(x + h / 2 * v(x, t), t + h / 2)),
            "The middle is right, then the step is added whole: it lasts 1 / steps.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + h * v(x + v(x, t) / 2, t + h / 2)),
            "The way to the middle is too long: half a step lasts 1 / (2 steps).",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x + h * v(x + h / 2 * v(x, 1 - t), 1 - t - h / 2)),
            "Time is reversed: noise is at time 0, so the walk begins at 0 and grows.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: x - h * v(x - h / 2 * v(x, t), t + h / 2)),
            "The steps are subtracted: that walks away from the answer.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: _middle(v, x, t + h, h)),
            "Time begins one step late: the first step starts at 0.",
        ),
        Mistake(
            _walked(lambda v, x, t, h: _middle(v, x, 0.0, h)),
            "The clock stands still at 0: step k starts at time k / steps.",
        ),
        Mistake(
            _walked(_middle, keep=False),
            "x is not advanced: every step starts from the noise again. Keep what the last one "
            "reached.",
        ),
        Mistake(
            _walked(_middle, normalise=False), "The walk is right; bring its end to length one."
        ),
        Mistake(
            _walked(lambda v, x, t, h: F.normalize(_middle(v, x, t, h), dim=1)),
            "You bring every step to length one: on the way x is near sqrt(D) long. Only the end.",
        ),
    ),
    (maps.Flow.forward,),
    "Two looks a step, and the error falls with the square of its length instead of with it.",
)
