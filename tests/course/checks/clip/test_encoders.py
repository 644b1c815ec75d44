"""Answers to 3.1 to 3.4 as people write them."""

import math

import pytest
import torch

from dalle_edu.contrastive import encoders
from dalle_edu.course.checks import clip as check


def as_complex_numbers(x):
    pairs = torch.view_as_complex(x.reshape(len(x), -1, 2).contiguous())
    speed = 100.0 ** (-torch.arange(pairs.shape[1]) / pairs.shape[1])
    angle = torch.outer(torch.arange(len(x)).float(), speed)
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(1)


def half_turned(x):  # as in GPT-NeoX and LLaMA
    length, channels = x.shape
    speed = 100.0 ** (-torch.arange(0, channels, 2) / channels)
    angle = torch.arange(length)[:, None] * torch.cat([speed, speed])
    a, b = x[:, : channels // 2], x[:, channels // 2 :]
    return x * angle.cos() + torch.cat([-b, a], 1) * angle.sin()


def other_way(x):
    pairs = torch.view_as_complex(x.reshape(len(x), -1, 2).contiguous())
    speed = 100.0 ** (-torch.arange(pairs.shape[1]) / pairs.shape[1])
    angle = -torch.outer(torch.arange(len(x)).float(), speed)
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(1)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (as_complex_numbers, "keeps lengths"),
        (half_turned, "another convention"),
        (other_way, "other way"),
        (lambda x: encoders.rotate(x[None, None])[0, 0], "library's version"),
        (lambda x: as_complex_numbers(torch.cat([x[:1], x]))[1:], "count places from 1"),
        (lambda x: x, "; right is"),
    ],
)
def test_rotate(answer, says):
    assert says in check.rotate(answer).message


def by_an_angle(q, k, distance, frequency):
    """|q| |k| cos of the angle between q and the turned k."""
    between = torch.atan2(k[1], k[0]) + distance * frequency - torch.atan2(q[1], q[0])
    return q.norm() * k.norm() * torch.cos(between)


def test_relative_score():
    assert check.relative_score(by_an_angle)
    assert check.relative_score(
        lambda q, k, d, w: (
            (q[0] * k[0] + q[1] * k[1]) * math.cos(w * d)
            + (q[1] * k[0] - q[0] * k[1]) * math.sin(w * d)
        )
    )
    before = check.relative_score(lambda q, k, d, w: by_an_angle(q, k, -d, w))
    assert "wrong sign" in before.message
    fixed = check.relative_score(lambda q, k, d, w: by_an_angle(q, k, d, 1.0))
    assert "times the frequency" in fixed.message
    assert (
        "same at every distance" in check.relative_score(lambda q, k, d, w: (q * k).sum()).message
    )


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            lambda s, t: torch.stack([a[b != 0].mean(0) for a, b in zip(s, t, strict=True)]),
            "longer",
        ),
        (lambda s, t: torch.mean(s, dim=1), "Padding is averaged in"),
        (lambda s, t: s.masked_fill((t == 0)[..., None], 0).mean(1), "still counted"),
        (lambda s, t: s.masked_fill((t == 0)[..., None], 0).sum(1), "That is the sum"),
        (
            lambda s, t: torch.stack(
                [
                    a[1:][b[1:] != 0].sum(0) / max(1, (b > 0).sum() - 1)
                    for a, b in zip(s, t, strict=True)
                ]
            ),
            "start token counts",
        ),
        (lambda s, t: s[t > 0].mean(0), "whole batch"),
    ],
)
def test_sentence_mean(answer, says):
    assert says in check.sentence_mean(answer).message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda s, t: torch.stack([a[b != 0][-1] for a, b in zip(s, t, strict=True)]), "backwards"),
        (lambda s, t: s[:, -1, :], "in all but the longest"),
        (lambda s, t: s[range(len(s)), t.argmax(dim=-1)], "CLIP's own way"),
        (lambda s, t: s[range(len(s)), (t != 0).sum(-1)], "first padding"),
        (lambda s, t: s.select(1, 0), "start token"),
    ],
)
def test_sentence_end(answer, says):
    verdict = check.sentence_end(answer)
    assert says in verdict.message
    assert bool(verdict) == (says == "backwards")
