"""Numbers stand where they belong, and dots where they should."""

import torch

from dalle_edu.course import figures


def test_shares_are_written_where_they_stand(drawn):
    panels = {"one": torch.tensor([[0.9, 0.1]]), "two": torch.tensor([[0.25, 0.75]])}
    figures.weights(panels, ["star"], ["red", "blue"], alt="two heads")
    (figure,) = drawn
    for axis, written in zip(figure.axes, (["0.90", "0.10"], ["0.25", "0.75"]), strict=True):
        assert [text.get_text() for text in axis.texts] == written
        assert [text.get_position() for text in axis.texts] == [(0, 0), (1, 0)]
        assert [label.get_text() for label in axis.get_xticklabels()] == ["red", "blue"]
        assert axis.images[0].get_clim() == (0, 1)


def test_dots_mark_the_entries_of_a_matrix(drawn):
    dots = torch.tensor([[False, True, False], [False, False, True]])
    figures.matrix(torch.zeros(2, 3), "captions", "pictures", alt="two dots", dots=dots)
    (figure,) = drawn
    (drawn,) = figure.axes[0].get_lines()
    assert list(zip(*drawn.get_data(), strict=True)) == [(1, 0), (2, 1)]  # (column, row)


def test_a_rows_name_stands_at_its_left(drawn):
    shown = torch.zeros(4, 3, 8, 8, dtype=torch.uint8)
    figures.pictures(shown, alt="two rows", columns=2, rows=["real", "drawn"])
    (figure,) = drawn
    written = [[text.get_text() for text in axis.texts] for axis in figure.axes]
    assert written == [["real"], [], ["drawn"], []]


def test_a_matrix_has_the_scale_it_is_given_and_a_tick_for_each_of_few_rows(drawn):
    figures.matrix(torch.tensor([[0.5, -0.2, 0.1]]), "captions", "pictures", "a row", ends=(0, 0.7))
    (figure,) = drawn
    axis = figure.axes[0]
    assert axis.images[0].get_clim() == (0, 0.7)
    assert list(axis.get_xticks()) == [0, 1, 2] and list(axis.get_yticks()) == [0]
    assert axis.images[0].colorbar.extend == "min"  # -0.2 lies below the scale
