"""Prompt to picture: cold from the shell, warm, in batches. Medians, in milliseconds a picture.

    python -m benchmarks.timings --model little-world

Writes results/timings.json and timings.md, one entry for each --label. To imitate the plain laptop:
ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 and --label "AVX2".
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import torch

import dalle_edu
from benchmarks.common import Results, command
from dalle_edu import report
from dalle_edu.world.caption import describe
from dalle_edu.world.scene import sample

PROMPT = "A blue sky with white clouds and a sun in the corner."


def median(work: Callable[[], Any], repeats: int) -> float:
    """Milliseconds, after one run that does not count."""
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken[1:])


def shell(*arguments: str) -> Callable[[], Any]:
    """A fresh Python."""
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--model", default="little-world", help="name, or folder of a training run")
    ask.add_argument("--label", default="this machine", help="of this entry")
    ask.add_argument("--name", default="timings", help="of the files in results/")
    o = ask.parse_args()
    threads = torch.get_num_threads()
    results = Results(o.name, {"model": o.model, "threads": threads, "command": command()})

    def work() -> dict:
        model = dalle_edu.load(o.model)
        texts = [describe(sample(i), seed=i).text for i in range(64)]
        with tempfile.TemporaryDirectory() as folder:
            draw = "-m", "dalle_edu", "draw", PROMPT, "-o", f"{folder}/a.png", "--model", o.model
            return {
                "one, warm": median(lambda: model(texts[:1], seed=0), 20),
                "in batches of 64, each": median(lambda: model(texts, seed=0), 5) / 64,
                "one, cold from the shell": median(shell(*draw), 3),
                "import torch alone": median(shell("-c", "import torch"), 3),
            }

    results.run(o.label, work)
    rows = [
        {"where": key} | {k: v for k, v in entry.items() if k != "about"}
        for key, entry in results.entries.items()
    ]
    results.markdown("Prompt to picture, ms", report.table(rows))


if __name__ == "__main__":
    main()
