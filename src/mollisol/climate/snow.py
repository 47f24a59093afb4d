"""Snow: share of precipitation, degree-day melt, sublimation, depth and insulation."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.stats import norm


def snow_share(temperature: jax.Array, deviation: jax.Array, snow: dict[str, float]) -> jax.Array:
    """Share of precipitation that falls as snow, Phi((T0 - T) / s), s from the days' variation and the boundary's."""
    return norm.cdf((snow["threshold"] - temperature) / jnp.sqrt(deviation**2 + snow["spread"] ** 2))


def degree_days(temperature: jax.Array, deviation: jax.Array) -> jax.Array:
    """Expected excess over 0 degC of days that vary around `temperature`: s phi(T/s) + T Phi(T/s), K.

    Source: Calov & Greve 2005, J. Glaciol. 51:173; max(T, 0) where nothing varies.
    """
    spread = jnp.where(deviation > 0.0, deviation, 1.0)
    z = temperature / spread
    varied = spread * norm.pdf(z) + temperature * norm.cdf(z)
    return jnp.where(deviation > 0.0, varied, jnp.maximum(temperature, 0.0))


def snow_step(
    pack: jax.Array,
    temperature: jax.Array,
    precipitation: jax.Array,
    demand: jax.Array,
    deviation: jax.Array,
    days: jax.Array,
    snow: dict[str, float],
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Advance the snow pack by one step.

    Parameters
    ----------
    pack : (column,) water equivalent, m.
    temperature, deviation : (column,) degC.
    precipitation, demand : (column,) m per step.
    days : length of the step, days.

    Returns
    -------
    tuple
        New pack; liquid water that leaves it or passes (m); sublimation (m); demand (m) of the bare share of the
        ground. pack + precipitation = new pack + liquid + sublimation.
    """
    fallen = precipitation * snow_share(temperature, deviation, snow)
    held = pack + fallen
    melt = jnp.minimum(snow["melt"] * degree_days(temperature, deviation) * days, held)
    left = held - melt
    hidden = snow_cover(left, snow)
    sublimation = jnp.minimum(demand * hidden * snow["sublimation"], left)
    return left - sublimation, (precipitation - fallen) + melt, sublimation, demand * (1.0 - hidden)


def snow_resistance(pack: jax.Array, snow: dict[str, float]) -> jax.Array:
    """Thermal resistance of snow of water equivalent `pack` (m), m2 K/W.

    Depth / conductivity, with 2.5e-6 rho^2 - 1.23e-4 rho + 0.024 W/m/K.
    Source: Calonne et al. 2011, Geophys. Res. Lett. 38:L23501.
    """
    rho = snow["density"]
    return pack * 1000.0 / rho / (2.5e-6 * rho**2 - 1.23e-4 * rho + 0.024)


def snow_cover(pack: jax.Array, snow: dict[str, float]) -> jax.Array:
    """Share of the ground under snow, d / (d0 + d), d the depth (BATS, Dickinson et al. 1993)."""
    depth = pack * 1000.0 / snow["density"]
    return depth / (snow["half_cover"] + depth)
