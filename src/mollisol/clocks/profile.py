"""Clocks of whole profiles at their periodic state: turnover, ages, age of what is respired.

    turnover of a pool or interval = stock / (all that enters it),   of what comes from outside: stock / external input
    age of SOC in a layer          = sum_p x_p a_p / sum_p x_p over the pools that count
    age of respired carbon         = sum_p r_p x_p a_p / sum_p r_p x_p

all of the effective operator (`effective`), columns side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.transits import Transits

if TYPE_CHECKING:
    from mollisol.column.model import Model
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State
    from mollisol.grid import Grid

Array = NDArray[np.float64]


def ratio(above: Array, below: Array) -> Array:
    """Quotient, NaN where there is nothing to divide by."""
    there = below > 0.0
    return np.where(there, above / np.where(there, below, 1.0), np.nan)


@dataclass(frozen=True, eq=False)
class ProfileClocks(Transits):
    """Clocks of every column, whose stocks are at their periodic state; see `Transits` for what happens to inputs.

    Attributes
    ----------
    ages : (row, pool, column) mean age of the carbon of each pool, yr; NaN where there is none.
    """

    ages: Array

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
