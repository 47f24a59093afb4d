"""What keeping an input in the soil is worth to the climate (Sierra et al. 2021, doi:10.5194/bg-18-1029-2021).

    M(t)   = |e^(tB) u|                                          carbon of the input u that is stored, u taken at once
    CS(H)  = int_0^H M(t) dt                                     carbon sequestration, kg C yr
    r(t)   = e . e^(tB) u                                        its release, all of it counted as CO2
    A(t)   = -|u| h(t) + int_0^t h(t - s) r(s) ds                change of the air's carbon, kg C
    CBS(H) = k int_0^H A(t) dt                                   climate benefit, W m-2 yr

A starts at -|u|, so CBS is negative where storing cools, as published: a unit that is never released has
CBS = -AGWP. k is that of `impulse`, per kg C; u is in kg C. The soil, the boxes of the atmosphere and the integrals
are one linear system, solved exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.clocks.impulse import ATMOSPHERE
from mollisol.clocks.propagate import Array, propagated, times_of
from mollisol.clocks.system import System, compartmental_system
from mollisol.units import CO2_PER_C


def carbon_sequestration(B: ArrayLike, u: ArrayLike, horizon: ArrayLike) -> Array:
    """CS(H), the carbon of an input times how long it is stored within the horizon, kg C yr, in the horizon's shape.

    Parameters
    ----------
    B : (n, n), 1/yr, see `mean_transit_time`.
    u : (n,), kg C, what enters at once (the input of one year, say).
    horizon : yr.

    Raises
    ------
    CompartmentalError
        See `mean_transit_time`.
    InputError
        For a horizon that is negative or not finite.

    Examples
    --------
    >>> carbon_sequestration([[-0.5]], [2.0], 1e3).round(6).item()  # all of it stays 2 yr in the mean
    4.0
    """
    system, times = compartmental_system(B, u), times_of(horizon, "horizon")
    count = len(system.input)
    matrix = np.zeros((count + 1, count + 1))
    matrix[:count, :count] = system.matrix
    matrix[count, :count] = 1.0
    found = propagated(matrix, np.append(system.input, 0.0), times.reshape(-1))
    return np.asarray(found[count].reshape(times.shape))


def climate_benefit(B: ArrayLike, u: ArrayLike, horizon: ArrayLike) -> Array:
    """CBS(H), the forcing that storing an input avoids within the horizon, W m-2 yr: negative, it cools.

    Parameters and errors as `carbon_sequestration`.
    """
    system, times = compartmental_system(B, u), times_of(horizon, "horizon")
    found = _coupled(system, times)[-3]
    return np.asarray(_efficiency() * found.reshape(times.shape))


def temperature_benefit(B: ArrayLike, u: ArrayLike, horizon: ArrayLike) -> Array:
    """Change of the mean temperature at the horizon by storing an input, K (as AGTP): negative, it cools.

    Parameters and errors as `carbon_sequestration`.
    """
    system, times = compartmental_system(B, u), times_of(horizon, "horizon")
    found = _coupled(system, times)[-2:].sum(axis=0)
    return np.asarray(_efficiency() * found.reshape(times.shape))


def _efficiency() -> float:
    """Forcing of a kg of carbon in the air, W m-2 kg-1 C."""
    return CO2_PER_C * ATMOSPHERE.radiative_efficiency


def _coupled(system: System, times: Array) -> Array:
    """State of soil (n), air (4), integral of the air's carbon (1) and warming for k = 1 (2), at times (m,)."""
    count, shares = len(system.input), ATMOSPHERE.shares()
    response, rate = ATMOSPHERE.warming()
    air, integral, warming = count + np.arange(4), count + 4, count + 5 + np.arange(2)
    matrix = np.zeros((count + 7, count + 7))
    matrix[:count, :count] = system.matrix
    matrix[air[:, None], np.arange(count)] = shares[:, None] * system.exits
    matrix[air, air] = -ATMOSPHERE.rates()
    matrix[integral, air] = 1.0
    matrix[warming[:, None], air] = response[:, None]
    matrix[warming, warming] = -rate
    start = np.zeros(count + 7)
    start[:count], start[air] = system.input, -system.input.sum() * shares
    return propagated(matrix, start, times.reshape(-1))
