"""Answers to 3.8 and 3.10 to 3.12 as people write them."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dalle_edu.course.checks import clip as check
from dalle_edu.course.checks.clip.reading import swapped_share


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (50, "same caption"),
        (48.5, "same caption"),
        (0.5, "give it in %"),
        (90, "R@1 says so"),
        (100, "R@1 says so"),
        (0, "prefers the false one"),
        (70, "coin decides"),
        (30, "Think again"),
    ],
)
def test_predicted_share(guess, says):
    assert says in check.predict_swapped(guess).message


def test_a_bag_of_words_is_at_chance():
    assert swapped_share() == 50


def with_modules(encoder, head, x, y, rate, frozen=True, after=False):
    layer = nn.Linear(*head.shape, bias=False)
    layer.weight.data = head.T.clone()
    weight = nn.Parameter(encoder.clone(), requires_grad=not frozen)
    loss = F.cross_entropy(layer((x @ weight).tanh()), y)
    loss.backward()
    moving = [layer.weight] if frozen else [layer.weight, weight]
    torch.optim.SGD(moving, rate).step()
    return weight.detach(), layer.weight.detach().T


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (with_modules, "in a line"),
        (lambda *case: with_modules(*case, frozen=False), "no probe"),
        (lambda encoder, head, x, y, rate: (encoder, head), "Nothing moved"),
        (lambda e, h, x, y, r: (e, 2 * h - with_modules(e, h, x, y, r)[1]), "Uphill"),
        (lambda e, h, x, y, r: with_modules(e, h, x, y, r * len(x)), "take the mean"),
    ],
)
def test_probe_step(answer, says):
    assert says in check.probe_step(answer).message


def test_choices():
    assert check.bag(" CY ") and check.probes("bca")
    assert "none of the choices" in check.bag("swap").message
    for ask in (check.bag, check.probes):
        assert ask(None).state == "not done yet"
