"""What the practices of a result are worth to the climate against the baseline, and what giving them up would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.practice_worth import (
    carbon_years,
    practice_climate_benefit,
    practice_temperature_benefit,
    reversal_cost,
    reversed_at,
)
from mollisol.units import InputError

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

ROUNDING = 1e-12
"""Share of a stock below which a difference is rounding."""


def additional_carbon(result: xr.Dataset) -> Array:
    """Carbon of each practice less that of the baseline (time, practice, member), kg C/m2, litter included.

    All pools where the result holds them, else soil organic carbon and surface litter.

    Raises
    ------
    InputError
        Where the result has no practice `baseline`.
    """
    names = [str(name) for name in result["practice"].values]
    if "baseline" not in names:
        raise InputError(f"the result has no practice 'baseline', but {', '.join(names)}", key="practice")
    stock = result["carbon"].sum(("layer", "pool")) if "carbon" in result else result["soc"].sum("layer")
    whole = (stock + result["surface_litter"]).transpose("time", "practice", "member")
    gained = np.array((whole - whole.sel(practice="baseline")).values, dtype=np.float64)
    # means over the parts of a field round: nothing can have been gained before the first year
    rounding = np.abs(gained[0]) <= ROUNDING * np.asarray(whole.values)[0]
    gained[0] = np.where(rounding, 0.0, gained[0])
    return gained


def worth_of_practices(
    result: xr.Dataset, horizon: float | Sequence[float] | None = None, reversed_year: int | None = None
) -> xr.Dataset:
    """Carbon sequestration, climate benefit and effect on temperature of every practice, per m2 of the field.

    Carbon that a practice brings from elsewhere (manure, char) counts as taken from the air: what it would have become
    there is not part of the result.

    Parameters
    ----------
    result : as of `Study.run` or `result.nc`.
    horizon : yr from the start of the run, one or more; by default its length.
    reversed_year : years after the start at which all that was gained is released; by default never. The result then
        also holds the share of the benefit that this takes back.

    Returns
    -------
    Variables `additional_carbon` (kg m-2, at the horizon), `carbon_years` (kg yr m-2), `climate_benefit` (W m-2 yr per
    m2, negative where it cools), `temperature_benefit` (K per m2) and, with a reversal, `reversal_cost` (1), by
    horizon, practice and member.

    Raises
    ------
    InputError
        For a horizon or a year beyond the run, or a result without a baseline.
    """
    import xarray as xr

    gained = additional_carbon(result)
    length = len(gained) - 1
    times = np.atleast_1d(np.asarray(float(length) if horizon is None else horizon, dtype=np.float64))
    kept = gained if reversed_year is None else reversed_at(gained, reversed_year)
    found = {
        "carbon_years": (carbon_years(kept, times), "kg yr m-2", "additional carbon times how long it is stored"),
        "climate_benefit": (practice_climate_benefit(kept, times), "W m-2 yr m-2", "integrated radiative forcing"),
        "temperature_benefit": (practice_temperature_benefit(kept, times), "K m-2", "change of temperature"),
    }
    if reversed_year is not None:
        found["reversal_cost"] = (reversal_cost(gained, kept, times), "1", "share of the climate benefit taken back")
    year = np.arange(length + 1.0)
    there = np.apply_along_axis(lambda line: np.interp(times, year, line), 0, kept)
    found["additional_carbon"] = (there, "kg m-2", "carbon of the practice less that of the baseline")
    dimensions = ("horizon", "practice", "member")
    return xr.Dataset(
        {
            name: (dimensions, value, {"units": unit, "long_name": about})
            for name, (value, unit, about) in found.items()
        },
        {
            "horizon": ("horizon", times, {"units": "yr"}),
            "practice": result["practice"].values,
            "member": result["member"].values,
        },
    )
