"""Figures as the notebooks show them: white ground, alt text, colours for all eyes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import torch
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from torch import Tensor

# Okabe and Ito (2008), in the order in which lines are drawn.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")
DASHES = ("-", "--", "-.", ":")  # so that grey print tells them apart too
MARKS = ("o", "x", "^", "s")  # and clouds of points
POINTS = ("#BBBBBB", "#0072B2", "#D55E00", "#000000")  # of clouds: the data first, pale


def show(figure: Figure, alt: str) -> None:
    """Displays a figure with a text that says what it shows, and closes it.

    Raises:
        ValueError: if the text is empty.
    """
    if not alt.strip():
        raise ValueError("alt is empty: say in a sentence what the figure shows")
    figure.set_facecolor("white")
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)


def pictures(
    shown: Tensor, alt: str, titles: Sequence[str] = (), columns: int = 8, side: float = 1.3
) -> None:
    """Shows pictures side by side, each with its title.

    Args:
        shown: uint8 (B, 3, H, W).
        alt: what the figure shows, in a sentence.
        titles: one a picture, or none.
        columns: pictures a row; side: of one picture, in inches.
    """
    columns = min(columns, len(shown))
    rows = -(-len(shown) // columns)
    height = side * rows * (1.25 if titles else 1.05)
    figure, axes = plt.subplots(rows, columns, figsize=(side * columns, height), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, picture in zip(axes.flat, shown, strict=False):
        axis.imshow(picture.permute(1, 2, 0).numpy())
    for axis, title in zip(axes.flat, titles, strict=False):
        axis.set_title(title, fontsize=8)
    figure.tight_layout(pad=0.3)
    show(figure, alt)


def attention(maps: Tensor, words: Sequence[str], picture: Tensor, alt: str) -> None:
    """Shows a picture and, beside it, how much each place heard of each word.

    Args:
        maps: (L, H, W), one map a word. words: their L texts. picture: uint8 (3, H, W).
    """
    figure, axes = plt.subplots(1, len(words) + 1, figsize=(1.3 * (len(words) + 1), 1.6))
    axes[0].imshow(picture.permute(1, 2, 0).numpy())
    axes[0].set_title("picture", fontsize=8)
    for axis, word, heard in zip(axes[1:], words, maps, strict=True):
        axis.imshow(heard.numpy(), cmap="cividis", vmin=0)
        axis.set_title(word.strip(), fontsize=8)
    for axis in axes:
        axis.set_axis_off()
    figure.tight_layout(pad=0.3)
    show(figure, alt)


def lines(
    x: Tensor,
    curves: Mapping[str, Tensor],
    xlabel: str,
    ylabel: str,
    alt: str,
    log_x: bool = False,
    bands: Mapping[str, tuple[Tensor, Tensor]] | None = None,
) -> None:
    """Shows curves over a common axis, told apart by colour and by dashes.

    Args:
        x: (N,). curves: (N,) each, by the name that the legend gives it.
        log_x: a logarithmic axis with a tick at each x; the first curve is marked there.
        bands: lower and upper end of an interval, (N,) each, for curves that have one.
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
    axis.set_xlabel(xlabel)
    axis.set_ylabel(ylabel)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    figure.tight_layout()
    show(figure, alt)


def matrix(values: Tensor, xlabel: str, ylabel: str, alt: str, dots: Tensor | None = None) -> None:
    """Shows a matrix of cosines, (B, M) in [-1, 1], rows downward, with its scale beside it.

    Args:
        values: (B, M). dots: (B, M) bool, where a red dot marks an entry.
    """
    figure, axis = plt.subplots(figsize=(4, 3.3))
    image = axis.imshow(values.numpy(), cmap="cividis", vmin=-1, vmax=1, interpolation="nearest")
    if dots is not None:
        rows, columns = dots.nonzero().T.numpy()
        axis.plot(columns, rows, "o", color=COLOURS[3], markersize=2.5)
    axis.set_xlabel(xlabel)
    axis.set_ylabel(ylabel)
    figure.colorbar(image, label="cosine")
    figure.tight_layout()
    show(figure, alt)


def weights(
    panels: Mapping[str, Tensor], rows: Sequence[str], columns: Sequence[str], alt: str
) -> None:
    """Shows attention weights side by side, each written into its field, with one scale for all.

    Args:
        panels: (L, M) in [0, 1], by their titles. rows: L words that ask. columns: M that answer.
    """
    width = len(panels) * (0.55 * len(columns) + 0.9)
    figure, axes = plt.subplots(
        1, len(panels), figsize=(width, 0.55 * len(rows) + 1), squeeze=False, sharey=True
    )
    for axis, (title, values) in zip(axes[0], panels.items(), strict=True):
        axis.imshow(values.numpy(), cmap="cividis", vmin=0, vmax=1)
        for i, row in enumerate(values.tolist()):
            for j, value in enumerate(row):
                ink = "black" if value > 0.5 else "white"  # cividis: dark is little
                axis.text(j, i, f"{value:.2f}", ha="center", va="center", color=ink, fontsize=8)
        axis.set_xticks(range(len(columns)), columns)
        axis.set_yticks(range(len(rows)), rows)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("keys")
    axes[0, 0].set_ylabel("queries")
    figure.tight_layout()
    show(figure, alt)


def bars(values: Mapping[str, float], ylabel: str, alt: str) -> None:
    """Shows one bar a name, its number written on it."""
    figure, axis = plt.subplots(figsize=(0.9 * len(values) + 1, 2.8))
    drawn = axis.bar(list(values), list(values.values()), color=COLOURS[0])
    axis.bar_label(drawn, fmt="%.0f", fontsize=8)
    axis.margins(y=0.15)  # room for the numbers
    axis.set_ylabel(ylabel)
    figure.tight_layout()
    show(figure, alt)


def points(
    panels: Mapping[str, Mapping[str, Tensor]], alt: str, limit: float, side: float = 2.4
) -> None:
    """Shows clouds of points side by side, told apart by colour and by mark.

    Args:
        panels: by the title of each panel, its clouds (N, 2) by name.
        limit: both axes run from -limit to limit. side: of a panel, in inches.
    """
    size = (side * len(panels), side + 0.8)
    figure, axes = plt.subplots(1, len(panels), figsize=size, squeeze=False, sharey=True)
    for axis, (title, clouds) in zip(axes.flat, panels.items(), strict=True):
        for (name, cloud), mark, colour in zip(clouds.items(), MARKS, POINTS, strict=False):
            x, y = cloud.T.numpy()
            axis.plot(x, y, mark, color=colour, label=name, markersize=3, alpha=0.7, mew=0.6)
        axis.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="x")
        axis.set_title(title, fontsize=9)
    axes[0, 0].set_ylabel("y")
    handles = {t: h for a in axes.flat for h, t in zip(*a.get_legend_handles_labels(), strict=True)}
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    figure.legend(handles.values(), handles, loc="lower center", ncols=4, fontsize=8)
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
        axis.plot([0], [0], "+", color="black", markersize=10)
        axis.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel=xlabel)
        axis.set_title(title, fontsize=9)
        axis.legend(fontsize=7, loc="upper right")
    axes[0, 0].set_ylabel(ylabel)
    figure.tight_layout()
    show(figure, alt)


def clouds(panels: Mapping[str, Mapping[str, Tensor]], xlabel: str, ylabel: str, alt: str) -> None:
    """Shows clouds of points in panels side by side, told apart by colour and by their marks.

    Args:
        panels: for each title the clouds, (N, 2) each, by the name that the legend gives it. All
            panels have one scale.
    """
    every = torch.cat([xy for shown in panels.values() for xy in shown.values()])
    low, high = every.amin(0), every.amax(0)
    middle, half = (low + high) / 2, 0.54 * (high - low).max()
    size = (3.1 * len(panels) + 0.3, 3.4)
    figure, (axes,) = plt.subplots(
        1, len(panels), figsize=size, sharex=True, sharey=True, squeeze=False
    )
    for axis, (title, shown) in zip(axes, panels.items(), strict=True):
        for (name, xy), colour, mark in zip(shown.items(), COLOURS, "ox^s+", strict=False):
            axis.scatter(*xy.T.numpy(), s=14, c=colour, marker=mark, label=name, alpha=0.6, lw=0.8)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel(xlabel)
        axis.set_xlim(*(middle[0] + half * torch.tensor([-1, 1])).tolist())
        axis.set_ylim(*(middle[1] + half * torch.tensor([-1, 1])).tolist())
        axis.set_aspect("equal")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel(ylabel)
    axis.legend(fontsize=8)
    figure.tight_layout()
    show(figure, alt)


def _few_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def grouped_bars(
    values: Mapping[str, Mapping[str, float]],
    ylabel: str,
    alt: str,
    level: tuple = (),
    low: float = 0,
) -> None:
    """Shows a group of bars for each name, one bar a case, told apart by colour and by hatching.

    Args:
        values: for each group its numbers by case; all groups have the same cases.
        level: a height and what it is, for a line across, or nothing.
        low: where the axis starts.
    """
    cases = list(next(iter(values.values())))
    figure, axis = plt.subplots(figsize=(1.1 * len(values) + 1.5, 3))
    width = 0.84 / len(cases)
    looks = zip(cases, COLOURS, ("", "///", "..", "xx"), strict=False)
    for k, (case, colour, hatch) in enumerate(looks):
        heights = [group[case] for group in values.values()]
        places = [n + (k - (len(cases) - 1) / 2) * width for n in range(len(values))]
        drawn = axis.bar(places, heights, width, color=colour, hatch=hatch, label=case, ec="white")
        white = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # over the level's line
        axis.bar_label(drawn, fmt=_few_digits, fontsize=6, padding=2, bbox=white)
    if level:
        axis.axhline(level[0], color="black", ls=":", lw=1.2, label=level[1], zorder=0)
    axis.margins(y=0.1)
    axis.set_ylim(bottom=low)
    axis.set_xticks(range(len(values)), list(values), fontsize=8)
    axis.set_ylabel(ylabel)
    axis.legend(fontsize=7, ncols=len(cases) + bool(level), loc="upper center",
                bbox_to_anchor=(0.5, 1.2), frameon=False)  # fmt: skip
    figure.tight_layout()
    show(figure, alt)


def shares(
    values: Mapping[str, Mapping[str, tuple[float, float, float]]],
    xlabel: str,
    alt: str,
    level: tuple = (),
) -> None:
    """Shows shares with their intervals, a line a name from the top, a mark a case.

    Args:
        values: for each name, by case, a share and the low and high end of its interval, 0 to 1;
            shown in %. A name may lack a case.
        level: a share and what it is, for a line across, or nothing.
    """
    cases = list(dict.fromkeys(case for shown in values.values() for case in shown))
    figure, axis = plt.subplots(figsize=(6, 0.42 * len(values) + 1.3))
    for k, (case, colour, mark) in enumerate(zip(cases, COLOURS, cycle(MARKS), strict=False)):
        apart = 0.24 * (k - (len(cases) - 1) / 2)
        rows = [
            (n + apart, shown[case]) for n, shown in enumerate(values.values()) if case in shown
        ]
        places, (share, low, high) = [n for n, _ in rows], zip(*(v for _, v in rows), strict=True)
        middle = [100 * s for s in share]
        ends = [[100 * (s - a) for s, a in zip(share, low, strict=True)],
                [100 * (b - s) for s, b in zip(share, high, strict=True)]]  # fmt: skip
        axis.errorbar(
            middle, places, xerr=ends, fmt=mark, color=colour, label=case, capsize=3, ms=5
        )
    if level:
        axis.axvline(100 * level[0], color="black", ls=":", lw=1.2, label=level[1])
    axis.set_yticks(range(len(values)), list(values), fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel(xlabel)
    axis.grid(axis="x", alpha=0.3)
    if len(cases) > 1 or level:
        axis.legend(fontsize=7, ncols=len(cases) + 1, loc="lower center",
                    bbox_to_anchor=(0.45, 1), frameon=False)  # fmt: skip
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
    handles = {t: h for a in axes.flat for h, t in zip(*a.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles, loc="lower right", ncols=2, fontsize=8)
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
