"""Carbon that a practice stores beside the soil's organic carbon: wood of trees, and what weathering of rock binds."""

from __future__ import annotations

import numpy as np

from mollisol.show.context import Array
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import ResultView, spread
from mollisol.show.wording import MISSING, interval, number, title
from mollisol.units import MG_HA_PER_KG_M2


def wood(view: ResultView) -> Array | None:
    """Return (practice, member, time) the carbon in the wood of trees, Mg C/ha; None where no tree is planted."""
    carbon = view.values("biomass_carbon")
    return None if carbon is None else MG_HA_PER_KG_M2 * carbon


def bound_by_rock(view: ResultView) -> Array | None:
    """Return (practice, time) the CO2 that weathering has bound since the start, Mg CO2/ha; None without rock."""
    flux = view.values("inorganic_removal")
    return None if flux is None else MG_HA_PER_KG_M2 * np.cumsum(np.nan_to_num(flux, nan=0.0), axis=-1)


def beside_table(view: ResultView) -> Table | None:
    """Return what practices hold beside the soil's organic carbon at the end; None where none does."""
    trees, rock = wood(view), bound_by_rock(view)
    columns = [""]
    columns += [] if trees is None else ["Carbon in the wood of trees, Mg C/ha"]
    columns += [] if rock is None else ["CO₂ bound by weathering since the start, Mg CO₂/ha"]
    rows = []
    for i in view.others:
        cells = [] if trees is None else [_wood(trees[i, :, -1])]
        cells += [] if rock is None else [Cell(number(float(rock[i, -1])) if rock[i, -1] > 0.0 else MISSING)]
        if any(cell.text != MISSING for cell in cells):
            rows.append(Row(title(view.practices[i]), cells))
    return Table(columns, rows) if rows else None


def _wood(values: Array) -> Cell:
    found = spread(values)
    if found.mean == 0.0:
        return Cell(MISSING)
    same = np.isnan(found.low) or number(found.low) == number(found.high)
    return Cell(number(found.mean), () if same else (interval(found.low, found.high),))
