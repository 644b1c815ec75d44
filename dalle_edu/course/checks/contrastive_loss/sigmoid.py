"""SigLIP's loss: each pair a question of its own."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.course.checks.contrastive_loss.losses import EVERY_LOSS
from dalle_edu.course.checks.exercise import Build, Mistake, random


def _sigmoid_cases() -> list[tuple]:
    randn = random(4)
    shapes = ((3, 3, 10.0, -10.0), (4, 6, 2.0, 0.5), (5, 2, 1.0, -1.0), (6, 6, 200.0, -10.0))
    return [(randn(b, m).tanh(), randn(b, m) > 0.6, s, t) for b, m, s, t in shapes]


def _sigmoid_by_hand(cosine: Tensor, positive: Tensor, scale: float, bias: float) -> Tensor:
    total = torch.zeros(())
    for row, own in zip(cosine, positive, strict=True):
        for x, true in zip(row, own, strict=True):
            z = 1.0 if true else -1.0
            total = total - F.logsigmoid(z * (scale * x + bias))
    return total / len(cosine)


def _signs(positive: Tensor) -> Tensor:
    return 2.0 * positive - 1


sigmoid_loss = Build(
    "2.3",
    _sigmoid_by_hand,
    _sigmoid_cases,
    (
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(p * (s * c + b)).sum() / len(c),
            "Labels are +1 and -1. With 0 for a false pair, its logit is never asked for anything.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * s * c).sum() / len(c),
            "The bias is missing. Nearly all pairs are false, and the bias says so from the start.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * (s * c + b)).mean(),
            "You took the mean over all pairs: the paper divides by the number of pictures B only.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * (s * c + b)).sum() / len(c) ** 2,
            "You divided by B squared: divide by B.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * (s * c + b)).sum() / c.shape[1],
            "You divided by the number of captions M: divide by B, the number of pictures.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * s * c + b).sum() / len(c),
            "The bias stands inside the bracket: z turns it too, z * (scale * cosine + bias).",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * (s * c - b)).sum() / len(c),
            "The bias is added: it is a negative number already where false pairs are the rule.",
        ),
        Mistake(
            lambda c, p, s, b: (
                -F.logsigmoid(_signs(torch.eye(*c.shape)) * (s * c + b)).sum() / len(c)
            ),
            "You took the diagonal for the truth: `positive` says which pairs are true.",
        ),
        Mistake(
            lambda c, p, s, b: F.logsigmoid(_signs(p) * (s * c + b)).sum() / len(c),
            "The sign is lost: it is *minus* the log of the probability of the truth.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(s * c + b)[p].sum() / len(c),
            "Only true pairs are counted: every false pair is a question too.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * (c / s + b)).sum() / len(c),
            "The scale multiplies the cosine.",
        ),
        Mistake(
            lambda c, p, s, b: -F.logsigmoid(_signs(p) * s * (c + b)).sum() / len(c),
            "The bias is added after scaling: scale * cosine + bias.",
        ),
        Mistake(
            lambda c, p, s, b: -(_signs(p) * (s * c + b)).sigmoid().log().sum() / len(c),
            "Right on paper, infinite at a logit of -120: the sigmoid (or an exponential) leaves "
            "float32 before the log is taken. F.logsigmoid does both at once.",
        ),
    ),
    EVERY_LOSS,
    "No softmax, so no pair needs to see the others: that is why it spreads well over machines.",
)
