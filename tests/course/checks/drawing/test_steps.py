"""Answers to 6.4 and 6.5 as people write them, right and wrong."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import drawing as check
from dalle_edu.gan import losses, penalties

# 6.4


def one_pass(factor=1.0, pairs=lambda r, f: F.softplus(f - r).mean(), detach=True, graph=True):
    """Real and drawn together, one gradient; `factor` times gamma times the mean."""

    def step(D, G, real, noise, optimiser, gamma):
        drawn = G(noise).detach() if detach else G(noise)
        both = torch.cat([real, drawn])
        both = both.requires_grad_() if detach else both
        scores = D(both).squeeze(1)
        (slope,) = torch.autograd.grad(scores.sum(), both, create_graph=graph, retain_graph=True)
        loss = pairs(*scores.chunk(2)) + factor * gamma * slope.square().sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def two_passes(D, G, real, noise, optimiser, gamma):
    with torch.no_grad():
        drawn = G(noise)
    total = 0
    for points in (real.clone(), drawn):
        points.requires_grad_()
        (slope,) = torch.autograd.grad(D(points).sum(), points, create_graph=True)
        total = total + gamma / 2 * (slope**2).sum() / len(points)
    total = total - F.logsigmoid(D(real) - D(drawn)).mean()
    weights = list(D.parameters())
    for weight, gradient in zip(weights, torch.autograd.grad(total, weights), strict=True):
        weight.grad = gradient
    optimiser.step()


@pytest.mark.parametrize("answer", [one_pass(), two_passes])
def test_the_penalised_step_in_two_ways(answer):
    assert check.discriminator_step(answer)


def only_r1(D, G, real, noise, optimiser, gamma):
    real = real.clone().requires_grad_()
    scores, drawn = D(real), G(noise).detach()
    (slope,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
    loss = F.softplus(D(drawn) - scores).mean() + gamma / 2 * slope.square().sum(1).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def library(D, G, real, noise, optimiser, gamma):
    losses.relativistic_d(D(real), D(G(noise).detach())).backward()


def librarys_penalty(D, G, real, noise, optimiser, gamma):
    real = real.clone().requires_grad_()
    penalties.r1(D(real), real).backward()


def moves_g(D, G, real, noise, optimiser, gamma):
    one_pass()(D, G, real, noise, optimiser, gamma)
    with torch.no_grad():
        next(G.parameters()).add_(1)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (only_r1, "R1 alone"),
        (one_pass(factor=0.5), "*mean* of R1"),
        (one_pass(factor=2.0), "not gamma"),
        (one_pass(graph=False), "create_graph"),
        (one_pass(pairs=lambda r, f: F.softplus(r - f).mean()), "exchanged"),
        (one_pass(pairs=lambda r, f: F.softplus(f[:, None] - r[None]).mean()), "B x B"),
        (one_pass(pairs=lambda r, f: F.softplus(f - r.mean()).mean()), "*average*"),
        (one_pass(pairs=lambda r, f: F.softplus(-r).mean() + F.softplus(f).mean()), "classic"),
        (library, "library's version"),
        (librarys_penalty, "library's version"),
        (moves_g, "G's weights changed"),
        (lambda D, G, real, noise, optimiser, gamma: G.zero_grad(), "D's weights after the step"),
    ],
)
def test_the_penalised_step_as_people_get_it_wrong(answer, says):
    verdict = check.discriminator_step(answer)
    assert not verdict and says in verdict.message


# 6.5


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda k, n, g: n * g / 2 if not k % n else 0, "whatever n is"),
        (lambda k, n, g: [n * g / 2, *[0.0] * (n - 1)][k % n], "whatever n is"),
        (lambda k, n, g: g / 2 if k % n == 0 else 0, "without its factor"),
        (lambda k, n, g: g * n if k % n == 0 else 0, "not gamma times n"),
        (lambda k, n, g: n * g / 2, "Not lazy"),
        (lambda k, n, g: g / 2, "exact penalty"),
        (lambda k, n, g: g / 2 / n if k % n == 0 else 0, "Divided by n"),
        (lambda k, n, g: n * g / 2 if k and k % n == 0 else 0, "Step 0"),
        (lambda k, n, g: n * g / 2 if k % n == n - 1 else 0, "one step early or late"),
    ],
)
def test_penalty_factor(answer, says):
    assert says in check.penalty_factor(answer).message
