"""Potential evapotranspiration against FAO-56's worked examples and published daily series."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.climate import (
    Climate,
    hargreaves,
    penman_monteith,
    potential_evapotranspiration,
    thornthwaite,
)
from mollisol.climate.sun import day_length, extraterrestrial_radiation
from mollisol.units import InputError

AQUACROP = Path(__file__).parents[2].parent / "shared/data/climate/aquacrop"
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_fao56_example_17_bangkok_month():
    found = penman_monteith(
        [30.2], [25.6], [34.8], [22.65], [105], 13.0 + 44.0 / 60.0,
        elevation=2.0, wind=2.0, actual_vapour_pressure=2.85, soil_heat_flux=0.14,
    )  # fmt: skip
    assert found[0] == pytest.approx(5.72, abs=0.01)


def test_fao56_example_18_uccle_day():
    found = penman_monteith(
        [16.9], [12.3], [21.5], [22.07], [187], 50.8,
        elevation=100.0, wind=2.078, actual_vapour_pressure=1.409,
    )  # fmt: skip
    assert found[0] == pytest.approx(3.88, abs=0.01)


def test_fao56_example_20_hargreaves_lyon():
    assert hargreaves([20.7], [14.8], [26.6], [196], 45.0 + 43.0 / 60.0)[0] == pytest.approx(5.0, abs=0.05)


def test_polar_night_and_midnight_sun():
    assert extraterrestrial_radiation([355], 80.0)[0] == pytest.approx(0.0, abs=1e-9)
    assert day_length([172], 80.0)[0] == pytest.approx(24.0)
    assert np.all(np.isfinite(extraterrestrial_radiation(np.arange(1, 367), 90.0)))


def test_thornthwaite_curves_meet_at_26_5_degrees():
    """The paper draws all curves through 135 mm at 26.5 degC, whatever the heat index."""
    for cool in (5.0, 15.0, 24.0):
        t = np.array([26.4] + [cool] * 11)
        rate = thornthwaite(t, np.arange(1, 13), [30] * 12, 0.0)[0] / day_length([15], 0.0)[0] * 12.0
        assert rate == pytest.approx(135.0, rel=0.08)


def test_thornthwaite_needs_warmth_and_day():
    t = np.array([-3.0, -1, 4, 9, 15, 20, 23, 22, 17, 11, 5, 0])
    south, north = (thornthwaite(t, np.arange(1, 13), MONTH_DAYS, lat) for lat in (-42.0, 42.0))
    assert north[0] == 0.0
    assert north[6] > south[6]
    assert 550.0 < north.sum() < 700.0


def test_the_best_formula_is_chosen_and_named():
    base = {"resolution": "climatology", "time": np.arange(1, 13), "temperature": np.full(12, 15.0)}
    base["precipitation"] = np.full(12, 50.0)
    pair = {"temperature_min": np.full(12, 9.0), "temperature_max": np.full(12, 21.0)}
    some = {"radiation": np.full(12, 15.0)}
    for more, method in (
        ({}, "thornthwaite"),
        (pair, "hargreaves"),
        ({**pair, **some}, "penman_monteith"),
        ({"pet": np.full(12, 77.0)}, "given"),
    ):
        pet, name = potential_evapotranspiration(Climate(**base, **more), 45.0)
        assert name == method
        assert pet.shape == (12,)
        assert 300.0 < pet.sum() < 1700.0
    with pytest.raises(InputError, match="lacks the columns for 'hargreaves'"):
        potential_evapotranspiration(Climate(**base), 45.0, method="hargreaves")
    with pytest.raises(InputError, match="latitude 95"):
        potential_evapotranspiration(Climate(**base), 95.0)


def test_columns_are_independent():
    rng = np.random.default_rng(0)
    t = rng.normal(10.0, 5.0, (12, 3))
    latitude = np.array([-30.0, 10.0, 60.0])
    together = penman_monteith(t, t - 5, t + 5, np.full((12, 3), 14.0), np.arange(15, 366, 30)[:12], latitude)
    alone = penman_monteith(t[:, 1], t[:, 1] - 5, t[:, 1] + 5, np.full(12, 14.0), np.arange(15, 366, 30)[:12], 10.0)
    np.testing.assert_allclose(together[:, 1], alone, rtol=1e-12)


@pytest.mark.skipif(not AQUACROP.is_dir(), reason="../shared/data/climate absent")
@pytest.mark.parametrize(("name", "latitude"), [("brussels", 50.8), ("hyderabad", 17.4), ("cordoba", -31.4)])
def test_hargreaves_follows_published_reference_series(name, latitude):
    rows = np.loadtxt(AQUACROP / f"{name}_climate.txt", skiprows=1)
    date = [np.datetime64(f"{int(y)}-{int(m):02d}-{int(d):02d}") for d, m, y in rows[:, :3]]
    time = np.array(date)
    low, high = rows[:, 3], rows[:, 4]
    day = (time - time.astype("datetime64[Y]")).astype(int) + 1
    found = hargreaves(0.5 * (low + high), low, high, day, latitude)
    assert np.corrcoef(found, rows[:, 6])[0, 1] > 0.85
    assert found.mean() == pytest.approx(rows[:, 6].mean(), rel=0.2)
