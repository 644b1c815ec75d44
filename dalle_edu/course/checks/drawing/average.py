"""The moving average of a network's weights."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from dalle_edu.course.checks.adversarial_game.players import Played
from dalle_edu.course.checks.drawing.steps import vector
from dalle_edu.course.checks.exercise import Mistake, random
from dalle_edu.training.gan import update_average as librarys_average


class Counting(nn.Module):
    """A small network with two weights and three buffers, one of them a whole number."""

    def __init__(self):
        super().__init__()
        self.linear, self.norm = nn.Linear(3, 2), nn.BatchNorm1d(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.linear(x))


def after_update(answer: Callable, seed: int, decay: float) -> tuple[Tensor, ...]:
    """After three updates: the network, the average's weights, its buffers; is there a graph?

    The network then moves on once more, without an update: the average must not move with it.
    """
    model, randn = Counting(), random(seed)
    with torch.no_grad():
        for value in (*model.parameters(), model.norm.running_mean, model.norm.running_var):
            value.copy_(randn(*value.shape))
    average = copy.deepcopy(model).requires_grad_(False)
    for step in range(3):
        with torch.no_grad():
            for value in (*model.parameters(), model.norm.running_mean, model.norm.running_var):
                value.add_(randn(*value.shape))
            model.norm.num_batches_tracked.fill_(10 * step + 7)
        answer(average, model, decay)
    graph = any(weight.grad_fn is not None for weight in average.parameters())
    with torch.no_grad():
        for value in (*model.parameters(), *model.buffers()):
            value.add_(1)
    return (
        vector([*model.parameters(), *model.buffers()]),
        vector(average.parameters()),
        vector(average.buffers()),
        torch.tensor(float(graph)),
    )


def _averaged(
    blend: Callable = lambda mean, value, decay: decay * mean + (1 - decay) * value,
    buffers: Callable = lambda mean, value, decay: value,
) -> Callable:
    """The update, right by default, or with another rule for weights or for buffers."""

    @torch.no_grad()
    def update(average: nn.Module, model: nn.Module, decay: float) -> None:
        for rule, means, values in (
            (blend, average.parameters(), model.parameters()),
            (buffers, average.buffers(), model.buffers()),
        ):
            for mean, value in zip(means, values, strict=True):
                mean.copy_(rule(mean, value, decay))

    return update


def _with_graph(average: nn.Module, model: nn.Module, decay: float) -> None:
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.mul_(decay).add_(value, alpha=1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)


def _aliased(average: nn.Module, model: nn.Module, decay: float) -> None:
    _averaged()(average, model, decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.data = value.data


def _backwards(average: nn.Module, model: nn.Module, decay: float) -> None:
    _averaged()(model, average, decay)


def _kept(mean: Tensor, value: Tensor, decay: float) -> Tensor:
    return mean


update_average = Played(
    "6.6",
    _averaged(),
    lambda: [(66, 0.9), (67, 0.6)],
    (
        Mistake(
            _averaged(buffers=_kept),
            "The buffers are forgotten: the average would draw with its own old statistics and "
            "counters. Copy them; `parameters()` does not give them, `buffers()` does.",
        ),
        Mistake(
            _averaged(buffers=lambda m, v, decay: decay * m + (1 - decay) * v),
            "The buffers are averaged too: a counter has no average, and running statistics would "
            "be smoothed twice. Copy them as they are.",
        ),
        Mistake(
            _aliased,
            "The average's buffers *are* the network's now: `mean.data = value.data` copies "
            "nothing, both change together from then on. mean.copy_(value) copies.",
        ),
        Mistake(
            _averaged(blend=lambda m, v, decay: (1 - decay) * m + decay * v),
            "The two shares are exchanged: `decay` is how much of the *average* stays.",
        ),
        Mistake(
            _averaged(blend=lambda m, v, decay: (1 - decay) * m + decay * v, buffers=_kept),
            "Two at once: the shares are exchanged, and the buffers are forgotten.",
        ),
        Mistake(
            _averaged(blend=lambda m, v, decay: v),
            "That is a copy: nothing of the steps before is left in it.",
        ),
        Mistake(
            _averaged(blend=_kept),
            "The average's weights did not move. `mean = ...` names a new tensor; write into the "
            "old one: mean.copy_(...), mean.lerp_(...).",
        ),
        Mistake(
            _averaged(blend=_kept, buffers=_kept),
            "Nothing of the average changed. `mean = ...` names a new tensor; write into the old "
            "one: mean.copy_(...), mean.lerp_(...).",
        ),
        Mistake(
            _averaged(blend=lambda m, v, decay: (m + v) / 2),
            "Half and half: how much stays is said by `decay`.",
        ),
        Mistake(_with_graph, "The average carries a graph of all its steps: use torch.no_grad()."),
        Mistake(_backwards, "Turned round: the network was changed, and the average was not."),
    ),
    (librarys_average.__wrapped__,),
    "Weights averaged, buffers copied, the network untouched, no graph.",
    outcome=after_update,
    parts=(
        "The network itself was changed: only the average may.",
        "The average's weights are not the right ones: decay * mean + (1 - decay) * value.",
        "The average's buffers are not the network's: copy them.",
        "The average carries a graph of all its steps: use torch.no_grad().",
    ),
)
