"""Quartiles over profiles with the standard error of the median, studies being what is drawn again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWS = 400
SEED = 20160919


@dataclass(frozen=True, eq=False)
class Quartiles:
    """Distribution over profiles by depth; every array is (depth,).

    Attributes
    ----------
    lower, median, upper : quartiles, in the unit of the values.
    log_median_error : standard error of ln(median), from a bootstrap over groups (studies), not over profiles.
    count : number of values.
    """

    lower: Array
    median: Array
    upper: Array
    log_median_error: Array
    count: NDArray[np.intp]


def quartiles(values: Array, groups: NDArray[np.str_], draws: int = DRAWS, seed: int = SEED) -> Quartiles:
    """Return quartiles by depth with the standard error of the logarithm of the median.

    Groups are drawn with replacement, each with all its profiles: profiles of one study are no independent values.

    Parameters
    ----------
    values : (profile, depth) positive, NaN where missing.
    groups : (profile,) study group of each profile.
    draws : number of bootstrap draws.
    seed : of the draws.
    """
    names = np.unique(groups)
    rows = [np.flatnonzero(groups == name) for name in names]
    random = np.random.default_rng(seed)
    depths = values.shape[1]
    drawn = np.full((draws, depths), np.nan)
    for draw in range(draws):
        chosen = np.concatenate([rows[one] for one in random.integers(names.size, size=names.size)])
        drawn[draw] = np.log(_quantiles(values[chosen], [0.5])[0])
    lower, median, upper = _quantiles(values, [0.25, 0.5, 0.75])
    enough = np.isfinite(drawn).sum(axis=0) > 1
    error = np.full(depths, np.nan)
    error[enough] = np.nanstd(drawn[:, enough], axis=0)
    return Quartiles(lower, median, upper, error, np.isfinite(values).sum(axis=0))


def _quantiles(values: Array, shares: list[float]) -> Array:
    """Return (share, depth) quantiles over profiles; NaN where a depth has no value."""
    found = np.full((len(shares), values.shape[1]), np.nan)
    there = np.isfinite(values).any(axis=0)
    found[:, there] = np.nanquantile(values[:, there], shares, axis=0)
    return found
