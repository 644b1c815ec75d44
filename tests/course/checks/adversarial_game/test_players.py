"""Answers to 5.3 and 5.4 as people write them, right and wrong."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import adversarial_game as check
from dalle_edu.course.checks.adversarial_game.players import networks
from dalle_edu.gan import losses

# 5.3, written with binary_cross_entropy_with_logits


def bce(scores, label):
    return F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, label))


def right_d(D, G, real, noise, optimiser):
    with torch.no_grad():
        drawn = G(noise)
    optimiser.zero_grad()
    (bce(D(real), 1.0) + bce(D(drawn), 0.0)).backward()
    optimiser.step()


def two_backwards(D, G, real, noise, optimiser):
    optimiser.zero_grad()
    bce(D(real), 1.0).backward()
    bce(D(G(noise).detach()), 0.0).backward()
    optimiser.step()


def by_hand(D, G, real, noise, optimiser):
    loss = F.softplus(-D(real)).mean() + F.softplus(D(G(noise).detach())).mean()
    found = torch.autograd.grad(loss, list(D.parameters()))
    for weight, gradient in zip(D.parameters(), found, strict=True):
        weight.grad = gradient
    optimiser.step()


@pytest.mark.parametrize("answer", [right_d, two_backwards, by_hand])
def test_the_discriminators_step_in_three_ways(answer):
    assert check.discriminator_step(answer)


def attached(D, G, real, noise, optimiser):
    optimiser.zero_grad()
    (bce(D(real), 1.0) + bce(D(G(noise)), 0.0)).backward()
    optimiser.step()


def stale(D, G, real, noise, optimiser):
    (bce(D(real), 1.0) + bce(D(G(noise).detach()), 0.0)).backward()
    optimiser.step()


def swapped(D, G, real, noise, optimiser):
    optimiser.zero_grad()
    (bce(D(real), 0.0) + bce(D(G(noise).detach()), 1.0)).backward()
    optimiser.step()


def together(D, G, real, noise, optimiser):
    drawn = D(G(noise))
    optimiser.zero_grad()
    (bce(D(real), 1.0) + bce(drawn, 0.0) + bce(drawn, 1.0)).backward()
    optimiser.step()


def squashed(D, G, real, noise, optimiser):
    optimiser.zero_grad()
    fake = torch.sigmoid(D(G(noise).detach()))
    (bce(torch.sigmoid(D(real)), 1.0) + bce(fake, 0.0)).backward()
    optimiser.step()


def zeroes_g(D, G, real, noise, optimiser):
    right_d(D, G, real, noise, optimiser)
    G.zero_grad()


def moves_g(D, G, real, noise, optimiser):
    right_d(D, G, real, noise, optimiser)
    with torch.no_grad():
        next(G.parameters()).add_(0.1)


def library(D, G, real, noise, optimiser):
    optimiser.zero_grad()
    losses.non_saturating_d(D(real), D(G(noise).detach())).backward()
    optimiser.step()


def nothing(D, G, real, noise, optimiser):
    pass


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (attached, "not detached"),
        (stale, "zero_grad comes first"),
        (swapped, "labels are swapped"),
        (together, "Both players in one backward"),
        (squashed, "with logits"),
        (zeroes_g, "gradients that G holds"),
        (moves_g, "G's weights changed"),
        (library, "library's version"),
        (nothing, "did not move"),
        (lambda D, G: None, "it stopped: TypeError"),
    ],
)
def test_the_discriminators_step_as_people_get_it_wrong(answer, says):
    verdict = check.discriminator_step(answer)
    assert not verdict and says in verdict.message


def test_without_detach_nothing_changes_where_g_zeroes_its_gradients():
    """So that is no mistake of a whole training, only of the step alone."""

    def play(detach):
        D, G = networks(7)
        players = [torch.optim.SGD(n.parameters(), lr=0.2) for n in (D, G)]
        generator = torch.Generator().manual_seed(8)
        for _ in range(5):
            real, noise = (torch.randn(6, k, generator=generator) for k in (2, 3))
            fake = G(noise)
            players[0].zero_grad()
            losses.non_saturating_d(D(real), D(fake.detach() if detach else fake)).backward()
            players[0].step()
            players[1].zero_grad()
            losses.non_saturating_g(D(real), D(G(noise))).backward()
            players[1].step()
        return torch.cat([p.detach().flatten() for n in (D, G) for p in n.parameters()])

    assert torch.equal(play(True), play(False))


# 5.4


def g_step(score_loss, zero=True, cut=False):
    def step(D, G, noise, optimiser):
        if zero:
            optimiser.zero_grad()
        drawn = G(noise).detach() if cut else G(noise)
        score_loss(D(drawn)).backward()
        optimiser.step()

    return step


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (g_step(lambda s: bce(s, 1.0)), "G climbs"),
        (g_step(lambda s: -F.logsigmoid(s).mean()), "G climbs"),
        (g_step(lambda s: bce(s, 0.0)), "label is swapped"),
        (g_step(lambda s: torch.log(1 - torch.sigmoid(s)).mean()), "saturating"),
        (g_step(lambda s: bce(torch.sigmoid(s), 1.0)), "with logits"),
        (g_step(lambda s: bce(s, 1.0), zero=False), "earlier step"),
        (g_step(lambda s: bce(s, 1.0), cut=True), "did not move"),
        (g_step(lambda s: losses.non_saturating_g(s, s)), "library's version"),
    ],
)
def test_the_generators_step(answer, says):
    verdict = check.generator_step(answer)
    assert says in verdict.message and bool(verdict) == (says == "G climbs")
