"""Potential evapotranspiration: Thornthwaite, Hargreaves and Penman-Monteith (FAO-56)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.atmosphere import (
    REFERENCE_WIND,
    air_pressure,
    clear_sky,
    net_longwave,
    saturation_vapour_pressure,
    vapour_pressure,
)
from mollisol.climate.series import Array
from mollisol.climate.sun import day_length, extraterrestrial_radiation

_ALBEDO = 0.23  # of the reference grass (FAO-56 equation 38)


def _trailing(values: ArrayLike, like: Array) -> Array:
    """Shape (time,) values so that they broadcast over the trailing column axis of `like`."""
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(array.shape + (1,) * (like.ndim - array.ndim)) if array.ndim else array


def thornthwaite(temperature: ArrayLike, month: ArrayLike, days: ArrayLike, latitude: ArrayLike) -> Array:
    """Thornthwaite (1948), mm per month.

    PET = 16 (N / 12) (days / 30) (10 T / I)^a, I = sum over the mean year of (T / 5)^1.514 (T > 0),
    a = 6.75e-7 I^3 - 7.71e-5 I^2 + 1.792e-2 I + 0.49239; above 26.5 degC -415.85 + 32.24 T - 0.43 T^2
    (Willmott et al. 1985) in place of 16 (10 T / I)^a; 0 below 0 degC.

    Parameters
    ----------
    temperature : (time,) or (time, column) monthly means, degC.
    month, days : (time,) calendar month, and its length.
    latitude : degrees, scalar or (column,).

    Source: Thornthwaite 1948, Geogr. Rev. 38:55; Willmott, Rowe & Mintz 1985, J. Climatol. 5:589.
    """
    t = np.asarray(temperature, dtype=np.float64)
    calendar = np.asarray(month, dtype=np.int64)
    # The heat index belongs to the mean year, so that a hot month of one year does not change the others.
    year = np.stack([t[calendar == m].mean(axis=0) for m in np.unique(calendar)])
    index = np.sum((np.maximum(year, 0.0) / 5.0) ** 1.514, axis=0) * 12.0 / len(year)
    index = np.maximum(index, 1e-6)
    power = 6.75e-7 * index**3 - 7.71e-5 * index**2 + 1.792e-2 * index + 0.49239
    warm = np.maximum(t, 0.0)
    hot = -415.85 + 32.24 * np.minimum(warm, 37.5) - 0.43 * np.minimum(warm, 37.5) ** 2
    rate = np.where(warm < 26.5, 16.0 * (10.0 * np.minimum(warm, 26.5) / index) ** power, hot)
    first = np.concatenate([[0], np.cumsum([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])])
    light = day_length(_trailing(first[calendar - 1] + 15.0, t), latitude)
    return np.asarray(rate * light / 12.0 * _trailing(days, t) / 30.0)


def hargreaves(
    temperature: ArrayLike, low: ArrayLike, high: ArrayLike, day_of_year: ArrayLike, latitude: ArrayLike
) -> Array:
    """Hargreaves & Samani (1985), mm per day: 0.0023 x 0.408 Ra (T + 17.8) sqrt(Tmax - Tmin); 0 below -17.8 degC.

    Parameters
    ----------
    temperature, low, high : (time,) or (time, column) mean, minimum and maximum, degC.
    day_of_year : (time,).
    latitude : degrees, scalar or (column,).

    Source: FAO-56 equation 52.
    """
    t = np.asarray(temperature, dtype=np.float64)
    ra = extraterrestrial_radiation(_trailing(day_of_year, t), latitude)
    span = np.maximum(np.asarray(high, dtype=np.float64) - np.asarray(low, dtype=np.float64), 0.0)
    return np.asarray(0.0023 * 0.408 * ra * np.maximum(t + 17.8, 0.0) * np.sqrt(span))


def penman_monteith(
    temperature: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    radiation: ArrayLike,
    day_of_year: ArrayLike,
    latitude: ArrayLike,
    *,
    elevation: ArrayLike = 0.0,
    wind: ArrayLike | None = None,
    relative_humidity: ArrayLike | None = None,
    actual_vapour_pressure: ArrayLike | None = None,
    soil_heat_flux: ArrayLike = 0.0,
) -> Array:
    """FAO-56 reference evapotranspiration, mm per day.

    (0.408 D (Rn - G) + g 900 / (T + 273) u (es - ea)) / (D + g (1 + 0.34 u)), D the slope of the saturation
    vapour pressure (kPa/K), g the psychrometric constant (kPa/K), Rn net radiation and G soil heat flux
    (MJ/m2/day), u wind (m/s), es - ea the vapour pressure deficit (kPa).

    Parameters
    ----------
    temperature, low, high : (time,) or (time, column) mean, minimum and maximum, degC.
    radiation : global radiation, MJ/m2 per day.
    day_of_year : (time,).
    latitude, elevation : degrees and m, scalar or (column,).
    wind : m/s at 2 m; 2 m/s where not given (FAO-56, chapter 3).
    relative_humidity : percent; where neither it nor `actual_vapour_pressure` (kPa) is given the minimum
        temperature is the dew point.
    soil_heat_flux : MJ/m2 per day.

    Source: Allen, Pereira, Raes & Smith 1998, FAO Irrigation and Drainage Paper 56, equation 6.
    """
    t = np.asarray(temperature, dtype=np.float64)
    lo, hi = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    rs = np.asarray(radiation, dtype=np.float64)
    if actual_vapour_pressure is not None:
        ea = np.asarray(actual_vapour_pressure, dtype=np.float64)
    else:
        humidity = None if relative_humidity is None else np.asarray(relative_humidity, dtype=np.float64)
        ea = vapour_pressure(t, lo, hi, humidity)
    u = REFERENCE_WIND if wind is None else np.asarray(wind, dtype=np.float64)
    ra = extraterrestrial_radiation(_trailing(day_of_year, t), latitude)
    net = (1.0 - _ALBEDO) * rs - net_longwave(t, lo, hi, ea, rs, clear_sky(ra, elevation))
    es = 0.5 * (saturation_vapour_pressure(lo) + saturation_vapour_pressure(hi))
    slope = 4098.0 * saturation_vapour_pressure(t) / (t + 237.3) ** 2
    gamma = 0.665e-3 * air_pressure(elevation)
    energy = 0.408 * slope * (net - np.asarray(soil_heat_flux, dtype=np.float64))
    drying = gamma * 900.0 / (t + 273.0) * u * np.maximum(es - ea, 0.0)
    # Dew and frost (a negative sum) are no demand for water.
    return np.asarray(np.maximum((energy + drying) / (slope + gamma * (1.0 + 0.34 * u)), 0.0))
