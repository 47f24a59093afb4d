"""What the practices change by the end of the run: by depth interval and by layer."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from mollisol.show.context import ReportContext
from mollisol.show.drawing import (
    ZERO_COLOUR,
    band,
    depth_axis,
    members_note,
    new_figure,
    practice_styles,
    signed_ticks,
    steps,
    wrapped,
)
from mollisol.show.view import ResultView, spread, spread_along
from mollisol.show.wording import interval, number
from mollisol.units import MG_HA_PER_KG_M2


def draw_by_interval(view: ResultView, context: ReportContext) -> Figure | None:
    """Draw each practice's difference to the baseline at the end by depth interval, with 5-95 % bars."""
    if not view.others:
        return None
    styles = practice_styles(view)
    lines = sum(styles[index].label.count("\n") + 1 for index in view.others)
    figure = new_figure(8.6, 1.7 + 0.3 * lines)
    panels = figure.subplots(1, len(view.intervals), sharey=True, squeeze=False)[0]
    for panel, (axes, part) in enumerate(zip(panels, view.intervals, strict=True)):
        axes.axvline(0.0, color=ZERO_COLOUR, linewidth=0.9)
        for row, index in enumerate(view.others):
            stocks = view.stocks[panel]
            found = spread(stocks[index, :, -1] - stocks[view.baseline, :, -1])
            colour = styles[index].colour
            if not math.isnan(found.low):
                axes.plot([found.low, found.high], [row, row], color=colour, linewidth=2.2)
            axes.plot(found.mean, row, "o", color=colour, markersize=6)
            axes.annotate(
                number(found.mean, signed=True),
                (found.mean, row),
                textcoords="offset points",
                xytext=(0, 6),
                ha="center",
                fontsize=7.5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
        axes.set_title(f"{'abcdefgh'[panel]}  {part.name}")
        axes.margins(x=0.12)
        axes.set_ylim(len(view.others) - 0.4, -0.7)
        axes.set_yticks(range(len(view.others)), [styles[index].label for index in view.others])
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        signed_ticks(axes.xaxis, 4)
    figure.supxlabel(
        f"SOC compared with the baseline, {view.moment(-1)} (Mg C ha⁻¹).  "
        + ("" if view.members == 1 else f"Dots: mean of {view.members} parameter sets; bars: 5–95 %."),
        fontsize=9,
    )
    return figure


def draw_by_depth(view: ResultView, context: ReportContext) -> Figure:
    """Draw the difference to the baseline at the end by layer, one panel a practice.

    With the baseline alone, its own change since the start is drawn.
    """
    styles = practice_styles(view)
    shown = view.others or [view.baseline]
    end, start = view.soc[:, :, -1], view.soc[:, :, 0]
    columns = min(len(shown), 4)
    rows = math.ceil(len(shown) / columns)
    wrapped_lines = max(wrapped(view.practices[index], 20).count("\n") for index in shown)
    figure = new_figure(max(2.15 * columns, 4.4), (3.5 + 0.15 * wrapped_lines) * rows + 0.5)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, index in enumerate(shown):
        axes = panels[panel]
        change = end[index] - (end[view.baseline] if view.others else start[index])
        mean, low, high = spread_along(view.per_10_cm(change))
        axes.axvline(0.0, color=ZERO_COLOUR, linewidth=0.9)
        band(axes, view, low, high, styles[index].colour, alpha=0.28)
        steps(axes, view, mean, color=styles[index].colour)
        total = spread(MG_HA_PER_KG_M2 * change.sum(axis=-1))
        limits = "" if math.isnan(total.low) else f"\n({interval(total.low, total.high, signed=True)})"
        text = f"whole profile\n{number(total.mean, signed=True)} Mg C ha⁻¹{limits}"
        # The text stands in the lower half, on the side that the curve leaves free there.
        low_half = mean[view.grid.centres > 0.6 * view.grid.bottom]
        right = bool(np.sum(low_half) <= 0.0) or abs(np.sum(low_half)) < 0.2 * np.abs(mean).max()
        axes.text(0.97 if right else 0.03, 0.04, text, transform=axes.transAxes, fontsize=8, va="bottom",
                  ha="right" if right else "left",
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})  # fmt: skip
        axes.set_title(wrapped(view.practices[index], 20))
        # In a last row that is not full, the panel above an empty place carries the numbers.
        axes.tick_params(labelbottom=panel + columns >= len(shown))
        depth_axis(axes, view, label=panel % columns == 0)
        signed_ticks(axes.xaxis, 4)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    against = f"SOC compared with the baseline, {view.moment(-1)}" if view.others else "Change since the start"
    figure.supxlabel(f"{against} (Mg C ha⁻¹ per 10 cm)\n{members_note(view)}", fontsize=9)
    return figure
