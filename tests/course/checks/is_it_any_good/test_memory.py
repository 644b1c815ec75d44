"""Answers to 9.9 as people write them."""

import pytest
import torch

from dalle_edu.course.checks import is_it_any_good as check


def nearer_with(cut=True, summary=torch.amin):
    def nearer(drawn, training, fresh):
        if cut:
            n = min(training.shape[0], fresh.shape[0])
            training, fresh = training[:n], fresh[:n]
        a = summary((drawn[:, None] - training).square().sum(-1), dim=1)
        b = summary((drawn[:, None] - fresh).square().sum(-1), dim=1)
        return (a < b).sum().item() / len(drawn)

    return nearer


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (nearer_with(), "A half means"),
        (nearer_with(cut=False), "differ in size"),
        (nearer_with(summary=torch.amax), "farthest"),
        (lambda d, t, f: 1 - nearer_with()(d, t, f), "Turned round"),
        (lambda d, t, f: torch.cdist(d, t[: len(f)]).amin(1).mean(), "without a baseline"),
    ],
)
def test_nearer(answer, says):
    assert says in check.nearer(answer).message
