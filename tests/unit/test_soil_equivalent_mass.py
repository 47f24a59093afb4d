"""Carbon at equal mineral mass."""

import numpy as np
import pytest

from mollisol.soil import equivalent_soil_mass, profile_of
from mollisol.soil.equivalent_mass import cumulated
from mollisol.units import InputError

TOPS, BOTTOMS, CARBON = [0, 10, 30, 60], [10, 30, 60, 100], [2.0, 1.6, 0.8, 0.4]


def soil(density, scale=1.0):
    limits = np.array([0, 10, 30, 60, 100]) * scale
    return profile_of(limits[:-1].tolist(), limits[1:].tolist(), CARBON, bulk_density_g_cm3=density)


def test_horizon_limits_are_met_exactly():
    profile = soil([1.2, 1.3, 1.4, 1.5])
    mass, carbon, depth = cumulated(profile)
    table = equivalent_soil_mass(profile, mass[1:])
    assert table["organic_carbon"] == pytest.approx(carbon[1:], rel=1e-12)
    assert table["depth"] == pytest.approx(depth[1:], rel=1e-12)
    assert table["organic_carbon_increment"].sum() == pytest.approx(carbon[-1])


def test_compaction_changes_fixed_depth_but_not_equal_mass():
    loose = soil([1.2, 1.3, 1.4, 1.5])
    dense = soil([1.5, 1.625, 1.75, 1.875], scale=0.8)
    masses = [100.0, 300.0, 600.0, 1000.0]
    a, b = equivalent_soil_mass(loose, masses), equivalent_soil_mass(dense, masses)
    assert b["organic_carbon"] == pytest.approx(a["organic_carbon"], rel=1e-12)
    assert b["depth"] == pytest.approx(0.8 * a["depth"], rel=1e-12)


def test_curve_rises_with_mass():
    table = equivalent_soil_mass(soil([1.2, 1.3, 1.4, 1.5]), np.linspace(1.0, 1300.0, 400))
    assert np.all(table["organic_carbon_increment"] > 0)


def test_nothing_beyond_the_sampled_mass():
    table = equivalent_soil_mass(soil([1.2, 1.3, 1.4, 1.5]), [1000.0, 5000.0])
    assert np.isnan(table["organic_carbon"][1])
    assert np.isnan(table["depth"][1])
    assert table["flag"].tolist() == ["", "beyond_sampled_mass"]


@pytest.mark.parametrize("masses", [[0.0, 10.0], [10.0, 5.0], [np.nan]])
def test_bad_masses_are_refused(masses):
    with pytest.raises(InputError):
        equivalent_soil_mass(soil([1.2, 1.3, 1.4, 1.5]), masses)
