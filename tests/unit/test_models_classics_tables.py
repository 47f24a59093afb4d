"""The runs of ICBM, Century and C-TOOL from tables: steady starts, order of a month, effective operator, no JAX."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from mollisol.models import century, ctool, icbm

AIR = [-3.0, -3.0, 1.0, 6.0, 12.0, 16.0, 18.0, 17.0, 12.0, 7.0, 2.0, -1.0]


def century_year(**values: object) -> pd.DataFrame:
    table = {
        "temperature_c": AIR,
        "rain_mm": [40, 35, 30, 35, 40, 50, 70, 70, 60, 60, 55, 45],
        "evaporation_mm": [5, 8, 25, 50, 90, 110, 110, 85, 45, 20, 8, 4],
        "surface_input": [0.0] * 7 + [1.2] + [0.0] * 4,
        "soil_input": 0.1,
        "lignin_to_nitrogen": 20.0,
    }
    return pd.DataFrame({**table, **values}, index=range(12))


def ctool_year(**values: object) -> pd.DataFrame:
    table = {
        "temperature_c": AIR,
        "plant_input_top": [0.0] * 3 + [0.3, 0.4, 0.6, 2.3] + [0.0] * 5,
        "plant_input_sub": 0.03,
        "manure_input": [0.0, 0.0, 1.5] + [0.0] * 9,
    }
    return pd.DataFrame({**table, **values}, index=range(12))


def repeated(year: pd.DataFrame, times: int) -> pd.DataFrame:
    return pd.concat([year] * times, ignore_index=True)


def test_a_run_without_pools_starts_from_the_steady_state_of_its_first_rows() -> None:
    runs = [
        icbm.simulate(pd.DataFrame({"input": [2.0, 3.0] * 10, "influence": [1.0, 1.2] * 10}), spin_up_years=2),
        century.simulate(repeated(century_year(), 3), 20.0, 40.0),
        ctool.simulate(repeated(ctool_year(), 3), 10.0, 15.0),
    ]
    for run, cycle in zip(runs, (2, 12, 12), strict=True):
        np.testing.assert_allclose(run.iloc[-cycle:], run.iloc[:cycle], rtol=1e-7, atol=1e-12)
        assert (run["soc"] > 10.0).all()


def test_results_keep_the_index_and_the_promised_columns() -> None:
    index = pd.date_range("2000-01-31", periods=12, freq="ME")
    found = century.simulate(century_year().set_index(index), 20.0, 40.0)
    assert found.index.equals(index)
    assert list(found) == [*century.POOLS, "soc", "co2"]
    found = ctool.simulate(ctool_year().set_index(index), 10.0, 15.0)
    assert found.index.equals(index)
    assert list(found) == [*ctool.POOLS, "soc_top", "soc_sub", "soc", "co2"]
    np.testing.assert_allclose(found["soc"], found["soc_top"] + found["soc_sub"])
    assert list(icbm.simulate(pd.DataFrame({"input": [2.0]}, index=["a"]))) == ["young", "old", "soc", "co2"]


def test_icbm_year_by_year_is_the_solution_of_the_whole_time() -> None:
    run = icbm.simulate(pd.DataFrame({"input": [2.5] * 40}), initial={"young": 3.0, "old": 41.1})
    young, old = icbm.solution(np.arange(1, 41), 2.5, 3.0, 41.1)
    np.testing.assert_allclose(run["young"], young, rtol=1e-12)
    np.testing.assert_allclose(run["old"], old, rtol=1e-12)


def test_ctool_passes_a_month_on_in_the_published_order() -> None:
    """Written out pool by pool: input first, then fresh, humified and resistant matter, topsoil before subsoil."""
    random = np.random.default_rng(5)
    count = 40
    table = pd.DataFrame(
        {
            "temperature_top_c": random.uniform(-5, 25, count),
            "temperature_sub_c": random.uniform(0, 15, count),
            "plant_input_top": random.uniform(0, 2, count),
            "plant_input_sub": random.uniform(0, 0.5, count),
            "manure_input": random.uniform(0, 2, count),
        }
    )
    start = dict(zip(ctool.POOLS, (3.0, 0.2, 26.0, 15.0, 28.0, 32.0), strict=True))
    run = ctool.simulate(table, 11.0, 20.0, initial=start)
    humus = {"top": ctool.humified_share(11.0), "sub": ctool.humified_share(20.0)}
    pool = dict(start)
    for row, month in table.iterrows():
        top = float(ctool.temperature_modifier(month["temperature_top_c"]))
        sub = float(ctool.temperature_modifier(month["temperature_sub_c"]))
        pool["fom_top"] += month["plant_input_top"] + (1.0 - 0.192) * month["manure_input"]
        lost = 0.12 * top * pool["fom_top"]
        pool["fom_top"] -= lost
        moved = 0.0025 * lost
        pool["hum_top"] += (lost - moved) * humus["top"] + 0.192 * month["manure_input"]
        co2 = (lost - moved) * (1.0 - humus["top"])
        pool["fom_sub"] += moved + month["plant_input_sub"]
        lost = 0.12 * sub * pool["fom_sub"]
        pool["fom_sub"] -= lost
        pool["hum_sub"] += lost * humus["sub"]
        co2 += lost * (1.0 - humus["sub"])
        lost = 0.0028 * top * pool["hum_top"]
        pool["hum_top"] -= lost
        pool["rom_top"] += 0.012 * lost
        pool["hum_sub"] += 0.36 * lost
        co2 += 0.628 * lost
        lost = 0.0028 * sub * pool["hum_sub"]
        pool["hum_sub"] -= 0.64 * lost
        pool["rom_sub"] += 0.012 * lost
        co2 += 0.628 * lost
        lost = 3.85e-5 * top * pool["rom_top"]
        pool["rom_top"] -= 0.6305 * lost
        pool["rom_sub"] += 0.0025 * lost
        co2 += 0.628 * lost
        lost = 3.85e-5 * sub * pool["rom_sub"]
        pool["rom_sub"] -= 0.628 * lost
        co2 += 0.628 * lost
        np.testing.assert_allclose(run.loc[row, list(ctool.POOLS)].astype(float), list(pool.values()), rtol=1e-12)
        assert run.loc[row, "co2"] == pytest.approx(co2, rel=1e-12)


def test_ctool_effective_operator_belongs_to_the_repeated_months() -> None:
    matrix, given, stock = ctool.cycle_operator(ctool_year(), 10.0, 15.0)
    off = matrix - np.diag(np.diag(matrix))
    assert (np.diag(matrix) < 0).all()
    assert (off >= 0).all()
    assert (matrix.sum(axis=0) <= 1e-15).all()
    table = ctool_year()
    assert given.sum() == pytest.approx(table[["plant_input_top", "plant_input_sub", "manure_input"]].sum().sum())
    np.testing.assert_allclose(-np.linalg.solve(matrix, given), stock, rtol=1e-9)
    # the stocks that decompose hold the month's input: more than those at the months' ends, in humus hardly so
    run = ctool.simulate(table, 10.0, 15.0)
    np.testing.assert_allclose(stock[2:], run[list(ctool.POOLS)[2:]].mean(), rtol=0.005)
    assert stock[0] > run["fom_top"].mean()


def test_tables_of_parameters_and_runs_load_no_jax() -> None:
    code = (
        "import sys, pandas as pd; from mollisol.models import century, ctool, icbm, rothc; "
        "icbm.simulate(pd.DataFrame({'input': [2.0]})); assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
