"""A sampler of small steps: the loss that its velocity learns by."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.alignment import maps
from dalle_edu.course.checks.exercise import Build, Mistake, random


@dataclass(frozen=True)
class Velocity:
    """A velocity that is no network's, at places (B, D) and times (B, 1) or a number."""

    turn: float
    pull: float

    def __call__(self, x: Tensor, time: Tensor | float) -> Tensor:
        """(B, D)."""
        return self.turn * x.roll(1, 1) + self.pull * (x + 2 * time).sin() - time * x


def _lines() -> list[tuple]:
    """A velocity, answers of length one, noise, times: from D = 2 to 5."""
    randn, cases = random(49), []
    for n, (b, d) in enumerate(((3, 4), (5, 2), (2, 5))):
        time = randn(b, 1).sigmoid()
        field = Velocity(0.5 + n, 0.3)
        cases.append((field, F.normalize(randn(b, d), dim=1), randn(b, d), time))
    return cases


def _flow_loss_by_loops(velocity: Callable, target: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    total, (b, d) = torch.zeros(()), target.shape
    for row in range(b):
        t = time[row].item()
        picture = [d**0.5 * v for v in target[row].tolist()]
        pairs = list(zip(picture, noise[row].tolist(), strict=True))
        place = torch.tensor([[(1 - t) * y + t * z for y, z in pairs]])
        found = velocity(place, time[row : row + 1])[0]
        total = total + sum((f - (z - y)) ** 2 for f, (y, z) in zip(found, pairs, strict=True))
    return total / (b * d)


def _loss(
    velocity: Callable,
    target: Tensor,
    noise: Tensor,
    time: Tensor,
    at: Callable = lambda y, z, t: (1 - t) * y + t * z,
    wanted: Callable = lambda y, z, t: z - y,
    clock: Callable = lambda t: t,
    scale: float | None = None,
    mean: Callable = lambda error: error.square().mean(),
) -> Tensor:
    """The loss, with any one of its parts exchanged."""
    y = target * (target.shape[1] ** 0.5 if scale is None else scale)
    return mean(velocity(at(y, noise, time), clock(time)) - wanted(y, noise, time))


def _but(**changed: object) -> Callable:
    return lambda *given: _loss(*given, **changed)


def _from_noise(y: Tensor, z: Tensor, t: Tensor) -> Tensor:
    return (1 - t) * z + t * y


def _back(y: Tensor, z: Tensor, t: Tensor) -> Tensor:
    return y - z


flow_loss = Build(
    "4.7",
    _flow_loss_by_loops,
    _lines,
    (
        Mistake(
            _but(at=_from_noise, wanted=_back),
            "That is the chapter's own loss: noise at time 0. Here time runs the other way, from "
            "the picture at 0 to noise at 1.",
        ),
        Mistake(
            _but(wanted=_back),
            "The place is right, the velocity turned: while time grows, this line runs *to* the "
            "noise, z - y.",
        ),
        Mistake(
            _but(at=_from_noise),
            "The velocity is right, the place reversed: at time 0 it should be the picture.",
        ),
        Mistake(
            _but(scale=1.0),
            "The picture is left at length one, beside noise of length sqrt(D): scale it up, "
            "y = sqrt(D) target, or most of the way is spent in noise.",
        ),
        Mistake(
            _but(clock=lambda t: 1 - t),
            "The place is asked at the wrong time: velocity(place, time), not 1 - time.",
        ),
        Mistake(
            _but(at=lambda y, z, t: y),
            "You ask for the velocity at the picture: ask on the way, where time has led.",
        ),
        Mistake(
            _but(at=lambda y, z, t: z),
            "You ask for the velocity at the noise: ask on the way, where time has led.",
        ),
        Mistake(
            _but(wanted=lambda y, z, t: z),
            "The target is the end of the line: the *velocity* is wanted, end minus start.",
        ),
        Mistake(
            _but(wanted=lambda y, z, t: z - ((1 - t) * y + t * z)),
            "The target is the way that is left from here: on a straight line the velocity is the "
            "same everywhere, end minus start.",
        ),
        Mistake(
            _but(mean=lambda error: error.square().sum(1).mean()),
            "You added up the channels: take the mean over pairs and channels.",
        ),
        Mistake(
            _but(mean=lambda error: error.abs().mean()),
            "The error is not squared: its best answer is then a median, not the mean.",
        ),
        Mistake(
            _but(mean=lambda error: error.norm(dim=1).mean()),
            "The length of the error is not squared: square, then take the mean.",
        ),
    ),
    (maps.flow_loss,),
    "One network, two conventions: who mixes them up walks from noise away from every picture.",
)
