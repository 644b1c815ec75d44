"""What the training loops share: folder, device, checkpoints, resume, metrics, sheets.

A loop stays in plain sight, its optimiser steps visible; `Run` is what stands around it. The folder
of a stage holds `metrics.csv`, `sheets/`, `tensorboard/`, `checkpoints/`, and, once it is finished,
the weights and `result.json`. Read in chapter 14.
"""

import hashlib
import json
import logging
import math
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from dalle_edu import zoo
from dalle_edu.data.pictures import contact_sheet
from dalle_edu.provenance import write_text
from dalle_edu.training import checkpoint
from dalle_edu.training.checkpoint import Models, Optimisers
from dalle_edu.training.device import average, choose_device, commit, machine
from dalle_edu.training.recipes import NEEDS, Recipe, learning_rate, sheet_steps
from dalle_edu.training.tables import Tables

logger = logging.getLogger(__name__)
HARMLESS = ("checkpoint_minutes", "log_every", "sheets", "sheet_minutes")  # free to change midway


class NonFiniteLoss(ValueError):
    """A loss or a weight became infinite or not a number."""


class Interrupted(KeyboardInterrupt):
    """The run was asked to stop; it has saved itself."""


def result(folder: str | Path, stage: str) -> dict[str, Any] | None:
    """What a finished stage wrote into `result.json`, or None."""
    path = Path(folder, stage, "result.json")
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def pending(folder: Path, stages: Sequence[str], recipe: Recipe, seed: int, resume: bool) -> list:
    """The stages that are still to be trained, in order, after every check that needs no training.

    Raises:
        ValueError: if the folder holds a run and `resume` is false, if a stage that is finished was
            made with another recipe or seed, or if an earlier stage is missing.
    """
    left = []
    for stage in stages:
        home = Path(folder, stage)
        if not resume and home.exists() and any(home.iterdir()):
            raise ValueError(f"{home} already holds a run: add --resume or choose another folder")
        if done := result(folder, stage):
            _same(done, _settings(recipe, stage, seed), home)
            continue
        for need in NEEDS[stage]:
            if need not in stages and not result(folder, need):
                raise ValueError(f"{stage} needs a finished {need} in {folder}: train {need} first")
        left.append(stage)
    return left


class Run:
    """One stage of training: what its loop stands in.

    Args:
        folder: of the whole chain; this stage lives in folder/stage.
        stage: "judge", "clip", "align" or "gan".
        recipe: of the whole chain; `run.recipe` is this stage's part.
        seed: of everything random. Weights made after `Run(...)` follow from it.
        resume: continue from the last checkpoint. device: a name for `choose_device`.
        progress: show a bar (on a terminal only).

    Raises:
        ValueError: see `pending`; also if the stage is finished.
    """

    def __init__(self, folder: str | Path, stage: str, recipe: Recipe, seed: int,
                 resume: bool = False, device: str | None = None,
                 progress: bool = True) -> None:  # fmt: skip
        try:
            from accelerate import Accelerator
        except ImportError as error:
            raise ModuleNotFoundError("training needs pip install 'dalle-edu[train]'") from error
        if not pending(folder, (stage,), recipe, seed, resume):
            raise ValueError(f"stage {stage} is finished in {folder}: nothing is left to train")
        self.stage, self.seed, self.progress = stage, seed, progress
        self.chain, self.folder = Path(folder), Path(folder, stage)
        self.recipe, self.settings = getattr(recipe, stage), _settings(recipe, stage, seed)
        # What was chosen first is kept: a measurement may differ from one start to the next.
        self.found = checkpoint.last(self.folder / "checkpoints")
        kept = checkpoint.read_about(self.found).get("precision") if self.found else None
        self.device = choose_device(device, kept)
        # Accelerate's own mixed precision would wrap the penalties too: the loops say where.
        self.accelerator = Accelerator(cpu=self.device.device.type == "cpu", mixed_precision="no")
        self.main = self.accelerator.is_main_process
        self.rank, self.processes = self.accelerator.process_index, self.accelerator.num_processes
        logger.info("%s: %s", stage, self.device.reason)
        self.accelerator.wait_for_everyone()  # all have looked before one of them writes
        (self.folder / "sheets").mkdir(parents=True, exist_ok=True)
        self.began = self.saved = self.sheeted = time.monotonic()
        self.start, self.bar, self.tables = 0, None, Tables(self.folder)
        self.models, self.optimisers = {}, {}  # by name
        torch.manual_seed(seed)

    def generator(self, step: int, purpose: str = "") -> torch.Generator:
        """A random generator (on the CPU) that depends on seed, stage, step and purpose only."""
        key = f"{self.seed}/{self.stage}/{step}/{purpose}".encode()
        number = int.from_bytes(hashlib.sha256(key).digest()[:7], "big")
        return torch.Generator().manual_seed(number)

    def autocast(self) -> torch.autocast:
        """The region in which products are taken in the device's fast precision."""
        enabled = self.device.dtype != torch.float32
        return torch.autocast(self.device.device.type, self.device.dtype, enabled=enabled)

    def prepare(self, *things: Any) -> Any:
        """Models moved to the device, optimisers wrapped by Accelerate.

        Models are not wrapped for several processes: `backward` takes the gradients' mean itself,
        in plain sight, where the hooks of DistributedDataParallel would miss the penalties.
        """
        prepared = []
        for thing in things:
            if isinstance(thing, nn.Module):
                thing = self.accelerator.prepare_model(thing, evaluation_mode=True)
                if self.device.channels_last:
                    thing = thing.to(memory_format=torch.channels_last)
            else:
                thing = self.accelerator.prepare(thing)
            prepared.append(thing)
        return prepared if len(prepared) > 1 else prepared[0]

    def turn(self, step: int) -> int:
        """Which batch this process takes at a step, so that no two take one."""
        return step * self.processes + self.rank

    def backward(self, loss: Tensor, model: nn.Module) -> None:
        """The gradients of a loss in a model, their mean over all processes."""
        self.accelerator.backward(loss)
        if self.processes > 1:
            average([p.grad for p in model.parameters() if p.grad is not None])

    def state(self, models: Models, optimisers: Optimisers) -> None:
        """Register what a checkpoint holds; when resuming, fill it from the last one.

        The rate that an optimiser comes with is its peak rate.
        """
        self.models = {k: self.accelerator.unwrap_model(m) for k, m in models.items()}
        self.optimisers = {k: getattr(o, "optimizer", o) for k, o in optimisers.items()}
        for group in self._groups():
            group["peak"] = group["lr"]
        if self.found:
            tensors, about = checkpoint.read_tensors(self.found)
            _same(about, self.settings, self.found)
            checkpoint.unpack(tensors, self.models, self.optimisers)
            torch.set_rng_state(tensors["random/torch"])
            if self.device.device.type == "cuda":
                torch.cuda.set_rng_state(tensors["random/cuda"])
            random.setstate(tuple(tuple(x) if isinstance(x, list) else x for x in about["random"]))
            self.start = about["step"]
            self.began = time.monotonic() - about["seconds"]
            logger.info("%s: continued from %s", self.stage, self.found)
        if self.main:
            self.tables.trim(self.start)

    def steps(self) -> Iterator[int]:
        """The steps that are left, with rates set, bar drawn and checkpoints written between them.

        Raises:
            Interrupted: after Ctrl-C or SIGTERM, at the end of the step, saved.
        """
        r, asked = self.recipe, []  # asked: signals that came
        taken = (signal.SIGINT, signal.SIGTERM)
        before = {k: signal.signal(k, lambda number, _: asked.append(number)) for k in taken}
        hide = None if self.progress and self.main else True  # None: hidden unless on a terminal
        left = range(self.start, r.steps)
        self.bar = tqdm(left, self.stage, r.steps, initial=self.start, disable=hide)
        try:
            for step in self.bar:
                for group in self._groups():
                    group["lr"] = learning_rate(step, r.steps, group["peak"], r.warm_up, r.fall)
                yield step
                late = time.monotonic() - self.saved >= 60 * r.checkpoint_minutes
                if late or asked or step + 1 == r.steps:
                    self.save(step + 1)
                if asked:
                    why = f"{self.stage} was stopped by {signal.Signals(asked[0]).name}"
                    done = f"saved after step {step + 1} of {r.steps}"
                    raise Interrupted(f"{why} and {done}: continue with --resume")
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def check(self, step: int, **terms: Tensor | float) -> None:
        """Refuse losses that are not finite; to be called before they reach the weights.

        Raises:
            NonFiniteLoss: names step, term and the last good checkpoint.
        """
        for name, term in terms.items():
            term = torch.as_tensor(term)
            if not term.isfinite().all():
                good = checkpoint.last(self.folder / "checkpoints") or "none yet"
                raise NonFiniteLoss(
                    f"{name} is {term[~term.isfinite()][0].item()} at step {step} of {self.stage}: "
                    f"lower the rate and start again (last good checkpoint: {good})"
                )

    def log(self, step: int, **values: Tensor | float) -> None:
        """One row of `metrics.csv` and of TensorBoard, every `recipe.log_every` steps."""
        if step % self.recipe.log_every == 0 or step + 1 == self.recipe.steps:
            row = self.record(step, "metrics", **values)
            self.bar.set_postfix({name: f"{row[name]:.3g}" for name in values})

    def record(self, step: int, table: str = "checks", **values: Tensor | float) -> dict:
        """One row of `<table>.csv` and of TensorBoard, now; see `Tables.add` and `check`."""
        self.check(step, **values)
        rate = max((group["lr"] for group in self._groups()), default=0.0)
        row = {"step": step, "seconds": round(self.seconds(), 1), "rate": rate}
        row |= {name: torch.as_tensor(value).item() for name, value in values.items()}
        if self.main:
            self.tables.add(table, row)
        return row

    def sheet(self, step: int, draw: Callable[[], Tensor]) -> None:
        """A contact sheet of what `draw` gives, uint8 (B, 3, H, W): log-spaced, and by the minute.

        `step-000100.png` shows the state after 100 steps. The run's random state is left alone.
        """
        late = time.monotonic() - self.sheeted >= 60 * self.recipe.sheet_minutes
        if self.main and (late or step + 1 in sheet_steps(self.recipe.steps, self.recipe.sheets)):
            with torch.random.fork_rng(), torch.no_grad():
                pictures = draw()
            sheet = contact_sheet(pictures.cpu(), columns=math.ceil(len(pictures) ** 0.5))
            sheet.save(self.folder / "sheets" / f"step-{step + 1:06d}.png")
            self.sheeted = time.monotonic()

    def seconds(self) -> float:
        """Seconds this stage has taken, summed over its resumes."""
        return time.monotonic() - self.began

    def save(self, step: int) -> None:
        """Write a checkpoint after `step` steps, unless a weight or a moment is not finite."""
        tensors = checkpoint.pack(self.models, self.optimisers)
        self.check(step, **tensors)
        tensors["random/torch"] = torch.get_rng_state()
        if self.device.device.type == "cuda":
            tensors["random/cuda"] = torch.cuda.get_rng_state()
        about = {"step": step, "seconds": self.seconds(), "random": random.getstate()}
        about["precision"] = str(self.device.dtype).removeprefix("torch.")
        if self.main:
            checkpoint.save(self.folder / "checkpoints", step, tensors, self.settings | about)
        self.saved = time.monotonic()

    def keep(self, piece: str, model: nn.Module, settings: Any) -> None:
        """The weights of a piece of the chain, once it is trained; see `zoo.save_piece`."""
        if self.main:
            zoo.save_piece(self.folder, piece, model, settings)

    def finish(self, **figures: Any) -> None:
        """Mark the stage done: `result.json` tells how it was made, and the figures given."""
        self.tables.close()
        about = self.settings | {"steps": self.recipe.steps, "seconds": round(self.seconds(), 1)}
        about |= {"machine": machine(), "device": self.device.reason, "commit": commit()}
        if self.main:
            text = json.dumps(about | {"figures": figures}, indent=2) + "\n"
            write_text(self.folder / "result.json", text)
        self.accelerator.wait_for_everyone()

    def _groups(self) -> list[dict[str, Any]]:
        return [group for o in self.optimisers.values() for group in o.param_groups]


def _settings(recipe: Recipe, stage: str, seed: int) -> dict[str, Any]:
    """What a checkpoint must share with the run that takes it, as JSON gives it back."""
    parts = {"data": asdict(recipe.data), stage: asdict(getattr(recipe, stage))}
    return json.loads(json.dumps({"recipe": parts, "stage": stage, "seed": seed}))


def _same(found: Mapping[str, Any], wanted: Mapping[str, Any], place: Path) -> None:
    pairs = [("seed", found["seed"], wanted["seed"])]
    for part, settings in wanted["recipe"].items():
        there = found["recipe"].get(part, {})
        pairs += [(f"{part}.{name}", there.get(name), settings[name]) for name in settings]
    for name, old, new in pairs:
        if old != new and name.split(".")[-1] not in HARMLESS:
            wrong = f"{place} was made with {name} {old}, this run has {new}"
            raise ValueError(f"{wrong}: give the same, or choose another folder")
