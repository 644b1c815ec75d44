"""Answers to 6.2 as people write them; torch's own is refused under any name."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.functional import pixel_shuffle as under_another_name

from dalle_edu.course.checks import drawing as check
from dalle_edu.course.checks.drawing.shuffle import WithoutTorchs


def by_axes(x):
    b, c, h, w = x.shape
    return x.view(b, c // 4, 2, 2, h, w).permute(0, 1, 4, 2, 5, 3).reshape(b, c // 4, 2 * h, 2 * w)


def by_stacking(x):
    a, b, c, d = (x[:, k::4] for k in range(4))
    top = torch.stack([a, b], -1).flatten(-2)
    bottom = torch.stack([c, d], -1).flatten(-2)
    return torch.stack([top, bottom], -2).flatten(-3, -2)


@pytest.mark.parametrize("answer", [by_axes, by_stacking])
def test_pixel_shuffle_in_two_ways(answer):
    assert check.pixel_shuffle(answer)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: F.pixel_shuffle(x, 2), "library's version"),
        (lambda x: under_another_name(x, 2), "library's version"),
        (nn.PixelShuffle(2), "library's version"),
        (lambda x: x.reshape(len(x), -1, 2 * x.shape[2], 2 * x.shape[3]), "without ordering"),
        (lambda x: F.interpolate(x[:, ::4], scale_factor=2), "thrown away"),
        (lambda x: F.interpolate(x, scale_factor=2), "gave the shape"),
        (lambda x: by_axes(x.transpose(2, 3)).transpose(2, 3), "exchanged"),
    ],
)
def test_pixel_shuffle_as_people_get_it_wrong(answer, says):
    verdict = check.pixel_shuffle(answer)
    assert not verdict and says in verdict.message


def test_what_is_forbidden_is_allowed_again_afterwards():
    assert isinstance(check.pixel_shuffle, WithoutTorchs)
    x = torch.randn(1, 4, 2, 3)
    assert not check.pixel_shuffle(lambda y: F.pixel_shuffle(y, 2))
    assert torch.equal(F.pixel_shuffle(x, 2), check.pixel_shuffle.oracle(x))
