"""Every notebook keeps every rule of tools/notebook_rules.py."""

import json
from pathlib import Path

import pytest

from tools.notebook_rules import RULES

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_keeps_the_rule(path, rule):
    found = rule(json.loads(path.read_text(encoding="utf-8")))
    assert not found, "\n".join(found)
