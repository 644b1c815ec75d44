"""The losses made of scores: one's own caption among false ones, and pairs of one caption."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.course.checks.adversarial_game.players import EVERY_LOSS
from dalle_edu.course.checks.exercise import Build, Mistake, random
from dalle_edu.gan import losses


def _own_among_false(scores: Tensor, own: Tensor, true: Tensor) -> Tensor:
    total = 0.0
    for row, mine, holds in zip(scores.tolist(), own.tolist(), true.tolist(), strict=True):
        rivals = [s for k, s in enumerate(row) if k == mine or not holds[k]]
        total += math.log(sum(math.exp(s) for s in rivals)) - row[mine]
    return torch.tensor(total / len(scores))


def _mine(own: Tensor, like: Tensor) -> Tensor:
    return F.one_hot(own, like.shape[1]).bool()


def _matching_case(seed: int, batch: int, count: int) -> tuple[Tensor, ...]:
    chance = torch.Generator().manual_seed(seed)
    own = torch.randint(count, (batch,), generator=chance)
    true = torch.rand(batch, count, generator=chance) < 0.3
    return 2 * random(seed)(batch, count), own, true | _mine(own, true)


matching_loss = Build(
    "7.6",
    _own_among_false,
    lambda: [_matching_case(76, 5, 6), _matching_case(77, 7, 4)],
    (
        Mistake(
            lambda s, own, true: F.cross_entropy(s, own),
            "Captions that are true as well are punished as if they were false: leave them out "
            "(minus infinity), all but the picture's own.",
        ),
        Mistake(
            lambda s, own, true: F.cross_entropy(s.masked_fill(true & ~_mine(own, s), 0.0), own),
            "A score of 0 does not leave a caption out: exp(0) is 1. Minus infinity does.",
        ),
        Mistake(
            lambda s, own, true: F.cross_entropy(s.masked_fill(true, -torch.inf), own),
            "The picture's own caption was left out with the other true ones: infinitely bad.",
        ),
        Mistake(
            lambda s, own, true: -((s.log_softmax(1) * true).sum(1) / true.sum(1)).mean(),
            "That asks for every true caption alike, chapter 2's InfoNCE. Here the other true "
            "ones are neither asked for nor punished.",
        ),
        Mistake(
            lambda s, own, true: (
                s.masked_fill(true, -torch.inf).logsumexp(1) - s.gather(1, own[:, None])[:, 0]
            ).mean(),
            "The own caption is missing below the line: a share of the whole, so it counts there.",
        ),
        Mistake(
            lambda s, own, true: -s.log_softmax(0).gather(1, own[:, None]).mean(),
            "Softmax over the pictures. The question is which *caption* is this picture's: rows.",
        ),
        Mistake(
            lambda s, own, true: F.cross_entropy(
                s.masked_fill(true & ~_mine(own, s), -torch.inf), own, reduction="sum"
            ),
            "The sum over pictures; give their mean, so that the batch's size does not matter.",
        ),
        Mistake(
            lambda s, own, true: F.binary_cross_entropy_with_logits(s, _mine(own, s).float()),
            "Each caption asked for itself, yes or no. The question is which one of them.",
        ),
    ),
    refused=(losses.matching,),
    praise="True captions cost nothing, wherever they come from.",
    read="the section on asking for the own caption",
)


def _paired(real: Tensor, drawn: Tensor, drawn_for: Tensor) -> Tensor:
    total = 0.0
    for row, caption in enumerate(drawn_for.tolist()):
        lag = (drawn[row, caption] - real[caption, caption]).item()
        total += math.log1p(math.exp(lag))
    return torch.tensor(total / len(drawn_for))


def _pair_loss(
    pick: Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]],
    loss: Callable[[Tensor, Tensor], Tensor] = lambda real, drawn: F.softplus(drawn - real).mean(),
) -> Callable:
    """From which real and which drawn scores; `pick` also gets 0, 1, 2, ..."""

    def of(real: Tensor, drawn: Tensor, drawn_for: Tensor) -> Tensor:
        return loss(*pick(real, drawn, drawn_for, torch.arange(len(drawn_for))))

    return of


def _right_pairs(r: Tensor, d: Tensor, f: Tensor, i: Tensor) -> tuple[Tensor, Tensor]:
    return r[f, f], d[i, f]


def _pairs_case(seed: int, batch: int) -> tuple[Tensor, ...]:
    randn = random(seed)
    chance = torch.Generator().manual_seed(seed)
    order = torch.randperm(batch, generator=chance)
    while torch.equal(order[order], torch.arange(batch)):  # not its own inverse
        order = torch.randperm(batch, generator=chance)
    return 2 * randn(batch, batch), 2 * randn(batch, batch), order


pairs_loss = Build(
    "7.7",
    _paired,
    lambda: [_pairs_case(77, 5), _pairs_case(78, 7)],
    (
        Mistake(
            _pair_loss(lambda r, d, f, i: (r[i, i], d[i, f])),
            "Each picture is scored under its own caption, but row i of the real ones and row i "
            "of the drawn ones have different captions: the caption's difficulty does not cancel. "
            "Take the real picture of the drawn one's caption.",
        ),
        Mistake(
            _pair_loss(lambda r, d, f, i: (r[i, i], d[i, i])),
            "Drawn picture i was not drawn for caption i but for `drawn_for[i]`: it is blamed for "
            "not showing what nobody asked of it.",
        ),
        Mistake(
            _pair_loss(lambda r, d, f, i: (r[i, f], d[i, f])),
            "One caption for both, as it should be, but it is false of that real picture: take "
            "real picture `drawn_for[i]`, whose caption it is.",
        ),
        Mistake(
            _pair_loss(lambda r, d, f, i: (r[i, i], d[f, i])),
            "The index turned round: picture `drawn_for[i]` was drawn for another caption than i. "
            "Drawn picture i goes with caption `drawn_for[i]`.",
        ),
        Mistake(
            _pair_loss(lambda r, d, f, i: _right_pairs(r, d, f, i)[::-1]),
            "The players are exchanged: that is the generator's loss.",
        ),
        Mistake(
            _pair_loss(lambda r, d, f, i: (r[f, f], d[i, f][:, None])),
            "Every drawn with every real picture, B x B (a broadcast?): pairs of one caption.",
        ),
        Mistake(
            _pair_loss(lambda r, d, f, i: (r, d)),
            "Every picture under every caption of the batch: take only pairs of one caption, each "
            "picture under the one it belongs to.",
        ),
        Mistake(
            _pair_loss(_right_pairs, lambda r, d: (F.softplus(-r) + F.softplus(d)).mean()),
            "That is the classic loss, each score for itself. In pairs only differences count.",
        ),
        Mistake(
            _pair_loss(_right_pairs, lambda r, d: F.softplus(d - r).sum()),
            "The sum over pairs; give their mean.",
        ),
    ),
    refused=EVERY_LOSS,
    praise="A caption that is hard for every picture is hard for both, and cancels.",
    read="the section on two questions",
)
