"""Accelerated fixed points: linear maps that the plain iteration does not settle, signs, and columns apart."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.column.acceleration import MEMORY, accelerated, settled

Array = jax.Array


def linear_map(spectrum: list[float], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A matrix with given eigenvalues and a right-hand side, so that x = A x + b."""
    random = np.random.default_rng(seed)
    basis = np.linalg.qr(random.normal(size=(len(spectrum),) * 2))[0]
    return basis @ np.diag(spectrum) @ basis.T, random.normal(size=len(spectrum))


@pytest.mark.parametrize(
    "spectrum",
    [
        [0.9, 0.5, 0.1, 0.0],  # creeps
        [-1.5, 0.3, 0.2, 0.0],  # swings apart
        [2.0, -3.0, 0.4, 0.1],  # runs away
    ],
)
def test_a_linear_map_is_solved_whatever_its_spectrum(spectrum: list[float]) -> None:
    matrix, right = linear_map(spectrum)
    exact = np.linalg.solve(np.eye(len(right)) - matrix, right)

    def residual(x: Array) -> tuple[Array, Array]:
        flat = x[:, 0, 0]
        r = jnp.asarray(matrix) @ flat + right - flat
        return r[:, None, None], jnp.max(jnp.abs(r))[None]

    x, moving, number = accelerated(residual, jnp.zeros((len(right), 1, 1)), 30, 1e-12, False)
    np.testing.assert_allclose(x[:, 0, 0], exact, rtol=1e-9)
    assert float(moving[0]) <= 1e-12
    # exact after as many steps as there are unknowns, but for rounding
    assert float(number) <= len(right) + 4 <= MEMORY + 4


def swinging(x: Array) -> Array:
    """x -> 2 / x: every point but sqrt(2) comes back after two steps."""
    return 2.0 / x


def test_a_map_that_swings_for_ever_is_settled_and_stays_positive() -> None:
    def residual(x: Array) -> tuple[Array, Array]:
        r = swinging(x) - x
        return r, jnp.max(jnp.abs(r / x), axis=(0, 1))

    start = jnp.array([0.01, 1.0, 300.0])[None, None]
    x, moving, _ = accelerated(residual, start, 60, 1e-12, True)
    np.testing.assert_allclose(x[0, 0], np.sqrt(2.0), rtol=1e-10)
    assert np.all(moving <= 1e-12)


def test_columns_do_not_depend_on_each_other() -> None:
    def residual(x: Array) -> tuple[Array, Array]:
        r = swinging(x) - x
        return r, jnp.max(jnp.abs(r / x), axis=(0, 1))

    together = accelerated(residual, jnp.array([0.5, 40.0])[None, None], 60, 1e-12, True)[0]
    alone = accelerated(residual, jnp.array([40.0])[None, None], 60, 1e-12, True)[0]
    np.testing.assert_allclose(together[0, 0, 1], alone[0, 0, 0], rtol=1e-12)


def test_a_column_that_rests_stays_where_it_is() -> None:
    def residual(x: Array) -> tuple[Array, Array]:
        r = swinging(x) - x
        return r, jnp.max(jnp.abs(r / x), axis=(0, 1))

    rest = jnp.sqrt(jnp.asarray(2.0))
    x = accelerated(residual, jnp.stack([rest, jnp.asarray(9.0)])[None, None], 60, 1e-12, True)[0]
    assert float(x[0, 0, 0]) == float(rest)


def test_settled_forms_its_linear_map_again_until_near() -> None:
    """Newton's slope of x^3 = 2 as the linear map: it must be formed at more than one point."""

    def form(x: Array) -> Array:
        return 3.0 * x**2

    def residual(slope: Array, x: Array) -> tuple[Array, Array]:
        r = (2.0 - x**3) / slope
        return r, jnp.abs(r / x)[0, 0]

    x, moving, _ = settled(form, residual, jnp.array([0.1, 50.0])[None, None], 1e-13)
    np.testing.assert_allclose(x[0, 0], np.cbrt(2.0), rtol=1e-12)
    assert np.all(moving <= 1e-13)


def test_where_there_is_no_fixed_point_it_ends_and_says_so() -> None:
    def residual(_: None, x: Array) -> tuple[Array, Array]:
        return jnp.ones_like(x), jnp.full(x.shape[-1:], 1.0)  # x -> x + 1

    _, moving, number = settled(lambda x: None, residual, jnp.ones((1, 1, 2)), 1e-12)
    assert np.all(moving == 1.0)
    assert float(number) < 1000
