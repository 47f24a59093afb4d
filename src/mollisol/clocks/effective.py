"""The effective operator of a periodic state: cycle-mean fluxes over cycle-mean stocks.

    B_ij = mean(flux from j to i) / mean(x_j),   u = mean input,   so that mean(x) = -B^-1 u exactly

for a seasonal, tilled column whose rates may follow its state. What tillage moves between layers, and the moving
surface where there is one, are fluxes like all others. Transit times and ages of this constant system stand for those
of the periodic one; carbon aged through the periodic run itself is the check (docs/science.md).
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure, require_float64
from mollisol.column.events import rearranged
from mollisol.column.moving_surface import move_vectors, rearrange
from mollisol.column.operator import dense_operator
from mollisol.column.rates import Rates
from mollisol.column.setup import columns_of, moving_drivers, prepared, source_of, stacked_source
from mollisol.column.simulate import State
from mollisol.column.step import month_step
from mollisol.column.tiles import DEFAULT_STEPS, spread, whole_slopes, widened
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.column.model import Model
    from mollisol.column.setup import Setup

Array = Any

WIDTH = 16
"""Width of a tile: the operator of a tile is a few megabytes."""

ROUNDING = 1e-14
"""Share of a stock below which a difference of sums is their rounding."""


class Effective(NamedTuple):
    """The effective operator of every column.

    Attributes
    ----------
    rates : mean fluxes over mean stocks, (row, column) in 1/yr; for an empty pool the mean rates.
    exchange : (row to, row from, pool, column), 1/yr, what tillage and the moving surface move; on the diagonal what
        leaves a row. Columns sum to zero, or below by what leaves with the soil.
    input : (row, pool, column), kg C/m2/yr, what arrives with soil included.
    stock : (row, pool, column), kg C/m2, means of the cycle.
    """

    rates: Rates
    exchange: Array
    input: Array
    stock: Array


def row_map(model: Model, setup: Setup, soil: dict[str, Array], month: Array, like: Array) -> Array:
    """Linear map of the rows (row to, row from, column) by what moves soil at the beginning of a month."""
    rows, columns = like.shape[0], like.shape[-1]
    basis = jnp.broadcast_to(jnp.eye(rows)[:, :, None, None], (rows, rows, 1, columns))
    basis = move_vectors(model, setup, soil, basis, month)
    happens = setup.events.happens[month % setup.events.happens.shape[0]]
    for event in range(happens.shape[0]):
        moved = jax.vmap(lambda v, e=event: rearranged(setup.events.carbon_map[e], v))(basis)
        basis = jnp.where(happens[event] > 0.0, moved, basis)
    return basis[:, :, 0].transpose(1, 0, 2)


def _times(rates: Rates, amount: dict[str, Array], like: Array) -> Rates:
    """Turn rates into fluxes of an amount by pool; the kernels become what arrives."""

    def flux(pool: str, rate: Array) -> Array:
        return jnp.broadcast_to(rate, like.shape) * amount[pool]

    carried = {key: flux(key[1], rate) for key, rate in rates.carried.items()}
    return Rates(
        transfer={key: flux(key[1], rate) for key, rate in rates.transfer.items()},
        carried=carried,
        kernel={key: rates.kernel[key] * flow[None] for key, flow in carried.items()},
        respired={pool: flux(pool, rate) for pool, rate in rates.respired.items()},
        export={key: flux(key[1], rate) for key, rate in rates.export.items()},
        down={pool: flux(pool, rate) for pool, rate in rates.down.items()},
        up={pool: flux(pool, rate) for pool, rate in rates.up.items()},
    )


def _quotient(above: Array, below: Array, otherwise: Array) -> Array:
    there = below > 0.0
    return jnp.where(there, above / jnp.where(there, below, 1.0), otherwise)


def effective_tile(model: Model, setup: Setup, state: State, first_month: Array, months: int, steps: int) -> Effective:
    """Run one tile through a cycle and divide mean fluxes by mean stocks."""
    setup = prepared(setup, model)
    like, ones = state.carbon[:, 0], dict.fromkeys(model.pool_names, jnp.ones_like(state.carbon[:, 0]))
    years = 1.0 / MONTHS_PER_YEAR

    def month(now: State, number: Array) -> tuple[State, tuple[Any, ...]]:
        carbon, soil, _ = rearrange(model, setup, now.carbon, now.soil, number)
        map_of_rows = row_map(model, setup, dict(now.soil), number, like)
        drivers = moving_drivers(model, setup, soil, number)
        rates = model.rates(carbon, drivers)
        source = source_of(setup, number)
        new, mean = month_step(model, rates, carbon, source, years, steps)
        between = (map_of_rows - jnp.eye(like.shape[0])[:, :, None])[:, :, None] * now.carbon[None]
        # what a moving surface brings is no part of the map of the column's own carbon
        arrived = carbon - now.carbon - jnp.sum(between, axis=1)
        arrived = jnp.where(arrived > ROUNDING * (carbon + now.carbon), arrived, 0.0)
        gained = _times(rates, model.by_name(mean), like), _times(rates, ones, like), mean, between / years
        entering = stacked_source(source, carbon) + (0.0 if setup.motion is None else arrived / years)
        return State(new, model.advance_soil(soil, drivers, years)), (*gained, entering)

    def add(carry: tuple[State, Any], number: Array) -> tuple[tuple[State, Any], None]:
        new, gained = month(carry[0], number)
        return (new, jax.tree_util.tree_map(jnp.add, carry[1], gained)), None

    shapes = jax.eval_shape(month, state, jnp.zeros((), int))[1]
    nothing = jax.tree_util.tree_map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    (_, sums), _ = jax.lax.scan(add, (state, nothing), first_month + jnp.arange(months))
    flux, plain, stock, between, entering = jax.tree_util.tree_map(lambda leaf: leaf / months, sums)
    named = model.by_name(stock)

    def by_pool(name: str) -> dict[Any, Array]:
        table, mean_rate = getattr(flux, name), getattr(plain, name)
        return {
            key: _quotient(flow, named[key if isinstance(key, str) else key[1]], mean_rate[key])
            for key, flow in table.items()
        }

    names = ("transfer", "carried", "respired", "export", "down", "up")
    kernel = {
        key: _quotient(
            arrives, flux.carried[key][None], _quotient(plain.kernel[key], plain.carried[key][None], arrives)
        )
        for key, arrives in flux.kernel.items()
    }
    # activity and efficiency are spent: what they scaled is in the rates
    spent = {"activity": jnp.ones_like(like), "efficiency": jnp.zeros_like(like)}
    rates = dataclasses.replace(Rates(), kernel=kernel, **spent, **{name: by_pool(name) for name in names})
    exchange = _quotient(between, stock[None], jnp.zeros_like(between))
    return Effective(rates, exchange, entering, stock)


@lru_cache(maxsize=64)
def _former(months: int, steps: int) -> Any:
    def run(tree: tuple[Model, Setup, State, Array]) -> Effective:
        return effective_tile(*tree, months, steps)

    return run


def effective_operator(
    model: Model, setup: Setup, state: State, months: int, *, first_month: int = 0, steps: int = DEFAULT_STEPS
) -> Effective:
    """Form the effective operator of the management cycle of every column.

    Parameters
    ----------
    model, setup, steps : of the run.
    state : at the beginning of the cycle. Where it is periodic (`mollisol.column.equilibrium`) the mean stock is
        -B^-1 u; of any other state B holds the rates, and what enters now goes the way that they say.
    months : length of the cycle.
    first_month : month of the set-up at which the cycle begins.

    Raises
    ------
    RunError
        If JAX is not in double precision.
    """
    configure()
    require_float64()
    columns = max(columns_of(setup, model), int(np.shape(state.carbon)[-1]))
    width = 1 if columns == 1 else whole_slopes(WIDTH, setup)
    tree = (model, setup, widened(state, columns), np.int64(first_month))
    found: Effective = spread(_former(months, steps), tree, columns, width)
    return found


def matrix_of(model: Model, effective: Effective, column: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return B (row * pool, row * pool), 1/yr, and u (row * pool,) of one column, for the clocks of matrices.

    State number = row * number of pools + pool, as in `mollisol.column.dense_operator`.
    """
    rows, pools, columns = np.shape(effective.stock)
    own = column if columns > 1 else 0
    matrix = dense_operator(model, effective.rates, rows, own)
    exchange = np.asarray(effective.exchange)[..., own]
    for pool in range(pools):
        matrix[pool::pools, pool::pools] += exchange[:, :, pool]
    return matrix, np.asarray(effective.input, dtype=np.float64)[..., own].reshape(-1).copy()
