"""One number for each name: bars, groups of bars, shares with their intervals."""

from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt

from dalle_edu.course.figures.frame import COLOURS, MARKS, show


def bars(values: Mapping[str, float], ylabel: str, alt: str) -> None:
    """Shows one bar a name, its number written on it."""
    figure, axis = plt.subplots(figsize=(0.9 * len(values) + 1, 2.8))
    drawn = axis.bar(list(values), list(values.values()), color=COLOURS[0])
    axis.bar_label(drawn, fmt="%.0f", fontsize=8)
    axis.margins(y=0.15)  # room for the numbers
    axis.set_ylabel(ylabel)
    figure.tight_layout()
    show(figure, alt)


def _few_digits(value: float) -> str:
    if 0 < value < 0.01:
        return "< 0.01"
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
