"""Numbers over an axis: curves, vital signs of a training, histograms."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, NullFormatter
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
    ends: tuple[float, float] | None = None,
) -> None:
    """Shows curves over a common axis, told apart by colour and by dashes.

    Args:
        x: (N,). curves: (N,) each, by the name that the legend gives it.
        log_x: a logarithmic axis with a tick at each x; the first curve is marked there.
        bands: lower and upper end of an interval, (N,) each, for curves that have one.
        ends: of the vertical axis; without them, as far as the curves go.
    """
    figure, axis = plt.subplots(figsize=(5.2, 3))
    for (name, y), colour, dash in zip(curves.items(), COLOURS, cycle(DASHES), strict=False):
        axis.plot(x.numpy(), y.numpy(), dash, color=colour, label=name)
        if name in (bands or {}):
            axis.fill_between(x.numpy(), *(end.numpy() for end in bands[name]), color=colour,
                              alpha=0.2, linewidth=0)  # fmt: skip
    if log_x:
        axis.plot(x.numpy(), next(iter(curves.values())).numpy(), "o", color=COLOURS[0])
        axis.set_xscale("log")
        axis.set_xticks(x.tolist(), [f"{value:g}" for value in x.tolist()])
        axis.minorticks_off()
    else:
        axis.locator_params(axis="x", nbins=6)  # else long numbers collide
    if ends is not None:
        axis.set_ylim(*ends)
    axis.set_xlabel(xlabel)
    axis.set_ylabel(ylabel)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    figure.tight_layout()
    show(figure, alt)


def health(
    patients: Mapping[str, Mapping[str, Tensor]],
    alt: str,
    beside: Mapping[str, Mapping[str, Tensor]] | None = None,
    log_y: Sequence[str] = (),
) -> None:
    """Shows a training's vital signs: a row a run, a column a measure, curves over the steps.

    Args:
        patients: by the name of each run, its "step" (N,) and its measures (N,) by name; all runs
            have the same measures.
        beside: for each patient, or some, a healthy run to compare with, drawn pale and dashed.
        log_y: names of measures with a logarithmic axis.
    """
    measures = [name for name in next(iter(patients.values())) if name != "step"]
    size = (2.1 * len(measures), 1.5 * len(patients) + 0.9)
    figure, axes = plt.subplots(len(patients), len(measures), figsize=size, squeeze=False)
    for row, (patient, run) in zip(axes, patients.items(), strict=True):
        healthy = (beside or {}).get(patient)
        for axis, measure in zip(row, measures, strict=True):
            if healthy is not None:
                seen = healthy["step"] <= run["step"][-1]
                compared = healthy["step"][seen].numpy(), healthy[measure][seen].numpy()
                axis.plot(*compared, "--", color="#999999", label="healthy", linewidth=1.4)
            axis.plot(run["step"].numpy(), run[measure].numpy(), color=COLOURS[0], label="this run")
            if measure in log_y:
                axis.set_yscale("log")
                low, high = axis.get_ylim()  # within a decade or so marks between are needed
                axis.yaxis.set_major_locator(
                    LogLocator(subs=(1, 2, 5) if high < 30 * low else (1,))
                )
                axis.yaxis.set_major_formatter("{x:g}")
                axis.yaxis.set_minor_formatter(NullFormatter())
            axis.tick_params(labelsize=7)
            axis.grid(alpha=0.3)
        row[0].set_ylabel(patient, fontsize=8)
    for axis, measure in zip(axes[0], measures, strict=True):
        axis.set_title(measure, fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("step", fontsize=8)
    figure.tight_layout(pad=0.6, rect=(0, 0.05, 1, 1))
    legend_of_all(figure, axes.flat, "lower right", columns=2)
    show(figure, alt)


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
