"""The pieces of a generator: modulation, and the block that doubles a grid."""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dalle_edu.course.checks.drawing.shuffle import WithoutTorchs
from dalle_edu.course.checks.exercise import Build, Mistake, random
from dalle_edu.gan.generator import UpBlock


def _maps() -> list[tuple]:
    """Features whose pictures differ in mean and spread, gains, biases, a number of groups."""
    randn, cases = random(61), []
    for batch, channels, high, wide, groups in ((3, 8, 3, 4, 2), (2, 6, 4, 2, 3), (4, 8, 2, 2, 4)):
        x = randn(batch, channels, high, wide) * (1 + randn(batch, channels, 1, 1) ** 2)
        x = x + 2 * randn(batch, 1, 1, 1) + randn(batch, channels, 1, 1)
        cases.append((x, 0.5 * randn(batch, channels), randn(batch, channels), groups))
    return cases


def _standard(x: Tensor, axes: Sequence[int], lost: int = 0, centred: bool = True) -> Tensor:
    """Mean 0 and variance 1 over these axes; the variance divides by N less what is lost."""
    away = x - x.mean(axes, keepdim=True)
    count = math.prod(x.shape[axis] for axis in axes)
    variance = away.square().sum(axes, keepdim=True) / max(count - lost, 1)
    return (away if centred else x) / (variance + 1e-5).sqrt()


def _in_groups(x: Tensor, groups: int, axes: Sequence[int] = (2, 3, 4)) -> Tensor:
    """Standardised over these axes of (B, groups, C / groups, H, W)."""
    return _standard(x.unflatten(1, (groups, -1)), axes).flatten(1, 2)


def _interleaved(x: Tensor, groups: int) -> Tensor:
    """Channels 0, g, 2g, ... in a group, where it should be neighbours."""
    return _standard(x.unflatten(1, (-1, groups)), (1, 3, 4)).flatten(1, 2)


def _modulated(normal: Callable[[Tensor, int], Tensor], one: float = 1.0) -> Callable:
    def modulate(x: Tensor, gain: Tensor, bias: Tensor, groups: int) -> Tensor:
        return normal(x, groups) * (one + gain)[:, :, None, None] + bias[:, :, None, None]

    return modulate


def _by_loop(x: Tensor, gain: Tensor, bias: Tensor, groups: int) -> Tensor:
    drawn, size = torch.empty_like(x), x.shape[1] // groups
    for b in range(len(x)):
        for first in range(0, x.shape[1], size):
            part = x[b, first : first + size]
            part = (part - part.mean()) / (part.var(unbiased=False) + 1e-5).sqrt()
            for c in range(size):
                drawn[b, first + c] = part[c] * (1 + gain[b, first + c]) + bias[b, first + c]
    return drawn


modulate = WithoutTorchs(
    "6.1",
    _by_loop,
    _maps,
    (
        Mistake(
            _modulated(_in_groups, one=0.0),
            'No "1 +": a gain of 0, which a fresh style layer gives or nearly gives, wipes the '
            "features out instead of leaving them as they are.",
        ),
        Mistake(
            _modulated(lambda x, groups: _standard(x, (0, 2, 3))),
            "That is batch norm: the statistics run over the whole batch, so that a picture "
            "depends on its company. Each picture has its own.",
        ),
        Mistake(
            _modulated(lambda x, groups: _in_groups(x, groups, (0, 2, 3, 4))),
            "The groups are right, but their statistics run over the batch too: a picture would "
            "depend on its company. Each picture has its own.",
        ),
        Mistake(
            _modulated(lambda x, groups: _standard(x, (2, 3))),
            "Statistics for each channel apart (instance norm): channels of a group share theirs.",
        ),
        Mistake(
            _modulated(lambda x, groups: _standard(x, (1, 2, 3))),
            "One group of all channels: use `groups` of them.",
        ),
        Mistake(
            _modulated(lambda x, groups: _in_groups(x, groups, (2,))),
            "Statistics at each place apart: they run over the whole grid.",
        ),
        Mistake(
            _modulated(_interleaved),
            "The groups are interleaved. Neighbouring channels make a group: view the channels as "
            "(groups, C / groups), in this order.",
        ),
        Mistake(
            _modulated(
                lambda x, groups: _standard(
                    x.unflatten(1, (groups, -1)), (2, 3, 4), lost=1
                ).flatten(1, 2)
            ),
            "torch's var and std divide by N - 1 unless told otherwise, a norm divides by N: "
            "var(..., unbiased=False).",
        ),
        Mistake(
            _modulated(
                lambda x, groups: _standard(
                    x.unflatten(1, (groups, -1)), (2, 3, 4), centred=False
                ).flatten(1, 2)
            ),
            "Divided by the spread, but the mean was not taken away before.",
        ),
        Mistake(
            _modulated(lambda x, groups: x),
            "Nothing is normalised: without it the gains of all blocks multiply up.",
        ),
        Mistake(
            lambda x, gain, bias, groups: (
                (_in_groups(x, groups) + bias[:, :, None, None]) * (1 + gain)[:, :, None, None]
            ),
            "The bias is added first, and the gain then scales it: multiply, then add.",
        ),
        Mistake(
            lambda x, gain, bias, groups: _in_groups(
                x * (1 + gain)[:, :, None, None] + bias[:, :, None, None], groups
            ),
            "Normalised *after* the modulation, which takes a part of it away again.",
        ),
        Mistake(
            _modulated(lambda x, groups: _in_groups(x, groups) + 0 * x, one=2.0),
            "1 was added twice: the layer gives the gain, you add 1 once.",
        ),
    ),
    praise="A gain and a bias of 0 change nothing, and no picture knows of the others.",
    forbidden=("group_norm",),
)


def _grids() -> list[tuple]:
    randn = random(65)
    return [
        (randn(batch, coarse, high, wide),
         *(0.3 * randn(fine, c, k, k) for c, k in ((coarse, 3), (fine, 3), (coarse, 1))))
        for batch, coarse, fine, high, wide in ((2, 4, 3, 3, 4), (1, 2, 5, 4, 2), (3, 3, 3, 2, 2))
    ]  # fmt: skip


def _up(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def _leaky(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, 0.2 * x)


def _identity(x: Tensor) -> Tensor:
    return x


def _grown(
    first: Callable = _leaky,
    before: Callable = _identity,
    between: Callable = _up,
    second: Callable = _leaky,
    after: Callable = _identity,
    on_skip: Callable = _identity,
    up_skip: Callable = _up,
    scale: float = math.sqrt(0.5),
    skipped: float = 1.0,
) -> Callable:
    """The block, right by default, or wrong in the ways that the arguments name."""

    def grow(x: Tensor, w1: Tensor, w2: Tensor, w_skip: Tensor) -> Tensor:
        h = between(F.conv2d(before(first(x)), w1, padding=1))
        h = after(F.conv2d(second(h), w2, padding=1))
        return (h + skipped * up_skip(F.conv2d(on_skip(x), w_skip))) * scale

    return grow


def _smooth(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear")


grow = Build(
    "6.3",
    _grown(),
    _grids,
    (
        Mistake(
            _grown(between=_identity, after=_up),
            "The grid is doubled after the second convolution: every 2 x 2 block of the result "
            "has one value. The second convolution has to see the fine grid.",
        ),
        Mistake(
            _grown(before=_up, between=_identity),
            "The grid is doubled before the first convolution, which then costs four times as "
            "much: convolve on the coarse side first.",
        ),
        Mistake(
            _grown(scale=1.0),
            "No division by sqrt 2: the sum of two branches has twice the variance, and block "
            "after block it grows.",
        ),
        Mistake(_grown(scale=0.5), "Divided by 2: variances add, so the divisor is sqrt 2."),
        Mistake(
            _grown(on_skip=_leaky),
            "The short way is activated too: it hands x on as it is, through 1 x 1 alone.",
        ),
        Mistake(
            _grown(first=_identity), "The first convolution hears x without the leaky ReLU before."
        ),
        Mistake(
            _grown(second=_identity),
            "No leaky ReLU between the convolutions: two linear maps are one linear map.",
        ),
        Mistake(
            _grown(first=F.relu, second=F.relu),
            "ReLU for leaky ReLU: where it is 0, nothing is learned. F.leaky_relu(x, 0.2).",
        ),
        Mistake(
            _grown(first=lambda x: F.leaky_relu(x), second=lambda x: F.leaky_relu(x)),
            "The slope below 0 is 0.2, not PyTorch's 0.01: F.leaky_relu(x, 0.2).",
        ),
        Mistake(
            _grown(between=_smooth, up_skip=_smooth),
            "Bilinear: this block doubles by repeating each place (nearest).",
        ),
        Mistake(_grown(skipped=0.0), "The short way is missing: no residual block without it."),
        Mistake(
            _grown(between=lambda x: x.repeat(1, 1, 2, 2), up_skip=lambda x: x.repeat(1, 1, 2, 2)),
            "The grid was tiled, four copies side by side: repeat each *place* instead "
            "(repeat_interleave, or F.interpolate with scale_factor=2).",
        ),
    ),
    (UpBlock.forward,),
    "Convolve where it is cheap, double, convolve where it is fine. (The short way may be doubled "
    "before or after its 1 x 1: the two commute, but before costs four times as much.)",
)
