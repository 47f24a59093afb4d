"""Quantiles of transit time and ages: the time t at which the share that is older has fallen to 1 - q.

The share that is older falls with t, so t is found digit by digit from the longest step down, each step applied to
what the longer ones left (`propagate`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.clocks.propagate import doubled, series, short_step
from mollisol.clocks.system import Array, compartmental_system
from mollisol.units import InputError

HALVINGS = 53
"""Digits of a time below the shortest step."""

DOUBLINGS = 90
"""Steps that are tried before the share that is older counts as never falling."""


def _levels(q: ArrayLike) -> Array:
    levels = np.asarray(q, dtype=np.float64)
    if not np.all((levels >= 0.0) & (levels <= 1.0)):
        wrong = levels[~((levels >= 0.0) & (levels <= 1.0))][0]
        raise InputError(f"a quantile of {wrong}, allowed is 0 to 1", key="q")
    return levels


def times_when(matrix: Array, start: Array, weight: Array, older: Array, halvings: int = HALVINGS) -> Array:
    """Times (m,) at which weight . e^(tB) start, (n, m) each, falls to `older` (m,), above 0.

    Without `halvings` they are true to the shortest step, a sixteenth of the time of the fastest pool.
    """
    step = short_step(matrix)
    steps: list[Array] = []
    last, waiting = start, np.ones(len(older), dtype=bool)
    for change in doubled(matrix, step):
        steps.append(change)
        last = start + change @ start
        waiting = np.sum(weight * last, axis=0) > older
        if not waiting.any() or len(steps) == DOUBLINGS:
            break
    vectors, time = start.copy(), np.zeros(len(older))
    for j in range(len(steps) - 1, -1, -1):
        moved = vectors + steps[j] @ vectors
        still = np.sum(weight * moved, axis=0) > older
        vectors, time = np.where(still, moved, vectors), time + still * 2.0**j * step
    for j in range(1, halvings):
        moved = series(matrix, vectors, 0.5**j * step)
        still = np.sum(weight * moved, axis=0) > older
        vectors, time = np.where(still, moved, vectors), time + still * 0.5**j * step
    return time


def _quantile(matrix: Array, start: Array, levels: Array) -> Array:
    flat = levels.reshape(-1)
    found = np.where(flat < 1.0, 0.0, np.inf)
    inner = (flat > 0.0) & (flat < 1.0)
    if inner.any():
        many = np.repeat(start[:, None], int(inner.sum()), axis=1)
        found[inner] = times_when(matrix, many, np.ones_like(many), 1.0 - flat[inner])
    return np.asarray(found.reshape(levels.shape))


def transit_time_quantile(B: ArrayLike, u: ArrayLike, q: ArrayLike) -> Array:
    """Time (yr) within which a share q of an input has left, in the shape of q.

    Parameters
    ----------
    B, u : see `mean_transit_time`.
    q : 0 to 1; infinite for 1.

    Raises
    ------
    CompartmentalError
        See `mean_transit_time`.
    InputError
        For a quantile outside 0 to 1.

    Examples
    --------
    >>> transit_time_quantile([[-0.5]], [2.0], 0.5).round(6).item()  # 2 ln 2
    1.386294
    """
    system, levels = compartmental_system(B, u), _levels(q)
    return _quantile(system.matrix, system.share, levels)


def system_age_quantile(B: ArrayLike, u: ArrayLike, q: ArrayLike) -> Array:
    """Age (yr) that a share q of all carbon has not reached, in the shape of q; errors as `transit_time_quantile`."""
    system, levels = compartmental_system(B, u), _levels(q)
    x = system.stock()
    return _quantile(system.matrix, x / x.sum(), levels)


def pool_age_quantile(B: ArrayLike, u: ArrayLike, q: ArrayLike) -> Array:
    """Age (yr) that a share q of each compartment's carbon has not reached: (n,) for one q, (m, n) for many.

    NaN where a compartment holds no carbon; errors as `transit_time_quantile`.
    """
    system, levels = compartmental_system(B, u), _levels(q)
    x, flat = system.stock(), levels.reshape(-1)
    found = np.where(flat < 1.0, 0.0, np.inf)[:, None] + np.where(x > 0.0, 0.0, np.nan)
    place, pool = np.nonzero(((flat > 0.0) & (flat < 1.0))[:, None] & (x > 0.0))
    if len(place):
        weight = np.zeros((len(x), len(place)))
        weight[pool, np.arange(len(place))] = 1.0 / x[pool]
        start = np.repeat(x[:, None], len(place), axis=1)
        found[place, pool] = times_when(system.matrix, start, weight, 1.0 - flat[place])
    return np.asarray(found.reshape(*levels.shape, -1))
