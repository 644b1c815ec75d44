"""From a sentence's embedding to its picture's: three maps, (B, D) to (B, D) on the unit sphere.

The closed forms are fitted (`MeanShift.fit`, `Ridge.fit`); the MLP is trained. All are modules
whose state is plain tensors, so one file format serves them. Built in chapter 4.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class MapSettings:
    """Which map, of which width; `hidden` counts for the MLP only."""

    kind: str = "mlp"  # mean_shift, ridge or mlp
    width: int = 128
    hidden: int = 512


def make_map(settings: MapSettings) -> nn.Module:
    """An unfitted map.

    Raises:
        ValueError: if there is no such kind.
    """
    kinds = {"mean_shift": MeanShift, "ridge": Ridge, "mlp": MLP}
    if settings.kind not in kinds:
        raise ValueError(f"map {settings.kind!r} is unknown: choose from {', '.join(kinds)}")
    extra = (settings.hidden,) if settings.kind == "mlp" else ()
    return kinds[settings.kind](settings.width, *extra)


class MeanShift(nn.Module):
    """Adds the difference of the two means: closes the gap, and moves nothing else (chapter 4)."""

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("shift", torch.zeros(width))

    @classmethod
    def fit(cls, text: Tensor, image: Tensor) -> "MeanShift":
        """The shift that takes the mean of text (N, D) to the mean of image (N, D).

        Raises:
            ValueError: if the shapes differ or there are no pairs.
        """
        _check(text, image)
        found = cls(text.shape[1])
        found.shift = (image.cpu().double().mean(0) - text.cpu().double().mean(0)).to(text)
        return found

    def forward(self, text: Tensor) -> Tensor:
        """(B, D) unit embeddings of captions to (B, D) of length one."""
        return F.normalize(text + self.shift, dim=1)


class Ridge(nn.Module):
    """Linear regression with a penalty on the weight (Hoerl & Kennard 1970).

    W = (T'T + penalty I)^-1 T'V with centred T, V;   b = mean V - mean T W, not penalised
    """

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("weight", torch.eye(width))
        self.register_buffer("bias", torch.zeros(width))

    @classmethod
    def fit(cls, text: Tensor, image: Tensor, penalty: float) -> "Ridge":
        """The W, b that minimise  sum over pairs |v - t W - b|^2 + penalty |W|^2.

        Args:
            text, image: (N, D) unit embeddings, row by row. Solved in float64, on the CPU.
            penalty: at least 0, on the diagonal of T'T; it competes with N / D in size.

        Raises:
            ValueError: if the shapes differ, there are no pairs, or the penalty is negative.
        """
        _check(text, image)
        if penalty < 0:
            raise ValueError(f"penalty is {penalty}: give 0 or more")
        t, v = text.cpu().double(), image.cpu().double()
        centred = t - t.mean(0)
        gram = centred.T @ centred + penalty * torch.eye(t.shape[1], dtype=t.dtype)
        weight = torch.linalg.solve(gram, centred.T @ (v - v.mean(0)))
        found = cls(t.shape[1])
        found.weight = weight.to(text).contiguous()  # `solve` gives it transposed
        found.bias = (v.mean(0) - t.mean(0) @ weight).to(text)
        return found

    def forward(self, text: Tensor) -> Tensor:
        """(B, D) unit embeddings of captions to (B, D) of length one."""
        return F.normalize(text @ self.weight + self.bias, dim=1)


class MLP(nn.Module):
    """One hidden layer, added to the caption's embedding; starts as the identity (chapter 4)."""

    def __init__(self, width: int, hidden: int = 512):
        super().__init__()
        self.inner, self.outer = nn.Linear(width, hidden), nn.Linear(hidden, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, text: Tensor) -> Tensor:
        """(B, D) unit embeddings of captions to (B, D) of length one."""
        return F.normalize(text + self.outer(F.gelu(self.inner(text))), dim=1)


def _check(text: Tensor, image: Tensor) -> None:
    if text.shape != image.shape or text.ndim != 2 or not len(text):
        shapes = f"{tuple(text.shape)} and {tuple(image.shape)}"
        raise ValueError(f"text and image have shapes {shapes}: give N pairs, both (N, D)")
