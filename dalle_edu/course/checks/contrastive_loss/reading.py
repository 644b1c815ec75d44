"""Reading a contrastive loss: its gradient, its floor, what it proves, why it stands still."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.contrastive import losses
from dalle_edu.course.checks.contrastive_loss.losses import EVERY_LOSS
from dalle_edu.course.checks.exercise import Build, Choice, Estimate, Mistake, random


def _similarities() -> list[tuple]:
    randn = random(6)
    return [(randn(n, n).tanh(), tau) for n, tau in ((2, 1.0), (4, 0.2), (5, 0.07))]


def _gradient_by_autograd(cosine: Tensor, tau: float) -> Tensor:
    s = cosine.detach().clone().requires_grad_()
    total = sum((s[i] / tau).logsumexp(0) - s[i, i] / tau for i in range(len(s)))
    return torch.autograd.grad(total / len(s), s)[0]


def _soft(cosine: Tensor, tau: float) -> Tensor:
    return (cosine / tau).softmax(1)


info_nce_gradient = Build(
    "2.6",
    _gradient_by_autograd,
    _similarities,
    (
        Mistake(
            lambda s, tau: (_soft(s, tau) - torch.eye(len(s))) / len(s),
            "The chain rule's 1 / tau is lost.",
        ),
        Mistake(
            lambda s, tau: (torch.eye(len(s)) - _soft(s, tau)) / tau / len(s),
            "The sign is turned: softmax minus target.",
        ),
        Mistake(
            lambda s, tau: (_soft(s, tau) - torch.eye(len(s))) / tau,
            "The mean over B rows brings a factor 1 / B.",
        ),
        Mistake(
            lambda s, tau: (_soft(s, 1.0) - torch.eye(len(s))) / tau / len(s),
            "The softmax is of the similarities *divided by tau*.",
        ),
        Mistake(
            lambda s, tau: (_soft(s.T, tau).T - torch.eye(len(s))) / tau / len(s),
            "The softmax runs along each row, over the captions: dim=1.",
        ),
        Mistake(
            lambda s, tau: _soft(s, tau) / tau / len(s),
            "The target is missing: subtract 1 where the caption is the true one.",
        ),
        Mistake(
            lambda s, tau: (_soft(s, tau) - torch.eye(len(s))) * tau / len(s),
            "You multiplied by tau: the derivative of s / tau is 1 / tau.",
        ),
    ),
    praise="What is expected minus what is true: nothing is pushed that is right already.",
)


predict_floor = Estimate(
    "2.8",
    lambda: losses.info_nce(
        200 * torch.eye(8).repeat_interleave(2, 0).repeat_interleave(2, 1),
        torch.eye(8).repeat_interleave(2, 0).repeat_interleave(2, 1).bool(),
    ).item(),
    lambda guess, measured: abs(guess - measured) < 0.02,
    (
        Mistake(
            lambda guess: abs(guess) < 0.02,
            "Zero is for one true caption a picture. Here the softmax has to share 1 between two.",
        ),
        Mistake(
            lambda guess: abs(guess - 1) < 0.02,
            "One *bit*, so you think right; but the loss is in nats, with the natural logarithm.",
        ),
        Mistake(
            lambda guess: abs(guess - math.log(16)) < 0.05,
            "log 16 is what an untrained model pays, all similarities equal.",
        ),
        Mistake(
            lambda guess: abs(guess - 2 * math.log(2)) < 0.02,
            "Rows and columns are averaged, not added.",
        ),
        Mistake(lambda guess: guess < 0, "A cross-entropy is never negative."),
        Mistake(
            lambda guess: guess > 1.5,
            "That would be the price of knowing little, and it depends on the batch. The floor "
            "does not: what is the best a softmax can do with two true captions?",
        ),
    ),
    lambda measured: f"Measured: {measured:.3f}, log 2. A loss that stops there knows it all.",
)


def _bound_cases() -> list[tuple]:
    randn = random(7)
    return [(randn(b, m) + 4 * torch.eye(b, m),) for b, m in ((2, 3), (5, 5), (4, 9))]


def _bound_by_hand(scores: Tensor) -> Tensor:
    rows = [scores[i].logsumexp(0) - scores[i, i] for i in range(len(scores))]
    return math.log(scores.shape[1]) - sum(rows) / len(rows)


def _row_loss(scores: Tensor) -> Tensor:
    return F.cross_entropy(scores, torch.arange(len(scores)))


information_bound = Build(
    "2.9",
    _bound_by_hand,
    _bound_cases,
    (
        Mistake(
            lambda s: math.log(len(s)) - _row_loss(s),
            "Each picture chooses among M captions, not among B: it could be right by chance in "
            "one of M. The ceiling is log M.",
        ),
        Mistake(
            lambda s: math.log2(s.shape[1]) - _row_loss(s),
            "log2 of M minus a loss in nats mixes units: take math.log.",
        ),
        Mistake(
            lambda s: -_row_loss(s),
            "The logarithm of M is missing: at equal scores the bound is 0.",
        ),
        Mistake(
            lambda s: _row_loss(s) - math.log(s.shape[1]),
            "The sign is turned: the lower the loss, the more is known.",
        ),
        Mistake(
            lambda s: math.log(s.shape[1]) + _row_loss(s),
            "That is above log M, which it can never be: subtract the loss.",
        ),
        Mistake(
            lambda s: (math.log(s.shape[1]) - _row_loss(s)) / math.log(2),
            "In bits that is right; the exercise asks for nats.",
        ),
        Mistake(
            lambda s: math.log(s.numel()) - _row_loss(s),
            "log of the number of *columns*, M, not of all scores: each row chooses once.",
        ),
    ),
    EVERY_LOSS,
    "Never above log M, however good the scores: a small batch cannot show that much is known.",
)

stuck = Choice(
    "2.10",
    "bca",
    (
        Mistake(
            "abc",
            "Look at the losses first: in which run does nothing move at all, though the gradient "
            "is large? Then at the logits.",
        ),
        Mistake("acb", "Run 1's loss fell, so its weights move: it learned to say nothing."),
        Mistake(
            "bac",
            "Run 1 is right. At a temperature of 100 a row's logits lie at most 0.02 apart: in "
            "which run can that be?",
        ),
        Mistake(
            "cab",
            "At a temperature of 100 a row's logits lie at most 0.02 apart, so the loss is log B "
            "from the first step on. Which run is that? And which loss never falls?",
        ),
        Mistake(
            "cba",
            "Run 3 is right. Run 1 began at 7.59: logits that lie at most 0.02 apart, as at a "
            "temperature of 100, cannot cost that much.",
        ),
    ),
    "Random pairs: the loss falls to log B and stays. A temperature of 100: logits all alike from "
    "the start. No weights in the optimiser: a large gradient, and nothing moves.",
)

too_good = Choice(
    "2.11",
    "c",
    (
        Mistake("a", "A high rate makes a loss jump, not vanish: and R@1 would rise with it."),
        Mistake("b", "Then R@1 on the training pairs would be 100 %, and it is at chance."),
        Mistake("d", "With a batch of one the loss is 0 from the first step on, and it was not."),
    ),
    "Targets that are the softmax of the same scores are met by being sure, of whatever caption: "
    "the embeddings grow long. What shows it: R@1 at chance, or their rank, beside a loss of 0.",
)
