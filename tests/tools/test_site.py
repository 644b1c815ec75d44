"""A site that is whole passes, and every fault of one is named."""

import pytest

from tools import site

GOOD = {
    "index.html": '<h1 id="top">A</h1><a href="sub/page.html#there">x</a><a href="#top">y</a>'
    '<img src="a.png" alt="A picture"><a href="https://example.org">out</a>'
    '<script src="a.js"></script><link rel="stylesheet" href="a.css"><a href="sub/">z</a>',
    "sub/page.html": '<p id="there">B</p><a href="../index.html">back</a>',
    "sub/index.html": "<p>C</p>",
    "a.png": "",
    "a.js": "",
    "a.css": "p { background: url('a.png') }",
}


def build(folder, **changed):
    for name, text in {**GOOD, **changed}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_good_site_has_no_faults(tmp_path, capsys):
    assert site.faults(build(tmp_path)) == []
    assert site.main([str(tmp_path)]) == 0
    assert "no faults" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ('<script src="https://cdn.example.org/x.js"></script>', "loads https://cdn"),
        ('<script src="//cdn.example.org/x.js"></script>', "loads //cdn"),
        ('<img src="http://example.org/x.png" alt="x">', "loads http://example"),
        ('<img srcset="http://example.org/x.png 2x" src="a.png" alt="x">', "loads http://example"),
        ('<link rel="preload" href="https://example.org/f.woff2">', "loads https://example"),
        ("<p style=\"background: url('https://example.org/x')\">x</p>", "loads https://example"),
        ('<img src="a.png" alt="">', "without alt text"),
        ('<img src="a.png" alt="a.png">', "without alt text"),
        ('<img src="missing.png" alt="x">', "missing.png, which is not there"),
        ('<a href="gone.html">x</a>', "gone.html, which is not there"),
        ('<a href="sub/page.html#gone">x</a>', "has no such anchor"),
        ('<a href="#gone">x</a>', "has no such anchor"),
    ],
)
def test_a_fault_is_named(tmp_path, added, fault):
    (found,) = site.faults(build(tmp_path, **{"index.html": GOOD["index.html"] + added}))
    assert found.startswith("index.html") and fault in found
    assert site.main([str(tmp_path)]) == 1


@pytest.mark.parametrize(
    "style", ["@import 'https://example.org/a.css';", "p { background: url(//example.org/a.png) }"]
)
def test_style_sheets_are_read_too(tmp_path, style):
    (found,) = site.faults(build(tmp_path, **{"a.css": style}))
    assert found.startswith("a.css loads")


def test_an_empty_folder_is_no_site(tmp_path):
    assert site.faults(tmp_path) == [f"{tmp_path} holds no page: run `make book`"]
