"""Sun and sky: extraterrestrial radiation and day length (FAO-56, equations 21-25 and 34)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.series import Array

_SOLAR_CONSTANT = 0.0820
"""MJ/m2/min (FAO-56 equation 21)."""


def _geometry(day_of_year: ArrayLike, latitude: ArrayLike) -> tuple[Array, Array, Array, Array]:
    """Return inverse relative distance, declination, latitude and sunset hour angle (radians)."""
    angle = 2.0 * np.pi * np.asarray(day_of_year, dtype=np.float64) / 365.0
    distance = 1.0 + 0.033 * np.cos(angle)
    declination = 0.409 * np.sin(angle - 1.39)
    phi = np.radians(np.asarray(latitude, dtype=np.float64))
    # Beyond the polar circles the sun does not rise or set: the angle saturates at 0 or pi.
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    return distance, declination, phi, sunset


def extraterrestrial_radiation(day_of_year: ArrayLike, latitude: ArrayLike) -> Array:
    """Radiation at the top of the atmosphere, MJ/m2 per day.

    Ra = 24 60 / pi Gsc dr (ws sin(phi) sin(delta) + cos(phi) cos(delta) sin(ws)).

    Parameters
    ----------
    day_of_year : 1-366.
    latitude : degrees north; broadcast against `day_of_year`.

    Examples
    --------
    FAO-56 example 8: 3 September, 20 degrees south.

    >>> round(float(extraterrestrial_radiation(246, -20.0)), 1)
    32.2
    """
    distance, declination, phi, sunset = _geometry(day_of_year, latitude)
    height = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return np.asarray(24.0 * 60.0 / np.pi * _SOLAR_CONSTANT * distance * height)


def day_length(day_of_year: ArrayLike, latitude: ArrayLike) -> Array:
    """Daylight hours, N = 24 ws / pi (FAO-56 equation 34).

    Examples
    --------
    FAO-56 example 9: 3 September, 20 degrees south.

    >>> round(float(day_length(246, -20.0)), 1)
    11.7
    """
    return np.asarray(24.0 / np.pi * _geometry(day_of_year, latitude)[3])
