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


def test_health_in_rows_with_one_axis_and_at_least_two_labels(drawn):
    runs = {"free": vital_signs(4), "calm": vital_signs(4)}
    runs["calm"]["slope"] = torch.linspace(0.24, 0.26, 4)  # within a decade
    figures.health(runs, "two", runs, ("slope",), beside_name="control", same_y=True)
    runs.pop("free")
    figures.health(runs, "one", log_y=("slope",))
    both, alone = drawn
    assert both.axes[1].get_ylim() == both.axes[3].get_ylim()
    assert [text.get_text() for text in both.legends[0].get_texts()] == ["control", "this run"]
    for axis in (both.axes[1], both.axes[3], alone.axes[1]):
        low, high = axis.get_ylim()
        assert 2 <= sum(low <= tick <= high for tick in axis.get_yticks()) <= 5


def test_a_single_curve_needs_no_legend(drawn):
    for names in (["rate"], ["one", "two"]):
        figures.lines(torch.arange(3), dict.fromkeys(names, torch.rand(3)), "x", "y", "curves")
    assert [figure.axes[0].get_legend() is None for figure in drawn] == [True, False]


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


def test_a_logarithmic_axis_with_a_tick_at_each_step_or_where_it_is_told(drawn):
    x = torch.tensor([1.0, 4.0, 9.0])
    for ticks in ((), (2, 8)):
        figures.lines(x, {"y": x}, "step", "y", "one curve", log_x=True, ticks=ticks)
    each, told = (figure.axes[0] for figure in drawn)
    assert each.get_xticks().tolist() == [1, 4, 9] and told.get_xticks().tolist() == [2, 8]
    assert [len(axis.get_lines()) for axis in (each, told)] == [2, 1]  # the marks are a line too
