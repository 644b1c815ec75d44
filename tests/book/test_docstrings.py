"""Docstrings become reStructuredText that means what the source says."""

from book.docstrings import by_name, converted, line


def test_marks_lose_their_meaning_and_code_keeps_its_own():
    assert line("|v| * 2, `a * b`, x_ and a_b") == r"\|v\| \* 2, ``a * b``, x\_ and a_b"


def test_chapters_become_links():
    assert line("Built in chapter 2.") == "Built in :chapter:`chapter 2`."
    assert line("`chapter 2`") == "``chapter 2``"


def test_an_indented_block_is_kept_as_it_is():
    text = ["Loss.", "", "    L = a * |b|", "    M = L", "", "Then `x`."]
    assert converted(text) == ["Loss.", "", "::", "", *text[2:5], "Then ``x``."]


def test_sections_are_left_to_napoleon():
    text = ["Args:", "    x: (B, D).", "", "    y: more.", "", "Raises:", "    ValueError: if *."]
    assert converted(text) == [*text[:-1], r"    ValueError: if \*."]


def test_several_results_become_a_list():
    text = ["Returns:", "    one: (B, D).", "    two, three: more", "        of it.", "", "End."]
    made = by_name(text)
    assert "    - **one**: (B, D)." in made and "    - **two, three**: more" in made
    assert made[-1] == "End." and by_name(["Returns:", "    Scalar."]) == [
        "Returns:",
        "    Scalar.",
    ]
