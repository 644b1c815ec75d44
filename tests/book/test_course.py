"""The chapters are what the notebooks say, and what is planned agrees with them."""

import json

import pytest

from book.course import NOTEBOOKS, PARTS, PLANNED, Chapter, by_part, chapters, named, read

OPENING = (
    "# A thing: does it go?\n\n**The question.** Does it?\n\n"
    "> **You will be able to** go.\n>\n"
    "> **You need** chapter 2 and\n> chapters 4 to 6. About 70 minutes, 50 without the rest.\n>\n"
    "> **The article claims** nothing; chapter 9 says more."
)


def notebook(folder, name, opening=OPENING):
    cell = {"cell_type": "markdown", "metadata": {}, "source": opening.splitlines(True)}
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
    return path


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_is_a_chapter(path):
    chapter = read(path)
    assert chapter.written and chapter.question.endswith("?")
    assert 10 <= chapter.main <= chapter.minutes <= 120


def test_what_is_read_from_the_opening(tmp_path):
    found = read(notebook(tmp_path, "07_thing"))
    assert (found.title, found.question) == ("A thing", "does it go?")
    assert found.needs == ("02", "04", "05", "06") and (found.minutes, found.main) == (70, 50)
    assert found.label == "07 A thing"


@pytest.mark.parametrize("opening", ["# No question\n\n**You need** 5 minutes", "# A: b?\n\ntext"])
def test_an_opening_that_says_too_little_is_refused(tmp_path, opening):
    with pytest.raises(ValueError, match="03_x.ipynb does not begin like a chapter: write"):
        read(notebook(tmp_path, "03_x", opening))


def test_numbers_in_a_text():
    assert named("chapters 5 and 7, appendix A") == ["05", "07", "A"]
    assert named("Chapters 2 to 4; no chapter\n16x") == ["02", "03", "04", "16"]
    assert named("in 3 chapters") == []


def test_a_notebook_takes_the_place_of_its_plan(tmp_path):
    plan = (Chapter("11_thing", "Plan", "what?"), Chapter("12_other", "Other", "what?"))
    notebook(tmp_path, "11_thing")
    first, second = chapters(tmp_path, plan)
    assert (first.title, first.written) == ("A thing", True)
    assert second.label == "12 Other (planned)"


def test_two_chapters_with_one_number_are_refused(tmp_path):
    notebook(tmp_path, "11_other")
    with pytest.raises(ValueError, match="11_thing and 11_other have one number"):
        chapters(tmp_path, (Chapter("11_thing", "Plan", "what?"),))


def test_a_new_notebook_comes_by_itself(tmp_path):
    notebook(tmp_path, "17_new")
    assert by_part(chapters(tmp_path, ()))[-1][0] == "More"


def test_plans_and_parts_agree():
    every = chapters()
    numbers = [c.number for c in every]
    assert sorted(n for _, held in PARTS for n in held) == sorted({*numbers} - {"17"})
    assert {c.number for c in PLANNED} <= {*numbers}
    assert all(need in numbers for c in every for need in c.needs)
    assert sum(len(held) for _, held in by_part(every)) == len(every)
