"""The whole report of a model: what `dalle-edu evaluate` measures, and all it is to be read beside.

    python -m benchmarks.full_report --model RUN --out DIR

What is finished in DIR, by this command or by `dalle-edu evaluate`, is not run again.
"""

import argparse
from pathlib import Path

from benchmarks import controls, stage_1
from benchmarks.common import command
from dalle_edu import report
from dalle_edu.training.device import machine

ENTRIES = report.ENTRIES | stage_1.ENTRIES | controls.ENTRIES


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--model", default="little-world", help="name, or folder of a training run")
    ask.add_argument("--out", required=True, help="folder of the report")
    ask.add_argument("-n", type=int, default=500, help="prompts a cell")
    o = ask.parse_args()
    entries = dict(ENTRIES)
    if Path(o.model, "gan", "discriminator.json").exists():
        entries["discriminator"] = stage_1.discriminator
    about = {"machine": machine(), "command": command()}
    print(report.evaluate(o.model, o.out, o.n, entries, about=about))


if __name__ == "__main__":
    main()
