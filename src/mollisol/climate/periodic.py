"""The state that a year's map returns to itself: Newton's iteration, all columns at once."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp


def column_jacobians(year: Callable[[jax.Array], jax.Array], state: jax.Array) -> jax.Array:
    """Return (column, layer out, layer in) derivatives of a map (layer, column) that does not mix columns."""
    layers, columns = state.shape
    unit = jnp.broadcast_to(jnp.eye(layers)[:, :, None], (layers, layers, columns)).astype(state.dtype)
    pushed = jax.vmap(lambda tangent: jax.jvp(year, (state,), (tangent,))[1])(unit)
    return jnp.transpose(pushed, (2, 1, 0))


def fixed_point(
    year: Callable[[jax.Array], jax.Array],
    start: jax.Array,
    lower: jax.Array,
    upper: jax.Array,
    tolerance: float,
    iterations: int = 60,
) -> tuple[jax.Array, jax.Array]:
    """Solve year(x) = x between bounds for a map that does not mix columns.

    A Newton step from the year's end, with the iterate held between the bounds (an iterate is no flux); a column
    whose residual it would enlarge takes the year's end instead, which is a plain repetition of the year.

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
        step = jnp.linalg.solve(matrix, (end - x).T[..., None])[..., 0].T
        return jnp.clip(x + step, lower, upper)

    def body(carry: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        x, end, count = carry
        tried = newton(x, end)
        reached = year(tried)
        better = worst(tried, reached) < worst(x, end)
        again = year(end)
        return jnp.where(better, tried, end), jnp.where(better, reached, again), count + 1

    def going(carry: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        x, end, count = carry
        return (jnp.max(worst(x, end)) > tolerance) & (count < iterations)

    x, end, _ = jax.lax.while_loop(going, body, (start, year(start), jnp.asarray(0)))
    return end, worst(x, end)
