"""Answers to 3.5 to 3.7 and 3.9 as people write them."""

import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.contrastive import zero_shot
from dalle_edu.course.checks import clip as check
from dalle_edu.evaluation import compositional


def unit(x):
    return x / x.pow(2).sum(-1, keepdim=True).sqrt()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda i, t: (unit(i) @ unit(unit(t).sum(1)).T).max(1).indices, "became the classifier's"),
        (
            lambda i, t: torch.stack(
                [F.cosine_similarity(v[None], unit(t).mean(1)).argmax() for v in i]
            ),
            "became the classifier's",
        ),
        (lambda i, t: (i @ unit(unit(t).mean(1)).T).argmax(0), "best picture of each class"),
        (
            lambda i, t: torch.einsum("bd,ctd->bct", unit(i), unit(t)).mean(2).argmax(1),
            "unit vector",
        ),
        (
            lambda i, t: torch.einsum("bd,ctd->bct", i, unit(t)).max(2).values.argmax(1),
            "best prompt",
        ),
        (lambda i, t: (unit(i) @ unit(t.mean(1)).T).argmax(1), "*before* the mean"),
        (lambda i, t: zero_shot.predict(i, zero_shot.class_embeddings(t)), "library's version"),
    ],
)
def test_zero_shot(answer, says):
    assert says in check.zero_shot_names(answer).message


def wilson_from_roots(successes, n):
    z2, share = 1.96**2, successes / n
    a, b, c = 1 + z2 / n, -(2 * share + z2 / n), share**2
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def simple(successes, n):
    p = successes / n
    error = (p * (1 - p)) ** 0.5 / n**0.5
    return p - 1.96 * error, p + 1.96 * error


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (wilson_from_roots, "93 and 100"),
        (simple, "zero width"),
        (lambda s, n: (max(simple(s, n)[0], 0.0), min(simple(s, n)[1], 1.0)), "Cutting"),
        (lambda s, n: tuple(reversed(wilson_from_roots(s, n))), "Low first"),
        (compositional.wilson, "library's version"),
    ],
)
def test_wilson(answer, says):
    assert says in check.wilson(answer).message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda t, s: ((t - s).sign().mean() + 1) / 2, "no bag of words can raise"),
        (
            lambda t, s: torch.heaviside(t - s, torch.tensor(0.5)).mean(),
            "no bag of words can raise",
        ),
        (lambda t, s: sum(a >= b for a, b in zip(t, s, strict=True)) / len(t), "counts as right"),
        (lambda t, s: (t > s).double().mean().item(), "counts as wrong"),
        (lambda t, s: torch.heaviside(s - t, torch.tensor(0.5)).mean(), "Turned round"),
    ],
)
def test_order_share(answer, says):
    assert says in check.order_share(answer).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (0.44, "±0.44"),
        (0.22, "One standard error"),
        (0.88, "whole width"),
        (0.0044, "percentage points"),
        (97.9, "single answers"),
        (50, "single answers"),
        (5, "root of n"),
        (0, "above 0"),
        (0.6, "Think again"),
    ],
)
def test_predicted_half_width(guess, says):
    assert says in check.predict_half_width(guess).message
