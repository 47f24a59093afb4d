"""The mean over the month in the assembled model: it closes, has gradients, and is gone where nothing varies."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, run_tile, some_carbon, total
from mollisol.column import Grid, State, check_compartmental, dense_operator
from mollisol.column.setup import prepared
from mollisol.processes.averaging import moisture_variation

RESPONSES = ("temperature_response", "moisture_response")
LAYERS = Grid([0.0, 0.05, 0.25, 1.0])
SLOTS = [
    {},
    {"temperature": "lloyd_taylor", "moisture": "relative_saturation"},
    {"temperature": "arrhenius", "moisture": "rothc"},
    {"moisture": "relative_saturation_both_limbs"},
]


def varied(slots: dict[str, str], amount: float = 1.0) -> Case:
    """A case whose months vary, by `amount` of a temperate summer."""
    case = profile_case(LAYERS, columns=2, slots=slots)
    forcing, depth = case.setup.forcing, case.setup.depth[None]
    near = amount * np.exp(-depth / 0.3)
    spread = (-1.3, -0.6, 0.0, 0.5, 1.4)
    suction = np.log(-forcing["matric_potential"])
    more: dict[str, Any] = {
        "temperature_diurnal_amplitude": 6.0 * amount * np.exp(-depth / 0.12),
        "temperature_deviation": 2.5 * near,
        "temperature_log_suction_covariance": 0.6 * near**2,
        "temperature_saturation_covariance": -0.08 * near**2,
    }
    for measure, mean, scale in (("log_suction", suction, 0.8), ("saturation", forcing["relative_saturation"], 0.1)):
        for name, point in zip(moisture_variation(measure), spread, strict=False):
            more[name] = mean + scale * point * near
    return dataclasses.replace(case, setup=dataclasses.replace(case.setup, forcing={**forcing, **more}))


@pytest.mark.parametrize("slots", SLOTS, ids=str)
def test_carbon_closes_and_the_operator_is_compartmental(slots: dict[str, str]) -> None:
    case = varied(slots)
    start = State(some_carbon(case), case.state.soil)
    end, annual = run_tile(case.model, case.setup, start, 0, 10, 1, False)
    assert np.all(annual.residual <= 1e-13 * np.maximum(total(start.carbon), total(end.carbon)))
    assert np.min(end.carbon) >= 0.0
    check_compartmental(dense_operator(case.model, case.rates(end.carbon, 6), case.rows, column=1))
    # the topsoil feels it, what lies deep hardly
    plain = profile_case(LAYERS, columns=2, slots=slots)
    ratio = np.asarray(case.rates(start.carbon, 6).activity / plain.rates(start.carbon, 6).activity)
    assert np.all(np.abs(ratio[1] - 1.0) > 2e-3)
    assert np.all(np.abs(ratio[-1] - 1.0) < 0.05)


@pytest.mark.parametrize("slots", SLOTS, ids=str)
def test_no_variation_is_the_response_to_the_mean(slots: dict[str, str]) -> None:
    still, plain = varied(slots, 0.0), profile_case(LAYERS, columns=2, slots=slots)
    carbon = some_carbon(plain)
    for month in (0, 6):
        found, expected = (case.rates(carbon, month).activity for case in (still, plain))
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("slots", SLOTS, ids=str)
def test_gradients_of_the_responses_agree_with_finite_differences(slots: dict[str, str]) -> None:
    """Of the activity, and of what sets kinds of reaction apart, summed over rows and months with random weights."""
    case = varied(slots)
    setup = jax.tree_util.tree_map(jnp.asarray, case.setup)
    model = dataclasses.replace(case.model, processes=case.model.processes[:2])
    leaves, structure = jax.tree_util.tree_flatten(model)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, (12, case.rows, 1))

    def weighted(values: Any) -> Any:
        forcing = prepared(setup, jax.tree_util.tree_unflatten(structure, list(values))).forcing
        kinds = [forcing[name] for name in forcing if name.endswith("_response") and name not in RESPONSES]
        activity = forcing["temperature_response"] * forcing["moisture_response"]
        return jnp.sum(weights * (activity + sum(kinds, start=0.0)), axis=(0, 1))

    values = np.array([float(leaf) for leaf in leaves])
    slope = np.asarray(jax.jit(jax.grad(lambda each: weighted(each)[0]))(jnp.asarray(values)))
    step = 1e-5 * np.abs(values)
    run = jax.jit(lambda each: weighted(each)[0])
    up, down = ([float(run(jnp.asarray(values + sign * row))) for row in np.diag(step)] for sign in (1.0, -1.0))
    difference = (np.array(up) - np.array(down)) / (2.0 * step)
    np.testing.assert_allclose(slope * values, difference * values, rtol=1e-4, atol=1e-7)
    assert np.all(slope != 0.0), "changes nothing"


def test_warmer_q10_gains_more_from_variation() -> None:
    case = varied({})
    carbon = some_carbon(case)

    def gain(q10: float) -> np.ndarray:
        model = changed(case.model, "temperature", q10=q10)
        plain = dataclasses.replace(varied({}, 0.0), model=model)
        return np.asarray(dataclasses.replace(case, model=model).rates(carbon, 6).activity) / np.asarray(
            plain.rates(carbon, 6).activity
        )

    assert np.all(gain(3.0)[:2] > gain(1.5)[:2])
