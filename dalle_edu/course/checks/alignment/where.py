"""Where embeddings lie, and who is found: uniformity, recall at k."""

import math

import torch
from torch import Tensor

from dalle_edu.alignment import geometry
from dalle_edu.course.checks.exercise import Build, Mistake, random
from dalle_edu.evaluation import retrieval


def _points() -> list[tuple]:
    randn, cases = random(42), []
    for b, d, t in ((2, 3, 2.0), (5, 4, 2.0), (7, 3, 0.7)):
        x = randn(b, d)
        cases.append((x / x.norm(dim=1, keepdim=True), t))
    return cases


def _uniformity_by_loops(x: Tensor, t: float) -> Tensor:
    pairs = [(i, j) for i in range(len(x)) for j in range(i)]
    kernel = [(-t * (x[i] - x[j]).square().sum()).exp() for i, j in pairs]
    return (sum(kernel) / len(kernel)).log()


def _squared(x: Tensor) -> Tensor:
    return torch.pdist(x).square()


uniformity = Build(
    "4.5",
    _uniformity_by_loops,
    _points,
    (
        Mistake(
            lambda x, t: (-t * (x[:, None] - x).square().sum(2)).exp().mean().log(),
            "The diagonal is kept: a point is no pair with itself. Its B ones keep the result up, "
            "however even the points are.",
        ),
        Mistake(
            lambda x, t: -t * _squared(x).mean(),
            "The log stands inside the mean: it undoes the exp, and what is left is the mean "
            "squared distance. First the mean of the exp, then its log.",
        ),
        Mistake(
            lambda x, t: (t * _squared(x)).exp().mean().log(),
            "The sign in the exponent is turned: near pairs weigh most, exp(-t d^2).",
        ),
        Mistake(
            lambda x, t: -(-t * _squared(x)).exp().mean().log(),
            "The sign of the result is turned: lower is more even, and 0 is all in one place.",
        ),
        Mistake(
            lambda x, t: (-t * torch.pdist(x)).exp().mean().log(), "The distance is not squared."
        ),
        Mistake(
            lambda x, t: (-_squared(x)).exp().mean().log(),
            "t is not used: it says how near a pair must be to count.",
        ),
        Mistake(
            lambda x, t: (-t * _squared(x)).exp().sum().log(),
            "A sum over the pairs grows with their number: take the mean.",
        ),
        Mistake(lambda x, t: (-t * _squared(x)).exp().mean(), "The log is missing."),
        Mistake(
            lambda x, t: (-t * _squared(x)).exp().mean().log() / math.log(2),
            "That is in bits: take the natural logarithm.",
        ),
    ),
    (geometry.uniformity,),
    "0 if all lie in one place; two opposite poles, half of the points at each, stay near log 1/2.",
)


def _rankings() -> list[tuple]:
    """Similarities (pictures, captions), what is true, k: with ties, and with several true ones."""
    randn, cases = random(43), [(torch.full((4, 4), 0.5), torch.eye(4).bool(), 1)]
    for b, m, k in ((6, 6, 1), (5, 7, 2), (6, 8, 3)):
        s = (2 * randn(b, m)).round() / 4  # rounded, so that some are equal
        true = torch.zeros(b, m).bool()
        true[:, :b] = torch.eye(b).bool()
        cases.append((s + 0.3 * true, true | (randn(b, m) > 0.9), k))
    many = torch.tensor([[0.2, 0.9, 0.5], [0.1, 0.4, 0.3], [0.6, 0.2, 0.5]])
    true = torch.tensor([[1, 1, 0], [0, 1, 0], [0, 1, 1]]).bool()
    cases.append((many, true, 1))  # the best true caption is not the picture's own
    first = torch.tensor([[0.9, 0.2, 0.1], [0.8, 0.3, 0.1], [0.7, 0.1, 0.4]])
    return [*cases, (first, torch.eye(3).bool(), 1), (randn(3, 3), torch.eye(3).bool(), 2)]


def _recall_by_loops(similarity: Tensor, true: Tensor, k: int) -> float:
    hits = 0
    for row, own in zip(similarity.tolist(), true.tolist(), strict=True):
        best = max(s for s, t in zip(row, own, strict=True) if t)
        hits += sum(s >= best and not t for s, t in zip(row, own, strict=True)) < k
    return hits / len(similarity)


def _hits(s: Tensor, t: Tensor, k: int) -> Tensor:
    """For each query (B,), whether fewer than k false ones are as similar as the best true one."""
    best = s.masked_fill(~t, -torch.inf).amax(1, keepdim=True)
    return (~t & (s >= best)).sum(1) < k


def _columns(s: Tensor, true: Tensor, k: int) -> Tensor:
    asked = true.any(0)
    return _hits(s.T[asked], true.T[asked], k).float().mean()


def _ties_win(s: Tensor, true: Tensor, k: int) -> Tensor:
    best = s.masked_fill(~true, -torch.inf).amax(1, keepdim=True)
    return ((~true & (s > best)).sum(1) < k).float().mean()


def _below(s: Tensor, true: Tensor, best: Tensor, k: int) -> Tensor:
    return ((~true & (s >= best)).sum(1) < k).float().mean()


def _true_ones_found(s: Tensor, true: Tensor, k: int) -> Tensor:
    """The recall of a search engine: of all that is true, how much is among the first k."""
    return (true & (s >= s.topk(k, 1).values[:, -1:])).sum() / true.sum()


def _own(s: Tensor) -> Tensor:
    return torch.eye(*s.shape).bool()


recall = Build(
    "4.4",
    _recall_by_loops,
    _rankings,
    (
        Mistake(
            _columns,
            "Queries and gallery are swapped: each picture (row) looks among the captions "
            "(columns), so the ranking runs along dim=1.",
        ),
        Mistake(
            _ties_win,
            "Ties are counted as hits: an encoder that gives the same number to all would score "
            "100 %. A false caption as similar as the best true one stands before it.",
        ),
        Mistake(
            lambda s, t, k: t.gather(1, s.topk(k, 1).indices).any(1).float().mean(),
            "Among equal similarities topk picks by chance: count the false captions that are at "
            "least as similar as the best true one instead.",
        ),
        Mistake(
            lambda s, t, k: _below(s, t, s.diagonal()[:, None], k),
            "You start from a picture's own caption, the diagonal: the *best* true one need not "
            "stand there. Take the largest similarity among all true ones.",
        ),
        Mistake(
            lambda s, t, k: _hits(s, _own(s), k).float().mean(),
            "Only a picture's own caption (the diagonal) is taken for a hit: every caption that is "
            "*true* of it is one. Use `true`.",
        ),
        Mistake(
            _true_ones_found,
            "You divide by the number of true captions: a picture counts once, as a hit or not.",
        ),
        Mistake(
            lambda s, t, k: _hits(s, t, k + 1).float().mean(),
            "k is off by one: with k = 1 no false caption may stand before the true one.",
        ),
        Mistake(
            lambda s, t, k: _hits(-s, t, k).float().mean(),
            "The *least* similar are taken: sort downward.",
        ),
        Mistake(
            lambda s, t, k: _hits(s, t, k).sum(), "That is the number of hits: divide by pictures."
        ),
        Mistake(
            lambda s, t, k: 100 * _hits(s, t, k).float().mean(),
            "Give a share from 0 to 1, not a percentage.",
        ),
    ),
    (retrieval.recall_at_k,),
    "By truth, and with ties against us: a collapsed encoder scores 0.",
)
