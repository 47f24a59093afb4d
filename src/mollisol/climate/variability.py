"""Variation of temperature and moisture within the month, by depth: what a monthly step does not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.parameters import numbers
from mollisol.climate.series import Array, Climate

if TYPE_CHECKING:
    from mollisol.climate.ground import Ground
    from mollisol.climate.site import Site
    from mollisol.climate.steps import Steps
    from mollisol.climate.temperature import HeatRun
    from mollisol.climate.water import WaterRun

SYNOPTIC_PERIOD = 8.0
"""days; period that stands for weather's day-to-day variation in damping it with depth (choice: 4 to 12)."""


@dataclass(frozen=True, eq=False)
class WithinMonth:
    """Variation within the month of the surface (row 0, the litter on it) and of every layer; (time, row, column).

    For a climatology, moisture varies between the drawn years as well.

    Attributes
    ----------
    diurnal_amplitude : of temperature, degC; NaN where the climate has no daily extremes.
    temperature_deviation : standard deviation of daily means, degC: by the season's drift and, where the climate has
        days or their deviation, by the weather.
    saturation_fifths : (time, 5, row, column) mean share of the pores that water fills (in the litter, of its capacity)
        on the driest to the wettest fifth of the days.
    log_suction_fifths : (time, 5, row, column) mean logarithm of the suction, ln MPa, on the same fifths.
    log_suction_deviation : standard deviation of that logarithm from day to day.
    temperature_saturation_covariance, temperature_log_suction_covariance : of the simulated days, degC.
    """

    diurnal_amplitude: Array
    temperature_deviation: Array
    saturation_fifths: Array
    log_suction_fifths: Array
    log_suction_deviation: Array
    temperature_saturation_covariance: Array
    temperature_log_suction_covariance: Array

    @property
    def saturation(self) -> Array:
        """(time, row, column) mean relative saturation."""
        return np.asarray(self.saturation_fifths.mean(axis=1))


def damping(depth: ArrayLike, diffusivity: Array, period: float) -> Array:
    """Damping of a wave of `period` days down to each layer, exp(-integral of dz / d), d = sqrt(a P / pi).

    Parameters
    ----------
    depth : (layer + 1,) interfaces, m.
    diffusivity : (month, layer, column), m2/s.
    period : days.

    Returns
    -------
    (month, layer, column) amplitude at the layer's middle over that at the surface.

    Examples
    --------
    >>> damping([0.0, 0.2], np.full((1, 1, 1), 5e-7), 1.0).round(2).tolist()
    [[[0.43]]]
    """
    thickness = np.diff(np.asarray(depth, dtype=np.float64))[:, None]
    lengths = thickness / np.sqrt(diffusivity * period * 86400.0 / np.pi)
    return np.asarray(np.exp(-(np.cumsum(lengths, axis=1) - 0.5 * lengths)))


def through_surface(resistance: Array, conductivity: Array, capacity: Array, period: float) -> Array:
    """Amplitude of a wave at the soil surface over that of the air above a resistance, 1 / |1 + r sqrt(i w lambda C)|.

    Parameters
    ----------
    resistance : m2 K/W, snow included; conductivity, capacity : of the top layer, W/m/K and J/m3/K; of one shape.
    period : days.

    Examples
    --------
    >>> through_surface(np.array([0.0, 0.08]), np.full(2, 1.2), np.full(2, 2.5e6), 8.0).round(2).tolist()
    [1.0, 0.75]
    """
    admittance = np.sqrt(2.0 * np.pi / (period * 86400.0) * conductivity * capacity)
    return np.asarray(1.0 / np.abs(1.0 + resistance * admittance * np.exp(0.25j * np.pi)))


def fifths(values: Array, days: Array, months: int) -> Array:
    """Means of the smallest to the largest fifth of the days of each month.

    Parameters
    ----------
    values : (month, step, ..., column) daily.
    days : (month, step) 1, or 0 for padding.
    months : of the result: as many as given, or 12 to pool the same month of several years.

    Returns
    -------
    (months, 5, ..., column), whose mean is that of the days.

    Examples
    --------
    >>> fifths(np.arange(10.0)[None, ::-1], np.ones((1, 10)), 1).tolist()
    [[0.5, 2.5, 4.5, 6.5, 8.5]]
    """
    pooled = np.moveaxis(values.reshape(-1, months, *values.shape[1:]), 0, 1).reshape(months, -1, *values.shape[2:])
    inside = np.moveaxis(days.reshape(-1, months, days.shape[1]), 0, 1).reshape(months, -1) > 0.0
    found = np.empty((months, 5, *values.shape[2:]))
    for month, own in enumerate(inside):
        ordered = np.sort(pooled[month, own], axis=0).astype(np.float64)
        total = np.concatenate([np.zeros_like(ordered[:1]), np.cumsum(ordered, axis=0)])
        # a day on the border of two fifths belongs to both in part
        position = np.linspace(0.0, len(ordered), 6)
        whole = np.minimum(position.astype(int), len(ordered) - 1)
        part = (position - whole).reshape(-1, *(1,) * (ordered.ndim - 1))
        found[month] = np.diff(total[whole] + part * ordered[whole], axis=0) * 5.0 / len(ordered)
    return found


def rows(surface: Any, layers: Any) -> Array:
    """Put the surface (..., column) above the layers (..., layer, column)."""
    return np.concatenate([np.asarray(surface)[..., None, :], np.asarray(layers)], axis=-2)


def moisture_of_days(above: Ground, water: WaterRun) -> dict[str, Array]:
    """Return what is averaged together with temperature, (month, step, row, column): saturation and its logarithm."""
    log, share = (np.asarray(each, dtype=np.float32) for each in (above.litter_log, above.litter_share))
    return {"log": rows(log, water.daily_log_saturation), "saturation": rows(share, water.daily_saturation)}


def within_month(
    series: Climate,
    site: Site,
    steps: Steps,
    above: Ground,
    water: WaterRun,
    moist: Mapping[str, Array],
    heat: HeatRun,
    resistance: Array,
    conductivity: Array,
    capacity: Array,
) -> WithinMonth:
    """Return the variation within the months of a run.

    Temperature: the variance of the simulated days, the weather that the steps do not hold, and the daily wave, the
    last two damped with depth. The weather acts through the resistance of air and snow; the wave has the amplitude of
    the air at the surface, which the sun adds as much to as the resistance takes. Suction is a power law of
    saturation, so that its logarithm is a constant less the exponent times that of saturation.

    Parameters
    ----------
    moist : {name: (month, 5, row, column)} fifths of the relative `saturation` and of its `log`.
    heat : run with `moisture_of_days` along.
    resistance : (month, step, column) between air and soil surface, m2 K/W.
    conductivity, capacity : (month, layer, column) of heat, W/m/K and J/m3/K.
    """
    from mollisol.climate.litter import litter_log_potential
    from mollisol.climate.snow import snow_cover

    shape = (len(series), site.columns)
    weights = steps.days[:, :, None] / steps.month_days[:, None, None]
    amplitude = np.full(shape, np.nan)
    if series.diurnal_amplitude is not None:
        # A daily wave does not pass the snow: its variance is that of the open share of the ground.
        hidden = np.asarray(snow_cover(above.snow, numbers(site.parameters.snow)))
        amplitude = series.diurnal_amplitude.reshape(len(series), -1) * np.sqrt((weights * (1.0 - hidden)).sum(axis=1))
    # Daily steps hold the weather themselves; where they are smooth, what they lack is added if it is known.
    weather = np.zeros(shape) if series.temperature_deviation is None else steps.deviation
    felt = (weights * resistance).sum(axis=1)
    weather = weather * through_surface(felt, conductivity[:, 0], capacity[:, 0], SYNOPTIC_PERIOD)
    daily, synoptic = (damping(site.grid.edges, conductivity / capacity, each) for each in (1.0, SYNOPTIC_PERIOD))
    lacking = rows(weather, weather[:, None] * synoptic)

    temperature = rows(heat.surface, heat.temperature)
    log = rows((weights * np.asarray(above.litter_log)).sum(axis=1), water.log_saturation)
    square = rows(above.litter_log_square, water.log_saturation_square)
    litter, curve = numbers(site.parameters.litter), (len(site.grid), site.columns)
    exponent = rows(
        np.full(site.columns, litter["exponent"]), np.broadcast_to(site.hydraulics.retention_exponent, curve)
    )
    full = rows(
        np.full(site.columns, litter_log_potential(litter["capacity"], litter)),
        np.log(np.broadcast_to(site.hydraulics.air_entry, curve) / 1000.0),
    )
    together = {name: np.asarray(product) for name, product in heat.products.items()}
    return WithinMonth(
        diurnal_amplitude=rows(amplitude, amplitude[:, None] * daily),
        temperature_deviation=np.sqrt(rows(heat.surface_variance, heat.variance) + lacking**2),
        saturation_fifths=moist["saturation"],
        log_suction_fifths=full - exponent * moist["log"],
        # The difference of two large numbers may fall below 0 by rounding.
        log_suction_deviation=exponent * np.sqrt(np.maximum(square - log**2, 0.0)),
        temperature_saturation_covariance=together["saturation"] - temperature * moist["saturation"].mean(axis=1),
        temperature_log_suction_covariance=-exponent * (together["log"] - temperature * log),
    )
