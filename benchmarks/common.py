"""What the comparisons share: their files, runs of equal minutes, and the judge after each."""

import csv
import json
import shutil
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from benchmarks import controls
from dalle_edu import report, zoo
from dalle_edu.training.device import commit, machine
from dalle_edu.training.recipes import RECIPES, Recipe

RESULTS = Path(__file__).parent / "results"


def english_cells(s: report.Subject) -> report.Rows:
    """English prompts drawn as said: each attribute, and all of it"""
    return report.cells(s, ("en",))


# What of the report, and beside it, is measured after each training.
FIGURES = {"cells": english_cells, "distance": controls.distance}
FIGURES |= {"sharpness": controls.sharpness, "variety": controls.variety}


class Results:
    """`results/NAME.json`: an entry for each finished arm and seed, written at once."""

    def __init__(self, name: str, about: dict[str, Any]):
        self.path = RESULTS / f"{name}.json"
        found = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}
        self.about = {"machine": machine(), "commit": commit()} | about
        self.entries: dict[str, dict] = found.get("entries", {})

    def run(self, key: str, work: Callable[[], dict]) -> dict:
        """The entry `key`, worked out now unless it is finished under the same conditions."""
        if not self.finished(key):
            self.entries[key] = {"about": self.about} | work()
            text = json.dumps({"entries": self.entries}, indent=1, ensure_ascii=False) + "\n"
            RESULTS.mkdir(exist_ok=True)
            aside = self.path.with_name(self.path.name + ".part")
            aside.write_text(text, "utf-8")
            aside.replace(self.path)
        return self.entries[key]

    def finished(self, key: str) -> bool:
        """Whether the entry `key` was worked out under the same conditions."""
        about = self.entries.get(key, {}).get("about")
        return about is not None and all(about.get(k) == v for k, v in self._conditions().items())

    def markdown(self, title: str, text: str) -> None:
        """Writes `results/NAME.md`, and shows it."""
        told = [f"{key}: {value}" for key, value in self.about.items()]
        whole = "\n\n".join([f"# {title}", "\n".join(f"- {line}" for line in told), text])
        self.path.with_suffix(".md").write_text(whole + "\n", "utf-8")
        print(whole)

    def _conditions(self) -> dict[str, Any]:
        return {k: v for k, v in self.about.items() if k not in ("commit", "command")}


def lower_stages(source: str, recipe: Recipe | None, folder: Path) -> None:
    """Copies stages 1 and 2 of a run, or of a shipped model, into the folder of a new run."""
    shipped = zoo.WEIGHTS / source
    for stage in ("clip", "align"):
        home = (
            shipped if shipped.parent == zoo.WEIGHTS and shipped.is_dir() else Path(source, stage)
        )
        (folder / stage).mkdir(parents=True, exist_ok=True)
        names = [f"{stage}.safetensors", f"{stage}.json"]
        for name in [*names, "tokenizer.json"] if stage == "clip" else names:
            if not (home / name).exists():
                raise SystemExit(f"{home / name} is missing: give --source a finished run")
            shutil.copy(home / name, folder / stage / name)
        told = json.dumps({"copied from": source})
        (folder / stage / "result.json").write_text(told, "utf-8")


def steps_for(train: Callable, source: str, recipe: Recipe, minutes: float) -> int:
    """How many steps fill so many minutes: two rounds of the lazy penalty are timed first."""
    changes = ["data.scenes=512", "gan.steps=24", "gan.log_every=1", "gan.sheets=0"]
    short = recipe.override([*changes, "gan.sheet_minutes=1e6"])
    with tempfile.TemporaryDirectory() as folder:
        lower_stages(source, recipe, Path(folder))
        train(folder, short, 0, progress=False)
        with Path(folder, "gan", "metrics.csv").open(encoding="utf-8") as table:
            seconds = [float(row["seconds"]) for row in csv.DictReader(table)]
    return max(8, round(60 * minutes / ((seconds[-1] - seconds[7]) / 16)))


@dataclass(frozen=True)
class Arm:
    """One training of a comparison.

    Attributes:
        key: of its entry in the results. folder: of its run.
        train: as `training.gan.train`.
        prepare: puts the lower stages into the folder, as `lower_stages`.
        keep: whether its last sample sheet is kept, for a chapter to show.
    """

    key: str
    folder: Path
    train: Callable
    recipe: Recipe
    seed: int = 0
    prepare: Callable[[str, Recipe, Path], None] = lower_stages
    keep: bool = False


def compare(
    results: Results,
    o: Namespace,
    arms: Sequence[Arm],
    figures: Callable[[Path], dict],
    show: Callable[[], None],
) -> None:
    """Trains each arm so many minutes, its rate fallen to the end; goes on where it was stopped.

    How many steps fill the minutes is timed for all arms before the first training, so that they
    are timed under the same conditions.

    Args:
        figures: what is measured of a finished run's folder. show: called after each arm.
    """
    for arm in arms:
        plan = arm.folder / "steps.json"
        if not plan.exists() and not results.finished(arm.key):
            plan.parent.mkdir(parents=True, exist_ok=True)
            steps = o.steps or steps_for(arm.train, o.source, arm.recipe, o.minutes)
            plan.write_text(json.dumps(steps), "utf-8")
    for arm in arms:
        results.run(arm.key, lambda arm=arm: train_arm(arm, o) | {"figures": figures(arm.folder)})
        show()


def train_arm(arm: Arm, o: Namespace) -> dict[str, Any]:
    """The training itself, as planned; steps and minutes as they came out."""
    if not (arm.folder / "prepared").exists():
        arm.prepare(o.source, arm.recipe, arm.folder)
        (arm.folder / "prepared").touch()
    steps = json.loads((arm.folder / "steps.json").read_text("utf-8"))
    # Of so short a run the fall of the rate is the better half: shapes are won in it.
    recipe = replace(arm.recipe, gan=replace(arm.recipe.gan, steps=steps, fall=0.5))
    if not (arm.folder / "gan" / "result.json").exists():
        arm.train(str(arm.folder), recipe, arm.seed, resume=True)
    if arm.keep:
        keep_sheet(arm.folder, o.name)
    done = json.loads((arm.folder / "gan" / "result.json").read_text("utf-8"))
    return {"steps": steps, "minutes": round(done["seconds"] / 60, 2)}


def options(doc: str, name: str, arms: Iterable[str], seeds: Sequence[int] = (0,)) -> Namespace:
    """What a comparison of trainings can be told on the command line.

    Args:
        doc: of the module; its first line describes the command. name: of its files, by default.
        arms: to choose from. seeds: by default.
    """
    # A training asks for this itself; threads that judged something before would not hear of it.
    torch.set_flush_denormal(True)
    ask = ArgumentParser(description=doc.splitlines()[0])
    ask.add_argument("--source", required=True, help="run or shipped model that has stages 1 and 2")
    ask.add_argument("--minutes", type=float, default=15)
    ask.add_argument("--seeds", type=int, nargs="+", default=list(seeds))
    ask.add_argument("--arms", nargs="+", choices=list(arms), default=list(arms))
    ask.add_argument("--recipe", choices=RECIPES, default="laptop")
    ask.add_argument("--set", action="append", default=[], help="for every arm: gan.batch=32")
    ask.add_argument("--runs", type=Path, default=Path("runs", name), help="where the runs go")
    ask.add_argument("--judge", help="name or folder; by default the shipped one")
    ask.add_argument("--steps", type=int, help="instead of minutes")
    ask.add_argument("-n", type=int, default=500, help="prompts a cell")
    ask.add_argument("--name", default=name, help="of the files in results/")
    return ask.parse_args()


def results_of(o: Namespace) -> Results:
    """Where a comparison told so keeps its entries, and under which conditions they hold."""
    asked = {"minutes": o.minutes, "steps": o.steps, "recipe": o.recipe, "set": o.set}
    return Results(o.name, asked | {"source": o.source, "n": o.n, "command": command()})


def judged(
    folder: Path, n: int, judge: str | None, model: Any = None, name: str = "report"
) -> dict[str, Any]:
    """The report's figures of a run's folder, or of another model, in folder/name."""
    about = {"machine": machine(), "command": command()}
    report.evaluate(model or str(folder), folder / name, n, FIGURES, judge, about)
    return json.loads((folder / name / "report.json").read_text("utf-8"))["entries"]


def keep_sheet(run: Path, name: str) -> None:
    """Copies the last sample sheet of a run to `results/NAME/RUN.png`, for a chapter to show."""
    (RESULTS / name).mkdir(parents=True, exist_ok=True)
    *_, last = sorted((run / "gan" / "sheets").glob("*.png"))
    shutil.copy(last, RESULTS / name / f"{run.name}.png")


def figures(entries: dict[str, Any]) -> dict[str, Any]:
    """What a comparison shows of a report: a few cells, a few attributes, distances."""
    found = {}
    for row in entries["cells"]["rows"]:
        if row["language"] == "en" and "thing" in row["category"]:
            kind = "" if row["kind"] == "complete" else "terse: "
            found[f"{kind}{row['category']}, {row['split']}"] = row["all"]
            if (kind, row["category"], row["split"]) == ("", "two things", "seen"):
                found |= {name: row[name] for name in ("colour", "size", "shape", "place")}
    drawn, floor = entries["distance"]["rows"]
    found |= {"Frechet distance": drawn["Frechet distance"], "floor": floor["Frechet distance"]}
    open_alike = {
        f"open {row['left open']} alike": row["drawn"] for row in entries["variety"]["rows"]
    }
    return found | {"sharpness": entries["sharpness"]["rows"][0]["sharpness"]} | open_alike


def table(entries: dict[str, dict]) -> str:
    """A row for each entry, in Markdown."""
    return report.table(
        [
            {"arm": key, "minutes": e.get("minutes"), "steps": e.get("steps")} | e["figures"]
            for key, e in entries.items()
        ]
    )


def command() -> str:
    """What the shell was told."""
    return " ".join(["python -m", f"benchmarks.{Path(sys.argv[0]).stem}", *sys.argv[1:]])
