"""The article's loss, which does not work: what it says, what it wants, where it leads."""

import torch
import torch.nn.functional as F

from dalle_edu.alignment.geometry import effective_rank
from dalle_edu.contrastive import losses
from dalle_edu.course.checks.contrastive_loss.losses import EVERY_LOSS
from dalle_edu.course.checks.exercise import Build, Estimate, Mistake, random


def _two_similarities() -> list[tuple]:
    randn = random(5)
    return [(randn(n).tanh(), randn(n).tanh()) for n in (1, 4, 7)]


article_loss = Build(
    "2.4",
    lambda p, n: sum(-((a - b) ** 2) for a, b in zip(p, n, strict=True)) / len(p),
    _two_similarities,
    (
        Mistake(
            lambda p, n: (p - n).square().mean(),
            "The minus sign in front of the square is lost: the article has one.",
        ),
        Mistake(
            lambda p, n: -(p - n).mean().square(),
            "That is the square of the mean; the formula is the mean of the squares.",
        ),
        Mistake(lambda p, n: -(p - n).square().sum(), "The factor 1/N is lost: a mean, not a sum."),
        Mistake(lambda p, n: -(p - n).mean(), "The square is lost."),
        Mistake(
            lambda p, n: -(p.square() - n.square()).mean(),
            "The difference is squared, not each similarity.",
        ),
        Mistake(lambda p, n: -(p - n).abs().mean(), "The absolute value is not the square."),
    ),
    EVERY_LOSS,
    "Word for word the article's. Now see what it wants.",
)


def _few_numbers() -> list[tuple]:
    return [(p, n) for p, n in ((0.2, 0.5), (0.9, -0.3), (0.4, 0.4), (-0.7, 0.1))]


article_gradient = Build(
    "2.5",
    lambda p, n: (-2 * (p - n), 2 * (p - n)),
    _few_numbers,
    (
        Mistake(
            lambda p, n: (2 * (p - n), -2 * (p - n)),
            "The sign is turned (or the two are exchanged): L = -(p - n)^2 has its minus in front.",
        ),
        Mistake(lambda p, n: (-(p - n), p - n), "The factor 2 of the square's derivative is lost."),
        Mistake(
            lambda p, n: (-2 * (p - n), -2 * (p - n)),
            "By n there is one more minus, from inside the bracket: the two have opposite signs.",
        ),
        Mistake(lambda p, n: (-2 * p, 2 * n), "You squared p and n apart: (p - n) stays together."),
    ),
    praise="At p = n both are 0: nothing to learn. At p = 0.2, n = 0.5 the first is +0.6: a step "
    "downhill makes the *true* pair less similar.",
)


def poles(steps: int = 250, seed: int = 0) -> float:
    """Effective rank that 64 free picture embeddings in 16 dimensions have after training with the
    article's loss."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        image, text = (torch.randn(64, 16, requires_grad=True) for _ in range(2))
    true = torch.eye(64, dtype=torch.bool)
    optimiser = torch.optim.Adam([image, text], 0.05)
    for _ in range(steps):
        optimiser.zero_grad()
        losses.article_loss(losses.cosines(image, text), true).backward()
        optimiser.step()
    return effective_rank(F.normalize(image.detach(), dim=1)).item()


predict_rank = Estimate(
    "2.7",
    poles,
    lambda guess, measured: abs(guess - measured) < 0.5,
    (
        Mistake(
            lambda guess: guess >= 15,
            "That would be a loss that spreads embeddings out. This one pays only for distance "
            "between a true and a false pair, whichever is ahead.",
        ),
        Mistake(
            lambda guess: abs(guess - 2) <= 0.5,
            "Two poles, yes, but they lie opposite: one line through the origin, so one dimension.",
        ),
        Mistake(lambda guess: guess < 0.5, "The rank of something that is not zero is at least 1."),
        Mistake(
            lambda guess: 2.5 < guess < 15,
            "Less. Squared leads are largest when everything sits at +1 or -1 on a single line.",
        ),
    ),
    lambda measured: f"Measured: {measured:.1f}. All that is left of a picture is about one bit.",
)
