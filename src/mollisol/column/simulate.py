"""A run: years of months, each with its events, its rates and its implicit steps.

`simulate_years` is the pure function that is compiled, for one tile of columns; `tiles` spreads columns over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from mollisol.column.model import Model, full
from mollisol.column.moving_surface import rearrange
from mollisol.column.setup import Setup, moving_drivers, prepared, source_of
from mollisol.column.step import Fluxes, fluxes, month_step
from mollisol.units import MONTHS_PER_YEAR

Array = Any


class State(NamedTuple):
    """What a run carries from month to month.

    Attributes
    ----------
    carbon : (row, pool, column), kg C/m2.
    soil : {name: (row, column)}, soil-bound properties that change: aggregation, and all that moves where the surface
        does (`motion.carrying_soil`).
    """

    carbon: Array
    soil: Mapping[str, Array]


class Annual(NamedTuple):
    """Results of each year; stocks at its end, fluxes as its mean. kg C/m2 and kg C/m2/yr.

    Attributes
    ----------
    soc : (year, layer, column), pools that count as soil organic carbon.
    surface : (year, column), all carbon on the surface.
    carbon : (year, row, pool, column), or (year, 0, pool, column) where pools are not kept.
    input : (year, row, column).
    respiration : (year, row, column), heterotrophic.
    root_respiration : (year, row, column).
    leaching, bottom_exchange, runoff, erosion, deposition : (year, column).
    mass : (year, layer, column), kg/m2 of fine earth, or of what of it is mineral where the soil says how much;
        None where it is no part of the state.
    residual : (column,), largest absolute error of the yearly budget, kg C/m2.
    smallest : (column,), smallest pool of any layer at any year's end, kg C/m2.
    """

    soc: Array
    surface: Array
    carbon: Array
    input: Array
    respiration: Array
    root_respiration: Array
    leaching: Array
    bottom_exchange: Array
    runoff: Array
    erosion: Array
    deposition: Array
    mass: Array | None
    residual: Array
    smallest: Array


def advance_month(model: Model, setup: Setup, state: State, month: Array, steps: int) -> tuple[State, Fluxes]:
    """Advance a state by one month: events, then rates at the present state, then the implicit steps."""
    carbon, soil, exchange = rearrange(model, setup, state.carbon, state.soil, month)
    drivers = moving_drivers(model, setup, soil, month)
    rates = model.rates(carbon, drivers)
    # rates are read in many places: without the barrier XLA computes them anew in each (half the speed)
    rates = jax.lax.optimization_barrier(rates)
    source = source_of(setup, month)
    years = 1.0 / MONTHS_PER_YEAR
    new, mean = month_step(model, rates, carbon, source, years, steps)
    flow = fluxes(model, rates, mean)
    if exchange is not None:
        flow = flow._replace(bottom_exchange=flow.bottom_exchange + exchange.bottom / years)
        if setup.motion is not None:
            flow = flow._replace(erosion=exchange.erosion / years, deposition=exchange.deposition / years)
    return State(new, model.advance_soil(soil, drivers, years)), flow


def yearly_input(setup: Setup, start: Array, like: Array) -> Array:
    """Mean input (row, column) of the year that begins in a month, kg C/m2/yr."""
    months = start + jnp.arange(MONTHS_PER_YEAR)
    amount = jnp.mean(setup.amount[months % setup.amount.shape[0]], axis=0)
    entering = amount * jnp.sum(setup.quality, axis=1)
    total = sum((entering[s] * setup.placement[s] for s in range(entering.shape[0])), start=jnp.zeros_like(like))
    return jnp.asarray(total)


def yearly_root_respiration(setup: Setup, start: Array, like: Array) -> Array:
    """Mean root respiration (row, column) of the year that begins in a month, kg C/m2/yr; 0 where none is given."""
    if "root_respiration" not in setup.forcing:
        return jnp.zeros_like(like)
    series = setup.forcing["root_respiration"]
    months = start + jnp.arange(MONTHS_PER_YEAR)
    return full(jnp.mean(series[months % series.shape[0]], axis=0), like)


def _mass(setup: Setup, soil: Mapping[str, Array]) -> Array | None:
    if "fine_earth" not in soil:
        return None
    mass = soil["fine_earth"][1:] * setup.thickness[1:]
    return mass * soil["mineral_share"][1:] if "mineral_share" in soil else mass


def simulate_years(
    model: Model, setup: Setup, state: State, first_month: Array, years: int, steps: int, keep_pools: bool
) -> tuple[State, Annual]:
    """Run whole years.

    Parameters
    ----------
    model, setup, state : see there; the arrays of one tile.
    first_month : month of the run at which this stretch begins (traced, a multiple of 12).
    years : how many (static).
    steps : implicit steps per month (static).
    keep_pools : whether `Annual.carbon` holds every pool (static).
    """
    setup = prepared(setup, model)
    counted = jnp.asarray([pool.counts_as_soc for pool in model.pools], dtype=state.carbon.dtype)[:, None]

    def year(carry: tuple[State, Array, Array], start: Array) -> tuple[tuple[State, Array, Array], tuple[Array, ...]]:
        state, residual, smallest = carry

        def month(inner: tuple[State, Fluxes], number: Array) -> tuple[tuple[State, Fluxes], None]:
            now, total = inner
            now, flow = advance_month(model, setup, now, start + number, steps)
            return (now, jax.tree_util.tree_map(jnp.add, total, flow)), None

        zero_row, zero = jnp.zeros_like(state.carbon[:, 0]), jnp.zeros_like(state.carbon[0, 0])
        nothing = Fluxes(zero_row, zero, zero, zero, *(() if setup.motion is None else (zero, zero)))
        (new, total), _ = jax.lax.scan(month, (state, nothing), jnp.arange(MONTHS_PER_YEAR))
        flow = jax.tree_util.tree_map(lambda value: value / MONTHS_PER_YEAR, total)
        given = yearly_input(setup, start, zero_row)
        change = jnp.sum(new.carbon - state.carbon, axis=(0, 1))
        budget = (
            jnp.sum(given, axis=0)
            + flow.bottom_exchange
            - jnp.sum(flow.respiration, axis=0)
            - flow.leaching
            - flow.runoff
        )
        if flow.erosion is not None:
            budget = budget + flow.deposition - flow.erosion
        residual = jnp.maximum(residual, jnp.abs(change - budget))
        smallest = jnp.minimum(smallest, jnp.min(new.carbon, axis=(0, 1)))
        kept = new.carbon if keep_pools else new.carbon[:0]
        outputs = (
            jnp.sum(new.carbon[1:] * counted, axis=1),
            jnp.sum(new.carbon[0], axis=0),
            kept,
            given,
            flow.respiration,
            yearly_root_respiration(setup, start, zero_row),
            flow.leaching,
            flow.bottom_exchange,
            flow.runoff,
            zero if flow.erosion is None else flow.erosion,
            zero if flow.deposition is None else flow.deposition,
            _mass(setup, new.soil),
        )
        return (new, residual, smallest), outputs

    starts = first_month + MONTHS_PER_YEAR * jnp.arange(years)
    # a gradient keeps the states at the years' ends only
    nothing = jnp.zeros_like(state.carbon[0, 0])
    begin = (state, nothing, nothing + jnp.inf)
    (final, residual, smallest), outputs = jax.lax.scan(jax.checkpoint(year), begin, starts)
    return final, Annual(*outputs, residual, smallest)  # type: ignore[call-arg]


def advance_years(model: Model, setup: Setup, state: State, first_month: Array, years: Array, steps: int) -> State:
    """Run whole years, as many as `years` says (traced), and keep the final state only: the past of a field."""
    setup = prepared(setup, model)

    def month(number: Array, now: State) -> State:
        return advance_month(model, setup, now, first_month + number, steps)[0]

    final: State = jax.lax.fori_loop(0, MONTHS_PER_YEAR * years, month, state)
    return final
