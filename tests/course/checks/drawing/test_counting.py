"""Answers to 6.7 to 6.10 as people write them."""

import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dalle_edu.course.checks import drawing as check
from dalle_edu.course.checks.drawing.counting import left_of_the_start, times_cheaper


def as_torch_counts(kernel, channels_in, channels_out, side):
    layer = nn.Conv2d(channels_in, channels_out, kernel, padding=kernel // 2)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        layer(torch.zeros(1, channels_in, side, side))
    return sum(p.numel() for p in layer.parameters()), counter.get_total_flops()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (as_torch_counts, "channels only"),
        (lambda k, a, b, s: (k * k * a * b + b, 2.0 * k * k * a * b * s * s), "channels only"),
        (lambda k, a, b, s: (k * k * a * b, 2 * k * k * a * b * s * s), "biases are parameters"),
        (lambda k, a, b, s: (k * k * a * b + b, k * k * a * b * s * s), "multiply-adds"),
        (lambda k, a, b, s: (k * k * a * b + b, 2 * k * k * a * b * s), "places"),
        (lambda k, a, b, s: (k * a * b + b, 2 * k * a * b * s * s), "taps"),
        (lambda k, a, b, s: k * k * a * b, "should return 2 things"),
        (lambda k, a, b, s: (0, 0), "right is"),
    ],
)
def test_convolution_cost(answer, says):
    assert says in check.convolution_cost(answer).message


def by_trying(decay):
    """No logarithm of the half: search the exponent."""
    low, high = 0.0, 1e5
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if decay**middle > 0.5 else (low, middle)
    return low


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (by_trying, "346 steps"),
        (lambda decay: -1 / math.log2(decay), "346 steps"),
        (lambda decay: 1 / (1 - decay), "mean age"),
        (lambda decay: math.log2(1 / decay), "Upside down"),
        (lambda decay: 1 / math.log2(decay), "The sign"),
        (lambda decay: 0.5 / (1 - decay), "linear"),
        (lambda decay: math.log(2) / (1 - decay), "not exact"),
        (lambda decay: round(math.log(0.5) / math.log(decay)), "right is"),
    ],
)
def test_half_life(answer, says):
    assert says in check.half_life(answer).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (4, "Counted: 4"),
        (2, "both directions"),
        (0.25, "upside down"),
        (16, "channels are the same"),
        (1, "every place"),
        (8, "third direction"),
        (100, "Think again"),
    ],
)
def test_predict_cheaper(guess, says):
    assert says in check.predict_cheaper(guess).message


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (0.135, "Measured"),
        (math.exp(-2), "Measured"),
        (13.5, "between 0 and 1"),
        (0.865, "*after*"),
        (0, "nothing is ever gone"),
        (-1, "nothing is ever gone"),
        (0.01, "half-life"),
        (0.5, "346"),
        (0.998, "a single step"),
        (0.3, "Think again"),
    ],
)
def test_predict_left(guess, says):
    assert says in check.predict_left(guess).message


def test_what_is_measured():
    assert times_cheaper() == 4.0
    assert left_of_the_start(0.5, 3) == 0.125
    assert left_of_the_start() == pytest.approx(0.998**1000)
