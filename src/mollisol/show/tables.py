"""The tables of the report as plain rows, ready to be written."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mollisol.show.context import Array, ReportContext, TurnoverReference
from mollisol.show.turnover import Middle, rows_of
from mollisol.show.view import ResultView, Spread, probability_of_gain, span, spread
from mollisol.show.wording import MISSING, interval, number, significant, title
from mollisol.units import MG_HA_PER_KG_M2


@dataclass(frozen=True)
class Cell:
    """A table cell: its main text and smaller texts below it."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A table row: its heading and cells; `strong` sets a sum apart."""

    heading: str
    cells: list[Cell]
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Column headings (the first is that of the row headings) and rows."""

    columns: list[str]
    rows: list[Row]


def _litter(view: ResultView) -> Array | None:
    """Return (practice, member, time) surface litter, Mg C/ha."""
    values = view.values("surface_litter")
    return None if values is None else MG_HA_PER_KG_M2 * values


def _quantities(view: ResultView) -> tuple[list[str], list[Array]]:
    """Return the columns that stocks are shown in, and their (practice, member, time) values, Mg C/ha."""
    names = [part.name for part in view.intervals]
    values = list(view.stocks)
    litter = _litter(view)
    return ([*names, "surface litter (apart)"], [*values, litter]) if litter is not None else (names, values)


def _limits(found: Spread, *, signed: bool = False) -> tuple[str, ...]:
    """Return the interval in words; nothing where there is none, or where all members show the same number."""
    low, high = number(found.low, signed=signed), number(found.high, signed=signed)
    if math.isnan(found.low) or low == high == number(found.mean, signed=signed):
        return ()
    return (interval(found.low, found.high, signed=signed),)


def _stock(found: Spread) -> Cell:
    return Cell(number(found.mean), _limits(found))


def stock_table(view: ResultView) -> Table:
    """Return SOC by depth interval: the baseline's start, and the end of every practice, Mg C/ha."""
    names, values = _quantities(view)
    start = [_stock(spread(each[view.baseline, :, 0])) for each in values]
    rows = [Row(f"baseline, {view.moment(0)}", start)]
    for index in [view.baseline, *view.others]:
        cells = [_stock(spread(each[index, :, -1])) for each in values]
        rows.append(Row(f"{title(view.practices[index])}, {view.moment(-1)}", cells))
    return Table(["", *names], rows)


def difference_table(view: ResultView) -> Table | None:
    """Return the difference to the baseline at the end by depth interval, with how often it is a gain."""
    if not view.others:
        return None
    names, values = _quantities(view)
    rows = []
    for index in view.others:
        cells = []
        for each in values:
            difference = each[index, :, -1] - each[view.baseline, :, -1]
            found, gain = spread(difference), probability_of_gain(difference)
            often = () if math.isnan(gain) else (f"gain in {100 * gain:.0f} %",)
            cells.append(Cell(number(found.mean, signed=True), (*_limits(found, signed=True), *often)))
        rows.append(Row(title(view.practices[index]), cells))
    return Table(["", *names], rows)


def profile_table(view: ResultView, context: ReportContext) -> Table | None:
    """Return the steady state beside the measured profile by layer, Mg C/ha, with sums."""
    initial, measured = context.initial, context.measured
    if initial is None:
        return None
    missing = np.full(len(view.grid), np.nan)
    found = missing if measured is None else MG_HA_PER_KG_M2 * np.asarray(measured.soc)
    error = missing if measured is None else MG_HA_PER_KG_M2 * np.asarray(measured.error)
    steady = missing if initial.equilibrium is None else MG_HA_PER_KG_M2 * np.asarray(initial.equilibrium)
    chosen = MG_HA_PER_KG_M2 * np.asarray(initial.chosen)
    edges = view.grid.edges
    rows = []
    for layer in range(len(view.grid)):
        values = (found[layer], error[layer], steady[layer], chosen[layer])
        rows.append(Row(span(edges[layer], edges[layer + 1]), _profile_cells(*values)))
    known = np.isfinite(found)
    if known.any() and not known.all():
        sums = (found[known].sum(), math.nan, steady[known].sum(), chosen[known].sum())
        rows.append(Row("measured layers", _profile_cells(*sums), strong=True))
    total = (found.sum(), math.nan, steady.sum(), chosen.sum())
    rows.append(Row("whole profile", _profile_cells(*total), strong=True))
    columns = ["Depth (cm)", "Measured", "Model's steady state", "Steady state / measured", "Start of the run"]
    return Table(columns, rows)


def _profile_cells(found: float, error: float, steady: float, chosen: float) -> list[Cell]:
    ratio = steady / found if found > 0.0 else math.nan
    return [
        Cell(number(found), () if math.isnan(error) else (f"± {number(error)}",)),
        Cell(number(steady)),
        Cell(number(ratio, 2)),
        Cell(number(chosen)),
    ]


TIMES = {
    "turnover_time_bnpp": "Stock / BNPP",
    "turnover_time": "Stock / external input",
    "loss_time": "Stock / respiration",
}


def turnover_tables(view: ResultView, context: ReportContext) -> tuple[Table | None, Table | None]:
    """Return the baseline's turnover times beside the published ones, and stock / BNPP under other roots, years."""
    found = rows_of(view, context)
    shown = [kind for kind in TIMES if kind in found[0].times]
    if not shown:
        return None, None
    columns = ["Depth (cm)"]
    for kind in shown:
        columns.append(TIMES[kind])
        if kind == "turnover_time_bnpp":
            columns += ["Published: median", "Published: mean"]
    times, roots = [], []
    for row in found:
        cells: list[Cell] = []
        for kind in shown:
            cells.append(_time(row.times[kind]))
            if kind == "turnover_time_bnpp":
                cells += _published(row.reference)
        times.append(Row(span(row.top, row.bottom), cells))
        if row.alternatives:
            others = [Cell(significant(time)) for time in row.alternatives.values()]
            roots.append(Row(span(row.top, row.bottom), [Cell(cells[0].text), *others]))
    under = Table(["Depth (cm)", "roots as in the run", *found[0].alternatives], roots) if roots else None
    return Table(columns, times), under


def _time(found: Middle) -> Cell:
    limits = f"{significant(found.low)} to {significant(found.high)}"
    return Cell(significant(found.median), () if math.isnan(found.low) else (limits,))


def _published(row: TurnoverReference | None) -> list[Cell]:
    if row is None:
        return [Cell(MISSING), Cell(MISSING)]
    quartiles = f"{number(row.lower_quartile, 0)} to {number(row.upper_quartile, 0)}"
    return [Cell(number(row.median, 0), (quartiles,)), Cell(number(row.mean, 0))]
