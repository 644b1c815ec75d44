"""Every number is shown, told apart in grey too."""

from dalle_edu.course import figures


def test_grouped_bars_show_every_number(drawn):
    values = {"ridge": {"terse": 0.9, "vague": 0.6}, "sampler": {"terse": 0.8, "vague": 0.4}}
    figures.grouped_bars(values, "cosine", alt="four bars", level=(0.5, "chance"))
    (figure,) = drawn
    (axis,) = figure.axes
    heights = sorted(round(bar.get_height(), 3) for bar in axis.patches)
    assert heights == [0.4, 0.6, 0.8, 0.9]
    assert len({bar.get_hatch() for bar in axis.patches}) == 2


def test_a_tiny_share_is_not_written_with_all_its_zeros(drawn):
    figures.grouped_bars({"tau 0.02": {"one": 3e-7, "two": 0.99, "three": 0.0}}, "share", "a tiny")
    (figure,) = drawn
    assert [text.get_text() for text in figure.axes[0].texts] == ["< 0.01", "0.99", "0"]


def test_shares_show_each_interval_in_percent(drawn):
    values = {
        "one": {"seen": (0.5, 0.4, 0.6), "held out": (0.2, 0.1, 0.35)},
        "all": {"seen": (1, 0.9, 1)},
    }
    figures.shares(values, "top-1 (%)", alt="three intervals", level=(1 / 48, "chance"))
    (figure,) = drawn
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
