"""The factored system: solutions, and their derivatives, as those of the whole matrix."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.column.solve import factor, substitute

ROWS, POOLS, COLUMNS = 5, 3, 2
BESIDE = [(0, 1), (1, 0), (2, 0)]
"""Pools of a row that feed each other: (fed, from)."""

Given = dict[str, jax.Array]


@pytest.fixture
def given() -> Given:
    """Return the entries of a column-dominant M-matrix, with what leaves through the bottom, and a right-hand side."""
    random = np.random.default_rng(5)

    def some(*shape: int) -> jax.Array:
        return jnp.asarray(random.uniform(0.1, 1.0, shape))

    return {
        "own": 6.0 + some(POOLS, ROWS, COLUMNS), "fed": some(len(BESIDE), ROWS, COLUMNS),
        "down": some(POOLS, ROWS, COLUMNS), "up": some(POOLS, ROWS, COLUMNS), "right": some(POOLS, ROWS, COLUMNS),
    }  # fmt: skip


def solved(given: Given) -> jax.Array:
    block: list[list[jax.Array | None]] = [[None] * POOLS for _ in range(POOLS)]
    for i in range(POOLS):
        block[i][i] = given["own"][i]
    for (i, j), rate in zip(BESIDE, given["fed"], strict=True):
        block[i][j] = rate
    factors = factor(block, tuple(given["down"]), tuple(given["up"]))
    return jnp.stack(substitute(factors, tuple(given["right"])))


def dense(given: Given) -> jax.Array:
    """Solve the same as one matrix for each column, (pool, row) in one axis."""

    def one(own, fed, down, up, right):  # type: ignore[no-untyped-def]
        matrix = jnp.zeros((POOLS, ROWS, POOLS, ROWS))
        for i in range(POOLS):
            within = jnp.diag(own[i]) - jnp.diag(down[i, :-1], -1) - jnp.diag(up[i, 1:], 1)
            matrix = matrix.at[i, :, i].set(within)
        for (i, j), rate in zip(BESIDE, fed, strict=True):
            matrix = matrix.at[i, :, j].set(-jnp.diag(rate))
        size = POOLS * ROWS
        return jnp.linalg.solve(matrix.reshape(size, size), right.reshape(size)).reshape(POOLS, ROWS)

    names = ("own", "fed", "down", "up", "right")
    return jax.vmap(one, in_axes=-1, out_axes=-1)(*(given[name] for name in names))


def test_solutions_are_those_of_the_whole_matrix(given: Given) -> None:
    np.testing.assert_allclose(solved(given), dense(given), rtol=1e-12)


def test_derivatives_are_those_of_the_whole_matrix(given: Given) -> None:
    weight = jnp.asarray(np.random.default_rng(6).standard_normal((POOLS, ROWS, COLUMNS)))

    def total(of):  # type: ignore[no-untyped-def]
        return lambda given: jnp.sum(weight * of(given) ** 2)

    found, wanted = jax.grad(total(solved))(given), jax.grad(total(dense))(given)
    for name in given:
        assert np.abs(wanted[name]).max() > 1e-4
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, atol=1e-13, err_msg=name)
    # of the second order, and forward
    along = jax.tree.map(jnp.ones_like, given)
    found, wanted = (jax.jvp(jax.grad(total(of)), (given,), (along,))[1] for of in (solved, dense))
    for name in given:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, atol=1e-13, err_msg=name)


def test_a_derivative_by_what_enters_one_pool(given: Given) -> None:
    def total(of):  # type: ignore[no-untyped-def]
        return lambda own, fresh: jnp.sum(of({**given, "own": own, "right": given["right"].at[2].set(fresh)})[0])

    def apart(own, fresh):  # type: ignore[no-untyped-def]
        right = (*given["right"][:2], fresh)  # the others depend on nothing
        fed = given["fed"]
        block = [[own[0], fed[0], None], [fed[1], own[1], None], [fed[2], None, own[2]]]
        return jnp.sum(substitute(factor(block, tuple(given["down"]), tuple(given["up"])), right)[0])

    for which in (0, 1):
        found = jax.grad(apart, which)(given["own"], given["right"][2])
        wanted = jax.grad(total(dense), which)(given["own"], given["right"][2])
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-13)


def test_no_derivative_goes_through_the_elimination(given: Given) -> None:
    """One loop eliminates, two substitute; a tangent is two more."""

    def loops(made) -> int:  # type: ignore[no-untyped-def]
        return jax.jit(made).lower(given).as_text().count("stablehlo.while")

    forward = loops(lambda given: jax.jvp(solved, (given,), (given,)))
    assert (loops(solved), forward) == (3, 5)
