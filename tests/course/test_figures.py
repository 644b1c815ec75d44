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


def test_clouds_are_told_apart_in_grey_and_share_their_scale(shown, monkeypatch):
    kept = []
    monkeypatch.setattr(figures.plt, "close", kept.append)
    panel = {"pictures": torch.rand(5, 2), "captions": torch.rand(4, 2) + 3}
    figures.clouds({"before": panel, "after": panel}, "first", "second", alt="two clouds")
    (figure,) = kept
    left, right = figure.axes
    assert left.get_xlim() == right.get_xlim() and left.get_ylim() == right.get_ylim()
    marks = [c.get_paths()[0].vertices.shape for c in left.collections]
    assert len(left.collections) == 2 and marks[0] != marks[1]
    monkeypatch.undo()
    plt.close(figure)


def test_shares_are_written_where_they_stand(shown, monkeypatch):
    kept = []
    monkeypatch.setattr(figures.plt, "close", kept.append)
    panels = {"one": torch.tensor([[0.9, 0.1]]), "two": torch.tensor([[0.25, 0.75]])}
    figures.weights(panels, ["star"], ["red", "blue"], alt="two heads")
    (figure,) = kept
    for axis, written in zip(figure.axes, (["0.90", "0.10"], ["0.25", "0.75"]), strict=True):
        assert [text.get_text() for text in axis.texts] == written
        assert [text.get_position() for text in axis.texts] == [(0, 0), (1, 0)]
        assert [label.get_text() for label in axis.get_xticklabels()] == ["red", "blue"]
        assert axis.images[0].get_clim() == (0, 1)
    monkeypatch.undo()
    plt.close(figure)


def test_grouped_bars_show_every_number(shown, monkeypatch):
    kept = []
    monkeypatch.setattr(figures.plt, "close", kept.append)
    values = {"ridge": {"terse": 0.9, "vague": 0.6}, "sampler": {"terse": 0.8, "vague": 0.4}}
    figures.grouped_bars(values, "cosine", alt="four bars", level=(0.5, "chance"))
    (figure,) = kept
    (axis,) = figure.axes
    heights = sorted(round(bar.get_height(), 3) for bar in axis.patches)
    assert heights == [0.4, 0.6, 0.8, 0.9]
    assert len({bar.get_hatch() for bar in axis.patches}) == 2
    monkeypatch.undo()
    plt.close(figure)


def test_shares_show_each_interval_in_percent(shown, monkeypatch):
    kept = []
    monkeypatch.setattr(figures.plt, "close", kept.append)
    values = {
        "one": {"seen": (0.5, 0.4, 0.6), "held out": (0.2, 0.1, 0.35)},
        "all": {"seen": (1, 0.9, 1)},
    }
    figures.shares(values, "top-1 (%)", alt="three intervals", level=(1 / 48, "chance"))
    (figure,) = kept
    (axis,) = figure.axes
    ends = sorted(
        (round(float(x)), round(float(y)))
        for container in axis.containers
        for (x, _), (y, _) in container.lines[2][0].get_segments()
    )
    assert ends == [(10, 35), (40, 60), (90, 100)]
    marks = {container.lines[0].get_marker() for container in axis.containers}
    assert len(marks) == 2
    assert axis.yaxis_inverted() and [t.get_text() for t in axis.get_yticklabels()] == [
        "one",
        "all",
    ]
    monkeypatch.undo()
    plt.close(figure)


def vital_signs(count, factor=1.0):
    step = torch.arange(count) * 10
    return {"step": step, "gap": factor * torch.rand(count), "slope": torch.rand(count) + 0.1}


def test_health_shows_every_measure_of_every_run_beside_the_healthy_one(shown, monkeypatch):
    kept = []
    monkeypatch.setattr(figures.plt, "close", kept.append)
    patients = {"D wins": vital_signs(4), "all alike": vital_signs(6)}
    healthy = vital_signs(9)
    figures.health(patients, "two patients", dict.fromkeys(patients, healthy), log_y=("slope",))
    (figure,) = kept
    assert len(figure.axes) == 4 and [a.get_title() for a in figure.axes[:2]] == ["gap", "slope"]
    compared, own = figure.axes[0].get_lines()
    assert (compared.get_linestyle(), own.get_linestyle()) == ("--", "-")  # also told apart in grey
    assert compared.get_xdata()[-1] == own.get_xdata()[-1] == 30  # no further than the patient came
    assert [a.get_yscale() for a in figure.axes[:2]] == ["linear", "log"]
    assert figure.axes[2].get_ylabel() == "all alike"
    monkeypatch.undo()
    plt.close(figure)


def test_health_of_one_run_alone(shown):
    figures.health({"healthy": vital_signs(5)}, alt="one run")
    assert [call["image/png"]["alt"] for call in shown] == ["one run"]
    assert not plt.get_fignums()


def test_histograms_show_shares(shown, monkeypatch):
    kept = []
    monkeypatch.setattr(figures.plt, "close", kept.append)
    figures.histograms({"one": torch.tensor([1.0, 1.1, 7.0, 7.2])}, "x", "two heaps", (0, 9), (1,))
    (figure,) = kept
    (axis,) = figure.axes
    heights = sorted(bar.get_height() for bar in axis.patches)
    assert heights[-1] == 0.5 and sum(heights) == 1
    monkeypatch.undo()
    plt.close(figure)


def test_dots_mark_the_entries_of_a_matrix(shown, monkeypatch):
    kept = []
    monkeypatch.setattr(figures.plt, "close", kept.append)
    dots = torch.tensor([[False, True, False], [False, False, True]])
    figures.matrix(torch.zeros(2, 3), "captions", "pictures", alt="two dots", dots=dots)
    (figure,) = kept
    (drawn,) = figure.axes[0].get_lines()
    assert list(zip(*drawn.get_data(), strict=True)) == [(1, 0), (2, 1)]  # (column, row)
    monkeypatch.undo()
    plt.close(figure)
