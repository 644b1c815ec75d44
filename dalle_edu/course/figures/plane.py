"""What happens in a plane: clouds of points, and where a motion goes."""

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import torch
from torch import Tensor

from dalle_edu.course.figures.frame import COLOURS, DASHES, MARKS, POINTS, legend_of_all, show


def points(
    panels: Mapping[str, Mapping[str, Tensor]],
    alt: str,
    limit: float | None = None,
    side: float = 2.4,
    xlabel: str = "x",
    ylabel: str = "y",
) -> None:
    """Shows clouds of points side by side on one scale, told apart by colour and by mark.

    Args:
        panels: by the title of each panel, its clouds (N, 2) by name.
        limit: both axes run from -limit to limit; without it, as far as there are points.
        side: of a panel, in inches.
    """
    every = torch.cat([cloud for shown in panels.values() for cloud in shown.values()])
    low, high = every.amin(0), every.amax(0)
    middle, half = ((low + high) / 2).tolist(), 0.54 * (high - low).max().item()
    if limit is not None:
        middle, half = [0.0, 0.0], limit
    x_ends, y_ends = ((m - half, m + half) for m in middle)
    size = (side * len(panels), side + 0.8)
    figure, axes = plt.subplots(1, len(panels), figsize=size, squeeze=False, sharey=True)
    for axis, (title, clouds) in zip(axes.flat, panels.items(), strict=True):
        for (name, cloud), mark, colour in zip(clouds.items(), MARKS, POINTS, strict=False):
            x, y = cloud.T.numpy()
            axis.plot(x, y, mark, color=colour, label=name, markersize=3, alpha=0.7, mew=0.6)
        axis.set(xlim=x_ends, ylim=y_ends, aspect="equal", xlabel=xlabel)
        axis.locator_params(nbins=5)  # else the ends of neighbouring scales collide
        axis.set_title(title, fontsize=9)
    axes[0, 0].set_ylabel(ylabel)
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    legend_of_all(figure, axes.flat, "lower center", columns=4)
    show(figure, alt)


def paths(
    panels: Mapping[str, tuple[Callable[[Tensor], Tensor], Mapping[str, Tensor]]],
    xlabel: str,
    ylabel: str,
    alt: str,
    limit: float = 2.0,
) -> None:
    """Shows where a motion in the plane goes: arrows for its direction, lines for its paths.

    An arrow's length grows with the square root of the speed, so that slow places show too.

    Args:
        panels: by the title of each panel, the velocity, (N, 2) to (N, 2), and the paths (T, 2) by
            name; a dot marks each start.
        limit: both axes run from -limit to limit.
    """
    ticks = torch.linspace(-limit, limit, 13)
    places = torch.cartesian_prod(ticks, ticks)
    size = (3.2 * len(panels), 3.6)
    figure, axes = plt.subplots(1, len(panels), figsize=size, squeeze=False, sharey=True)
    for axis, (title, (velocity, drawn)) in zip(axes.flat, panels.items(), strict=True):
        speed = velocity(places)
        arrow = speed / speed.norm(dim=1, keepdim=True).clamp(min=1e-9).sqrt()
        axis.quiver(*places.T.numpy(), *arrow.T.numpy(), color="#999999", width=0.004)
        for (name, path), colour, dash in zip(drawn.items(), COLOURS, DASHES, strict=False):
            x, y = path.T.numpy()
            axis.plot(x, y, dash, color=colour, label=name, linewidth=1.4)
            axis.plot(x[:1], y[:1], "o", color=colour)
        axis.plot([0], [0], "+", color="black", markersize=9)
        axis.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel=xlabel)
        axis.set_title(title, fontsize=9)
        axis.legend(fontsize=7, loc="upper right")
    axes[0, 0].set_ylabel(ylabel)
    figure.tight_layout()
    show(figure, alt)
