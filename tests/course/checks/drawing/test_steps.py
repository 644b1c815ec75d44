"""Answers to 6.4 to 6.6 as people write them, right and wrong."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import drawing as check
from dalle_edu.course.checks.drawing.steps import Counting
from dalle_edu.gan import losses, penalties
from dalle_edu.training.gan import update_average

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


# 6.6


def by_state_dict(average, model, decay):
    new, old = model.state_dict(), average.state_dict()
    names = {name for name, _ in model.named_parameters()}
    average.load_state_dict(
        {k: decay * old[k] + (1 - decay) * v if k in names else v for k, v in new.items()}
    )


@torch.no_grad()
def by_lerp(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


@pytest.mark.parametrize("answer", [by_state_dict, by_lerp])
def test_the_average_in_two_ways(answer):
    assert check.update_average(answer)


@torch.no_grad()
def forgets_buffers(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.mul_(decay).add_((1 - decay) * value)


@torch.no_grad()
def averages_everything(average, model, decay):
    old, new = average.state_dict(), model.state_dict()
    for name, value in new.items():
        old[name].copy_(decay * old[name] + (1 - decay) * value)


@torch.no_grad()
def names_only(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean = decay * mean + (1 - decay) * value
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


def keeps_graph(average, model, decay):
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


def exchanged(average, model, decay):
    by_lerp(average, model, 1 - decay)


def spoils_the_model(average, model, decay):
    by_lerp(average, model, decay)
    with torch.no_grad():
        model.linear.weight.zero_()


def borrowed(average, model, decay):
    update_average(average, model, decay)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (forgets_buffers, "buffers are forgotten"),
        (averages_everything, "averaged too"),
        (names_only, "names a new tensor"),
        (keeps_graph, "graph"),
        (exchanged, "exchanged"),
        (lambda a, m, d: a.load_state_dict(m.state_dict()), "a copy"),
        (lambda a, m, d: by_lerp(m, a, d), "Turned round"),
        (spoils_the_model, "network itself"),
        (borrowed, "library's version"),
        (lambda a, m, d: None, "Nothing of the average changed"),
    ],
)
def test_the_average_as_people_get_it_wrong(answer, says):
    verdict = check.update_average(answer)
    assert not verdict and says in verdict.message


def test_the_oracle_is_what_the_library_computes():
    torch.manual_seed(0)
    model, first, second = Counting(), Counting(), Counting()
    second.load_state_dict(first.state_dict())
    model(torch.randn(5, 3))  # fills the running statistics
    check.update_average.oracle(first, model, 0.7)
    update_average(second, model, 0.7)
    for one, other in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.allclose(one, other)
