"""Answers to 2.6 and 2.8 to 2.11 as people write them."""

import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import contrastive_loss as check


def row_loss(scores):
    return F.cross_entropy(scores, torch.arange(len(scores)))


def test_the_gradient_by_loops_is_right():
    def loops(cosine, tau):
        count = len(cosine)
        out = torch.zeros(count, count)
        for i in range(count):
            share = torch.exp(cosine[i] / tau) / torch.exp(cosine[i] / tau).sum()
            for j in range(count):
                out[i, j] = (share[j] - float(i == j)) / (tau * count)
        return out

    assert check.info_nce_gradient(loops)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda s, t: torch.softmax(s / t, 1).sub(torch.eye(len(s))).div(len(s)), "chain rule"),
        (lambda s, t: (torch.eye(len(s)) - torch.softmax(s / t, 1)) / (t * len(s)), "sign"),
        (lambda s, t: torch.softmax(s / t, 0).sub(torch.eye(len(s))).div(t * len(s)), "dim=1"),
    ],
)
def test_the_gradient_as_people_get_it_wrong(answer, says):
    assert says in check.info_nce_gradient(answer).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (math.log(2), "log 2"),
        (0.69, "log 2"),
        (0, "share 1 between two"),
        (1, "One *bit*"),
        (math.log(16), "untrained"),
        (2 * math.log(2), "averaged"),
        (-0.7, "never negative"),
        (3.0, "price of knowing little"),
        (math.log(32), "price of knowing little"),
        (0.3, "Think again"),
    ],
)
def test_predicted_floor(guess, says):
    assert says in check.predict_floor(guess).message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda s: math.log(s.shape[1]) + s.diagonal().sub(s.logsumexp(1)).mean(), "Never above"),
        (lambda s: math.log(s.shape[1]) - row_loss(s).item(), "Never above"),
        (lambda s: math.log(len(s)) - row_loss(s), "The ceiling is log M"),
        (lambda s: math.log2(s.shape[1]) - row_loss(s), "mixes units"),
        (lambda s: math.log(s.shape[1]) + row_loss(s), "above log M"),
    ],
)
def test_information_bound(answer, says):
    assert says in check.information_bound(answer).message
