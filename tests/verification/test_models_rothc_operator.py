"""RothC's operator against peers' figures, its own map and long runs."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mollisol.models import rothc

CASES = Path(__file__).parents[3] / "shared" / "data" / "peers" / "known_cases.json"


def year(covered: bool | list[bool] = True, **values: object) -> pd.DataFrame:
    """Twelve months of a climate like Rothamsted's (means of its published example's first year)."""
    table = {
        "temperature_c": [3.73, 3.08, 5.49, 7.4, 10.94, 14.4, 16.28, 16.24, 13.78, 9.51, 6.22, 4.09],
        "rain_mm": [52.2, 42.9, 35.2, 52.0, 64.9, 46.3, 63.5, 60.6, 58.8, 63.4, 72.5, 60.9],
        "evaporation_mm": [6.6, 17.3, 40.7, 70.5, 103.5, 117.3, 130.1, 106.9, 61.9, 29.5, 8.8, 3.9],
        "plant_input": [0.0] * 7 + [1.74] + [0.0] * 4,
        "manure_input": 0.0,
        "covered": covered,
        "dpm_rpm": 1.44,
    }
    return pd.DataFrame({**table, **values}, index=range(12))


@pytest.mark.skipif(not CASES.exists(), reason="../shared/data is absent")
def test_steady_state_of_two_other_packages() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    case = next(entry for entry in cases if entry["id"] == "P2_rothc4_ages")
    matrix = rothc.operator(clay_percent=23.4)
    given = 1.7 * np.array([0.59, 0.41, 0.0, 0.0])
    steady = -np.linalg.solve(matrix, given)
    np.testing.assert_allclose(steady, case["steady_state"], rtol=case["tol"])
    # Mean transit time and mean system age, from the same matrix.
    assert steady.sum() / given.sum() == pytest.approx(case["mean_transit_time"], rel=case["tol"])
    age = -np.linalg.solve(matrix, steady).sum() / steady.sum()
    assert age == pytest.approx(case["mean_system_age"], rel=case["tol"])


def is_compartmental(matrix: np.ndarray) -> bool:
    off = matrix - np.diag(np.diag(matrix))
    return bool((np.diag(matrix) <= 0).all() and (off >= 0).all() and (matrix.sum(axis=0) <= 1e-15).all())


@pytest.mark.parametrize("clay", [0.0, 23.4, 60.0, 100.0])
def test_operator_is_compartmental_and_respires_the_clay_dependent_share(clay: float) -> None:
    matrix = rothc.operator(clay, 1.3)
    assert is_compartmental(matrix)
    x = 1.67 * (1.85 + 1.60 * np.exp(-0.0786 * clay))
    np.testing.assert_allclose(-matrix.sum(axis=0), 1.3 * rothc.PARAMETERS.rates * x / (x + 1))


def test_map_tends_to_the_exponential_of_the_operator() -> None:
    from scipy.linalg import expm

    differences = []
    for modifier in (0.02, 0.01):
        exact = expm(rothc.operator(23.4, modifier) / 12)
        step = rothc.monthly_map(23.4, modifier)
        np.testing.assert_allclose(np.diag(step)[:2], np.diag(exact)[:2], rtol=1e-13)
        differences.append(np.abs(step - exact).max())
    # Second order: half the rate, a quarter of the difference.
    assert differences[0] / differences[1] == pytest.approx(4.0, rel=0.02)


def test_cycle_operator_belongs_to_the_long_run() -> None:
    covered = [True] * 8 + [False] + [True] * 3
    matrix, given, stock = rothc.cycle_operator(year(covered), 13.0, 25.0)
    assert is_compartmental(matrix)
    assert given.sum() == pytest.approx(1.74)
    np.testing.assert_allclose(-np.linalg.solve(matrix, given), stock, rtol=1e-11)
    run = rothc.simulate(year(covered), 13.0, 25.0, 3.0041)
    # The spin-up stops at 1e-6 t/ha a year, some 1e-4 t/ha short of the limit.
    np.testing.assert_allclose(stock, run[list(rothc.POOLS)].mean(), rtol=2e-5)
    assert stock.sum() > run[list(rothc.POOLS)].mean().sum()


def test_equilibrium_without_seasons_in_closed_form() -> None:
    constant = year(temperature_c=10.0, rain_mm=100.0, evaporation_mm=10.0, plant_input=0.15, manure_input=0.02)
    run = rothc.simulate(constant, 23.4, 23.0, 2.7)
    modifier = 0.6 * float(rothc.temperature_modifier(10.0))
    step = rothc.monthly_map(23.4, modifier)
    gain = np.array([0.15 * 1.44 / 2.44 + 0.49 * 0.02, 0.15 / 2.44 + 0.49 * 0.02, 0.0, 0.02 * 0.02])
    steady = np.linalg.solve(np.eye(4) - step, gain)
    np.testing.assert_allclose(run[list(rothc.POOLS)].iloc[-1], steady, rtol=2e-5)


def test_the_package_pyrothc_reaches_the_same_steady_state_where_its_moisture_factor_is_1() -> None:
    """Its moisture factor divides by the bare limit and it has no cover factor: compared where neither acts.

    It integrates the operator with a tolerance of 1 %, so that is the agreement to expect.
    """
    module = pytest.importorskip("pyRothC.RothC")
    wet = np.full(12, 10.0)
    peer = module.RothC(
        temperature=wet, precip=np.full(12, 100.0), evaporation=wet, years=600, clay=23.4, input_carbon=1.7
    ).compute()
    matrix = rothc.operator(23.4, float(rothc.temperature_modifier(10.0)))
    steady = -np.linalg.solve(matrix, 1.7 * np.array([1.44, 1.0, 0.0, 0.0]) / 2.44)
    np.testing.assert_allclose(peer.iloc[-1, :4].to_numpy(), steady, rtol=0.01)
