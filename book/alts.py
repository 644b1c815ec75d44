"""The words for a notebook's pictures, which MyST-NB leaves out.

It names a picture by the sum of its bytes and lets that name stand in for words. Here the words
that the notebook holds come back.
"""

import base64
import hashlib
import json
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book.course import NOTEBOOKS

SUM = re.compile(r"([0-9a-f]{64})\.png$")


def described(notebook: dict[str, Any]) -> dict[str, str]:
    """SHA-256 of each picture among a notebook's outputs, with its alternative text."""
    found = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if data := output.get("data", {}).get("image/png"):
                content = base64.b64decode("".join(data))
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                found[hashlib.sha256(content).hexdigest()] = "".join(alt)
    return found


def describe(app: Sphinx, doctree: nodes.document) -> None:
    """Sphinx's hook: gives the pictures of a chapter their words."""
    path = NOTEBOOKS / f"{app.env.docname.rpartition('/')[2]}.ipynb"
    if not path.is_file():
        return
    words = described(json.loads(path.read_text(encoding="utf-8")))
    for image in doctree.findall(nodes.image):
        if found := SUM.search(image["uri"]):
            image["alt"] = words.get(found[1], "")


def setup(app: Sphinx) -> None:
    """Connects it."""
    app.connect("doctree-read", describe)
