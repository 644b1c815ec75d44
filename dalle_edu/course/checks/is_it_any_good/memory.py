"""Does it copy? Nearest training pictures beside nearest pictures that it never saw."""

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Mistake, random


def _sets() -> list[tuple]:
    randn, cases = random(99), []
    for n, training, fresh, d in ((7, 6, 6, 2), (12, 5, 9, 3), (15, 20, 6, 2), (16, 12, 12, 4)):
        known = randn(training, d)
        drawn = known[torch.arange(n) % training] + 0.9 * randn(n, d)
        cases.append((drawn, known, randn(fresh, d)))
    return cases


def _nearer_by_loops(drawn: Tensor, training: Tensor, fresh: Tensor) -> float:
    size, count = min(len(training), len(fresh)), 0
    for x in drawn:
        to_training = min((x - y).square().sum().item() for y in training[:size])
        to_fresh = min((x - y).square().sum().item() for y in fresh[:size])
        count += to_training < to_fresh
    return count / len(drawn)


def _cut(training: Tensor, fresh: Tensor) -> tuple[Tensor, Tensor]:
    size = min(len(training), len(fresh))
    return training[:size], fresh[:size]


def _nearest(drawn: Tensor, others: Tensor) -> Tensor:
    return torch.cdist(drawn, others).amin(1)


def _by(summary):
    """The share by another summary of the distances to a set than the nearest."""

    def wrong(drawn: Tensor, training: Tensor, fresh: Tensor) -> Tensor:
        a, b = (summary(torch.cdist(drawn, x)) for x in _cut(training, fresh))
        return (a < b).float().mean()

    return wrong


nearer = Build(
    "9.9",
    _nearer_by_loops,
    _sets,
    (
        Mistake(
            lambda d, t, f: (_nearest(d, t) < _nearest(d, f)).float().mean(),
            "The sets differ in size, and the larger one has the nearer neighbour by its size "
            "alone: cut both to the smaller number.",
        ),
        Mistake(
            lambda d, t, f: _by(lambda x: -x.amin(1))(d, t, f),
            "Turned round: asked is the share nearer to a *training* picture.",
        ),
        Mistake(
            _by(lambda x: x.mean(1)),
            "You compared mean distances to all pictures. A copy is near to *one*: take the "
            "smallest.",
        ),
        Mistake(
            _by(lambda x: x.amax(1)), "That is the farthest picture: take the smallest distance."
        ),
        Mistake(
            lambda d, t, f: _nearest(d, _cut(t, f)[0]).mean() / _nearest(d, _cut(t, f)[1]).mean(),
            "That is a ratio of mean distances. Asked is a share, which is a half where nothing "
            "was learned by heart.",
        ),
        Mistake(
            lambda d, t, f: _nearest(d, _cut(t, f)[0]).mean(),
            "A distance without a baseline: near compared with what? With unseen pictures.",
        ),
    ),
    praise="A half means: it cannot be told which of the two it was trained on.",
)
