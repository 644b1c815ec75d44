"""Losses of the two players. Scores are logits, high for real; every pair shares one signature,
`(real, fake)`, so that a loop can exchange them. Built in chapters 5 and 7.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.contrastive.losses import at_least_float32


def relativistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """The discriminator's: each real should outscore its fake (Jolicoeur-Martineau 2019; R3GAN,
    Huang et al. 2024):  mean over pairs of softplus(fake - real).

    Args:
        real, fake: (B,) scores of a real and a drawn picture *of the same caption*.

    Returns:
        Scalar, at least float32; log 2 at equal scores.

    Raises:
        ValueError: if the shapes differ (they would broadcast to B x B).
    """
    _check(real, fake)
    return F.softplus(at_least_float32(fake) - at_least_float32(real)).mean()


def relativistic_g(real: Tensor, fake: Tensor) -> Tensor:
    """The generator's: the players exchanged, mean softplus(real - fake)."""
    return relativistic_d(fake, real)


def non_saturating_d(real: Tensor, fake: Tensor) -> Tensor:
    """-mean log sigmoid(real) - mean log(1 - sigmoid(fake)) (Goodfellow et al. 2014).

    2 log 2 at scores of 0.
    """
    return F.softplus(-at_least_float32(real)).mean() + F.softplus(at_least_float32(fake)).mean()


def non_saturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """-mean log sigmoid(fake): strong where the fakes are seen through. `real` is not used."""
    return F.softplus(-at_least_float32(fake)).mean()


def saturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """mean log(1 - sigmoid(fake)), the min-max game's own: its gradient fades where the fakes are
    seen through. `real` is not used; the discriminator's side is `non_saturating_d`."""
    return -F.softplus(at_least_float32(fake)).mean()


def hinge_d(real: Tensor, fake: Tensor) -> Tensor:
    """mean relu(1 - real) + mean relu(1 + fake) (Lim & Ye 2017); 2 at scores of 0."""
    return F.relu(1 - at_least_float32(real)).mean() + F.relu(1 + at_least_float32(fake)).mean()


def hinge_g(real: Tensor, fake: Tensor) -> Tensor:
    """-mean fake. `real` is not used."""
    return -at_least_float32(fake).mean()


def matching(scores: Tensor, own: Tensor, true: Tensor) -> Tensor:
    """Which of K captions is this picture's? Cross-entropy over the false ones and its own.

        -log [ exp s_own / (exp s_own + sum over false k of exp s_k) ],   mean over pictures

    A candidate that is true as well (the same words again, a vaguer caption) is left out: neither
    punished nor asked for. For both players, on real pictures and on drawn ones.

    Args:
        scores: (B, K) logits of picture and candidate.
        own: (B,) int64, the column of each picture's own caption.
        true: (B, K) bool, where the candidate is true of the picture; the own one always counts.

    Returns:
        Scalar in nats, at least float32; log K at equal scores and no other true candidate.

    Raises:
        ValueError: if the shapes do not fit or `true` is not bool.

    Built in chapter 7.
    """
    if scores.shape != true.shape or own.shape != scores.shape[:1] or true.dtype != torch.bool:
        shapes = ", ".join(str(tuple(x.shape)) for x in (scores, own, true))
        raise ValueError(f"scores, own, true are {shapes}: give (B, K), (B,) and bool (B, K)")
    others = true.scatter(1, own.unsqueeze(1), False)
    return F.cross_entropy(at_least_float32(scores).masked_fill(others, -torch.inf), own)


def _check(real: Tensor, fake: Tensor) -> None:
    if real.shape != fake.shape:
        shapes = f"{tuple(real.shape)} and {tuple(fake.shape)}"
        raise ValueError(f"real and fake have shapes {shapes}: score them in pairs")


LOSSES = {  # name: (the discriminator's, the generator's)
    "relativistic": (relativistic_d, relativistic_g),
    "non_saturating": (non_saturating_d, non_saturating_g),
    "hinge": (hinge_d, hinge_g),
}
