"""SOC by depth: measured, steady state, start, and the end of each practice."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mollisol.show.context import Array, MeasuredProfile, ReportContext
from mollisol.show.drawing import (
    BASELINE_COLOUR,
    CHOSEN_COLOUR,
    EQUILIBRIUM_COLOUR,
    MEASURED_COLOUR,
    band,
    depth_axis,
    legend_below,
    mark_beyond,
    members_note,
    new_figure,
    practice_styles,
    steps,
)
from mollisol.show.view import ResultView, spread_along
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2

DENSITY = "SOC (Mg C ha⁻¹ per 10 cm)"
ZOOM_TOP = 0.3


def draw_measured(axes: Axes, view: ResultView, measured: MeasuredProfile) -> None:
    """Draw the measured profile: one bar down each horizon (or layer), its error across."""
    if measured.horizons:
        tops = np.array([row.top_cm for row in measured.horizons])
        bottoms = np.array([row.bottom_cm for row in measured.horizons])
        soc = np.array([row.soc for row in measured.horizons])
        error = np.array([row.error for row in measured.horizons])
    else:
        tops, bottoms = view.grid.edges[:-1] * CM_PER_M, view.grid.edges[1:] * CM_PER_M
        soc, error = np.asarray(measured.soc), np.asarray(measured.error)
    known = np.isfinite(soc)
    tops, bottoms, soc, error = tops[known], bottoms[known], soc[known], error[known]
    per_10_cm = MG_HA_PER_KG_M2 * 10.0 / (bottoms - tops)
    axes.errorbar(
        soc * per_10_cm,
        0.5 * (tops + bottoms),
        xerr=np.where(np.isfinite(error), error, 0.0) * per_10_cm,
        yerr=0.5 * (bottoms - tops),
        fmt="o",
        color=MEASURED_COLOUR,
        markersize=4,
        linewidth=1.3,
        capsize=0,
        zorder=5,
        label="measured (down: horizon; across: ±1 sd)",
    )


def draw_start(axes: Axes, view: ResultView, chosen: Array, depth: float | None, *, behind: bool) -> None:
    """Draw the chosen initial state, dashed below the measured depth (m); broad and pale where `behind` lines."""
    density = view.per_10_cm(np.asarray(chosen))
    within = np.ones_like(density, dtype=bool) if depth is None else view.grid.centres < depth
    style: dict[str, Any] = {"color": CHOSEN_COLOUR, "linewidth": 1.8, "zorder": 4}
    if behind:
        style = {"color": CHOSEN_COLOUR, "linewidth": 4.0, "alpha": 0.45, "zorder": 2}
    steps(axes, view, np.where(within, density, np.nan), label="start of the run", **style)
    if not within.all():
        steps(axes, view, np.where(within, np.nan, density), linestyle=(0, (1.6, 0.9)), **style)


def _panel(axes: Axes, view: ResultView, context: ReportContext) -> None:
    styles = practice_styles(view)
    measured, initial = context.measured, context.initial
    end = view.per_10_cm(view.soc[:, :, -1])
    for index in [*view.others, view.baseline]:
        mean, low, high = spread_along(end[index])
        style = styles[index]
        if index == view.baseline:
            band(axes, view, low, high, BASELINE_COLOUR, alpha=0.16)
        steps(
            axes,
            view,
            mean,
            color=style.colour,
            linestyle=style.line,
            linewidth=1.3,
            label=f"{style.label}, {view.moment(-1)}",
        )
    if initial is not None and initial.equilibrium is not None:
        density = view.per_10_cm(np.asarray(initial.equilibrium))
        steps(axes, view, density, color=EQUILIBRIUM_COLOUR, linestyle=":", label="model's steady state, unadjusted")
    if initial is not None:
        draw_start(axes, view, initial.chosen, None if measured is None else measured.depth, behind=True)
    if measured is not None:
        draw_measured(axes, view, measured)


def _densest(view: ResultView, context: ReportContext, top: float) -> float:
    """Return the largest density below `top` (m), for the limit of the x axis."""
    below = view.grid.edges[1:] > top + 1e-9
    end = view.soc[:, :, -1]
    highest = spread_along(end[view.baseline])[2]
    sets = [view.per_10_cm(np.fmax(end.mean(axis=1).max(axis=0), highest))]
    initial, measured = context.initial, context.measured
    if initial is not None:
        sets += [view.per_10_cm(np.asarray(x)) for x in (initial.chosen, initial.equilibrium) if x is not None]
    if measured is not None:
        error = np.where(np.isfinite(measured.error), measured.error, 0.0)
        sets.append(view.per_10_cm(np.asarray(measured.soc) + error))
    values = np.concatenate([np.atleast_1d(one[below]) for one in sets])
    return float(np.nanmax(values)) or 1.0


def draw(view: ResultView, context: ReportContext) -> Figure:
    """Draw the profile, whole on the left and below 30 cm on a finer scale on the right."""
    zoomed = view.grid.bottom > 1.5 * ZOOM_TOP
    entries = len(view.practices) + 3
    figure = new_figure(8.6 if zoomed else 5.2, 5.6 + 0.2 * (entries / 2 if zoomed else entries))
    panels = figure.subplots(1, 2 if zoomed else 1, squeeze=False)[0]
    for panel, axes in enumerate(panels):
        top = ZOOM_TOP if panel else 0.0
        _panel(axes, view, context)
        if context.measured is not None:
            mark_beyond(axes, view, context.measured.depth, label=panel == len(panels) - 1)
        depth_axis(axes, view, label=panel == 0, top=top)
        axes.set_xlim(0.0, 1.06 * _densest(view, context, top))
        axes.set_xlabel(DENSITY)
        axes.set_title(f"{'ab'[panel]}  {'Below 30 cm, finer scale' if panel else 'Whole profile'}")
    legend_below(figure, panels[0], 2 if zoomed else 1, members_note(view))
    return figure
