"""From the air to the soil surface: the energy balance of the ground, month by month."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.atmosphere import (
    LATENT_HEAT,
    REFERENCE_WIND,
    STEFAN_BOLTZMANN,
    air_pressure,
    clear_sky,
    global_radiation,
    net_longwave,
    vapour_pressure,
)
from mollisol.climate.parameters import Snow, Surface
from mollisol.climate.series import Array, Climate
from mollisol.climate.sun import extraterrestrial_radiation
from mollisol.units import ZERO_CELSIUS

_AIR_HEAT = 1.013e-3  # MJ/kg/K (FAO-56 equation 8)
_PER_DAY = 0.0864  # MJ/m2/day of one W/m2


def surface_exchange(
    series: Climate,
    latitude: ArrayLike,
    elevation: ArrayLike,
    evaporated: Array,
    snow_cover: Array,
    cover: Array,
    surface: Surface,
    snow: Snow,
) -> tuple[Array, Array]:
    """How much warmer than air the ground would be without heat flux into it, and the resistance between them.

    Net radiation = sensible + latent heat + flux into the soil. With sensible heat h (Ts - Ta), h = rho cp / ra
    plus the linearised longwave 4 sigma Ta^3, the soil sees the temperature Ta + (Rn - L E) / h through the
    resistance 1 / h. Radiation as FAO-56; ra = 208 / u2, as over short grass.

    Parameters
    ----------
    series : monthly values or a climatology.
    latitude, elevation : degrees, m; scalar or (column,).
    evaporated : (month, column) evapotranspiration and sublimation, m per day.
    snow_cover : (month, column) share of the ground under snow.

    Returns
    -------
    tuple
        (month, column) excess temperature, K, and (month, column) resistance, m2 K/W.
    """

    def wide(values: Array | None) -> Array | None:
        return None if values is None else (values[:, None] if values.ndim == 1 else values)

    t = wide(series.temperature)
    assert t is not None
    low, high = wide(series.temperature_min), wide(series.temperature_max)
    ra = extraterrestrial_radiation(series.day_of_year[:, None], latitude)
    rs = global_radiation(wide(series.radiation), low, high, ra)
    vapour = vapour_pressure(t, low, high, wide(series.relative_humidity))
    clear = clear_sky(ra, elevation)
    albedo = surface.albedo + (snow.albedo - surface.albedo) * snow_cover
    net = (1.0 - albedo) * rs - net_longwave(t, low, high, vapour, np.minimum(rs, clear), clear)
    latent = LATENT_HEAT * 1000.0 * evaporated
    wind = wide(series.wind)
    speed = np.maximum(REFERENCE_WIND if wind is None else wind, 0.5)  # FAO-56: below it the formula fails
    density = air_pressure(elevation) / (1.01 * (t + 273.0) * 0.287)
    turbulent = density * _AIR_HEAT * 86400.0 * speed / surface.aerodynamic
    radiative = 4.0 * STEFAN_BOLTZMANN * (t + ZERO_CELSIUS) ** 3
    exchange = turbulent + radiative
    return np.asarray(((1.0 - cover) * net - latent) / exchange), np.asarray(_PER_DAY / exchange)
