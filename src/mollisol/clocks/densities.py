"""What is left of an input, and densities of transit time and ages at steady state.

    m(t) = e^(tB) u / |u|,   f_T(t) = e . m(t),   f_A(t) = e . e^(tB) x / |x|,   f_i(t) = (e^(tB) u)_i / x_i

with e = -1^T B the rates out of the system and x = -B^-1 u. After Metzler and Sierra (2018).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.clocks.propagate import decayed, times_of
from mollisol.clocks.system import Array, compartmental_system


def remaining(B: ArrayLike, u: ArrayLike, t: ArrayLike) -> Array:
    """Share of a unit input u / |u| that is left after t years, by compartment; sums to 1 at t = 0.

    Parameters
    ----------
    B, u : see `mean_transit_time`.
    t : yr, one time or (m,).

    Returns
    -------
    (n,) for one time, (m, n) for many.

    Raises
    ------
    CompartmentalError
        See `mean_transit_time`.
    InputError
        For a time that is negative or not finite.
    """
    system, times = compartmental_system(B, u), times_of(t)
    left = decayed(system.matrix, system.share, times.reshape(-1)).T
    return np.asarray(left.reshape(*times.shape, -1))


def transit_time_density(B: ArrayLike, u: ArrayLike, t: ArrayLike) -> Array:
    """Density of the transit time, 1/yr, at times t (yr), in the shape of t; errors as `remaining`.

    Examples
    --------
    >>> transit_time_density([[-0.5]], [2.0], [0.0, 2.0]).round(6).tolist()  # 0.5 e^(-0.5 t)
    [0.5, 0.18394]
    """
    system, times = compartmental_system(B, u), times_of(t)
    density = system.exits @ decayed(system.matrix, system.share, times.reshape(-1))
    return np.asarray(density.reshape(times.shape))


def system_age_density(B: ArrayLike, u: ArrayLike, t: ArrayLike) -> Array:
    """Density of the age of all carbon at steady state, 1/yr, in the shape of t (yr); errors as `remaining`."""
    system, times = compartmental_system(B, u), times_of(t)
    x = system.stock()
    density = system.exits @ decayed(system.matrix, x / x.sum(), times.reshape(-1))
    return np.asarray(density.reshape(times.shape))


def pool_age_density(B: ArrayLike, u: ArrayLike, t: ArrayLike) -> Array:
    """Density of the age of each compartment's carbon, 1/yr: (n,) for one time, (m, n) for many.

    NaN where a compartment holds no carbon; errors as `remaining`.
    """
    system, times = compartmental_system(B, u), times_of(t)
    x = system.stock()
    there = x > 0.0
    fresh = decayed(system.matrix, system.input, times.reshape(-1)).T
    density = np.where(there, fresh / np.where(there, x, 1.0), np.nan)
    return np.asarray(density.reshape(*times.shape, -1))
