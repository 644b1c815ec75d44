"""The report: what it counts, by a judge that never errs; and that nothing is run twice."""

import json

import pytest

from dalle_edu import report, zoo
from dalle_edu.world.scene import CORE, WIDE
from tests.knowing import Knowing
from tests.tiny import save_run, tiny_judge, tiny_parts

pytestmark = pytest.mark.filterwarnings("ignore:never seen in training")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The folder of a run with an untrained chain and judge; no shipped weights."""
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path / "weights")
    (tmp_path / "weights").mkdir()
    folder = save_run(tmp_path / "run", tiny_parts())
    judge = tiny_judge()
    (tmp_path / "run" / "judge").mkdir()
    zoo.save_piece(tmp_path / "run" / "judge", "judge", judge, judge.settings)
    return folder


@pytest.fixture
def perfect(monkeypatch):
    """A subject that is right in everything."""
    knowing = Knowing(monkeypatch)
    return report.Subject(knowing, knowing, CORE, 6)


def shares(rows, name="all"):
    return [row[name].share for row in rows]


def test_every_cell_of_a_perfect_model_is_right(perfect):
    rows = report.cells(perfect)
    assert shares(rows) == [1.0] * len(rows)
    assert all(row["all"].of == 6 for row in rows)
    places = {(row["category"], row["split"], row["language"], row["kind"]) for row in rows}
    assert len(places) == len(rows)
    for split in ("seen", "pair", "order"):
        for language in ("en", "zh"):
            for kind in ("complete", "terse"):
                assert ("two things", split, language, kind) in places
    assert not any(row["category"] in ("counting", "fills") for row in rows)  # of the wide core
    for name in ("sky", "ground", "clouds", "light", "shape", "colour", "size", "place"):
        assert any(name in row for row in rows)


def test_a_wrong_model_is_wrong(perfect, monkeypatch):
    """The same, with every picture handed to its neighbour."""
    draw = report.Subject.draw
    monkeypatch.setattr(report.Subject, "draw", lambda s, *a: draw(s, *a).roll(1, 0))
    rows = report.cells(perfect)
    two = [row for row in rows if row["category"] == "two things" and row["kind"] == "complete"]
    assert max(shares(two)) < 0.4
    assert min(shares(two, "legible")) == 1


def test_a_wide_model_is_asked_for_the_wide_core(perfect, monkeypatch):
    wide = report.Subject(perfect.chain, perfect.judge, WIDE, 2)
    monkeypatch.setattr(report, "CELLS", [("one thing", "seen"), ("counting", "seen")])
    assert {row["category"] for row in report.cells(wide)} == {"one thing", "counting"}
    assert {row["category"] for row in report.cells(perfect)} == {"one thing"}


def test_audit_of_a_perfect_judge(perfect):
    rows = {row["what"]: row["share"] for row in report.audit(perfect)}
    for name in ("renders, all", "renders, shape", "foils, halved, rejected"):
        assert rows[name].share == 1
    assert rows["renders, all"].of == 24


# ---- files


@pytest.fixture
def counted(monkeypatch):
    """Entries that only count how often they were measured."""
    calls = []

    def entry(name):
        def measure(s):
            """What it measures"""
            calls.append(name)
            rate = report.rate(1, 2)
            return [{"what": name, "share": rate, "number": 0.123456, "none": None}]

        return measure

    monkeypatch.setattr(report, "ENTRIES", {name: entry(name) for name in ("cells", "edits")})
    return calls


def test_what_is_finished_is_not_run_again(run, tmp_path, counted):
    out = tmp_path / "made" / "report"
    text = report.evaluate(run, out, 3)
    assert counted == ["cells", "edits"]
    assert report.evaluate(run, out, 3) == text
    assert counted == ["cells", "edits"]
    told = json.loads((out / "report.json").read_text())
    del told["entries"]["cells"]
    (out / "report.json").write_text(json.dumps(told))
    report.evaluate(run, out, 3)
    assert counted == ["cells", "edits", "cells"]
    assert not list(out.glob("*.part"))


def test_another_model_judge_or_number_is_run_again(run, tmp_path, counted):
    out = tmp_path / "report"
    report.evaluate(run, out, 3)
    report.evaluate(run, out, 4)
    assert len(counted) == 4
    save_run(run, tiny_parts(seed=1))
    report.evaluate(run, out, 4)
    assert len(counted) == 6
    other = tmp_path / "other"
    other.mkdir()
    judge = tiny_judge()
    judge.answer.bias.data += 1
    zoo.save_piece(other, "judge", judge, judge.settings)
    report.evaluate(run, out, 4, judge=other)
    assert len(counted) == 8


def test_only_some_entries(run, tmp_path, counted):
    out = tmp_path / "report"
    entries = report.ENTRIES
    report.evaluate(run, out, 3, {"edits": entries["edits"]})
    assert counted == ["edits"]
    assert list(json.loads((out / "report.json").read_text())["entries"]) == ["edits"]
    report.evaluate(run, out, 3, {"cells": entries["cells"]})
    assert counted == ["edits", "cells"]
    told = json.loads((out / "report.json").read_text())
    assert list(told["entries"]) == ["edits", "cells"]  # what was finished before is kept


def test_files_say_of_what_by_whom_and_where(run, tmp_path, counted):
    out = tmp_path / "report"
    about = {"machine": "two cores", "command": "dalle-edu evaluate"}
    text = report.evaluate(run, out, 3, about=about)
    told = json.loads((out / "report.json").read_text())
    entry = told["entries"]["cells"]
    assert entry["how"] == {"seed": 0} | about and entry["title"] == "What it measures"
    assert len(told["of"]["model"]) == len(told["of"]["judge"]) == 64
    assert entry["rows"][0]["share"]["low"] == pytest.approx(0.0945, abs=1e-4)
    assert [path.name for path in sorted(out.iterdir())] == ["report.json", "report.md"]
    assert (out / "report.md").read_text("utf-8").strip() == text
    assert "two cores" in text and "What it measures" in text
    assert "| cells | 50.0 (9.5-90.5) | 0.123 | - |" in text


def test_no_rerun_after_a_crash_in_the_middle(run, tmp_path, counted, monkeypatch):
    def broken(s):
        raise RuntimeError("out of memory")

    out, whole = tmp_path / "report", report.ENTRIES
    monkeypatch.setattr(report, "ENTRIES", {"cells": whole["cells"], "edits": broken})
    with pytest.raises(RuntimeError):
        report.evaluate(run, out, 3)
    monkeypatch.setattr(report, "ENTRIES", whole)
    report.evaluate(run, out, 3)
    assert counted == ["cells", "edits"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"n": 0}, "n is 0: give at least one prompt a cell"),
        ({"judge": "nowhere"}, "there is no judge in nowhere: train one"),
        ({"model": "no-such-model"}, "there is no model 'no-such-model'"),
    ],
)
def test_what_is_refused(run, tmp_path, counted, changes, says):
    with pytest.raises(ValueError, match=says):
        report.evaluate(**{"model": run, "out": tmp_path / "report", "n": 3} | changes)
    assert counted == []
    assert not (tmp_path / "report").exists()


def test_the_table_of_rows_with_different_keys():
    assert report.table([{"a": 1, "b": "x"}, {"a": 2, "c": 0.5}]).splitlines() == [
        "| a | b | c |",
        "| --- | --- | --- |",
        "| 1 | x | - |",
        "| 2 | - | 0.5 |",
    ]
