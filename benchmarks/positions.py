"""Absolute against relative word positions in stage 1: a bag of words found, and cured (chapter 3).

    python -m benchmarks.positions --steps 1200

The same network, data and steps; only how it knows the order of words differs. Writes
results/positions.json (the table of edits through training and at the end, recall at 1) and
positions.md; finished entries are not run again.
"""

import argparse
import csv
import json
from dataclasses import asdict
from pathlib import Path

from torch import nn

from benchmarks.common import Results, command
from benchmarks.stage_1 import stage_1
from dalle_edu import report, zoo
from dalle_edu.chain import Chain
from dalle_edu.data.tokenizer import Tokenizer
from dalle_edu.gan.generator import Generator, GeneratorSettings
from dalle_edu.training import clip
from dalle_edu.training.recipes import RECIPES
from dalle_edu.world.scene import GRAMMARS


def curve(path: Path) -> dict[str, list[float]]:
    """The columns of a table that the run has written."""
    with path.open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else ())}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--steps", type=int, default=1200)
    ask.add_argument("--seeds", type=int, nargs="+", default=[0])
    ask.add_argument("--recipe", choices=RECIPES, default="laptop")
    ask.add_argument("--set", action="append", default=[], help="for both: clip.batch=64")
    ask.add_argument("--runs", type=Path, default=Path("runs/positions"), help="where the runs go")
    ask.add_argument("-n", type=int, default=1000, help="unseen pairs of the recall")
    ask.add_argument("--name", default="positions", help="of the files in results/")
    o = ask.parse_args()
    asked = {"steps": o.steps, "recipe": o.recipe, "set": o.set, "n": o.n, "command": command()}
    results = Results(o.name, asked)
    for seed in o.seeds:
        for positions in ("absolute", "relative"):
            folder = o.runs / f"{positions}-seed{seed}"
            changes = [f"clip.steps={o.steps}", f"clip.positions={positions}"]
            recipe = RECIPES[o.recipe].override([*o.set, *changes])

            def work(recipe=recipe, folder=folder, seed=seed, positions=positions) -> dict:
                if not (folder / "clip" / "result.json").exists():
                    clip.train(str(folder), recipe, seed, resume=True)
                done = json.loads((folder / "clip" / "result.json").read_text("utf-8"))
                tokenizer = Tokenizer.load(folder / "clip" / "tokenizer.json")
                model, size = zoo.load_piece(folder / "clip", "clip"), recipe.data.size
                blank = Generator(GeneratorSettings(size))  # stage 1 alone is asked
                chain = Chain(positions, tokenizer, model, nn.Identity(), blank)
                grammar = GRAMMARS[recipe.data.grammar]
                subject = report.Subject(chain, None, grammar, o.n // 2)
                return {
                    "minutes": round(done["seconds"] / 60, 2),
                    "edits": done["figures"],
                    "recall": [row | {"R@1": asdict(row["R@1"])} for row in stage_1(subject)],
                    "curves": {
                        name: curve(folder / "clip" / f"{name}.csv")
                        for name in ("edits_sentence", "edits_words")
                        if (folder / "clip" / f"{name}.csv").exists()
                    },
                }

            results.run(f"{positions}, seed {seed}", work)
    rows = []
    for key, entry in results.entries.items():
        for scorer in ("sentence", "words"):
            shares = entry["edits"][f"edits_{scorer}"].items()
            row = {"positions": key, "scored by": scorer, "minutes": entry["minutes"]}
            row |= {kind: f"{100 * share:.0f}" for kind, share in shares}
            rows.append(row | {"R@1": entry["recall"][0]["R@1"] if scorer == "sentence" else None})
    note = "True caption above one edit of it, % (chance 50); R@1 of the sentence, by truth."
    results.markdown("Word positions in stage 1", f"{note}\n\n{report.table(rows)}")


if __name__ == "__main__":
    main()
