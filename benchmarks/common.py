"""What the comparisons share: their files, runs of equal minutes, and the judge after each."""

import csv
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dalle_edu import report, zoo
from dalle_edu.training import gan
from dalle_edu.training.device import commit, machine
from dalle_edu.training.recipes import Recipe

RESULTS = Path(__file__).parent / "results"
FIGURES = ("cells", "distances")  # what of the report is run after each training


class Results:
    """`results/NAME.json`: one entry for each finished arm and seed, written as soon as it is done."""

    def __init__(self, name: str, about: dict[str, Any]):
        self.path = RESULTS / f"{name}.json"
        found = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}
        self.about = {"machine": machine(), "commit": commit()} | about
        self.entries: dict[str, dict] = found.get("entries", {})

    def run(self, key: str, work: Callable[[], dict]) -> dict:
        """The entry `key`, worked out now unless it is finished under the same conditions."""
        entry = self.entries.get(key)
        if entry is None or any(entry["about"].get(k) != v for k, v in self._conditions().items()):
            self.entries[key] = {"about": self.about} | work()
            text = json.dumps({"entries": self.entries}, indent=1, ensure_ascii=False) + "\n"
            RESULTS.mkdir(exist_ok=True)
            aside = self.path.with_name(self.path.name + ".part")
            aside.write_text(text, "utf-8")
            aside.replace(self.path)
        return self.entries[key]

    def markdown(self, text: str) -> None:
        """Writes `results/NAME.md`, and shows it."""
        self.path.with_suffix(".md").write_text(text + "\n", "utf-8")
        print(text)

    def _conditions(self) -> dict[str, Any]:
        return {k: v for k, v in self.about.items() if k not in ("commit", "command")}


def lower_stages(source: str, folder: Path) -> None:
    """Copies stages 1 and 2 of a run, or of a shipped model, into the folder of a new run."""
    shipped = zoo.WEIGHTS / source
    for stage in ("clip", "align"):
        home = shipped if shipped.is_dir() else Path(source, stage)
        (folder / stage).mkdir(parents=True, exist_ok=True)
        names = [f"{stage}.safetensors", f"{stage}.json"]
        for name in [*names, "tokenizer.json"] if stage == "clip" else names:
            if not (home / name).exists():
                raise SystemExit(f"{home / name} is missing: give --source a finished run")
            shutil.copy(home / name, folder / stage / name)
        told = json.dumps({"copied from": source})
        (folder / stage / "result.json").write_text(told, "utf-8")


def steps_for(
    train: Callable, prepare: Callable[[Path], None], recipe: Recipe, minutes: float
) -> int:
    """How many steps fill so many minutes: two rounds of the lazy penalty are timed first."""
    short = recipe.override(["data.scenes=512", "gan.steps=24", "gan.log_every=1", "gan.sheets=0"])
    short = short.override([f"gan.sheet_minutes={1e6}", f"gan.batch={recipe.gan.batch}"])
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        train(folder, short, 0, progress=False)
        with Path(folder, "gan", "metrics.csv").open(encoding="utf-8") as table:
            seconds = [float(row["seconds"]) for row in csv.DictReader(table)]
    return max(8, round(60 * minutes / ((seconds[-1] - seconds[7]) / 16)))


def train_for(
    train: Callable,
    prepare: Callable[[Path], None],
    folder: Path,
    recipe: Recipe,
    seed: int,
    minutes: float,
    steps: int | None = None,
) -> dict[str, Any]:
    """A training of so many minutes, its rate fallen to the end; continued if it was interrupted.

    Args:
        train: as `training.gan.train`.
        prepare: puts the lower stages into the folder.
        steps: instead of minutes.

    Returns:
        Steps and minutes as they came out.
    """
    plan = folder / "steps.json"
    if not plan.exists():
        folder.mkdir(parents=True, exist_ok=True)
        prepare(folder)
        steps = steps or steps_for(train, prepare, recipe, minutes)
        plan.write_text(json.dumps(steps), "utf-8")
    steps = json.loads(plan.read_text("utf-8"))
    recipe = replace(recipe, gan=replace(recipe.gan, steps=steps))
    if not (folder / "gan" / "result.json").exists():
        train(str(folder), recipe, seed, resume=True)
    done = json.loads((folder / "gan" / "result.json").read_text("utf-8"))
    return {"steps": steps, "minutes": round(done["seconds"] / 60, 2)}


def judged(model: Any, folder: Path, n: int, judge: str, name: str = "report") -> dict[str, Any]:
    """The report's figures of a chain or of a run's folder."""
    report.evaluate(model, folder / name, n, only=FIGURES, judge=judge)
    return json.loads((folder / name / "report.json").read_text("utf-8"))["entries"]


gan_train = gan.train
