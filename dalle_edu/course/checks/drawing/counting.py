"""What a layer costs, how long an average remembers."""

import math
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake


def _cost(
    taps: int = 2, places: int = 2, operations: int = 2, bias: int = 1, reuse: bool = False
) -> Callable:
    """Parameters and operations of a convolution, or wrong in the ways the arguments name."""

    def cost(kernel: int, channels_in: int, channels_out: int, side: int) -> tuple[int, int]:
        weights = kernel**taps * channels_in * channels_out
        parameters = weights + bias * channels_out
        if reuse:
            parameters *= side**2
        return parameters, operations * weights * side**places

    return cost


def _with_bias_added(kernel: int, channels_in: int, channels_out: int, side: int) -> tuple:
    parameters, operations = _cost()(kernel, channels_in, channels_out, side)
    return parameters, operations + channels_out * side**2


def _apart(kernel: int, channels_in: int, channels_out: int, side: int) -> tuple[int, int]:
    return kernel**2 * channels_in + channels_out, 2 * kernel**2 * channels_in * side**2


convolution_cost = Build(
    "6.8",
    _cost(),
    lambda: [(3, 48, 96, 8), (1, 5, 7, 4), (3, 12, 64, 32), (5, 3, 2, 6)],
    (
        Mistake(_cost(bias=0), "The biases are parameters too: one for each output channel."),
        Mistake(
            _cost(operations=1),
            "You counted multiply-adds: each is two operations, a product and a sum.",
        ),
        Mistake(
            _cost(places=1), "The grid has side x side places: side enters the operations squared."
        ),
        Mistake(_cost(taps=1), "The kernel has k x k taps: k enters squared."),
        Mistake(
            _cost(reuse=True),
            "The parameters do not grow with the grid: every place uses the same ones.",
        ),
        Mistake(
            _cost(places=0),
            "The operations of *one* place: they are repeated at every place of the grid.",
        ),
        Mistake(
            _apart, "Each output channel sees *every* input channel, so the two numbers multiply."
        ),
        Mistake(
            _with_bias_added,
            "The additions of the bias are not counted here (nor by PyTorch's counter): two for "
            "each weight and place.",
        ),
    ),
    praise="Parameters depend on channels only, operations on the grid too: hence narrow where the "
    "grid is fine.",
)

half_life = Build(
    "6.7",
    lambda decay: math.log(0.5) / math.log(decay),
    lambda: [(0.5,), (0.9,), (0.99,), (0.998,)],
    (
        Mistake(
            lambda decay: 1 / (1 - decay),
            "That is the mean age of what the average holds, 1 / (1 - decay). The half-life is "
            "shorter, about 0.69 of it.",
        ),
        Mistake(
            lambda decay: math.log(decay) / math.log(0.5),
            "Upside down: from decay^n = 1/2 follows n = log(1/2) / log(decay).",
        ),
        Mistake(
            lambda decay: math.log(2) / math.log(decay),
            "The sign: both logarithms are negative if you take that of 1/2.",
        ),
        Mistake(
            lambda decay: 0.5 / (1 - decay),
            "That is linear, as if each step took away the same amount. It takes a share of what "
            "is left: decay^n = 1/2.",
        ),
        Mistake(
            lambda decay: math.log(2) / (1 - decay),
            "Near for a decay close to 1, but not exact: -log(decay) is not quite 1 - decay.",
        ),
        Mistake(
            lambda decay: 0.5**decay,
            "The unknown is the exponent: decay to the power of n is 1/2, so take logarithms.",
        ),
        Mistake(
            lambda decay: math.log(0.5) / math.log(1 - decay) if decay != 0.5 else 1.0,
            "What stays after a step is `decay`, not 1 - decay.",
        ),
    ),
    praise="0.998, the recipes' default, forgets half in 346 steps.",
)


def times_cheaper() -> float:
    """Operations of a 3 x 3 convolution on a grid of 32 x 32 over those on 16 x 16, as counted."""
    convolution, counted = torch.nn.Conv2d(8, 8, 3, padding=1), []
    for side in (32, 16):
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            convolution(torch.zeros(1, 8, side, side))
        counted.append(counter.get_total_flops())
    return counted[0] / counted[1]


predict_cheaper = Estimate(
    "6.9",
    times_cheaper,
    lambda guess, measured: abs(guess - measured) < 0.1,
    (
        Mistake(
            lambda guess: abs(guess - 2) < 0.1,
            "The grid is doubled in both directions: there are not twice as many places.",
        ),
        Mistake(
            lambda guess: abs(guess - 0.25) < 0.1, "The right ratio, upside down: how many times?"
        ),
        Mistake(
            lambda guess: abs(guess - 16) < 0.1,
            "The channels are the same on both sides: only the number of places differs.",
        ),
        Mistake(
            lambda guess: abs(guess - 1) < 0.1,
            "The parameters are the same, but they are used at every place of the grid.",
        ),
        Mistake(
            lambda guess: abs(guess - 8) < 0.1,
            "A grid is flat: twice as high, twice as wide, and no third direction.",
        ),
    ),
    lambda measured: f"Counted: {measured:.0f} times.",
)


def left_of_the_start(decay: float = 0.998, steps: int = 1000) -> float:
    """The share of the first weights in an average of that many steps."""
    share = 1.0
    for _ in range(steps):
        share = decay * share + (1 - decay) * 0.0
    return share


predict_left = Estimate(
    "6.10",
    left_of_the_start,
    lambda guess, measured: abs(guess - measured) < 0.02,
    (
        Mistake(lambda guess: 13 <= guess <= 14, "A share between 0 and 1, please, not per cent."),
        Mistake(
            lambda guess: abs(guess - (1 - left_of_the_start())) < 0.02,
            "That is the share of what came *after* the start.",
        ),
        Mistake(
            lambda guess: guess <= 0,
            "Not 1 - 1000 x 0.002: each step takes a share of what is left, so nothing is ever "
            "gone altogether.",
        ),
        Mistake(
            lambda guess: 0 < guess < 0.02,
            "More than that: the half-life is 346 steps, so 1,000 steps are not quite three.",
        ),
        Mistake(
            lambda guess: abs(guess - 0.5) < 0.05,
            "Half is left after 346 steps: how often does 346 go into 1,000?",
        ),
        Mistake(
            lambda guess: abs(guess - 0.998) < 0.002, "That is what is left after a single step."
        ),
    ),
    lambda measured: f"Measured: {measured:.3f}. Hence the growing decay of the first steps.",
)
