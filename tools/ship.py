"""Put a finished run's weights into the package, in float16, with what made them beside them.

    python -m tools.ship RUN [--name little-world]

Writes `dalle_edu/weights/NAME/` (pieces, tokenizer, `training.json`), `weights/judge/`, the
checksums, and the sample sheets and metrics of the run into `benchmarks/results/NAME/`. The card,
`card.md`, is written by hand: it says what was measured.
"""

import argparse
import csv
import hashlib
import json
import shutil
from pathlib import Path

import torch

from dalle_edu import zoo
from dalle_edu.training.recipes import STAGES
from dalle_edu.training.run import result

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"
ROWS = 200  # of a metrics table that chapters plot


def ship(run: Path, name: str) -> None:
    """Copies pieces, settings, tokenizer, results, sheets and thinned metrics of a finished run."""
    home, judge, results = zoo.WEIGHTS / name, zoo.WEIGHTS / "judge", RESULTS / name
    for folder in (home, judge, results / "sheets"):
        folder.mkdir(parents=True, exist_ok=True)
    for piece, stage in (zoo.CHAIN | {"judge": "judge"}).items():
        model = zoo.load_piece(run / stage, piece)
        settings = json.loads((run / stage / f"{piece}.json").read_text("utf-8"))
        folder = judge if piece == "judge" else home
        zoo.save_piece(folder, piece, model, zoo.read_settings(piece, settings), torch.float16)
    shutil.copy(run / "clip" / "tokenizer.json", home)
    told = {stage: result(run, stage) for stage in STAGES}
    (home / "training.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    for stage in STAGES:
        for table in (run / stage).glob("*.csv"):
            thin(table, results / f"{stage}_{table.name}")
    for old in (results / "sheets").glob("*.png"):  # of another training
        old.unlink()
    for sheet in sorted((run / "gan" / "sheets").glob("*.png")):
        shutil.copy(sheet, results / "sheets")
    write_checksums()


def thin(table: Path, to: Path) -> None:
    """Copies a CSV with at most `ROWS` rows, evenly chosen, the last one kept."""
    with table.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    step = -(-len(rows) // ROWS)
    with to.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows[::-step][::-1]])


def write_checksums() -> None:
    """Writes `checksums.json` anew for every shipped weight, settings and tokenizer file."""
    files = [p for p in sorted(zoo.WEIGHTS.glob("*/*")) if p.suffix in (".safetensors", ".json")]
    sums = {f"{p.parent.name}/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    (zoo.WEIGHTS / "checksums.json").write_text(json.dumps(sums, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Put a finished run into the package.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--name", default="little-world")
    options = parser.parse_args()
    ship(options.run, options.name)
