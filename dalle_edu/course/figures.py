"""Figures as the notebooks show them: white ground, alt text, colours for all eyes."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from torch import Tensor

# Okabe and Ito (2008), in the order in which lines are drawn.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")


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
