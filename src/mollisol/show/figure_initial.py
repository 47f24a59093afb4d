"""How the run starts: measured, steady state and chosen profile, with the factor that balances them."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mollisol.show.context import ReportContext
from mollisol.show.drawing import (
    CHOSEN_COLOUR,
    EQUILIBRIUM_COLOUR,
    depth_axis,
    legend_below,
    mark_beyond,
    new_figure,
    plain_log,
    steps,
)
from mollisol.show.figure_profile import DENSITY, draw_measured, draw_start
from mollisol.show.view import ResultView

ACCEPTED = (1.0 / 3.0, 3.0)
"""The balance factor is doubtful outside these."""


def draw(view: ResultView, context: ReportContext) -> Figure | None:
    """Draw the initial state, and the balance factor by depth where one was fitted."""
    initial, measured = context.initial, context.measured
    if initial is None:
        return None
    factor = initial.balance_factor
    if factor is not None and not np.isfinite(factor).any():
        factor = None
    figure = new_figure(7.6 if factor is not None else 4.8, 5.2)
    panels = figure.subplots(1, 2 if factor is not None else 1, sharey=True, squeeze=False,
                             width_ratios=(1.5, 1.0) if factor is not None else None)[0]  # fmt: skip
    axes = panels[0]
    if initial.equilibrium is not None:
        steps(axes, view, view.per_10_cm(np.asarray(initial.equilibrium)), color=EQUILIBRIUM_COLOUR,
              linestyle=":", label="model's steady state, unadjusted")  # fmt: skip
    draw_start(axes, view, initial.chosen, None if measured is None else measured.depth, behind=False)
    if measured is not None:
        draw_measured(axes, view, measured)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(DENSITY)
    axes.set_title("a  SOC at the start")
    if factor is not None:
        values = np.asarray(factor)
        right = panels[1]
        right.axvline(1.0, color="#555555", linewidth=0.9)
        for limit in ACCEPTED:
            right.axvline(limit, color="#b2182b", linewidth=0.9, linestyle=(0, (4, 3)))
        steps(right, view, values, color=CHOSEN_COLOUR, linewidth=1.8)
        plain_log(right, min(0.28, 0.8 * float(np.nanmin(values))), max(3.6, 1.25 * float(np.nanmax(values))))
        right.set_xticks([1.0 / 3.0, 0.5, 1.0, 2.0, 3.0], ["1/3", "1/2", "1", "2", "3"])
        right.set_xlabel("Factor on the loss of mineral-\nassociated carbon (dashed: doubtful\nbeyond 1/3 and 3)")
        right.set_title("b  Balance factor")
    for panel, each in enumerate(panels):
        if measured is not None:
            mark_beyond(each, view, measured.depth, label=panel == 0)
        depth_axis(each, view, label=panel == 0)
    told = f"Median of {view.members} parameter sets." if view.members > 1 else "Best estimate of the parameters."
    legend_below(figure, axes, 2 if factor is not None else 1, told)
    return figure
