"""Answers to 4.7 as people write them, and how it stands to the library's loss."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.alignment import maps
from dalle_edu.course.checks import alignment as check


def loss(velocity, target, noise, time):
    y = target * target.size(1) ** 0.5
    error = velocity(y + time * (noise - y), time) + y - noise
    return F.mse_loss(error, torch.zeros_like(error))


class Of:
    """A stand-in for a flow, so that the library's loss can be called."""

    def __init__(self, velocity):
        self.velocity = lambda text, x, time: velocity(x, time)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (loss, "two conventions"),
        (lambda v, y, z, t: loss(v, y / y.size(1) ** 0.5, z, t), "sqrt(D)"),
        (lambda v, y, z, t: loss(v, y, z, t) * y.size(1), "added up the channels"),
        (lambda v, y, z, t: loss(lambda x, s: v(x, 1 - s), y, z, t), "wrong time"),
        (lambda v, y, z, t: maps.flow_loss(Of(v), y, y, z, t), "library's version"),
        (lambda v, y, z, t: 3 * loss(v, y, z, t), "right is"),
    ],
)
def test_flow_loss(answer, says):
    verdict = check.flow_loss(answer)
    assert bool(verdict) == (says == "two conventions") and says in verdict.message


def test_the_other_convention_is_the_librarys_run_backwards():
    """With 1 - time and the velocity turned, both losses are one."""
    for velocity, target, noise, time in check.flow_loss.cases():
        turned = Of(lambda x, t, v=velocity: -v(x, 1 - t))
        library = maps.flow_loss(turned, target, target, noise, 1 - time)
        torch.testing.assert_close(check.flow_loss.oracle(velocity, target, noise, time), library)
