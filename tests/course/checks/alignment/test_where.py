"""Answers to 4.4 and 4.5 as people write them."""

import pytest
import torch

from dalle_edu.alignment.geometry import uniformity
from dalle_edu.course.checks import alignment as check
from dalle_edu.evaluation.retrieval import recall_at_k


def off_diagonal(x, t):
    squared = 2 - 2 * x @ x.T  # unit vectors
    kernel = torch.exp(-t * squared)
    kernel = kernel - torch.diag(torch.diag(kernel))
    return torch.log(kernel.sum() / (len(x) * (len(x) - 1)))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (off_diagonal, "log 1/2"),
        (lambda x, t: torch.cdist(x, x).pow(2).mul(-t).exp().mean().log(), "diagonal is kept"),
        (lambda x, t: (-t * torch.pdist(x) ** 2).exp().log().mean(), "inside the mean"),
        (lambda x, t: torch.log(torch.exp(t * torch.pdist(x) ** 2).mean()), "in the exponent"),
        (lambda x, t: -off_diagonal(x, t), "sign of the result"),
        (lambda x, t: uniformity(x, t), "library's version"),
        (lambda x, t: x.add_(1), "changed its inputs"),
    ],
)
def test_uniformity(answer, says):
    verdict = check.uniformity(answer)
    assert bool(verdict) == (says == "log 1/2") and says in verdict.message


def by_sorting(similarity, true, k):
    """True ones are put a hair lower, so that every tie is lost; then a sort decides."""
    lowered = similarity - 1e-4 * true
    order = lowered.argsort(1, descending=True)[:, :k]
    return true.gather(1, order).any(1).sum().item() / len(similarity)


def by_numpy(similarity, true, k):
    s, t = similarity.numpy(), true.numpy()
    best = [row[own].max() for row, own in zip(s, t, strict=True)]
    before = [(row[~own] >= b).sum() for row, own, b in zip(s, t, best, strict=True)]
    return sum(int(n) < k for n in before) / len(s)


def strictly(similarity, true, k):
    order = similarity.masked_fill(~true, -9).max(1).values
    return ((similarity > order[:, None]) & ~true).sum(1).lt(k).float().mean().item()


def by_string(similarity, true, k):
    own = torch.arange(len(similarity))
    score = similarity[own, own]
    others = similarity.clone()
    others[own, own] = -torch.inf
    return (others >= score[:, None]).sum(1).lt(k).float().mean()


def best_column(similarity, true, k):
    s, t = similarity.t(), true.t()
    s, t = s[t.any(1)], t[t.any(1)]
    best = (s + torch.where(t, 0.0, -torch.inf)).max(1).values
    return sum(int(((s[i] >= best[i]) & ~t[i]).sum()) < k for i in range(len(s))) / len(s)


def of_the_library(similarity, true, k):
    return recall_at_k(similarity, true, k)[0].rate


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (by_sorting, "collapsed encoder scores 0"),
        (by_numpy, "collapsed encoder scores 0"),
        (strictly, "Ties are counted as hits"),
        (by_string, "Only a picture's own caption"),
        (
            lambda s, t, k: (~t & (s >= s.diag()[:, None])).sum(1).lt(k).float().mean(),
            "the *best* true one",
        ),
        (best_column, "swapped"),
        (lambda s, t, k: t.gather(1, s.topk(k).indices).any(1).float().mean().item(), "by chance"),
        (of_the_library, "library's version"),
    ],
)
def test_recall(answer, says):
    verdict = check.recall(answer)
    assert bool(verdict) == says.startswith("collapsed") and says in verdict.message


def test_the_oracles_agree_with_the_library():
    for x, t in check.uniformity.cases():
        torch.testing.assert_close(check.uniformity.oracle(x, t), uniformity(x, t))
    for similarity, true, k in check.recall.cases():
        assert check.recall.oracle(similarity, true, k) == of_the_library(similarity, true, k)
