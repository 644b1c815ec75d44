"""Every page of the built book in a real browser: nothing fails, nothing is missing or foreign."""

import re

import pytest

from tools.site import SITE

pytestmark = pytest.mark.browser
PAGES = [path.relative_to(SITE).as_posix() for path in sorted(SITE.rglob("*.html"))]
PAGES = [name for name in PAGES if not name.startswith("_static/")] or ["index.html"]
BROKEN = "[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src)"
# Formulas that MathJax has not turned into pictures, or could not read.
RAW = """[...document.querySelectorAll("article .math")].filter(
  (e) => !e.querySelector("mjx-container") || e.querySelector("mjx-merror")).map((e) => e.id)"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_whole(watched, name):
    page = watched.open(name)
    page.evaluate("window.MathJax?.startup?.promise")
    assert page.evaluate(BROKEN) == []
    assert page.evaluate(RAW) == []
    assert watched.faults() == []
    assert page.title()
    if name not in ("search.html", "genindex.html"):
        assert page.locator("article h1").count() == 1


def test_search_finds_infonce(watched):
    page = watched.open("search.html?q=InfoNCE")
    page.locator("#search-results .search-summary, #search-results p").filter(
        has_text=re.compile("found|finished")
    ).first.wait_for()
    links = page.locator("#search-results li a").evaluate_all("all => all.map((a) => a.href)")
    assert any("02_contrastive_loss" in link for link in links)
    assert watched.faults() == []
