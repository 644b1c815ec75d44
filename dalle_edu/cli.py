"""The command line: `dalle-edu draw`, `dalle-edu train`, `dalle-edu evaluate`.

What can be refused is refused before anything heavy is imported, in one sentence, with exit code 2;
DALLE_EDU_TRACEBACK=1 shows where the sentence came from.
"""

import argparse
import importlib
import logging
import math
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from dalle_edu.training.recipes import RECIPES, STAGES, Recipe

DRAW = """examples:
  dalle-edu draw "A blue sky with white clouds and a sun in the corner."
  dalle-edu draw "a large yellow star over sand" -n 9 --seed 7 -o star.png
  dalle-edu draw "a large yellow star over sand" -n 9 -o stars/      one file a picture
  dalle-edu draw "a blue circle" --rerank 16 -o best.png          each the best of 16"""
TRAIN = """examples:
  dalle-edu train all --recipe smoke --run runs/smoke             seconds: does the chain work?
  dalle-edu train all --recipe laptop --run runs/first --seed 0   two cores, under two hours
  dalle-edu train all --recipe laptop --run runs/first --resume   continue where it stopped
  dalle-edu train gan --run runs/first --set gan.steps=400 --set gan.batch=32
  dalle-edu train all --plan --peak 9.9e14                        what it costs, on an H100 say"""
EVALUATE = """examples:
  dalle-edu evaluate --model little-world --out report
  dalle-edu evaluate --model runs/first --out runs/first/report
python -m benchmarks.full_report adds stage 1, controls and second opinions to the same folder."""


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> Parser:
    """The arguments of all commands."""
    top = Parser("dalle-edu", description="A prompt in, a picture out, and how it is trained.")
    commands = top.add_subparsers(dest="command", required=True, metavar="draw|train|evaluate")

    def command(name: str, about: str, examples: str) -> Parser:
        shape = argparse.RawDescriptionHelpFormatter
        return commands.add_parser(
            name, help=about, description=about, epilog=examples, formatter_class=shape
        )

    draw = command("draw", "Draw pictures of prompts, in English or Chinese.", DRAW)
    draw.add_argument("prompts", nargs="+", metavar="PROMPT", help="what to draw, in quotes")
    draw.add_argument("-n", type=int, default=1, help="pictures of each prompt (1)")
    draw.add_argument("--seed", type=int, default=0, help="same seed, same picture (0)")
    where = "a file for one sheet of all pictures (picture.png), or a folder for a file a picture"
    draw.add_argument("-o", "--output", default="picture.png", metavar="PATH", help=where)
    draw.add_argument("--model", default="little-world", help="name, or folder of a training run")
    draw.add_argument("--rerank", type=int, metavar="K", help="draw K for each, keep the best")

    train = command("train", "Train a stage of the chain, or all of them.", TRAIN)
    train.add_argument("stage", choices=(*STAGES, "all"))
    train.add_argument("--recipe", choices=RECIPES, default="laptop", help="settings (laptop)")
    train.add_argument("--run", metavar="DIR", help="folder of the run")
    train.add_argument("--seed", type=int, default=0, help="of everything random (0)")
    train.add_argument("--resume", action="store_true", help="continue what the folder holds")
    train.add_argument("--set", action="append", default=[], metavar="PART.NAME=VALUE",
                       help="change a setting, such as gan.steps=400")  # fmt: skip
    train.add_argument("--device", choices=("cpu", "cuda", "mps"), help="the best there is")
    train.add_argument("--quiet", action="store_true", help="no progress bar, warnings only")
    train.add_argument("--plan", action="store_true", help="say what it costs, train nothing")
    train.add_argument("--peak", type=float, metavar="FLOPS", help="with --plan: operations a "
                       "second that the device can do (what this processor does)")  # fmt: skip
    train.add_argument("--utilisation", type=float, default=0.4, help="share of them used (0.4)")

    evaluate = command("evaluate", "Draw the test prompts and judge the pictures.", EVALUATE)
    evaluate.add_argument("--model", default="little-world", help="name, or folder of a run")
    evaluate.add_argument("--out", required=True, metavar="DIR", help="folder for the tables")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: what follows `dalle-edu`; by default the shell's.

    Returns:
        The exit code: 0, 2 for what was refused, 130 after an interruption.
    """
    options = parser().parse_args(arguments)
    try:
        {"draw": draw, "train": train, "evaluate": evaluate}[options.command](options)
    except (ValueError, OSError, ModuleNotFoundError) as error:
        if os.environ.get("DALLE_EDU_TRACEBACK"):
            raise
        return _say(f"dalle-edu {options.command}: {error}", 2)
    except KeyboardInterrupt as stop:
        return _say(f"dalle-edu {options.command}: {stop or 'interrupted'}", 130)
    return 0


def draw(options: argparse.Namespace) -> None:
    """`dalle-edu draw`: check everything, load, draw, then write all files or none."""
    for place, prompt in enumerate(options.prompts, 1):
        if not prompt.strip():
            raise ValueError(f"prompt {place} is empty: give every prompt at least one word")
        if any("\ud800" <= letter <= "\udfff" for letter in prompt):
            raise ValueError(f"prompt {place} is not a text: give it in UTF-8")
    for name, number in (("-n", options.n), ("--rerank", options.rerank)):
        if number is not None and number < 1:
            raise ValueError(f"{name} is {number}: ask for at least one picture")
    if options.seed < 0:
        raise ValueError(f"--seed is {options.seed}: give 0 or more")
    folder = _output(options.output)

    import dalle_edu

    with _warnings_as_lines():
        model = dalle_edu.load(options.model)
        drawn = [
            model.draw(prompt, n=options.n, seed=options.seed, rerank=options.rerank)
            for prompt in options.prompts
        ]
    if folder:
        names = [re.sub(r"\W+", "-", prompt).strip("-").lower()[:40] for prompt in options.prompts]
        pictures = {
            Path(options.output, f"{i:02d}-{name}-seed{options.seed}-{k:02d}.png"): (image, prompt)
            for i, (name, prompt, images) in enumerate(
                zip(names, options.prompts, drawn, strict=True), 1
            )
            for k, image in enumerate(images, 1)
        }
    else:
        pictures = {Path(options.output): (_sheet(drawn), "\n".join(options.prompts))}
    _write(pictures, options.model, options.seed)
    count = sum(len(images) for images in drawn)
    print(f"wrote {options.output} ({count} picture{'s' * (count > 1)})")


def train(options: argparse.Namespace) -> None:
    """`dalle-edu train`: the loops of `dalle_edu.training`, stage by stage."""
    recipe = RECIPES[options.recipe].override(options.set)
    stages = STAGES if options.stage == "all" else (options.stage,)
    if options.plan:
        return _plan(options, recipe, stages)
    if not options.run:
        raise ValueError("--run is missing: give the folder of the run, or --plan")
    if Path(options.run).exists() and not Path(options.run).is_dir():
        raise ValueError(f"{options.run} is a file: give a folder for the run")
    level = logging.WARNING if options.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)

    from dalle_edu.training.run import pending

    left = pending(options.run, stages, recipe, options.seed, options.resume)
    for stage in stages:
        if stage not in left:
            print(f"{stage}: finished before")
            continue
        loop = importlib.import_module(f"dalle_edu.training.{stage}")
        progress = not options.quiet
        loop.train(options.run, recipe, options.seed, options.resume, options.device, progress)
        print(f"{stage}: finished, see {Path(options.run, stage)}")


def _plan(options: argparse.Namespace, recipe: Recipe, stages: Sequence[str]) -> None:
    """What `dalle-edu train --plan` prints."""
    if not 0 < options.utilisation <= 1:
        raise ValueError(f"--utilisation is {options.utilisation}: give a share, 0 to 1")
    if options.peak is not None and options.peak <= 0:
        raise ValueError(f"--peak is {options.peak}: give operations a second, such as 9.9e14")

    from dalle_edu.plan import peak_here, plan

    peak, whole = options.peak or peak_here(), 0.0
    print(f"{'stage':8}{'trained':>10}{'GFLOP/step':>12}{'MiB':>8}{'steps':>8}{'hours':>9}")
    for cost in plan(recipe, stages):
        hours = cost.hours(peak, options.utilisation)
        whole += hours
        numbers = f"{cost.step / 1e9:>12.4g}{cost.memory / 2**20:>8.0f}{cost.steps:>8}{hours:>9.3g}"
        print(f"{cost.stage:8}{cost.parameters / 1e6:>9.2f}M{numbers}")
    rate = f"{options.utilisation:.0%} of {peak:.3g} operations a second"
    print(f"{whole:.3g} hours at {rate}{'' if options.peak else ', measured on this processor'}")


def evaluate(options: argparse.Namespace) -> None:
    """`dalle-edu evaluate`: draw the test prompts, judge them, write the tables."""
    _writable(Path(options.out).parent, options.out)
    if Path(options.out).exists() and not Path(options.out).is_dir():
        raise ValueError(f"--out {options.out} is a file: give a folder")

    from dalle_edu import report
    from dalle_edu.training.device import machine

    command = f"dalle-edu evaluate --model {options.model} --out {options.out}"
    about = {"machine": machine(), "command": command}
    print(report.evaluate(options.model, options.out, about=about))


def _output(name: str) -> bool:
    """Refuse an output that cannot be written; True if it is a folder, for one file a picture."""
    from dalle_edu import provenance

    path = Path(name)
    if name.endswith(("/", os.sep)) or path.is_dir():
        if path.exists() and not path.is_dir():
            raise ValueError(f"output {name} is a file: leave the last / out to overwrite it")
        _writable(path if path.exists() else path.parent, name)
        return True
    provenance.file_type(path)
    _writable(path.parent, name)
    if path.exists() and not os.access(path, os.W_OK):
        raise ValueError(f"output {name} is write-protected: choose another name")
    return False


def _writable(folder: Path, name: str) -> None:
    """Refuse a folder that is missing or cannot be written to, by trying."""
    if not folder.is_dir():
        raise ValueError(f"output {name} cannot be written: make the folder {folder} first")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ValueError(f"output {name} cannot be written: {error.strerror}") from error


def _sheet(drawn: list):
    """One image: a single picture as it is, else a contact sheet, with a row for each prompt."""
    if len(drawn) == len(drawn[0]) == 1:
        return drawn[0][0]
    import numpy as np
    import torch

    from dalle_edu.data.pictures import contact_sheet

    columns = len(drawn[0]) if len(drawn) > 1 else math.ceil(len(drawn[0]) ** 0.5)
    pixels = np.stack([np.array(image) for images in drawn for image in images])
    return contact_sheet(torch.from_numpy(pixels).permute(0, 3, 1, 2), columns)


def _write(pictures: dict, model: str, seed: int) -> None:
    """Write every picture under a passing name, then rename them all."""
    from dalle_edu import provenance

    aside = {path: path.with_name(f".{path.stem}.part{path.suffix}") for path in pictures}
    parent = next(iter(pictures)).parent
    made = not parent.exists()
    parent.mkdir(exist_ok=True)
    try:
        for path, (image, prompt) in pictures.items():
            provenance.save(image, aside[path], prompt=prompt, model=model, seed=seed)
        for path, part in aside.items():
            part.replace(path)
    finally:
        for part in aside.values():
            part.unlink(missing_ok=True)
        if made and not any(parent.iterdir()):
            parent.rmdir()


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """The model's warnings, one line each, on standard error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for line in dict.fromkeys(str(w.message) for w in caught if w.category is UserWarning):
        _say(f"warning: {line}", 0)


def _say(message: str, code: int) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return code
