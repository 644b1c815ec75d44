"""Pixel shuffle: four channels become the four pixels of a block."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.overrides import TorchFunctionMode

from dalle_edu.course.checks.exercise import REFUSED, Build, Mistake, random


class _Forbidding(TorchFunctionMode):
    """While it lasts, a function of torch raises when it is called, under whatever name."""

    def __init__(self, names: tuple[str, ...]):
        super().__init__()
        self.names = names

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in self.names:
            raise RuntimeError(REFUSED)
        return func(*args, **(kwargs or {}))


@dataclass(frozen=True)
class WithoutTorchs(Build):
    """The check of a function that torch has too: torch's may not be called meanwhile.

    Args:
        forbidden: names of torch's functions.
    """

    forbidden: tuple[str, ...] = ()

    def _run(self, answer: Callable) -> str:
        if not callable(answer):
            return super()._run(answer)

        @functools.wraps(answer)
        def guarded(*given):
            with _Forbidding(self.forbidden):
                return answer(*given)

        return super()._run(guarded)


def _shuffled_by_loop(x: Tensor) -> Tensor:
    batch, channels, high, wide = x.shape
    drawn = x.new_empty(batch, channels // 4, 2 * high, 2 * wide)
    for c in range(channels // 4):
        for down in range(2):
            for right in range(2):
                drawn[:, c, down::2, right::2] = x[:, 4 * c + 2 * down + right]
    return drawn


def _rearranged(split: tuple[int, ...], order: tuple[int, ...]) -> Callable:
    """Splits the channels so (0 stands for the number of colours), then orders the axes so."""

    def shuffle(x: Tensor) -> Tensor:
        colours = x.shape[1] // 4
        parts = x.unflatten(1, [n or colours for n in split])
        return parts.permute(order).reshape(len(x), colours, 2 * x.shape[2], 2 * x.shape[3])

    return shuffle


pixel_shuffle = WithoutTorchs(
    "6.2",
    _shuffled_by_loop,
    lambda: [(random(62)(2, 12, 3, 4),), (random(63)(1, 8, 2, 2),), (random(64)(3, 12, 4, 3),)],
    (
        Mistake(
            _rearranged((2, 2, 0), (0, 3, 4, 1, 5, 2)),
            "Channels were taken as (place in the 2 x 2 block, colour), TensorFlow's order. "
            "PyTorch's is (colour, down, right): channel 4c + 2 down + right.",
        ),
        Mistake(
            _rearranged((0, 2, 2), (0, 1, 4, 3, 5, 2)),
            "Down and right are exchanged inside each 2 x 2 block: channel 4c + 1 lies to the "
            "*right* of channel 4c.",
        ),
        Mistake(
            _rearranged((0, 2, 2), (0, 1, 2, 3, 4, 5)),
            "Reshaped without ordering the axes first: pixels keep their order in memory and land "
            "in other rows. Bring each new axis beside the one it refines: (H, down), (W, right).",
        ),
        Mistake(
            _rearranged((0, 2, 2), (0, 1, 2, 4, 3, 5)),
            "Four small pictures side by side: the block axis came *before* the grid's. The grid "
            "is the coarse part, so its axis stands first: (H, down), (W, right).",
        ),
        Mistake(
            lambda x: x[:, ::4].repeat_interleave(2, 2).repeat_interleave(2, 3),
            "Every 2 x 2 block has one value: three channels of four were thrown away.",
        ),
        Mistake(
            lambda x: (
                x.unflatten(1, (-1, 4)).mean(2).repeat_interleave(2, 2).repeat_interleave(2, 3)
            ),
            "Every 2 x 2 block has one value, the mean of four channels: each is a pixel of its "
            "own.",
        ),
    ),
    praise="No number is changed or lost: four channels become four pixels.",
    forbidden=("pixel_shuffle", "fold", "conv_transpose2d"),
)
