"""Figures of a comparison: the gains in their order, and what drove them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from mollisol.show.comparison_tables import in_order, interval_names, ranks_of
from mollisol.show.drawing import BASELINE_COLOUR, COLOURS, ZERO_COLOUR, new_figure, settings, signed_ticks, wrapped
from mollisol.show.figures import write_figure
from mollisol.study.comparison.drivers import GROUPS
from mollisol.units import MG_HA_PER_KG_M2

if TYPE_CHECKING:
    from mollisol.study.comparison import Comparison

ROW = 0.24
"""Inches for a practice."""

UNSURE_COLOUR = "#8c8c8c"
"""Of the name of a practice that may be as good as the first."""


def write_comparison_figures(found: Comparison, directory: Path) -> dict[str, Path]:
    """Write the figures of a comparison as PNG into `directory` and return their paths by name."""
    drawn = {"gain": draw_gain, "attribution": draw_attribution}
    with settings():
        return {name: write_figure(draw(found), directory / f"{name}.png") for name, draw in drawn.items()}


def draw_gain(found: Comparison) -> Figure:
    """Draw the gain of the ranked practices by interval of depth, with 5-95 % bars, and under the other model."""
    ranks = ranks_of(found)
    order = [found.names.index(one.name) for one in ranks]
    names = interval_names(found)
    panels = [len(names) - 1, *range(len(names) - 1)]
    figure = new_figure(9.2, 1.6 + ROW * len(order))
    all_axes = figure.subplots(
        1, len(panels), sharey=True, squeeze=False, width_ratios=[1.7] + [1] * (len(panels) - 1)
    )[0]
    rows = np.arange(len(order))
    for axes, part in zip(all_axes, panels, strict=True):
        whole = part == len(names) - 1
        axes.axvline(0.0, color=ZERO_COLOUR, linewidth=0.9)
        gain = found.gain[order, part, -1]
        colour = COLOURS[0]
        if found.members > 1:
            low, high = np.quantile(gain, [0.05, 0.95], axis=1)
            axes.hlines(rows, low, high, color=colour, linewidth=2.0, alpha=0.55, label="5–95 %")
        axes.plot(np.median(gain, axis=1), rows, "o", color=colour, markersize=4.5, label="median")
        if whole and found.other is not None and found.other.gain is not None:
            its = np.median(found.other.gain[order], axis=1)
            axes.plot(its, rows, "D", color=COLOURS[1], markersize=4.5, markerfacecolor="none", linestyle="none",
                      label=f"median under {found.other.name}")  # fmt: skip
        axes.set_title(names[part])
        axes.set_ylim(len(order) - 0.4, -0.6)
        axes.set_yticks(rows, [wrapped(found.names[i]) for i in order])
        axes.tick_params(axis="y", length=0)
        signed_ticks(axes.xaxis, 4)
    for label, one in zip(all_axes[0].get_yticklabels(), ranks, strict=True):
        label.set_color(BASELINE_COLOUR if one.place == 1 or not one.like_first else UNSURE_COLOUR)
    figure.supxlabel("SOC compared with the baseline (Mg C ha⁻¹)", fontsize=9)
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def draw_attribution(found: Comparison) -> Figure:
    """Draw the parts of each difference as bars from zero, and their sum."""
    order = in_order(found)
    value = MG_HA_PER_KG_M2 * found.attribution.value[order].sum(axis=-1)
    figure = new_figure(8.6, 1.6 + ROW * len(order))
    axes = figure.subplots()
    rows = np.arange(len(order))
    up, down = np.zeros(len(order)), np.zeros(len(order))
    for number, group in enumerate(GROUPS):
        part = value[:, number]
        begin = np.where(part >= 0.0, up, down)
        axes.barh(rows, part, left=begin, color=COLOURS[number], label=group, height=0.72, linewidth=0)
        up, down = up + np.maximum(part, 0.0), down + np.minimum(part, 0.0)
    axes.axvline(0.0, color=ZERO_COLOUR, linewidth=0.9)
    axes.plot(value.sum(axis=1), rows, "o", color="#000000", markersize=3.5, label="sum")
    axes.margins(x=0.03)
    axes.autoscale_view(scaley=False)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_yticks(rows, [wrapped(found.names[i]) for i in order])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Part of the difference in SOC, whole profile, best estimate (Mg C ha⁻¹)")
    signed_ticks(axes.xaxis, 7)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure
