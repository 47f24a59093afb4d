"""Transport between layers: mass stays, rates are non-negative, and uniform stays uniform on any grid."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mollisol.column.transport import bernoulli, finite_volume, harmonic_mean

LAYERS = 6
rates = jax.jit(finite_volume)


def profile(low: float, high: float) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, (LAYERS, 1), elements=st.floats(low, high))


MAGNITUDES = np.concatenate([np.logspace(-12, np.log10(600.0), 400), [1e-4, np.nextafter(1e-4, 0.0)]])


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_bernoulli_is_accurate_from_tiny_to_huge(sign: float) -> None:
    s = sign * MAGNITUDES
    exact = (s.astype(np.longdouble) / np.expm1(s.astype(np.longdouble))).astype(np.float64)
    np.testing.assert_allclose(np.asarray(bernoulli(jnp.asarray(s))), exact, rtol=1e-14)


def test_bernoulli_at_zero_and_its_slope() -> None:
    slope = jax.vmap(jax.grad(bernoulli))
    assert float(bernoulli(jnp.asarray(0.0))) == 1.0
    assert float(jax.grad(bernoulli)(0.0)) == -0.5
    s = np.concatenate([-MAGNITUDES, MAGNITUDES]).astype(np.longdouble)
    s = s[(np.abs(s) > 1e-2) & (np.abs(s) < 300.0)]
    exact = 1.0 / np.expm1(s) - s * np.exp(s) / np.expm1(s) ** 2
    np.testing.assert_allclose(np.asarray(slope(jnp.asarray(s.astype(float)))), exact.astype(float), rtol=1e-9)
    assert np.all(np.isfinite(slope(jnp.asarray([0.0, 1e-300, 1e-5, 1e-4, 600.0, -600.0]))))


@settings(deadline=None)
@given(
    thickness=profile(0.005, 1.0),
    mixing=profile(0.0, 2e-3),
    density=profile(1.0, 1900.0),
)
def test_uniform_per_mass_stays_uniform_under_mixing(
    thickness: np.ndarray, mixing: np.ndarray, density: np.ndarray
) -> None:
    down, up = map(np.asarray, rates(thickness, mixing, density))
    carbon = 0.02 * density * thickness
    gone = (down + up) * carbon
    come = np.concatenate([np.zeros((1, 1)), (down * carbon)[:-1]]) + np.concatenate(
        [(up * carbon)[1:], np.zeros((1, 1))]
    )
    np.testing.assert_allclose(come, gone, rtol=1e-12, atol=1e-300)
    assert up[0, 0] == 0.0
    assert down[-1, 0] == 0.0


@settings(max_examples=200, deadline=None)
@given(
    thickness=profile(0.005, 1.0),
    mixing=profile(0.0, 2e-3),
    water=profile(0.01, 0.6),
    flux=profile(-20.0, 20.0),
)
def test_rates_are_never_negative_and_carry_the_flux(
    thickness: np.ndarray, mixing: np.ndarray, water: np.ndarray, flux: np.ndarray
) -> None:
    down, up = map(np.asarray, rates(thickness, mixing, water, flux))
    assert np.all(np.isfinite(down))
    assert np.all(down >= 0.0)
    assert np.all(up >= 0.0)
    assert up[0, 0] == 0.0
    # a concentration that is the same in both neighbours is carried at flux x concentration, diffusion or not
    store = water * thickness
    net = (down * store)[:-1] - (up * store)[1:]
    np.testing.assert_allclose(net, flux[:-1], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose((down * store)[-1], np.maximum(flux[-1], 0.0), rtol=1e-12, atol=1e-300)


def test_a_rate_is_velocity_over_thickness() -> None:
    """Without diffusion what leaves a layer is velocity / thickness, whatever the layers' thickness."""
    thickness = np.array([[0.05], [0.1], [0.4]])
    water, velocity = np.full((3, 1), 0.25), 0.8
    down, up = finite_volume(thickness, np.zeros((3, 1)), water, velocity * water)
    np.testing.assert_allclose(down, velocity / thickness, rtol=1e-12)
    np.testing.assert_allclose(up, 0.0, atol=1e-12)


def test_interface_conductivity_is_that_of_layers_in_series() -> None:
    value, thickness = np.array([[1.0], [4.0], [0.0]]), np.array([[0.2], [0.1], [0.1]])
    found = np.asarray(harmonic_mean(value, thickness))
    assert found[0, 0] == pytest.approx(0.3 / (0.2 / 1.0 + 0.1 / 4.0))
    assert found[1, 0] == 0.0
