"""Temperature, drought and depth: each response in limits whose answer is known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.column import Drivers, Rates
from mollisol.processes import Q10, MatricPotentialResponse, ResidualDepthScalar


def response(process: object, name: str, field: str, values: list[float]) -> np.ndarray:
    drivers = Drivers(jnp.zeros((len(values), 1)), jnp.zeros((len(values), 1)), {}, {name: jnp.array(values)[:, None]})
    prepared = process.prepare(drivers)
    drivers = Drivers(drivers.thickness, drivers.depth, {}, {**drivers.forcing, **prepared})
    activity = process({}, drivers, Rates()).activity
    np.testing.assert_array_equal(activity, prepared[field])
    return np.asarray(activity)[:, 0]


@given(st.floats(1.2, 4.0), st.floats(-30.0, 40.0))
@settings(deadline=None, max_examples=30)
def test_ten_degrees_are_a_factor_q10_anywhere(q10: float, temperature: float) -> None:
    colder, warmer, reference = response(
        Q10(q10), "temperature", "temperature_response", [temperature, temperature + 10.0, 10.0]
    )
    assert warmer / colder == pytest.approx(q10, rel=1e-12)
    assert reference == 1.0


def test_drought_stops_decomposition_and_wet_soil_does_not_limit_it() -> None:
    process = MatricPotentialResponse(psi_dry=-10.0, psi_wet=-0.01)
    psi = [-1e6, -10.0, -np.sqrt(0.1), -0.01, -1e-9]
    found = response(process, "matric_potential", "moisture_response", psi)
    np.testing.assert_allclose(found, [0.0, 0.0, 0.5, 1.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("psi", [0.0, -0.0])
def test_saturated_soil_has_no_drought_and_a_finite_gradient(psi: float) -> None:
    drivers = Drivers(jnp.zeros((1, 1)), jnp.zeros((1, 1)), {}, {"matric_potential": jnp.full((1, 1), psi)})

    def moisture(process: MatricPotentialResponse) -> jax.Array:
        return process.prepare(drivers)["moisture_response"][0, 0]

    value, slope = jax.value_and_grad(moisture)(MatricPotentialResponse(psi_dry=-10.0, psi_wet=-0.002))
    assert float(value) == 1.0
    assert np.all(np.isfinite(jax.tree_util.tree_leaves(slope)))


def test_drought_acts_with_the_logarithm() -> None:
    process = MatricPotentialResponse(psi_dry=-10.0, psi_wet=-0.001)
    found = response(process, "matric_potential", "moisture_response", [-1.0, -0.1, -0.01])
    np.testing.assert_allclose(found, [0.25, 0.5, 0.75], rtol=1e-12)


def test_depth_slows_by_e_for_each_e_fold_and_not_at_the_surface() -> None:
    depth = jnp.array([0.0, 0.35, 0.7, 1.4])[:, None]
    process = ResidualDepthScalar(e_fold=0.7)
    drivers = Drivers(jnp.zeros_like(depth), depth, {}, {})
    found = process.prepare(drivers)["depth_response"][:, 0]
    np.testing.assert_allclose(found, np.exp([0.0, -0.5, -1.0, -2.0]), rtol=1e-14)


def test_responses_multiply() -> None:
    rates = Rates()
    drivers = Drivers(
        jnp.zeros((1, 1)),
        jnp.zeros((1, 1)),
        {},
        {"temperature_response": jnp.full((1, 1), 0.5), "moisture_response": jnp.full((1, 1), 0.4)},
    )
    for process in (Q10(), MatricPotentialResponse()):
        rates = process({}, drivers, rates)
    assert float(rates.decomposition("mineral")[0, 0]) == pytest.approx(0.2)
