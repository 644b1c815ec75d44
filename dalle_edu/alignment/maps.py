"""From a sentence's embedding to its picture's: maps, (B, D) to (B, D) on the unit sphere.

A sentence that leaves things open has many right pictures, and the mean of right answers is a wrong
one: so the map that ships takes noise and *samples* an answer, in small steps (`Flow`). The closed
forms are fitted (`MeanShift.fit`, `Ridge.fit`); the others are trained. All are modules whose state
is plain tensors and which take (text, noise), `map.noise` channels of it. Built in chapter 4.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class MapSettings:
    """Which map, of which width; `hidden` counts for the networks."""

    kind: str = "flow"  # mean_shift, ridge, mlp or flow
    width: int = 128
    hidden: int = 512


def make_map(settings: MapSettings) -> nn.Module:
    """An unfitted map.

    Raises:
        ValueError: if there is no such kind.
    """
    s = settings
    kinds = {
        "mean_shift": lambda: MeanShift(s.width),
        "ridge": lambda: Ridge(s.width),
        "mlp": lambda: MLP(s.width, s.hidden),
        "flow": lambda: Flow(s.width, s.hidden),
    }
    if s.kind not in kinds:
        raise ValueError(f"map {s.kind!r} is unknown: choose from {', '.join(kinds)}")
    return kinds[s.kind]()


class MeanShift(nn.Module):
    """Adds the difference of the two means: closes the gap, and moves nothing else (chapter 4)."""

    noise = 0

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

    def forward(self, text: Tensor, noise: Tensor | None = None) -> Tensor:
        """(B, D) unit embeddings of captions to (B, D) of length one; no noise is heard."""
        return F.normalize(text + self.shift, dim=1)


class Ridge(nn.Module):
    """Linear regression with a penalty on the weight (Hoerl & Kennard 1970).

    W = (T'T + penalty I)^-1 T'V with centred T, V;   b = mean V - mean T W, not penalised
    """

    noise = 0

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

    def forward(self, text: Tensor, noise: Tensor | None = None) -> Tensor:
        """(B, D) unit embeddings of captions to (B, D) of length one; no noise is heard."""
        return F.normalize(text @ self.weight + self.bias, dim=1)


class MLP(nn.Module):
    """Residual layers whose result is added to the caption's embedding; starts as the identity."""

    noise = 0

    def __init__(self, width: int, hidden: int = 512, layers: int = 2):
        super().__init__()
        self.inner, self.outer = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.blocks = nn.ModuleList([_layer(hidden) for _ in range(layers)])
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, text: Tensor, noise: Tensor | None = None) -> Tensor:
        """(B, D) unit embeddings of captions to (B, D) of length one; no noise is heard."""
        h = self.inner(text * math.sqrt(text.shape[1]))
        for block in self.blocks:
            h = h + block(h)
        return F.normalize(text + self.outer(F.gelu(h)), dim=1)


class Flow(nn.Module):
    """A sampler of small steps, from noise to an answer: a prior in the sense of DALL-E 2 (Ramesh
    et al. 2022), by rectified flow (Liu et al. 2023) in place of diffusion.

        dx = v(x, time, text) d time,   x = noise at time 0, sqrt(D) times the answer at time 1

    One step from noise to answer would be a continuous function, with a bridge of wrong answers
    between two kinds of right ones; many small steps make it thin (chapter 4).
    """

    def __init__(self, width: int, hidden: int = 512, layers: int = 3, steps: int = 16):
        super().__init__()
        self.noise, self.steps = width, steps
        self.inner, self.outer = nn.Linear(2 * width + 16, hidden), nn.Linear(hidden, width)
        self.blocks = nn.ModuleList([_layer(hidden) for _ in range(layers)])

    def velocity(self, text: Tensor, x: Tensor, time: Tensor) -> Tensor:
        """Captions (B, D), where x (B, D) is on its way at a time (B, 1) from 0 to 1, to (B, D)."""
        angle = time * 2.0 ** torch.arange(8, device=time.device) * (math.pi / 2)
        scaled = text * math.sqrt(text.shape[1])  # to the noise's scale
        h = self.inner(torch.cat([scaled, x, angle.sin(), angle.cos()], 1))
        for block in self.blocks:
            h = h + block(h)
        return self.outer(F.gelu(h))

    def forward(self, text: Tensor, noise: Tensor) -> Tensor:
        """(B, D) unit embeddings of captions and (B, D) normal numbers to (B, D)."""
        x = noise
        for time in torch.arange(self.steps, device=text.device) / self.steps:
            x = x + self.velocity(text, x, time.expand(x.shape[0], 1)) / self.steps
        return F.normalize(x, dim=1)


def flow_loss(flow: Flow, text: Tensor, target: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """Squared error of the velocity on straight lines from noise z to y = sqrt(D) target.

        mean | v((1 - time) z + time y, time, text) - (y - z) |^2

    The best velocity is the *mean* of all that pass there. Where the lines have parted, near time
    1, only those of one kind of answer do: so what is reached is no mean (Liu et al. 2023).

    Args:
        text, target: (B, D) captions and what came true, of length one.
        noise: (B, D) standard normal. time: (B, 1) uniform from 0 to 1.

    Returns:
        Scalar, mean over pairs and channels.
    """
    y = target * math.sqrt(target.shape[1])
    on_the_way = (1 - time) * noise + time * y
    return (flow.velocity(text, on_the_way, time) - (y - noise)).square().mean()


def _layer(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, width)
    )


def energy_score(samples: Tensor, target: Tensor) -> Tensor:
    """A proper score of a sampler: near the target, and as far apart as targets are.

        mean_m |x_m - y|  -  1/2 mean_{m != n} |x_m - x_n|

    Least in expectation where samples and targets have one distribution (Gneiting & Raftery 2007;
    as a loss of a network with noise, Shen & Meinshausen 2023). Of a map without noise, M = 1, the
    first term is left: its best answer is a middle of the right ones (their spatial median).

    Args:
        samples: (B, M, D), M answers to each sentence. target: (B, D), one that came true.

    Returns:
        Scalar.

    Raises:
        ValueError: if the shapes do not fit.
    """
    if samples.ndim != 3 or samples[:, 0].shape != target.shape:
        shapes = f"{tuple(samples.shape)} and {tuple(target.shape)}"
        raise ValueError(f"samples and target have shapes {shapes}: give (B, M, D) and (B, D)")
    near = (samples - target[:, None]).norm(dim=2).mean()
    count = samples.shape[1]
    if count == 1:
        return near
    apart = (samples[:, :, None] - samples[:, None]).square().sum(3)
    different = ~torch.eye(count, dtype=torch.bool, device=samples.device)
    return near - apart[:, different].clamp(min=1e-12).sqrt().mean() / 2


def _check(text: Tensor, image: Tensor) -> None:
    if text.shape != image.shape or text.ndim != 2 or not len(text):
        shapes = f"{tuple(text.shape)} and {tuple(image.shape)}"
        raise ValueError(f"text and image have shapes {shapes}: give N pairs, both (N, D)")
