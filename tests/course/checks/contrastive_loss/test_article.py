"""Answers to 2.4, 2.5 and 2.7 as people write them."""

import pytest
import torch

from dalle_edu.course.checks import contrastive_loss as check
from dalle_edu.course.checks.contrastive_loss.article import poles


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda p, n: torch.mean((p - n) ** 2), "minus sign"),
        (lambda p, n: -(torch.mean(p - n) ** 2), "square of the mean"),
        (lambda p, n: -torch.mean((p - n) ** 2), "Word for word"),
        (lambda p, n: -sum((a - b) ** 2 for a, b in zip(p, n, strict=True)) / len(p), "Word for"),
    ],
)
def test_article_loss(answer, says):
    assert says in check.article_loss(answer).message


def test_the_gradient_by_autograd_is_right_too():
    def by_autograd(p, n):
        p, n = (torch.tensor(x, requires_grad=True) for x in (p, n))
        return torch.autograd.grad(-((p - n) ** 2), (p, n))

    assert check.article_gradient(by_autograd)
    assert "opposite signs" in check.article_gradient(lambda p, n: (2 * (n - p),) * 2).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (1, "about one bit"),
        (1.2, "about one bit"),
        (2, "one line through the origin"),
        (16, "spreads embeddings out"),
        (64, "spreads embeddings out"),
        (0, "at least 1"),
        (8, "Less."),
    ],
)
def test_predicted_rank(guess, says, monkeypatch):
    assert says in check.predict_rank(guess).message


@pytest.mark.parametrize("seed", range(3))
def test_the_rank_is_measured_and_low(seed):
    assert 1 <= poles(seed=seed) < 1.3
    assert poles(steps=0, seed=seed) > 10
