"""The net effect on the climate: carbon stored in the soil against what else the practice emits, as CO2 equivalents.

    net = -d(SOC)/dt 44/12 + 273 N2O + 27 CH4 + CO2 of diesel and lime                          kg CO2e/ha/yr

Positive is emission. The soil's part keeps the ensemble's interval; the others add in quadrature. Left out: what an
amendment would have become elsewhere, the making of fertiliser, char and lime, trees, carbon that weathering removes.
Source: global warming potentials over 100 years of AR6 (WG1, Table 7.15; methane of no fossil origin).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.practices.tradeoffs.band import Band, of_members, ranges_of, together, with_mean
from mollisol.practices.tradeoffs.case import Case
from mollisol.practices.tradeoffs.nutrients import KG_HA_PER_KG_M2
from mollisol.units import CO2_PER_C, parameter


@dataclass(frozen=True)
class GreenhouseParameters:
    """Global warming potentials; lower and upper are the range."""

    nitrous_oxide: float = parameter(
        273.0, "kg CO2e kg-1", 143.0, 403.0, "AR6 WG1, Table 7.15: 273 +- 130", confidence="high",
        about="global warming potential of N2O over 100 years",
    )  # fmt: skip
    methane: float = parameter(
        27.0, "kg CO2e kg-1", 16.0, 38.0, "AR6 WG1, Table 7.15: 27.0 +- 11 without fossil origin", confidence="high",
        about="global warming potential of CH4 over 100 years",
    )  # fmt: skip


def equivalents(band: Band, gas: str, parameters: GreenhouseParameters | None = None) -> Band:
    """Return an emission (kg/ha/yr) of "nitrous_oxide" or "methane" as kg CO2e/ha/yr.

    The potential is a convention, so its own uncertainty is left out, as in the inventories.
    """
    return band.times(ranges_of(parameters or GreenhouseParameters())[gas].best)


def soil_carbon_dioxide(case: Case, baseline: Case) -> Band:
    """Return what the soil emits more than under the baseline, kg CO2/ha/yr; negative where carbon is stored."""
    gain = np.diff(case.soc - baseline.soc, axis=-1)
    return of_members(with_mean(-CO2_PER_C * KG_HA_PER_KG_M2 * gain), "carbon stored, from the run")


def net_effect(terms: dict[str, Band]) -> Band:
    """Return the sum of terms that are in kg CO2e/ha/yr already, those not known left out and named."""
    return together(terms)
