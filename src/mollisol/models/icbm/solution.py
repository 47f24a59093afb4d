"""ICBM's parameters, its analytic solution, its operator, and the treatments at Ultuna for which it was published.

Source: Andren & Katterer (1997), ICBM: the introductory carbon balance model for exploration of soil carbon balances,
Ecological Applications 7:1226-1236; its table 1 as given with SoilR (Sierra et al. 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import Parameter, parameter

Array = NDArray[np.float64]

POOLS = ("young", "old")
"""Pools, in the order of every vector and matrix."""

_PAPER = "Andren & Katterer (1997), table 1, as given with SoilR"
_HOLOS = "Andren et al. (2004), ICBMregional, as coded in Holos"


@dataclass(frozen=True)
class ICBMParameters:
    """The constants of ICBM; rates hold where the external influence r is 1 (Ultuna, central Sweden)."""

    young_rate: float = parameter(0.8, "yr-1", 0.05, 5, _PAPER, confidence="opened", about="k1, of young carbon")
    old_rate: float = parameter(0.00605, "yr-1", 0.0005, 0.05, _PAPER, confidence="opened", about="k2, of old carbon")
    humification: float = parameter(
        0.125, "1", 0, 1, _PAPER, confidence="opened", about="h, share of decomposed young carbon that becomes old"
    )
    influence: float = parameter(1.0, "1", 0.05, 10, _PAPER, confidence="opened", about="r, external influence")


@dataclass(frozen=True)
class ICBMTemperatureParameters:
    """The response of ICBMregional to temperature."""

    coldest: float = parameter(
        -3.78, "degC", -10, 0, _HOLOS, confidence="opened", about="temperature at and below which nothing decomposes"
    )
    warmest: float = parameter(30.0, "degC", 20, 40, _HOLOS, confidence="opened", about="temperature of response 1")
    at_ultuna: float = parameter(
        0.10516, "1", 0.01, 1, _HOLOS, confidence="opened",
        about="response to temperature x moisture at Ultuna, where r is 1",
    )  # fmt: skip


PARAMETERS = ICBMParameters()
TEMPERATURE = ICBMTemperatureParameters()


@dataclass(frozen=True)
class Treatment:
    """A treatment of the Ultuna experiment as ICBM was fitted to it, kg C/m2 to 25 cm and kg C/m2/yr.

    Attributes
    ----------
    about : what it is.
    input, humification, influence : i, h and r.
    young, old : pools at the start in 1956.
    source : where the figures come from, and how well that is known.
    """

    about: str
    input: float
    humification: float
    influence: float
    young: float
    old: float
    source: str = f"{_PAPER} (opened)"


TREATMENTS: dict[str, Treatment] = {
    "bare_fallow": Treatment("no crop, no input", 0.0, 0.13, 1.32, 0.3, 3.96),
    "nitrogen_straw": Treatment("calcium nitrate and straw", 0.19 + 0.095, 0.125, 1.0, 0.3, 4.11),
    "straw": Treatment("straw without nitrogen", 0.19 + 0.058, 0.125, 1.22, 0.3, 4.05),
    "control": Treatment("crop without nitrogen or straw", 0.057, 0.125, 1.17, 0.3, 3.99),
    "nitrogen": Treatment("calcium nitrate without straw", 0.091, 0.125, 1.07, 0.3, 4.02),
    "manure": Treatment("farmyard manure", 0.19 + 0.082, 0.25, 1.10, 0.3, 3.99),
    "sewage_sludge": Treatment("sewage sludge", 0.19 + 0.106, 0.34, 0.97, 0.3, 4.14),
}
"""Treatments by name."""


def temperature_response(temperature_c: ArrayLike, p: ICBMTemperatureParameters = TEMPERATURE) -> Array:
    """Return ((T - T0) / (T1 - T0))^2 / c, 0 below T0 = -3.78 degC: the part of r that temperature makes.

    T1 is 30 degC; c = 0.10516 makes temperature times moisture 1 at Ultuna.

    Parameters
    ----------
    temperature_c : soil temperature, degC, any shape.
    """
    above = np.maximum(np.asarray(temperature_c, dtype=float) - p.coldest, 0.0)
    return np.asarray((above / (p.warmest - p.coldest)) ** 2 / p.at_ultuna)


def solution(
    years: ArrayLike, given: float, young: float, old: float, p: ICBMParameters = PARAMETERS
) -> tuple[Array, Array]:
    """Return young and old carbon after a time of constant input: the analytic solution.

        Y = i/a + (Y0 - i/a) e^(-a t),                                     a = k1 r
        O = O0 e^(-b t) + h i (1 - e^(-b t)) / b + h (a Y0 - i) (e^(-b t) - e^(-a t)) / (a - b),      b = k2 r

    Parameters
    ----------
    years : times t, yr, any shape.
    given : input i, carbon per year, in the units of the pools.
    young, old : pools at t = 0.
    p : constants.

    Examples
    --------
    >>> young, old = solution(20.0, 0.0, 0.3, 3.96, ICBMParameters(humification=0.13, influence=1.32))
    >>> print(round(float(young + old), 4))
    3.4089
    """
    t = np.asarray(years, dtype=float)
    a, b = p.young_rate * p.influence, p.old_rate * p.influence
    later = (a - b) * t
    # (1 - e^-x) / x, also where both rates are equal
    mean = np.where(later == 0.0, 1.0, -np.expm1(-later) / np.where(later == 0.0, 1.0, later))
    left = np.exp(-b * t)
    fresh = given / a + (young - given / a) * np.exp(-a * t)
    steady = p.humification * given / b
    humus = steady + (old - steady) * left + p.humification * (a * young - given) * t * left * mean
    return fresh, humus


def steady_state(given: float, p: ICBMParameters = PARAMETERS) -> tuple[float, float]:
    """Return young and old carbon of the steady state, i / (k1 r) and h i / (k2 r), for an input i per year."""
    return given / (p.young_rate * p.influence), p.humification * given / (p.old_rate * p.influence)


def operator(p: ICBMParameters = PARAMETERS) -> Array:
    """Return B (2, 2), 1/yr, of dx/dt = u + B x, in the order of `POOLS`; input enters young carbon."""
    a, b = p.young_rate * p.influence, p.old_rate * p.influence
    return np.array([[-a, 0.0], [p.humification * a, -b]])


def known(name: str) -> Parameter:
    """Return what is known of one of the constants: unit, range, source."""
    from mollisol.units import parameters_of

    return parameters_of(ICBMParameters)[name]
