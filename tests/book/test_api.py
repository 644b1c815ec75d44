"""The reference holds every module of the library, in the house's order."""

import ast

from book import api

HOUSE = api.ROOT / "tests" / "test_house.py"


def test_the_order_is_the_house_s():
    rules = ast.parse(HOUSE.read_text("utf-8"))
    order: list[str] = []
    for node in rules.body:
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if getattr(target, "id", "") == "ORDER":
                order += ast.literal_eval(node.value)
    assert [place for group in api.ORDER for place in group] == order[: order.index("__main__")]


def test_every_module_stands_in_it_but_the_checks():
    text = "".join(api.pages().values())
    for path in sorted(api.PACKAGE.rglob("*.py")):
        name = api.dotted(path)
        hidden = ".checks" in name or path.name == "__main__.py" or name == "dalle_edu"
        empty = not ast.parse(path.read_text("utf-8")).body
        assert (f".. automodule:: {name}\n" in text) == (not hidden and not empty), name


def test_a_module_leads_back_to_its_chapters(tmp_path):
    path = tmp_path / "losses.py"
    path.write_text('"""Losses. Built in chapter 2; chapters 5 and 7 use it."""')
    assert api.back(path) == "*Chapters:* {title-of}`02`, {title-of}`05`, {title-of}`07`\n\n"
    path.write_text('"""Losses."""')
    assert api.back(path) == ""
