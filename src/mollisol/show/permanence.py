"""How long what enters the baseline's soil at the end of a run stays there, by depth of entry."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mollisol.show.context import Array, ReportContext
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.turnover import middle
from mollisol.show.view import span, spread
from mollisol.show.wording import MISSING, number, significant

if TYPE_CHECKING:
    from mollisol.clocks import Permanence

TOLD = (10.0, 50.0, 100.0, 500.0)
"""Years after which the share that is left is told."""


def permanence_table(context: ReportContext) -> Table | None:
    """Return the median transit time, and what is left after some years, by depth of entry; None without any."""
    found = context.permanence
    if found is None:
        return None
    edges = found.edges.edges
    headings = ["litter on the surface", *(span(a, b) for a, b in pairwise(edges))]
    rows = [Row(heading, _cells(found, i)) for i, heading in enumerate(headings)]
    columns = ["Entered at (cm)", "Half is gone after, yr", *(f"Still there after {year:.0f} yr" for year in TOLD)]
    return Table(columns, rows)


def _cells(found: Permanence, place: int) -> list[Cell]:
    half = found.transit[:, place, 1]
    if np.isnan(half).any():
        return [Cell(MISSING)] * (1 + len(TOLD))
    centre = middle(half)
    limits = () if np.isnan(centre.low) else (f"{significant(centre.low)} to {significant(centre.high)}",)
    return [Cell(significant(centre.median), limits), *(_share(found.left_after(year)[:, place]) for year in TOLD)]


def _share(left: Array) -> Cell:
    found = spread(100.0 * left)
    low, high = number(found.low), number(found.high)
    return Cell(f"{number(found.mean)} %", () if np.isnan(found.low) or low == high else (f"{low} to {high}",))
