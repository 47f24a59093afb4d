"""The state that a year's map returns to itself: Newton's iteration, all columns at once."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

_CUTS = (1.0, 0.5, 0.2, 0.05)


def value_and_jacobians(year: Callable[[jax.Array], jax.Array], state: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the map's value and its (column, layer out, layer in) derivatives; it must not mix columns."""
    layers, columns = state.shape
    unit = jnp.broadcast_to(jnp.eye(layers)[:, :, None], (layers, layers, columns)).astype(state.dtype)
    end, pushed = jax.vmap(lambda tangent: jax.jvp(year, (state,), (tangent,)), out_axes=(None, 0))(unit)
    return end, jnp.transpose(pushed, (2, 1, 0))


def repeat(year: Callable[[jax.Array], jax.Array], count: int, state: jax.Array) -> jax.Array:
    """Apply the year's map `count` times."""
    return jnp.asarray(jax.lax.fori_loop(0, count, lambda _, x: year(x), state))


def fixed_point(
    year: Callable[[jax.Array], jax.Array],
    start: jax.Array,
    lower: jax.Array,
    upper: jax.Array,
    tolerance: float,
    iterations: int = 100,
) -> tuple[jax.Array, jax.Array]:
    """Solve year(x) = x between bounds for a map that does not mix columns.

    A Newton step from the year's end, whole or cut, with the iterate held between the bounds (an iterate is no
    flux); each column takes the cut that leaves the least change over a year, and where none lessens it the
    year's end, which is a plain repetition.

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

    def body(carry: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        x, _, count = carry
        end, slope = value_and_jacobians(year, x)
        # A layer that nothing moves has slope 1 and stays where it is: the small shift keeps the matrix regular.
        matrix = jnp.eye(x.shape[0])[None] * (1.0 + 1e-9) - slope
        step = jnp.linalg.solve(matrix, (end - x).T[..., None])[..., 0].T
        tried = jnp.stack([end, *(jnp.clip(x + cut * step, lower, upper) for cut in _CUTS)])
        left = jax.vmap(worst)(tried, jax.vmap(year)(tried))
        # A whole or cut step is taken only if it lessens the change; the plain repetition always may be.
        offered = left.at[1:].set(jnp.where(left[1:] < worst(x, end), left[1:], jnp.inf))
        best = jnp.argmin(offered, axis=0)
        chosen = jnp.take_along_axis(tried, best[None, None, :], axis=0)[0]
        return chosen, jnp.take_along_axis(left, best[None, :], axis=0)[0], count + 1

    def going(carry: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        return (jnp.max(carry[1]) > tolerance) & (carry[2] < iterations)

    # Every turn maps two years; one copy of each is all that is compiled.
    far = jnp.full(start.shape[1], jnp.inf, start.dtype)
    x, change, _ = jax.lax.while_loop(going, body, (start, far, jnp.asarray(0)))
    return x, change
