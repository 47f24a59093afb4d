"""Error of the default stepping after decades of seasonal forcing, against a tight solution of the same equations."""

import inspect

import numpy as np
import pytest

from engine_cases import profile_case, some_carbon
from engine_reference import flow, tight_solution
from mollisol.column.equilibrium import equilibrium
from mollisol.column.operator import dense_operator
from mollisol.column.tiles import simulate

DEFAULT = inspect.signature(simulate).parameters["steps"].default
ALLOWED = 0.005


def soc(carbon: np.ndarray) -> np.ndarray:
    return np.asarray(carbon)[1:].sum(axis=1)


def test_the_reference_sums_the_same_operator() -> None:
    case = profile_case(wet=True)
    carbon = some_carbon(case)
    rates = case.rates(carbon, month=5)
    product = dense_operator(case.model, rates, case.rows) @ carbon[..., 0].ravel()
    summed = np.asarray(flow(case.model, rates, carbon))[..., 0].ravel()
    np.testing.assert_allclose(summed, product, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(("start", "wet"), [("empty", False), ("steady", False), ("steady", True)])
def test_every_layer_is_right_to_half_a_percent_after_a_century(start: str, wet: bool) -> None:
    case = profile_case(wet=wet)
    state = case.state
    if start == "steady":
        state = equilibrium(case.model, case.setup, case.state, case.cycle).state
    exact = tight_solution(case, state, 100)
    errors, surface = {}, {}
    for steps in (1, 2, 3, 4, 6):
        found = simulate(case.model, case.setup, state, 100, steps=steps, keep_pools=False)[0].carbon
        errors[steps] = np.abs(soc(found) / soc(exact) - 1.0).max()
        surface[steps] = abs(found[0].sum() / np.sum(exact[0]) - 1.0)
    for steps in errors:
        soil = "waterlogged" if wet else "aerated"
        print(f"{start}, {soil}, {steps} steps: layers {errors[steps]:.3%}, surface litter {surface[steps]:.3%}")
    assert errors[DEFAULT] < ALLOWED
    # first order in time: the error falls in proportion to the step
    assert errors[1] / errors[2] == pytest.approx(2.0, rel=0.15)
    assert errors[3] / errors[6] == pytest.approx(2.0, rel=0.15)


def test_every_layer_is_right_while_an_empty_soil_fills() -> None:
    case = profile_case()
    exact = tight_solution(case, case.state, 10)
    found = simulate(case.model, case.setup, case.state, 10, keep_pools=False)[0].carbon
    assert np.abs(soc(found) / soc(exact) - 1.0).max() < ALLOWED


@pytest.mark.slow
@pytest.mark.parametrize("wet", [False, True], ids=["aerated", "waterlogged"])
def test_every_layer_is_right_in_many_climates_and_soils(wet: bool) -> None:
    """From half of the steady state, so that every layer is on its way."""
    case = profile_case(columns=16, seed=3, wet=wet)
    steady = equilibrium(case.model, case.setup, case.state, case.cycle).state
    start = steady._replace(carbon=0.5 * steady.carbon)
    exact = tight_solution(case, start, 100)
    found = simulate(case.model, case.setup, start, 100, keep_pools=False)[0].carbon
    worst = np.abs(soc(found) / soc(exact) - 1.0).max()
    print(f"16 columns, {wet=}: {worst:.3%}")
    assert worst < ALLOWED
