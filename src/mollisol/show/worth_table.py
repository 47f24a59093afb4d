"""The table of what each practice is worth to the climate."""

from __future__ import annotations

import numpy as np

from mollisol.show.context import Array
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import ResultView, spread
from mollisol.show.wording import interval, number, title
from mollisol.show.worth import worth_of


def worth_table(view: ResultView) -> Table | None:
    """Return the worth of every practice; None where `worth_of` has none."""
    found = worth_of(view)
    if found is None:
        return None
    shown = (found.carbon, found.carbon_years, found.forcing, found.temperature, found.reversed_forcing)
    rows = [Row(title(view.practices[i]), [_cell(each[i]) for each in shown]) for i in view.others]
    columns = [
        "",
        "Additional carbon at the end, Mg C/ha",
        "Carbon-years, Mg C yr/ha",
        "By summed forcing, t CO₂/ha",
        "By temperature at the end, t CO₂/ha",
        f"By summed forcing, had all been released after {found.halfway} years",
    ]
    return Table(columns, rows)


def _cell(values: Array) -> Cell:
    found = spread(values)
    limits = interval(found.low, found.high, signed=True)
    return Cell(number(found.mean, signed=True), () if np.isnan(found.low) else (limits,))
