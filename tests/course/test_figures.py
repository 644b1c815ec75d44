import matplotlib.pyplot as plt
import pytest
import torch

from dalle_edu.course import figures


@pytest.fixture
def shown(monkeypatch):
    calls = []
    monkeypatch.setattr(figures, "display", lambda figure, metadata: calls.append(metadata))
    return calls


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


def test_points_and_paths_have_their_text_too(shown):
    cloud = torch.rand(5, 2)
    figures.points({"a": {"data": cloud, "drawn": -cloud}, "b": {"data": cloud}}, "two", limit=2)
    figures.paths({"turn": (lambda at: at.flip(1), {"slow": cloud})}, "x", "y", "one")
    assert [call["image/png"]["alt"] for call in shown] == ["two", "one"]
    assert not plt.get_fignums()
