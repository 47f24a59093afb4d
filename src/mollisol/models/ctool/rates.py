"""C-TOOL's parameters, response to temperature, soil temperature, monthly map and first-order operator.

Source: Taghizadeh-Toosi et al. (2014), C-TOOL: a simple model for simulating whole-profile carbon storage in temperate
agricultural soils, Ecological Modelling 292:11-25, as coded by its group in rCTOOL (Giannini-Kurina et al., 2023-).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import MONTHS_PER_YEAR, SECONDS_PER_YEAR, Parameter, parameter

Array = NDArray[np.float64]

POOLS = ("fom_top", "fom_sub", "hum_top", "hum_sub", "rom_top", "rom_sub")
"""Pools (fresh, humified, resistant; 0-25 and 25-100 cm) in the order in which a month passes them on."""

TOP, BOTTOM = 0.25, 1.0
"""Lower interfaces of topsoil and subsoil, m."""

_CODE = "rCTOOL (ff5ac01), after Taghizadeh-Toosi et al. (2014)"


@dataclass(frozen=True)
class CToolParameters:
    """The constants of C-TOOL; rates hold at a response to temperature of 1."""

    fom_rate: float = parameter(0.12, "month-1", 0, 0.19, _CODE, confidence="opened", about="fresh organic matter")
    hum_rate: float = parameter(0.0028, "month-1", 0, 0.05, _CODE, confidence="opened", about="humified organic matter")
    rom_rate: float = parameter(3.85e-5, "month-1", 0, 0.001, _CODE, confidence="opened", about="resistant matter")
    respired: float = parameter(
        0.628, "1", 0, 0.9, _CODE, confidence="opened", about="share of decomposed HUM and ROM that is CO2"
    )
    romified: float = parameter(
        0.012, "1", 0, 0.1, _CODE, confidence="opened", about="share of decomposed HUM that becomes ROM"
    )
    transported: float = parameter(
        0.0025, "1", 0, 0.1, _CODE, confidence="opened", about="share of decomposed FOM and ROM that moves down"
    )
    manure_humified: float = parameter(
        0.192, "1", 0, 1, _CODE, confidence="opened", about="share of manure that is HUM when applied"
    )


@dataclass(frozen=True)
class CToolTemperatureParameters:
    """C-TOOL's response to temperature, f = scale exp(intercept + slope T (1 - T / (2 best)))."""

    scale: float = parameter(7.24, "1", 1, 20, _CODE, confidence="opened", about="factor")
    intercept: float = parameter(-3.432, "1", -10, 0, _CODE, confidence="opened", about="exponent at 0 degC")
    slope: float = parameter(0.168, "degC-1", 0, 1, _CODE, confidence="opened", about="slope of the exponent at 0 degC")
    best: float = parameter(36.9, "degC", 25, 50, _CODE, confidence="opened", about="temperature of the maximum")


DIFFUSIVITY = Parameter(3.5e-7, "m2/s", 1e-7, 2e-6, _CODE, confidence="opened", about="thermal diffusivity of the soil")
"""Thermal diffusivity of C-TOOL's soil temperature."""

PARAMETERS = CToolParameters()
TEMPERATURE = CToolTemperatureParameters()


def temperature_modifier(temperature_c: ArrayLike, p: CToolTemperatureParameters = TEMPERATURE) -> Array:
    """Return f = 7.24 exp(-3.432 + 0.168 T (1 - T / 73.8)), the response to soil temperature.

    Parameters
    ----------
    temperature_c : soil temperature T, degC, any shape.

    Examples
    --------
    >>> round(float(temperature_modifier(10.0)), 3)
    1.0
    """
    temperature = np.asarray(temperature_c, dtype=float)
    return np.asarray(p.scale * np.exp(p.intercept + p.slope * temperature * (1.0 - 0.5 * temperature / p.best)))


def humified_share(clay_percent: float) -> float:
    """Return 1 / (R + 1), R = 1.67 (1.85 + 1.6 exp(-0.0786 clay)): the share of decomposed FOM that becomes HUM."""
    return 1.0 / (1.67 * (1.85 + 1.6 * math.exp(-0.0786 * clay_percent)) + 1.0)


def soil_temperature(air_c: ArrayLike, depth_m: float, diffusivity: float = DIFFUSIVITY.value) -> Array:
    """Return the monthly temperature at a depth from that of the air, by the conduction of the annual wave.

        T(z, t) = mean + A exp(-z / D) sin(w t + phase - z / D),     D = sqrt(2 diffusivity / w),  w = 2 pi / yr

    The mean is that of each twelve months; amplitude A and phase are those of the whole series. So the wave has the
    phase of the air's own year, where published code gave the month's number to a formula in days.

    Parameters
    ----------
    air_c : (month,), monthly mean air temperature, degC, at least 12.
    depth_m : depth z, m.
    diffusivity : thermal diffusivity, m2/s.
    """
    air = np.asarray(air_c, dtype=float)
    months = np.arange(len(air))
    year = np.minimum(months // MONTHS_PER_YEAR, len(air) // MONTHS_PER_YEAR - 1)
    means = np.array([air[year == one].mean() for one in range(year[-1] + 1)])
    # what is left of an unfinished year at the end belongs to the last twelve months
    means[-1] = air[-MONTHS_PER_YEAR:].mean()
    mean = means[year]
    angle = 2.0 * np.pi * (months + 0.5) / MONTHS_PER_YEAR
    wave = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    (sine, cosine), *_ = np.linalg.lstsq(wave, air - mean, rcond=None)
    depth = depth_m / math.sqrt(diffusivity * SECONDS_PER_YEAR / np.pi)
    later = angle - depth
    return np.asarray(mean + math.exp(-depth) * (sine * np.sin(later) + cosine * np.cos(later)))


def initial_pools(
    carbon: float,
    top_share: float = 0.47,
    hum_top: float = 0.48,
    rom_top: float = 0.49,
    hum_sub: float = 0.312,
    rom_sub: float = 0.6847,
    carbon_to_nitrogen: float = 7.166667,
) -> dict[str, float]:
    """Return pools for a stock to 1 m, as C-TOOL starts its runs.

    In each layer FOM is what HUM and ROM leave; HUM is its share times min(56.2 (C:N)^-1.69, 1), ROM the rest.

    Parameters
    ----------
    carbon : stock to 1 m, t C/ha.
    top_share : share of it in 0-25 cm.
    hum_top, rom_top, hum_sub, rom_sub : shares of HUM and ROM in topsoil and subsoil (rCTOOL's defaults).
    carbon_to_nitrogen : C:N of the soil, by mass; 7.17 makes the factor of HUM 1 or more.

    Examples
    --------
    >>> pools = initial_pools(105.0, 0.55, 0.533, 0.405, 0.387, 0.610, 12.0)
    >>> print(round(pools["hum_top"], 4))
    25.9537
    """
    factor = min(56.2 * carbon_to_nitrogen**-1.69, 1.0)
    pools: dict[str, float] = {}
    layers = {"top": (top_share, hum_top, rom_top), "sub": (1.0 - top_share, hum_sub, rom_sub)}
    for layer, (share, humified, resistant) in layers.items():
        stock = carbon * share
        hum, fom = stock * humified * factor, stock * (1.0 - humified - resistant)
        pools |= {f"fom_{layer}": fom, f"hum_{layer}": hum, f"rom_{layer}": stock - hum - fom}
    return {name: pools[name] for name in POOLS}


def routes(clay_top_percent: float, clay_sub_percent: float, p: CToolParameters = PARAMETERS) -> tuple[Array, Array]:
    """Return where a unit of decomposed carbon goes: to other pools (6, 6) [to, from], and to CO2 (6,).

    What neither names stays where it is: ROM, and HUM of the subsoil, lose only part of what their rate says.
    """
    to, respired = np.zeros((6, 6)), np.zeros(6)
    fom_top, fom_sub, hum_top, hum_sub, rom_top, rom_sub = range(6)
    top, sub = humified_share(clay_top_percent), humified_share(clay_sub_percent)
    stays = 1.0 - p.transported
    to[fom_sub, fom_top], to[hum_top, fom_top], respired[fom_top] = p.transported, stays * top, stays * (1.0 - top)
    to[hum_sub, fom_sub], respired[fom_sub] = sub, 1.0 - sub
    to[rom_top, hum_top], to[hum_sub, hum_top] = p.romified, 1.0 - p.romified - p.respired
    to[rom_sub, hum_sub] = p.romified
    to[rom_sub, rom_top] = p.transported
    respired[[hum_top, hum_sub, rom_top, rom_sub]] = p.respired
    return to, respired


def rates(p: CToolParameters = PARAMETERS) -> Array:
    """Return the rate constants of `POOLS` (6,), 1/month."""
    return np.repeat([p.fom_rate, p.hum_rate, p.rom_rate], 2)


def monthly_map(to: Array, respired: Array, decomposed: Array) -> tuple[Array, Array]:
    """Return a month of C-TOOL as matrices P and S (6, 6): P (x + input) decomposes, S (x + input) is left.

    Input arrives first. Then the pools decompose in the order of `POOLS`, each together with what it has received
    from the ones before it in the same month.

    Parameters
    ----------
    to, respired : of `routes`.
    decomposed : share of each pool that decomposes in the month, k f (6,).
    """
    present: Array = np.asarray(np.linalg.inv(np.eye(len(to)) - to * decomposed))
    lost = (to.sum(axis=0) + respired) * decomposed
    return present, np.asarray((1.0 - lost)[:, None] * present)


def operator(
    clay_top_percent: float,
    clay_sub_percent: float,
    modifier: tuple[float, float] = (1.0, 1.0),
    p: CToolParameters = PARAMETERS,
) -> Array:
    """Return the first-order operator B (6, 6), 1/yr, in the order of `POOLS`: the limit of the map for short months.

    Parameters
    ----------
    clay_top_percent, clay_sub_percent : clay, %.
    modifier : response to temperature in topsoil and subsoil.
    p : constants.
    """
    to, respired = routes(clay_top_percent, clay_sub_percent, p)
    yearly = rates(p) * np.tile(modifier, 3) * MONTHS_PER_YEAR
    return np.asarray((to - np.diag(to.sum(axis=0) + respired)) * yearly)
