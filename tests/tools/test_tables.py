"""The figures in README and card are those of the report, and the tool that writes them works."""

import json

import pytest

from tools import tables

NAME = "little-world"


def report():
    path = tables.ROOT / "benchmarks" / "results" / NAME / "report.json"
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("place", ["README.md", f"dalle_edu/weights/{NAME}/card.md"])
def test_what_stands_there_was_measured(place):
    page = (tables.ROOT / place).read_text("utf-8")
    (found,) = tables.PLACE.finditer(page)
    assert found[0] == found[1] + tables.figures(report()) + found[2]


def test_a_share_is_written_with_its_interval():
    assert tables.share({"share": 0.9916, "low": 0.98, "high": 0.99749}) == "99.2 (98.0-99.7)"


def test_another_report_gives_other_tables():
    changed = report()
    changed["entries"]["cells"]["rows"][0]["all"]["share"] = 0.5
    row = next(r for r in changed["entries"]["cells"]["rows"] if r["category"] == "one thing")
    row["all"]["share"] = 0.123
    assert tables.figures(changed) != tables.figures(report())
    assert "12.3 (" in tables.figures(changed)


def test_it_writes_between_the_marks(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    told = report_of(tmp_path)
    for page in (tmp_path / "README.md", tmp_path / f"dalle_edu/weights/{NAME}/card.md"):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n")
    tables.main(NAME)
    text = (tmp_path / "README.md").read_text()
    assert text.startswith("before") and text.endswith("after\n") and "old" not in text
    assert tables.figures(told) in text
    (tmp_path / "README.md").write_text("no marks")
    with pytest.raises(SystemExit, match=r"README.md has no lines"):
        tables.main(NAME)


def report_of(folder):
    real = tables.Path(__file__).parents[2] / "benchmarks" / "results" / NAME / "report.json"
    copy = folder / "benchmarks" / "results" / NAME / "report.json"
    copy.parent.mkdir(parents=True)
    copy.write_text(real.read_text("utf-8"))
    return json.loads(copy.read_text("utf-8"))
