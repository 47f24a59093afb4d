"""The potential evapotranspiration of a climate, by the best formula that its columns allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.aggregation import monthly
from mollisol.climate.evapotranspiration import hargreaves, penman_monteith, thornthwaite
from mollisol.climate.series import Array, Climate
from mollisol.units import InputError


def method_for(climate: Climate) -> str:
    """Name the formula that the columns allow: "given", "penman_monteith", "hargreaves" or "thornthwaite"."""
    if climate.pet is not None:
        return "given"
    if climate.temperature_min is None or climate.temperature_max is None:
        return "thornthwaite"
    return "hargreaves" if climate.radiation is None else "penman_monteith"


def potential_evapotranspiration(
    climate: Climate, latitude: ArrayLike, elevation: ArrayLike = 0.0, method: str | None = None
) -> tuple[Array, str]:
    """Potential evapotranspiration of each period, and the method that gave it.

    The column `pet_mm` where there is one; else Penman-Monteith where radiation and the daily minimum and
    maximum are known (wind and humidity fall back as in FAO-56); else Hargreaves from minimum and maximum;
    else Thornthwaite, whose monthly sum is spread evenly over the days of a daily series.

    Parameters
    ----------
    climate : the series.
    latitude, elevation : degrees and m, scalar or (column,).
    method : to force one of the four.

    Returns
    -------
    tuple
        (time,) or (time, column) mm per period, and the method's name.

    Raises
    ------
    InputError
        If the latitude is impossible, or the forced method lacks a column.
    """
    degrees = np.asarray(latitude, dtype=np.float64)
    if np.any(~np.isfinite(degrees)) or np.any(np.abs(degrees) > 90.0):
        raise InputError(f"latitude {np.ravel(degrees)[0]:g}", key="latitude", remedy="give degrees north, -90 to 90")
    chosen = method or method_for(climate)
    best = method_for(climate)
    order = ("thornthwaite", "hargreaves", "penman_monteith", "given")
    if chosen not in order:
        raise InputError(f"unknown method '{chosen}'", key="pet_method", remedy=f"one of {', '.join(order)}")
    lacking = (
        (chosen == "given" and climate.pet is None)
        or (chosen in ("hargreaves", "penman_monteith") and climate.temperature_min is None)
        or (chosen == "penman_monteith" and climate.radiation is None)
    )
    if lacking:
        raise InputError(f"the climate lacks the columns for '{chosen}'", file=climate.source, key="pet_method",
                         remedy=f"use '{best}', or add the columns")  # fmt: skip
    if chosen == "given":
        assert climate.pet is not None
        return climate.pet, chosen
    if chosen == "thornthwaite":
        return _thornthwaite(climate, degrees), chosen
    assert climate.temperature_min is not None
    assert climate.temperature_max is not None
    low, high = climate.temperature_min, climate.temperature_max
    if chosen == "hargreaves":
        rate = hargreaves(climate.temperature, low, high, climate.day_of_year, degrees)
    else:
        assert climate.radiation is not None
        rate = penman_monteith(
            climate.temperature, low, high, climate.radiation, climate.day_of_year, degrees,
            elevation=elevation, wind=climate.wind, relative_humidity=climate.relative_humidity,
            soil_heat_flux=_soil_heat_flux(climate),
        )  # fmt: skip
    return rate * climate.days.reshape((-1,) + (1,) * (rate.ndim - 1)), chosen


def _soil_heat_flux(climate: Climate) -> Array:
    """MJ/m2/day: nothing for days; 0.07 (T of next month - T of last month) for months (FAO-56 equation 43)."""
    t = climate.temperature
    if climate.resolution == "daily":
        return np.zeros_like(t)
    if climate.resolution == "climatology":
        return 0.07 * (np.roll(t, -1, axis=0) - np.roll(t, 1, axis=0))
    padded = np.concatenate([t[:1], t, t[-1:]])
    return np.asarray(0.07 * (padded[2:] - padded[:-2]))


def _thornthwaite(climate: Climate, latitude: Array) -> Array:
    if climate.resolution != "daily":
        return thornthwaite(climate.temperature, climate.months, climate.days, latitude)
    series = monthly(climate)
    by_month = thornthwaite(series.temperature, series.months, series.days, latitude)
    per_day = by_month / series.days.reshape((-1,) + (1,) * (by_month.ndim - 1))
    # Days of a month that is not whole take the rate of the nearest whole one.
    place = np.searchsorted(series.time.astype("datetime64[M]"), climate.time.astype("datetime64[M]"))
    return np.asarray(per_day[np.minimum(place, len(series) - 1)])
