"""Exact solution of one implicit step for one group of components: block tridiagonal over the rows.

    (1/h - B) x_new = x_old / h + u

For a component of s pools the blocks are s x s; neighbouring rows couple a pool to itself only, so the off-diagonal
blocks are diagonal. 1/h - B is a column-dominant M-matrix: no pivoting, and every inverse, and so every new pool,
is non-negative in exact and in floating-point arithmetic.

The matrix is factored once (`factor`) and solved for as many right-hand sides as wanted (`substitute`). Arrays
are (row, component, column) in tuples over the pools of a component, so that the elimination is unrolled over plain
arrays and only the rows are walked.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

Row = tuple[Array, ...]
Block = tuple[tuple[Array, ...], ...]


class Factors(NamedTuple):
    """A factored group.

    Attributes
    ----------
    inverse : s x s of (row, component, column), inverses of the eliminated diagonal blocks.
    from_above, from_below : s of (row, component, column), rates at which the rows above and below feed this row.
    """

    inverse: Block
    from_above: Row
    from_below: Row


def invert(block: list[list[Array | None]]) -> list[list[Array]]:
    """Invert an s x s M-matrix of arrays by Gauss-Jordan elimination without pivoting; None is zero."""
    size = len(block)
    work = [list(row) for row in block]
    inverse: list[list[Array | None]] = [[None] * size for _ in range(size)]
    for column in range(size):
        diagonal = work[column][column]
        assert diagonal is not None
        pivot = 1.0 / diagonal
        work[column] = [None if value is None else value * pivot for value in work[column]]
        inverse[column] = [None if value is None else value * pivot for value in inverse[column]]
        inverse[column][column] = pivot
        for row in range(size):
            factor = work[row][column]
            if row == column or factor is None:
                continue
            for target, source, first in ((work, work[column], column + 1), (inverse, inverse[column], 0)):
                for k in range(first, size):
                    value = source[k]
                    if value is None:
                        continue
                    old = target[row][k]
                    target[row][k] = -factor * value if old is None else old - factor * value
    zero = jnp.zeros_like(inverse[0][0])
    return [[zero if value is None else value for value in row] for row in inverse]


def factor(block: list[list[Array | None]], down: Row, up: Row) -> Factors:
    """Factor one group.

    Parameters
    ----------
    block : s x s of (row, component, column) or None for zero, the diagonal blocks of 1/h - B.
    down, up : s of (row, component, column), rates (1/yr) at which each pool leaves its row downwards / upwards.
    """
    size = len(block)
    present = [(i, j) for i in range(size) for j in range(size) if block[i][j] is not None]
    fed_from_above = tuple(jnp.concatenate([jnp.zeros_like(d[:1]), d[:-1]]) for d in down)
    fed_from_below = tuple(jnp.concatenate([u[1:], jnp.zeros_like(u[:1])]) for u in up)

    def eliminate(carry: Block, row: tuple[Row, Row, Row]) -> tuple[Block, Block]:
        entries, above, below = row
        matrix: list[list[Array | None]] = [[None] * size for _ in range(size)]
        for (i, j), value in zip(present, entries, strict=True):
            matrix[i][j] = value
        for i in range(size):
            for j in range(size):
                old = matrix[i][j]
                matrix[i][j] = -above[i] * carry[i][j] if old is None else old - above[i] * carry[i][j]
        inverse = tuple(tuple(line) for line in invert(matrix))
        new = tuple(tuple(inverse[i][j] * below[j] for j in range(size)) for i in range(size))
        return new, inverse

    zero = jnp.zeros_like(down[0][0])
    start: Block = tuple((zero,) * size for _ in range(size))
    entries = tuple(block[i][j] for i, j in present)
    _, inverse = jax.lax.scan(eliminate, start, (entries, fed_from_above, fed_from_below))
    return Factors(inverse, fed_from_above, fed_from_below)


def substitute(factors: Factors, right: Row) -> Row:
    """Solve a factored group for one right-hand side: s of (row, component, column) to the same."""
    size = len(right)

    def forward(y: Row, row: tuple[Block, Row, Row]) -> tuple[Row, Row]:
        inverse, down, r = row
        t = [r[i] + down[i] * y[i] for i in range(size)]
        new = tuple(_dot(inverse[i], t) for i in range(size))
        return new, new

    def backward(x: Row, row: tuple[Block, Row, Row]) -> tuple[Row, Row]:
        inverse, up, y = row
        fed = [up[j] * x[j] for j in range(size)]
        new = tuple(y[i] + _dot(inverse[i], fed) for i in range(size))
        return new, new

    start = tuple(jnp.zeros_like(r[0]) for r in right)
    _, swept = jax.lax.scan(forward, start, (factors.inverse, factors.from_above, right))
    _, solved = jax.lax.scan(backward, start, (factors.inverse, factors.from_below, swept), reverse=True)
    return tuple(solved)


def _dot(row: Row, vector: Row | list[Array]) -> Array:
    total = row[0] * vector[0]
    for a, b in zip(row[1:], vector[1:], strict=True):
        total = total + a * b
    return total
