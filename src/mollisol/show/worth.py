"""What each practice is worth to the climate against the baseline, over the run, per hectare.

Worth in CO2 is what an emission of so much at the start of the run would do the other way round: the same forcing
summed over the run (as a GWP compares), or the same temperature at its end (as a GTP does).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.clocks.impulse import absolute_temperature_potential, absolute_warming_potential
from mollisol.show.context import Array
from mollisol.show.view import ResultView
from mollisol.study.worth import worth_of_practices
from mollisol.units import MG_HA_PER_KG_M2


@dataclass(frozen=True, eq=False)
class Worth:
    """The worth of the practices of a result over its run, (practice, member), positive where it cools.

    Attributes
    ----------
    carbon : additional carbon at the end, Mg C/ha, litter included.
    carbon_years : additional carbon times how long it is stored, Mg C yr/ha.
    forcing : worth by summed forcing, t CO2/ha.
    temperature : worth by temperature at the end, t CO2/ha.
    reversed_forcing : `forcing`, had all that was gained been released halfway.
    halfway : years after the start at which that is.
    """

    carbon: Array
    carbon_years: Array
    forcing: Array
    temperature: Array
    reversed_forcing: Array
    halfway: int


def worth_of(view: ResultView) -> Worth | None:
    """Return the worth of the practices; None where there is none but the baseline, or litter is not known."""
    if not view.others or view.values("surface_litter") is None:
        return None
    halfway, length = view.years // 2, float(view.years)
    lasting = worth_of_practices(view.usable)
    released = worth_of_practices(view.usable, reversed_year=halfway)
    forcing, warming = absolute_warming_potential(length), absolute_temperature_potential(length)

    def told(name: str, unit: float = 1.0, given_up: bool = False) -> Array:
        values = (released if given_up else lasting)[name].isel(horizon=0).transpose("practice", "member").values
        return np.asarray(MG_HA_PER_KG_M2 * values / unit)

    return Worth(
        told("additional_carbon"),
        told("carbon_years"),
        told("climate_benefit", -float(forcing)),
        told("temperature_benefit", -float(warming)),
        told("climate_benefit", -float(forcing), given_up=True),
        halfway,
    )


def worth_columns(view: ResultView) -> dict[str, Array]:
    """Return the worth by column of `summary.csv`, (practice, member); empty where there is none."""
    found = worth_of(view)
    if found is None:
        return {}
    return {
        "carbon_years_{}_Mg_C_yr_ha": found.carbon_years,
        "worth_by_forcing_{}_t_CO2_ha": found.forcing,
        "worth_by_temperature_{}_t_CO2_ha": found.temperature,
        "worth_by_forcing_if_released_halfway_{}_t_CO2_ha": found.reversed_forcing,
    }
