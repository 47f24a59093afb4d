"""Jensen's term: the mean of a nonlinear response over the variation that a month's step does not resolve.

Within a month the temperature of a layer varies by day and night, by the weather and by the season's drift,

    T' = A cos(phase) + s z,      z normal,

A the diurnal amplitude and s the deviation of daily means (K), both at the layer's depth; a measure of
moisture x varies from day to day, and together with temperature. The mean of f(T) g(x) is taken in two factors:

    E[f]             three points T, T -+ h, exact for polynomials to the fifth degree whatever A and s
    E[f g] / E[f]    E[g(x + c S)] over five equally likely points,  S = E[f T'] / (v E[f]),  v = A^2 / 2 + s^2

c = cov(T, x): under the weight f(T) the mean of x moves by c S where x follows T in proportion; for an exponential
response and normal variation that is exact. The five points are those of the normal distribution of a given deviation,
or the means of the driest to the wettest fifth of the days. Every response function takes part unchanged, and each
field of forcing that is absent counts as no variation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import jax.numpy as jnp
from jax import Array

TEMPERATURE_VARIATION = ("temperature_diurnal_amplitude", "temperature_deviation")
"""Forcing that says how temperature varies within the month: amplitude of the daily wave and deviation of daily means,
K."""

LEVERAGE = "temperature_leverage"
"""Prepared by the temperature process: S above, 1/K."""

SUCTION_VARIATION = ("log_suction_deviation", "temperature_log_suction_covariance")
"""Forcing that says how the logarithm of the suction varies: its deviation and its covariance with temperature, K."""

FIFTHS = tuple(f"saturation_fifth_{i}" for i in range(1, 6))
"""Forcing: mean relative saturation of the driest to the wettest fifth of the days."""

SATURATION_VARIATION = (*FIFTHS, "temperature_saturation_covariance")
"""Forcing that says how the relative saturation varies: the fifths of the days and the covariance with temperature."""

# means of the five equally likely classes of the normal distribution, scaled so that their variance is 1: equally
# likely points follow a response with a kink better than Gauss-Hermite ones of the same number
_POINTS = (-1.4780312, -0.5616259, 0.0, 0.5616259, 1.4780312)


def over_temperature(
    response: Callable[[Array], Array], temperature: Array, forcing: Mapping[str, Array]
) -> tuple[Array, Array]:
    """Mean of a response over the month's variation of temperature.

    Parameters
    ----------
    response : of temperature (degC), elementwise.
    temperature : (row, column) the month's mean, degC.
    forcing : may hold `TEMPERATURE_VARIATION`.

    Returns
    -------
    tuple
        The mean, and its leverage S (1/K): how far, per unit of covariance, the mean of what varies with temperature
        moves under the weight of the response; 0 where nothing varies.
    """
    given = [forcing.get(name) for name in TEMPERATURE_VARIATION]
    if all(each is None for each in given):
        value = response(temperature)
        return value, jnp.zeros_like(value)
    wave, weather = (jnp.zeros_like(temperature) if each is None else each for each in given)
    diurnal = 0.5 * wave**2
    variance = diurnal + weather**2
    varies = variance > 0.0
    divisor = jnp.where(varies, variance, 1.0)
    # fourth moment over squared variance: 1.5 for a wave alone, 3 for weather alone
    flatness = 3.0 - 1.5 * (diurnal / divisor) ** 2
    reach = jnp.where(varies, jnp.sqrt(flatness * divisor), 0.0)
    weight = 0.5 / flatness
    middle, colder, warmer = response(temperature), response(temperature - reach), response(temperature + reach)
    mean = (1.0 - 2.0 * weight) * middle + weight * (colder + warmer)
    moved = weight * reach * (warmer - colder) / divisor
    positive = mean > 0.0
    return mean, jnp.where(positive, moved / jnp.where(positive, mean, 1.0), 0.0)


def over_suction(response: Callable[[Array | float], Array], forcing: Mapping[str, Array]) -> Array:
    """Mean of a response over the month's variation of the suction, under the weight of the response to temperature.

    Parameters
    ----------
    response : of the deviation of the suction's logarithm from its mean, elementwise.
    forcing : may hold `SUCTION_VARIATION` and `LEVERAGE`.
    """
    deviation, covariance = SUCTION_VARIATION
    shift = _shift(forcing, covariance)
    if deviation not in forcing:
        return response(shift)
    return _mean([response(shift + point * forcing[deviation]) for point in _POINTS])


def over_saturation(response: Callable[[Array], Array], saturation: Array, forcing: Mapping[str, Array]) -> Array:
    """Mean of a response over the month's variation of the relative saturation, under the weight of temperature's.

    Parameters
    ----------
    response : of the relative saturation, elementwise.
    saturation : (row, column) the month's mean.
    forcing : may hold `SATURATION_VARIATION` and `LEVERAGE`.
    """
    shift = _shift(forcing, SATURATION_VARIATION[-1])
    points = [forcing[name] for name in FIFTHS if name in forcing] or [saturation]
    return _mean([response(point + shift) for point in points])


def _shift(forcing: Mapping[str, Array], covariance: str) -> Array | float:
    return forcing[covariance] * forcing[LEVERAGE] if covariance in forcing and LEVERAGE in forcing else 0.0


def _mean(values: Sequence[Array]) -> Array:
    return sum(values[1:], start=values[0]) / len(values)
