"""Tracers at the periodic state of a management cycle, after a long past under a changing signature of the inputs.

    y(t + cycle) = M y(t) + sum over years j of the cycle of g_j F_j

M is the cycle's map of a tracer at the rates of the periodic state (tillage and seasons as they are) and g_j what
inputs of signature 1 in the cycle's year j leave at its end; both come from running unit tracers through one cycle. The
past is then walked in strides of 2^k cycles, each no longer than a `STRIDE`th of the time to the present:

    y <- M^n y + (sum over i < n of M^i) g Fmean

Single cycles take the signature of their own years. A long stride sees the mean signature of its time, which is off by
the covariance of the signature's trend with the decay within a stride: second order in the stride (docs/science.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.column.model import Model
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State

Array = NDArray[np.float64]

STRIDE = 32
"""A stride is at most this share of the time that has passed since."""

CHUNK = 16
"""Columns whose matrices' powers are held at a time."""

NEGLIGIBLE = 1e-100
"""Share of carbon that counts as none."""

Signature = Callable[[Array, int], Array]
"""Mean signature between rising years (bound,) of the inputs of a group: (bound - 1,)."""


@dataclass(frozen=True, eq=False)
class Cycle:
    """What one management cycle does to a tracer.

    Attributes
    ----------
    matrix : (column, state, state), state number = row * pools + pool.
    gain : (year of the cycle, group of sources, column, state), what inputs of signature 1 leave.
    aged : (column, state), what carbon that gains 1 a year gains.
    shape : (row, pool).
    """

    matrix: Array
    gain: Array
    aged: Array
    shape: tuple[int, int]

    @property
    def years(self) -> int:
        """Length of the cycle."""
        return len(self.gain)


def cycle_of(
    model: Model, setup: Setup, state: State, months: int, groups: Sequence[Sequence[int]], steps: int
) -> Cycle:
    """Run unit tracers through one cycle from the periodic state.

    Parameters
    ----------
    model, setup, steps : of the run.
    state : periodic, at the beginning of the cycle.
    months : length of the cycle.
    groups : numbers of the sources that share a signature, for each group.
    """
    from mollisol.column.tracer import Marks, advance_traced

    rows, pools, columns = np.shape(state.carbon)
    size, years = rows * pools, months // MONTHS_PER_YEAR
    count = size + years * len(groups) + 1
    inputs = np.zeros((months, count, np.shape(setup.amount)[1], 1))
    for year in range(years):
        for number, sources in enumerate(groups):
            here = slice(year * MONTHS_PER_YEAR, (year + 1) * MONTHS_PER_YEAR)
            inputs[here, size + year * len(groups) + number, list(sources)] = 1.0
    ageing = np.zeros((count, 1))
    ageing[-1] = 1.0
    unit = np.zeros((count, rows, pools, columns))
    unit[np.arange(size), np.arange(size) // pools, np.arange(size) % pools] = 1.0
    _, moved = advance_traced(model, setup, Marks(inputs, ageing), state, unit, years, steps=steps)
    flat: Array = np.asarray(moved).reshape(count, size, columns).transpose(2, 0, 1)
    gain = flat[:, size:-1].reshape(columns, years, len(groups), size).transpose(1, 2, 0, 3)
    # products of matrices that lie scattered in memory would take ten times as long
    matrix, gain = np.ascontiguousarray(flat[:, :size].transpose(0, 2, 1)), np.ascontiguousarray(gain)
    return Cycle(matrix, gain, flat[:, -1], (rows, pools))


def strides(cycle_years: int, span: float) -> list[int]:
    """Return the lengths, in cycles (powers of two), of the strides that lead from `span` years ago to the present."""
    lengths, age = [], 0.0
    while age < span:
        cycles = max(age / (STRIDE * cycle_years), 1.0)
        lengths.append(2 ** int(np.log2(cycles)))
        age += lengths[-1] * cycle_years
    return lengths[::-1]


def after_long_past(cycle: Cycle, signature: Signature, start: float, end: int, first: Array | None = None) -> Array:
    """Walk the past of a tracer at the periodic state.

    Parameters
    ----------
    cycle : see there.
    signature : mean signature between years, by group of sources.
    start, end : years CE; the past may begin less than a stride before `start`, whose signature then holds.
    first : (row, pool, column) at the start; by default nothing.

    Returns
    -------
    (row, pool, column) at the beginning of the year `end`.
    """
    rows, pools = cycle.shape
    columns, groups = cycle.matrix.shape[0], cycle.gain.shape[1]
    lengths = strides(cycle.years, end - start)
    bounds = end - cycle.years * np.concatenate([np.cumsum(lengths[::-1])[::-1], [0]])
    means = [signature(np.maximum(bounds, start), g) for g in range(groups)]
    by_year = [
        [signature(np.arange(a, b + 1.0), g) if n == 1 and a >= start else None for g in range(groups)]
        for n, (a, b) in zip(lengths, pairwise(bounds), strict=True)
    ]
    end_state = np.empty((columns, rows * pools))
    for begin in range(0, columns, CHUNK):
        own = slice(begin, begin + CHUNK)
        power, total = [cycle.matrix[own]], [cycle.gain[:, :, own].sum(axis=0)]
        for _ in range(int(np.log2(max(lengths)))):
            total.append(total[-1] + _times(power[-1], total[-1]))
            squared = power[-1] @ power[-1]
            # numbers near the smallest that a double holds are computed a hundred times slower
            power.append(np.where(squared < NEGLIGIBLE, 0.0, squared))
        now = np.zeros(end_state[own].shape) if first is None else _flat(first)[own]
        for i, length in enumerate(lengths):
            k = int(np.log2(length))
            now = _times(power[k], now)
            for g in range(groups):
                yearly = by_year[i][g]
                if yearly is None:
                    now = now + total[k][g] * means[g][i]
                else:
                    now = now + np.einsum("yci,y->ci", cycle.gain[:, g, own], yearly)
        end_state[own] = now
    return np.ascontiguousarray(end_state.T.reshape(rows, pools, columns))


def periodic_ages(cycle: Cycle) -> Array:
    """Return (row, pool, column) carbon times its mean age, kg C yr/m2, at the periodic state."""
    size = cycle.matrix.shape[-1]
    solved = np.linalg.solve(np.eye(size) - cycle.matrix, cycle.aged[..., None])[..., 0]
    return np.ascontiguousarray(solved.T.reshape(*cycle.shape, -1))


def _times(matrix: Array, vector: Array) -> Array:
    """Apply (column, state, state) to (..., column, state)."""
    return np.asarray((matrix @ vector[..., None])[..., 0])


def _flat(array: Any) -> Array:
    """Turn (row, pool, column) into (column, state)."""
    given = np.asarray(array, dtype=np.float64)
    return np.ascontiguousarray(given.reshape(-1, given.shape[-1]).T)
