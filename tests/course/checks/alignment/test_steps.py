"""Answers to 4.8 as people write them, and what two looks a step are good for."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import alignment as check


def walk(velocity, noise, steps):
    x, times = noise.clone(), torch.linspace(0, 1, 2 * steps + 1)
    for early, late in zip(times[:-1:2], times[1::2], strict=True):
        middle = x + velocity(x, early.expand(len(x), 1)) / steps / 2
        x += velocity(middle, late.expand(len(x), 1)) / steps
    return x / x.norm(dim=1, keepdim=True)


def plain(velocity, noise, steps):
    x = noise
    for k in range(steps):
        x = x + velocity(x, k / steps) / steps
    return F.normalize(x)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (walk, "square of its length"),
        (plain, "the chapter's step"),
        (lambda v, z, n: walk(lambda x, t: n * v(x, t), z, n), "added whole"),
        (lambda v, z, n: walk(lambda x, t: v(x, 1 - t), z, n), "Time is reversed"),
        (lambda v, z, n: None, "returned nothing"),
    ],
)
def test_walk(answer, says):
    verdict = check.walk(answer)
    assert bool(verdict) == says.startswith("square") and says in verdict.message


def test_two_looks_a_step_are_nearer_than_twice_the_steps():
    for velocity, noise, _ in check.walk.cases():
        right = walk(velocity, noise, 512)
        assert (walk(velocity, noise, 8) - right).norm() < (
            plain(velocity, noise, 16) - right
        ).norm()
