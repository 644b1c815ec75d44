"""The mutation machine: it believes only what is green before and red after."""

import ast
import dataclasses
import json
import re

import pytest

from tools import gates
from tools.mutations import EQUIVALENT, MUTATIONS, Mutation

TWICE = Mutation("twice", "dalle_edu/sums.py", "2 * x", "3 * x", ("tests/test_sums.py",))
TAUGHT = dataclasses.replace(TWICE, chapter="02")
CHAPTER = (*gates.NBVAL, "notebooks/02_sums.ipynb")
SOURCE = "def twice(x):\n    return 2 * x\n"
TEST = "from dalle_edu.sums import twice\n\n\ndef test_twice():\n    assert twice(2) == 4\n"
# Modules of formulas, and what in them is none.
FORMULAS = ["contrastive/losses", "contrastive/zero_shot", "gan/losses", "gan/penalties"]
FORMULAS += ["alignment/geometry", "alignment/maps", "evaluation/retrieval"]
FORMULAS += ["evaluation/distances"]
NO_FORMULA = {"exact_matmul", "MapSettings", "make_map", "prompts", "Recall"}


@pytest.fixture
def project(tmp_path):
    """A whole project of one function, with one test and one chapter."""
    for folder in ("dalle_edu/weights", "tests", "notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "dalle_edu" / "__init__.py").touch()
    (tmp_path / "dalle_edu" / "sums.py").write_text(SOURCE)
    (tmp_path / "dalle_edu" / "weights" / "a.safetensors").write_text("weights")
    (tmp_path / "tests" / "test_sums.py").write_text(TEST)
    source = "from dalle_edu.sums import twice\n\nprint(twice(2))"
    printed = [{"output_type": "stream", "name": "stdout", "text": "4\n"}]
    cell = {"cell_type": "code", "id": "c000", "metadata": {}, "source": source}
    notebook = {"cells": [cell | {"execution_count": 1, "outputs": printed}], "metadata": {}}
    notebook |= {"nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "notebooks" / "02_sums.ipynb").write_text(json.dumps(notebook))
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\npythonpath = ['.']\n")
    return tmp_path


def answers(*codes):
    """A pytest that gives these exit codes in turn, and remembers the source it saw."""
    left, seen = list(codes), []

    def pytest(folder, selection):
        seen.append((folder / "dalle_edu" / "sums.py").read_text())
        return left.pop(0)

    pytest.seen = seen
    return pytest


def test_caught_when_green_before_and_red_after(project):
    pytest = answers(gates.GREEN, gates.RED)
    assert gates.try_mutations([TWICE], project, pytest) == []
    assert pytest.seen == [SOURCE, SOURCE.replace("2 * x", "3 * x")]


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ((gates.GREEN, gates.GREEN), "SURVIVED"),
        ((gates.GREEN, 2), "BROKE OFF (pytest 2)"),
        ((gates.GREEN, gates.NONE_COLLECTED), "BROKE OFF (pytest 5)"),
        ((gates.RED, gates.RED), "not green without it (pytest 1)"),
        ((gates.NONE_COLLECTED, gates.RED), "not green without it (pytest 5)"),
    ],
)
def test_anything_else_fails(project, codes, said):
    (failure,) = gates.try_mutations([TWICE], project, answers(*codes))
    assert said in failure and "twice" in failure and "tests/test_sums.py" in failure


def test_the_chapter_has_to_be_green_and_then_red_too(project):
    asked = []

    def pytest(folder, selection):
        asked.append(selection)
        broken = (folder / "dalle_edu" / "sums.py").read_text() != SOURCE
        return gates.RED if broken else gates.GREEN

    assert gates.try_mutations([TAUGHT], project, pytest) == []
    assert asked == 2 * [TAUGHT.tests, CHAPTER]


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ((gates.GREEN, gates.GREEN, gates.RED, gates.GREEN), "SURVIVED"),
        ((gates.GREEN, gates.RED, gates.RED, gates.RED), "not green without it (pytest 1)"),
        ((gates.GREEN, gates.GREEN, gates.RED, 2), "BROKE OFF (pytest 2)"),
    ],
)
def test_a_chapter_that_does_not_notice_is_a_failure(project, codes, said):
    (failure,) = gates.try_mutations([TAUGHT], project, answers(*codes))
    assert said in failure and "twice" in failure and "notebooks/02_sums.ipynb" in failure


def test_a_chapter_that_is_not_there_yet_is_waited_for(project, capsys):
    waiting = dataclasses.replace(TWICE, chapter="07")
    assert gates.try_mutations([waiting], project, answers(gates.GREEN, gates.RED)) == []
    assert "waits for chapter 07" in capsys.readouterr().out


def test_a_copied_chapter_begins_with_the_proof(project, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy")
    gates.copy_project(project, copy)
    cells = json.loads((copy / "notebooks" / "02_sums.ipynb").read_text())["cells"]
    assert [cell["source"] == gates.PROOF for cell in cells] == [True, False]


def test_each_mutation_starts_from_the_whole_source(project):
    other = dataclasses.replace(TWICE, name="other", new="2 + x")
    pytest = answers(gates.GREEN, gates.RED, gates.RED)  # one green run serves both
    assert gates.try_mutations([TWICE, other], project, pytest) == []
    assert pytest.seen[2] == SOURCE.replace("2 * x", "2 + x")


@pytest.mark.parametrize(("old", "count"), [("4 * x", 0), ("x", 2)])
def test_text_that_is_not_there_once_is_a_failure(project, old, count):
    mutation = dataclasses.replace(TWICE, old=old)
    (failure,) = gates.try_mutations([mutation], project, answers(gates.GREEN))
    assert f"occurs {count} times in dalle_edu/sums.py" in failure


def test_a_mutation_that_changes_nothing_is_refused():
    with pytest.raises(ValueError, match="changes nothing"):
        gates.mutated(SOURCE, dataclasses.replace(TWICE, new=TWICE.old))


def test_the_project_itself_is_never_written_to(project):
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    gates.try_mutations([TWICE], project, answers(gates.GREEN, gates.RED))
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("arguments", [["mutations", "no-such"], ["mutation"]])
def test_unknown_names_are_refused(arguments, capsys):
    assert gates.main(arguments) == 2
    assert arguments[-1] in capsys.readouterr().err


def test_names_are_unique_and_three_come_first():
    names = [mutation.name for mutation in (*MUTATIONS, *EQUIVALENT)]
    assert len(set(names)) == len(names)
    first = [(mutation.name, mutation.chapter) for mutation in MUTATIONS[: gates.QUICK]]
    assert first == [
        ("info-nce-sign-flipped", "02"),
        ("info-nce-rows-only", "02"),
        ("relativistic-g-same-sign-as-d", "05"),
    ]


@pytest.mark.parametrize("mutation", [*MUTATIONS, *EQUIVALENT], ids=lambda mutation: mutation.name)
def test_every_mutation_still_applies(mutation):
    source = (gates.ROOT / mutation.file).read_text(encoding="utf-8")
    compile(gates.mutated(source, mutation), mutation.file, "exec")
    assert (gates.ROOT / mutation.tests[-1]).is_file()


def test_nine_in_ten_turn_a_chapter_red_and_the_others_say_why_not():
    unseen = [mutation for mutation in MUTATIONS if not mutation.chapter]
    seen = [mutation for mutation in MUTATIONS if len(gates.trials(mutation, gates.ROOT)) > 1]
    assert len(seen) >= 20 and len(seen) >= 0.9 * (len(seen) + len(unseen))
    assert all(bool(mutation.why) != bool(mutation.chapter) for mutation in MUTATIONS)
    assert all(mutation.why for mutation in EQUIVALENT)


@pytest.mark.parametrize("module", FORMULAS)
def test_every_formula_has_a_mutation(module):
    """In its own lines, or in those of a private helper that it names."""
    file = f"dalle_edu/{module}.py"
    source = (gates.ROOT / file).read_text(encoding="utf-8")
    places = [source.index(m.old) for m in MUTATIONS if m.file == file]
    broken = {source[:place].count("\n") + 1 for place in places}
    defined = {
        node.name: node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    hit = {
        name
        for name, node in defined.items()
        if broken & set(range(node.lineno, node.end_lineno + 1))
    }
    for name in defined.keys() - NO_FORMULA - hit:
        words = re.findall(r"\b_\w+", ast.get_source_segment(source, defined[name]))
        assert name.startswith("_") or hit & set(words), f"no mutation breaks {module}: {name}"


@pytest.mark.slow
def test_with_the_real_pytest(project):
    """The copy is what is tested, although another dalle_edu is installed."""
    tolerant = dataclasses.replace(TWICE, name="tolerant", new="x + x")
    broken = dataclasses.replace(TWICE, name="broken", new="2 * (x")
    survived, broke = gates.try_mutations([TWICE, tolerant, broken], project)
    assert "tolerant: SURVIVED" in survived and "broken: BROKE OFF (pytest 2)" in broke


@pytest.mark.slow
def test_with_a_real_kernel(project, tmp_path_factory):
    """So is what the kernel of a chapter imports; elsewhere its first cell is red."""
    tolerant = dataclasses.replace(TAUGHT, name="tolerant", new="x + x")
    of_tests, of_chapter = gates.try_mutations([TAUGHT, tolerant], project)
    assert "tolerant: SURVIVED" in of_tests and of_tests.endswith("test_sums.py")
    assert "tolerant: SURVIVED" in of_chapter and of_chapter.endswith("02_sums.ipynb")
    copy = tmp_path_factory.mktemp("copy")
    gates.copy_project(project, copy)
    (copy / "dalle_edu").rename(copy / "elsewhere")  # what is installed is imported now
    proof = f"{CHAPTER[-1]}::Cell 0"
    assert gates.run_pytest(copy, (*gates.NBVAL, proof)) == gates.RED
