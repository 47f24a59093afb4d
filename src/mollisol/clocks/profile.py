"""Clocks of whole profiles at their periodic state: turnover, ages, age of what is respired, transit times, permanence.

    turnover of a pool or interval = stock / (all that enters it),   of what comes from outside: stock / external input
    age of SOC in a layer          = sum_p x_p a_p / sum_p x_p over the pools that count
    age of respired carbon         = sum_p r_p x_p a_p / sum_p r_p x_p

all of the effective operator (`effective`), columns side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.clocks.propagate import decayed, times_of
from mollisol.clocks.quantiles import times_when
from mollisol.clocks.system import compartmental_system
from mollisol.column.pools import SURFACE
from mollisol.units import InputError

if TYPE_CHECKING:
    from mollisol.clocks.effective import Effective
    from mollisol.column.model import Model
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State
    from mollisol.grid import Grid

Array = NDArray[np.float64]

PERMANENCE_YEARS = (10.0, 50.0, 100.0, 500.0)
"""Years after which permanence is told."""


def ratio(above: Array, below: Array) -> Array:
    """Quotient, NaN where there is nothing to divide by."""
    there = below > 0.0
    return np.where(there, above / np.where(there, below, 1.0), np.nan)


@dataclass(frozen=True, eq=False)
class ProfileClocks:
    """Clocks of every column.

    Attributes
    ----------
    model : of the run.
    grid : layers of the soil.
    effective : see `effective_operator`.
    ages : (row, pool, column) mean age of the carbon of each pool, yr; NaN where there is none.
    """

    model: Model
    grid: Grid
    effective: Effective
    ages: Array

    @property
    def stock(self) -> Array:
        """(row, pool, column) mean stock of the cycle, kg C/m2."""
        return np.asarray(self.effective.stock)

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        """(pool,) whether a pool counts as soil organic carbon."""
        return np.array([pool.counts_as_soc for pool in self.model.pools], dtype=bool)

    @cached_property
    def soc(self) -> Array:
        """(layer, column) soil organic carbon, mean of the cycle, kg C/m2."""
        return np.asarray(self.stock[1:, self.counted].sum(axis=1))

    @cached_property
    def respired(self) -> Array:
        """(row, pool, column) carbon that each pool respires, kg C/m2/yr."""
        zero = np.zeros_like(self.stock[:, 0])
        rates = self.effective.rates.respired
        by_pool: Array = np.stack([np.asarray(rates.get(name, zero)) for name in self.model.pool_names], axis=1)
        return self.stock * by_pool

    def _mean_age(self, weight: Array, edges: Grid | None) -> Array:
        """Mean of the ages (layer, column) weighted by amounts (row, pool, column), by layer or by interval."""
        amount = weight.sum(axis=1)[1:]
        aged = (weight * np.where(weight > 0.0, self.ages, 0.0)).sum(axis=1)[1:]
        if edges is not None:
            amount, aged = self.grid.remap(amount, edges), self.grid.remap(aged, edges)
        return ratio(aged, amount)

    def soc_age(self, edges: Grid | None = None) -> Array:
        """Mean age (layer, column) of soil organic carbon, yr; of the layers of another grid where one is given."""
        return self._mean_age(np.where(self.counted[None, :, None], self.stock, 0.0), edges)

    def respired_age(self, edges: Grid | None = None) -> Array:
        """Mean age (layer, column) of what is respired, yr: younger than what is stored, as fast pools respire most."""
        return self._mean_age(self.respired, edges)

    def pool_turnover(self) -> Array:
        """Stock / all that enters (row, pool, column), yr: how long carbon stays in a pool of a layer at a time."""
        rows = self.stock.shape[0]
        lost = self.stock * self._loss()
        moved = -np.asarray(self.effective.exchange)[np.arange(rows), np.arange(rows)] * self.stock
        return ratio(self.stock, lost + moved)

    def _loss(self) -> Array:
        from mollisol.column.step import losses

        by_name = losses(self.model, self.effective.rates, np.zeros_like(self.stock[:, 0]))
        return np.stack([np.asarray(by_name[name]) for name in self.model.pool_names], axis=1)

    def turnover(self, edges: Grid | None = None) -> Array:
        """SOC / external input (layer, column), yr, of layers or of the layers of another grid; no transit time."""
        given = np.asarray(self.effective.input)[1:].sum(axis=1)
        stock = self.soc
        if edges is not None:
            given, stock = self.grid.remap(given, edges), self.grid.remap(stock, edges)
        return ratio(stock, given)

    @property
    def mean_transit_time(self) -> Array:
        """(column,) mean time from entry to exit of all carbon, litter on the surface included, yr: stock / input."""
        return ratio(self.stock.sum(axis=(0, 1)), np.asarray(self.effective.input).sum(axis=(0, 1)))

    def shares_of_rows(self, edges: Grid) -> Array:
        """Return (1 + interval, row): the surface litter, then the share of each row in each interval of depth."""
        shares = np.zeros((len(edges) + 1, len(self.grid) + 1))
        shares[0, SURFACE] = 1.0
        shares[1:, 1:] = self.grid.overlap(edges)
        return shares

    def permanence(
        self, edges: Grid, years: Sequence[float] | Array = PERMANENCE_YEARS, column: int = 0
    ) -> tuple[Array, Array]:
        """Share of what enters on the surface and in each interval that is still stored after some years.

        Returns
        -------
        Stored anywhere in the column (1 + interval, year), and deeper than it entered (1 + interval, year); NaN where
        nothing enters.
        """
        shares = self.shares_of_rows(edges)
        times = times_of(years, "years")
        matrix, starts = self._entering(shares, column)
        # one start for every interval and year: the doublings are shared
        left = decayed(matrix, np.repeat(starts, len(times), axis=1), np.tile(times, len(shares)))
        by_row = left.reshape(*self.stock.shape[:2], len(shares), len(times)).sum(axis=1)
        rows = np.arange(len(by_row))
        deepest = np.array([np.flatnonzero(share)[-1] for share in shares])
        below = rows[:, None] > deepest
        known = starts.sum(axis=0)[:, None] > 0.0
        still = np.where(known, by_row.sum(axis=0), np.nan)
        return still, np.where(known, np.sum(by_row * below[..., None], axis=0), np.nan)

    def transit_time_quantile(self, edges: Grid, q: ArrayLike, column: int = 0) -> Array:
        """Quantiles of the transit time of what enters on the surface and in each interval: (1 + interval, ...q), yr.

        q lies above 0 and below 1. NaN where nothing enters.
        """
        levels = np.asarray(q, dtype=np.float64)
        matrix, starts = self._entering(self.shares_of_rows(edges), column)
        if not np.all((levels > 0.0) & (levels < 1.0)):
            raise InputError(f"quantiles of {levels.tolist()}, allowed is above 0 and below 1", key="q")
        known = np.flatnonzero(starts.sum(axis=0) > 0.0)
        many = np.repeat(starts[:, known], levels.size, axis=1)
        found = np.full((starts.shape[1], levels.size), np.nan)
        older = np.tile(1.0 - levels.reshape(-1), len(known))
        found[known] = times_when(matrix, many, np.ones_like(many), older).reshape(len(known), -1)
        return found.reshape(starts.shape[1], *levels.shape)

    def _entering(self, shares: Array, column: int) -> tuple[Array, Array]:
        """Return B of one column and a unit (row * pool, interval) of what enters each interval; 0 where nothing does.

        Compartments that no input ever reaches (inert carbon) are left out of B: its entries there are zero.
        """
        from mollisol.clocks.effective import matrix_of

        matrix, given = matrix_of(self.model, self.effective, column)
        starts = (given.reshape(self.stock.shape[:2])[:, :, None] * shares.T[:, None]).reshape(len(given), -1)
        total = starts.sum(axis=0)
        fed = _reached(matrix, given)
        own = compartmental_system(matrix[np.ix_(fed, fed)], given[fed]).matrix
        whole = np.zeros_like(matrix)
        whole[np.ix_(fed, fed)] = own
        return whole, starts / np.where(total > 0.0, total, 1.0)


def _reached(matrix: Array, given: Array) -> NDArray[np.int64]:
    """Numbers of the compartments that carbon of the input reaches."""
    found = given > 0.0
    while True:
        more = found | np.any(matrix[:, found] > 0.0, axis=1)
        if np.array_equal(more, found):
            return np.flatnonzero(found)
        found = more


def profile_clocks(
    model: Model, grid: Grid, setup: Setup, state: State, months: int, *, steps: int | None = None
) -> ProfileClocks:
    """Find the clocks of columns at their periodic state.

    Parameters
    ----------
    model, setup : of the run.
    grid : layers of the soil.
    state : periodic, at the beginning of the cycle (`mollisol.column.equilibrium`).
    months : length of the cycle.
    steps : implicit steps per month, as in the run.
    """
    from mollisol.clocks.block_solution import mean_ages
    from mollisol.clocks.effective import effective_operator
    from mollisol.column.tiles import DEFAULT_STEPS

    found = effective_operator(model, setup, state, months, steps=steps or DEFAULT_STEPS)
    return ProfileClocks(model, grid, found, mean_ages(model, found))


def layer_ages(model: Model, carbon: Any, aged: Any) -> Array:
    """Mean age (..., layer, column) of SOC, yr, from carbon and carbon x age (..., row, pool, column); NaN if none."""
    counted = np.array([pool.counts_as_soc for pool in model.pools])
    stock = np.asarray(carbon)[..., 1:, :, :][..., counted, :].sum(axis=-2)
    return ratio(np.asarray(aged)[..., 1:, :, :][..., counted, :].sum(axis=-2), stock)
