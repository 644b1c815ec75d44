"""Each rule is green on a good notebook and red, for its own reason, on a bad one."""

import copy
import json
from pathlib import Path

import pytest

from tools import notebook_rules as rules

PNG = {"image/png": "iVBORw0KGgo="}


def code(source, count, outputs=(), tags=()):
    cell = {"cell_type": "code", "execution_count": count, "id": f"c{count}"}
    return cell | {"metadata": {"tags": list(tags)}, "outputs": list(outputs), "source": source}


def prose(source):
    return {"cell_type": "markdown", "id": "p", "metadata": {}, "source": source}


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def picture(alt):
    metadata = {"image/png": {"alt": alt}} if alt is not None else {}
    return {"output_type": "display_data", "data": dict(PNG), "metadata": metadata}


def good():
    """A notebook with one of everything, all of it right."""
    return {
        "cells": [
            prose("# Title\n\n" + "prose may be as wide as it likes " * 5),
            code(["import math\n", "\n", "x = 2"], 1),
            code("print(x)", 2, [stream("2\n")]),
            code("def f():\n    print(x)\nmath.sin(0);", 3),
            code("assert x == 2\nplt.show()", 4, [picture("Two red squares.")]),
            code(
                "# not compared: it is a time\nprint(t)",
                5,
                [stream("3 s")],
                ["nbval-ignore-output"],
            ),
            code("x > 1", 6, [{"output_type": "execute_result", "data": {"text/plain": "True"}}]),
            code("raise NotImplementedError", 7, [{"output_type": "error"}], ["raises-exception"]),
            code("# not run: it needs a GPU\nprint(1)", None, [], ["nbval-skip", "skip-execution"]),
            code("%matplotlib inline\nfor k in []:\n    pass", 8),
            prose("```python\nshort = 1\n```"),
        ],
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def spoilt(change):
    notebook = copy.deepcopy(good())
    change(notebook["cells"])
    return notebook


def append(*cells):
    return spoilt(lambda held: held.extend(cells))


def allowing(key):
    notebook = good()
    notebook["metadata"] |= {"mystnb": {key: True}}
    return notebook


BAD = [  # (what is said, rule, notebook)
    ("never executed", rules.executed, append(code("y = 1", None))),
    ("run out of order ([11]", rules.executed, append(code("y = 1", 11))),
    (
        "is skipped and does not say why",
        rules.executed,
        append(code("y = 1", None, [], ["skip-execution"])),
    ),
    ("shows something", rules.has_outputs, append(code("y = 1\nprint(y)", 9))),
    (
        "('for k in range(3):') shows",
        rules.has_outputs,
        append(code("for k in range(3):\n    print(k)", 9)),
    ),
    ("('x') shows", rules.has_outputs, append(code("x", 9))),
    ("('a = 1') shows", rules.has_outputs, append(code("a = 1\nplt.show()", 9))),
    ("at most 1,000,000", rules.small, append(prose("x" * rules.MAX_BYTES))),
    ("at most 1,000,000", rules.small, append(prose("天" * 400_000))),
    ("the notebook allows errors", rules.no_errors, allowing("allow_errors")),
    ("the notebook allows errors", rules.no_errors, allowing("execution_allow_errors")),
    ("stores an error", rules.no_errors, append(code("1 / 0", 9, [{"output_type": "error"}]))),
    (
        "33 code cells besides exercises",
        rules.short,
        append(*(code("y = 1", 9 + k) for k in range(24))),
    ),
    ("without alt text", rules.pictures_described, append(code("assert x", 9, [picture(None)]))),
    (
        "picture without alt text",
        rules.pictures_described,
        append(code("assert x", 9, [picture(" ")])),
    ),
    (
        "asserts nothing",
        rules.pictures_described,
        append(code("# assert x\nplt.show()", 9, [picture("Sky.")])),
    ),
    (
        "say why in a comment",
        rules.reasons_given,
        append(code("a = '# not compared: a text'", 9, [], ["nbval-ignore-output"])),
    ),
    ("line 2 is 89 columns wide", rules.narrow, append(code("y = 1\n" + "#" * 89, 9))),
    (
        "line 3 is 90 columns wide",
        rules.narrow,
        append(prose("A\n```python\n" + "x" * 90 + "\n```")),
    ),
    ("names a local path: '/home/ann/x'", rules.no_local_paths, append(prose("see /home/ann/x"))),
    (
        "names a local path: '/tmp/a.png'",
        rules.no_local_paths,
        append(code("p", 9, [stream("wrote /tmp/a.png\n")])),
    ),
    ("names a local path: 'C:", rules.no_local_paths, append(prose(r"open C:\Users\ann"))),
    (
        "names a local path: ",
        rules.no_local_paths,
        append(code("p", 9, [stream(f"in {rules.ROOT}/dalle_edu")])),
    ),
]


def test_a_good_notebook_keeps_every_rule():
    assert rules.breaches(good()) == []


@pytest.mark.parametrize(("said", "rule", "notebook"), BAD, ids=[said for said, *_ in BAD])
def test_a_bad_notebook_breaks_its_rule_and_no_other(said, rule, notebook):
    found = rule(notebook)
    assert len(found) == 1 and said in found[0]
    others = {other for other in rules.RULES if other(notebook)} - {rule}
    # A bare value or a number too high also lacks its output or its place: that is all.
    assert others <= {rules.executed, rules.has_outputs}


def test_every_rule_is_seen_red():
    assert {rule for _, rule, _ in BAD} == set(rules.RULES)


def test_the_limits_are_inclusive():
    assert rules.short(append(*(code("y = 1", 9 + k) for k in range(16)))) == []
    assert rules.short(append(*(code("y = 1", 9 + k) for k in range(17)))) != []
    assert rules.narrow(append(code("#" * 88, 9))) == []


def test_one_description_serves_all_forms_of_a_picture():
    both = picture("Sky.")
    both["data"]["image/jpeg"] = both["data"]["image/png"]
    assert rules.pictures_described(append(code("assert x", 9, [both]))) == []
    del both["data"]["image/png"]
    assert len(rules.pictures_described(append(code("assert x", 9, [both])))) == 1


def test_exercises_are_not_counted():
    assert rules.short(append(*(code("y = 1", 9, [], ["exercise"]) for _ in range(99)))) == []


@pytest.mark.parametrize(
    "text", ["https://example.org/home/x", "a/tmp/b", "data/usr/x", "~/home/x"]
)
def test_relative_paths_and_addresses_are_fine(text):
    assert rules.no_local_paths(append(prose(text))) == []


def test_the_command_names_file_and_rule(tmp_path, capsys):
    path = Path(tmp_path, "bad.ipynb")
    path.write_text(json.dumps(append(code("y = 1", None))), encoding="utf-8")
    assert rules.main([str(path)]) == 1
    assert "bad.ipynb: executed: cell 11 ('y = 1')" in capsys.readouterr().out
    path.write_text(json.dumps(good()), encoding="utf-8")
    assert rules.main([str(path)]) == 0
