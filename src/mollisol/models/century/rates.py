"""Century's parameters, response functions and operator: the soil organic matter part, carbon only.

Source: Parton, Schimel, Cole & Ojima (1987), Analysis of factors controlling soil organic matter levels in Great
Plains grasslands, Soil Science Society of America Journal 51:1173-1179; its rates and fractions as given with SoilR
(Sierra et al. 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import Parameter, parameter

Array = NDArray[np.float64]

POOLS = (
    "surface_structural",
    "surface_metabolic",
    "structural",
    "metabolic",
    "active",
    "slow",
    "passive",
)
"""Pools, in the order of every vector and matrix."""

WEEKS_PER_YEAR = 52
"""Weeks of a year of the model, whose rates are published per week."""

_PAPER = "Parton et al. (1987), as given with SoilR"
_CENTURY4 = "Century 4, minimum metabolic share of residues"
_BURKE = "Burke et al. (2003), as given with SoilR"


@dataclass(frozen=True)
class CenturyParameters:
    """The constants of Century's soil organic matter; rates hold at a modifier of 1."""

    surface_structural_rate: float = parameter(
        0.076, "week-1", 0, 1, _PAPER, confidence="opened", about="structural litter on the surface"
    )
    surface_metabolic_rate: float = parameter(
        0.28, "week-1", 0, 2, _PAPER, confidence="opened", about="metabolic litter on the surface"
    )
    structural_rate: float = parameter(
        0.094, "week-1", 0, 1, _PAPER, confidence="opened", about="structural litter in the soil"
    )
    metabolic_rate: float = parameter(
        0.35, "week-1", 0, 2, _PAPER, confidence="opened", about="metabolic litter in the soil"
    )
    active_rate: float = parameter(
        0.14, "week-1", 0, 1, _PAPER, confidence="opened", about="active carbon, in pure sand"
    )
    slow_rate: float = parameter(0.0038, "week-1", 0, 0.1, _PAPER, confidence="opened", about="slow carbon")
    passive_rate: float = parameter(0.00013, "week-1", 0, 0.01, _PAPER, confidence="opened", about="passive carbon")
    structural_lignin: float = parameter(
        0.25, "1", 0, 1, "straw of 15 % lignin whose structural share is 0.6", confidence="computed",
        about="Ls, lignin in structural litter",
    )  # fmt: skip
    lignin_effect: float = parameter(
        3.0, "1", 0, 10, _PAPER, confidence="opened", about="structural rates fall by exp(-3 Ls)"
    )
    surface_structural_respired: float = parameter(
        0.45, "1", 0, 1, _PAPER, confidence="opened", about="respired from what is not lignin, on the surface"
    )
    structural_respired: float = parameter(
        0.55, "1", 0, 1, _PAPER, confidence="opened", about="respired from what is not lignin, in the soil"
    )
    lignin_respired: float = parameter(0.3, "1", 0, 1, _PAPER, confidence="opened", about="respired from lignin")
    metabolic_respired: float = parameter(
        0.55, "1", 0, 1, _PAPER, confidence="opened", about="respired from metabolic litter"
    )
    texture_on_rate: float = parameter(
        0.75, "1", 0, 1, _PAPER, confidence="opened", about="active rate falls by 1 - 0.75 (clay + silt)"
    )
    active_respired_sand: float = parameter(
        0.85, "1", 0, 1, _PAPER, confidence="opened", about="respired from active carbon, in pure sand"
    )
    texture_on_respired: float = parameter(
        0.68, "1", 0, 0.85, _PAPER, confidence="opened", about="by how much clay + silt lower that share"
    )
    active_to_passive: float = parameter(0.004, "1", 0, 0.1, _PAPER, confidence="opened", about="share of active")
    slow_to_active: float = parameter(0.42, "1", 0, 0.9, _PAPER, confidence="opened", about="share of slow")
    slow_to_passive: float = parameter(0.03, "1", 0, 0.1, _PAPER, confidence="opened", about="share of slow")
    passive_to_active: float = parameter(0.45, "1", 0, 1, _PAPER, confidence="opened", about="share of passive")


@dataclass(frozen=True)
class CenturyTemperatureParameters:
    """Century's response to temperature."""

    warmest: float = parameter(45.0, "degC", 40, 60, _BURKE, confidence="opened", about="nothing decomposes above")
    best: float = parameter(35.0, "degC", 20, 39, _BURKE, confidence="opened", about="temperature of response 1")


METABOLIC: dict[str, Parameter] = {
    "most": Parameter(0.85, "1", 0.5, 1, _PAPER, confidence="opened", about="metabolic share without lignin"),
    "slope": Parameter(0.018, "1", 0.005, 0.05, _PAPER, confidence="opened", about="its fall with lignin / nitrogen"),
    "least": Parameter(0.2, "1", 0, 0.5, _CENTURY4, confidence="high", about="least metabolic share"),
}
"""The split of residues into metabolic and structural litter."""

PARAMETERS = CenturyParameters()
TEMPERATURE = CenturyTemperatureParameters()


def temperature_modifier(temperature_c: ArrayLike, p: CenturyTemperatureParameters = TEMPERATURE) -> Array:
    """Return d^0.2 exp(0.2 / 2.63 (1 - d^2.63)), d = (45 - T) / (45 - 35); 0 from 45 degC.

    Parameters
    ----------
    temperature_c : soil temperature T, degC, any shape.

    Examples
    --------
    >>> round(float(temperature_modifier(35.0)), 6)
    1.0
    """
    distance = np.maximum((p.warmest - np.asarray(temperature_c, dtype=float)) / (p.warmest - p.best), 0.0)
    return np.asarray(distance**0.2 * np.exp(0.2 / 2.63 * (1.0 - distance**2.63)))


def moisture_modifier(rain_mm: ArrayLike, evaporation_mm: ArrayLike) -> Array:
    """Return 1 / (1 + 30 exp(-8.5 P / PET)), 1 where nothing evaporates.

    Parameters
    ----------
    rain_mm, evaporation_mm : monthly precipitation P and potential evapotranspiration PET, mm, any shape.
    """
    rain, demand = np.broadcast_arrays(np.asarray(rain_mm, dtype=float), np.asarray(evaporation_mm, dtype=float))
    with np.errstate(over="ignore"):  # any rain is plenty where next to nothing evaporates
        ratio = np.divide(rain, demand, out=np.full(rain.shape, np.inf), where=demand > 0.0)
        return np.asarray(1.0 / (1.0 + 30.0 * np.exp(-8.5 * ratio)))


def metabolic_share(lignin_to_nitrogen: ArrayLike) -> Array:
    """Return 0.85 - 0.018 L/N, at least 0.2: the share of residues that is metabolic."""
    most, slope, least = (METABOLIC[name].value for name in ("most", "slope", "least"))
    return np.maximum(most - slope * np.asarray(lignin_to_nitrogen, dtype=float), least)


def inputs(surface: float, soil: float, metabolic: float) -> Array:
    """Return the input by pool (7,) of what arrives on the surface and in the soil."""
    return np.array(
        [surface * (1 - metabolic), surface * metabolic, soil * (1 - metabolic), soil * metabolic, 0.0, 0.0, 0.0]
    )


def operator(
    clay_percent: float, silt_percent: float, modifier: float = 1.0, p: CenturyParameters = PARAMETERS
) -> Array:
    """Return B (7, 7), 1/yr, of dx/dt = u + B x, in the order of `POOLS`.

    Parameters
    ----------
    clay_percent, silt_percent : texture, %.
    modifier : product of the modifiers of temperature and moisture.
    p : constants.

    Examples
    --------
    >>> bool((operator(20.0, 45.0).sum(axis=0) < 0).all())
    True
    """
    fine = (clay_percent + silt_percent) / 100.0
    lignin = p.structural_lignin
    left = np.exp(-p.lignin_effect * lignin)
    rates = np.array(
        [
            p.surface_structural_rate * left,
            p.surface_metabolic_rate,
            p.structural_rate * left,
            p.metabolic_rate,
            p.active_rate * (1.0 - p.texture_on_rate * fine),
            p.slow_rate,
            p.passive_rate,
        ]
    )
    shares = -np.eye(7)
    active, slow, passive = 4, 5, 6
    kept = 1.0 - p.lignin_respired
    shares[active, 0] = (1.0 - lignin) * (1.0 - p.surface_structural_respired)
    shares[active, 2] = (1.0 - lignin) * (1.0 - p.structural_respired)
    shares[slow, [0, 2]] = lignin * kept
    shares[active, [1, 3]] = 1.0 - p.metabolic_respired
    respired = p.active_respired_sand - p.texture_on_respired * fine
    shares[slow, active] = 1.0 - respired - p.active_to_passive
    shares[passive, active] = p.active_to_passive
    shares[active, slow] = p.slow_to_active
    shares[passive, slow] = p.slow_to_passive
    shares[active, passive] = p.passive_to_active
    return np.asarray(shares * (rates * WEEKS_PER_YEAR * modifier))
