"""Answers on precision as people write them."""

import pytest
import torch

from dalle_edu.course.checks import is_it_any_good as check


def precision_with(neighbour, swap=False):
    def precision(real, fake, k):
        real, fake = (fake, real) if swap else (real, fake)
        between = torch.norm(real[:, None] - real[None], dim=-1)
        radius = between.sort(1).values[:, neighbour(k)]  # column 0 is the point itself
        return float(
            (torch.norm(fake[:, None] - real[None], dim=-1) <= radius).any(1).float().mean()
        )

    return precision


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (precision_with(lambda k: k), "sets exchanged"),
        (precision_with(lambda k: k - 1), "its own nearest neighbour"),
        (precision_with(lambda k: k + 1), "One neighbour too many"),
        (precision_with(lambda k: k, swap=True), "that is recall"),
    ],
)
def test_precision(answer, says):
    assert says in check.precision(answer).message
