"""Answers to 9.1 to 9.3 and 9.10 as people write them, right and wrong."""

import numpy as np
import pytest
import torch

from dalle_edu.course.checks import is_it_any_good as check
from dalle_edu.evaluation import distances


def with_root(root):
    """The formula in numpy, with a root of the product that can be chosen."""

    def frechet(a, b):
        a, b = a.double().numpy(), b.double().numpy()
        s, t = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
        between = ((a.mean(0) - b.mean(0)) ** 2).sum()
        return float(between + np.trace(s) + np.trace(t) - 2 * root(s, t))

    return frechet


def by_eigenvalues(s, t):
    return np.sqrt(np.linalg.eigvals(s @ t).real.clip(0)).sum()


def by_cholesky(s, t):
    one, other = np.linalg.cholesky(s), np.linalg.cholesky(t)
    return np.linalg.svd(one.T @ other, compute_uv=False).sum()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (with_root(by_eigenvalues), "by singular values"),
        (with_root(by_cholesky), "by singular values"),
        (with_root(lambda s, t: np.sqrt((s @ t).diagonal().clip(0)).sum()), "each *entry*"),
        (with_root(lambda s, t: np.sqrt(np.trace(s @ t))), "root of the trace"),
        (with_root(lambda s, t: np.sqrt(s.diagonal() * t.diagonal()).sum()), "variances only"),
        (with_root(lambda s, t: by_eigenvalues(s, t) / 2), "factor 2"),
        (lambda a, b: with_root(by_eigenvalues)(a - a.mean(0), b - b.mean(0)), "means are lost"),
        (lambda a, b: with_root(by_eigenvalues)(a, b) ** 0.5, "*squared* one"),
        (distances.frechet_distance, "library's version"),
    ],
)
def test_frechet(answer, says):
    assert says in check.frechet(answer).message


def kid_from(mean_within, power=3, one=1):
    def unbiased_kid(a, b):
        def k(x, y):
            return ((x @ y.t()) / x.size(1) + one).double().pow(power)

        return float(mean_within(k(a, a)) + mean_within(k(b, b)) - 2 * k(a, b).mean())

    return unbiased_kid


def off_diagonal(k):
    return k[~torch.eye(len(k), dtype=torch.bool)].mean()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (kid_from(off_diagonal), "On average 0"),
        (kid_from(torch.mean), "compared with itself"),
        (kid_from(off_diagonal, power=1), "means only"),
        (kid_from(off_diagonal, power=2), "That is a square"),
        (kid_from(off_diagonal, one=0), "1 in the kernel"),
        (lambda a, b: max(0.0, kid_from(off_diagonal)(a, b)), "cut off"),
        (distances.kid, "library's version"),
    ],
)
def test_unbiased_kid(answer, says):
    assert says in check.unbiased_kid(answer).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (1, "do not know any order"),
        (1.0, "do not know any order"),
        (2, "does a caption occur"),
        (0, "A factor of 0"),
        (0.5, "became better"),
    ],
)
def test_predicted_shuffle(guess, says):
    assert says in check.predict_shuffled(guess).message
