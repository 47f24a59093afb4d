"""What tillage does to a mean year: how much of each row it mixes, and how much of the aggregation is left."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.units import MONTHS_PER_YEAR

Array = NDArray[np.float64]

ROUNDS = 4
"""How often a short plan is repeated until its aggregation is periodic."""

LONG = 30
"""Years after which the first years no longer count."""


def worked_by(grid: Grid, management: Any) -> Array:
    """Return (row,) the share of a row that the deepest tillage of a year mixes, and of the litter that it buries.

    The mean over the plan's years.
    """
    depth = management.tillage_depth.reshape(-1, MONTHS_PER_YEAR)
    month = depth.argmax(axis=1)
    at = np.arange(len(depth)) * MONTHS_PER_YEAR + month
    found = np.zeros((len(depth), len(grid) + 1))
    for year, i in enumerate(at):
        if management.tillage_depth[i] > 0.0:
            share = grid.depth_share(float(management.tillage_depth[i]))
            found[year, 0] = management.tillage_burial[i]
            found[year, 1:] = share * management.tillage_mixing[i]
    return np.asarray(found.mean(axis=0))


def aggregation_of(grid: Grid, management: Any, recovery: float) -> Array:
    """Return (row,) the mean aggregation under a plan's tillage: a' = (1 - a) / recovery, a <- a (1 - broken).

    Parameters
    ----------
    recovery : time constant, yr.
    """
    kept = np.exp(-1.0 / (MONTHS_PER_YEAR * recovery))
    broken = np.zeros((len(management.tillage_depth), len(grid) + 1))
    for month in np.flatnonzero(management.tillage_depth > 0.0):
        share = grid.depth_share(float(management.tillage_depth[month]))
        broken[month, 1:] = management.tillage_breakage[month] * share
    if not broken.any():
        return np.ones(len(grid) + 1)
    lacking = np.zeros(len(grid) + 1)
    rounds = 2 if len(broken) >= LONG * MONTHS_PER_YEAR else max(ROUNDS, LONG * MONTHS_PER_YEAR // len(broken))
    total = np.zeros_like(lacking)
    for number in range(rounds):
        for share in broken:
            lacking = 1.0 - (1.0 - lacking) * (1.0 - share)
            if number == rounds - 1:
                # the mean over the month of what recovers exponentially
                total += lacking * (1.0 - kept) * MONTHS_PER_YEAR * recovery
            lacking = lacking * kept
    return np.asarray(1.0 - total / len(broken))
