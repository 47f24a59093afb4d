"""Where carbon enters and where it leaves: inputs and respiration of the baseline by depth."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from mollisol.show.context import Array, ReportContext
from mollisol.show.drawing import band, depth_axis, legend_below, members_note, new_figure, plain_log, steps
from mollisol.show.view import ResultView, spread, spread_along
from mollisol.show.wording import amount
from mollisol.units import MG_HA_PER_KG_M2

KINDS = (
    ("input", "surface_input", "carbon input", "#009e73", "-"),
    ("respiration", "surface_respiration", "respiration (decomposition)", "#d55e00", "--"),
)


def _run_mean(view: ResultView, name: str) -> Array | None:
    """Return (member, ...) the baseline's mean over the years; the first time holds no flux."""
    values = view.values(name)
    return None if values is None else values[view.baseline][:, 1:].mean(axis=1)


def draw(view: ResultView, context: ReportContext) -> Figure | None:
    """Draw input and respiration by layer (left, log axis) and by depth interval (right)."""
    shown = [(kind, flux) for kind in KINDS if (flux := _run_mean(view, kind[0])) is not None]
    if not shown:
        return None
    figure = new_figure(8.6, 4.6)
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.05))
    largest, smallest = 0.0, math.inf
    parts = view.intervals[:-1]
    names = ["surface litter", *(part.name for part in parts)]
    longest = 0.0
    for rank, ((_, surface, label, colour, line), flux) in enumerate(shown):
        mean, low, high = spread_along(view.per_10_cm(flux))
        positive = np.where(mean > 0.0, mean, np.nan)
        band(left, view, np.where(low > 0.0, low, positive), high, colour)
        steps(left, view, positive, color=colour, linestyle=line, label=label)
        largest = max(largest, float(np.nanmax(np.append(high, mean))))
        if np.isfinite(positive).any():
            smallest = min(smallest, float(np.nanmin(positive)))
        above = _run_mean(view, surface)
        amounts = [above, *(view.in_interval(flux, part.top, part.bottom) for part in parts)]
        for row, values in enumerate(amounts):
            if values is None:
                continue
            found = spread(MG_HA_PER_KG_M2 * values)
            place = row + 0.4 * (rank - 0.5)
            right.barh(place, found.mean, height=0.36, color=colour, alpha=0.85)
            end = found.mean
            if not math.isnan(found.low):
                right.plot([found.low, found.high], [place, place], color="#222222", linewidth=1.1)
                end = found.high
            longest = max(longest, end)
            right.annotate(amount(found.mean), (end, place), textcoords="offset points", xytext=(4, 0),
                           va="center", fontsize=8)  # fmt: skip
    if largest > 0.0:
        plain_log(left, max(0.6 * smallest, 1e-5 * largest), 1.6 * largest)
    depth_axis(left, view)
    left.set_xlabel("Mean over the run (Mg C ha⁻¹ yr⁻¹ per 10 cm)")
    left.set_title("a  By layer, logarithmic scale")
    right.set_yticks(range(len(names)), names)
    right.set_ylim(len(names) - 0.5, -0.5)
    right.set_xlim(0.0, 1.16 * longest if longest else 1.0)
    right.grid(axis="y", visible=False)
    right.tick_params(axis="y", length=0)
    right.set_xlabel("Mean over the run (Mg C ha⁻¹ yr⁻¹)")
    right.set_title("b  By depth interval")
    legend_below(figure, left, 2, f"Baseline. {members_note(view)}")
    return figure
