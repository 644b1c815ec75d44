"""What is made when the book is built: pages of chapters, their lists, their links."""

import json
import re

import pytest

from book import pages
from book.course import NOTEBOOKS, PLANNED, Chapter, chapters

BIBLIOGRAPHY = (pages.HERE / "refs.bib").read_text("utf-8")
WRITTEN = [c for c in chapters() if c.written]
GO = Chapter("07_go", "Go", "does it?", ("02",), 70, 50, True)
PLAN = Chapter("11_plan", "Plan", "what?", ("07",))


def source(*cells):
    made = [{"cell_type": "markdown", "metadata": {}, "source": [text]} for text in cells]
    code = {"cell_type": "code", "metadata": {}, "source": ["x  # chapter 3"], "outputs": []}
    return json.dumps({"cells": [*made, code], "metadata": {}, "nbformat": 4})


def texts(page):
    return ["".join(cell["source"]) for cell in json.loads(page)["cells"]]


def test_chapters_are_linked_where_they_are_named():
    assert pages.prose("As chapter 3 says.") == "As {chapter}`chapter 3` says."
    assert pages.prose("chapters 5 and 7") == "chapters {chapter}`5` and {chapter}`7`"


@pytest.mark.parametrize(
    "text",
    [
        "## What chapter 3 says",
        "`chapter 3`",
        "$\\text{chapter 3}$",
        "```python\n# chapter 3\n```",
        "<details><summary>Answer</summary>See chapter 3.</details>",
        "[chapter 3](x.md)",
        "chapter 3.5",
    ],
)
def test_nothing_else_is_touched(text):
    assert pages.prose(text) == text


def test_works_by_first_author_and_year():
    text = (
        "van den Oord et al. 2018, *X*; Wang & Isola 2020; Karras et al. 2019, 2020; Yazıcı\n2019"
    )
    assert pages.works(text) == ["oord2018", "wang2020", "karras2019", "karras2020", "yazici2019"]


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda c: c.number)
def test_every_work_of_a_chapter_is_in_the_bibliography(chapter):
    cells = json.loads((NOTEBOOKS / f"{chapter.name}.ipynb").read_text("utf-8"))["cells"]
    text = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    keys = pages.works(text.partition("## References")[2])
    assert keys, f"{chapter.name} ends without references"
    missing = [key for key in keys if f"{{{key}," not in BIBLIOGRAPHY]
    assert not missing, f"{chapter.name} names {missing}: add them to book/refs.bib"


@pytest.mark.parametrize("chapter", chapters(), ids=lambda c: c.number)
def test_every_chapter_has_a_chinese_abstract_with_outcomes(chapter):
    text = pages.chinese(chapter.number)
    assert text, f"book/chinese.md has no section {chapter.number}"
    abstract, found, outcomes = text.partition("学完能够：")
    assert found and outcomes.count("\n- ") >= 1 and len(abstract) > 40


def test_the_page_of_a_written_chapter():
    page = texts(
        pages.written(GO, source("# Go: does it?", "chapter 3", "## References\n\nLi 2020"))
    )
    assert page[0] == "# 07 Go: does it?"
    assert "{download}`download the notebook <../../notebooks/07_go.ipynb>`" in page[1]
    assert "not published yet" in page[1] and "中文摘要" in page[1]
    assert page[2] == "{chapter}`chapter 3`" and page[3].endswith("{cite}`li2020`.")
    assert page[4] == "x  # chapter 3"  # code stays
    assert "slider" not in page[1] and "[draw in this browser](../draw.md)" in page[1]


def test_a_chapter_with_sliders_says_where_they_move():
    notebook = json.loads(source("# Go: does it?")) | {"metadata": {"widgets": {"x": 1}}}
    assert pages.SLIDERS in texts(pages.written(GO, json.dumps(notebook)))[1]


def test_links_to_other_places_come_from_one_setting():
    assert pages.elsewhere("07_go", "") == "Colab and Binder: not published yet"
    links = re.findall(r"\]\((\S+)\)", pages.elsewhere("07_go", "someone/dalle_edu"))
    assert len(links) == 2 and all("someone/dalle_edu" in link for link in links)
    assert all(link.endswith("notebooks/07_go.ipynb") for link in links)


def test_a_planned_chapter_says_so_everywhere():
    assert "not written yet" in pages.planned(PLAN) and "{title-of}`07`" in pages.planned(PLAN)
    assert "11 Plan (planned) <chapters/11_plan>" in pages.toctrees([PLAN])
    assert "| planned |" in pages.table([PLAN])


@pytest.mark.parametrize("chapter", PLANNED, ids=lambda c: c.number)
def test_a_plan_says_what_it_will_hold(chapter):
    assert chapter.plan.endswith(".")
    assert pages.prose(chapter.plan) in pages.planned(chapter)


def test_the_short_path_adds_up():
    rows = pages.short_path([GO, Chapter("14_x", "X", "x?")]).splitlines()
    assert rows[-1].startswith("| Together | 110, or 1.8 hours")
    hours = float(re.search(r"or ([\d.]+) hours", pages.short_path(chapters()))[1])
    assert 6.5 <= hours <= 8, (
        "the seven-hour path takes another time: mend its name or its chapters"
    )


def test_a_notebook_is_enough_for_a_page(tmp_path):
    (tmp_path / "17_new.ipynb").write_text(source("# New: is it?"))
    new = Chapter("17_new", "New", "is it?", written=True)
    made = pages.pages([new], tmp_path)
    assert "chapters/17_new.ipynb" in made
    assert "17 New <chapters/17_new>" in made["chapters/toctrees.txt"]


def test_writing_again_changes_nothing_and_leaves_nothing_old(tmp_path):
    (tmp_path / "notebooks").mkdir()
    book = tmp_path / "book"
    book.mkdir()
    pages.write([PLAN, Chapter("07_x", "X", "x?")], tmp_path / "notebooks", book)
    page = book / "chapters" / "11_plan.md"
    before = page.stat().st_mtime_ns
    (book / "chapters" / "03_old.ipynb").write_text("{}")
    pages.write([PLAN, Chapter("07_x", "X", "x?")], tmp_path / "notebooks", book)
    assert page.stat().st_mtime_ns == before
    assert not (book / "chapters" / "03_old.ipynb").exists()
