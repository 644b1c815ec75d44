"""What the discriminator says of a picture and a caption, and the losses made of it."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.course.checks.adversarial_game.players import EVERY_LOSS
from dalle_edu.course.checks.exercise import Build, Mistake, random
from dalle_edu.gan import losses

# 7.4


def _projected(features: Tensor, captions: Tensor, w_real: Tensor, w_match: Tensor) -> Tensor:
    scores = torch.zeros(len(features), len(captions))
    for i, picture in enumerate(features):
        for j, caption in enumerate(captions):
            scores[i, j] = picture @ w_real + picture @ w_match @ caption
    return scores


def _fit(features: Tensor, captions: Tensor, w_match: Tensor) -> Tensor:
    return features @ w_match @ captions.T


def _projection_case(seed: int, batch: int) -> tuple[Tensor, ...]:
    randn = random(seed)
    return randn(batch, 6), randn(batch, 3), randn(6), randn(6, 3)


projection = Build(
    "7.4",
    _projected,
    lambda: [_projection_case(74, 4), _projection_case(75, 5)],
    (
        Mistake(
            lambda f, c, w, m: _fit(f, c, m),
            "No unconditional term: what makes a picture real whatever is said of it has no place "
            "in the score. Add `features @ w_real`, once a picture.",
        ),
        Mistake(
            lambda f, c, w, m: (f @ w)[:, None].expand(-1, len(c)),
            "No caption is heard: every column is the same. Add how well they fit.",
        ),
        Mistake(
            lambda f, c, w, m: _fit(f, c, m) + f @ w,
            "The unconditional term is added along the captions (a broadcast over the wrong axis): "
            "it belongs to the pictures, `[:, None]`.",
        ),
        Mistake(
            lambda f, c, w, m: (_fit(f, c, m) + (f @ w)[:, None]).T,
            "The result lies on its side: rows are pictures, columns captions.",
        ),
        Mistake(
            lambda f, c, w, m: _fit(f, c, m).diagonal() + f @ w,
            "Each picture with its own caption only; give every picture with every caption.",
        ),
        Mistake(
            lambda f, c, w, m: _fit(f, c, m) * (f @ w)[:, None],
            "The two parts are multiplied: log probabilities are added.",
        ),
        Mistake(
            lambda f, c, w, m: (
                F.normalize(f @ m, dim=1) @ F.normalize(c, dim=1).T + (f @ w)[:, None]
            ),
            "A cosine is never beyond 1; a log ratio may be: no normalising here.",
        ),
    ),
    praise="One number for the picture, one for how well the two fit, added.",
    read="the section on two questions",
)

# 7.6


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

# 7.7


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

# 7.8


def _two_parts(p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    real, fit = torch.zeros(len(p)), torch.zeros(p.shape)
    for x in range(len(p)):
        real[x] = math.log(p[x].sum() / q[x].sum())
        for c in range(p.shape[1]):
            fit[x, c] = math.log(p[x, c] / p[x].sum()) - math.log(q[x, c] / q[x].sum())
    return real, fit


def _joint(seed: int, pictures: int, captions: int) -> tuple[Tensor, Tensor]:
    """Two tables of chances with equal shares of the captions."""
    chance = torch.Generator().manual_seed(seed)
    tables = 0.05 + torch.rand(2, pictures, captions, generator=chance)
    share = torch.arange(1, captions + 1).float()
    tables = tables / tables.sum(1, keepdim=True) * share / share.sum()
    return tables[0], tables[1]


def _parts(
    real: Callable = lambda p, q: (p.sum(1) / q.sum(1)).log(),
    fit: Callable = lambda p, q: (
        (p / p.sum(1, keepdim=True)).log() - (q / q.sum(1, keepdim=True)).log()
    ),
) -> Callable:
    return lambda p, q: (real(p, q), fit(p, q))


two_parts = Build(
    "7.8",
    _two_parts,
    lambda: [_joint(78, 4, 3), _joint(79, 5, 2)],
    (
        Mistake(
            _parts(fit=lambda p, q: (p / q).log()),
            "That fit is the whole log ratio: what the realness says already is in it once more. "
            "The fit compares chances *of the caption, given the picture*: rows that sum to 1.",
        ),
        Mistake(
            _parts(
                lambda p, q: (q.sum(1) / p.sum(1)).log(),
                lambda p, q: (
                    (q / q.sum(1, keepdim=True)).log() - (p / p.sum(1, keepdim=True)).log()
                ),
            ),
            "Upside down: D's best score is the log of real over drawn.",
        ),
        Mistake(
            _parts(
                lambda p, q: p.sum(1) / q.sum(1),
                lambda p, q: (p / p.sum(1, keepdim=True)) / (q / q.sum(1, keepdim=True)),
            ),
            "The ratios themselves: they multiply. A score adds: take logarithms.",
        ),
        Mistake(
            _parts(lambda p, q: (p / q).log().mean(1)),
            "A mean of logarithms is not the logarithm of the sum: first add up the chances over "
            "the captions.",
        ),
        Mistake(
            _parts(lambda p, q: (p / q).log().sum(1)),
            "Logarithms were added up; first add up the chances over the captions, then the log.",
        ),
        Mistake(
            _parts(fit=lambda p, q: (p / p.sum(1, keepdim=True)).log()),
            "The drawn pictures' part is missing: how much *more* likely is the caption given a "
            "real picture than given a drawn one?",
        ),
    ),
    praise="Their sum is log p(x|c)/q(x|c): one score for the picture, one for how well it fits.",
    read="the section on two questions",
)
