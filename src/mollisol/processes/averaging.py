"""Jensen's term: the mean of a nonlinear response over the variation that a month's step does not resolve.

Within a month the temperature of a layer varies by day and night, by the weather and by the season's drift,

    T' = A cos(phase) + s z,      z normal,

A the diurnal amplitude and s the deviation of daily means (K), both at the layer's depth; a measure of
moisture x varies from day to day, and together with temperature. The mean of f(T) g(x) is taken in two factors:

    E[f]             three points T, T -+ h, exact for polynomials to the fifth degree whatever A and s
    E[f g] / E[f]    E[g(x + c S)] over five equally likely points,  S = E[f T'] / (v E[f]),  v = A^2 / 2 + s^2

c = cov(T, x): under the weight f(T) the mean of x moves by c S where x follows T in proportion; for an exponential
response and normal variation that is exact. The five points are the means of the driest to the wettest fifth of the
days: they follow a distribution of any form, which that of a soil's water is, and a response with kinks. Every response
function takes part unchanged, and each field of forcing that is absent counts as no variation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax.numpy as jnp
from jax import Array

TEMPERATURE_VARIATION = ("temperature_diurnal_amplitude", "temperature_deviation")
"""Forcing that says how temperature varies within the month: amplitude of the daily wave and deviation of daily means,
K."""

LEVERAGE = "temperature_leverage"
"""Prepared by the temperature process: S above, 1/K."""


def moisture_variation(measure: str) -> tuple[str, ...]:
    """Names of the forcing that says how a measure of moisture varies within the month.

    Its means on the driest to the wettest fifth of the days (or from the wettest to the driest), and its covariance
    with temperature.
    """
    return (*(f"{measure}_fifth_{i}" for i in range(1, 6)), f"temperature_{measure}_covariance")


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


def over_moisture(response: Callable[[Array], Array], forcing: Mapping[str, Array], measure: str, mean: Array) -> Array:
    """Mean of a response over the month's variation of moisture, under the weight of the response to temperature.

    Parameters
    ----------
    response : of the measure, elementwise.
    forcing : may hold `moisture_variation(measure)` and `LEVERAGE`.
    measure : what moisture is measured by: `saturation` or `log_suction`.
    mean : (row, column) the month's mean of the measure.
    """
    *fifths, covariance = moisture_variation(measure)
    points = [forcing[name] for name in fifths if name in forcing] or [mean]
    if covariance in forcing and LEVERAGE in forcing:
        shift = forcing[covariance] * forcing[LEVERAGE]
        points = [point + shift for point in points]
    values = [response(point) for point in points]
    return sum(values[1:], start=values[0]) / len(values)
