"""Precision and recall: how much of one cloud lies within reach of the other."""

import torch
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Mistake, random


def _clouds() -> list[tuple]:
    randn, cases = random(93), []
    for n, m, d, k in ((9, 7, 2, 1), (14, 12, 2, 2), (12, 20, 3, 3), (24, 15, 2, 3)):
        cases.append((randn(n, d), 1.5 * randn(m, d) + 0.4, k))
    return cases


def _inside_by_loops(real: Tensor, fake: Tensor, k: int) -> float:
    def apart(x: Tensor, y: Tensor) -> float:
        return (x.double() - y.double()).square().sum().sqrt().item()

    reach = []
    for i, x in enumerate(real):
        others = sorted(apart(x, y) for j, y in enumerate(real) if j != i)
        reach.append(others[k - 1])
    inside = [any(apart(x, y) <= r for y, r in zip(real, reach, strict=True)) for x in fake]
    return sum(inside) / len(inside)


def _reach(points: Tensor, k: int) -> Tensor:
    apart = torch.cdist(points.double(), points.double())
    return apart.fill_diagonal_(torch.inf).kthvalue(k, dim=1).values


def _share(points: Tensor, region: Tensor, reach: Tensor) -> float:
    inside = torch.cdist(points.double(), region.double()) <= reach
    return inside.any(1).double().mean().item()


def _nearest_ball(real: Tensor, fake: Tensor, k: int) -> float:
    far, which = torch.cdist(fake.double(), real.double()).min(1)
    return (far <= _reach(real, k)[which]).double().mean().item()


def _covered(real: Tensor, fake: Tensor, k: int) -> float:
    inside = torch.cdist(fake.double(), real.double()) <= _reach(real, k)
    return inside.any(0).double().mean().item()


def _itself_counted(points: Tensor, k: int) -> Tensor:
    apart = torch.cdist(points.double(), points.double())
    return apart.fill_diagonal_(0).kthvalue(k, dim=1).values


precision = Build(
    "9.3",
    _inside_by_loops,
    _clouds,
    (
        Mistake(
            lambda real, fake, k: _share(fake, real, _itself_counted(real, k)),
            "A point is its own nearest neighbour, at 0, and was counted: leave it out, or take "
            "the (k+1)-th.",
        ),
        Mistake(
            lambda real, fake, k: _share(fake, real, _reach(real, k + 1)),
            "One neighbour too many: with the point itself left out, the k-th is the k-th.",
        ),
        Mistake(
            lambda real, fake, k: _share(real, fake, _reach(fake, k)),
            "The two are exchanged: that is recall, the share of *real* in the region of the "
            "drawn.",
        ),
        Mistake(
            _nearest_ball,
            "You looked at the ball of the nearest real point only. A farther one may have a "
            "larger ball: any will do.",
        ),
        Mistake(
            lambda real, fake, k: _share(fake, real, _reach(real, k).mean()),
            "One radius for all: each real point has its own, large where points are rare.",
        ),
        Mistake(
            lambda real, fake, k: _share(fake, real, _reach(fake, k)[:, None]),
            "The radius belongs to the *real* point: with that of the drawn one, whatever lies far "
            "from everything would have the largest.",
        ),
        Mistake(
            _covered,
            "That is the share of real points whose ball holds a drawn one (coverage, Naeem et "
            "al. 2020). Precision counts drawn pictures.",
        ),
        Mistake(
            lambda real, fake, k: 1 - _share(fake, real, _reach(real, k)),
            "That is the share outside.",
        ),
    ),
    praise="Recall is the same function with the two sets exchanged.",
)
