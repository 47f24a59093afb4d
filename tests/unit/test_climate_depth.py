"""The climate at depth: shapes, budgets, independence of columns, series against climatology."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

from mollisol.climate import Climate, at_depth, climatology, monthly
from mollisol.climate.parameters import DepthParameters, Water
from mollisol.grid import Grid
from mollisol.soil.hydraulics import hydraulics

jax.config.update("jax_enable_x64", True)

GRID = Grid()
MONTH = np.arange(12)
SAND = np.array([0.15, 0.40, 0.85])
CLAY = np.array([0.45, 0.20, 0.05])
DATA = Path(__file__).parents[2].parent / "shared/data"


def year(mean=9.0, amplitude=13.0, rain=70.0, **more):
    wave = mean - amplitude * np.cos(2.0 * np.pi * (MONTH - 0.5) / 12.0)
    return Climate("climatology", MONTH + 1, wave, np.full(12, rain), **more)


def run(climate, columns=(0, 1, 2), **change):
    pick = list(columns)
    shape = (len(GRID), len(pick))
    roots = np.diff(1.0 - 0.961 ** (GRID.edges * 100.0))[:, None] * np.ones(shape)
    given = {"latitude": 45.0, "sand": SAND[pick], "bulk_density": 1.4, "organic_matter": 0.02, "root_share": roots}
    soil = hydraulics(np.broadcast_to(SAND[pick], shape), np.broadcast_to(CLAY[pick], shape), np.full(shape, 1.0))
    return soil, at_depth(climate, soil, grid=GRID, **{**given, **change})


@pytest.fixture(scope="module")
def temperate():
    return run(year())


def test_shapes_signs_and_finite(temperate):
    soil, found = temperate
    layered = ("temperature", "water", "matric_potential", "air_filled_porosity", "percolation")
    for name in layered:
        assert getattr(found, name).shape == (12, 20, 3)
        assert np.all(np.isfinite(getattr(found, name)))
    for name in ("infiltration", "runoff", "evapotranspiration", "snow", "surface_temperature"):
        assert getattr(found, name).shape == (12, 3)
    assert np.all(found.water > 0.0)
    assert np.all(found.water <= soil.saturation)
    assert np.all(found.air_filled_porosity >= 0.0)
    assert np.all(found.matric_potential < 0.0)
    assert np.all(found.surface_matric_potential < 0.0)
    assert np.all(np.isnan(found.within_month.diurnal_amplitude))
    assert found.pet_method == "thornthwaite"


def test_water_budget_of_the_year(temperate):
    _, found = temperate
    rain = 12 * 0.070
    leaving = found.runoff + found.evapotranspiration + found.percolation[:, -1]
    np.testing.assert_allclose(leaving.mean(axis=0), rain, rtol=1e-5)
    assert np.all(found.evapotranspiration.mean(0) <= found.potential_evapotranspiration.mean(0) * (1 + 1e-12))


def test_temperature_is_damped_and_delayed(temperate):
    _, found = temperate
    swing = np.ptp(found.temperature, axis=0)
    assert np.all(np.diff(swing, axis=0) < 0.0)
    assert np.all((swing[13] / swing[0] > 0.4) & (swing[13] / swing[0] < 0.8))
    assert np.all(found.temperature[:, 19].argmax(axis=0) > found.temperature[:, 0].argmax(axis=0))
    # Heat neither made nor lost: with no flux below, the yearly means of deep layers agree.
    deep = found.temperature[:, 15:].mean(axis=0)
    assert np.max(np.ptp(deep, axis=0)) < 0.3


def test_sand_is_drier_and_clay_runs_off_more(temperate):
    _, found = temperate
    clay, _, sand = range(3)
    assert np.all(found.water[..., sand].mean(axis=0) < found.water[..., clay].mean(axis=0))
    assert found.runoff[:, clay].sum() > found.runoff[:, sand].sum()


def test_columns_do_not_influence_each_other(temperate):
    _, together = temperate
    _, other = run(year(), columns=(2, 1, 1))
    for column in (1, 2):
        np.testing.assert_allclose(together.temperature[..., 1], other.temperature[..., column], atol=1e-6)
        np.testing.assert_allclose(together.water[..., 1], other.water[..., column], atol=1e-6)
    np.testing.assert_allclose(together.water[..., 2], other.water[..., 0], atol=1e-6)


def test_winter_snow_insulates():
    _, cold = run(year(mean=3.0, amplitude=16.0))
    _, dry = run(year(mean=3.0, amplitude=16.0, rain=8.0))
    assert cold.snow[1].min() > 0.02
    assert np.all(cold.snow[6] == 0.0)
    assert np.all(cold.surface_temperature[1] > dry.surface_temperature[1] + 3.0)
    assert np.all(cold.snow >= 0.0)


def test_a_steady_series_is_its_climatology(temperate):
    _, found = temperate
    time = np.arange("2001-03", "2021-03", dtype="datetime64[M]").astype("datetime64[D]")
    base = year()
    place = (np.arange(240) + 2) % 12
    series = Climate("monthly", time, base.temperature[place], base.precipitation[place])
    _, run_on = run(series, pet_method="thornthwaite")
    assert run_on.temperature.shape == (240, 20, 3)
    inside = slice(10, 226)  # January 2002 to December 2019
    assert str(run_on.time[10]) == "2002-01-01"

    def mean(values):
        return values[inside].reshape(18, 12, 20, 3).mean(axis=0)

    # Months of one total each year differ less than drawn ones; snow of single years makes the difference in winter.
    np.testing.assert_allclose(mean(run_on.temperature), found.temperature, atol=0.7)
    assert np.mean(np.abs(mean(run_on.water) - found.water)) < 0.02
    start = np.abs(run_on.water[0] - found.water[2])
    assert np.max(start[5:]) < 0.03


def test_daily_and_monthly_forcing_agree():
    rng = np.random.default_rng(5)
    time = np.arange("2001-01-01", "2006-01-01", dtype="datetime64[D]")
    season = 10.0 - 12.0 * np.cos(2.0 * np.pi * ((time - time[0]).astype(int) - 15) / 365.25)
    noise = np.convolve(rng.normal(0.0, 3.0, time.size + 4), np.ones(5) / np.sqrt(5.0), "valid")
    rain = np.where(rng.uniform(size=time.size) < 0.25, rng.exponential(8.0, time.size), 0.0)
    mean = season + noise
    daily = Climate("daily", time, mean, rain, temperature_min=mean - 6.0, temperature_max=mean + 6.0)
    _, fine = run(daily)
    _, coarse = run(monthly(daily))
    difference = (coarse.temperature - fine.temperature).reshape(5, 12, 20, 3)
    assert np.sqrt(np.mean(difference[:, 3:10] ** 2)) < 0.3
    # Winters around freezing: spells of cold keep more snow than days that vary independently.
    assert np.sqrt(np.mean(difference**2)) < 0.7
    # Rain on other days of the month; what it does over the years is the same.
    assert np.sqrt(np.mean((fine.water - coarse.water) ** 2)) < 0.03
    assert np.max(np.abs((fine.water - coarse.water).mean(axis=0))) < 0.015
    # Variation within the month: from the steps of days, or from the kept deviation.
    variation = [run.within_month.temperature_deviation for run in (fine, coarse)]
    assert np.all(np.isfinite(variation[0]))
    assert np.all(np.diff(variation[0].mean(axis=(0, 2))) < 0.0)
    ratio = variation[1][:, 1].mean() / variation[0][:, 1].mean()
    assert ratio == pytest.approx(1.0, abs=0.25)


def test_cover_and_roots_by_month():
    bare = np.zeros((12, 3))
    _, none = run(year(), cover=bare)
    _, full = run(year(), cover=1.0)
    assert np.all(full.percolation[:, -1].mean(0) < none.percolation[:, -1].mean(0))
    seasonal = np.tile(np.where((MONTH > 3) & (MONTH < 9), 0.9, 0.0)[:, None], (1, 3))
    roots = np.zeros((12, 20, 3))
    roots[4:9, :8] = 1.0 / 8.0
    _, crop = run(year(), cover=seasonal, root_share=roots)
    below = crop.percolation[:, -1].mean(0)
    assert np.all((below > full.percolation[:, -1].mean(0)) & np.isfinite(below))


def test_a_parameter_changes_the_answer_without_compiling_again(temperate):
    from mollisol.climate import water

    _, found = temperate
    before = water._run._cache_size()
    _, other = run(year(), parameters=replace(DepthParameters(), water=Water(wet_hours=3.0)))
    assert water._run._cache_size() == before
    assert np.all(other.runoff.sum(0) > found.runoff.sum(0))


def test_climates_by_column():
    warm, cold = year(mean=16.0), year(mean=4.0)
    both = np.stack([warm.temperature, cold.temperature, cold.temperature], 1)
    both = Climate("climatology", MONTH + 1, both, np.full((12, 3), 70.0))
    _, found = run(both, columns=(1, 1, 1), latitude=np.array([35.0, 55.0, 55.0]))
    assert np.all(found.temperature[:, 19, 0].mean() > found.temperature[:, 19, 1].mean() + 8.0)
    _, alone = run(climatology(cold), columns=(1, 1, 1), latitude=55.0)
    np.testing.assert_allclose(found.temperature[..., 1:], alone.temperature[..., 1:], atol=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "climate").is_dir(), reason="../shared/data/climate absent")
def test_uscrn_validation_meets_its_aim():
    place = Path(__file__).parents[2] / "validation" / "soil_climate.py"
    spec = importlib.util.spec_from_file_location("soil_climate", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = module.validate(DATA)
    assert result["stations"] >= 40
    deepest = result["depths"][-1]
    assert deepest["depth_cm"] == 100
    assert deepest["temperature_rmse"] < 2.0
