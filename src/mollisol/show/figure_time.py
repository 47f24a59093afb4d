"""SOC through time by depth interval: change since the start, and difference to the baseline."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mollisol.show.context import Array, ReportContext
from mollisol.show.drawing import (
    ZERO_COLOUR,
    PracticeStyle,
    legend_below,
    members_note,
    new_figure,
    practice_styles,
    signed_ticks,
)
from mollisol.show.view import ResultView, spread_along

MOST_BANDS = 5
"""More bands than this hide one another; then the bars at the end stand alone."""


def _lines(
    axes: Axes,
    view: ResultView,
    values: Array,
    shown: list[int],
    styles: list[PracticeStyle],
    banded: list[int],
) -> None:
    """Draw (practice, member, time) values as mean and band, with bars for the end beside the last year."""
    years = view.year_ends
    gap = 0.028 * max(years[-1] - years[0], 1.0)
    axes.axhline(0.0, color=ZERO_COLOUR, linewidth=0.9)
    for rank, index in enumerate(shown):
        mean, low, high = spread_along(values[index])
        style = styles[index]
        if index in banded and not np.isnan(low).all():
            axes.fill_between(years, low, high, color=style.colour, alpha=0.14, linewidth=0)
        axes.plot(years, mean, color=style.colour, linestyle=style.line, label=style.label)
        if not np.isnan(low).all():
            place = years[-1] + gap * (rank + 1.2)
            axes.plot([place, place], [low[-1], high[-1]], color=style.colour, linewidth=2.0)
            axes.plot(place, mean[-1], "o", color=style.colour, markersize=3.5)
    axes.set_xlim(years[0], years[-1] + gap * (len(view.practices) + 1.0))
    ticks = MaxNLocator(nbins=4, integer=True, min_n_ticks=2).tick_values(years[0], years[-1])
    axes.set_xticks([tick for tick in ticks if years[0] <= tick <= years[-1]])
    signed_ticks(axes.yaxis, 6)


def draw(view: ResultView, context: ReportContext) -> Figure:
    """Draw the change of SOC through time, one column a depth interval."""
    styles = practice_styles(view)
    rows = 2 if view.others else 1
    count = len(view.intervals)
    figure = new_figure(9.6, 3.0 * rows + 0.7)
    panels = figure.subplots(rows, count, sharex=True, squeeze=False)
    order = [*view.others, view.baseline]
    letters = iter("abcdefghijklmnop")
    for column, part in enumerate(view.intervals):
        stocks = view.stocks[column]
        change = stocks - stocks[:, :, :1]
        # Bands of all practices would hide one another here: the baseline's stands for their size.
        _lines(panels[0, column], view, change, order, styles, [view.baseline])
        panels[0, column].set_title(f"{next(letters)}  {part.name}")
        if view.others:
            difference = stocks - stocks[view.baseline]
            banded = view.others if len(view.others) <= MOST_BANDS else []
            _lines(panels[1, column], view, difference, view.others, styles, banded)
            panels[1, column].set_title(f"{'efghijkl'[column]}  {part.name}")
    panels[0, 0].set_ylabel("SOC, change since\nthe start (Mg C ha⁻¹)")
    if view.others:
        panels[1, 0].set_ylabel("SOC, compared with\nthe baseline (Mg C ha⁻¹)")
    note = members_note(view) if view.members == 1 else f"{members_note(view)} Bars stand for the end of the run."
    legend_below(figure, panels[0, 0], min(len(order), 5), note)
    return figure
