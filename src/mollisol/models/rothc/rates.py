"""RothC's constants, rate modifiers, monthly map and first-order operator.

Sources: Coleman & Jenkinson (2014), RothC: a model for the turnover of carbon in soil; model description and users
guide; where that text leaves a choice open, Rothamsted Research's own code and its example run (RothC_Py, 2024).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import MONTHS_PER_YEAR, parameter

Array = NDArray[np.float64]

POOLS = ("dpm", "rpm", "bio", "hum")
"""Active pools, in the order of every vector and matrix. Inert organic matter (IOM) is apart."""

_GUIDE = "Coleman & Jenkinson (2014), RothC model description and users guide"
_CODE = "Rothamsted Research, RothC_Py (2024)"


@dataclass(frozen=True)
class RothCParameters:
    """The constants of RothC 26.3."""

    dpm_rate: float = parameter(10.0, "yr-1", 0, 100, _GUIDE, confidence="opened", about="decomposable plant")
    rpm_rate: float = parameter(0.3, "yr-1", 0, 10, _GUIDE, confidence="opened", about="resistant plant")
    bio_rate: float = parameter(0.66, "yr-1", 0, 10, _GUIDE, confidence="opened", about="microbial biomass")
    hum_rate: float = parameter(0.02, "yr-1", 0, 1, _GUIDE, confidence="opened", about="humified matter")
    to_biomass: float = parameter(0.46, "1", 0, 1, _GUIDE, confidence="opened", about="BIO in BIO + HUM")
    manure_dpm: float = parameter(0.49, "1", 0, 1, _GUIDE, confidence="opened", about="DPM in manure")
    manure_hum: float = parameter(0.02, "1", 0, 1, _GUIDE, confidence="opened", about="HUM in manure")
    covered_factor: float = parameter(0.6, "1", 0, 1, _GUIDE, confidence="opened", about="c under plants")
    pan_factor: float = parameter(0.75, "1", 0, 2, _GUIDE, confidence="opened", about="of pan evaporation")
    onset: float = parameter(0.444, "1", 0, 1, _GUIDE, confidence="opened", about="of max deficit, b below 1")
    driest: float = parameter(0.2, "1", 0, 1, _GUIDE, confidence="opened", about="b at the max deficit")
    # The guide says "divided by 1.8" (0.5556); the published code rounds it, and is followed.
    bare_share: float = parameter(0.556, "1", 0, 1, _CODE, confidence="opened", about="of max, bare soil")
    reference_depth: float = parameter(23.0, "cm", 1, 100, _GUIDE, confidence="opened", about="of deficit")
    coldest: float = parameter(-5.0, "degC", -18, 5, _CODE, confidence="opened", about="below it a = 0")
    half_life: float = parameter(5568.0, "yr", 5000, 6000, _CODE, confidence="opened", about="of 14C (Libby)")
    mean_life: float = parameter(8035.0, "yr", 7000, 9000, _CODE, confidence="opened", about="age to Delta14C")
    iom_age: float = parameter(50_000.0, "yr", 1e4, 1e6, _CODE, confidence="opened", about="14C age of IOM")

    @property
    def rates(self) -> Array:
        """Rate constants of `POOLS`, 1/yr, at a modifier of 1."""
        return np.array([self.dpm_rate, self.rpm_rate, self.bio_rate, self.hum_rate])


PARAMETERS = RothCParameters()


def temperature_modifier(temperature_c: ArrayLike, p: RothCParameters = PARAMETERS) -> Array:
    """Return the rate modifier a = 47.91 / (1 + exp(106.06 / (T + 18.27))); 0 below -5 degC.

    Parameters
    ----------
    temperature_c : monthly mean air temperature T, degC, any shape.

    Examples
    --------
    >>> round(float(temperature_modifier(9.25)), 3)
    0.994
    """
    temperature = np.asarray(temperature_c, dtype=float)
    warm = temperature >= p.coldest
    shifted = np.where(warm, temperature + 18.27, 1.0)
    return np.where(warm, 47.91 / (1.0 + np.exp(np.where(warm, 106.06 / shifted, 0.0))), 0.0)


def maximum_deficit(clay_percent: float, depth_cm: float, p: RothCParameters = PARAMETERS) -> float:
    """Return the largest topsoil moisture deficit under plants, (20 + 1.3 clay - 0.01 clay^2) depth / 23, in mm.

    Positive, like every deficit here (the guide writes deficits as negative numbers).
    """
    return (20.0 + 1.3 * clay_percent - 0.01 * clay_percent**2) * depth_cm / p.reference_depth


def moisture_modifier(
    rain_mm: Sequence[float] | Array,
    evaporation_mm: Sequence[float] | Array,
    covered: Sequence[bool] | NDArray[np.bool_],
    clay_percent: float,
    depth_cm: float,
    deficit_mm: float = 0.0,
    p: RothCParameters = PARAMETERS,
) -> tuple[Array, Array]:
    """Return the rate modifier b and the accumulated deficit at the end of each month.

    The deficit d grows by 0.75 evaporation - rain and stays within [0, limit]. The limit is the maximum M of
    `maximum_deficit` under plants; bare soil dries only to 0.556 M, but keeps a deeper deficit that a crop left
    until rain reduces it. b is 1 up to 0.444 M and falls linearly to 0.2 at M: M is the covered maximum in bare
    months too, so that bare soil at its own limit still decomposes at b = 0.84.

    Parameters
    ----------
    rain_mm, evaporation_mm : monthly totals (month,), mm; evaporation from an open pan.
    covered : whether plants cover the soil (month,).
    clay_percent, depth_cm : clay of the layer and its depth.
    deficit_mm : deficit at the start, mm.

    Returns
    -------
    b (month,) and deficit in mm (month,).
    """
    largest = maximum_deficit(clay_percent, depth_cm, p)
    bare, first = p.bare_share * largest, p.onset * largest
    modifiers, deficits = np.empty(len(rain_mm)), np.empty(len(rain_mm))
    deficit = deficit_mm
    for month, (rain, evaporation, under_plants) in enumerate(zip(rain_mm, evaporation_mm, covered, strict=True)):
        limit = largest if under_plants else max(bare, deficit)
        deficit = min(limit, max(0.0, deficit - rain + p.pan_factor * evaporation))
        deficits[month] = deficit
        dryness = max(0.0, deficit - first) / (largest - first)
        modifiers[month] = 1.0 - (1.0 - p.driest) * dryness
    return modifiers, deficits


def humified_share(clay_percent: float) -> float:
    """Return 1 / (x + 1), the share of decomposed carbon that becomes BIO and HUM."""
    ratio = 1.67 * (1.85 + 1.60 * math.exp(-0.0786 * clay_percent))
    return 1.0 / (ratio + 1.0)


def products(clay_percent: float, p: RothCParameters) -> Array:
    """Return where a unit of decomposed carbon goes, by pool (4,); the rest is CO2."""
    kept = humified_share(clay_percent)
    return np.array([0.0, 0.0, kept * p.to_biomass, kept * (1.0 - p.to_biomass)])


def monthly_map(clay_percent: float, modifier: float, p: RothCParameters = PARAMETERS) -> Array:
    """Return the month's map S (4, 4): x at the end = S x at the start + input.

    `modifier` is a b c of the month. Carbon formed within a month decomposes from the next month on.
    """
    left = np.exp(-p.rates * modifier / MONTHS_PER_YEAR)
    return np.diag(left) + np.outer(products(clay_percent, p), 1.0 - left)


def operator(clay_percent: float, modifier: float = 1.0, p: RothCParameters = PARAMETERS) -> Array:
    """Return the first-order operator B (4, 4) in 1/yr, the limit of the map for short months.

    B = modifier (partition - 1) diag(k), for dx/dt = u + B x. exp(B / 12) has the map's diagonal for DPM and RPM
    exactly; the other entries differ by terms of second order in k / 12, because the map lets carbon that is
    formed within a month rest until its end. Use `cycle_operator` for the clocks of a seasonal run.

    Parameters
    ----------
    clay_percent : clay, %.
    modifier : a b c, 1 by default.

    Returns
    -------
    Compartmental matrix in the order of `POOLS`.
    """
    rates = p.rates * modifier
    return np.asarray(np.outer(products(clay_percent, p), rates) - np.diag(rates))
