"""Tracers: amounts that ride on the carbon of a run and follow its one operator.

    y_new = y_old + h (m u + a x_old + B(x) y_new)

x is the carbon of a run, B(x) its operator, u its inputs; y is part of x that carries a mark, or x times a property of
it. m is what a unit of each input carries (a share that is marked, fraction modern, the 13C ratio) and a what a unit of
carbon gains a year (1 for age: y / x is then the mean age). The operator is factored once for x and all tracers, and
events and the moving surface act on them alike, so a tracer whose inputs all carry m stays m x to rounding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column.backend import configure, require_float64
from mollisol.column.model import Model
from mollisol.column.moving_surface import rearrange
from mollisol.column.rates import Rates
from mollisol.column.setup import Setup, Source, check_setup, columns_of, moving_drivers, prepared, source_of
from mollisol.column.simulate import State
from mollisol.column.step import Fluxes, factored, fluxes, implicit_step
from mollisol.column.tiles import DEFAULT_STEPS, Progress, spread, tile_width, whole_slopes, widened
from mollisol.units import MONTHS_PER_YEAR, RunError

Array = Any


@partial(jax.tree_util.register_dataclass, data_fields=["inputs", "ageing", "below", "deposited"], meta_fields=[])
@dataclasses.dataclass(frozen=True)
class Marks:
    """What the tracers gain.

    Attributes
    ----------
    inputs : (month, tracer, source, column or 1), amount of tracer in a unit of each source of the set-up; the months
        are repeated like all series of a set-up.
    ageing : (tracer, 1), amount that a unit of carbon gains a year; None where no tracer gains any.
    below, deposited : (tracer, column or 1), amount in a unit of carbon that enters with the soil from below and that
        is laid on the surface; None: as much as in that of the last and of the first layer of soil.
    """

    inputs: Array
    ageing: Array | None = None
    below: Array | None = None
    deposited: Array | None = None

    def with_age(self) -> Marks:
        """Return the marks with one more tracer, carbon times its age (yr): what enters is new."""
        inputs = np.asarray(self.inputs)
        count = inputs.shape[1]
        ageing = np.zeros((count, 1)) if self.ageing is None else np.asarray(self.ageing)
        new = [None if one is None else np.concatenate([one, 0.0 * one[:1]]) for one in (self.below, self.deposited)]
        return Marks(np.concatenate([inputs, 0.0 * inputs[:, :1]], axis=1), np.append(ageing, [[1.0]], axis=0), *new)


class Traced(NamedTuple):
    """Tracers of a run by year; stocks at its end, fluxes as its mean. Per kg C/m2 of carbon: in the tracer's unit.

    Attributes
    ----------
    carbon : (year, row, pool, column), the carbon itself, kg C/m2; (year, 0, pool, column) where pools are not kept.
    tracers : (year, tracer, row, pool, column), or (year, tracer, 0, pool, column).
    soc : (year, layer, column), of pools that count as soil organic carbon; traced_soc : (year, tracer, layer, column).
    dissolved : (year, layer, column), of pools that move with the water; traced_dissolved : with a tracer axis.
    respiration : (year, row, column), of carbon; traced_respiration : (year, tracer, row, column).
    leaching : (year, column), of carbon; traced_leaching : (year, tracer, column).
    """

    carbon: Array
    tracers: Array
    soc: Array
    traced_soc: Array
    dissolved: Array
    traced_dissolved: Array
    respiration: Array
    traced_respiration: Array
    leaching: Array
    traced_leaching: Array


def traced_source(setup: Setup, marks: Marks, month: Array, marked_month: Array) -> Source:
    """Amount of tracers (tracer, row, column) that enters each pool in a month; None for a pool that is not fed."""
    amount = setup.amount[month % setup.amount.shape[0]]
    carried = marks.inputs[marked_month % marks.inputs.shape[0]]
    placed = [carried[:, s, None] * (amount[s] * setup.placement[s])[None] for s in range(amount.shape[0])]

    def into(pool: int) -> Array | None:
        if not placed or (setup.fed is not None and pool not in setup.fed):
            return None
        shares = [placed[s] * setup.quality[s, pool] for s in range(len(placed))]
        return sum(shares[1:], start=shares[0])

    return tuple(into(pool) for pool in range(setup.quality.shape[1]))


def traced_step(
    model: Model,
    rates: Rates,
    carbon: Array,
    tracers: Array,
    source: Source,
    entering: Source,
    ageing: Array | None,
    years: float,
    steps: int,
) -> tuple[Array, Array, Array, Array]:
    """Advance carbon (row, pool, column) and tracers (tracer, row, pool, column) by `years` at constant rates.

    Returns
    -------
    New carbon and tracers, and the means of the new states of the steps, to which fluxes belong.
    """
    h = years / steps
    system = factored(model, rates, carbon[:, 0], h)
    # the carbon is the first of the batch, so that one program solves for it and for what rides on it
    batch = jnp.concatenate([carbon[None], tracers])
    nothing = jnp.zeros_like(batch[:, :, 0])
    fed = tuple(
        None if fresh is None or marked is None else jnp.concatenate([fresh[None] + nothing[:1], marked + nothing[1:]])
        for fresh, marked in zip(source, entering, strict=True)
    )
    gain = None if ageing is None else jnp.concatenate([jnp.zeros_like(ageing[:1]), ageing])[:, None]

    def one(state: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], None]:
        now, total = state
        entered = fed
        if gain is not None:
            # what was there gets older, what enters in the step does not
            older = [gain * now[:1, :, pool] for pool in range(now.shape[2])]
            entered = tuple(old if fresh is None else fresh + old for fresh, old in zip(fed, older, strict=True))
        new = jax.vmap(lambda y, s: implicit_step(model, rates, system, y, s, h))(now, entered)
        return (new, total + new), None

    (new, total), _ = jax.lax.scan(one, (batch, jnp.zeros_like(batch)), None, length=steps)
    return new[0], new[1:], total[0] / steps, total[1:] / steps


def traced_month(
    model: Model,
    setup: Setup,
    marks: Marks,
    state: State,
    tracers: Array,
    month: Array,
    marked_month: Array,
    steps: int,
) -> tuple[State, Array, Fluxes, Fluxes]:
    """Advance a state and its tracers by one month: events, rates at the present state, implicit steps.

    Parameters
    ----------
    state, tracers : see `State`, and (tracer, row, pool, column).
    month, marked_month : of the set-up, and of the marks, which may begin earlier.

    Returns
    -------
    The new state and tracers, and the fluxes of both (the tracers' with a leading axis), without what moves with soil.
    """
    carbon, soil, _ = rearrange(model, setup, state.carbon, state.soil, month)
    marked = _rearranged(model, setup, marks, state, tracers, month)
    drivers = moving_drivers(model, setup, soil, month)
    rates = jax.lax.optimization_barrier(model.rates(carbon, drivers))
    years = 1.0 / MONTHS_PER_YEAR
    source, entering = source_of(setup, month), traced_source(setup, marks, month, marked_month)
    new, moved, mean, marked_mean = traced_step(
        model, rates, carbon, marked, source, entering, marks.ageing, years, steps
    )
    flows = jax.vmap(partial(fluxes, model, rates))(jnp.concatenate([mean[None], marked_mean]))
    flow = jax.tree_util.tree_map(lambda value: value[0], flows)
    marked_flow = jax.tree_util.tree_map(lambda value: value[1:], flows)
    return State(new, model.advance_soil(soil, drivers, years)), moved, flow, marked_flow


def _rearranged(model: Model, setup: Setup, marks: Marks, state: State, tracers: Array, month: Array) -> Array:
    def move(tracer: Array, below: Array, deposited: Array) -> Array:
        own = setup
        if setup.motion is not None:
            motion = dataclasses.replace(
                setup.motion,
                below_carbon=setup.motion.below_carbon * below,
                deposited_carbon=setup.motion.deposited_carbon * deposited,
            )
            own = dataclasses.replace(setup, motion=motion)
        return rearrange(model, own, tracer, state.soil, month)[0]

    below = _content(tracers, state.carbon, -1) if marks.below is None else marks.below
    deposited = _content(tracers, state.carbon, 1) if marks.deposited is None else marks.deposited
    return jax.vmap(move)(tracers, below, deposited)


def _content(tracers: Array, carbon: Array, row: int) -> Array:
    """Amount (tracer, column) in a unit of carbon of a row."""
    there = jnp.sum(carbon[row], axis=0)
    return jnp.sum(tracers[:, row], axis=1) / jnp.where(there > 0.0, there, 1.0)


def _trace_years(
    model: Model,
    setup: Setup,
    marks: Marks,
    state: State,
    tracers: Array,
    first_month: Array,
    marked_month: Array,
    years: int,
    steps: int,
    keep_pools: bool,
) -> tuple[State, Array, Traced]:
    setup = prepared(setup, model)
    kinds = [(pool.counts_as_soc, pool.phase == "dissolved") for pool in model.pools]
    counted, mobile = jnp.asarray(kinds, dtype=state.carbon.dtype).T[..., None]
    zero_row = jnp.zeros_like(state.carbon[:, 0])
    zero_rows, zero = jnp.zeros_like(tracers[:, :, 0]), jnp.zeros_like(state.carbon[0, 0])

    def year(carry: tuple[State, Array], number: Array) -> tuple[tuple[State, Array], Traced]:
        def month(inner: tuple[Any, ...], index: Array) -> tuple[tuple[Any, ...], None]:
            now, marked, respired, marked_respired, leached, marked_leached = inner
            m = MONTHS_PER_YEAR * number + index
            now, marked, flow, traced = traced_month(
                model, setup, marks, now, marked, first_month + m, marked_month + m, steps
            )
            return (
                now,
                marked,
                respired + flow.respiration,
                marked_respired + traced.respiration,
                leached + flow.leaching,
                marked_leached + traced.leaching,
            ), None

        start = (*carry, zero_row, zero_rows, zero, zero_rows[:, 0])
        (state, marked, *flows), _ = jax.lax.scan(month, start, jnp.arange(MONTHS_PER_YEAR))
        kept = (state.carbon, marked) if keep_pools else (state.carbon[:0], marked[:, :0])
        soc, dissolved = (
            (jnp.sum(state.carbon[1:] * which, axis=1), jnp.sum(marked[:, 1:] * which, axis=2))
            for which in (counted, mobile)
        )
        return (state, marked), Traced(*kept, *soc, *dissolved, *(flow / MONTHS_PER_YEAR for flow in flows))

    (final, marked), traced = jax.lax.scan(year, (state, tracers), jnp.arange(years))
    return final, marked, traced


def _advance_years(
    model: Model,
    setup: Setup,
    marks: Marks,
    state: State,
    tracers: Array,
    first_month: Array,
    marked_month: Array,
    years: Array,
    steps: int,
) -> tuple[State, Array]:
    setup = prepared(setup, model)

    def month(number: Array, now: tuple[State, Array]) -> tuple[State, Array]:
        return traced_month(model, setup, marks, *now, first_month + number, marked_month + number, steps)[:2]

    final: tuple[State, Array] = jax.lax.fori_loop(0, MONTHS_PER_YEAR * years, month, (state, tracers))
    return final


@lru_cache(maxsize=64)
def _by_year(years: int, steps: int, keep_pools: bool) -> Callable[..., Any]:
    def run(tree: tuple[Model, Setup, Marks, State, Array, Array, Array]) -> tuple[State, Array, Traced]:
        return _trace_years(*tree, years, steps, keep_pools)

    return run


@lru_cache(maxsize=64)
def _to_the_end(steps: int) -> Callable[..., Any]:
    def run(tree: tuple[Model, Setup, Marks, State, Array, Array, Array, Array]) -> tuple[State, Array]:
        return _advance_years(*tree, steps)

    return run


def trace(
    model: Model,
    setup: Setup,
    marks: Marks,
    state: State,
    tracers: Array,
    years: int,
    *,
    first_month: int = 0,
    marked_month: int = 0,
    steps: int = DEFAULT_STEPS,
    keep_pools: bool = True,
    progress: Progress | None = None,
) -> tuple[State, Array, Traced]:
    """Run whole years with tracers, for any number of columns.

    Parameters
    ----------
    model, setup, state, first_month, steps, keep_pools, progress : as for `simulate`.
    marks : what the tracers gain.
    tracers : (tracer, row, pool, column) at the beginning.
    marked_month : month of the marks at which this stretch begins.

    Returns
    -------
    The final state, the final tracers and what was traced by year, NumPy arrays that end in the column axis.

    Raises
    ------
    RunError
        As for `simulate`, and where the marks do not fit the set-up.
    """
    tree, columns, width = _tree(model, setup, marks, state, tracers, first_month, marked_month)
    found: tuple[State, Array, Traced] = spread(_by_year(years, steps, keep_pools), tree, columns, width, progress)
    return found


def advance_traced(
    model: Model,
    setup: Setup,
    marks: Marks,
    state: State,
    tracers: Array,
    years: int,
    *,
    first_month: int = 0,
    marked_month: int = 0,
    steps: int = DEFAULT_STEPS,
) -> tuple[State, Array]:
    """Run whole years with tracers and return the final state and tracers only; one program for any number of years.

    Parameters and errors as for `trace`.
    """
    tree, columns, width = _tree(model, setup, marks, state, tracers, first_month, marked_month)
    found: tuple[State, Array] = spread(_to_the_end(steps), (*tree, np.int64(years)), columns, width)
    return found


def _tree(
    model: Model, setup: Setup, marks: Marks, state: State, tracers: Array, first_month: int, marked_month: int
) -> tuple[tuple[Any, ...], int, int]:
    configure()
    require_float64()
    check_setup(setup, model, state.soil)
    sources, count = np.shape(setup.amount)[1], np.shape(tracers)[0]
    found = np.shape(marks.inputs)[1:3]
    if found != (count, sources):
        raise RunError(f"marks of the inputs have shape {found}, expected {count} tracers by {sources} sources")
    columns = max(columns_of(setup, model), int(np.shape(state.carbon)[-1]))
    wide, marked = widened(state, columns), widened(tracers, columns)
    width = whole_slopes(tile_width(columns), setup)
    return (model, setup, marks, wide, marked, np.int64(first_month), np.int64(marked_month)), columns, width
