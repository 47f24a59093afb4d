"""Radiocarbon and mean ages of a study's runs: from 50,000 years ago through the told past to the end of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks import Air, initial_radiocarbon, radiocarbon_marks, radiocarbon_of
from mollisol.clocks.air import zone_of
from mollisol.clocks.periodic import periodic_ages
from mollisol.column.setup import Setup
from mollisol.column.simulate import State
from mollisol.column.tracer import advance_traced, trace
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.study.initial import Past, Start

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clocks:
    """Clocks of a run.

    Attributes
    ----------
    delta14c : (time, layer, column), permil, of soil organic carbon in the year itself.
    mean_age : (time, layer, column), yr; NaN where there is no carbon.
    """

    delta14c: Array
    mean_age: Array


def past_tracers(past: Past, start: Start, latitude: float) -> Array:
    """Return carbon times fraction modern, and carbon times age, (2, row, pool, member) at the start of the run.

    The oldest known management has 50,000 years of atmosphere behind it; the later periods are run as they are told.
    Where the initial state was scaled to the measured carbon, its signatures are those of the state before.
    """
    assert start.steady is not None
    air = Air(zone_of(latitude))
    setup = _balanced(past, past.steady, start.balance, 0)
    first = past.first.managements[0]
    begins = past.plans[1].from_year if past.periods else past.end
    modern, cycle = initial_radiocarbon(
        past.model, setup, start.steady, first.months, first.sources, air, begins, past.steps
    )
    state, tracers = start.steady, np.stack([modern, periodic_ages(cycle)])
    if past.later is not None:
        marks = radiocarbon_marks(past.later.managements[0].sources, air, begins, past.end - 1).with_age()
        month = 0
        for number, (own, years) in enumerate(past.periods, start=1):
            setup = _balanced(past, own, start.balance, number)
            state, tracers = advance_traced(
                past.model, setup, marks, state, tracers, years, marked_month=month, steps=past.steps
            )
            month += MONTHS_PER_YEAR * years
    there = np.asarray(state.carbon) > 0.0
    content = np.where(there, tracers / np.where(there, state.carbon, 1.0), 0.0)
    return np.asarray(content * start.state.carbon)


def _balanced(past: Past, setup: Setup, balance: Array, plan: int) -> Setup:
    return past.moving(replace(setup, soil={**setup.soil, "balance": balance}), plan)


def clocks_of_run(
    model: Any,
    setup: Setup,
    state: State,
    tracers: Array,
    sources: tuple[str, ...],
    latitude: float,
    years: tuple[int, int],
    steps: int,
    progress: Callable[[float], None] | None = None,
) -> Clocks:
    """Run a study's years with radiocarbon and age on its carbon.

    Parameters
    ----------
    model, setup, state, steps : of the run.
    tracers : (2, row, pool, column) at its start, see `past_tracers`.
    sources : names of the set-up's sources.
    years : first and last.
    """
    marks = radiocarbon_marks(sources, Air(zone_of(latitude)), *years).with_age()
    count = years[1] - years[0] + 1
    _, _, traced = trace(model, setup, marks, state, tracers, count, steps=steps, keep_pools=False, progress=progress)
    found = radiocarbon_of(model, state, tracers[0], traced, years[0])
    counted = np.array([pool.counts_as_soc for pool in model.pools], dtype=np.float64)

    def whole(array: Array, later: Array) -> Array:
        return np.concatenate([np.einsum("rpc,p->rc", np.asarray(array)[1:], counted)[None], later])

    stock = whole(state.carbon, traced.soc)
    aged = whole(tracers[1], traced.traced_soc[:, 1])
    age = np.where(stock > 0.0, aged / np.where(stock > 0.0, stock, 1.0), np.nan)
    return Clocks(found.soil, age)
