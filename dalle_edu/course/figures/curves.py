"""Numbers over an axis: curves, vital signs of a training, histograms."""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter
from torch import Tensor

from dalle_edu.course.figures.frame import COLOURS, DASHES, legend_of_all, show


def lines(
    x: Tensor,
    curves: Mapping[str, Tensor],
    xlabel: str,
    ylabel: str,
    alt: str,
    log_x: bool = False,
    bands: Mapping[str, tuple[Tensor, Tensor]] | None = None,
    ticks: Sequence[float] = (),
    ends: tuple[float, float] | None = None,
) -> None:
    """Shows curves over a common axis, told apart by colour and by dashes.

    Args:
        x: (N,). curves: (N,) each, by the name that the legend gives it.
        log_x: a logarithmic axis with a tick at each x; the first curve is marked there.
        bands: lower and upper end of an interval, (N,) each, for curves that have one.
        ticks: with log_x, where ticks stand instead; nothing is marked then.
        ends: of the vertical axis; without them, as far as the curves go.
    """
    figure, axis = plt.subplots(figsize=(5.2, 3))
    for (name, y), colour, dash in zip(curves.items(), COLOURS, cycle(DASHES), strict=False):
        axis.plot(x.numpy(), y.numpy(), dash, color=colour, label=name)
        if name in (bands or {}):
            axis.fill_between(x.numpy(), *(end.numpy() for end in bands[name]), color=colour,
                              alpha=0.2, linewidth=0)  # fmt: skip
    if log_x:
        if not ticks:
            axis.plot(x.numpy(), next(iter(curves.values())).numpy(), "o", color=COLOURS[0])
        axis.set_xscale("log")
        places = list(ticks) or x.tolist()
        axis.set_xticks(places, [f"{value:g}" for value in places])
        axis.minorticks_off()
    else:
        axis.locator_params(axis="x", nbins=6)  # else long numbers collide
    if ends is not None:
        axis.set_ylim(*ends)
    axis.set_xlabel(xlabel)
    axis.set_ylabel(ylabel)
    axis.grid(alpha=0.3)
    if len(curves) > 1:
        axis.legend(fontsize=8)
    figure.tight_layout()
    show(figure, alt)


def health(
    patients: Mapping[str, Mapping[str, Tensor]],
    alt: str,
    beside: Mapping[str, Mapping[str, Tensor]] | None = None,
    log_y: Sequence[str] = (),
    beside_name: str = "healthy",
    same_y: bool = False,
) -> None:
    """Shows a training's vital signs: a row a run, a column a measure, curves over the steps.

    Args:
        patients: by the name of each run, its "step" (N,) and its measures (N,) by name; all runs
            have the same measures.
        beside: for each patient, or some, another run to compare with, drawn pale and dashed.
        log_y: names of measures with a logarithmic axis.
        beside_name: what the legend calls the runs beside.
        same_y: whether a measure has the same axis in all rows.
    """
    measures = [name for name in next(iter(patients.values())) if name != "step"]
    size = (2.1 * len(measures), 1.5 * len(patients) + 0.9)
    figure, axes = plt.subplots(
        len(patients), len(measures), figsize=size, squeeze=False, sharey="col" if same_y else False
    )
    for row, (patient, run) in zip(axes, patients.items(), strict=True):
        healthy = (beside or {}).get(patient)
        for axis, measure in zip(row, measures, strict=True):
            if healthy is not None:
                seen = healthy["step"] <= run["step"][-1]
                compared = healthy["step"][seen].numpy(), healthy[measure][seen].numpy()
                axis.plot(*compared, "--", color="#999999", label=beside_name, linewidth=1.4)
            axis.plot(run["step"].numpy(), run[measure].numpy(), color=COLOURS[0], label="this run")
            if measure in log_y:
                axis.set_yscale("log")
            axis.tick_params(labelsize=7, labelleft=True)
            axis.grid(alpha=0.3)
        row[0].set_ylabel(patient, fontsize=8)
    for axis, measure in zip(axes[0], measures, strict=True):
        axis.set_title(measure, fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("step", fontsize=8)
    for row in axes:
        for name in log_y:
            _label(row[measures.index(name)])
    top = 1 - 0.35 / size[1]
    figure.tight_layout(pad=0.6, rect=(0, 0, 1, top))
    legend_of_all(figure, axes.flat, "upper right", columns=2)
    show(figure, alt)


def _label(axis: Axes) -> None:
    """Labels a logarithmic axis of y in two places at least, in five at most."""
    low, high = axis.get_ylim()
    tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    tenths = [d / 10 for d in range(10, 100)]
    for digits in ((1,), (1, 3), (1, 2, 5), range(1, 10), tenths):
        ticks = [d * 10.0**k for k in tens for d in digits if low <= d * 10.0**k <= high]
        if len(ticks) > 1:
            break
    axis.yaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 5) or 1]))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())


def histograms(
    panels: Mapping[str, Tensor], xlabel: str, alt: str, ends: tuple, marks: Sequence[float] = ()
) -> None:
    """Shows how numbers are distributed, a panel for each name; rare ones show: the axis is log.

    Args:
        panels: numbers (N,) by title. ends: lowest and highest shown; marks: lines across.
    """
    size = (2.2 * len(panels) + 0.5, 2.6)
    figure, (axes,) = plt.subplots(1, len(panels), figsize=size, sharey=True, squeeze=False)
    for axis, (title, x) in zip(axes, panels.items(), strict=True):
        axis.hist(x.numpy(), 36, range=ends, weights=[1 / len(x)] * len(x), color=COLOURS[0])
        for mark in marks:
            axis.axvline(mark, color=COLOURS[3], linestyle=":", linewidth=1.2)
        axis.set_yscale("log")
        axis.set_title(title, fontsize=9)
        axis.set_xlabel(xlabel, fontsize=8)
    axes[0].set_ylabel("share of answers")
    figure.tight_layout()
    show(figure, alt)
