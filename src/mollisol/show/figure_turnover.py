"""Turnover times of the baseline by depth on a log axis, beside those published for cropland."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mollisol.show.context import Array, ReportContext
from mollisol.show.drawing import band, depth_axis, legend_below, new_figure, plain_log, steps
from mollisol.show.turnover import references, rows_of
from mollisol.show.view import ResultView
from mollisol.units import CM_PER_M

KINDS = (
    ("turnover_time_bnpp", "stock / below-ground productivity (BNPP)", "#0072b2", "-"),
    ("turnover_time", "stock / external input", "#009e73", "--"),
    ("loss_time", "stock / respiration", "#d55e00", "-."),
)
REFERENCE_COLOUR = "#5c5c5c"


def _middle_along(values: Array) -> tuple[Array, Array, Array]:
    """Return median, 5 and 95 % over members (first axis); a layer without a time is NaN."""
    finite = np.where(np.isfinite(values), values, np.nan)
    known = np.isfinite(finite).all(axis=0)
    median, low, high = (np.full(values.shape[1], np.nan) for _ in range(3))
    if known.any():
        median[known] = np.median(finite[:, known], axis=0)
        if values.shape[0] > 1:
            low[known], high[known] = np.quantile(finite[:, known], [0.05, 0.95], axis=0)
    return median, low, high


def _published(axes: Axes, context: ReportContext) -> None:
    rows = references(context)
    for rank, row in enumerate(rows):
        height = 0.5 * (row.bottom_cm - row.top_cm)
        centre = 0.5 * (row.bottom_cm + row.top_cm)
        box = Rectangle((row.lower_quartile, centre - 0.5 * height), row.upper_quartile - row.lower_quartile, height,
                        facecolor="#d9d9d9", edgecolor=REFERENCE_COLOUR, linewidth=0.8, zorder=1.5,
                        label="published: middle half" if rank == 0 else None)  # fmt: skip
        axes.add_patch(box)
        ends = [centre - 0.5 * height, centre + 0.5 * height]
        axes.plot([row.median, row.median], ends, color="#000000", linewidth=1.6, solid_capstyle="butt",
                  label="published: median" if rank == 0 else None)  # fmt: skip
        axes.plot(row.mean, centre, "D", color="white", markeredgecolor="#000000", markersize=5,
                  linestyle="none", label="published: mean" if rank == 0 else None)  # fmt: skip


def draw(view: ResultView, context: ReportContext) -> Figure | None:
    """Draw the turnover times by layer with the published cropland rows to the same depth axis."""
    shown = [(kind, times) for kind in KINDS if (times := view.values(kind[0])) is not None]
    if not shown:
        return None
    figure = new_figure(6.6, 6.2)
    axes = figure.subplots()
    limits = [value for row in references(context) for value in (row.lower_quartile, row.mean)]
    for (_, label, colour, line), times in shown:
        median, low, high = _middle_along(times[view.baseline])
        band(axes, view, low, high, colour, alpha=0.15)
        steps(axes, view, median, color=colour, linestyle=line, label=label, zorder=3)
        limits += [float(value) for value in np.concatenate([median, low, high]) if value > 0.0]
    rows = [row for row in rows_of(view, context) if "turnover_time_bnpp" in row.times]
    if rows:
        points = np.array([(row.times["turnover_time_bnpp"].median, 0.5 * (row.top + row.bottom)) for row in rows])
        points = points[np.isfinite(points[:, 0])]
        axes.plot(points[:, 0], points[:, 1] * CM_PER_M, "o", color=KINDS[0][2], markersize=5.5, zorder=4,
                  markeredgecolor="white", label="stock / BNPP, by rows of the table")  # fmt: skip
    if not limits:
        return None
    _published(axes, context)
    plain_log(axes, 0.7 * min(limits), 1.4 * max(limits))
    depth_axis(axes, view)
    axes.set_xlabel("Turnover time (years, logarithmic scale)")
    text = "one parameter set" if view.members == 1 else f"median and 5–95 % of {view.members} parameter sets"
    legend_below(figure, axes, 2, f"Baseline, last full rotation: {text}.\nPublished: cropland, stock / BNPP.")
    return figure
