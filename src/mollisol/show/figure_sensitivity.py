"""Heat maps of a sensitivity: what the variance comes from by depth, and what measurements would take away of it."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from mollisol.show.context import Array
from mollisol.show.drawing import new_figure, settings
from mollisol.show.files import write_atomically
from mollisol.show.layout import RESOLUTION
from mollisol.show.wording import title

if TYPE_CHECKING:
    from mollisol.evidence.sensitivity import Sensitivity

MOST_PANELS = 8
MOST_FACTORS = 14
MOST_MEASUREMENTS = 12
SMALL = 0.02
"""A depth whose spread is less than this share of the largest is left grey."""

WRITTEN = 0.1
"""Shares from here on are written into their cells, in percent."""


def draw(made: Sensitivity) -> Figure:
    """Draw total Sobol indices (above) and the variance taken away by measurements (below), by quantity and depth."""
    function = made.function
    shown = min(len(function.quantities), MOST_PANELS)
    names = [function.factors[i].name for i in made.sampled]
    factors = _largest(made.total[:shown], MOST_FACTORS)
    measured = np.stack([value[:shown] for value in made.reductions.values()], axis=-1)
    measurements = _largest(measured, MOST_MEASUREMENTS)
    figure = new_figure(3.4 + 1.75 * shown, 1.9 + 0.24 * (len(factors) + len(measurements)))
    small = made.spread[:shown] < SMALL * made.spread[:shown].max(axis=1, keepdims=True)
    axes = figure.subplots(
        2, shown, squeeze=False, sharey="row", height_ratios=[max(1, len(factors)), max(1, len(measurements))]
    )
    image = None
    for number in range(shown):
        heading = "\n".join(textwrap.wrap(title(function.quantities[number]), 20))
        spread = made.spread[number, -1]
        size = f"±{100.0 * spread:.0f} %" if made.relative[number] else f"±{spread:.2g} Mg C/ha"
        axes[0, number].set_title(f"{heading}\n{size}", fontsize=8.0)
        image = _cells(
            axes[0, number], _seen(made.total, number, factors, small), function.depths, [names[i] for i in factors]
        )
        labels = [list(made.reductions)[i] for i in measurements]
        _cells(axes[1, number], _seen(measured, number, measurements, small), function.depths, labels)
        axes[1, number].set_xlabel("Depth (cm)", fontsize=8.0)
    axes[0, 0].set_ylabel("Share of the variance\n(total Sobol index)", fontsize=8.5)
    axes[1, 0].set_ylabel("Variance that a\nmeasurement takes away", fontsize=8.5)
    if image is not None:
        bar = figure.colorbar(image, ax=list(axes.ravel()), fraction=0.02, pad=0.01)
        bar.set_label("Share of the variance")
    note = "Numbers: percent. Grey: next to nothing changes at that depth. Names: parameters, see the reference pages."
    figure.supxlabel(note, fontsize=7.6, color="#444444", x=0.01, ha="left")
    return figure


def _largest(values: Array, most: int) -> list[int]:
    """Return the numbers of the last axis' largest entries, the largest first."""
    worth = np.nanmax(np.where(np.isfinite(values), values, 0.0), axis=(0, 1))
    return [int(i) for i in np.argsort(-worth)[:most]]


def _seen(values: Array, number: int, chosen: list[int], small: NDArray[np.bool_]) -> Array:
    """Return (chosen, depth) of a quantity, missing where next to nothing happens at a depth."""
    return np.where(small[number], np.nan, values[number][:, chosen].T)


def _cells(axes: Axes, values: Array, depths: list[str], names: list[str]) -> AxesImage:
    colours = matplotlib.colormaps["cividis"].with_extremes(bad="#dddddd")
    # an index below zero is its sampling error
    image = axes.imshow(np.ma.masked_invalid(values), cmap=colours, vmin=0.0, vmax=0.8, aspect="auto")
    axes.grid(False)
    axes.set_xticks(range(len(depths)), depths, rotation=90, fontsize=6.8)
    axes.set_yticks(range(len(names)), names, fontsize=7.2)
    axes.tick_params(length=0.0)
    axes.axvline(len(depths) - 1.5, color="white", linewidth=1.5)
    for row, column in np.ndindex(*values.shape):
        share = values[row, column]
        if np.isfinite(share) and share >= WRITTEN:
            dark = share < 0.45
            axes.text(column, row, f"{100.0 * share:.0f}", ha="center", va="center", fontsize=6.2,
                      color="white" if dark else "black")  # fmt: skip
    return image


def write(made: Sensitivity, path: Path) -> None:
    """Write the figure as PNG."""
    with settings():
        image = io.BytesIO()
        FigureCanvasAgg(draw(made)).print_figure(image, dpi=RESOLUTION, format="png")
    write_atomically(path, image.getvalue())
