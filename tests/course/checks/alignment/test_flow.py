"""Answers to 4.7, 4.8 and 4.10 as people write them, and the claims of the text about them."""

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


def bayes(x, answers, chance, time):
    noise = (x[:, None] - time * answers) / (1 - time)
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(noise).sum(2)
    weight = (chance.log() + normal).softmax(1)
    return (weight[..., None] * (answers - noise)).sum(1)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (bayes, "A mean, always"),
        (lambda x, a, p, t: p @ a - x, "at time 0"),
        (lambda x, a, p, t: bayes(x, a, torch.ones(len(p)), t), "chances are lost"),
        (lambda x, a, p, t: bayes(x, a, p, t) * (1 - t), "divide by"),
        (lambda x, a, p, t: -bayes(x, a, p, t), "sign is turned"),
    ],
)
def test_best_velocity(answer, says):
    verdict = check.best_velocity(answer)
    assert bool(verdict) == says.startswith("A mean") and says in verdict.message


def test_one_step_of_the_best_velocity_is_the_mean_and_many_reach_the_answers():
    """Two answers, as in the chapter: the middle with one step, both with many, few between."""
    answers = 2**0.5 * torch.tensor([[0.5, 0.75**0.5], [0.5, -(0.75**0.5)]])
    chance, noise = (
        torch.tensor([0.5, 0.5]),
        torch.randn(2000, 2, generator=torch.Generator().manual_seed(0)),
    )
    middle = {}
    for steps in (1, 4, 16):
        x = noise
        for k in range(steps):
            x = x + bayes(x, answers, chance, k / steps) / steps
        middle[steps] = (torch.rad2deg(torch.atan2(x[:, 1], x[:, 0])).abs() < 30).float().mean()
        if steps == 1:
            torch.testing.assert_close(x, answers.mean(0).expand(2000, 2), atol=1e-5, rtol=0)
    assert middle[1] == 1 and middle[1] > middle[4] > middle[16] and middle[16] < 0.03
