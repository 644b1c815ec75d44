"""A sampler of small steps: the loss of its velocity, its walk, and the best velocity there is."""

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
