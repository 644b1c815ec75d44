"""Things to move in a notebook, by mouse or keyboard; each also says in text what it shows.

A widget's picture is stored with the notebook: without a kernel it stands still, and can be read.
"""

import io
from collections.abc import Callable, Sequence

import ipywidgets
import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from torch import Tensor

from dalle_edu.course.figures import COLOURS


def temperature(cosine: Tensor, names: Sequence[str], start: float = 0.2) -> None:
    """A slider for the temperature, and what the softmax makes of one row of cosines.

    Args:
        cosine: (M,) one picture's cosines. names: of the M captions. start: the first temperature.
    """

    def draw(tau: float) -> Figure:
        figure, (left, right) = plt.subplots(1, 2, figsize=(6, 2.4), sharey=True)
        left.barh(names, cosine.numpy(), color=COLOURS[5])
        left.set_xlabel("cosine")
        left.set_xlim(0, 1)
        right.barh(names, (cosine / tau).softmax(0).numpy(), color=COLOURS[0])
        right.set_xlabel(f"softmax at temperature {tau:.3g}")
        right.set_xlim(0, 1)
        return figure

    slider = ipywidgets.FloatLogSlider(
        start, min=-2, max=1, step=0.05, description="temperature", continuous_update=False
    )
    _picture_of(draw, slider, "A slider for the temperature, and two bars a caption: its cosine "
                "and its share of the softmax.")  # fmt: skip


def training(
    steps: Sequence[int],
    drawn: Sequence[Tensor],
    slopes: Sequence[Tensor],
    grid: Tensor,
    data: Tensor,
    start: int = -1,
) -> None:
    """A slider over the snapshots of a training in the plane: what is drawn, where it is pushed.

    Args:
        steps: of the S snapshots. drawn: S times (N, 2), the generator's points.
        slopes: S times (M, 2), the slope of the discriminator's score at each place of `grid`
            (M, 2), the way to a higher score; an arrow's length grows with its square root.
        data: (N, 2) real points. start: the first snapshot shown.
    """
    limit = 1.05 * grid.abs().max().item()

    def draw(at: int) -> Figure:
        figure, axis = plt.subplots(figsize=(4.2, 4.2))
        slope = slopes[at]
        arrow = slope / slope.norm(dim=1, keepdim=True).clamp(min=1e-9).sqrt()
        axis.plot(*data.T.numpy(), "o", color="#BBBBBB", markersize=2.5, label="real")
        axis.quiver(*grid.T.numpy(), *arrow.T.numpy(), color=COLOURS[3], width=0.003)
        axis.plot(*drawn[at].T.numpy(), "x", color=COLOURS[0], markersize=3, mew=0.6, label="drawn")
        axis.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="x", ylabel="y")
        axis.set_title(f"step {steps[at]}", fontsize=9)
        axis.legend(fontsize=7, loc="upper right")
        return figure

    options = [(str(step), place) for place, step in enumerate(steps)]
    slider = ipywidgets.SelectionSlider(
        options=options, value=range(len(steps))[start], description="step", continuous_update=False
    )
    _picture_of(draw, slider, "A slider over the steps of a training; real points in grey, drawn "
                "ones in blue, red arrows the way the discriminator's score rises.")  # fmt: skip


def _picture_of(draw: Callable[[float], Figure], slider: ipywidgets.Widget, alt: str) -> None:
    """Shows a slider and the figure that `draw` makes of its value; `alt` stands in for both."""
    image = ipywidgets.Image(format="png")

    def update(_change: object = None) -> None:
        figure, png = draw(slider.value), io.BytesIO()
        figure.set_facecolor("white")
        figure.tight_layout()
        figure.savefig(png, format="png", dpi=100)
        plt.close(figure)
        image.value = png.getvalue()

    update()
    slider.observe(update, "value")
    box = ipywidgets.VBox([slider, image])
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    display({"application/vnd.jupyter.widget-view+json": view, "text/plain": alt}, raw=True)
