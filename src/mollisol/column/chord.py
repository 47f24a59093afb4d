"""Solution of (I - M) d = r for the linear map M of a management cycle, component by component of the pools.

M is block triangular over the components (sources first), so only each component's own block is inverted: rows x rows
for a litter pool, three times that for the dissolved - microbial - mineral loop.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from mollisol.column.components import Group

LONGEST_RESIDENCE = 1e10
"""Cycles that carbon stays at and above which it counts as unable to leave."""


def inverse(matrix: Array) -> Array:
    """Invert (n, n, column) by Gauss-Jordan elimination without pivoting, as diagonally dominant M-matrices allow.

    LAPACK is not used: its batched kernels wait for threads that two host devices at work already hold.
    """

    def eliminate(k: Array, work: Array) -> Array:
        pivot = 1.0 / work[k, k]
        line = work[k] * pivot
        line = line.at[k].set(pivot)
        column = work[:, k].at[k].set(0.0)
        kept = work.at[:, k].set(0.0)
        return (kept - column[:, None] * line[None]).at[k].set(line)

    return jax.lax.fori_loop(0, matrix.shape[0], eliminate, matrix)


class Chord(NamedTuple):
    """What solves (I - M) d = r: M (pool, row, pool, row, column) and the inverses of the components' blocks."""

    matrix: Array
    inverses: tuple[tuple[Array, ...], ...]


def chord(matrix: Array, groups: tuple[Group, ...]) -> Chord:
    """Invert the diagonal blocks of I - M, one for each component of the pools."""
    _, rows, _, _, columns = matrix.shape

    def block(component: tuple[int, ...]) -> Array:
        pools, size = jnp.asarray(component), len(component) * rows
        own = jnp.eye(size)[:, :, None] - matrix[pools][:, :, pools].reshape(size, size, columns)
        inverted = inverse(own)
        # column sums are residence times in cycles; what never leaves keeps its carbon, so it gets no correction,
        # and if it is fed every cycle goes on changing it
        residence = jnp.sum(jnp.abs(inverted), axis=0)
        leaves = residence < LONGEST_RESIDENCE  # not for infinities and NaN
        return jnp.where(leaves[:, None] & leaves[None], inverted, 0.0)

    return Chord(matrix, tuple(tuple(block(component) for component in group) for group in groups))


def correction(solver: Chord, groups: tuple[Group, ...], residual: Array) -> Array:
    """Solve (I - M) d = residual (row, pool, column) component by component, sources first."""
    rows, pools, columns = residual.shape
    given = residual.transpose(1, 0, 2)
    solved: dict[int, Array] = {}
    for group, inverses in zip(groups, solver.inverses, strict=True):
        for component, inverted in zip(group, inverses, strict=True):
            right = []
            for pool in component:
                fed = [
                    jnp.sum(solver.matrix[pool, :, other] * solved[other][None], axis=1)
                    for other in solved
                    if other not in component
                ]
                right.append(sum(fed, start=given[pool]))
            flat = jnp.sum(inverted * jnp.concatenate(right)[None], axis=1).reshape(len(component), rows, columns)
            solved.update({pool: flat[i] for i, pool in enumerate(component)})
    return jnp.stack([solved[pool] for pool in range(pools)], axis=1)
