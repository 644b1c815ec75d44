"""Cosines, and InfoNCE as CLIP has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.contrastive import losses
from dalle_edu.course.checks.exercise import Build, Mend, Mistake, random, refusing
from dalle_edu.course.checks.telling import same

EVERY_LOSS = (
    losses.cosines,
    losses.info_nce,
    losses.info_nce_chunked,
    losses.sigmoid_loss,
    losses.triplet_loss,
    losses.article_loss,
)


def _embeddings() -> list[tuple]:
    """Pictures (B, D) and captions (M, D), of many lengths."""
    randn = random(2)
    return [(3 * randn(b, d), 0.5 * randn(m, d)) for b, m, d in ((2, 3, 4), (5, 5, 8), (6, 4, 3))]


def _cosines_by_hand(image: Tensor, text: Tensor) -> Tensor:
    rows = [[(u @ v) / (u.norm() * v.norm()) for v in text] for u in image]
    return torch.stack([torch.stack(row) for row in rows])


cosine_matrix = Build(
    "2.1",
    _cosines_by_hand,
    _embeddings,
    (
        Mistake(
            lambda image, text: image @ text.T,
            "The embeddings were not normalised: long ones win. Divide each by its own length.",
        ),
        Mistake(
            lambda image, text: F.normalize(image, dim=0) @ F.normalize(text, dim=0).T,
            "You normalised columns, a channel over the batch: each *row* is an embedding, dim=1.",
        ),
        Mistake(
            lambda image, text: F.normalize(text, dim=1) @ F.normalize(image, dim=1).T,
            "Rows and columns are exchanged: pictures are rows, captions are columns.",
        ),
        Mistake(
            lambda image, text: image @ text.T / (image.norm() * text.norm()),
            "You divided by the length of the whole matrix: each pair has two lengths of its own.",
        ),
        Mistake(
            lambda image, text: F.normalize(image, dim=1) @ text.T,
            "The pictures are normalised, the captions are not.",
        ),
        Mistake(
            lambda image, text: image @ F.normalize(text, dim=1).T,
            "The captions are normalised, the pictures are not.",
        ),
    ),
    EVERY_LOSS,
    "Every embedding has length one now, so only directions count.",
)


def _pairs() -> list[tuple]:
    """Embeddings, log-scale and truth, with captions that are true of two pictures.

    In the last but one, truth is not symmetric: rows and columns share it differently. In the last
    the scale is 100, and a true caption lies opposite to its picture.
    """
    randn, cases = random(3), []
    for names, scale in (([0, 1, 2, 3], 1.5), ([0, 1, 1, 2, 0], 2.0), ([0, 0, 1], 0.7)):
        name = torch.tensor(names)
        true = name[:, None] == name
        cases.append((2 * randn(len(name), 6), randn(len(name), 6), torch.tensor(scale), true))
    vague = torch.tensor([[1, 1, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]).bool()
    cases.append((randn(4, 6), 3 * randn(4, 6), torch.tensor(1.2), vague))
    image = randn(3, 6)
    far = torch.stack([image[0], image[1], -image[1]])
    true = torch.tensor([[1, 0, 0], [0, 1, 1], [0, 1, 1]]).bool()
    cases.append((image, far, torch.tensor(100.0).log(), true))
    return cases


def _clip_by_hand(image: Tensor, text: Tensor, log_scale: Tensor, positive: Tensor) -> Tensor:
    s, total = log_scale.exp() * _cosines_by_hand(image, text), 0.0
    for matrix, true in ((s, positive), (s.T, positive.T)):
        for line, own in zip(matrix, true, strict=True):
            of_each = line.logsumexp(0) - line[own]
            total = total + of_each.mean() / len(matrix)
    return total / 2


def _clip_with(scaled, row_loss, sides=(0, 1)):
    """A way to get it wrong: how similarities are scaled, what is computed of a row."""

    def wrong(image: Tensor, text: Tensor, log_scale: Tensor, positive: Tensor) -> Tensor:
        s = scaled(image, text, log_scale)
        both = [row_loss(s, positive), row_loss(s.T, positive.T)]
        return sum(both[side] for side in sides) / len(sides)

    return wrong


def _scaled(image: Tensor, text: Tensor, log_scale: Tensor) -> Tensor:
    return log_scale.exp() * _cosines_by_hand(image, text)


def _row(s: Tensor, positive: Tensor) -> Tensor:
    return -(s.log_softmax(1) * positive).sum(1).div(positive.sum(1)).mean()


def _diagonal(s: Tensor, positive: Tensor) -> Tensor:
    return F.cross_entropy(s, torch.arange(len(s)))


def _shares_of_rows(image: Tensor, text: Tensor, log_scale: Tensor, positive: Tensor) -> Tensor:
    s = _scaled(image, text, log_scale)
    share = positive / positive.sum(1, keepdim=True)
    columns = -(s.log_softmax(0) * share).sum(0).mean()
    return (_row(s, positive) + columns) / 2


def _sum_inside(s: Tensor, positive: Tensor) -> Tensor:
    return -(s.log_softmax(1).exp() * positive).sum(1).log().mean()


@dataclass(frozen=True)
class _Trained(Build):
    """A loss that is trained with: exact at CLIP's largest scale, and all it is given can learn."""

    def _run(self, answer: Callable) -> str:
        praise = super()._run(answer)
        image, text, log_scale, positive = self.cases()[0]
        given = [x.requires_grad_() for x in (image, text, log_scale)]
        with refusing(self.refused):
            loss = answer(*given, positive)
        if not isinstance(loss, Tensor) or not loss.requires_grad:
            raise Mend(f"The number is right, but no gradient comes back from it: {CUT}")
        slopes = torch.autograd.grad(loss, given, allow_unused=True)
        names = ("image", "text", "log_scale")
        deaf = [name for name, slope in zip(names, slopes, strict=True) if slope is None]
        if deaf:
            raise Mend(f"The number is right, but {' and '.join(deaf)} would never learn: {CUT}")
        return praise

    def known(self, found: Sequence[Any], cases: Sequence[tuple]) -> str | None:
        """As elsewhere, but the last case is for those who are right in all the others."""
        wanted = [self.oracle(*case) for case in cases[:-1]]
        infinite = not torch.as_tensor(found[-1]).isfinite().all()
        if infinite and same(found[:-1], wanted, self.tolerance):
            return OVERFLOW
        return super().known(found[:-1], cases[:-1])


CUT = (
    "`.item()`, `float`, `math.exp` and `torch.tensor` cut the gradient off; `log_scale.exp()` "
    "does not."
)
OVERFLOW = (
    "Right on paper, but at a scale of 100 it is not finite: e^100 is more than float32 holds, and "
    "a share of e^-200 is rounded to 0. `log_softmax` takes both together."
)

clip_loss = _Trained(
    "2.2",
    _clip_by_hand,
    _pairs,
    (
        Mistake(
            _clip_with(lambda i, t, k: k.exp() * i @ t.T, _row),
            "The embeddings were not normalised before the product: use your cosine_matrix.",
        ),
        Mistake(
            _clip_with(_scaled, _row, (0,)),
            "Only rows are asked (picture to caption). Ask the columns too, and take the mean.",
        ),
        Mistake(
            _clip_with(_scaled, _row, (1,)),
            "Only columns are asked (caption to picture). Ask the rows too, and take the mean.",
        ),
        Mistake(
            _clip_with(lambda i, t, k: k * _cosines_by_hand(i, t), _row),
            "log_scale is the *logarithm* of the factor: multiply by log_scale.exp().",
        ),
        Mistake(
            _clip_with(lambda i, t, k: _cosines_by_hand(i, t) / k.exp(), _row),
            "The temperature is upside down: exp(log_scale) multiplies, it is 1 / temperature.",
        ),
        Mistake(
            _clip_with(_scaled, lambda s, p: _row(s.softmax(1), p)),
            "cross_entropy takes logits and softmaxes them itself: yours are softmaxed twice.",
        ),
        Mistake(
            _clip_with(_scaled, _diagonal),
            "Targets 0, 1, 2, ... punish a caption that is true of two pictures: use `positive`.",
        ),
        Mistake(
            _clip_with(_scaled, _sum_inside),
            "A log of the sum over the true captions is another loss (one true caption is enough); "
            "here every true caption is asked for: the mean of their logs.",
        ),
        Mistake(
            _clip_with(_scaled, lambda s, p: -(s.log_softmax(1) * s.softmax(1)).sum(1).mean()),
            "Your targets come from the similarities themselves, so that being sure costs nothing, "
            "right or wrong. Targets come from what is true.",
        ),
        Mistake(
            _clip_with(_scaled, lambda s, p: -_row(s, p)),
            "The sign is lost: a loss falls when the true captions become likelier.",
        ),
        Mistake(
            _clip_with(_scaled, lambda s, p: 2 * _row(s, p)),
            "You added rows and columns: take the mean of the two.",
        ),
        Mistake(
            _shares_of_rows,
            "Columns were weighted by the rows' shares: in a column each true *picture* has a "
            "share of 1 / their number. Give the transposed truth to the same function.",
        ),
        Mistake(
            _clip_with(_scaled, lambda s, p: _row(s, p) * len(s)),
            "You took a sum over the batch: take the mean, or the rate would depend on its size.",
        ),
        Mistake(
            _clip_with(_scaled, lambda s, p: -(s.log_softmax(1) * p).sum(1).mean()),
            "With two true captions you added their logs: take their mean, each row counts once.",
        ),
    ),
    EVERY_LOSS,
    "This is the loss of CLIP, and it stays right when a caption is true of two pictures.",
)
