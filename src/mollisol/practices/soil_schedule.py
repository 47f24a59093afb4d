"""When work on the soil itself is done in a plan, and where it puts what lies on the surface then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.plants import crop, operation
from mollisol.plants.timing import local_month
from mollisol.practices.builder import between, surface
from mollisol.practices.plan import Plan
from mollisol.practices.soil_work import SoilWork
from mollisol.units import CM_PER_M

Array = NDArray[np.float64]

SLAB = 0.05
"""m at the bottom of turned soil in which the residue lies that covered it."""


def works_of(plan: Plan, year: int, latitude: float) -> list[tuple[int, SoilWork]]:
    """Return the works of a year with their months (1-12), in the order in which they are done."""
    found = []
    for one in plan.soil_work:
        if one.due(year):
            own = local_month(crop(plan.crop_year(year).crop).harvest, latitude) if one.month is None else one.month
            found.append((own, one))
    return sorted(found, key=lambda dated: dated[0])


def buried_by(works: list[tuple[int, SoilWork]], month: int) -> SoilWork | None:
    """Return the work of a month that buries what lies on the surface."""
    return next((one for when, one in works if when == month and one.burial > 0.0), None)


def laid_by(work: SoilWork, grid: Grid) -> tuple[Array, str]:
    """Return (row,) where what is laid on the surface in the month of a work comes to lie, and how to call that."""
    even = between(grid, 0.0, work.depth)
    lowest = between(grid, max(work.depth - SLAB, 0.0), work.depth) if work.kind == "inversion" else even
    mixed = work.mixing if work.kind == "inversion" else 1.0
    placed = work.burial * ((1.0 - mixed) * lowest + mixed * even)
    return placed + (1.0 - work.burial) * surface(len(grid) + 1), f"turned in to {CM_PER_M * work.depth:g} cm"


def looseness(plan: Plan, grid: Grid) -> Array:
    """Return (layer,) how loose a plan's ordinary tillage keeps the soil, 0 (settled) to 1 (ploughed every year).

    The mean over the plan's cycle of the share of each layer that is tilled times the disturbance by the implement,
    which is the share of the aggregates that it breaks.
    """
    total, years = np.zeros(len(grid)), plan.cycle_years
    if plan.tillage is None:
        return total
    work = operation(plan.tillage.name)
    for year in range(plan.from_year, plan.from_year + years):
        stays = crop(plan.crop_year(year).crop).perennial and plan.crop_year(year + 1).crop == plan.crop_year(year).crop
        if plan.tilled(year) and not stays:
            total += work.breakage * grid.depth_share(plan.tillage.working_depth)
    return total / years
