"""The table of timings in the README is what was measured, of every notebook there is."""

import json
import sys

import nbformat
import pytest

from tools import timings


def stored():
    return json.loads(timings.RESULTS.read_text("utf-8"))


def test_what_stands_in_the_readme_was_measured():
    page = (timings.ROOT / "README.md").read_text("utf-8")
    (found,) = timings.PLACE.finditer(page)
    assert found[0] == found[1] + timings.table(stored()) + found[2]


def test_every_notebook_has_its_row_and_keeps_its_promise():
    there = {path.stem for path in (timings.ROOT / "notebooks").glob("*.ipynb")}
    assert set(stored()["notebooks"]) == there
    assert timings.slow(stored()) == []


def row(here, laptop):
    runs = {"here": here, "laptop": laptop}
    return {"cells": 7, "exercises": 2} | {
        k: {"seconds": s, "memory": 500 + s} for k, s in runs.items()
    }


def test_the_table_adds_up_and_slow_ones_are_named():
    found = {"machine": "a laptop", "notebooks": {"02_b": row(91, 30), "01_a": row(10, 121)}}
    text = timings.table(found).splitlines()
    assert "a laptop" in text[0]
    assert text[-3] == "| 01_a | 7 + 2 | 10 | 121 | 621 |"
    assert text[-1] == "| all | | 101 | 151 | |"
    assert [line.split()[0] for line in timings.slow(found)] == ["02_b", "01_a"]


def notebook(source):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "README.md").write_text("# x\n<!-- timings -->\nold\n<!-- /timings -->\n")
    monkeypatch.setattr(timings, "ROOT", tmp_path)
    monkeypatch.setattr(timings, "RESULTS", tmp_path / "notebooks.json")
    return tmp_path


@pytest.mark.slow
def test_a_run_is_timed_and_its_memory_seen(tmp_path):
    held = "held = bytearray(300 * 2**20)\nheld[::4096] = b'x' * len(held[::4096])"
    nbformat.write(notebook(held), tmp_path / "big.ipynb")
    found = timings.run_once(tmp_path / "big.ipynb")
    assert 0 < found["seconds"] < 60 and found["memory"] > 300


def test_it_writes_rows_and_table_and_forgets_notebooks_that_are_gone(project, monkeypatch):
    for name in ("01_a", "02_b"):
        nbformat.write(notebook("1"), project / "notebooks" / f"{name}.ipynb")
    gone = {"machine": "m", "notebooks": {"02_b": row(5, 6), "09_gone": row(1, 1)}}
    timings.RESULTS.write_text(json.dumps(gone))
    monkeypatch.setattr(timings, "measure", lambda path: row(95, 40))
    assert timings.main(["notebooks/01_a.ipynb"]) == 1  # too slow, and says so
    found = stored()["notebooks"]
    assert set(found) == {"01_a", "02_b"} and found["02_b"]["here"]["seconds"] == 5
    page = (project / "README.md").read_text("utf-8")
    assert "| 01_a | 7 + 2 | 95 | 40 |" in page and "old" not in page
    with pytest.raises(SystemExit, match="no notebook 03_c"):
        timings.main(["03_c"])


def test_a_failing_notebook_is_no_timing(project, monkeypatch):
    path = project / "notebooks" / "01_a.ipynb"
    nbformat.write(notebook("1"), path)
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(SystemExit, match="failed on here"):
        timings.measure(path)
