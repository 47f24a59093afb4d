"""Steady state of the management cycle, found directly.

A cycle (the least common multiple of rotation and tillage) is a map F of the state at its beginning to the state at
its end. Its fixed point x = F(x) is found by chord Newton iteration,

    x <- x + (I - M)^-1 (F(x) - x)

with M the cycle's linear map at frozen rates and one step a month, formed by running the unit vectors of all pools
and rows through the cycle, and F the exact map, whose rates follow the state. For a linear model M differs from F's
derivative by the time step only, so the error falls by one to two digits an iteration, however slow the slowest pool
is. The soil-bound state (aggregation) does not depend on carbon; its own fixed point comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column.acceleration import accelerated, settled
from mollisol.column.backend import configure, require_float64
from mollisol.column.chord import Chord, chord, correction, inverse
from mollisol.column.components import Group
from mollisol.column.events import rearranged
from mollisol.column.idle import idle_pools, with_idle, without
from mollisol.column.model import Model
from mollisol.column.moving_surface import move_vectors, rearrange, rearrange_soil
from mollisol.column.setup import Setup, check_setup, columns_of, drivers_of, prepared, select_columns
from mollisol.column.simulate import State, advance_month
from mollisol.column.step import factored, implicit_step
from mollisol.column.tiles import DEFAULT_STEPS, Progress, advance, spread, whole_slopes, widened
from mollisol.column.viability import HELD_YEARS, fate, unstable, verdicts
from mollisol.units import MONTHS_PER_YEAR, RunError

Array = Any

TOLERANCE = 1e-11
"""Largest change of a pool in a cycle, relative to the larger of the pool and 1e-12 of the column's total."""

ITERATIONS = 12
"""Iterations with one M."""

FORMED = 6
"""How often M is formed at most."""

NAMED = 5
"""Columns that an error names."""

SEED = 0.1
"""Density (kg C/m3) of a living pool from which a steady state is looked for."""

WIDTH = 16
"""Width of a tile: the unit vectors of all pools and rows make an array 147 times as wide."""


class Equilibrium(NamedTuple):
    """Steady state of a cycle.

    Attributes
    ----------
    state : at the beginning of the cycle.
    change : (column,), largest relative change of a pool in another cycle.
    iterations : (column,), how many were needed.
    """

    state: State
    change: Array
    iterations: Array


def cycle_map(model: Model, setup: Setup, state: State, months: int, steps: int) -> State:
    """Run one cycle from a state."""

    def month(now: State, number: Array) -> tuple[State, None]:
        return advance_month(model, setup, now, number, steps)[0], None

    end: State = jax.lax.scan(month, state, jnp.arange(months))[0]
    return end


def soil_fixed_point(model: Model, setup: Setup, soil: dict[str, Array], months: int) -> dict[str, Array]:
    """Periodic soil-bound state of a cycle: an affine map of (rows of all properties), solved exactly."""
    if not soil:
        return {}
    names, rows = list(soil), setup.thickness.shape[0]

    def run(flat: Array) -> Array:
        start = {name: flat[i * rows : (i + 1) * rows] for i, name in enumerate(names)}

        def month(now: dict[str, Array], number: Array) -> tuple[dict[str, Array], None]:
            moved = rearrange_soil(model, setup, now, number)
            drivers = drivers_of(setup, moved, number)
            advanced = model.advance_soil(moved, drivers, 1.0 / MONTHS_PER_YEAR)
            return {name: jnp.broadcast_to(advanced[name], flat[:rows].shape) for name in names}, None

        end = jax.lax.scan(month, start, jnp.arange(months))[0]
        return jnp.concatenate([end[name] for name in names])

    start = jnp.concatenate([soil[name] for name in names])
    constant = run(jnp.zeros_like(start))
    unit = jnp.eye(start.shape[0], dtype=start.dtype)[:, :, None] + jnp.zeros_like(start)[None]
    slope = jax.vmap(run)(unit) - constant  # (basis, row, column)
    matrix = jnp.eye(start.shape[0])[:, :, None] - slope.transpose(1, 0, 2)
    flat = jnp.sum(inverse(matrix) * constant[None], axis=1)
    return {name: flat[i * rows : (i + 1) * rows] for i, name in enumerate(names)}


def linear_cycle(model: Model, setup: Setup, state: State, months: int) -> Array:
    """M (to pool, to row, from pool, from row, column) at the rates of a state's trajectory, one step a month."""
    rows, pools, columns = state.carbon.shape
    size, h = rows * pools, 1.0 / MONTHS_PER_YEAR
    unit = jnp.eye(size, dtype=state.carbon.dtype).reshape(size, rows, pools)
    basis = jnp.broadcast_to(unit[..., None], (size, rows, pools, columns))

    def month(carry: tuple[State, Array], number: Array) -> tuple[tuple[State, Array], None]:
        now, vectors = carry
        vectors = move_vectors(model, setup, now.soil, vectors, number)
        happens = setup.events.happens[number % setup.events.happens.shape[0]]
        for event in range(happens.shape[0]):
            active = happens[event] > 0.0

            def act(v: Array, event: int = event, active: Array = active) -> Array:
                return jnp.where(active, jax.vmap(partial(rearranged, setup.events.carbon_map[event]))(v), v)

            vectors = jax.lax.cond(jnp.any(active), act, lambda v: v, vectors)
        carbon, soil, _ = rearrange(model, setup, now.carbon, now.soil, number)
        rates = model.linearised(carbon, drivers_of(setup, soil, number))
        system = factored(model, rates, carbon[:, 0], h)
        step = partial(implicit_step, model, rates, system, source=(None,) * pools, h=h)
        vectors = jax.vmap(lambda v: step(carbon=v))(vectors)
        return (advance_month(model, setup, now, number, 1)[0], vectors), None

    (_, vectors), _ = jax.lax.scan(month, (state, basis), jnp.arange(months))
    # (from row, from pool, to row, to pool, column) to (to pool, to row, from pool, from row, column)
    return vectors.reshape(rows, pools, rows, pools, columns).transpose(3, 2, 1, 0, 4)


def cycle_change(carbon: Array, moved: Array) -> Array:
    """Largest change of a pool (column,) relative to the larger of the pool and 1e-12 of the column's total."""
    total = jnp.sum(jnp.abs(moved), axis=(0, 1))
    scale = jnp.maximum(jnp.abs(moved), 1e-12 * total)
    return jnp.max(jnp.abs(moved - carbon) / jnp.where(scale == 0.0, 1.0, scale), axis=(0, 1))


def _groups(model: Model, setup: Setup, carbon: Array, soil: dict[str, Array]) -> tuple[Group, ...]:
    return model.groups(model.rates(carbon, drivers_of(setup, soil, jnp.zeros((), int))))


@partial(jax.custom_vjp, nondiff_argnums=(4, 5))
def steady_carbon(
    model: Model, setup: Setup, soil: dict[str, Array], guess: Array, months: int, steps: int
) -> tuple[Array, Array, Array]:
    """Find the fixed point of the cycle's map of carbon at a given periodic soil-bound state.

    Its gradient is the implicit-function rule, one solution of the transposed system.

    Returns
    -------
    Carbon (row, pool, column), the relative change in another cycle (column,), and the number of iterations.
    """
    groups = _groups(model, setup, guess, soil)
    if model.nonlinear:
        return _settled(model, setup, soil, guess, groups, months, steps)

    def newton(carbon: Array) -> tuple[Array, Array, Array]:
        solver = chord(linear_cycle(model, setup, State(carbon, soil), months), groups)

        def more(carry: tuple[Array, Array, Array]) -> Array:
            return (carry[2] < ITERATIONS) & jnp.any(carry[1] > TOLERANCE)

        def iterate(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            now, _, number = carry
            moved = cycle_map(model, setup, State(now, soil), months, steps).carbon
            moving = cycle_change(now, moved)
            new = jnp.where(moving > TOLERANCE, now + correction(solver, groups, moved - now), now)
            return new, moving, number + 1.0

        start = (carbon, jnp.full(carbon.shape[-1:], jnp.inf), jnp.zeros(()))
        found: tuple[Array, Array, Array] = jax.lax.while_loop(more, iterate, start)
        return found

    # rates that follow the state may have moved far from those of M: form it again as long as that helps
    def unsettled(found: tuple[Array, Array, Array]) -> Array:
        return (found[2] < FORMED * ITERATIONS) & jnp.any(found[1] > TOLERANCE)

    def improve(found: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        carbon, moving, number = newton(found[0])
        return carbon, moving, found[2] + number

    start = (guess, jnp.full(guess.shape[-1:], jnp.inf), jnp.zeros(()))
    carbon, moving, number = jax.lax.while_loop(unsettled, improve, start)
    return carbon, moving, jnp.full(carbon.shape[-1:], number)


def _settled(
    model: Model,
    setup: Setup,
    soil: dict[str, Array],
    guess: Array,
    groups: tuple[Group, ...],
    months: int,
    steps: int,
) -> tuple[Array, Array, Array]:
    """Find the fixed point where rates follow the state strongly: see `acceleration.settled`."""

    def form(carbon: Array) -> Chord:
        return chord(linear_cycle(model, setup, State(carbon, soil), months), groups)

    def residual(solver: Chord, carbon: Array) -> tuple[Array, Array]:
        moved = cycle_map(model, setup, State(carbon, soil), months, steps).carbon
        return correction(solver, groups, moved - carbon), cycle_change(carbon, moved)

    carbon, moving, number = settled(form, residual, guess, TOLERANCE)
    return carbon, moving, jnp.full(carbon.shape[-1:], number)


def _forward(
    model: Model, setup: Setup, soil: dict[str, Array], guess: Array, months: int, steps: int
) -> tuple[tuple[Array, Array, Array], tuple[Any, ...]]:
    found = steady_carbon(model, setup, soil, guess, months, steps)
    return found, (model, setup, soil, found[0])


def _backward(
    months: int, steps: int, kept: tuple[Any, ...], cotangents: tuple[Array, Array, Array]
) -> tuple[Any, ...]:
    model, setup, soil, carbon = kept
    given = cotangents[0]
    groups = _groups(model, setup, carbon, soil)
    solver = chord(linear_cycle(model, setup, State(carbon, soil), months), groups)
    solve = jax.linear_transpose(partial(correction, solver, groups), carbon)

    def cycle(m: Model, s: Setup, bound: dict[str, Array], x: Array) -> Array:
        return cycle_map(m, s, State(x, bound), months, steps).carbon

    _, pull = jax.vjp(cycle, model, setup, soil, carbon)

    if model.nonlinear:

        def residual(now: Array) -> tuple[Array, Array]:
            (change,) = solve(given + pull(now)[3] - now)
            largest = jnp.max(jnp.abs(now), axis=(0, 1))
            return change, jnp.max(jnp.abs(change), axis=(0, 1)) / jnp.where(largest > 0.0, largest, jnp.inf)

        adjoint, _, _ = accelerated(residual, solve(given)[0], FORMED * ITERATIONS, TOLERANCE, False)
        by_model, by_setup, by_soil, _ = pull(adjoint)
        return by_model, by_setup, by_soil, jnp.zeros_like(carbon)

    def more(carry: tuple[Array, Array, Array]) -> Array:
        _, step, number = carry
        return (number < FORMED * ITERATIONS) & (step > TOLERANCE)

    def iterate(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        now, _, number = carry
        (change,) = solve(given + pull(now)[3] - now)
        return now + change, jnp.max(jnp.abs(change)) / jnp.maximum(jnp.max(jnp.abs(now)), 1e-300), number + 1.0

    start = (jnp.zeros_like(given), jnp.asarray(jnp.inf), jnp.zeros(()))
    adjoint, _, _ = jax.lax.while_loop(more, iterate, start)
    by_model, by_setup, by_soil, _ = pull(adjoint)
    return by_model, by_setup, by_soil, jnp.zeros_like(carbon)


steady_carbon.defvjp(_forward, _backward)


def solve_tile(model: Model, setup: Setup, state: State, months: int, steps: int) -> Equilibrium:
    """Find the steady state of one tile; `state` is a first guess and gives the shapes. Differentiable."""
    setup = prepared(setup, model)
    soil = soil_fixed_point(model, setup, dict(state.soil), months)
    guess = seeded(model, setup, state.carbon) if model.nonlinear else state.carbon
    carbon, moving, number = steady_carbon(model, setup, soil, guess, months, steps)
    return Equilibrium(State(carbon, soil), moving, number)


def seeded(model: Model, setup: Setup, carbon: Array) -> Array:
    """Put living pools where a guess (row, pool, column) has none: an empty soil is a steady state without microbes."""
    thickness = jnp.where(setup.thickness > 0.0, setup.thickness, setup.thickness[1])
    living = jnp.asarray([pool.living for pool in model.pools])[None, :, None]
    return jnp.where(living & (carbon <= 0.0), (SEED * thickness)[:, None], carbon)


@lru_cache(maxsize=64)
def _solver(months: int, steps: int) -> Callable[..., Any]:
    def run(tree: tuple[Model, Setup, State]) -> Equilibrium:
        return solve_tile(*tree, months, steps)

    return run


def equilibrium(
    model: Model,
    setup: Setup,
    guess: State,
    months: int,
    *,
    steps: int = DEFAULT_STEPS,
    names: list[str] | None = None,
    progress: Progress | None = None,
) -> Equilibrium:
    """Find the steady state of the management cycle of every column.

    Parameters
    ----------
    model, setup : see there; the set-up's time axes must divide `months`.
    guess : a first guess, which also gives the shapes; zeros will do.
    months : length of the cycle, a multiple of 12.
    steps : implicit steps per month, as in the run that follows.
    names : names of the columns, for the error.
    progress : called with the share that is done.

    Raises
    ------
    RunError
        Where a column has no steady state (carbon that cannot leave is added to it), by name.
    """
    configure()
    require_float64()
    check_setup(setup, model, guess.soil)
    # soil properties are held in the steady state: moving on for ever, the soil from below would replace them all
    guess = guess._replace(soil={name: value for name, value in guess.soil.items() if name not in setup.soil})
    moving = () if setup.motion is None else (setup.motion.soil_loss, setup.motion.deposition)
    lengths = {series.shape[0] for series in (*setup.forcing.values(), setup.amount, setup.events.happens, *moving)}
    if any(months % length for length in lengths):
        raise RunError(f"a cycle of {months} months does not hold whole series of {sorted(lengths)} months")
    columns = max(columns_of(setup, model), int(np.shape(guess.carbon)[-1]))
    width = 1 if columns == 1 else whole_slopes(WIDTH, setup)
    idle = idle_pools(model, setup, guess)
    own = without(model, setup, widened(guess, columns), idle)
    result: Equilibrium = spread(_solver(months, steps), own, columns, width, progress)
    result = result._replace(state=result.state._replace(carbon=with_idle(result.state.carbon, idle)))
    if model.nonlinear:
        _require_viable(model, setup, result, months, steps, names)
        return result
    failed = np.flatnonzero(~(result.change <= 10.0 * TOLERANCE))
    if failed.size:
        called = [names[i] if names else f"column {i}" for i in failed[:5]]
        raise RunError(
            f"no steady state for {', '.join(called)}"
            f"{f' and {failed.size - 5} more' if failed.size > 5 else ''}: a cycle still changes a pool by "
            f"{np.nanmax(result.change[failed]):.1e} of itself; a pool that receives carbon may be unable to lose it"
        )
    return result


def _require_viable(
    model: Model, setup: Setup, found: Equilibrium, months: int, steps: int, names: list[str] | None
) -> None:
    """Raise `RunError` that names the columns without a steady state that holds, and says why."""
    carbon = np.asarray(found.state.carbon)
    why = verdicts(model, setup, carbon, found.change, 10.0 * TOLERANCE)
    if not why:
        years = -(-HELD_YEARS * MONTHS_PER_YEAR // months) * months // MONTHS_PER_YEAR

        def run(index: Array, pushed: Array) -> Array:
            own_model, own_setup, own = select_columns((model, setup, found.state), index)
            return advance(own_model, own_setup, own._replace(carbon=pushed), years, steps=steps).carbon

        every = np.arange(carbon.shape[-1])
        left = unstable(model, setup, carbon, partial(run, every))
        alone = setup.motion is None or setup.motion.link is None
        for i, where in left.items():
            told_fate = alone and len(why) < NAMED  # what becomes of it is told of those that are named
            why[i] = (
                fate(model, setup, carbon[..., [i]], partial(run, np.array([i])), where)
                if told_fate
                else f"the steady state is unstable {where}"
            )
    if not why:
        return
    told = [f"{names[i] if names else f'column {i}'} ({reason})" for i, reason in list(why.items())[:NAMED]]
    more = f" and {len(why) - NAMED} more" if len(why) > NAMED else ""
    raise RunError(f"no steady state for {', '.join(told)}{more}")
