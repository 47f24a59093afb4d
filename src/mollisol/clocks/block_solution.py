"""(-B)^-1 of an effective operator, by its blocks: components of the pools, sources first, and rows within each.

Below the deepest tilled row neighbouring rows alone exchange carbon: there the component is block tridiagonal and is
eliminated towards the surface (`mollisol.column.solve`). What is left, the rows that tillage joins, is one dense block;
it is solved without pivoting, as an M-matrix allows. All columns are solved at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column.chord import inverse
from mollisol.column.model import full
from mollisol.column.solve import factor, substitute
from mollisol.column.step import losses
from mollisol.column.tiles import spread

if TYPE_CHECKING:
    from mollisol.clocks.effective import Effective
    from mollisol.column.components import Group
    from mollisol.column.model import Model

Array = Any

WIDTH = 16
"""Width of a tile: what is eliminated stays near the processor."""


def joined_rows(effective: Effective) -> int:
    """Return the number of rows from the surface down that tillage or a moving surface joins, at least 1."""
    exchange = np.asarray(effective.exchange)
    touched = np.flatnonzero(np.any(exchange != 0.0, axis=(0, 2, 3)) | np.any(exchange != 0.0, axis=(1, 2, 3)))
    return int(touched[-1]) + 1 if touched.size else 1


def solution(model: Model, effective: Effective, right: Array, joined: int) -> Array:
    """Return (-B)^-1 right (row, pool, column) for right >= 0; `joined` as of `joined_rows` (static)."""
    found: dict[int, Array] = {}
    for group in model.groups(effective.rates):
        given = [
            jnp.stack([_fed(model, effective, right, c[i], c, found) for c in group], axis=1) for i in _each(group)
        ]
        answer = _group(model, effective, group, given, joined)
        for position, component in enumerate(group):
            found.update({pool: answer[i][:, position] for i, pool in enumerate(component)})
    return jnp.stack([found[pool] for pool in range(len(model.pools))], axis=1)


def _each(group: Group) -> range:
    return range(len(group[0]))


def _fed(
    model: Model, effective: Effective, right: Array, pool: int, component: tuple[int, ...], found: dict[int, Array]
) -> Array:
    """Right-hand side (row, column) of a pool with what the components before it bring."""
    names, rates, amount = model.pool_names, effective.rates, right[:, pool]
    for (to, source), rate in rates.transfer.items():
        if to == names[pool] and names.index(source) not in component:
            amount = amount + rate * found[names.index(source)]
    for (to, source), rate in rates.carried.items():
        if to == names[pool]:
            moved = (rate * found[names.index(source)])[None]
            amount = amount + jnp.sum(rates.kernel[to, source] * moved, axis=1)
    return amount


def _group(model: Model, effective: Effective, group: Group, given: list[Array], joined: int) -> list[Array]:
    """Solve a group: given and answer s of (row, component, column)."""
    names, rates, like = model.pool_names, effective.rates, effective.stock[:, 0]
    loss, zero, rows = losses(model, rates, like), jnp.zeros_like(like), like.shape[0]
    each, top, low = _each(group), slice(None, joined), slice(None, joined - 1 if joined else None, -1)

    def stacked(table: Any, i: int) -> Array:
        return jnp.stack([full(table.get(names[c[i]], zero), like) for c in group], axis=1)

    down, up = [stacked(rates.down, i) for i in each], [stacked(rates.up, i) for i in each]
    block: list[list[Array | None]] = [[None for _ in each] for _ in each]
    for i in each:
        block[i][i] = stacked(loss, i)
        for j in each:
            flows = [rates.transfer.get((names[c[i]], names[c[j]])) for c in group]
            if i != j and any(flow is not None for flow in flows):
                block[i][j] = jnp.stack([full(0.0 if f is None else f, like) for f in flows], axis=1)
    matrix = [[jnp.zeros((joined, joined, *given[0].shape[1:])) for _ in each] for _ in each]
    inner = jnp.arange(joined)
    for i in each:
        exchange = jnp.stack([effective.exchange[top, top, c[i]] for c in group], axis=2)
        matrix[i][i] = (-exchange).at[inner[1:], inner[:-1]].add(-down[i][: joined - 1])
        matrix[i][i] = matrix[i][i].at[inner[:-1], inner[1:]].add(-up[i][1:joined])
        for j in each:
            entry = block[i][j]
            if entry is not None:
                matrix[i][j] = matrix[i][j].at[inner, inner].add(entry[top] if i == j else -entry[top])
    right = [amount[top] for amount in given]
    if joined < rows:
        # the rows below, from the last one up: their answer to what is given, and to a unit from above in each pool
        lower = factor(
            [[None if entry is None else entry[low] for entry in line] for line in block],
            tuple(rate[low] for rate in up),
            tuple(rate[low] for rate in down),
        )
        units = [
            tuple(jnp.zeros_like(amount[low]).at[-1].set(1.0 if i == k else 0.0) for i, amount in enumerate(given))
            for k in each
        ]
        both = [tuple(amount[low] for amount in given), *units]
        tried = jax.vmap(lambda r: substitute(lower, r))(tuple(jnp.stack([r[i] for r in both]) for i in each))
        alone, answers = [t[0] for t in tried], [t[1:] for t in tried]
        for i in each:
            right[i] = right[i].at[-1].add(up[i][joined] * alone[i][-1])
            for j in each:
                back = up[i][joined] * answers[i][j, -1] * down[j][joined - 1]
                matrix[i][j] = matrix[i][j].at[-1, -1].add(-back)
    size, wide = len(group[0]) * joined, given[0].shape[1:]
    whole = jnp.concatenate([jnp.concatenate(line, axis=1) for line in matrix]).reshape(size, size, -1)
    flat = jnp.sum(inverse(whole) * jnp.concatenate(right).reshape(size, -1)[None], axis=1)
    upper = flat.reshape(len(group[0]), joined, *wide)
    if joined == rows:
        return list(upper)
    enters = [down[j][joined - 1] * upper[j, -1] for j in each]
    below = [alone[i] + sum(answers[i][j] * enters[j] for j in each) for i in each]
    return [jnp.concatenate([upper[i], below[i][::-1]]) for i in each]


def ages_tile(model: Model, effective: Effective, joined: int) -> Array:
    """Mean ages (row, pool, column) of a tile, yr."""
    stock = effective.stock
    there = stock > 0.0
    aged = solution(model, effective, stock, joined)
    # carbon that cannot leave and is not renewed is infinitely old
    return jnp.where(there, jnp.where(jnp.isfinite(aged), aged, jnp.inf) / jnp.where(there, stock, 1.0), jnp.nan)


@lru_cache(maxsize=64)
def _ages(joined: int) -> Any:
    def run(tree: tuple[Model, Effective]) -> Array:
        return ages_tile(*tree, joined)

    return run


def mean_ages(model: Model, effective: Effective) -> Array:
    """Return the mean age (row, pool, column) of the carbon of every pool, yr: (-B)^-1 x / x; NaN where there is none.

    Parameters
    ----------
    model : of the run.
    effective : see `effective_operator`.
    """
    columns = np.shape(effective.stock)[-1]
    found = spread(_ages(joined_rows(effective)), (model, effective), columns, 1 if columns == 1 else WIDTH)
    return np.asarray(found)
