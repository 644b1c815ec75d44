"""Grids of numbers as images: pictures, attention, matrices."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from torch import Tensor

from dalle_edu.course.figures.frame import COLOURS, show


def pictures(
    shown: Tensor,
    alt: str,
    titles: Sequence[str] = (),
    columns: int = 8,
    side: float = 1.3,
    rows: Sequence[str] = (),
) -> None:
    """Shows pictures side by side, each with its title.

    Args:
        shown: uint8 (B, 3, H, W).
        alt: what the figure shows, in a sentence.
        titles: one a picture, or none.
        columns: pictures a row; side: of one picture, in inches.
        rows: a name for each row, written at its left, or none.
    """
    columns = min(columns, len(shown))
    count = -(-len(shown) // columns)
    height = side * count * (1.25 if titles else 1.05)
    figure, axes = plt.subplots(count, columns, figsize=(side * columns, height), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, picture in zip(axes.flat, shown, strict=False):
        axis.imshow(picture.permute(1, 2, 0).numpy())
    for axis, title in zip(axes.flat, titles, strict=False):
        axis.set_title(title, fontsize=8)
    for axis, name in zip(axes[:, 0], rows, strict=False):
        axis.text(-0.1, 0.5, name, transform=axis.transAxes, ha="right", va="center", fontsize=8)
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


def matrix(
    values: Tensor,
    xlabel: str,
    ylabel: str,
    alt: str,
    dots: Tensor | None = None,
    ends: tuple[float, float] = (-1, 1),
) -> None:
    """Shows a matrix of cosines, (B, M), rows downward, with its scale beside it.

    Args:
        values: (B, M). dots: (B, M) bool, where an orange dot marks an entry.
        ends: of the scale of colours; what lies beyond has the colour of the end.
    """
    figure, axis = plt.subplots(figsize=(4, 3.3))
    image = axis.imshow(values.numpy(), cmap="cividis", clim=ends, interpolation="nearest")
    if dots is not None:
        rows, columns = dots.nonzero().T.numpy()
        axis.plot(columns, rows, "o", color=COLOURS[3], markersize=3.5, mec="black", mew=0.5)
    if max(values.shape) <= 12:
        axis.set(xticks=range(values.shape[1]), yticks=range(values.shape[0]))
    axis.set_xlabel(xlabel)
    axis.set_ylabel(ylabel)
    low, high = bool(values.min() < ends[0] - 1e-4), bool(values.max() > ends[1] + 1e-4)
    kind = ("neither", "max", "min", "both")[2 * low + high]
    figure.colorbar(image, label="cosine", extend=kind)
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
