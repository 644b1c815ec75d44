"""The mutation machine: it believes only a test that is green before and red after."""

import dataclasses

import pytest

from tools import gates
from tools.mutations import MUTATIONS, Mutation

TWICE = Mutation("twice", "dalle_edu/sums.py", "2 * x", "3 * x", ("tests/test_sums.py",))
SOURCE = "def twice(x):\n    return 2 * x\n"
TEST = "from dalle_edu.sums import twice\n\n\ndef test_twice():\n    assert twice(2) == 4\n"


@pytest.fixture
def project(tmp_path):
    """A whole project of one function, with one test."""
    for folder in ("dalle_edu/weights", "tests"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "dalle_edu" / "__init__.py").touch()
    (tmp_path / "dalle_edu" / "sums.py").write_text(SOURCE)
    (tmp_path / "dalle_edu" / "weights" / "a.safetensors").write_text("weights")
    (tmp_path / "tests" / "test_sums.py").write_text(TEST)
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
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names) >= gates.QUICK


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutation_still_applies(mutation):
    source = (gates.ROOT / mutation.file).read_text(encoding="utf-8")
    compile(gates.mutated(source, mutation), mutation.file, "exec")
    assert (gates.ROOT / mutation.tests[0]).is_file()


@pytest.mark.slow
def test_with_the_real_pytest(project):
    """The copy is what is tested, although another dalle_edu is installed."""
    tolerant = dataclasses.replace(TWICE, name="tolerant", new="x + x")
    broken = dataclasses.replace(TWICE, name="broken", new="2 * (x")
    survived, broke = gates.try_mutations([TWICE, tolerant, broken], project)
    assert "tolerant: SURVIVED" in survived and "broken: BROKE OFF (pytest 2)" in broke
