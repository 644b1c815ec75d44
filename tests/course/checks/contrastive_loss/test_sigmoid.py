"""Answers to 2.3 as people write them."""

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import contrastive_loss as check


def pairwise(labels, with_bias, divide):
    def sigmoid_loss(cosine, positive, scale, bias):
        z = cosine * scale + (bias if with_bias else 0)
        total = torch.nn.functional.softplus(-labels(positive) * z).sum()
        return total / divide(cosine)

    return sigmoid_loss


@pytest.mark.parametrize(
    ("labels", "with_bias", "divide", "says"),
    [
        (lambda p: p.float(), True, len, "+1 and -1"),
        (lambda p: p.float() * 2 - 1, False, len, "bias is missing"),
        (lambda p: p.float() * 2 - 1, True, lambda c: len(c) ** 2, "B squared"),
        (lambda p: p.float() * 2 - 1, True, torch.numel, "mean over all pairs"),
        (lambda p: torch.eye(*p.shape) * 2 - 1, True, len, "`positive` says"),
        (lambda p: p.float() * 2 - 1, True, lambda c: c.shape[1], "number of captions"),
        (lambda p: p.float() * 2 - 1, True, len, None),
    ],
)
def test_sigmoid_loss(labels, with_bias, divide, says):
    verdict = check.sigmoid_loss(pairwise(labels, with_bias, divide))
    assert bool(verdict) == (says is None)
    assert (says or "No softmax") in verdict.message


def test_a_bias_in_the_wrong_place_is_told_so():
    def outside(cosine, positive, scale, bias):
        return -F.logsigmoid((2.0 * positive - 1) * scale * cosine + bias).sum() / len(cosine)

    def subtracted(cosine, positive, scale, bias):
        return -F.logsigmoid((2.0 * positive - 1) * (scale * cosine - bias)).sum() / len(cosine)

    assert "inside the bracket" in check.sigmoid_loss(outside).message
    assert "bias is added" in check.sigmoid_loss(subtracted).message


def test_a_sigmoid_loss_that_overflows_is_told_so():
    def as_on_paper(cosine, positive, scale, bias):
        z = (cosine * scale + bias) * (2.0 * positive - 1)
        return (1 + (-z).exp()).log().sum() / len(cosine)

    assert "infinite at a logit of -120" in check.sigmoid_loss(as_on_paper).message
