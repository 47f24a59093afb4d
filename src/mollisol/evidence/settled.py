"""Sites under models whose rates follow the state: steady states that are found, and years that are stepped through.

    0 = u + B(x) x                          the native state, by fixed-point iteration with Anderson's acceleration
    x' = x + h (u + B(x_k) x')              since then, x_k the state at the beginning of every `BLOCK` years

The derivatives of a steady state are those of the implicit-function rule, dx = (I - S'(x))^-1 dS, S(x) = -B(x)^-1 u,
forward and backward. A site without a steady state (microbes die out, carbon piles up without end) is told apart and
never given a number.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column.acceleration import accelerated, weights
from mollisol.column.equilibrium import cycle_change, seeded
from mollisol.column.model import Model
from mollisol.column.setup import Setup
from mollisol.column.step import factored, implicit_step
from mollisol.column.viability import FULLEST, STERILE, verdicts
from mollisol.evidence.forward import (
    CROPPED_FROM,
    FOR_EVER,
    Predicted,
    Sites,
    bounds,
    made_ready,
    rates_of_year,
    sampled,
    steady,
    walk,
)

Array = Any

TOLERANCE = 1e-9
"""Relative change of a pool at which the iteration of a column ends."""

ACCEPTED = 1e-6
"""Relative change of a pool below which a state counts as steady."""

APPROACH = 12
"""Plain iterations at first: each is the steady state of the rates of the last one, so that what enters also leaves."""

LONGEST = 200
"""Accelerated iterations at most."""

BLOCK = 5
"""Years for which rates are held on the way from the native state to the sampling."""


def scaled_input(setup: Setup, log_input: Array) -> Setup:
    """Return the set-up with its inputs times exp(log_input), scalar or (column,)."""
    return dataclasses.replace(setup, amount=setup.amount * jnp.exp(log_input))


def held(model: Model, setup: Setup, mixing: Array, mass: Array, carbon: Array) -> Array:
    """Return S(x), the steady state of the rates at x; arguments as of `forward.rates_of_year`."""
    rates, source = rates_of_year(model, setup, mixing, mass, carbon)
    return steady(model, rates, source, carbon)


@partial(jax.custom_jvp, nondiff_argnums=())
def steady_state(model: Model, setup: Setup, mixing: Array, mass: Array) -> tuple[Array, Array]:
    """Find the steady state of a year's rates where they follow the state.

    Parameters
    ----------
    setup : made ready (`forward.made_ready`).

    Returns
    -------
    Carbon (row, pool, column), and by how much an iteration still changes a pool of each column, relative (column,).
    """
    nothing = jnp.zeros((setup.thickness.shape[0], len(model.pools), mass.shape[-1]))

    def residual(carbon: Array) -> tuple[Array, Array]:
        moved = held(model, setup, mixing, mass, carbon)
        return moved - carbon, cycle_change(carbon, moved)

    def plain(_: Array, carbon: Array) -> Array:
        return held(model, setup, mixing, mass, carbon)

    near = jax.lax.fori_loop(0, APPROACH, plain, seeded(model, setup, nothing))
    carbon, moving, _ = accelerated(residual, near, LONGEST, TOLERANCE, True)
    return carbon, moving


def _tangent(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    carbon, moving = steady_state(*primals)

    def at(now: Array) -> Callable[..., Array]:
        return lambda *given: held(*given, now)  # type: ignore[call-arg]

    _, forced = jax.jvp(at(carbon), primals, tangents)
    _, through = jax.linearize(lambda now: at(now)(*primals), carbon)
    size = 1.0 / weights(carbon)
    change = jax.lax.custom_linear_solve(
        lambda direction: direction - through(direction),
        forced,
        partial(_solved, size),
        partial(_solved, 1.0 / size),
    )
    return (carbon, moving), (change, jnp.zeros_like(moving))


steady_state.defjvp(_tangent)


def _solved(size: Array, apply: Callable[[Array], Array], right: Array) -> Array:
    """Solve (I - S') v = right, every column for itself; `size` makes all pools count alike."""

    def residual(now: Array) -> tuple[Array, Array]:
        off = (right - apply(now * size)) / size
        largest = jnp.max(jnp.abs(now + off), axis=(0, 1))
        return off, jnp.max(jnp.abs(off), axis=(0, 1)) / jnp.where(largest > 0.0, largest, jnp.inf)

    found, _, _ = accelerated(residual, right / size, LONGEST, TOLERANCE, False)
    return found * size


def exists(model: Model, setup: Setup, carbon: Array, moving: Array) -> Array:
    """Return (column,) whether a state is steady, alive in every layer and not overfull; see `column.viability`."""
    layers = carbon[1:] / setup.thickness[1:, None]
    living = jnp.asarray([pool.living for pool in model.pools])[None, :, None]
    alive = jnp.min(jnp.sum(jnp.where(living, layers, 0.0), axis=1), axis=0) >= STERILE
    room = jnp.max(jnp.sum(layers, axis=1), axis=0) <= FULLEST
    return (moving <= ACCEPTED) & room & (alive | (not model.nonlinear))


def follow(
    model: Model,
    setup: Setup,
    mixing: Array,
    mass: Array,
    tracers: Array,
    years: Array,
    fed: Callable[[Any, Any], Array],
    block: int = BLOCK,
) -> Array:
    """Step through years at rates that follow the first tracer, taken anew every `block` years.

    Parameters
    ----------
    tracers : (tracer, row, pool, column); the first is carbon.
    years : (year, ...) what `fed` reads of each year.
    fed : (of a year, source of the set-up) to the input (tracer, row, pool, column), kg C/m2/yr.

    Returns
    -------
    (year, tracer, row, pool, column) at the end of each year.
    """
    count = len(years)
    padded = jnp.concatenate([years, jnp.repeat(years[-1:], -count % block, axis=0)])
    blocks = padded.reshape(-1, block, *years.shape[1:])

    def some(now: Array, told: Array) -> tuple[Array, Array]:
        rates, source = rates_of_year(model, setup, mixing, mass, now[0])
        system = factored(model, rates, now[0, :, 0], 1.0)

        def one(now: Array, year: Array) -> tuple[Array, Array]:
            def alone(carbon: Array, entering: Array) -> Array:
                each = tuple(entering[:, pool] for pool in range(entering.shape[1]))
                return implicit_step(model, rates, system, carbon, each, 1.0)

            new = jax.vmap(alone)(now, fed(year, source))
            return new, new

        end: tuple[Array, Array] = jax.lax.scan(one, now, told)
        return end

    states = jax.lax.scan(jax.checkpoint(some), tracers, blocks)[1]
    return states.reshape(-1, *tracers.shape)[:count]


def entering(source: Any, like: Array) -> Array:
    """Return the input of all pools (row, pool, column) of a source with None for pools that nothing feeds."""
    return jnp.stack(
        [jnp.zeros_like(like[:, 0]) if fresh is None else fresh + jnp.zeros_like(like[:, 0]) for fresh in source],
        axis=1,
    )


def predict_settled(model: Model, sites: Sites, log_balance: Array, log_input: Array) -> tuple[Predicted, Array]:
    """Return what the model says of the sites, and (site,) whether each has a native steady state.

    Parameters
    ----------
    model : parameters scalar or (site,).
    log_balance : (row, site) or broadcast to it, logarithm of a site's own factor on the loss of mineral carbon.
    log_input : scalar or (site,), logarithm of the factor on its inputs.
    """
    native, moving, ready = _native(model, sites, log_balance, log_input)
    rates, source = rates_of_year(model, ready, sites.mixing_before, sites.mass, native)
    before, since = bounds()
    first = native * sites.old_air[0]
    old = walk(model, rates, source, first[None], sites.old_air[:, None], np.diff(before))[-1, 0]
    # the steps of `since` as single years
    lengths = np.diff(since)
    air = sites.air[np.repeat(np.arange(len(lengths)), lengths.astype(int))]
    marks = jnp.stack([jnp.ones_like(air), air], axis=1)
    rows, count = native.shape[0], native.shape[-1]
    balance = jnp.exp(jnp.broadcast_to(log_balance, (rows, count)))
    setup = made_ready(model, scaled_input(sites.setup, log_input), sites.aggregation, balance)

    def fed(mark: Array, source: Any) -> Array:
        return entering(source, native)[None] * mark[:, None, None]

    states = follow(model, setup, sites.mixing, sites.mass, jnp.stack([native, old]), marks, fed)
    last = jnp.asarray(np.round(since[1:] - CROPPED_FROM).astype(int) - 1)[sites.year]
    at = jnp.take_along_axis(states, last[None, None, None, None, :], axis=0)[0]
    found = sampled(model, sites, at)
    return found._replace(bnpp=found.bnpp * jnp.exp(log_input)), exists(model, sites.before, native, moving)


def _native(model: Model, sites: Sites, log_balance: Array, log_input: Array) -> tuple[Array, Array, Setup]:
    """Return the native steady state, what still changes, and its set-up made ready."""
    rows, count = sites.setup.thickness.shape[0], sites.mass.shape[-1]
    balance = jnp.exp(jnp.broadcast_to(log_balance, (rows, count)))
    ready = made_ready(model, scaled_input(sites.before, log_input), sites.aggregation_before, balance)
    native, moving = steady_state(model, ready, sites.mixing_before, sites.mass)
    return native, moving, ready


def _present(model: Model, sites: Sites, log_input: Array) -> tuple[Array, Array, Setup]:
    """Return the same of the present land use, gone on with for ever."""
    ones = jnp.ones((sites.setup.thickness.shape[0], sites.mass.shape[-1]))
    ready = made_ready(model, scaled_input(sites.setup, log_input), sites.aggregation, ones)
    carbon, moving = steady_state(model, ready, sites.mixing, sites.mass)
    return carbon, moving, ready


@partial(jax.jit, static_argnums=2)
def _searched(model: Model, sites: Sites, native: bool, log_input: Array) -> tuple[Array, Array, Setup]:
    return _native(model, sites, jnp.zeros(()), log_input) if native else _present(model, sites, log_input)


def without_steady_state(model: Model, sites: Sites, log_input: float = 0.0, native: bool = True) -> dict[int, str]:
    """Return {site: why} for sites without a steady state that holds, under the land use before or the present one."""
    carbon, moving, ready = _searched(model, sites, native, jnp.asarray(log_input))
    setup = sites.before if native else sites.setup
    why = verdicts(model, setup, np.asarray(carbon), np.asarray(moving), ACCEPTED)
    if not model.nonlinear:
        why = {site: reason for site, reason in why.items() if not reason.startswith("microbes die out")}
    rate = growth(model, ready, sites.mixing_before if native else sites.mixing, sites.mass, carbon)
    for site in np.flatnonzero(rate >= 0.0):
        why.setdefault(int(site), f"the steady state is unstable: a push grows by {rate[site]:.2g} a year")
    return why


@partial(jax.jit, static_argnums=())
def _slopes(model: Model, setup: Setup, mixing: Array, mass: Array, carbon: Array) -> tuple[Array, Array]:
    """Return S' and B^-1 at a steady state, (from row, from pool, row, pool, column) each."""
    rows, pools, columns = carbon.shape
    unit = jnp.eye(rows * pools).reshape(rows, pools, rows, pools)[..., None] + jnp.zeros(columns)
    basis = unit.reshape(rows * pools, rows, pools, columns)
    _, through = jax.linearize(lambda now: held(model, setup, mixing, mass, now), carbon)
    rates, _ = rates_of_year(model, setup, mixing, mass, carbon)
    system = factored(model, rates, carbon[:, 0], FOR_EVER)

    def inverted(given: Array) -> Array:
        source = tuple(given[:, pool] for pool in range(pools))
        return -implicit_step(model, rates, system, jnp.zeros_like(carbon), source, FOR_EVER)

    return jax.lax.map(through, basis), jax.lax.map(inverted, basis)


def growth(model: Model, setup: Setup, mixing: Array, mass: Array, carbon: Array) -> Array:
    """Return (column,) the fastest rate (1/yr) at which a push away from a steady state grows; it holds where negative.

    The largest real part of the eigenvalues of the Jacobian, J = B (I - S'). Arguments as of `steady_state`.
    """
    size = carbon.shape[0] * carbon.shape[1]
    through, inverse = (np.asarray(one).reshape(size, size, -1) for one in _slopes(model, setup, mixing, mass, carbon))
    found = []
    for column in range(carbon.shape[-1]):
        kept = np.any(inverse[:, :, column] != 0.0, axis=1)
        s, b = (one[:, :, column].T[np.ix_(kept, kept)] for one in (through, inverse))
        found.append(np.linalg.eigvals(np.linalg.solve(b, np.eye(len(s)) - s)).real.max())
    return np.array(found)
