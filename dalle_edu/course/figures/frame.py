"""What all figures share: frame, alt text, colours for all eyes, one legend for all axes."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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


def legend_of_all(figure: Figure, axes: Iterable[Axes], place: str, columns: int) -> None:
    """One legend below, or at another place of the figure, for what any of the axes shows."""
    named = [zip(*axis.get_legend_handles_labels(), strict=True) for axis in axes]
    handles = {name: handle for pairs in named for handle, name in pairs}
    figure.legend(handles.values(), handles, loc=place, ncols=columns, fontsize=8)
