"""A notebook's pictures keep their alternative text in the book."""

import base64
import hashlib
from types import SimpleNamespace

from docutils import nodes

from book import alts
from book.course import NOTEBOOKS

PICTURE = b"picture"
SUM = hashlib.sha256(PICTURE).hexdigest()


def output(alt):
    data = {"image/png": base64.b64encode(PICTURE).decode()}
    return {"data": data, "metadata": {"image/png": {"alt": alt}}}


def test_words_are_found_by_the_bytes_of_the_picture():
    cells = [{"cell_type": "markdown"}, {"outputs": [output("A star."), {"output_type": "stream"}]}]
    assert alts.described({"cells": cells}) == {SUM: "A star."}


def test_a_page_s_pictures_get_their_words(monkeypatch):
    monkeypatch.setattr(alts, "described", lambda notebook: {SUM: "A star."})
    images = [nodes.image(uri=f"x/{SUM}.png", alt="?"), nodes.image(uri="front.png", alt="Front.")]
    document = nodes.section("", *images)
    chapter = next(NOTEBOOKS.glob("*.ipynb")).stem
    for docname, wanted in (("index", "?"), (f"chapters/{chapter}", "A star.")):
        app = SimpleNamespace(env=SimpleNamespace(docname=docname))
        alts.describe(app, document)
        assert [image["alt"] for image in images] == [wanted, "Front."]
