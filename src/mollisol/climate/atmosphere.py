"""Vapour pressure, air and net radiation after FAO-56 (Allen et al. 1998, chapter 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.series import Array

LATENT_HEAT = 2.45
"""MJ/kg, vaporisation (FAO-56 equation 8's constant)."""

STEFAN_BOLTZMANN = 4.903e-9
"""MJ/m2/day/K4 (FAO-56 equation 39)."""

REFERENCE_WIND = 2.0
"""m/s, where no wind is known (FAO-56, chapter 3: mean over 2000 stations)."""

_HARGREAVES_RADIATION = 0.16  # 1/sqrt(K), interior places (FAO-56 equation 50)


def saturation_vapour_pressure(temperature: ArrayLike) -> Array:
    """Saturation vapour pressure, kPa, e = 0.6108 exp(17.27 T / (T + 237.3)), T in degC (FAO-56 equation 11)."""
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray(0.6108 * np.exp(17.27 * t / (t + 237.3)))


def air_pressure(elevation: ArrayLike) -> Array:
    """Air pressure, kPa, at `elevation` in m (FAO-56 equation 7)."""
    return np.asarray(101.3 * ((293.0 - 0.0065 * np.asarray(elevation, dtype=np.float64)) / 293.0) ** 5.26)


def vapour_pressure(temperature: Array, low: Array | None, high: Array | None, humidity: Array | None) -> Array:
    """Actual vapour pressure, kPa, from humidity (FAO-56 equation 19), else from the minimum as dew point (48).

    Where neither is known the mean temperature less 6 K stands for the minimum.
    """
    if humidity is not None:
        if low is None or high is None:
            return np.asarray(humidity / 100.0 * saturation_vapour_pressure(temperature))
        mean = 0.5 * (saturation_vapour_pressure(low) + saturation_vapour_pressure(high))
        return np.asarray(humidity / 100.0 * mean)
    return saturation_vapour_pressure(temperature - 6.0 if low is None else low)


def global_radiation(measured: Array | None, low: Array | None, high: Array | None, extraterrestrial: Array) -> Array:
    """Global radiation, MJ/m2/day: measured, else from the daily range (FAO-56 equation 50), else half of Ra.

    The last is the Angstrom formula (35) with sunshine for half of the day.
    """
    if measured is not None:
        return measured
    if low is None or high is None:
        return 0.5 * extraterrestrial
    # Clear sky bounds what the formula may give (FAO-56 equation 37).
    return np.minimum(_HARGREAVES_RADIATION * np.sqrt(np.maximum(high - low, 0.0)), 0.75) * extraterrestrial


def net_longwave(
    temperature: Array, low: Array | None, high: Array | None, vapour: Array, radiation: Array, clear: Array
) -> Array:
    """Net longwave loss, MJ/m2/day (FAO-56 equation 39).

    sigma T^4 (0.34 - 0.14 sqrt(ea)) (1.35 Rs / Rso - 0.35), with Rs / Rso between 0.3 and 1.
    """
    pair = (temperature,) if low is None or high is None else (low, high)
    fourth = sum(((t + 273.16) ** 4 for t in pair), np.zeros(1)) / len(pair)
    # In the polar night Rso is 0; the ratio of the last sunlit time is not known, and half is taken.
    ratio = np.where(clear > 1e-6, radiation / np.where(clear > 1e-6, clear, 1.0), 0.5)
    cloud = 1.35 * np.clip(ratio, 0.3, 1.0) - 0.35
    return np.asarray(STEFAN_BOLTZMANN * fourth * (0.34 - 0.14 * np.sqrt(vapour)) * cloud)


def clear_sky(extraterrestrial: Array, elevation: ArrayLike) -> Array:
    """Clear-sky radiation, MJ/m2/day, (0.75 + 2e-5 z) Ra (FAO-56 equation 37)."""
    return (0.75 + 2e-5 * np.asarray(elevation, dtype=np.float64)) * extraterrestrial
