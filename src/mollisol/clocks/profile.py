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

from mollisol.clocks.densities import remaining
from mollisol.clocks.quantiles import transit_time_quantile
from mollisol.column.pools import SURFACE

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
        aged = (weight * np.nan_to_num(self.ages)).sum(axis=1)[1:]
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

    def entering(self, rows: Array, column: int = 0) -> tuple[Array, Array]:
        """Return B and the input (row * pool,) of one column that enters by shares `rows` (row,) of each row's."""
        from mollisol.clocks.effective import matrix_of

        matrix, given = matrix_of(self.model, self.effective, column)
        return matrix, (given.reshape(self.stock.shape[:2]) * rows[:, None]).reshape(-1)

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
        still, deeper = np.full((2, len(shares), len(years)), np.nan)
        for place, rows in enumerate(shares):
            matrix, given = self.entering(rows, column)
            if given.sum() > 0.0:
                left = remaining(matrix, given, years).reshape(len(years), *self.stock.shape[:2]).sum(axis=2)
                below = np.arange(len(rows)) > np.flatnonzero(rows)[-1]
                still[place], deeper[place] = left.sum(axis=1), left[:, below].sum(axis=1)
        return still, deeper

    def transit_time_quantile(self, edges: Grid, q: ArrayLike, column: int = 0) -> Array:
        """Quantiles of the transit time of what enters on the surface and in each interval: (1 + interval, ...q), yr.

        NaN where nothing enters.
        """
        found = []
        for rows in self.shares_of_rows(edges):
            matrix, given = self.entering(rows, column)
            there = given.sum() > 0.0
            found.append(transit_time_quantile(matrix, given, q) if there else np.full(np.shape(q), np.nan))
        return np.stack(found)


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
