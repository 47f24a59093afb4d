"""How long what enters the baseline's soil at the end of a run stays there, by depth of entry.

The rates are those of the last full rotation, so nothing has to be at a steady state, and no steady state has to exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.clocks import Permanence
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State
    from mollisol.grid import Grid

INTERVALS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)
"""Interfaces of the intervals of depth, m, as of the published profiles to 1 m."""

MOST_MEMBERS = 16
"""Members whose matrices are propagated; they are a random sample, and each takes a tenth of a second."""


def intervals_of(grid: Grid) -> Grid:
    """Return the intervals of depth in which clocks are told, as far as a grid reaches."""
    from mollisol.grid import Grid as Intervals

    return Intervals([edge for edge in INTERVALS if edge < grid.bottom - 1e-9] + [grid.bottom])


def permanence_of_run(
    model: Any, setup: Setup, final: State, members: int, grid: Grid, years: tuple[int, int], steps: int
) -> Permanence:
    """Return the permanence of the baseline's inputs, of up to `MOST_MEMBERS` members.

    Parameters
    ----------
    model, setup, steps : of the run, of which the baseline's members are the first columns.
    final : state at its end.
    years : how many the run has, and how many the last full rotation.
    """
    from mollisol.clocks import Transits, effective_operator
    from mollisol.column.setup import select_columns

    length, rotation = years
    index = np.arange(min(members, MOST_MEMBERS))
    own_model, own, state = (select_columns(tree, index) for tree in (model, setup, final))
    found = effective_operator(
        own_model,
        own,
        state,
        MONTHS_PER_YEAR * rotation,
        first_month=MONTHS_PER_YEAR * (length - rotation),
        steps=steps,
    )
    return Transits(own_model, grid, found).curves(intervals_of(grid))
