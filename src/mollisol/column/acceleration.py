"""Fixed points by preconditioned iteration with Anderson's acceleration, every column for itself.

A step of the plain iteration is x <- x + r(x). Anderson (1965) takes the combination of the last iterates whose
combined r is least and steps from there,

    x <- (x - sum g_i dx_i) + (r - sum g_i dr_i),     g = argmin | w (r - sum g_i dr_i) |

which near the fixed point is GMRES: it also settles where the plain iteration swings or creeps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from mollisol.column.chord import inverse

Array = Any

MEMORY = 8
"""Iterates that are combined."""

LEAST_SHARE = 1e-9
"""Share of a column's carbon below which a pool's relative change no longer counts in the combination."""

LARGEST_FALL = 1e-3
"""Share of a pool that a step leaves at least, where pools must stay positive."""


def weights(x: Array) -> Array:
    """Return weights (row, pool, column) that make changes relative to a pool, or to a small share of the column."""
    size = jnp.abs(x)
    least = LEAST_SHARE * jnp.sum(size, axis=(0, 1))
    scale = jnp.maximum(size, least)
    return 1.0 / jnp.where(scale > 0.0, scale, 1.0)


def combined(x: Array, r: Array, past_x: Array, past_r: Array, filled: Array, weight: Array) -> Array:
    """Return Anderson's step (row, pool, column) from x and the past iterates (memory, row, pool, column)."""
    memory, columns = past_x.shape[0], x.shape[-1]
    there = jnp.arange(memory) < filled
    dx, dr = past_x - x, past_r - r
    flat = (dr * weight).reshape(memory, -1, columns)
    length = jnp.sqrt(jnp.sum(flat**2, axis=1))
    usable = there[:, None] & (length > 0.0)
    length = jnp.where(usable, length, 1.0)
    flat = jnp.where(usable[:, None], flat / length[:, None], 0.0)
    gram = jnp.sum(flat[:, None] * flat[None], axis=2)
    # the ridge keeps nearly parallel differences apart; what is not there gets a row of the identity
    gram = gram + jnp.eye(memory)[:, :, None] * jnp.where(usable, 1e-12, 1.0)[:, None]
    target = -jnp.sum(flat * (r * weight).reshape(-1, columns)[None], axis=1)
    share = jnp.where(usable, jnp.sum(inverse(gram) * target[None], axis=1), 0.0) / length
    step: Array = r + jnp.sum(share[:, None, None] * (dx + dr), axis=0)
    return step


def accelerated(
    residual: Callable[[Array], tuple[Array, Array]],
    start: Array,
    limit: Array | int,
    tolerance: float,
    positive: bool,
) -> tuple[Array, Array, Array]:
    """Iterate until every column moves by less than the tolerance, or `limit` times.

    Parameters
    ----------
    residual : x (row, pool, column) to r (same) and by how much each column still moves (column,).
    start : (row, pool, column).
    limit : number of iterations at most; with one, the step is the plain one.
    tolerance : of what `residual` says; a column that is below stays.
    positive : whether pools must stay positive: a step then never takes more than nearly all of one.

    Returns
    -------
    x, how much each column moved at its last step, and the number of iterations.
    """

    def more(carry: tuple[Array, ...]) -> Array:
        return (carry[4] < limit) & jnp.any(carry[3] > tolerance)

    def iterate(carry: tuple[Array, ...]) -> tuple[Array, ...]:
        x, past_x, past_r, _, number = carry
        r, moving = residual(x)
        step = combined(x, r, past_x, past_r, number, weights(x) if positive else jnp.ones_like(x))
        new = x + step
        if positive:
            least = LARGEST_FALL * x
            plain = jnp.where(x + r > least, x + r, least)
            new = jnp.where(new > 0.1 * x, new, plain)
        new = jnp.where(moving > tolerance, new, x)
        past_x = jnp.concatenate([x[None], past_x[:-1]])
        past_r = jnp.concatenate([r[None], past_r[:-1]])
        return new, past_x, past_r, moving, number + 1.0

    nothing = jnp.zeros((MEMORY, *start.shape), start.dtype)
    begin = (start, nothing, nothing, jnp.full(start.shape[-1:], jnp.inf), jnp.zeros(()))
    x, _, _, moving, number = jax.lax.while_loop(more, iterate, begin)
    return x, moving, number


APPROACH = 12
"""How often M is formed at each step, until every column is near."""

FORMED = 18
"""How often M is formed at most."""

NEAR = 0.3
"""Largest relative change of a cycle at which M of a column no longer changes much."""

LONG = 40
"""Iterations with one M, once near."""


def settled(
    form: Callable[[Array], Any],
    residual: Callable[[Any, Array], tuple[Array, Array]],
    start: Array,
    tolerance: float,
) -> tuple[Array, Array, Array]:
    """Find the fixed point of a map whose rates follow the state strongly.

    Far from it the linear map M is formed anew for each step: each step is then the steady state of the rates of the
    last one, so that whatever the guess, all that enters a column also leaves it. Near it M is kept and the
    iteration accelerated.

    Parameters
    ----------
    form : x to what solves (I - M) d = r at x.
    residual : that and x to the step and by how much each column still moves.
    start : (row, pool, column), with microbes in it.
    tolerance : see `accelerated`.
    """

    def more(carry: tuple[Array, ...]) -> Array:
        return (carry[3] < FORMED) & jnp.any(carry[1] > tolerance)

    def once(carry: tuple[Array, ...]) -> tuple[Array, ...]:
        x, moving, number, formed = carry
        solver = form(x)
        limit = jnp.where((formed < APPROACH) & jnp.any(moving > NEAR), 1.0, LONG)
        x, moving, more_steps = accelerated(lambda now: residual(solver, now), x, limit, tolerance, True)
        return x, moving, number + more_steps, formed + 1

    begin = (start, jnp.full(start.shape[-1:], jnp.inf), jnp.zeros(()), jnp.zeros((), int))
    x, moving, number, _ = jax.lax.while_loop(more, once, begin)
    return x, moving, number
