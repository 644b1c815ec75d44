"""The book as it was built: `make book` runs these after the build."""

import hashlib
import json
import re
from functools import cache
from html import unescape

import pytest

from book.course import NOTEBOOKS, chapters
from tools import tables, timings
from tools.site import ROOT, SITE, read
from tools.vendor_js import FILES, right

pytestmark = pytest.mark.book
EVERY = chapters()
WRITTEN = [c for c in EVERY if c.written]


@cache
def page(name):
    path = SITE / f"{name}.html"
    if not path.is_file():
        pytest.fail(f"{name}.html is not there: run `make book`")
    return path.read_text("utf-8")


def rows(html):
    """The rows of a page's tables, each a list of its cells' words."""
    found = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    cells = [re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row, re.DOTALL) for row in found]
    return [[unescape(re.sub(r"<.*?>", "", cell)).strip() for cell in row] for row in cells]


def markdown_rows(text):
    lines = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("chapter", EVERY, ids=lambda c: c.number)
def test_every_chapter_has_a_page_in_the_list(chapter):
    assert chapter.question in unescape(re.sub(r"<.*?>", "", page(chapter.page)))
    home = page("index")
    assert f'href="{chapter.page}.html"' in home and chapter.label in unescape(home)


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda c: c.number)
def test_a_chapter_gives_its_notebook_away_unchanged(chapter):
    html = page(chapter.page)
    (found,) = set(re.findall(rf'href="\.\./(_downloads/\w+/{chapter.name}\.ipynb)"', html))
    sums = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (SITE / found, NOTEBOOKS / f"{chapter.name}.ipynb")
    ]
    assert sums[0] == sums[1]
    assert "中文摘要" in html and ("not published yet" in html) != ("Colab</a>" in html)


@pytest.mark.parametrize("chapter", WRITTEN, ids=lambda c: c.number)
def test_a_chapter_shows_its_pictures_and_folds_its_solutions(chapter):
    notebook = json.loads((NOTEBOOKS / f"{chapter.name}.ipynb").read_text("utf-8"))
    alts, folded = [], 0
    for cell in notebook["cells"]:
        folded += "solution" in cell["metadata"].get("tags", [])
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                alts.append("".join(output["metadata"]["image/png"]["alt"]))
    html = page(chapter.page)
    assert all(alt in unescape(html) for alt in alts)
    assert html.count("<details>") >= folded and "<details open" not in html
    assert "copybutton" in html


def test_the_figures_are_those_that_were_measured():
    report = json.loads((ROOT / "benchmarks/results/little-world/report.json").read_text("utf-8"))
    seconds = json.loads((ROOT / "benchmarks/results/notebooks.json").read_text("utf-8"))
    shown = rows(page("results"))
    for text in (tables.figures(report), timings.table(seconds)):
        wanted = markdown_rows(text)
        assert len(wanted) > 8 and not [row for row in wanted if row not in shown]
    (drawn,) = json.loads((ROOT / "benchmarks/results/timings.json").read_text("utf-8"))[
        "entries"
    ].values()
    assert [f"{drawn['one, warm']:.1f}"] == [row[1] for row in shown if row[0].startswith("Xeon")]


def test_search_knows_the_words_in_both_languages():
    text = (SITE / "searchindex.js").read_text("utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    assert {"infonce", "对比学习"} <= {*index["terms"], *index["indexentries"]}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_javascript_is_in_the_site(file):
    if file.name.endswith(".js"):  # formulas and a slider; the page that draws imports the others
        loaded = read(SITE / "chapters" / "02_contrastive_loss.html").loads
        assert any(f"vendor/{file.name}" in address for address in loaded)
    assert right(file, SITE / "_static" / "vendor")


def test_the_reference_leads_back_to_the_chapters():
    html = page("api/contrastive")
    assert 'id="dalle_edu.contrastive.losses.info_nce"' in html
    assert 'href="../chapters/02_contrastive_loss.html"' in html


def test_every_word_is_there_in_english_and_chinese():
    terms = re.findall(r'<dt id="term-.*?">(.*?)</?(?:dt|a)', page("D_words"), re.DOTALL)
    words = [unescape(re.sub(r"<.*?>", "", term)).strip() for term in terms]
    han = [bool(re.search(r"[\u4e00-\u9fff]", word)) for word in words]
    assert len(words) > 100 and han == [n % 2 == 1 for n in range(len(words))]
