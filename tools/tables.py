"""The tables of figures in README and model card, written from the report that measured them.

    python -m tools.tables [NAME]

Puts them between the lines `<!-- figures -->` and `<!-- /figures -->` of README.md and of the card;
a test holds them there, so that a figure in prose is always one that was measured.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from dalle_edu.evaluation.damage import FOILS
from tools import chinese

ROOT = Path(__file__).parent.parent
PLACE = re.compile(r"(<!-- figures -->\n).*?(\n<!-- /figures -->)", re.DOTALL)
ROWS = (  # category, split, kind, how the table says it
    ("one thing", "seen", "complete", "complete prompt entirely right: one thing, seen"),
    ("two things", "seen", "complete", "two things, seen"),
    ("one thing", "pair", "complete", "one thing, held-out colour and shape"),
    ("two things", "pair", "complete", "two things, held-out colour and shape"),
    ("two things", "order", "complete", "two things, held-out left-right order"),
    ("no thing", "seen", "complete", "no thing: sky, ground, clouds, sun or moon"),
    ("one thing", "seen", "terse", "terse prompt entirely right: one thing, seen"),
    ("two things", "seen", "terse", "terse: two things, seen"),
)


def share(rate: dict[str, Any]) -> str:
    """A rate as percent with its interval."""
    return f"{100 * rate['share']:.1f} ({100 * rate['low']:.1f}-{100 * rate['high']:.1f})"


def figures(report: dict[str, Any]) -> str:
    """The tables, in Markdown, of a report by `benchmarks.full_report`."""
    rows = {name: entry["rows"] for name, entry in report["entries"].items()}

    def one(entry: str, **where: str) -> dict[str, Any]:
        return next(r for r in rows[entry] if all(r.get(k) == v for k, v in where.items()))

    lines = ["| what, in % (95 % interval) | English | Chinese |", "| --- | --- | --- |"]
    for category, split, kind, said in ROWS:
        where = {"category": category, "split": split, "kind": kind}
        both = [share(one("cells", **where, language=x)["all"]) for x in ("en", "zh")]
        lines.append(f"| {said} | {both[0]} | {both[1]} |")
    for way in ("picture to caption", "caption to picture"):
        both = [share(one("stage_1", language=x, direction=way)["R@1"]) for x in ("en", "zh")]
        said = f"stage 1, R@1 by truth among unseen pairs, {way}"
        lines.append(f"| {said} | {both[0]} | {both[1]} |")
    for scorer, said in (("words", "by words"), ("sentence", "by the sentence vector alone")):
        lowest = []
        for language in ("en", "zh"):
            kinds = [r for r in rows["edits"] if r["language"] == language]
            worst = min(kinds, key=lambda r: r[scorer]["share"])
            lowest.append(f"{share(worst[scorer])}: {worst['edit']}")
        said = f"stage 1, true caption above its edit, lowest kind, {said}"
        lines.append(f"| {said} | {lowest[0]} | {lowest[1]} |")
    lines += ["", "| control, complete English prompts | one thing | two things |"]
    lines.append("| --- | --- | --- |")
    for name in dict.fromkeys(row["pictures"] for row in rows["controls"]):
        where = {"pictures": name, "split": "seen"}
        both = [one("controls", **where, category=c)["all"] for c in ("one thing", "two things")]
        lines.append(f"| {name} | {share(both[0])} | {share(both[1])} |")
    lines += ["", "| | Frechet distance | sharpness |", "| --- | --- | --- |"]
    for row, sharp in zip(rows["distance"], rows["sharpness"], strict=True):
        numbers = f"{row['Frechet distance']:.3f} | {sharp['sharpness']:.2f}"
        lines.append(f"| {row['pictures']} | {numbers} |")
    if "variety" in rows:
        said = "two pictures of one terse prompt agree in what it leaves open"
        lines += ["", f"| {said} | drawn | renders |", "| --- | --- | --- |"]
        for row in rows["variety"]:
            both = f"{share(row['drawn'])} | {share(row['renders'])}"
            lines.append(f"| {row['left open']} | {both} |")
    lines += ["", "| the judge itself | share |", "| --- | --- |"]
    told = {"audit": ["renders, all", *(f"foils, {kind}, rejected" for kind in FOILS)]}
    told["second_opinion"] = ["renders, pixels agree", "drawn, pixels agree"]
    for entry, names in told.items():
        lines += [f"| {name} | {share(one(entry, what=name)['share'])} |" for name in names]
    return "\n".join(lines)


def main(name: str = "little-world") -> None:
    """Writes the tables of a shipped model into README, in both languages, and card."""
    path = ROOT / "benchmarks" / "results" / name / "report.json"
    text = figures(json.loads(path.read_text("utf-8")))
    for place in (ROOT / "README.md", ROOT / "dalle_edu" / "weights" / name / "card.md"):
        page = place.read_text("utf-8")
        if not PLACE.search(page):
            raise SystemExit(f"{place.name} has no lines <!-- figures --> and <!-- /figures -->")
        place.write_text(PLACE.sub(lambda m: m[1] + text + m[2], page), "utf-8")
    chinese.main(ROOT)


if __name__ == "__main__":
    main(*sys.argv[1:])
