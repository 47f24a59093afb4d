"""The state that a year's map returns to itself: Newton's iteration, all columns at once."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

_CUTS = (1.0, 0.5, 0.2, 0.05)
_REPEAT = 5  # years of plain repetition that a refused step is worth


def column_jacobians(year: Callable[[jax.Array], jax.Array], state: jax.Array) -> jax.Array:
    """Return (column, layer out, layer in) derivatives of a map (layer, column) that does not mix columns."""
    layers, columns = state.shape
    unit = jnp.broadcast_to(jnp.eye(layers)[:, :, None], (layers, layers, columns)).astype(state.dtype)
    pushed = jax.vmap(lambda tangent: jax.jvp(year, (state,), (tangent,))[1])(unit)
    return jnp.transpose(pushed, (2, 1, 0))


def repeat(year: Callable[[jax.Array], jax.Array], count: int, state: jax.Array) -> jax.Array:
    """Apply the year's map `count` times."""
    return jnp.asarray(jax.lax.fori_loop(0, count, lambda _, x: year(x), state))


def fixed_point(
    year: Callable[[jax.Array], jax.Array],
    start: jax.Array,
    lower: jax.Array,
    upper: jax.Array,
    tolerance: float,
    iterations: int = 60,
) -> tuple[jax.Array, jax.Array]:
    """Solve year(x) = x between bounds for a map that does not mix columns.

    A Newton step from the year's end, whole or cut, with the iterate held between the bounds (an iterate is no
    flux); each column takes the cut that leaves the least change over a year, and where none lessens it the
    plain repetition of some years.

    Parameters
    ----------
    year : map of (layer, column).
    start, lower, upper : (layer, column); the state is returned to the bounds after each Newton step.
    tolerance : largest change over a year, in the state's unit.

    Returns
    -------
    tuple
        The state, and (column,) its largest change over a year.
    """

    def worst(x: jax.Array, end: jax.Array) -> jax.Array:
        return jnp.max(jnp.abs(end - x), axis=0)

    def newton(x: jax.Array, end: jax.Array) -> jax.Array:
        slope = column_jacobians(year, x)
        # A layer that nothing moves has slope 1 and stays where it is: the small shift keeps the matrix regular.
        matrix = jnp.eye(x.shape[0])[None] * (1.0 + 1e-9) - slope
        return jnp.linalg.solve(matrix, (end - x).T[..., None])[..., 0].T

    def body(carry: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        x, end, count = carry
        step = newton(x, end)
        tried = jnp.stack([repeat(year, _REPEAT, end), *(jnp.clip(x + cut * step, lower, upper) for cut in _CUTS)])
        reached = jax.vmap(year)(tried)
        left = jax.vmap(worst)(tried, reached)
        # A whole or cut step is taken only if it lessens the change; the plain repetition always may be.
        left = left.at[1:].set(jnp.where(left[1:] < worst(x, end), left[1:], jnp.inf))
        best = jnp.argmin(left, axis=0)[None, None, :]
        chosen, followed = (jnp.take_along_axis(values, best, axis=0)[0] for values in (tried, reached))
        return chosen, followed, count + 1

    def going(carry: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        x, end, count = carry
        return (jnp.max(worst(x, end)) > tolerance) & (count < iterations)

    x, end, _ = jax.lax.while_loop(going, body, (start, year(start), jnp.asarray(0)))
    return end, worst(x, end)
