"""The fate of an input: any source, years and depth, marked and followed through the running system.

    dy/dt = m u + B(x) y

y is the marked part of the carbon x, m the share of an input that is marked. B follows the whole state, so a mark shows
what happens to that carbon in a nonlinear model too; carbon without the mark changes with it (priming). New carbon is
what all inputs bring from a year on, native what was there before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.profile import ratio
from mollisol.units import MONTHS_PER_YEAR, RunError

if TYPE_CHECKING:
    from mollisol.column.model import Model
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mark:
    """What is marked.

    Attributes
    ----------
    sources : numbers of the set-up's sources; None for all.
    years : first and last year of the run (from 0) whose inputs are marked; None for all.
    rows : rows of the engine (0 the surface) where what enters is marked; None for all.
    part : (month of the run, source) share of each input that is marked, of those that are named; None for all of it.
    """

    sources: tuple[int, ...] | None = None
    years: tuple[int, int] | None = None
    rows: tuple[int, ...] | None = None
    part: Array | None = None


@dataclass(frozen=True, eq=False)
class Fate:
    """Marked carbon of a run, kg C/m2, by mark.

    Attributes
    ----------
    entered : (time, mark, column), marked carbon that has entered until the start and each year's end.
    stored : (time, mark, row, pool, column), where it is.
    respired : (time, mark, row, column), what has been respired by then; leached : (time, mark, column).
    carbon : (time, row, pool, column), all carbon of the run.
    final : state at the end.
    """

    entered: Array
    stored: Array
    respired: Array
    leached: Array
    carbon: Array
    final: State

    def left(self) -> Array:
        """Share (time, mark, column) of what has entered that is still stored; NaN before anything has."""
        return ratio(self.stored.sum(axis=(2, 3)), self.entered)

    def left_by_row(self) -> Array:
        """Share (time, mark, row, column) of what has entered that is in each row."""
        return ratio(self.stored.sum(axis=3), self.entered[:, :, None])

    def left_by_pool(self) -> Array:
        """Share (time, mark, pool, column) of what has entered that is in each pool."""
        return ratio(self.stored.sum(axis=2), self.entered[:, :, None])

    def unmarked(self, mark: int = 0) -> Array:
        """Carbon without the mark (time, row, pool, column): native carbon, where all inputs are marked."""
        return np.asarray(self.carbon - self.stored[:, mark])


def divided(setup: Setup, rows: Sequence[int]) -> Setup:
    """Split every source in two, what enters the named rows (sources 0 ..) and what enters the others (after those).

    The input of the set-up stays what it is.
    """
    placement, amount = np.asarray(setup.placement), np.asarray(setup.amount)
    inside = np.zeros(placement.shape[1], dtype=bool)
    inside[list(rows)] = True
    parts, amounts = [], []
    for here in (inside, ~inside):
        own = np.where(here[None, :, None], placement, 0.0)
        share = own.sum(axis=1)
        empty = share == 0.0
        # a source that places nothing here needs a placement that sums to 1, and brings nothing
        parts.append(np.where(empty[:, None], placement, own / np.where(empty, 1.0, share)[:, None]))
        amounts.append(amount * share[None])
    quality = np.concatenate([np.asarray(setup.quality)] * 2)
    return dataclasses.replace(
        setup, amount=np.concatenate(amounts, axis=1), placement=np.concatenate(parts), quality=quality
    )


def _apart(setup: Setup, marks: Sequence[Mark]) -> tuple[Setup, Array]:
    """Divide the sources by every set of rows that is marked, and say which of the parts each mark takes."""
    sources = np.shape(setup.amount)[1]
    taken = np.zeros((len(marks), sources), dtype=bool)
    for number, mark in enumerate(marks):
        named = range(sources) if mark.sources is None else mark.sources
        if any(not 0 <= s < sources for s in named):
            raise RunError(f"a mark names source {max(named)}, but the run has sources 0 to {sources - 1}")
        taken[number, list(named)] = True
    for rows in {mark.rows for mark in marks if mark.rows is not None}:
        setup = divided(setup, rows)
        both = [
            np.where(
                [[mark.rows is not None and set(mark.rows) == set(rows) and half == 1] for mark in marks], 0, taken
            )
            for half in (0, 1)
        ]
        taken = np.concatenate(both, axis=1).astype(bool)
    return setup, taken.astype(np.float64)


def _shares(setup: Setup, marks: Sequence[Mark], years: int) -> tuple[Setup, Array]:
    """Return the set-up with sources divided as the marks need it, and the marked share (month, mark, source)."""
    parts, taken = _apart(setup, marks)
    own, divisions = np.shape(setup.amount)[1], np.shape(parts.amount)[1] // np.shape(setup.amount)[1]
    share = np.zeros((MONTHS_PER_YEAR * years, len(marks), own * divisions))
    for number, mark in enumerate(marks):
        first, last = mark.years or (0, years - 1)
        if not 0 <= first <= last < years:
            raise RunError(f"a mark names the years {first} to {last}, but the run has years 0 to {years - 1}")
        when = slice(MONTHS_PER_YEAR * first, MONTHS_PER_YEAR * (last + 1))
        share[when, number] = taken[number] * (1.0 if mark.part is None else np.tile(mark.part, divisions)[when])
    return parts, share


def without(setup: Setup, mark: Mark, years: int, *, first_month: int = 0) -> Setup:
    """Return the set-up of a run of whole years to which what is marked does not come.

    All else is as it was, so that a run of it shows what the mark does to the carbon without one.
    """
    parts, share = _shares(setup, [mark], years)
    amount = np.asarray(parts.amount)
    months = first_month + np.arange(len(share))
    left = np.empty((len(share), *amount.shape[1:]))
    left[months % len(share)] = amount[months % len(amount)] * (1.0 - share[:, 0, :, None])
    return dataclasses.replace(parts, amount=left)


def fate(
    model: Model,
    setup: Setup,
    state: State,
    marks: Sequence[Mark],
    years: int,
    *,
    first_month: int = 0,
    steps: int | None = None,
) -> Fate:
    """Run whole years and follow the marked inputs.

    Parameters
    ----------
    model, setup, state, years, first_month, steps : as for `mollisol.column.simulate`.
    marks : each is followed by itself.

    Raises
    ------
    RunError
        As for `simulate`, and for a mark that names what the run does not have.
    """
    from mollisol.column.tiles import DEFAULT_STEPS
    from mollisol.column.tracer import Marks, trace

    parts, shares = _shares(setup, marks, years)
    share = shares[..., None]
    columns = np.shape(state.carbon)[-1]
    nothing = np.zeros((len(marks), *np.shape(state.carbon)))
    # soil that moves in from outside carries no mark
    unmarked = np.zeros((len(marks), 1))
    own = Marks(share, None, unmarked, unmarked)
    final, _, traced = trace(
        model, parts, own, state, nothing, years, first_month=first_month, steps=steps or DEFAULT_STEPS
    )
    amount = np.asarray(parts.amount)
    months = (first_month + np.arange(MONTHS_PER_YEAR * years)) % len(amount)
    entering = np.einsum("tmsk,tsc->tmc", share, amount[months])
    yearly = entering.reshape(years, MONTHS_PER_YEAR, len(marks), -1).mean(axis=1)
    wide = (years, len(marks), columns)
    return Fate(
        _running(np.broadcast_to(yearly, wide)),
        np.concatenate([nothing[None], traced.tracers]),
        _running(traced.traced_respiration),
        _running(traced.traced_leaching),
        np.concatenate([np.asarray(state.carbon)[None], traced.carbon]),
        final,
    )


def _running(yearly: Array) -> Array:
    """Sum of the years until the start and each year's end."""
    return np.concatenate([np.zeros_like(yearly[:1]), np.cumsum(yearly, axis=0)])
