"""Where the time of a GAN step goes: by part of the loop, and by operation.

    python -m benchmarks.profile_gan --source runs/first --steps 16

The loop of `training.gan` runs as it is, under torch.profiler, its parts labelled from outside.
Writes results/profile_gan.json and profile_gan.md, one entry for each --label: run it before and
after a change, under two labels, to show what was taken out.
"""

import argparse
import contextlib
import tempfile
from pathlib import Path
from unittest import mock

from accelerate import Accelerator
from torch.profiler import ProfilerActivity, profile, record_function

from benchmarks.common import Results, command, lower_stages
from dalle_edu import report
from dalle_edu.gan.discriminator import Discriminator
from dalle_edu.gan.generator import Generator
from dalle_edu.training import gan
from dalle_edu.training.batches import LittleWorld
from dalle_edu.training.recipes import RECIPES
from dalle_edu.training.run import Run

PARTS = (  # whose method, its name, what the table calls it
    (LittleWorld, "batch", "draw captions, truth, tokens"),
    (gan, "hear", "stage 1 reads the captions"),
    (Generator, "forward", "generator, forward"),
    (Discriminator, "look", "discriminator looks, forward"),
    (Discriminator, "read", "discriminator reads, forward"),
    (Discriminator, "match", "words to regions, forward"),
    (gan, "gradient_penalty", "penalty, without its backward"),
    (Accelerator, "backward", "backward"),
    (gan, "update_average", "average of the weights"),
)


def labelled(function, name: str):
    """The function, under a name in the profile."""

    def wrapped(*args, **kwargs):
        with record_function(f"part: {name}"):
            return function(*args, **kwargs)

    return wrapped


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--source", required=True, help="run or shipped model that has stages 1 and 2")
    ask.add_argument("--steps", type=int, default=16, help="profiled, after 8 that are not")
    ask.add_argument("--recipe", choices=RECIPES, default="laptop")
    ask.add_argument("--set", action="append", default=[], help="gan.batch=32")
    ask.add_argument("--label", default="as it is", help="of this entry")
    ask.add_argument("--name", default="profile_gan", help="of the files in results/")
    o = ask.parse_args()
    warm = 8
    changes = [f"gan.steps={warm + o.steps}", "data.scenes=1024", "gan.sheets=0"]
    recipe = RECIPES[o.recipe].override([*o.set, *changes, "gan.sheet_minutes=1e6"])
    asked = {"steps": o.steps, "recipe": o.recipe, "set": o.set, "command": command()}
    results = Results(o.name, asked)
    watch = profile(activities=[ProfilerActivity.CPU])
    steps = Run.steps

    def watched(run):
        for step in steps(run):
            if step == warm:
                watch.start()
            yield step
        watch.stop()

    def work() -> dict:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as patches:
            lower_stages(o.source, recipe, Path(folder))
            patches.enter_context(mock.patch.object(Run, "steps", watched))
            for owner, method, name in PARTS:
                wrapped = labelled(getattr(owner, method), name)
                patches.enter_context(mock.patch.object(owner, method, wrapped))
            gan.train(folder, recipe, 0, progress=False)
        events = watch.key_averages()
        parts = [e for e in events if e.key.startswith("part: ")]
        parts += [e for e in events if e.key.startswith("Optimizer.step")]
        kernels = sorted(events, key=lambda e: -e.self_cpu_time_total)[:16]
        total = sum(e.self_cpu_time_total for e in events)
        return {
            "milliseconds a step": total / o.steps / 1000,
            "parts": {
                e.key.removeprefix("part: "): e.cpu_time_total / o.steps / 1000 for e in parts
            },
            "operations": {e.key: e.self_cpu_time_total / o.steps / 1000 for e in kernels},
        }

    results.run(o.label, work)
    text = []
    for label, entry in results.entries.items():
        whole = entry["milliseconds a step"]
        for kind in ("parts", "operations"):
            rows = [
                {kind: name, "ms a step": f"{ms:.1f}", "%": f"{100 * ms / whole:.0f}"}
                for name, ms in sorted(entry[kind].items(), key=lambda item: -item[1])
            ]
            text.append(f"{label}: {whole:.0f} ms a step\n\n{report.table(rows)}")
    note = "Parts lie within parts: the penalty looks, reads and matches as well."
    results.markdown("The GAN step", "\n\n".join([note, *text]))


if __name__ == "__main__":
    main()
