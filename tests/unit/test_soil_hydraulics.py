"""Hydraulic properties against the figures of the paper, and their limits."""

import numpy as np
import pytest

from mollisol.soil import hydraulics
from mollisol.soil.hydraulics import MM_PER_HOUR_IN_M_PER_YEAR
from mollisol.units import InputError

# Saxton & Rawls 2006, table 3 (2.5 % organic matter): sand, clay, % by volume at 1500, 33, 0 kPa, Ks in mm/h.
TABLE_3 = [
    ("sand", 0.88, 0.05, 5, 10, 46, 108.1),
    ("sandy loam", 0.65, 0.10, 8, 18, 45, 50.3),
    ("loam", 0.40, 0.20, 14, 28, 46, 15.5),
    ("silt loam", 0.20, 0.15, 11, 31, 48, 16.1),
    ("clay", 0.25, 0.50, 30, 42, 50, 1.1),
]


@pytest.mark.parametrize("row", TABLE_3, ids=lambda row: row[0])
def test_figures_of_the_paper(row):
    _, sand, clay, wilting, field, saturation, conductivity = row
    found = hydraulics(sand, clay, 2.5 / 1.724)
    assert found.wilting_point == pytest.approx(wilting / 100, abs=0.006)
    assert found.field_capacity == pytest.approx(field / 100, abs=0.006)
    assert found.saturation == pytest.approx(saturation / 100, abs=0.006)
    assert found.saturated_conductivity / MM_PER_HOUR_IN_M_PER_YEAR == pytest.approx(conductivity, abs=0.06)
    assert not found.extrapolated


def test_retention_passes_through_wilting_point_and_field_capacity():
    found = hydraulics([0.4, 0.1, 0.9], [0.2, 0.5, 0.03], 1.0, [0.0, 0.3, 0.1])
    assert found.tension(found.wilting_point) == pytest.approx(np.full(3, 1500.0))
    assert found.tension(found.field_capacity) == pytest.approx(np.full(3, 33.0))
    assert found.water_content(33.0) == pytest.approx(found.field_capacity)
    assert found.conductivity(found.saturation) == pytest.approx(found.saturated_conductivity)


def test_stones_take_their_share_of_water_and_conductivity():
    fine, stony = hydraulics(0.4, 0.2, 1.0), hydraulics(0.4, 0.2, 1.0, 0.4)
    for name in ("wilting_point", "field_capacity", "saturation"):
        assert getattr(stony, name) == pytest.approx(0.6 * getattr(fine, name))
    assert stony.saturated_conductivity == pytest.approx(0.5 * fine.saturated_conductivity)
    assert stony.air_entry == pytest.approx(fine.air_entry)


def test_whole_triangle_is_ordered_and_flagged_where_held():
    side = np.linspace(0.0, 1.0, 51)
    sand, clay = np.meshgrid(side, side, indexing="ij")
    inside = sand + clay <= 1.0
    for carbon in (0.0, 0.5, 2.0, 6.0, 30.0):
        found = hydraulics(sand[inside], clay[inside], carbon)
        assert np.all(found.wilting_point > 0)
        assert np.all(found.wilting_point < found.field_capacity)
        assert np.all(found.field_capacity < found.saturation)
        assert np.all(found.saturation < 1)
        assert np.all(found.saturated_conductivity > 0)
        assert np.all(found.extrapolated[clay[inside] > 0.6])
        assert np.all(found.extrapolated) == (carbon > 8.0 / 1.724)


def test_missing_stays_missing_and_shapes_broadcast():
    found = hydraulics(np.array([[0.4], [np.nan]]), 0.2, np.ones((1, 3)))
    assert found.saturation.shape == (2, 3)
    assert np.isnan(found.saturation[1]).all()
    assert not np.isnan(found.saturation[0]).any()


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ((40, 0.2, 1), "sand"),
        ((0.4, -0.1, 1), "clay"),
        ((0.4, 0.2, 120), "organic_carbon_percent"),
        ((0.8, 0.3, 1), "sand"),
    ],
)
def test_impossible_soil_is_refused(given, key):
    with pytest.raises(InputError) as caught:
        hydraulics(*given)
    assert caught.value.key == key
