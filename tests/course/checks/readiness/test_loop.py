"""A.10: the loop of the question really stands still, and its repair learns."""

import math

import pytest
import torch
import torch.nn.functional as F

from dalle_edu.course.checks import readiness as check


@pytest.mark.parametrize("shuffled", [True, False])
def test_line_4_is_the_mistake(shuffled):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(500, 8, generator=generator)
    y = (x @ torch.randn(8, 4, generator=generator)).argmax(1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = torch.nn.Linear(8, 4)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(300):
        rows = torch.randint(500, (32,), generator=generator)
        others = torch.randint(500, (32,), generator=generator)
        loss = F.cross_entropy(model(x[rows]), y[others if shuffled else rows])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    end = F.cross_entropy(model(x), y).item()
    assert (end > 0.9 * math.log(4)) if shuffled else (end < 0.3)


def test_which_line():
    assert (
        check.which_line(4)
        and check.which_line(" 4 ")
        and "y[rows]" in check.which_line("4").message
    )
    assert "may stand here" in check.which_line("8").message
    assert "optimization" in str(check.which_line("6"))
