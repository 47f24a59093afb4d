"""Productivity from climate, and the factors that keep it below what the climate allows.

    NPP = 0.45 min( 3000 / (1 + exp(1.315 - 0.119 T)), 3000 (1 - exp(-0.000664 P)) ) / 1000

kg C/m2/yr, the Miami model (Lieth 1975), T the mean annual temperature (degC), P the annual precipitation (mm),
times factors from 0 to 1. Nutrients, acidity and salinity limit growth, hence the whole plant; fire and the
removal of residue take only what grew above ground, so they act on the straw (`carbon_inputs`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import InputError, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ProductivityParameters:
    """Numbers of the climate relation and of its constraints."""

    ceiling: float = parameter(
        3000.0, "g dry matter/m2/yr", 2000.0, 4000.0, "Lieth 1975, Miami model", confidence="opened",
        distribution="normal", spread=300.0,
    )  # fmt: skip
    temperature_intercept: float = parameter(1.315, "1", 0.5, 2.0, "Lieth 1975, Miami model", confidence="opened")
    temperature_slope: float = parameter(0.119, "1/degC", 0.05, 0.2, "Lieth 1975, Miami model", confidence="opened")
    precipitation_slope: float = parameter(
        0.000664, "1/mm", 0.0003, 0.0012, "Lieth 1975, Miami model", confidence="opened"
    )
    carbon: float = parameter(
        0.45, "kg/kg", 0.4, 0.5, "Bolinder et al. 2007", confidence="opened", about="carbon of dry matter"
    )
    critical_ph: float = parameter(
        5.5, "1", 5.0, 6.5, "aluminium harms roots below about pH 5.5 in water (Sumner & Noble 2003)",
        confidence="medium", about="growth is not limited above it",
    )  # fmt: skip
    lethal_ph: float = parameter(
        3.8, "1", 3.0, 4.5, "lower limits of crops in the FAO EcoCrop records, about 4", confidence="low",
        about="no growth below it",
    )  # fmt: skip
    salinity_threshold: float = parameter(
        3.0, "dS/m", 0.0, 15.0, "moderately sensitive to tolerant crops (Maas & Grattan 1999)",
        confidence="medium", about="used where the crop's own is not known",
    )  # fmt: skip
    salinity_slope: float = parameter(
        0.10, "m/dS", 0.01, 0.5, "middle of the crops of Maas & Grattan 1999", confidence="medium",
        about="loss of yield per dS/m, where the crop's own is not known",
    )  # fmt: skip
    combustion: float = parameter(
        0.85, "1", 0.5, 1.0, "IPCC 2006, Vol. 4, Table 2.6: 0.80 (maize, rice) to 0.90 (wheat)",
        confidence="high", about="share of the burned straw's carbon that leaves in the fire",
    )  # fmt: skip


DEFAULTS = ProductivityParameters()


def _checked(value: ArrayLike, lower: float, upper: float, key: str, unit: str) -> Array:
    array = np.asarray(value, dtype=np.float64)
    # NaN is "not known" and stays so; only a known number can be out of range.
    if np.any((array < lower) | (array > upper)):
        raise InputError(
            f"got {array.tolist()} {unit}", key=key, remedy=f"give values from {lower:g} to {upper:g} {unit}"
        )
    return array


def miami(temperature: ArrayLike, precipitation: ArrayLike, parameters: ProductivityParameters = DEFAULTS) -> Array:
    """Return net primary productivity (kg C/m2/yr) from mean annual temperature (degC) and precipitation (mm).

    Any shapes that broadcast. NaN in, NaN out.

    Examples
    --------
    >>> miami(9.0, 900.0).round(3).item()
    0.593
    """
    warmth = _checked(temperature, -60.0, 60.0, "temperature", "degC")
    rain = _checked(precipitation, 0.0, 20000.0, "precipitation", "mm/yr")
    p = parameters
    by_warmth = p.ceiling / (1.0 + np.exp(p.temperature_intercept - p.temperature_slope * warmth))
    by_rain = -p.ceiling * np.expm1(-p.precipitation_slope * rain)
    return np.asarray(np.minimum(by_warmth, by_rain) * p.carbon / 1000.0, dtype=np.float64)


def nutrient_factor(*supply_to_demand: ArrayLike) -> Array:
    """Return the growth that nutrients allow: min over nutrients of min(1, supply / demand).

    The law of the minimum with a linear response up to the demand and a plateau (von Liebig; Paris 1992).
    Each argument is one nutrient's supply over its demand (>= 0).
    """
    ratios = [_checked(ratio, 0.0, np.inf, "nutrients", "(supply / demand)") for ratio in supply_to_demand]
    lowest = np.asarray(1.0)
    for ratio in ratios:
        lowest = np.minimum(lowest, ratio)
    return np.asarray(lowest, dtype=np.float64)


def acidity_factor(ph: ArrayLike, parameters: ProductivityParameters = DEFAULTS) -> Array:
    """Return the growth that acidity allows: linear in pH (water) from 0 at `lethal_ph` to 1 at `critical_ph`."""
    value = _checked(ph, 2.0, 12.0, "ph", "")
    span = parameters.critical_ph - parameters.lethal_ph
    return np.asarray(np.clip((value - parameters.lethal_ph) / span, 0.0, 1.0), dtype=np.float64)


def salinity_factor(
    conductivity: ArrayLike,
    threshold: float | None = None,
    slope: float | None = None,
    parameters: ProductivityParameters = DEFAULTS,
) -> Array:
    """Return the growth that salinity allows: 1 - slope (EC - threshold) between 1 and 0 (Maas & Hoffman 1977).

    `conductivity` is that of the saturated paste (dS/m); threshold and slope are the crop's where known.
    """
    value = _checked(conductivity, 0.0, 200.0, "salinity", "dS/m")
    begin = parameters.salinity_threshold if threshold is None else threshold
    fall = parameters.salinity_slope if slope is None else slope
    return np.asarray(np.clip(1.0 - fall * (value - begin), 0.0, 1.0), dtype=np.float64)


def fire_factor(burned: ArrayLike, parameters: ProductivityParameters = DEFAULTS) -> Array:
    """Return the share of the straw that fire leaves: 1 - burned x combustion (IPCC 2006, Table 2.6).

    `burned` is the share of the straw on the field that burns in a year, e.g. 0.2 where a field burns each
    fifth year.
    """
    share = _checked(burned, 0.0, 1.0, "burned", "(fraction of the straw)")
    return np.asarray(1.0 - share * parameters.combustion, dtype=np.float64)


def removal_factor(removed: ArrayLike) -> Array:
    """Return the share of the straw that stays: 1 - removed."""
    return np.asarray(1.0 - _checked(removed, 0.0, 1.0, "residue_removed", "(fraction of the straw)"))


def climate_limited_productivity(
    temperature: ArrayLike,
    precipitation: ArrayLike,
    *,
    nutrients: ArrayLike = 1.0,
    acidity: ArrayLike = 1.0,
    salinity: ArrayLike = 1.0,
    parameters: ProductivityParameters = DEFAULTS,
) -> Array:
    """Return net primary productivity (kg C/m2/yr): the Miami model times the factors that limit growth.

    Parameters
    ----------
    temperature : mean annual, degC; precipitation : annual, mm. Any shapes that broadcast.
    nutrients, acidity, salinity : factors from 0 to 1, from the functions of this module.

    Returns
    -------
    kg C/m2/yr of the whole plant; `carbon_inputs(crop, productivity=...)` shares it out, where
    `residue_removed` and `residue_burned` take their part of the straw.

    Source: Lieth 1975, in Primary Productivity of the Biosphere; factors as documented at each.
    """
    growth = miami(temperature, precipitation, parameters)
    for key, factor in (("nutrients", nutrients), ("acidity", acidity), ("salinity", salinity)):
        growth = growth * _checked(factor, 0.0, 1.0, key, "(factor)")
    return np.asarray(growth, dtype=np.float64)
