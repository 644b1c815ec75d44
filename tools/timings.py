"""How long each notebook takes, here and on a plain laptop, and how much memory.

    python -m tools.timings [NOTEBOOK ...]

Runs each notebook alone, twice: as this machine is, and with the instructions of a plain laptop
only (AVX2). Writes `benchmarks/results/notebooks.json` and the table between the lines
`<!-- timings -->` and `<!-- /timings -->` of README.md, where a test holds it; without names all
of notebooks/ is timed. Fails where a notebook takes longer than promised.
"""

import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat

from dalle_edu.training.device import machine
from tools import chinese
from tools.render_notebooks import execute

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "notebooks.json"
PLACE = re.compile(r"(<!-- timings -->\n).*?(\n<!-- /timings -->)", re.DOTALL)
LAPTOP = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}
MACHINES = {"here": ({}, 90), "laptop": (LAPTOP, 120)}  # what is set, seconds promised


def run_once(path: Path) -> dict[str, float]:
    """Seconds of one run from the top, and the most memory the kernel held, in MiB."""
    notebook = nbformat.read(path, 4)
    start = time.perf_counter()
    execute(notebook, path.parent)
    seconds = time.perf_counter() - start
    return {
        "seconds": round(seconds, 1),
        "memory": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def measure(path: Path) -> dict[str, Any]:
    """A notebook's row: its cells, and a run on each machine in a process of its own."""
    cells = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
    exercises = sum("exercise" in c.metadata.get("tags", []) for c in cells)
    row: dict[str, Any] = {"cells": len(cells) - exercises, "exercises": exercises}
    for name, (settings, _) in MACHINES.items():
        command = [sys.executable, "-m", "tools.timings", "--once", str(path)]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{path} failed on {name}:\n{done.stderr[-2000:]}")
        row[name] = json.loads(done.stdout)
    return row


def table(found: dict[str, Any]) -> str:
    """The rows in Markdown, in the order of the chapters, and what they add up to."""
    lines = [
        f"Measured by `make timings` on: {found['machine']}.",
        "",
        "| notebook | cells + exercises | seconds | plain laptop, imitated | memory, MiB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, row in sorted(found["notebooks"].items()):
        here, laptop = row["here"], row["laptop"]
        memory = max(here["memory"], laptop["memory"])
        times = f"{here['seconds']:.0f} | {laptop['seconds']:.0f}"
        lines.append(f"| {name} | {row['cells']} + {row['exercises']} | {times} | {memory} |")
    sums = [sum(r[k]["seconds"] for r in found["notebooks"].values()) for k in MACHINES]
    lines.append(f"| all | | {sums[0]:.0f} | {sums[1]:.0f} | |")
    return "\n".join(lines)


def slow(found: dict[str, Any]) -> list[str]:
    """The promises that a notebook breaks, in words."""
    return [
        f"{name} took {row[where]['seconds']:.0f} s ({where}): at most {promised} are promised"
        for name, row in found["notebooks"].items()
        for where, (_, promised) in MACHINES.items()
        if row[where]["seconds"] > promised
    ]


def main(arguments: list[str]) -> int:
    """Times notebooks; rows of others that still exist stay."""
    if arguments[:1] == ["--once"]:
        print(json.dumps(run_once(Path(arguments[1]))))
        return 0
    every = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    chosen = {Path(name).stem for name in arguments} or set(every)
    if unknown := chosen - set(every):
        raise SystemExit(f"there is no notebook {min(unknown)} in notebooks/")
    old = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"notebooks": {}}
    rows = {name: row for name, row in old["notebooks"].items() if name in every}
    for name in sorted(chosen):
        rows[name] = measure(every[name])
        print(name, rows[name], flush=True)
    found = {"machine": machine(), "notebooks": rows}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    page = ROOT / "README.md"
    text = page.read_text("utf-8")
    page.write_text(PLACE.sub(lambda m: m[1] + table(found) + m[2], text), "utf-8")
    chinese.main(ROOT)
    for broken in (complaints := slow(found)):
        print(broken)
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
