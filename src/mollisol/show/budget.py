"""The yearly carbon budget of the baseline: mean over the whole run.

change of carbon = input + surface input + deposition + bottom exchange
                 - respiration - surface respiration - leaching - runoff - erosion
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.show.context import Array
from mollisol.show.view import ResultView, Spread, spread
from mollisol.units import MG_HA_PER_KG_M2

TERMS = (
    ("input", "Roots, exudates, and residue or amendments placed in the soil", 1.0),
    ("surface_input", "Residue and amendments that fall on the surface litter", 1.0),
    ("deposition", "Carbon that arrives with deposited soil", 1.0),
    ("bottom_exchange", "Exchange with the soil below (positive: into the profile)", 1.0),
    ("respiration", "CO₂ from decomposition in the soil (without roots' own respiration)", -1.0),
    ("surface_respiration", "CO₂ from decomposition of the surface litter", -1.0),
    ("leaching", "Dissolved carbon that leaves through the bottom", -1.0),
    ("runoff", "Dissolved and particulate carbon in surface runoff", -1.0),
    ("erosion", "Carbon that leaves with eroded soil", -1.0),
)


@dataclass(frozen=True)
class BudgetLine:
    """One line of the budget: what it is, its sign in the sum and its amount, Mg C/ha/yr."""

    name: str
    about: str
    sign: float
    amount: Spread


@dataclass(frozen=True)
class Budget:
    """The budget of the baseline.

    Attributes
    ----------
    lines : the fluxes that the result holds; one that is zero in every year and member is left out.
    soil, litter, change : yearly change of soil organic carbon, of surface litter, and of both, Mg C/ha/yr.
    mismatch : largest |change - inputs + outputs| of the means over the run, of any member, Mg C/ha/yr; it is
        large where the result lacks one of the fluxes.
    residual : largest error of any single year, practice and member as the run found it, Mg C/ha; or None.
    """

    lines: list[BudgetLine]
    soil: Spread
    litter: Spread | None
    change: Spread
    mismatch: float
    residual: float | None


def _yearly_mean(view: ResultView, name: str) -> Array | None:
    """Return (member,) the mean over the years of the run, kg/m2/yr; the first time holds no flux."""
    values = view.values(name)
    if values is None:
        return None
    flux = values[view.baseline][:, 1:]
    return np.asarray((flux.sum(axis=-1) if flux.ndim == 3 else flux).mean(axis=1))


def budget_of(view: ResultView) -> Budget:
    """Return the `Budget` of the baseline."""
    lines, net = [], np.zeros(view.members)
    for name, about, sign in TERMS:
        flux = _yearly_mean(view, name)
        if flux is None:
            continue
        net = net + sign * flux
        if np.any(flux != 0.0):
            lines.append(BudgetLine(name, about, sign, spread(MG_HA_PER_KG_M2 * flux)))
    soc = view.soc[view.baseline].sum(axis=-1)
    soil = (soc[:, -1] - soc[:, 0]) / view.years
    litter_stock = view.values("surface_litter")
    litter = None
    change = soil
    if litter_stock is not None:
        litter = (litter_stock[view.baseline][:, -1] - litter_stock[view.baseline][:, 0]) / view.years
        change = soil + litter
    residual = view.values("balance_residual")
    return Budget(
        lines=lines,
        soil=spread(MG_HA_PER_KG_M2 * soil),
        litter=None if litter is None else spread(MG_HA_PER_KG_M2 * litter),
        change=spread(MG_HA_PER_KG_M2 * change),
        mismatch=float(np.max(np.abs(change - net))) * MG_HA_PER_KG_M2,
        residual=None if residual is None else float(np.max(residual)) * MG_HA_PER_KG_M2,
    )
