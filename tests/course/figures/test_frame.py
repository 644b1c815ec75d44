"""Every figure has its text, and is closed."""

import matplotlib.pyplot as plt
import pytest
import torch

from dalle_edu.course import figures


def test_every_figure_has_its_text_and_is_closed(shown):
    figures.pictures(torch.zeros(3, 3, 8, 8, dtype=torch.uint8), alt="three", titles=("a", "b"))
    figures.attention(torch.rand(2, 4, 4), ["sky", "sun"], torch.zeros(3, 8, 8).byte(), alt="two")
    assert [call["image/png"]["alt"] for call in shown] == ["three", "two"]
    assert not plt.get_fignums()


def test_a_figure_without_a_text_is_refused(shown):
    with pytest.raises(ValueError, match="alt is empty"):
        figures.show(plt.figure(), " ")
    plt.close("all")
    assert not shown
