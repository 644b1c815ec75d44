"""Answers are compared up to a tolerance, and told where they differ."""

import pytest
import torch

from dalle_edu.course.checks.telling import apart, same, short, told


@pytest.mark.parametrize(
    ("found", "wanted", "equal"),
    [
        (torch.ones(2), torch.ones(2) + 1e-6, True),
        (torch.ones(2), torch.ones(3), False),
        (1.0, torch.tensor(1.0), True),
        ((1.0, 2.0), [1.0, 2.0], True),
        ((1.0,), (1.0, 2.0), False),
        ("a", 1.0, False),
        (float("nan"), float("nan"), True),
        (float("nan"), 1.0, False),
        ("red", "red", True),
    ],
)
def test_same(found, wanted, equal):
    assert same(found, wanted, 1e-4) == equal


@pytest.mark.parametrize(
    ("got", "want", "says"),
    [
        (
            torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
            torch.tensor([[1.0, 2.0], [3.0, 5.0]]),
            "4 at [1, 1]; right is 5",
        ),
        (torch.tensor([True, False]), torch.tensor([True, True]), "0 at [1]; right is 1"),
        ((1.0, torch.ones(2)), (1.0, torch.tensor([1.0, 7.0])), "in place 1: 1 at [1]; right is 7"),
        (
            torch.ones(2),
            torch.ones(3),
            "a tensor (2,) that begins 1; right is a tensor (3,) that begins 1",
        ),
        (0.5, 0.25, "0.5; right is 0.25"),
        ({"x": 1}, 2, "{'x': 1}; right is 2"),
    ],
)
def test_apart(got, want, says):
    assert apart(got, want, 1e-4) == says


def test_told_and_short():
    assert (
        told((torch.zeros(2, 3), 0.123456, "a", b"ab")) == "a tensor (2, 3), 0.1235, 'a', 2 bytes"
    )
    assert short((torch.tensor(2.5), 1)) == "(2.5, 1)"
