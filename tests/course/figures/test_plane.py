"""Clouds share their scale and are told apart in grey."""

import matplotlib.pyplot as plt
import pytest
import torch

from dalle_edu.course import figures


def test_points_and_paths_have_their_text_too(shown):
    cloud = torch.rand(5, 2)
    figures.points({"a": {"data": cloud, "drawn": -cloud}, "b": {"data": cloud}}, "two", limit=2)
    figures.paths({"turn": (lambda at: at.flip(1), {"slow": cloud})}, "x", "y", "one")
    assert [call["image/png"]["alt"] for call in shown] == ["two", "one"]
    assert not plt.get_fignums()


def test_clouds_are_told_apart_in_grey_and_share_their_scale(drawn):
    panel = {"pictures": torch.rand(5, 2), "captions": torch.rand(4, 2) + 3}
    figures.points({"before": panel, "after": panel}, "two clouds", xlabel="first", ylabel="second")
    figures.points({"alone": panel}, "a limit", limit=7)
    both, limited = drawn
    left, right = both.axes
    for axis in (left, right):
        (low, high), (bottom, top) = axis.get_xlim(), axis.get_ylim()
        assert low < 0.5 and high > 3 and bottom < 0.5 and top > 3  # every point is inside
        assert high - low == pytest.approx(top - bottom)
    assert left.get_xlim() == right.get_xlim() and left.get_xlabel() == "first"
    marks = [cloud.get_marker() for cloud in left.get_lines()]
    assert len(set(marks)) == 2
    assert limited.axes[0].get_xlim() == limited.axes[0].get_ylim() == (-7, 7)
