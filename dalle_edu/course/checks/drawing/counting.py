"""What a layer costs, how long an average remembers."""

import math
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

from dalle_edu.course.checks.exercise import Build, Estimate, Mistake


def _cost(
    first: int = 1,
    second: int = 2,
    short: int = 1,
    operations: int = 2,
    biases: int = 2,
    entering: Callable[[int, int], int] = lambda coarse, fine: fine,
    kernel: int = 1,
    power: int = 2,
    with_style: int = 0,
) -> Callable:
    """Parameters and operations of a doubling block, or wrong in the ways the arguments name.

    `first`, `second`, `short` say how many times as wide as the coarse one each grid is, 0 if that
    convolution is left out; `kernel` is that of the short way.
    """

    def cost(coarse: int, fine: int, side: int) -> tuple[int, int]:
        weights = (9 * coarse * fine, 9 * entering(coarse, fine) * fine, kernel**2 * coarse * fine)
        grids = (first, second, short)
        parameters = sum(w for w, grid in zip(weights, grids, strict=True) if grid)
        places = [(grid * side) ** power for grid in grids]
        done = sum(w * n for w, n in zip(weights, places, strict=True))
        added = with_style * fine * (places[0] + places[1])
        return parameters + biases * fine, operations * done + added

    return cost


block_cost = Build(
    "6.8",
    _cost(),
    lambda: [(64, 32, 2), (48, 96, 8), (5, 7, 4), (12, 3, 6)],
    (
        Mistake(
            _cost(second=1),
            "The second convolution works after the doubling: on a grid of 2 side x 2 side.",
        ),
        Mistake(
            _cost(first=2, short=2),
            "Everything on the fine grid: the first convolution and the short way's work before "
            "the doubling.",
        ),
        Mistake(_cost(first=2), "The first convolution works before the grid is doubled."),
        Mistake(
            _cost(short=2),
            "The short way's 1 x 1 works on the coarse grid; what it gives is doubled.",
        ),
        Mistake(_cost(short=0), "The short way has a convolution too, 1 x 1, without biases."),
        Mistake(_cost(biases=3), "The short way's convolution has no biases (bias=False)."),
        Mistake(
            _cost(biases=0),
            "The biases are parameters too: one for each output channel of a 3 x 3 convolution.",
        ),
        Mistake(
            _cost(operations=1),
            "You counted multiply-adds: each is two operations, a product and a sum.",
        ),
        Mistake(
            _cost(entering=lambda coarse, fine: coarse),
            "The second convolution gets what the first one made: `fine` channels go in and out.",
        ),
        Mistake(_cost(kernel=3), "The short way's kernel is 1 x 1, not 3 x 3."),
        Mistake(
            _cost(power=1), "A grid has side x side places: side enters the operations squared."
        ),
        Mistake(
            _cost(with_style=1),
            "The additions of the biases are not counted here (nor by PyTorch's counter): two for "
            "each weight and place.",
        ),
    ),
    praise="Half as many channels: the second convolution has half the weights of the first and "
    "costs twice as much, since it works on the fine grid.",
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


def times_dearer(coarse: int = 64, fine: int = 32) -> float:
    """Operations of a block that doubles the grid before its first convolution, over those of ours.

    The short way stays on the coarse grid. As PyTorch counts them.
    """
    conv1 = torch.nn.Conv2d(coarse, fine, 3, padding=1)
    conv2 = torch.nn.Conv2d(fine, fine, 3, padding=1)
    skip, counted = torch.nn.Conv2d(coarse, fine, 1), []
    for side in (8, 4):  # the first convolution's
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            conv1(torch.zeros(1, coarse, side, side))
            conv2(torch.zeros(1, fine, 8, 8))
            skip(torch.zeros(1, coarse, 4, 4))
        counted.append(counter.get_total_flops())
    return counted[0] / counted[1]


predict_cheaper = Estimate(
    "6.9",
    times_dearer,
    lambda guess, measured: abs(guess - measured) < 0.1,
    (
        Mistake(
            lambda guess: abs(guess - 4) < 0.1,
            "Four times holds for the first convolution. The second one and the short way cost "
            "what they did.",
        ),
        Mistake(
            lambda guess: 2.3 < guess < 2.6,
            "As if both convolutions cost alike. The second one has half as many weights as the "
            "first, on four times as many places.",
        ),
        Mistake(
            lambda guess: abs(guess - 0.51) < 0.05,
            "The right ratio, upside down: how many times as much?",
        ),
        Mistake(
            lambda guess: abs(guess - 1) < 0.1,
            "The parameters are the same, but the first convolution would use them at four times "
            "as many places.",
        ),
        Mistake(
            lambda guess: True,
            "Count the three convolutions on their grids, in units of 32 x 32 x side x side: how "
            "much is each, and which of them changes?",
        ),
    ),
    lambda measured: f"Counted: {measured:.2f} times, for the same parameters.",
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
        Mistake(
            lambda guess: 0.05 < guess < 0.3,
            "A good guess, of the right size. Now compute it: after n steps decay^n is left.",
        ),
        Mistake(
            lambda guess: True,
            "After n steps decay^n is left: with 346 steps to the half, how "
            "many halvings are 1,000 steps?",
        ),
    ),
    lambda measured: f"Measured: {measured:.3f}. Hence the growing decay of the first steps.",
)
