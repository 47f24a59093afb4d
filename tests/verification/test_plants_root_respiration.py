"""Root respiration: its share of the soil's CO2 against published shares, and its season."""

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.plants.timing import TimingParameters, respiration_timing
from mollisol.practices import CropYear, Plan, compile_cycle

MONTHS = np.arange(12)
TEMPERATE = 9.0 - 13.0 * np.cos(2.0 * np.pi * (MONTHS - 0.5) / 12.0)
RAIN = np.full(12, 70.0)


def shares(crop: str) -> tuple[float, float]:
    """Share of the soil's CO2 that roots respire, and with what their rhizodeposits feed, at the steady state.

    All that enters the soil is respired there, straw left on the field included; leaching is left out.
    """
    cycle = compile_cycle(Plan((CropYear(crop),), 2000), Grid(), 45.0, monthly_climate_means=(TEMPERATE, RAIN))
    entering = cycle.yearly()[0]
    roots = cycle.root_respiration.mean(axis=0).sum()
    exuded = sum(amount for name, amount in zip(cycle.sources, entering, strict=True) if "rhizodeposits" in name)
    total = entering.sum() + roots
    return roots / total, (roots + exuded) / total


@pytest.mark.parametrize("crop", ["wheat", "barley", "maize", "soybean", "rice", "oats", "canola", "rye", "pea"])
def test_cropland_roots_have_the_published_share_of_the_soils_carbon_dioxide(crop: str) -> None:
    """20 to 45 % in cropland: field studies exclude the roots, and with them what microbes make of rhizodeposits."""
    own, rhizosphere = shares(crop)
    assert 0.20 < rhizosphere < 0.45
    assert 0.4 * rhizosphere < own < 0.8 * rhizosphere


def test_grassland_roots_have_more() -> None:
    assert shares("grassland")[1] > max(shares("wheat")[1], shares("maize")[1])


def test_the_year_is_unchanged_and_the_warm_months_respire_more_than_they_grow() -> None:
    growth = np.array([0.02, 0.02, 0.05, 0.1, 0.2, 0.25, 0.2, 0.1, 0.02, 0.02, 0.01, 0.01])
    found = respiration_timing(growth, TEMPERATE)
    assert found.sum() == pytest.approx(1.0, rel=1e-14)
    ratio = found / growth
    assert ratio[6] / ratio[0] == pytest.approx(2.0 ** ((TEMPERATE[6] - TEMPERATE[0]) / 10.0), rel=1e-12)
    np.testing.assert_allclose(respiration_timing(growth, np.full(12, 17.0)), growth, rtol=1e-14)
    no_response = TimingParameters(root_respiration_q10=1.0)
    np.testing.assert_allclose(respiration_timing(growth, TEMPERATE, no_response), growth, rtol=1e-14)
    assert np.all(respiration_timing(growth * (MONTHS > 3), TEMPERATE)[:4] == 0.0)


@pytest.mark.parametrize(("latitude", "warm"), [(45.0, TEMPERATE), (-35.0, np.roll(TEMPERATE, 6))])
def test_roots_respire_in_the_growing_season_where_they_are(latitude: float, warm: np.ndarray) -> None:
    cycle = compile_cycle(Plan((CropYear("maize"),), 2000), Grid(), latitude, monthly_climate_means=(warm, RAIN))
    by_month = cycle.root_respiration.sum(axis=1)
    coldest, warmest = int(np.argmin(warm)), int(np.argmax(warm))
    assert by_month[coldest] == 0.0
    assert by_month[warmest] > by_month.mean()
    by_row = cycle.root_respiration.sum(axis=0)
    assert by_row[0] == 0.0
    np.testing.assert_allclose(by_row[1:] / by_row.sum(), cycle.root_share, rtol=1e-9)
