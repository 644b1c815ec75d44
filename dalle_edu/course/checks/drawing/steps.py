"""A training step: penalised pairs, and the factor of a lazy penalty."""

from collections.abc import Callable, Iterable

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
from dalle_edu.course.checks.exercise import Build, Mistake


def vector(tensors: Iterable[Tensor]) -> Tensor:
    """All of them in one row, (N,) float64, cut off from any graph."""
    return torch.cat([t.detach().flatten().double() for t in tensors])


def after_discriminator_step(
    answer: Callable, seed: int, gamma: float
) -> tuple[Tensor, Tensor, Tensor]:
    """D's weights, G's weights, G's gradients after the step; points stand in for pictures."""
    discriminator, generator = networks(seed)
    optimiser = torch.optim.SGD(discriminator.parameters(), lr=0.5)
    answer(discriminator, generator, *batch(seed), optimiser, gamma)
    players = (vector(player.parameters()) for player in (discriminator, generator))
    return *players, gradients(generator)


def _squared_slopes(
    discriminator: nn.Module, points: Tensor, total: Callable = torch.sum, graph: bool = True
) -> Tensor:
    """Of the score at each point, (B,)."""
    points = points.detach().clone().requires_grad_()
    scores = total(discriminator(points))
    return torch.autograd.grad(scores, points, create_graph=graph)[0].square().sum(1)


def _lead(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(fake - real).mean()


def _step(
    loss: Callable = _lead,
    weight: float = 0.5,
    on_fake: float = 1.0,
    detach: bool = True,
    zero: bool = True,
    slopes: Callable = _squared_slopes,
) -> Callable:
    """The step, right by default, or wrong in the ways that the arguments name."""

    def played(discriminator, generator, real, noise, optimiser, gamma) -> None:
        fake = generator(noise)
        scores = (discriminator(real), discriminator(fake.detach() if detach else fake))
        total = loss(*(s.squeeze(1) for s in scores))
        penalty = slopes(discriminator, real).mean()
        penalty = penalty + on_fake * slopes(discriminator, fake).mean()
        total = total + weight * gamma * penalty
        if zero:
            optimiser.zero_grad()
        total.backward()
        optimiser.step()

    return played


discriminator_step = Played(
    "6.4",
    _step(),
    lambda: [(11, 0.5), (12, 2.0)],
    (
        Mistake(
            _step(on_fake=0.0),
            "R1 alone: the slope is punished at real pictures and not at drawn ones (R2).",
        ),
        Mistake(_step(weight=1.0), "The factor is gamma / 2 for each of R1 and R2, not gamma."),
        Mistake(
            _step(weight=0.25),
            "Half of the penalty. Either real and drawn went through in one pass, which gives the "
            "*mean* of R1 and R2, half of their sum: there the factor is gamma. Or the mean ran "
            "over the coordinates too, which are to be summed: |gradient|^2 of each point.",
        ),
        Mistake(
            _step(weight=0.0), "No penalty reaches D: was it added, and made with create_graph?"
        ),
        Mistake(
            _step(slopes=lambda d, x: _squared_slopes(d, x, torch.mean)),
            "The gradient of the batch's *mean* score is B times too small, its square B^2 times: "
            "take the gradient of the sum.",
        ),
        Mistake(
            _step(slopes=lambda d, x: _squared_slopes(d, x).sqrt()),
            "The norm is not squared: R1 and R2 are |gradient|^2.",
        ),
        Mistake(
            _step(detach=False), "G's gradients changed: the drawn pictures were not detached."
        ),
        Mistake(
            _step(zero=False),
            "Gradients of an earlier step were added: zero_grad comes before backward.",
        ),
        Mistake(
            _step(loss=lambda r, f: _lead(f, r)),
            "The players are exchanged: D wants each real picture to lead its drawn one.",
        ),
        Mistake(
            _step(loss=lambda r, f: F.softplus(f[:, None] - r).mean()),
            "Every drawn with every real picture, B x B (a broadcast?): the pairs are (i, i).",
        ),
        Mistake(
            _step(loss=lambda r, f: F.softplus(f - r.mean()).mean()),
            "Each drawn picture was compared with the *average* real score: pair by pair.",
        ),
        Mistake(
            _step(loss=lambda r, f: (F.softplus(f) + F.softplus(-r)).mean()),
            "That is the classic loss, each score for itself. In pairs only differences count.",
        ),
    ),
    EVERY_LOSS,
    "D has learned from pairs and from both penalties; G is as it was.",
    outcome=after_discriminator_step,
    parts=(
        "D's weights after the step are not the right ones: zero_grad, the mean softplus of drawn "
        "minus real, plus gamma / 2 (R1 + R2), backward, step.",
        "G's weights changed: this is D's step, G holds still.",
        "The gradients that G holds were changed: they are none of D's business.",
    ),
)


def _factor(
    share: float = 0.5, repaid: float = 1, due: Callable = lambda step, every: step % every == 0
) -> Callable:
    return lambda step, every, gamma: share * gamma * every**repaid if due(step, every) else 0.0


penalty_factor = Build(
    "6.5",
    _factor(),
    lambda: [
        *((step, 4, 0.3) for step in range(9)),
        *((step, 8, 2.0) for step in (0, 1, 7, 8, 9, 16)),
        *((step, 1, 1.0) for step in range(3)),
    ],
    (
        Mistake(
            _factor(repaid=0),
            "Lazily penalised without its factor: on one step of n the penalty has to count n "
            "times, or D feels only an n-th of gamma.",
        ),
        Mistake(_factor(share=1.0), "The factor is gamma / 2 times n, not gamma times n."),
        Mistake(
            _factor(due=lambda step, every: True),
            "Not lazy: on the steps between the factor is 0, or D is penalised n times too much.",
        ),
        Mistake(
            _factor(repaid=0, due=lambda step, every: True),
            "That is the exact penalty, on every step: the lazy one skips n - 1 steps of n.",
        ),
        Mistake(
            _factor(due=lambda step, every: step % every != 0 or every == 1),
            "Upside down: step % every is 0 on the step that is due, and 0 counts as false.",
        ),
        Mistake(
            _factor(repaid=-1), "Divided by n: on one step of n the penalty counts n times *more*."
        ),
        Mistake(
            _factor(due=lambda step, every: step > 0 and step % every == 0),
            "Step 0 was left out: it is one of the steps 0, n, 2n, ...",
        ),
        Mistake(
            _factor(due=lambda step, every: (step + 1) % every == 0),
            "The right pace, one step early or late: the steps are 0, n, 2n, ...",
        ),
    ),
    praise="Averaged over n steps it is gamma / 2, whatever n is.",
)
