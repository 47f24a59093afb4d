"""Exact solution of one implicit step for one group of components: block tridiagonal over the rows.

    (1/h - B) x_new = x_old / h + u

For a component of s pools the blocks are s x s; neighbouring rows couple a pool to itself only, so the off-diagonal
blocks are diagonal. 1/h - B is a column-dominant M-matrix: no pivoting, and every inverse, and so every new pool,
is non-negative in exact and in floating-point arithmetic.

The matrix is factored once (`factor`) and solved for as many right-hand sides as wanted (`substitute`). The derivative
of a solution is one more substitution, dx = A^-1 (dr - dA x) with A x = r: none goes through the elimination. Arrays
are (row, component, column), or (row, column) for a single component, in tuples over the pools of a component, so that
the elimination is unrolled over plain arrays and only the rows are walked.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

Row = tuple[Array, ...]
Block = tuple[tuple[Array, ...], ...]
Entries = tuple[tuple[Array | None, ...], ...]


class Factors(NamedTuple):
    """A factored group.

    Attributes
    ----------
    inverse : s x s of (row, ..., column), inverses of the eliminated diagonal blocks; constants to a derivative.
    block, down, up : what was factored.
    """

    inverse: Block
    block: Entries
    down: Row
    up: Row


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
    block : s x s of (row, ..., column) or None for zero: on the diagonal that of 1/h - B, beside it the rates at which
        a pool is fed by the others of its row.
    down, up : s of (row, ..., column), rates (1/yr) at which each pool leaves its row downwards / upwards.
    """
    given: tuple[Entries, Row, Row] = (tuple(tuple(line) for line in block), down, up)
    return Factors(_eliminated(*jax.lax.stop_gradient(given)), *given)


def _eliminated(block: Entries, down: Row, up: Row) -> Block:
    size, rows = len(block), down[0].shape[0]
    present = [(i, j) for i in range(size) for j in range(size) if block[i][j] is not None]

    def eliminate(carry: Block, row: tuple[Array, Row]) -> tuple[Block, Block]:
        number, entries = row
        given = dict(zip(present, entries, strict=True))
        above, below = _beside(down, number - 1), _beside(up, number + 1)

        def entry(i: int, j: int) -> Array:
            value, drawn = given.get((i, j)), above[i] * carry[i][j]
            if i == j:
                return value - drawn
            return -drawn if value is None else -(value + drawn)

        matrix: list[list[Array | None]] = [[entry(i, j) for j in range(size)] for i in range(size)]
        inverse = tuple(tuple(line) for line in invert(matrix))
        new = tuple(tuple(inverse[i][j] * below[j] for j in range(size)) for i in range(size))
        return new, inverse

    zero = jnp.zeros_like(down[0][0])
    start: Block = tuple((zero,) * size for _ in range(size))
    entries = tuple(block[i][j] for i, j in present)
    inverse: Block = jax.lax.scan(eliminate, start, (jnp.arange(rows), entries))[1]
    return inverse


def substitute(factors: Factors, right: Row) -> Row:
    """Solve a factored group for one right-hand side: s of (row, ..., column) to the same."""
    _, block, down, up = factors

    # one array of all pools: a linear solve cannot be transposed where only some of its unknowns depend on something
    def apply(x: Array) -> Array:
        return jnp.stack(_applied(block, down, up, tuple(x)))

    def solve(_: object, given: Array) -> Array:
        return jnp.stack(_swept(factors, tuple(given)))

    def solve_transposed(_: object, given: Array) -> Array:
        found: tuple[Array] = jax.linear_transpose(lambda one: solve(_, one), given)(given)
        return found[0]

    return tuple(jax.lax.custom_linear_solve(apply, jnp.stack(right), solve, solve_transposed))


def _swept(factors: Factors, right: Row) -> Row:
    rows = jnp.arange(right[0].shape[0])

    def forward(y: Row, row: tuple[Array, Block, Row]) -> tuple[Row, Row]:
        number, inverse, r = row
        down = _beside(factors.down, number - 1)
        t = [own + rate * value for own, rate, value in zip(r, down, y, strict=True)]
        new = tuple(_dot(line, t) for line in inverse)
        return new, new

    def backward(x: Row, row: tuple[Array, Block, Row]) -> tuple[Row, Row]:
        number, inverse, y = row
        up = _beside(factors.up, number + 1)
        fed = [rate * value for rate, value in zip(up, x, strict=True)]
        new = tuple(own + _dot(line, fed) for own, line in zip(y, inverse, strict=True))
        return new, new

    start = tuple(jnp.zeros_like(r[0]) for r in right)
    _, swept = jax.lax.scan(forward, start, (rows, factors.inverse, right))
    _, solved = jax.lax.scan(backward, start, (rows, factors.inverse, swept), reverse=True)
    return tuple(solved)


def _applied(block: Entries, down: Row, up: Row, x: Row) -> list[Array]:
    """Apply the matrix that `factor` takes apart, whole, to s of (row, ..., column)."""
    found = []
    for i, line in enumerate(block):
        passed, raised = down[i] * x[i], up[i] * x[i]
        beyond = jnp.zeros_like(passed[:1])
        neighbours = jnp.concatenate([beyond, passed[:-1]]) + jnp.concatenate([raised[1:], beyond])
        within = [entry * x[j] * (1.0 if i == j else -1.0) for j, entry in enumerate(line) if entry is not None]
        found.append(sum(within, start=-neighbours))
    return found


def _beside(arrays: Row, row: Array) -> Row:
    """Return a neighbouring row; beyond the ends any, as what is carried from there is zero."""
    return tuple(jax.lax.dynamic_index_in_dim(a, row, keepdims=False, allow_negative_indices=False) for a in arrays)


def _dot(row: Row, vector: Row | list[Array]) -> Array:
    total = row[0] * vector[0]
    for a, b in zip(row[1:], vector[1:], strict=True):
        total = total + a * b
    return total
