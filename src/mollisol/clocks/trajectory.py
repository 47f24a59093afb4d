"""Ages along a run: carbon times its age as a tracer that gains the stock each year, out of steady state as in it.

    d(x a)/dt = x + B(x) (x a),   a = (x a) / x

with the run's own B: rates follow climate, management and state. What enters is new; carbon that comes with soil from
below or onto the surface has the age of the layer that it joins. Started from the ages carried through the periodic
state, and with nothing changed, ages stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.profile import layer_ages, ratio

if TYPE_CHECKING:
    from mollisol.column.model import Model
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State
    from mollisol.column.tracer import Marks, Traced

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AgesAlong:
    """Mean ages of a run, yr; NaN where there is no carbon or no flux.

    Attributes
    ----------
    soil : (time, layer, column) of soil organic carbon, at the start and at the end of each year.
    pools : (time, row, pool, column).
    respired : (year, row, column), of the carbon dioxide from decomposition, mean of each year.
    leached : (year, column), of dissolved carbon that leaves at the bottom.
    final : state at the end; aged : (row, pool, column) carbon times age there, kg C yr/m2, from which a run goes on.
    """

    soil: Array
    pools: Array
    respired: Array
    leached: Array
    final: State
    aged: Array


def age_marks(sources: int) -> Marks:
    """Return the marks of one tracer, carbon times age, for a set-up with so many sources: all that enters is new."""
    from mollisol.column.tracer import Marks

    return Marks(np.zeros((1, 1, sources, 1)), np.ones((1, 1)))


def periodic_aged(model: Model, setup: Setup, state: State, months: int, *, steps: int | None = None) -> Array:
    """Carbon times its age (row, pool, column), kg C yr/m2, carried through the cycle until it repeats itself.

    Parameters
    ----------
    state : periodic, at the beginning of the cycle of so many months.
    """
    from mollisol.clocks.periodic import cycle_of, periodic_ages
    from mollisol.column.tiles import DEFAULT_STEPS

    every = [list(range(np.shape(setup.amount)[1]))]
    return periodic_ages(cycle_of(model, setup, state, months, every, steps or DEFAULT_STEPS))


def ages_of(model: Model, start: State, aged: Array, traced: Traced, final: State, tracer: int = 0) -> AgesAlong:
    """Return the ages of a run that was traced.

    Parameters
    ----------
    start, aged : carbon and carbon times age (row, pool, column) at the beginning.
    traced, final : the run; `tracer` is the number of carbon times age among its tracers.
    """
    stocks = np.concatenate([np.asarray(start.carbon)[None], traced.carbon])
    moment = np.concatenate([np.asarray(aged)[None], traced.tracers[:, tracer]])
    return AgesAlong(
        layer_ages(model, stocks, moment),
        ratio(moment, stocks),
        ratio(traced.traced_respiration[:, tracer], traced.respiration),
        ratio(traced.traced_leaching[:, tracer], traced.leaching),
        final,
        moment[-1],
    )


def ages_along(
    model: Model,
    setup: Setup,
    state: State,
    aged: Array,
    years: int,
    *,
    first_month: int = 0,
    steps: int | None = None,
) -> AgesAlong:
    """Run whole years and follow the ages.

    Parameters
    ----------
    model, setup, state, years, first_month, steps : as for `mollisol.column.simulate`.
    aged : (row, pool, column) carbon times age at the start, kg C yr/m2: of `periodic_aged`, of a run before, or zeros
        where all is to count as new.
    """
    from mollisol.column.tiles import DEFAULT_STEPS
    from mollisol.column.tracer import trace

    marks = age_marks(np.shape(setup.amount)[1])
    final, _, traced = trace(
        model, setup, marks, state, aged[None], years, first_month=first_month, steps=steps or DEFAULT_STEPS
    )
    return ages_of(model, state, aged, traced, final)
