"""What the discriminator says of a picture and a caption: is it real, and does it fit?"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.course.checks.exercise import Build, Mistake, random


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
