"""Heat conduction in a column of cells under a surface temperature, by an L-stable second-order step."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.climate.series import Array
from mollisol.grid import Grid

_GAMMA = 1.0 - 0.5 * 2.0**0.5  # Alexander 1977: the SDIRK method of two stages that is L-stable
_NEWTON = 50  # most iterations of a stage with freezing; two are usual
_GROWTH = 1.5  # ratio of the cells' thickness below the soil's grid


class Cells(NamedTuple):
    """Cells of the heat grid; (cell, column).

    Attributes
    ----------
    capacity : heat capacity, J/m2/K.
    coupling : (cell, column) conductance to the cell below, W/m2/K; the last is 0 (no flux).
    half : (column,) resistance between the surface and the middle of the first cell, m2 K/W.
    """

    capacity: jax.Array
    coupling: jax.Array
    half: jax.Array


def heat_edges(grid: Grid, depth: float) -> Array:
    """Return interfaces (m): those of `grid`, then cells that grow by half each until `depth` is passed."""
    edges = list(grid.edges)
    thickness = edges[-1] - edges[-2]
    while edges[-1] < depth:
        thickness *= _GROWTH
        edges.append(edges[-1] + thickness)
    return np.asarray(edges)


def make_cells(conductivity: jax.Array, capacity: jax.Array, thickness: jax.Array) -> Cells:
    """Build cells from conductivity (W/m/K) and volumetric capacity (J/m3/K) of each, (cell, column).

    Between two cells half resistances are in series (the harmonic mean of the conductivities).
    """
    half = 0.5 * thickness[:, None] / conductivity
    coupling = 1.0 / (half[:-1] + half[1:])
    closed = jnp.zeros_like(coupling[:1])
    return Cells(capacity * thickness[:, None], jnp.concatenate([coupling, closed]), half[0])


def tridiagonal(below: jax.Array, diagonal: jax.Array, above: jax.Array, right: jax.Array) -> jax.Array:
    """Solve a tridiagonal system along the first axis (Thomas); `below[0]` and `above[-1]` are not used.

    The matrix must be diagonally dominant, as those of conduction are.
    """

    def forward(carry: Any, row: Any) -> Any:
        factor, value = carry
        lower, centre, upper, r = row
        pivot = 1.0 / (centre - lower * factor)
        now = (upper * pivot, (r - lower * value) * pivot)
        return now, now

    def backward(x: jax.Array, row: Any) -> Any:
        factor, value = row
        x = value - factor * x
        return x, x

    zero = jnp.zeros_like(right[0])
    _, swept = jax.lax.scan(forward, (zero, zero), (below.at[0].set(0.0), diagonal, above, right))
    return jax.lax.scan(backward, zero, swept, reverse=True)[1]


class Freezing(NamedTuple):
    """Soil water that freezes linearly between 0 and -`span` degC.

    Attributes
    ----------
    heat : (cell, column) latent heat of the cell's water over its heat capacity, K.
    span : K.
    """

    heat: jax.Array
    span: jax.Array

    def content(self, temperature: jax.Array) -> jax.Array:
        """Heat content over heat capacity, K: T above 0, T - `heat` below the range, linear between."""
        return temperature + self.heat * jnp.clip(temperature / self.span, -1.0, 0.0)

    def temperature(self, content: jax.Array) -> jax.Array:
        """Inverse of `content`."""
        partly = content / (1.0 + self.heat / self.span)
        frozen = jnp.where(content >= -(self.span + self.heat), partly, content + self.heat)
        return jnp.where(content >= 0.0, content, frozen)

    def piece(self, temperature: jax.Array) -> jax.Array:
        """0 for thawed, 1 inside the range, 2 for frozen."""
        return jnp.where(temperature >= 0.0, 0, jnp.where(temperature > -self.span, 1, 2))

    def line(self, piece: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Slope and intercept of `content` on a piece."""
        slope = jnp.where(piece == 1, 1.0 + self.heat / self.span, 1.0)
        return slope, jnp.where(piece == 2, -self.heat, 0.0)


def heat_step(
    temperature: jax.Array,
    outside: jax.Array,
    resistance: jax.Array,
    seconds: jax.Array,
    cells: Cells,
    freezing: Freezing | None = None,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Advance the temperatures by one step with a constant temperature outside.

    With freezing, each stage is solved by Newton's iteration on the heat content, a piecewise linear function
    of temperature; it ends when every cell lies on the piece that it was solved on.

    Parameters
    ----------
    temperature : (cell, column), degC.
    outside : (column,) temperature above the resistance, degC.
    resistance : (column,) between it and the soil surface, m2 K/W (0: it is the surface's own).
    seconds : length of the step; 0 changes nothing.
    freezing : None: soil water does not freeze.

    Returns
    -------
    tuple
        New temperatures; their mean over the step; mean temperature of the soil surface.
    """
    top = 1.0 / (resistance + cells.half)
    down = cells.coupling
    up = jnp.concatenate([jnp.zeros_like(down[:1]), down[:-1]])
    h = _GAMMA * seconds
    outflow = h * (up + down).at[0].add(top)
    gain = h * top * outside

    def solve(slope: Any, known: jax.Array) -> jax.Array:
        right = (cells.capacity * known).at[0].add(gain)
        return tridiagonal(-h * up, cells.capacity * slope + outflow, -h * down, right)

    def stage(known: jax.Array, guess: jax.Array) -> jax.Array:
        if freezing is None:
            return solve(1.0, known)

        def body(carry: Any) -> Any:
            _, piece, _, count = carry
            slope, intercept = freezing.line(piece)
            new = solve(slope, known - intercept)
            # One piece at a time: a cell that jumps over the range would jump back at the next iteration.
            wanted = freezing.piece(new)
            moved = jnp.clip(wanted, piece - 1, piece + 1)
            return new, moved, jnp.any(moved != piece), count + 1

        def going(carry: Any) -> jax.Array:
            return carry[2] & (carry[3] < _NEWTON)

        start = body((guess, freezing.piece(guess), True, 0))
        return jnp.asarray(jax.lax.while_loop(going, body, start)[0])

    extrapolate = (1.0 - _GAMMA) / _GAMMA
    if freezing is None:
        first = stage(temperature, temperature)
        second = stage(temperature + extrapolate * (first - temperature), first)
    else:
        held = freezing.content(temperature)
        first = stage(held, temperature)
        second = stage(held + extrapolate * (freezing.content(first) - held), first)
    mean = (1.0 - _GAMMA) * first + _GAMMA * second
    surface = outside + (mean[0] - outside) * resistance * top
    return second, mean, surface
