"""The map shows every chapter once, below what it needs, and no line twice."""

import pytest

from book.course import Chapter, chapters
from book.graph import ancestors, drawing, lines, places


def course(**needs):
    return [Chapter(f"{n}_x", "X & Y", "x?", tuple(given)) for n, given in needs.items()]


def test_a_line_that_follows_from_two_others_is_not_drawn():
    every = course(A=[], B=["A"], C=["A", "B"])
    assert lines(every) == [("A", "B"), ("B", "C")]
    assert ancestors(every)["C"] == {"A", "B"}


@pytest.mark.parametrize("needs", [{"A": ["B"], "B": ["A"]}, {"A": ["Z"]}, {"A": ["A"]}])
def test_needs_that_cannot_be_are_refused(needs):
    with pytest.raises(ValueError, match="mend `needs`"):
        lines(course(**needs))


def test_every_chapter_has_a_place_of_its_own_below_what_it_needs():
    every = chapters()
    at = places(every)
    assert len(set(at.values())) == len(at) == len(every)
    assert all(at[need][1] < at[c.number][1] for c in every for need in c.needs)


def test_no_line_of_the_course_runs_down_behind_a_box():
    at = places(chapters())
    straight = [(at[a], at[b]) for a, b in lines(chapters()) if at[a][0] == at[b][0]]
    behind = [
        (top, bottom)
        for top, bottom in straight
        for column, row in at.values()
        if column == top[0] and top[1] < row < bottom[1]
    ]
    assert not behind


def test_the_drawing_holds_boxes_that_are_links():
    svg = drawing(course(A=[], B=["A"]))
    assert svg.count("<rect") == 2 and 'class="planned"' in svg and 'class="written"' not in svg
    assert 'href="chapters/A_x.html"' in svg and "X &amp; Y" in svg and svg.count("<path") == 1
