"""The relativistic losses and R1, the two pieces of the loss that the course trains with."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dalle_edu.course.checks.adversarial_game.players import (
    EVERY_LOSS,
    Played,
    batch,
    gradients,
    networks,
)
from dalle_edu.course.checks.exercise import Build, Mistake, random


def _score_pairs() -> list[tuple]:
    randn = random(51)
    return [(2 * randn(n) + 1, 2 * randn(n)) for n in (2, 5, 8)]


def _pairs_by_hand(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    leads = [r - f for r, f in zip(real, fake, strict=True)]
    d = sum(-F.logsigmoid(lead) for lead in leads) / len(leads)
    g = sum(-F.logsigmoid(-lead) for lead in leads) / len(leads)
    return d, g


relativistic = Build(
    "5.6",
    _pairs_by_hand,
    _score_pairs,
    (
        Mistake(
            lambda r, f: (F.softplus(f - r.mean()).mean(), F.softplus(r.mean() - f).mean()),
            "Each drawn point was compared with the batch's *average* real score: that is another "
            "loss (RaGAN). Compare pair by pair.",
        ),
        Mistake(
            lambda r, f: (F.softplus(f.mean() - r.mean()), F.softplus(r.mean() - f.mean())),
            "You averaged the scores first: a mean of softplus is not the softplus of a mean.",
        ),
        Mistake(
            lambda r, f: (F.softplus(f - r).mean(),) * 2,
            "Both players have the same sign: then they agree, and there is no game.",
        ),
        Mistake(
            lambda r, f: (F.softplus(r - f).mean(), F.softplus(f - r).mean()),
            "The players are exchanged: D wants real - drawn large.",
        ),
        Mistake(
            lambda r, f: (F.softplus(f - r).mean(), -F.softplus(f - r).mean()),
            "G's loss is not minus D's: that saturates where D is sure. Exchange real and drawn.",
        ),
        Mistake(
            lambda r, f: (F.softplus(f - r[:, None]).mean(), F.softplus(r[:, None] - f).mean()),
            "Every real with every drawn point, B x B (a broadcast?): the pairs are (i, i).",
        ),
        Mistake(
            lambda r, f: (
                F.softplus(f.sigmoid() - r.sigmoid()).mean(),
                F.softplus(r.sigmoid() - f.sigmoid()).mean(),
            ),
            "A sigmoid before the difference: scores are compared raw, as logits.",
        ),
        Mistake(
            lambda r, f: (F.softplus(f - r).sum(), F.softplus(r - f).sum()),
            "A sum over pairs: take the mean.",
        ),
        Mistake(
            lambda r, f: ((f - r).mean(), (r - f).mean()),
            "Only the difference: without the softplus a lead that is large already still pays.",
        ),
        Mistake(
            lambda r, f: (F.softplus(-r).mean() + F.softplus(f).mean(), F.softplus(-f).mean()),
            "That is the classic loss, each score for itself. Here only differences count.",
        ),
    ),
    EVERY_LOSS,
    "Add the same number to every score and nothing changes: only who leads whom.",
)


def penalty_and_gradient(answer: Callable, seed: int, gamma: float) -> tuple[Tensor, Tensor]:
    """What the penalty is, and the gradient that the discriminator's weights get from it."""
    discriminator, _ = networks(seed)
    real, _ = batch(seed)
    value = answer(discriminator, real, gamma)
    if not isinstance(value, Tensor):
        return value, torch.zeros(())
    discriminator.zero_grad()
    if value.requires_grad and value.ndim == 0:
        value.backward()
    return value.detach(), gradients(discriminator)


def _penalty(of: Callable, total: Callable = torch.sum, graph: bool = True) -> Callable:
    def penalty(discriminator: nn.Module, real: Tensor, gamma: float) -> Tensor:
        real = real.detach().clone().requires_grad_()
        scores = discriminator(real)
        (gradient,) = torch.autograd.grad(total(scores), real, create_graph=graph)
        return of(gradient, gamma)

    return penalty


def _right(gradient: Tensor, gamma: float) -> Tensor:
    return gamma / 2 * gradient.square().sum(1).mean()


def _by_weights(discriminator: nn.Module, real: Tensor, gamma: float) -> Tensor:
    weights = list(discriminator.parameters())
    found = torch.autograd.grad(discriminator(real).sum(), weights, create_graph=True)
    return gamma / 2 * sum(g.square().sum() for g in found)


def _one_by_one(discriminator: nn.Module, real: Tensor, gamma: float) -> Tensor:
    total = torch.zeros(())
    for row in real:
        x = row.clone().requires_grad_()
        (slope,) = torch.autograd.grad(discriminator(x).squeeze(), x, create_graph=True)
        total = total + slope @ slope
    return gamma / 2 * total / len(real)


r1_penalty = Played(
    "5.5",
    _one_by_one,
    lambda: [(5, 1.0), (6, 0.3)],
    (
        Mistake(
            _penalty(_right, torch.mean),
            "The gradient of the batch's *mean* score is B times too small, its square B^2 times. "
            "Take the gradient of the sum: each point's score depends on that point only.",
        ),
        Mistake(
            _penalty(_right, graph=False),
            "The value is right, but D cannot learn from it: no graph. Say create_graph=True.",
        ),
        Mistake(
            _penalty(lambda g, gamma: gamma / 2 * g.norm(dim=1).mean()),
            "The norm is not squared: R1 is |gradient|^2.",
        ),
        Mistake(
            _penalty(lambda g, gamma: g.square().sum(1).mean()), "The factor gamma / 2 is lost."
        ),
        Mistake(
            _penalty(lambda g, gamma: gamma * g.square().sum(1).mean()),
            "The factor is gamma / 2, not gamma: then the eigenvalue loses exactly gamma / 2.",
        ),
        Mistake(
            _penalty(lambda g, gamma: gamma / 2 * g.square().mean()),
            "You averaged over the coordinates too: sum over them, mean over the batch only.",
        ),
        Mistake(
            _penalty(lambda g, gamma: gamma / 2 * g.square().sum()),
            "A sum over the batch: take the mean over its points.",
        ),
        Mistake(
            _penalty(lambda g, gamma: gamma / 2 * (g.norm(dim=1) - 1).square().mean()),
            "That asks for a slope of 1 (WGAN-GP). R1 asks for a slope of 0 at the data.",
        ),
        Mistake(
            _penalty(lambda g, gamma: gamma / 2 * g.norm(dim=1).mean().square()),
            "The square of the mean norm is not the mean of the squared norms.",
        ),
        Mistake(
            _by_weights,
            "The gradient is by D's weights: R1 takes it by the *points*, where D looks.",
        ),
    ),
    EVERY_LOSS,
    "Its value is right, and D gets its gradient.",
    outcome=penalty_and_gradient,
    parts=(
        "The value is not right: gamma / 2 times the mean over points of |gradient|^2.",
        "The value is right, but the gradient D's weights get is not: was the graph cut?",
    ),
)
