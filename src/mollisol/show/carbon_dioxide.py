"""CO2 from the soil by depth, from decomposition and from living roots: what a chamber on the field measures."""

from __future__ import annotations

import numpy as np

from mollisol.show.context import Array
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import ResultView, spread
from mollisol.show.wording import amount, number
from mollisol.units import MG_HA_PER_KG_M2


def carbon_dioxide(view: ResultView) -> tuple[list[str], Array, Array] | None:
    """Return the baseline's CO2 by depth, mean over the run.

    Returns
    -------
    None where the result has no respiration or no root respiration, else

    - names of the parts: depth intervals, surface litter (where the result has it) and all of them;
    - (part, member) CO2 from decomposition, Mg C/ha/yr;
    - (part, member) CO2 from living roots, Mg C/ha/yr.
    """
    decomposed, rooted = view.values("respiration"), view.values("root_respiration")
    if decomposed is None or rooted is None:
        return None
    litter = view.values("surface_respiration")

    def mean(values: Array) -> Array:
        # fluxes of the first date, the start of the run, are not defined
        return np.asarray(MG_HA_PER_KG_M2 * values[view.baseline, :, 1:].mean(axis=1))

    parts = view.intervals[:-1]
    names = [part.name for part in parts]
    microbes, roots = (
        [view.in_interval(each, part.top, part.bottom) for part in parts] for each in (mean(decomposed), mean(rooted))
    )
    if litter is not None:
        names.append("surface litter")
        microbes.append(mean(litter))
        roots.append(np.zeros(view.members))
    names.append("all")
    return names, np.stack([*microbes, sum(microbes)]), np.stack([*roots, sum(roots)])


def carbon_dioxide_table(view: ResultView) -> Table | None:
    """Return the table of the report: CO2 from decomposition, from roots and in all, and the roots' share."""
    found = carbon_dioxide(view)
    if found is None:
        return None
    names, microbes, roots = found
    total = microbes + roots
    share = 100.0 * roots / np.where(total > 0.0, total, np.nan)
    rows = [
        Row("from decomposition", [_flux(values) for values in microbes]),
        Row("from living roots", [_flux(values) for values in roots]),
        Row("in all", [_flux(values) for values in total], strong=True),
        Row("share of living roots, %", [Cell(number(float(values.mean()), 0)) for values in share]),
    ]
    return Table(["", *names], rows)


def _flux(values: Array) -> Cell:
    found = spread(values)
    low, high = amount(found.low), amount(found.high)
    return Cell(amount(found.mean), () if np.isnan(found.low) or low == high else (f"{low} to {high}",))
