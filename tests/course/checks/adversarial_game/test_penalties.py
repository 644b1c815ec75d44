"""Answers to 5.5 and 5.6 as people write them, right and wrong."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import adversarial_game as check
from dalle_edu.course.checks.adversarial_game.players import networks
from dalle_edu.gan import losses, penalties

# 5.5


def penalty(of, scored=torch.sum, graph=True, factor=0.5):
    def r1(D, real, gamma):
        x = real.clone().requires_grad_(True)
        slope = torch.autograd.grad(scored(D(x)), x, create_graph=graph)[0]
        return factor * gamma * of(slope)

    return r1


def squared(slope):
    return (slope**2).sum(dim=1).mean()


def by_backward(D, real, gamma):
    x = real.clone().requires_grad_(True)
    D(x).sum().backward(create_graph=True)
    return gamma * x.grad.pow(2).sum() / (2 * len(real))


def in_place(D, real, gamma):
    real.requires_grad_()
    (slope,) = torch.autograd.grad(D(real).sum(), real, create_graph=True)
    return gamma / 2 * slope.norm(dim=1).pow(2).mean()


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("answer", [penalty(squared), by_backward, in_place])
def test_r1_in_three_ways(answer):
    assert check.r1_penalty(answer)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (penalty(squared, scored=torch.mean), "B^2 times"),
        (penalty(squared, graph=False), "create_graph"),
        (penalty(lambda s: s.norm(dim=1).mean()), "not squared"),
        (lambda D, x, gamma: penalty(squared, factor=1)(D, x, 1.0), "gamma / 2 is lost"),
        (penalty(squared, factor=1), "not gamma"),
        (lambda D, x, gamma: penalties.r1(D(x.requires_grad_()), x), "library's version"),
        (lambda D, x, gamma: 0.5, "value is not right"),
        (lambda D, x, gamma: penalty(squared)(D, x, gamma).detach(), "create_graph"),
    ],
)
def test_r1_as_people_get_it_wrong(answer, says):
    verdict = check.r1_penalty(answer)
    assert not verdict and says in verdict.message


@pytest.mark.parametrize("seed", range(3))
def test_the_oracles_are_what_the_library_computes(seed):
    D, _ = networks(seed)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(7, 2, generator=generator).requires_grad_()
    by_hand = check.r1_penalty.oracle(D, x.detach(), 2.0)
    assert torch.allclose(by_hand, penalties.r1(D(x), x), atol=1e-6)
    assert torch.allclose(by_hand, penalties.r2(D(x), x), atol=1e-6)
    real, fake = torch.randn(2, 9, generator=generator)
    d, g = check.relativistic.oracle(real, fake)
    assert torch.allclose(d, losses.relativistic_d(real, fake))
    assert torch.allclose(g, losses.relativistic_g(real, fake))


# 5.6


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda r, f: (-F.logsigmoid(r - f).mean(), -F.logsigmoid(f - r).mean()), "who leads"),
        (
            lambda r, f: (
                F.binary_cross_entropy_with_logits(r - f, torch.ones_like(r)),
                F.binary_cross_entropy_with_logits(r - f, torch.zeros_like(r)),
            ),
            "who leads",
        ),
        (
            lambda r, f: (F.softplus(f - r.mean()).mean(), F.softplus(r.mean() - f).mean()),
            "average",
        ),
        (lambda r, f: (F.softplus(f - r).mean(), F.softplus(f - r).mean()), "same sign"),
        (lambda r, f: (losses.relativistic_d(r, f), losses.relativistic_g(r, f)), "library's"),
        (lambda r, f: F.softplus(f - r).mean(), "should return 2 things"),
    ],
)
def test_relativistic(answer, says):
    assert says in check.relativistic(answer).message
