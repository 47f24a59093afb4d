"""Ages and radiocarbon of a study's result, by depth, against the ages of the carbon in the matrix of its fluxes.

The study is at its steady state under one crop without tillage. Its effective operator, as a dense matrix, says how old
the carbon of every pool is; the air of the years in which it grew says what radiocarbon that carbon has. The result
comes by another way: through the map of a year, 50,000 years of strides, and the tracers of the run.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import mollisol
from mollisol.clocks import atmosphere, fraction_modern, matrix_of, mean_pool_ages
from mollisol.clocks.propagate import decayed
from mollisol.study.clocks import StudyClocks, study_clocks
from mollisol.study.simulation import Simulation, simulate_study

QUICK = Path(mollisol.__file__).parent / "examples" / "quick"
FIRST, ZONE = 2000, "north_2"

STUDY = f"""\
name: at rest
site: {{latitude: 39.1, longitude: -96.6}}
profile: profile.csv
climate: climate.csv
years: {{start: {FIRST}, end: {FIRST + 1}}}
crops: [{{crop: wheat, yield_t_ha: 3.0}}]
initial: equilibrium
model: {{parameter_set: priors}}
isotopes: {{zone: {ZONE}}}
ensemble: 1
grid: [0.0, 0.2, 0.4, 0.6]
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, StudyClocks]:
    folder = tmp_path_factory.mktemp("study")
    (folder / "climate.csv").write_text((QUICK / "climate.csv").read_text())
    (folder / "profile.csv").write_text(
        "profile_id,top_cm,bottom_cm,organic_carbon_percent,bulk_density_g_cm3,clay_percent,sand_percent,"
        "delta14c_permil,sample_year\np,0,20,1.8,1.3,25,30,40,1990\np,20,40,1.2,1.4,28,30,-60,1990\n"
        "p,40,60,0.8,1.4,28,30,,\n"
    )
    file = folder / "study.yaml"
    file.write_text(STUDY)
    spec = mollisol.load_study(file).spec
    return simulate_study(spec), study_clocks(spec)


def from_the_matrix(found: StudyClocks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stock, carbon times age and carbon times fraction modern (row, pool), the last by bins of age."""
    matrix, given = matrix_of(found.profile.model, found.profile.effective)
    stock = found.profile.stock[..., 0].reshape(-1)
    shape = found.profile.stock.shape[:2]
    age = np.where(stock > 0.0, mean_pool_ages(matrix, given), 0.0)
    bounds = np.concatenate([np.arange(0.0, 120.0), np.geomspace(120.0, FIRST + 48049.0, 600)])
    older = decayed(matrix, np.repeat(stock[:, None], len(bounds), axis=1), bounds)
    modern = np.zeros(len(stock))
    for i, (young, old) in enumerate(pairwise(bounds)):
        years = FIRST - young - (np.arange(20) + 0.5) / 20 * (old - young)
        air = fraction_modern(atmosphere(years, zone=ZONE), years).mean()
        modern += air * (older[:, i] - older[:, i + 1])
    return stock.reshape(shape), (stock * age).reshape(shape), modern.reshape(shape)


def delta(modern: np.ndarray, stock: np.ndarray) -> np.ndarray:
    """Delta14C in the first year, permil."""
    return (modern / stock * np.exp((1950.0 - FIRST) / 8267.0) - 1.0) * 1000.0


def test_ages_and_radiocarbon_of_the_result_are_those_of_its_fluxes(both: tuple[Simulation, StudyClocks]) -> None:
    done, found = both
    result = done.result.isel(practice=0, member=0)
    stock, aged, modern = from_the_matrix(found)
    soc = found.profile.counted
    by_matrix = aged[1:, soc].sum(axis=1) / stock[1:, soc].sum(axis=1)
    np.testing.assert_allclose(result["mean_age"].values[0], by_matrix, rtol=0.01)
    np.testing.assert_allclose(result["mean_age"].values[0], found.carried_age, rtol=1e-6)
    radiocarbon = delta(modern[1:, soc].sum(axis=1), stock[1:, soc].sum(axis=1))
    np.testing.assert_allclose(result["delta14c"].values[0], radiocarbon, atol=3.0)
    np.testing.assert_allclose(result["delta14c"].values[0], found.delta14c, atol=0.01)
    assert np.ptp(radiocarbon) > 30.0  # else any depth would do


def test_what_leaves_has_the_radiocarbon_of_the_pools_that_it_comes_from(both: tuple[Simulation, StudyClocks]) -> None:
    done, found = both
    result = done.result.isel(practice=0, member=0)
    stock, aged, modern = from_the_matrix(found)
    respired = found.profile.respired[..., 0]
    content = np.where(stock > 0.0, modern / np.where(stock > 0.0, stock, 1.0), 0.0)
    of_carbon_dioxide = delta((respired * content).sum(axis=1), respired.sum(axis=1))
    # the first year's mean is half a year later than the start
    np.testing.assert_allclose(result["respired_delta14c"].values[1], of_carbon_dioxide[1:], atol=6.0)
    age = np.where(stock > 0.0, aged / np.where(stock > 0.0, stock, 1.0), 0.0)
    np.testing.assert_allclose(
        result["respired_age"].values[1], (respired * age).sum(axis=1)[1:] / respired.sum(axis=1)[1:], rtol=0.02
    )
    mobile = np.array([pool.phase == "dissolved" for pool in found.profile.model.pools])
    dissolved = delta(modern[1:, mobile].sum(axis=1), stock[1:, mobile].sum(axis=1))
    np.testing.assert_allclose(result["dissolved_delta14c"].values[0], dissolved, atol=6.0)
    # what leaves below is dissolved carbon of the last layer
    assert float(result["leached_delta14c"][1]) == pytest.approx(dissolved[-1], abs=10.0)
    assert np.isnan(result["respired_delta14c"].values[0]).all()
    surface = float(result["surface_respired_delta14c"][1])
    assert surface == pytest.approx(float(atmosphere(FIRST - 0.5, zone=ZONE)), abs=10.0)


def test_at_rest_ages_stay_and_radiocarbon_follows_the_air(both: tuple[Simulation, StudyClocks]) -> None:
    result = both[0].result.isel(practice=0, member=0)
    age, radiocarbon = result["mean_age"].values, result["delta14c"].values
    np.testing.assert_allclose(age[1:], np.broadcast_to(age[0], age[1:].shape), rtol=1e-6)
    assert np.all(np.diff(radiocarbon[:, 0]) < 0.0)  # after the bomb the air falls, the topsoil with it


def test_permanence_at_the_end_of_a_run_at_rest_is_that_of_the_steady_state(
    both: tuple[Simulation, StudyClocks],
) -> None:
    done, found = both
    assert done.permanence is not None
    own, steady = done.permanence(), found.permanence
    np.testing.assert_allclose(own.left[0], steady.left[0], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(own.transit[0], steady.transit[0], rtol=1e-3)
    assert np.all(np.diff(own.left[0], axis=1) < 0.0)
    assert np.all(own.left_after(100.0)[0] < own.left_after(10.0)[0])


def test_measured_radiocarbon_stands_in_the_table_beside_the_model_of_that_year(
    both: tuple[Simulation, StudyClocks],
) -> None:
    done, found = both
    assert found.sampled is not None
    assert found.sampled.year == 1990
    np.testing.assert_allclose(found.sampled.measured, [40.0, -60.0, np.nan])
    assert done.sampled_radiocarbon is not None
    np.testing.assert_allclose(found.sampled.modelled[:2], done.sampled_radiocarbon.delta14c[:2, 0], rtol=1e-6)
    rows = found.table()
    assert rows[1]["measured_delta14c_permil"] == pytest.approx(40.0)
    assert np.isnan(rows[3]["modelled_delta14c_permil"])
    assert found.largest_difference < 0.02
