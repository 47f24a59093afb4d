"""Where what enters a profile goes: how much is still there after some years, and when it leaves, by depth of entry.

    m(t) = e^(tB) u_i / |u_i|,   of what enters on the surface or in an interval of depth i

with B the effective operator of a management cycle (`effective`). It holds for what enters now if rates stay as they
are in that cycle, whether or not the carbon that is there is at its steady state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.clocks.propagate import decayed, times_of
from mollisol.clocks.quantiles import HALVINGS, times_when
from mollisol.clocks.system import compartmental_system
from mollisol.column.pools import SURFACE
from mollisol.units import InputError

if TYPE_CHECKING:
    from mollisol.clocks.effective import Effective
    from mollisol.column.model import Model
    from mollisol.grid import Grid

Array = NDArray[np.float64]

PERMANENCE_YEARS = (10.0, 50.0, 100.0, 500.0)
"""Years after which permanence is told."""

CURVE_YEARS = np.unique(np.concatenate([[0.0], np.geomspace(0.5, 1000.0, 34), PERMANENCE_YEARS]))
"""Years of a curve of permanence; those that are told are among them."""

QUARTERS = (0.25, 0.5, 0.75)
"""Quantiles of the transit time that are told."""


@dataclass(frozen=True, eq=False)
class Permanence:
    """How long what enters stays, by depth of entry.

    Attributes
    ----------
    edges : intervals of depth in which it enters; litter on the surface comes before them.
    years : (year,), from 0.
    left : (member, 1 + interval, year), share that is still stored anywhere in the column; NaN where nothing enters.
    transit : (member, 1 + interval, 3), lower quartile, median and upper quartile of the time until it leaves, yr.
    """

    edges: Grid
    years: Array
    left: Array
    transit: Array

    def left_after(self, year: float) -> Array:
        """Share (member, 1 + interval) that is left after one of the years."""
        return np.asarray(self.left[..., int(np.flatnonzero(self.years == year)[0])])


@dataclass(frozen=True, eq=False)
class Transits:
    """The effective operator of columns, and what it does with inputs.

    Attributes
    ----------
    model : of the run.
    grid : layers of the soil.
    effective : see `effective_operator`.
    """

    model: Model
    grid: Grid
    effective: Effective

    @property
    def stock(self) -> Array:
        """(row, pool, column) mean stock of the cycle, kg C/m2."""
        return np.asarray(self.effective.stock)

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

    def transit_time_quantile(self, edges: Grid, q: ArrayLike, column: int = 0, halvings: int = HALVINGS) -> Array:
        """Quantiles of the transit time of what enters on the surface and in each interval: (1 + interval, ...q), yr.

        q lies above 0 and below 1; `halvings` as of `times_when`. NaN where nothing enters.
        """
        levels = np.asarray(q, dtype=np.float64)
        matrix, starts = self._entering(self.shares_of_rows(edges), column)
        if not np.all((levels > 0.0) & (levels < 1.0)):
            raise InputError(f"quantiles of {levels.tolist()}, allowed is above 0 and below 1", key="q")
        known = np.flatnonzero(starts.sum(axis=0) > 0.0)
        many = np.repeat(starts[:, known], levels.size, axis=1)
        found = np.full((starts.shape[1], levels.size), np.nan)
        older = np.tile(1.0 - levels.reshape(-1), len(known))
        found[known] = times_when(matrix, many, np.ones_like(many), older, halvings).reshape(len(known), -1)
        return found.reshape(starts.shape[1], *levels.shape)

    def curves(self, edges: Grid, years: Array = CURVE_YEARS) -> Permanence:
        """Return the permanence and the transit times of every column."""
        columns = range(self.stock.shape[-1])
        left = np.stack([self.permanence(edges, years, column)[0] for column in columns])
        # to the hour of the shortest step: nobody reads more digits
        transit = np.stack([self.transit_time_quantile(edges, QUARTERS, column, 0) for column in columns])
        return Permanence(edges, years, left, transit)

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
