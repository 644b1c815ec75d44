"""What a training run is made with: frozen dataclasses, free of torch, so that `--help` is quick.

`RECIPES["laptop"]` trains the shipped model on two cores; `RECIPES["smoke"]` runs every stage in
seconds, to show that the chain works. Every setting can be changed from the command line:
`--set gan.steps=400`. Read in chapter 14.
"""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

STAGES = ("judge", "clip", "align", "gan")
NEEDS = {"judge": (), "clip": (), "align": ("clip",), "gan": ("clip", "align")}


def learning_rate(step: int, steps: int, peak: float, warm_up: int, fall: float) -> float:
    """The rate of one step: a linear rise, a plateau, a linear fall to 3 % of the peak.

    Args:
        step: 0 to steps - 1.
        steps: length of the run.
        peak: the rate on the plateau.
        warm_up: steps of the rise; the rate of step k < warm_up is (k + 1) / warm_up of the peak.
        fall: fraction of the run, 0 to 1, after which the rate falls; 1 never falls.

    Returns:
        The rate. Most of what is hard to draw (shape) is learned while it falls: chapter 7.
    """
    rise = min(1.0, (step + 1) / warm_up) if warm_up else 1.0
    past = max(0.0, step / steps - fall)
    return peak * rise * (1 - 0.97 * past / (1 - fall) if past else 1.0)


def sheet_steps(steps: int, sheets: int) -> set[int]:
    """Up to `sheets` step numbers from 1 to `steps`, evenly spaced on a log scale."""
    return {round(steps ** (k / max(1, sheets - 1))) for k in range(sheets)}


LEAST = {"steps": 1, "batch": 1, "log_every": 1, "test_every": 1, "penalty_every": 1, "scenes": 1}
SHARES = ("terse", "chinese", "fall", "ema", "image_condition")


class Settings:
    """A part of a recipe; its numbers are checked when it is made."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            least, most = LEAST.get(name, 0), 1 if name in SHARES else math.inf
            if not isinstance(value, str | tuple) and not least <= value <= most:
                raise ValueError(f"setting {name} is {value}: give a number from {least} to {most}")


@dataclass(frozen=True)
class DataRecipe(Settings):
    """What all stages learn from: a grammar of Little World, rendered once."""

    grammar: str = "core"
    size: int = 64  # pixels, the side of a picture
    scenes: int = 32768
    terse: float = 0.5  # share of captions that leave things open; the others are complete
    chinese: float = 0.3  # share of Chinese captions; the others are English
    vocabulary: int = 768


@dataclass(frozen=True)
class StageRecipe(Settings):
    """What every loop has: length, batch, rate, and how often it saves and shows something."""

    steps: int = 1000
    batch: int = 64
    rate: float = 1e-3  # the peak of `learning_rate`
    warm_up: int = 100
    fall: float = 0.5
    checkpoint_minutes: float = 5.0
    log_every: int = 10  # steps from one row of the metrics to the next
    sheets: int = 20  # contact sheets of samples, log-spaced over the run
    sheet_minutes: float = 5.0  # and one at least this often


@dataclass(frozen=True)
class JudgeRecipe(StageRecipe):
    """The judge, which reads a picture back into a scene (chapter 9)."""

    steps: int = 1600
    batch: int = 128
    rate: float = 2e-3
    warm_up: int = 40
    fall: float = 0.2
    kind: str = "residual"  # "plain" makes the second judge
    widths: tuple[int, ...] = (32, 96, 192)


@dataclass(frozen=True)
class ClipRecipe(StageRecipe):
    """Contrastive pre-training (chapter 3)."""

    steps: int = 1800
    batch: int = 96
    rate: float = 1.5e-3
    fall: float = 0.35
    decay: float = 0.01  # of the weights
    positions: str = "relative"  # or absolute
    text_width: int = 128
    text_layers: int = 3
    widths: tuple[int, ...] = (48, 96, 192)  # of the picture's trunk, finest grid first
    top: int = 256
    embedding: int = 128
    candidates: int = 8  # captions that each picture meets word by word
    heads_steps: int = 1600  # of the last layers alone, ten batches of the pool in each
    heads_rate: float = 4e-3
    heads_pool: int = 256  # batches whose features are kept
    test_every: int = 300
    test_pairs: int = 400


@dataclass(frozen=True)
class AlignRecipe(StageRecipe):
    """From the text embedding to the picture's (chapter 4)."""

    steps: int = 4000
    batch: int = 1024
    map: str = "flow"  # mean_shift, ridge, mlp or flow
    hidden: int = 512
    ridge: float = 1.0
    scenes: int = 32768
    pairs: int = 98304


@dataclass(frozen=True)
class GanRecipe(StageRecipe):
    """The generator and its discriminator (chapters 5 to 7)."""

    steps: int = 4400
    rate: float = 5e-4
    warm_up: int = 200
    fall: float = 0.79
    loss: str = "relativistic"
    penalty: str = "r1 + r2"  # r1, ma_gp or none
    penalty_weight: float = 1.0
    penalty_every: int = 8
    word_weight: float = 1.0  # of telling captions apart, for both players
    candidates: int = 8
    image_condition: float = 0.5  # how often the condition is the picture's own embedding
    condition_weight: float = 4.0  # of the squared distance from condition to picture
    ema: float = 0.998
    words_heard: bool = True  # False: the generator hears the sentence only (chapter 8)
    frozen_trunk: bool = False  # the discriminator keeps stage 1's features (chapter 7)
    noise: int = 64
    width: int = 128
    style: int = 256
    generator_widths: tuple[int, ...] = (256, 192, 96, 48)  # coarsest grid first


@dataclass(frozen=True)
class Recipe:
    """One run of the whole chain."""

    name: str
    data: DataRecipe = DataRecipe()
    judge: JudgeRecipe = JudgeRecipe()
    clip: ClipRecipe = ClipRecipe()
    align: AlignRecipe = AlignRecipe()
    gan: GanRecipe = GanRecipe()

    def override(self, assignments: Iterable[str]) -> "Recipe":
        """The recipe with changes such as "gan.steps=400", each read by the type of its setting.

        Raises:
            ValueError: names a setting that does not exist, or a value that it cannot take.
        """
        recipe = self
        for assignment in assignments:
            path, equals, text = assignment.partition("=")
            part, _, name = path.partition(".")
            settings = getattr(recipe, part, None)
            if not (equals and name and isinstance(settings, Settings)):
                raise ValueError(f"cannot set {assignment!r}: write it like gan.steps=400")
            if name not in (known := vars(settings)):
                near = difflib.get_close_matches(name, known, 1)
                there = f"there are {', '.join(known)}"
                mend = f"did you mean {part}.{near[0]}?" if near else there
                raise ValueError(f"a recipe has no setting {path}: {mend}")
            kind = type(getattr(type(settings), name))  # that of its default
            changed = replace(settings, **{name: _read(text, kind, path)})
            recipe = replace(recipe, **{part: changed})
        return recipe


def _read(text: str, kind: type, path: str) -> Any:
    """`text` from the command line as a number, a word, a bool or a tuple of whole numbers."""
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.strip().lower()]
        return tuple(map(int, text.split(","))) if kind is tuple else kind(text.strip())
    except (KeyError, ValueError) as error:
        mend = "whole numbers like 8,16" if kind is tuple else f"a value of type {kind.__name__}"
        raise ValueError(f"setting {path} cannot be {text!r}: give {mend}") from error


TINY = {"steps": 4, "batch": 8, "warm_up": 2, "log_every": 1, "sheets": 2}
TEXT = {"text_width": 32, "text_layers": 1, "embedding": 32, "heads_steps": 4, "heads_pool": 5}
RECIPES = {
    "laptop": Recipe("laptop"),
    "smoke": Recipe(
        "smoke",
        DataRecipe(scenes=256, vocabulary=384),
        JudgeRecipe(**TINY, widths=(8, 16, 32)),
        ClipRecipe(**TINY, **TEXT, widths=(8, 16, 32), top=32, test_every=4, test_pairs=4),
        AlignRecipe(**TINY, hidden=32, scenes=256, pairs=256),
        GanRecipe(**TINY, penalty_every=2, width=32, style=32, generator_widths=(32, 32, 16, 16)),
    ),
}
