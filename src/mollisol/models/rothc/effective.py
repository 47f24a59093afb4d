"""RothC's effective operator: what the clocks need from a map whose rates change with the seasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mollisol.models.rothc.rates import POOLS, Array, products
from mollisol.models.rothc.run import compose
from mollisol.models.rothc.table import checked
from mollisol.units import MONTHS_PER_YEAR, RunError

if TYPE_CHECKING:
    import pandas as pd

_MOST_CYCLES = 10_000


def cycle_operator(monthly: pd.DataFrame, clay_percent: float, depth_cm: float) -> tuple[Array, Array, Array]:
    """Return the effective operator B, input u and mean stock x of the periodic state of a monthly table.

    B holds the cycle's mean fluxes over its mean stocks, so that x = -B^-1 u exactly: the operator that belongs
    to the map, for ages and transit times of a seasonal steady state.

    Parameters
    ----------
    monthly : the repeating rows, as for `simulate`.
    clay_percent, depth_cm : clay, % and depth, cm.

    Returns
    -------
    B (4, 4) in 1/yr, u (4,) in t C/ha/yr, x (4,) in t C/ha at the start of months, in the order of `POOLS`.
    """
    forcing = checked(monthly, clay_percent, depth_cm, with_14c=False)
    count, deficit = len(forcing.rain), 0.0
    months, end = forcing.months(count, deficit)
    repeats = 0
    while end != deficit:
        repeats += 1
        if repeats > _MOST_CYCLES:
            raise RunError("the moisture deficit of these months does not become periodic")
        deficit = end
        months, end = forcing.months(count, deficit)
    decomposed = 1.0 - np.array([month.left for month in months])  # share by month and pool
    if not decomposed.any():
        raise RunError("nothing decomposes in these months: there is no steady state")

    into = products(forcing.clay, forcing.parameters)
    matrix, gain, _, _ = compose(months, into, 1.0)
    state = np.linalg.solve(np.eye(len(POOLS)) - matrix, gain)
    states = np.empty_like(decomposed)
    for row, month in enumerate(months):
        states[row] = state
        state = month.left * state + into * ((1.0 - month.left) @ state) + month.gain

    stock = states.mean(axis=0)
    rates = decomposed.mean(axis=0)  # of a pool that is always empty
    np.divide((decomposed * states).mean(axis=0), stock, out=rates, where=stock > 0)
    rates = rates * MONTHS_PER_YEAR
    given = forcing.gain.mean(axis=0) * MONTHS_PER_YEAR
    return np.outer(into, rates) - np.diag(rates), given, stock
