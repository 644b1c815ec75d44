"""Answers to 6.7 to 6.10 as people write them."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dalle_edu.course.checks import drawing as check
from dalle_edu.course.checks.drawing.counting import left_of_the_start, times_dearer


def as_torch_counts(coarse, fine, side):
    conv1 = nn.Conv2d(coarse, fine, 3, padding=1)
    conv2 = nn.Conv2d(fine, fine, 3, padding=1)
    skip = nn.Conv2d(coarse, fine, 1, bias=False)
    x = torch.zeros(1, coarse, side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        conv2(F.interpolate(conv1(x), scale_factor=2))
        skip(x)
    parameters = sum(p.numel() for layer in (conv1, conv2, skip) for p in layer.parameters())
    return parameters, counter.get_total_flops()


def block(first=1, second=4, short=1, each=2, biases=2):
    def cost(c, f, s):
        places = (first * 9 * c * f + second * 9 * f * f + short * c * f) * s * s
        return 9 * c * f + 9 * f * f + c * f + biases * f, each * places

    return cost


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (as_torch_counts, "fine grid"),
        (block(each=2.0), "fine grid"),
        (block(second=1), "after the doubling"),
        (block(first=4), "before the grid is doubled"),
        (block(first=4, short=4), "Everything on the fine grid"),
        (block(short=4), "what it gives is doubled"),
        (block(each=1), "multiply-adds"),
        (block(biases=3), "no biases"),
        (block(biases=0), "biases are parameters"),
        (lambda c, f, s: block()(c, f, s)[0], "should return 2 things"),
        (lambda c, f, s: (0, 0), "right is"),
    ],
)
def test_block_cost(answer, says):
    assert says in check.block_cost(answer).message


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
        (1.96, "Counted: 1.96"),
        (2, "Counted: 1.96"),
        (4, "Four times holds"),
        (2.5, "cost alike"),
        (0.51, "upside down"),
        (1, "parameters are the same"),
        (100, "Count the three"),
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
        (0.1, "right size"),
        (0.2, "right size"),
        (0.4, "how many halvings"),
    ],
)
def test_predict_left(guess, says):
    assert says in check.predict_left(guess).message


def test_what_is_measured():
    # In units of 32 x 32 places: conv1 18 (before: 72), conv2 36, the short way 2.
    assert times_dearer() == pytest.approx((72 + 36 + 2) / (18 + 36 + 2))
    assert left_of_the_start(0.5, 3) == 0.125
    assert left_of_the_start() == pytest.approx(0.998**1000)
