"""Climates of plans: irrigation, warming, and years that differ."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from mollisol.climate import Climate
from mollisol.practices.management import ClimateCourse
from mollisol.study.plan_climate import (
    DEMAND,
    IRRIGATION,
    MOST_STATES,
    RAIN,
    WARMING,
    changed,
    dated_states,
    knots_of,
    mean_climate,
    states_of,
    unchanged,
)

MEANS = (np.linspace(0.0, 22.0, 12), np.full(12, 50.0))
SITE = Climate(
    "climatology",
    np.arange(1, 13),
    *MEANS,
    temperature_min=MEANS[0] - 5.0,
    temperature_max=MEANS[0] + 5.0,
    pet=np.full(12, 60.0),
)


def plan(years=10, irrigation=None, climates=()):
    water = np.zeros(12 * years) if irrigation is None else irrigation
    return SimpleNamespace(years=tuple(range(2025, 2025 + years)), irrigation=water, climates=climates)


def ramp(years=10, warming=2.0, rain=0.8, file=""):
    course = np.linspace(0.1, 1.0, years)
    return ClimateCourse(course, np.full(12, warming), np.full(12, rain), np.full(12, 1.1), file)


def test_a_plan_that_changes_nothing_has_the_climate_of_its_site():
    states = states_of(plan(), MEANS)
    assert np.array_equal(states, unchanged(10))
    mean = mean_climate(SITE, [states, states])
    assert mean.temperature.shape == (12,)


def test_states_hold_what_each_year_changes():
    irrigation = np.zeros(120)
    irrigation[5::12] = 40.0
    states = states_of(plan(irrigation=irrigation, climates=(ramp(),)), MEANS)
    assert states[-1, WARMING] == pytest.approx(np.full(12, 2.0))
    assert states[0, WARMING] == pytest.approx(np.full(12, 0.2))
    assert states[-1, RAIN] == pytest.approx(np.full(12, 0.8))
    assert states[-1, DEMAND] == pytest.approx(np.full(12, 1.1))
    assert np.flatnonzero(states[3, IRRIGATION]).tolist() == [5]


def test_a_changed_climate_is_the_sites_with_the_changes():
    states = states_of(plan(climates=(ramp(),)), MEANS)
    made = changed(SITE, np.stack([unchanged()[0], states[-1]]))
    assert made.temperature[:, 0] == pytest.approx(MEANS[0])
    assert made.temperature[:, 1] == pytest.approx(MEANS[0] + 2.0)
    assert made.temperature_max[:, 1] == pytest.approx(MEANS[0] + 7.0)
    assert made.precipitation[:, 1] == pytest.approx(np.full(12, 40.0))
    assert made.pet[:, 1] == pytest.approx(np.full(12, 66.0))


def test_a_file_with_twelve_rows_is_the_climate_at_the_end(tmp_path):
    file = tmp_path / "later.csv"
    rows = [f"{month},{MEANS[0][month - 1] + 3.0},75" for month in range(1, 13)]
    file.write_text("month,temperature_c,precipitation_mm\n" + "\n".join(rows) + "\n", encoding="utf-8")
    states = states_of(plan(climates=(ramp(warming=0.0, rain=1.0, file=str(file)),)), MEANS)
    assert states[-1, WARMING] == pytest.approx(np.full(12, 3.0))
    assert states[-1, RAIN] == pytest.approx(np.full(12, 1.5))
    assert states[0, RAIN] == pytest.approx(np.full(12, 1.05))


def test_a_few_different_years_are_each_computed():
    states = np.concatenate([unchanged(4), states_of(plan(climates=(ramp(),)), MEANS)[-1:].repeat(6, axis=0)])
    knots, weights = knots_of(states)
    assert len(knots) == 2
    assert np.allclose(np.einsum("yk,kab->yab", weights, knots), states, atol=1e-14)


def test_many_different_years_are_interpolated():
    states = states_of(plan(30, climates=(ramp(30),)), MEANS)
    knots, weights = knots_of(states)
    assert len(knots) == MOST_STATES
    assert np.all(weights >= -1e-12)
    assert weights.sum(axis=1) == pytest.approx(np.ones(30))
    assert np.allclose(np.einsum("yk,kab->yab", weights, knots), states, atol=1e-12)


def test_a_series_takes_the_changes_of_its_dates():
    time = np.arange("2024-01", "2027-01", dtype="datetime64[M]").astype("datetime64[D]")
    series = Climate("monthly", time, np.tile(MEANS[0], 3), np.tile(MEANS[1], 3))
    states = [unchanged(10), states_of(plan(climates=(ramp(),)), MEANS)]
    made = changed(series, dated_states(series, states, 2025))
    warming = made.temperature - np.tile(MEANS[0], 3)[:, None]
    assert warming[:, 0] == pytest.approx(np.zeros(36))
    assert warming[::12, 1] == pytest.approx([0.0, 0.2, 0.4])
