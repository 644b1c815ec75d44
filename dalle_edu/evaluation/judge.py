"""The judge: a network that reads a picture back into a scene, or says that it cannot tell.

It is trained on real renders alone, never on generated pictures, and serves in no training loss.
Its own error rate, on unseen renders and on foils, is printed before any score of ours. Chapters 1
and 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dalle_edu.data.pictures import to_network
from dalle_edu.world.caption import Caption, describe
from dalle_edu.world.scene import GRAMMARS, GROUNDS, SIZES, SKIES, SLOTS, Grammar, Scene, decode

ATTRIBUTES = ("shape", "colour", "size", "fill", "inside")  # of a slot, as in scene.encode


@dataclass(frozen=True)
class JudgeSettings:
    """`kind`: "residual" (the judge) or "plain" (the second judge, to see how often two agree).

    `widths` are the channels at 1/2, 1/4 and 1/8 of the picture's side. A reading whose confidence
    is below `threshold` is "cannot tell"; the threshold is fixed before anything is judged.
    """

    grammar: str = "core"
    kind: str = "residual"
    widths: tuple[int, ...] = (32, 96, 192)
    summary: int = 64
    size: int = 64
    threshold: float = 0.5


@dataclass(frozen=True)
class Reading:
    """What the judge saw: a scene, or None for "cannot tell"; and how sure it is, 0 to 1."""

    scene: Scene | None
    confidence: float

    def __str__(self) -> str:
        return "cannot tell" if self.scene is None else describe(self.scene).text


def heads(grammar: Grammar) -> dict[str, tuple[int, int]]:
    """What the judge is asked: each question's place in `scene.encode` and its number of classes.

    Classes are prefixes of the world's word lists; slots add class 0 for "nothing here".
    """
    found = {"sky": (0, len(SKIES)), "ground": (1, len(GROUNDS))}
    found |= {"clouds": (2, grammar.max_clouds + 1), "light": (3, 5)}
    counts = [1 + len(words) for words in (grammar.shapes, grammar.colours, SIZES, grammar.fills)]
    asked = 3 + (len(grammar.fills) > 1) + grammar.inside
    for slot in range(0, SLOTS, 3 - grammar.rows):
        for k, count in enumerate([*counts, 2][:asked]):
            found[f"{ATTRIBUTES[k]} {slot}"] = (4 + 5 * slot + k, count)
    return found


class Residual(nn.Module):
    """Two 3x3 convolutions beside a skip; `down` halves the grid after the first, narrow one."""

    def __init__(self, inside: int, outside: int, down: bool):
        super().__init__()
        middle = inside if down else outside
        self.first, self.second = (
            nn.Sequential(nn.BatchNorm2d(i), nn.ReLU(), nn.Conv2d(i, o, 3, padding=1))
            for i, o in ((inside, middle), (middle, outside))
        )
        self.skip = nn.Conv2d(inside, outside, 1) if inside != outside else nn.Identity()
        self.pool = nn.AvgPool2d(2) if down else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.pool(self.first(x))) + self.skip(self.pool(x))


def residual_trunk(widths: Sequence[int]) -> nn.Sequential:
    """(B, 3, H, W) to (B, C, H/8, W/8), fine enough late enough to tell a star from a cross."""
    a, b, c = widths
    return nn.Sequential(
        nn.PixelUnshuffle(2),  # (B, 12, H/2, W/2)
        nn.Conv2d(12, a, 3, padding=1),
        *(Residual(a, b, True), Residual(b, b, False)),  # (B, b, H/4, W/4)
        *(Residual(b, c, True), Residual(c, c, False)),  # (B, c, H/8, W/8)
        *(nn.BatchNorm2d(c), nn.ReLU()),
    )


def plain_trunk(widths: Sequence[int]) -> nn.Sequential:
    """The same shapes from plain convolutions, max-pooled, for a second opinion."""
    a, b, c = widths
    layers = [nn.Conv2d(3, a, 5, stride=2, padding=2), nn.BatchNorm2d(a), nn.SiLU()]
    for i, o, pool in ((a, a, True), (a, b, False), (b, b, True), (b, c, False)):
        layers += [nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.SiLU()]
        layers += [nn.MaxPool2d(2)] if pool else []
    return nn.Sequential(*layers)


class Judge(nn.Module):
    """Float pictures to answers. `forward`, `features` and `read` are its three faces."""

    def __init__(self, settings: JudgeSettings):
        super().__init__()
        self.settings = settings
        self.heads = heads(GRAMMARS[settings.grammar])
        trunks = {"residual": residual_trunk, "plain": plain_trunk}
        self.trunk = trunks[settings.kind](settings.widths)
        # Answers are linear in all places of the grid: pooling or attending over places learned
        # to tell left from right far more slowly (27 and 46 % of scenes right where this had 99 %).
        width, places = settings.widths[-1], (settings.size // 8) ** 2
        self.summary = nn.Conv2d(width, settings.summary, 1)
        self.answer = nn.Linear(settings.summary * places, sum(n for _, n in self.heads.values()))
        self.legible = nn.Sequential(
            nn.Linear(settings.summary * (places + 1), 128), nn.ReLU(), nn.Linear(128, 1)
        )

    def forward(self, pictures: Tensor) -> Any:
        """Float (B, 3, H, W) in [-1, 1] to logits, one (B, classes) a head, and (B,) "legible".

        uint8 pictures are read instead: `load("judge")(pictures)`.
        """
        if pictures.dtype == torch.uint8:
            return self.read(pictures)
        summary = self.summary(self.trunk(pictures))  # (B, summary, H/8, W/8)
        each, worst = summary.flatten(1), summary.amax((2, 3))  # a fault counts wherever it is
        answers = self.answer(each).float().split([n for _, n in self.heads.values()], 1)
        return answers, self.legible(torch.cat([each, worst], 1)).squeeze(1).float()

    @torch.no_grad()
    def features(self, pictures: Tensor, batch: int = 256) -> Tensor:
        """uint8 (B, 3, H, W) to (B, C): the trunk's mean over places, for the Frechet distance."""
        self.eval()
        return torch.cat([self.trunk(to_network(p)).mean((2, 3)) for p in pictures.split(batch)])

    @torch.no_grad()
    def read(self, pictures: Tensor, batch: int = 256) -> list[Reading]:
        """What stands in each picture.

        Args:
            pictures: uint8 (B, 3, H, W).

        Returns:
            One reading a picture. The confidence is the probability that the picture is legible,
            times that of every answer; below the settings' threshold the scene is None.

        Raises:
            ValueError: if the pictures have another size than the judge was made for.
        """
        size = self.settings.size
        if pictures.dtype != torch.uint8 or tuple(pictures.shape[1:]) != (3, size, size):
            shape = f"{pictures.dtype} {tuple(pictures.shape)}"
            raise ValueError(f"pictures are {shape}: give uint8 (B, 3, {size}, {size})")
        self.eval()
        readings = []
        for part in pictures.split(batch):
            answers, legible = self(to_network(part))
            confidence = legible.sigmoid()
            codes = torch.zeros(len(part), 4 + 5 * SLOTS, dtype=torch.long)
            for (place, _), logits in zip(self.heads.values(), answers, strict=True):
                sure, codes[:, place] = logits.softmax(1).max(1)
                confidence = confidence * sure
            slots = codes[:, 4:].view(-1, SLOTS, 5)
            there = slots[:, :, :4] > 0  # (B, slots, shape colour size fill)
            if len(GRAMMARS[self.settings.grammar].fills) == 1:
                slots[:, :, 3] = there[:, :, 3] = there[:, :, 0]
            consistent = (there == there[:, :, :1]).all(2).all(1)  # a shape has a colour, ...
            for code, sure in zip(codes.tolist(), (confidence * consistent).tolist(), strict=True):
                told = decode(code) if sure >= self.settings.threshold else None
                readings.append(Reading(told, sure))
        return readings


def right(reading: Reading, caption: Caption) -> bool:
    """Whether the picture shows what the caption says, and, of a complete one, nothing else.

    A picture that cannot be told is wrong, whatever it may be.
    """
    return reading.scene is not None and caption.true_of(reading.scene)


def judge_loss(
    answers: Sequence[Tensor], legible: Tensor, codes: Tensor, clear: Tensor
) -> tuple[Tensor, Tensor]:
    """The judge's two losses, in nats: every head's cross entropy on clear pictures, and "legible".

    Args:
        answers: one (B, classes) of logits a head.
        legible: (B,) logits.
        codes: (B, heads) int64, the right classes.
        clear: (B,) bool, False for pictures of which nothing can be told; their codes do not count.
    """
    each = [F.cross_entropy(a[clear], c[clear]) for a, c in zip(answers, codes.T, strict=True)]
    return sum(each), F.binary_cross_entropy_with_logits(legible, clear.float())
