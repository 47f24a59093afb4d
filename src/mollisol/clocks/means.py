"""Mean transit time and mean ages at steady state.

    x = -B^-1 u,   E[T] = |x| / |u|,   E[a_i] = (-B^-1 x)_i / x_i,   E[A] = |B^-1 x| / |x|

with |.| the sum over the compartments: transit time is the age of what leaves (time from entry to exit), system age
that of what is there. For a single pool they are equal. After Metzler and Sierra (2018).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.clocks.system import Array, compartmental_system


def steady_stock(B: ArrayLike, u: ArrayLike) -> Array:
    """Steady state x = -B^-1 u (n,), in the unit of u times a year; parameters and errors as `mean_transit_time`."""
    return compartmental_system(B, u).stock()


def mean_transit_time(B: ArrayLike, u: ArrayLike) -> float:
    """Mean time from entry to exit, E[T] = |x| / |u|, yr.

    Parameters
    ----------
    B : (n, n), 1/yr, the operator of a compartmental system; column sums up to 1e-12 times the size of the diagonal
        count as zero.
    u : (n,), input, in any unit of carbon a year.

    Raises
    ------
    CompartmentalError
        Naming the entry that is not compartmental, or the compartments that carbon cannot leave.

    Examples
    --------
    >>> round(mean_transit_time([[-0.5, 0.0], [0.2, -0.02]], [1.0, 0.0]), 6)  # 2 yr, and 40 % of it 50 yr more
    22.0
    """
    system = compartmental_system(B, u)
    return float(system.stock().sum() / system.input.sum())


def mean_pool_ages(B: ArrayLike, u: ArrayLike) -> Array:
    """Mean age of the carbon in each compartment at steady state (n,), yr; NaN where a compartment holds none.

    Parameters and errors as `mean_transit_time`.
    """
    system = compartmental_system(B, u)
    x = system.stock()
    there = x > 0.0
    return np.where(there, system.solve(x) / np.where(there, x, 1.0), np.nan)


def mean_system_age(B: ArrayLike, u: ArrayLike) -> float:
    """Mean age of all carbon in the system at steady state, yr; parameters and errors as `mean_transit_time`."""
    system = compartmental_system(B, u)
    x = system.stock()
    return float(system.solve(x).sum() / x.sum())
