"""What all figures share: settings, colours that colour-blind readers tell apart, and depth axes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter

from mollisol.show.context import Array
from mollisol.show.view import ResultView
from mollisol.show.wording import MINUS, title
from mollisol.units import CM_PER_M

SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "butt",
    # A practice may be called "$x$": text is never read as a formula.
    "text.parse_math": False,
    "hatch.linewidth": 0.5,
}

BASELINE_COLOUR = "#222222"
MEASURED_COLOUR = "#8a4b08"
EQUILIBRIUM_COLOUR = "#6a6a6a"
CHOSEN_COLOUR = "#7b3294"
BEYOND_COLOUR = "#f4f1ea"
ZERO_COLOUR = "#555555"

# Okabe and Ito's colours without black (the baseline's) and yellow (too pale for a thin line).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f6a00")
STYLES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class PracticeStyle:
    """How one practice is drawn in every figure: its label, colour and line style."""

    label: str
    colour: str
    line: str


@contextmanager
def settings() -> Iterator[None]:
    """Apply the figures' settings, whatever the user's own are, and restore those afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def practice_styles(view: ResultView) -> list[PracticeStyle]:
    """Return the style of each practice, in the order of the result; more than seven change the line style."""
    styles: list[PracticeStyle] = []
    for index, name in enumerate(view.practices):
        if index == view.baseline:
            styles.append(PracticeStyle(wrapped(name), BASELINE_COLOUR, "-"))
            continue
        rank = view.others.index(index)
        line = STYLES[(rank // len(COLOURS)) % len(STYLES)]
        styles.append(PracticeStyle(wrapped(name), COLOURS[rank % len(COLOURS)], line))
    return styles


def wrapped(practice: str, width: int = 26) -> str:
    """Return a practice's name for people, long ones on two or three lines."""
    # A label that opens with an underscore would be left out of legends.
    name = title(practice).lstrip("_ ") or practice
    return "\n".join(textwrap.wrap(name, width, max_lines=3, placeholder=" …")) or name


def depth_axis(axes: Axes, view: ResultView, *, label: bool = True, top: float = 0.0) -> None:
    """Turn the y axis into depth in cm, down, from `top` (m) to the bottom of the grid."""
    bottom = view.grid.bottom * CM_PER_M
    axes.set_ylim(bottom, top * CM_PER_M)
    if label:
        axes.set_ylabel("Depth (cm)")


def steps(axes: Axes, view: ResultView, values: Array, **rest: Any) -> Any:
    """Draw (layer,) values as steps over the layers, depth in cm along y."""
    return axes.stairs(values, view.grid.edges * CM_PER_M, orientation="horizontal", baseline=None, **rest)


def band(axes: Axes, view: ResultView, low: Array, high: Array, colour: str, alpha: float = 0.2) -> None:
    """Fill between (layer,) `low` and `high`; nothing where there is no interval."""
    if np.all(np.isnan(low)):
        return
    axes.stairs(
        high,
        view.grid.edges * CM_PER_M,
        orientation="horizontal",
        baseline=low,
        fill=True,
        color=colour,
        alpha=alpha,
        linewidth=0,
    )


def mark_beyond(axes: Axes, view: ResultView, depth: float, *, label: bool = False) -> None:
    """Hatch the part of the profile below the measured depth (m): there the model continues it."""
    bottom = view.grid.bottom
    if depth >= bottom - 1e-9:
        return
    axes.axhspan(
        depth * CM_PER_M,
        bottom * CM_PER_M,
        facecolor=BEYOND_COLOUR,
        edgecolor="#d8d0bf",
        hatch="//",
        linewidth=0,
        zorder=0,
    )
    if label:
        axes.text(
            0.98,
            bottom * CM_PER_M - 0.015 * bottom * CM_PER_M,
            "below the measurements:\ncontinued by the model",
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="bottom",
            fontsize=8,
            color="#5f553d",
            bbox={"facecolor": BEYOND_COLOUR, "edgecolor": "none", "pad": 1.5},
        )


def plain_log(axes: Axes, low: float, high: float, *, vertical: bool = False) -> None:
    """Make the x (or y) axis logarithmic from `low` to `high`, ticks written out (1, 10, 1,000)."""
    axis = axes.yaxis if vertical else axes.xaxis
    (axes.set_yscale if vertical else axes.set_xscale)("log")
    (axes.set_ylim if vertical else axes.set_xlim)(low, high)
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    reach = np.log10(high / low)
    factors: Sequence[float] = (1.0, 2.0, 5.0) if reach < 2.6 else (1.0, 3.0) if reach < 3.6 else (1.0,)
    places = [factor * 10.0**power for power in decades for factor in factors]
    axis.set_major_locator(FixedLocator([place for place in places if low <= place <= high]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def signed_ticks(axis: Axis, count: int = 5) -> None:
    """Write about `count` ticks with their signs (+2, 0, −2)."""
    axis.set_major_locator(MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+.6g}".replace("-", MINUS) if abs(value) > 1e-12 else "0")
    )


def legend_below(figure: Figure, axes: Axes, columns: int, note: str) -> None:
    """Put the legend of `axes` under the figure, headed by a note."""
    handles, labels = axes.get_legend_handles_labels()
    legend = figure.legend(handles, labels, loc="outside lower center", ncols=columns, title=note)
    legend.get_title().set(fontsize=8.0, color="#444444")


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches) that keeps its labels apart."""
    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))


def members_note(view: ResultView) -> str:
    """Return what lines and bands are, with the number of members."""
    if view.members == 1:
        return "One parameter set: no uncertainty is shown."
    return f"Lines: mean of {view.members} parameter sets; shaded and bars: 5–95 % of them."
