"""Soil temperature by depth through time: the periodic year or a series."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.conduction import Freezing, heat_edges, heat_step, make_cells
from mollisol.climate.parameters import Surface
from mollisol.climate.periodic import fixed_point, repeat
from mollisol.grid import Grid
from mollisol.units import RunError

TOLERANCE = 1e-7
"""K: largest change of a cell from one periodic year to the next."""

_WARM_UP = 30  # years; Newton's iteration goes astray from a state with the wrong cells frozen

FUSION = 3.34e8
"""J/m3 of water: latent heat of fusion."""


class HeatRun(NamedTuple):
    """Soil temperature, month by month.

    Attributes
    ----------
    temperature : (month, layer, column) mean, degC.
    variance : (month, layer, column) of the steps within the month, K2.
    surface, surface_variance : (month, column) the same at the soil surface.
    products : {name: (month, 1 + layer, column)} means of the surface's and the layers' temperature times what went
        `along`, degC times its unit.
    final : (cell, column) temperatures of the heat grid at the end, degC.
    """

    temperature: jax.Array
    variance: jax.Array
    surface: jax.Array
    surface_variance: jax.Array
    products: dict[str, jax.Array]
    final: jax.Array


@partial(jax.jit, static_argnames=("keep",))
def _run(start: jax.Array, forcing: Any, thickness: jax.Array, span: Any, keep: bool = True, along: Any = None) -> Any:
    def month(state: jax.Array, given: Any) -> Any:
        (outside, resistance, days, conductivity, capacity, *latent), along = given
        freezing = Freezing(latent[0] / capacity, span) if latent else None
        cells = make_cells(conductivity, capacity, thickness)

        def step(carry: Any, x: Any) -> Any:
            state, sums = carry
            out, r, length, beside = x
            state, mean, surface = heat_step(state, out, r, length * 86400.0, cells, freezing)
            if keep:
                rows = jnp.concatenate([surface[None], mean])
                products = jax.tree.map(lambda value: value * rows[: len(value)], beside)
                values = (mean, mean**2, surface, surface**2, products)
                sums = jax.tree.map(lambda a, b: a + length * b, sums, values)
            return (state, sums), None

        top = jnp.zeros_like(state[0])
        none = jax.tree.map(lambda value: jnp.zeros(value.shape[1:], state.dtype), along)
        zero = (jnp.zeros_like(state), jnp.zeros_like(state), top, top, none) if keep else None
        (state, sums), _ = jax.lax.scan(step, (state, zero), (outside, resistance, days, along))
        return state, jax.tree.map(lambda a: a / days.sum(), sums)

    return jax.lax.scan(month, start, (forcing, along))


@partial(jax.jit)
def _settle(forcing: Any, thickness: jax.Array) -> jax.Array:
    """Return the state that the year returns to itself: without freezing an affine map, solved directly."""
    outside, *rest = forcing
    cells, columns = thickness.shape[0], outside.shape[2]

    def end(state: jax.Array, forced: jax.Array) -> jax.Array:
        return jnp.asarray(_run(state, (forced * outside, *rest), thickness, 1.0, keep=False)[0])

    # One unforced run from each unit state gives the matrix, one forced run from zero the offset.
    unit = jnp.concatenate([jnp.eye(cells), jnp.zeros((1, cells))])[:, :, None]
    starts = jnp.broadcast_to(unit, (cells + 1, cells, columns)).astype(outside.dtype)
    moved = jax.vmap(end)(starts, jnp.zeros(cells + 1, outside.dtype).at[-1].set(1.0))
    matrix = jnp.eye(cells)[None] - jnp.transpose(moved[:-1], (2, 1, 0))
    return jnp.linalg.solve(matrix, moved[-1].T[..., None])[..., 0].T


@partial(jax.jit)
def _settle_freezing(start: jax.Array, forcing: Any, thickness: jax.Array, span: Any) -> tuple[jax.Array, jax.Array]:
    """Return the periodic state with freezing, from some years' repetition by Newton's iteration."""

    def year(state: jax.Array) -> jax.Array:
        return jnp.asarray(_run(state, forcing, thickness, span, keep=False)[0])

    wide = jnp.full_like(start, 200.0)
    return fixed_point(year, repeat(year, _WARM_UP, start), -wide, wide, TOLERANCE)


def soil_temperature(
    outside: ArrayLike,
    days: ArrayLike,
    conductivity: ArrayLike,
    capacity: ArrayLike,
    grid: Grid,
    *,
    resistance: ArrayLike = 0.0,
    water: ArrayLike | None = None,
    freezing_range: float = Surface().freezing_range,
    initial: ArrayLike | None = None,
    depth: float = Surface().depth,
    along: Mapping[str, ArrayLike] | None = None,
) -> HeatRun:
    """Temperature of every layer by conduction, C dT/dt = d/dz (lambda dT/dz), by months of steps.

    Finite volumes on the layers and on cells below them to `depth`, no flux through the bottom; an L-stable
    scheme of second order in time (Alexander 1977, SIAM J. Numer. Anal. 14:1006). Where water contents are given
    and it freezes outside, the latent heat of the soil's water is part of its heat content.

    Parameters
    ----------
    outside : (month, step, column) temperature that acts on the surface through `resistance`, mean of the
        step, degC.
    days : (month, step) length of the steps, days; 0 is padding.
    conductivity, capacity : (month, layer, column) thermal conductivity (W/m/K) and volumetric heat capacity
        (J/m3/K); the lowest layer's go on below.
    grid : layers.
    resistance : between `outside` and the soil surface, m2 K/W; broadcast against `outside`.
    water : (month, layer, column) water content, m3/m3; None: nothing freezes.
    freezing_range : the water freezes linearly between 0 and minus this, K.
    initial : (cell, column) temperatures of the heat grid. None: the months are one year that repeats for ever.
    depth : least depth of the heat grid, m.
    along : {name: (month, step, 1 + layer, column)} what is averaged together with temperature, the surface first.

    Returns
    -------
    HeatRun

    Raises
    ------
    RunError
        If no periodic state was found.
    """
    edges = heat_edges(grid, depth)
    extra = len(edges) - 1 - len(grid)

    def extended(values: ArrayLike) -> jax.Array:
        array = np.asarray(values, dtype=np.float64)
        return jnp.asarray(np.concatenate([array, np.repeat(array[:, -1:], extra, axis=1)], axis=1))

    forced = jnp.asarray(outside)
    forcing: tuple[Any, ...] = (
        forced,
        jnp.broadcast_to(jnp.asarray(resistance, forced.dtype), forced.shape),
        jnp.asarray(days, forced.dtype),
        extended(conductivity),
        extended(capacity),
    )
    thickness = jnp.asarray(np.diff(edges), forced.dtype)
    freezes = water is not None and bool(np.min(np.asarray(outside)) < 0.0)
    settled = forcing
    if freezes:
        forcing = (*forcing, extended(FUSION * np.asarray(water, dtype=np.float64)))
    if initial is not None:
        start = jnp.asarray(initial)
    elif not freezes:
        start = _settle(settled, thickness)
    else:
        mean_outside = (forced * forcing[2][:, :, None]).sum((0, 1)) / forcing[2].sum()
        even = jnp.broadcast_to(mean_outside, (len(edges) - 1, forced.shape[2]))
        start, change = _settle_freezing(even, forcing, thickness, freezing_range)
        if not np.all(np.asarray(change) <= max(TOLERANCE, 4e3 * float(jnp.finfo(start.dtype).eps))):
            column = int(np.argmax(np.asarray(change)))
            raise RunError(f"soil temperature of column {column} has no periodic state: it still changes by "
                           f"{float(change[column]):.2g} K a year")  # fmt: skip
    beside = {name: jnp.asarray(value) for name, value in (along or {}).items()}
    final, sums = _run(start, forcing, thickness, freezing_range, along=beside)
    mean, square, surface, surface_square, products = sums
    layers = len(grid)
    # The difference of two large numbers may fall below 0 by rounding.
    variance = jnp.maximum(square - mean**2, 0.0)[:, :layers]
    surface_variance = jnp.maximum(surface_square - surface**2, 0.0)
    return HeatRun(mean[:, :layers], variance, surface, surface_variance, products, final)
