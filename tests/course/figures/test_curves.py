"""Curves are told apart; vital signs are read beside a healthy run; shares add up."""

import matplotlib.pyplot as plt
import torch

from dalle_edu.course import figures


def vital_signs(count, factor=1.0):
    step = torch.arange(count) * 10
    return {"step": step, "gap": factor * torch.rand(count), "slope": torch.rand(count) + 0.1}


def test_health_shows_every_measure_of_every_run_beside_the_healthy_one(drawn):
    patients = {"D wins": vital_signs(4), "all alike": vital_signs(6)}
    healthy = vital_signs(9)
    figures.health(patients, "two patients", dict.fromkeys(patients, healthy), log_y=("slope",))
    (figure,) = drawn
    assert len(figure.axes) == 4 and [a.get_title() for a in figure.axes[:2]] == ["gap", "slope"]
    compared, own = figure.axes[0].get_lines()
    assert (compared.get_linestyle(), own.get_linestyle()) == ("--", "-")  # also told apart in grey
    assert compared.get_xdata()[-1] == own.get_xdata()[-1] == 30  # no further than the patient came
    assert [a.get_yscale() for a in figure.axes[:2]] == ["linear", "log"]
    assert figure.axes[2].get_ylabel() == "all alike"


def test_health_of_one_run_alone(shown):
    figures.health({"healthy": vital_signs(5)}, alt="one run")
    assert [call["image/png"]["alt"] for call in shown] == ["one run"]
    assert not plt.get_fignums()


def test_lines_end_where_they_are_told_to(drawn):
    x = torch.linspace(-1, 1, 5)
    figures.lines(x, {"steep": 10 * x}, "x", "y", "one line, cut off", ends=(-1.2, 2))
    figures.lines(x, {"steep": 10 * x}, "x", "y", "one line")
    cut, whole = (figure.axes[0] for figure in drawn)
    assert cut.get_ylim() == (-1.2, 2) and whole.get_ylim()[1] > 10
    assert [tick for tick in cut.get_xticks() if -1 <= tick <= 1] == [-1, -0.5, 0, 0.5, 1]


def test_histograms_show_shares(drawn):
    figures.histograms({"one": torch.tensor([1.0, 1.1, 7.0, 7.2])}, "x", "two heaps", (0, 9), (1,))
    (figure,) = drawn
    (axis,) = figure.axes
    heights = sorted(bar.get_height() for bar in axis.patches)
    assert heights[-1] == 0.5 and sum(heights) == 1
