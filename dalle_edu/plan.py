"""What a run would cost, before it starts: parameters, arithmetic, memory, hours. Chapter 14.

Nothing is guessed from formulas. Each loop runs two steps on a few pictures, on this processor, and
what it does is counted; arithmetic and what is kept for the backward pass grow with the batch.
"""

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from dalle_edu.training.recipes import NEEDS, Recipe
from dalle_edu.zoo import load_piece

PICTURES = {"judge": 12, "clip": 8, "align": 64, "gan": 8}  # enough for every candidate caption
SMALL = {"log_every": 10**6, "sheets": 0, "sheet_minutes": 1e6, "warm_up": 0}
WEIGHT = 4 + 4 + 8  # bytes of a trained number: itself, its gradient, Adam's two moments


@dataclass(frozen=True)
class Cost:
    """What one stage takes in one process.

    Attributes:
        parameters: that are trained. step: floating-point operations of a step, a multiplication
            and an addition counted as two, lazy penalties shared out. steps: of the recipe.
        memory: bytes of weights, gradients, moments, and of what a step keeps for its backward
            pass; without the pool of pictures, which stays with the processor.
    """

    stage: str
    parameters: int
    step: float
    steps: int
    memory: float

    def hours(self, peak: float, utilisation: float) -> float:
        """At a share of the device's peak, in operations a second."""
        return self.step * self.steps / (peak * utilisation) / 3600


def plan(recipe: Recipe, stages: Sequence[str]) -> list[Cost]:
    """The costs of some stages, which come in the order of the chain."""
    with tempfile.TemporaryDirectory() as home:
        return [_cost(recipe, stage, Path(home)) for stage in stages]


def peak_here(size: int = 2048) -> float:
    """Operations a second of the best of a few large float32 matrix products, on this processor."""
    square, best = torch.ones(size, size), 0.0
    for _ in range(5):
        began = time.perf_counter()
        square @ square
        best = max(best, 2 * size**3 / (time.perf_counter() - began))
    return best


def _cost(recipe: Recipe, stage: str, home: Path) -> Cost:
    r, few = getattr(recipe, stage), PICTURES[stage]
    every = getattr(r, "penalty_every", 1)
    one, two = (_trial(recipe, stage, home, steps, 10**6) for steps in (1, 2))
    step = two.operations - one.operations
    if stage == "gan" and r.penalty != "none":
        # The first step has its penalty in any case, the second one here.
        often = _trial(recipe, stage, home, 2, 1)
        step += (often.operations - two.operations) / every
        two.kept = max(two.kept, often.kept)
    grown = r.batch / few
    return Cost(stage, two.trained, step * grown, r.steps, WEIGHT * two.trained + two.kept * grown)


def _trial(recipe: Recipe, stage: str, home: Path, steps: int, every: int) -> "_Counted":
    """Trains so few steps in a folder of its own, its lower stages made likewise; and counts."""
    folder = home / f"{stage}-{steps}-{every}"
    few = replace(recipe, data=replace(recipe.data, scenes=64))
    for part, pictures in PICTURES.items():
        settings = SMALL | {"steps": 1, "batch": pictures}
        settings |= {"clip": {"heads_steps": 0, "heads_pool": 1, "test_pairs": 4}}.get(part, {})
        settings |= {"align": {"scenes": 64, "pairs": 256}}.get(part, {})
        few = replace(few, **{part: replace(getattr(few, part), **settings)})
    for need in NEEDS[stage]:
        if not (made := home / f"{need}-1-{10**6}" / need).exists():
            _trial(recipe, need, home, 1, 10**6)
        shutil.copytree(made, folder / need)
    own = replace(getattr(few, stage), steps=steps)
    own = replace(own, penalty_every=every) if stage == "gan" else own
    counted = _Counted()
    with counted:
        import_module(f"dalle_edu.training.{stage}").train(
            str(folder), replace(few, **{stage: own}), 0, device="cpu", progress=False
        )
    names = {path.stem for path in Path(folder, stage).glob("*.safetensors")}
    pieces = [load_piece(folder / stage, name) for name in names]
    counted.trained = sum(p.numel() for piece in pieces for p in piece.parameters())
    return counted


class _Counted:
    """Counts, while it lasts, operations and the bytes that backward passes wait for."""

    def __enter__(self) -> None:
        self.kept, self.live = 0, 0
        self.holders: dict[int, int] = {}  # how many wait for one storage
        self.counter = FlopCounterMode(display=False)
        self.hooks = saved_tensors_hooks(lambda tensor: _Kept(tensor, self), lambda k: k.tensor)
        self.counter.__enter__()
        self.hooks.__enter__()

    def __exit__(self, *error: object) -> None:
        self.hooks.__exit__(*error)
        self.counter.__exit__(*error)
        self.operations = self.counter.get_total_flops()


class _Kept:
    """A tensor that a backward pass waits for; its storage is counted once, while anyone does."""

    def __init__(self, tensor: Tensor, counted: _Counted):
        self.tensor, self.counted = tensor, counted
        self.storage = tensor.untyped_storage()
        whole = tensor if tensor._base is None else tensor._base
        self.size = 0 if isinstance(whole, nn.Parameter) else self.storage.nbytes()
        self._count(1)

    def __del__(self) -> None:
        self._count(-1)

    def _count(self, more: int) -> None:
        c, key = self.counted, self.storage.data_ptr()
        before = c.holders.get(key, 0)
        c.holders[key] = before + more
        c.live += self.size * ((before + more > 0) - (before > 0))
        c.kept = max(c.kept, c.live)
