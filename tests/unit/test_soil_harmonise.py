"""Filling, harmonising, stocks: what is preserved and what is flagged."""

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.soil import PEDOTRANSFER, carbon_stock, fine_earth_mass, harmonise, mineral_mass, profile_of
from mollisol.soil.filling import complete
from mollisol.units import InputError

FULL = {
    "bulk_density_g_cm3": [1.2, 1.4, 1.5],
    "clay_percent": [20, 35, 30],
    "silt_percent": [40, 35, 30],
    "sand_percent": [40, 30, 40],
    "coarse_fragments_percent": [0, 10, 40],
    "ph_h2o": [6.0, 6.5, 7.5],
}


def full(**changes):
    return profile_of([0, 25, 60], [25, 60, 130], [2.0, 0.9, 0.3], **{**FULL, **changes})


def test_stock_formula():
    assert carbon_stock(2.0, 1.3, 0.3, 20.0) == pytest.approx(0.02 * 1300 * 0.3 * 0.8)
    assert fine_earth_mass(1.3, 0.3, 20.0) == pytest.approx(1300 * 0.3 * 0.8)
    assert mineral_mass(2.0, 1.3, 0.3, 20.0) == pytest.approx(1300 * 0.3 * 0.8 * (1 - 0.01724 * 2.0))


@pytest.mark.parametrize("edges", [None, [0, 0.3, 1.0, 2.0], [0, 0.07, 0.61, 0.615, 1.31], [0, 3.0]])
def test_masses_are_preserved(edges):
    grid = Grid() if edges is None else Grid(edges)
    profile, layers = full(), harmonise(full(), grid)
    stock = carbon_stock(
        [2.0, 0.9, 0.3], FULL["bulk_density_g_cm3"], profile.thickness, FULL["coarse_fragments_percent"]
    )
    assert np.nansum(layers.organic_carbon) == pytest.approx(stock.sum(), rel=1e-12)
    # Down to 1.3 m; below it the last horizon goes on.
    fine = layers.bulk_density * (1 - layers.coarse_fraction) * grid.thickness
    earth = fine_earth_mass(FULL["bulk_density_g_cm3"], profile.thickness, FULL["coarse_fragments_percent"])
    below = (grid.bottom - 1.3) * 1500 * 0.6
    assert fine.sum() == pytest.approx(earth.sum() + below, rel=1e-12)
    assert (fine * layers.clay).sum() == pytest.approx((earth * [0.20, 0.35, 0.30]).sum() + below * 0.30, rel=1e-12)
    assert layers.sand + layers.silt + layers.clay == pytest.approx(np.ones(len(grid)))
    matter = 1 - 0.01724 * np.array([2.0, 0.9, 0.3])
    assert layers.mineral_mass.sum() == pytest.approx((earth * matter).sum() + below * matter[-1], rel=1e-12)


def test_grid_of_the_horizons_gives_the_horizons():
    layers = harmonise(full(), Grid([0, 0.25, 0.60, 1.30]))
    assert layers.organic_carbon_percent == pytest.approx([2.0, 0.9, 0.3])
    assert layers.bulk_density == pytest.approx([1200, 1400, 1500])
    assert layers.ph == pytest.approx([6.0, 6.5, 7.5])
    assert layers.texture_class.tolist() == ["loam", "clay loam", "clay loam"]
    assert all(flag == "" for name in layers.flags if name != "delta14c" for flag in layers.flags[name])


def test_below_the_profile_carbon_is_missing_and_the_rest_carried_down():
    layers = harmonise(full())
    below = layers.grid.edges[:-1] >= 1.3
    assert layers.measured_depth == 1.3
    assert np.isnan(layers.organic_carbon[below]).all()
    assert np.isnan(layers.organic_carbon_error[below]).all()
    assert not np.isnan(layers.organic_carbon[~below]).any()
    assert layers.measured[below].tolist() == [0.0] * below.sum()
    assert layers.clay[below] == pytest.approx(np.full(below.sum(), 0.30))
    for name in ("bulk_density", "sand", "silt", "clay", "coarse_fraction", "ph", "mineral_mass"):
        assert [flag == "carried_down" for flag in layers.flags[name]] == below.tolist()
    assert [flag == "missing" for flag in layers.flags["organic_carbon"]] == below.tolist()


def test_partly_sampled_layer_holds_what_was_sampled():
    layers = harmonise(full(), Grid([0, 1.0, 2.0]))
    assert layers.measured == pytest.approx([1.0, 0.3])
    # The lowest part of a horizon with 0.3 % in a profile whose carbon decreases with depth.
    assert 0.05 < layers.organic_carbon_percent[1] < 0.3
    assert layers.mineral_mass[1] == pytest.approx(1500 * 0.6 * (1 - 0.01724 * 0.3))


def test_layers_finer_than_horizons_follow_the_decrease():
    found = harmonise(full(), Grid(np.linspace(0, 0.6, 13))).organic_carbon
    assert np.all(np.diff(found) < 0)


def test_gaps_are_filled_by_named_functions():
    layers = harmonise(profile_of([0, 30], [30, 100], [2.0, 0.5]), Grid([0, 0.3, 1.0, 1.5]))
    assert layers.bulk_density[:2] / 1000 == pytest.approx([1.371, 1.562], abs=2e-3)
    assert layers.flags["bulk_density"] == ("adams_1973", "adams_1973", "carried_down")
    assert layers.flags["clay"] == ("loam_clay", "loam_clay", "carried_down")
    assert layers.flags["coarse_fraction"][0] == "no_coarse_fragments"
    assert layers.flags["ph"] == ("missing",) * 3
    assert layers.flags["delta14c"] == ("missing",) * 3
    assert np.isnan(layers.ph).all()
    assert layers.flags["organic_carbon"] == ("adams_1973, no_coarse_fragments",) * 2 + ("missing",)
    for flags in layers.flags.values():
        for name in {part for flag in flags for part in flag.split(", ") if part}:
            assert name in PEDOTRANSFER or name in ("carried_down", "missing", "nearest_horizon")


def test_density_functions():
    adams, manrique = PEDOTRANSFER["adams_1973"].compute, PEDOTRANSFER["manrique_jones_1991"].compute
    assert adams(np.array([0.0, 58.0]))[0] == pytest.approx(1.64)
    assert adams(np.array([2.0])) == pytest.approx(100 / (3.448 / 0.244 + 96.552 / 1.64))
    assert manrique(np.array([4.0])) == pytest.approx([1.66 - 0.636])
    chosen = harmonise(profile_of([0], [30], [4.0]), Grid([0, 0.3]), bulk_density="manrique_jones_1991")
    assert chosen.bulk_density == pytest.approx([1024.0])
    with pytest.raises(InputError, match="adams_1973"):
        harmonise(profile_of([0], [30], [4.0]), bulk_density="adams")
    with pytest.raises(InputError, match="no bulk density for 20 %"):
        harmonise(profile_of([0], [30], [20.0]), bulk_density="manrique_jones_1991")


def test_texture_is_completed_from_what_is_known():
    profile = profile_of(
        [0, 20, 40, 60], [20, 40, 60, 80], [2, 1, 1, 1],
        clay_percent=[20, 30, None, 40], sand_percent=[40, None, None, None], silt_percent=[41, None, None, None],
    )  # fmt: skip
    found = complete(profile)
    assert found.sand + found.silt + found.clay == pytest.approx(np.full(4, 100.0))
    assert found.sand[0] == pytest.approx(100 * 40 / 101)
    assert found.clay[1] == 30
    assert found.sand[1] / found.silt[1] == pytest.approx(40 / 41)
    assert found.flags["clay_percent"] == ("", "", "nearest_horizon", "")
    assert found.flags["sand_percent"] == ("", "nearest_horizon", "nearest_horizon", "nearest_horizon")
    by_difference = complete(profile_of([0], [30], [1.0], clay_percent=[25], sand_percent=[30]))
    assert by_difference.silt == pytest.approx([45])
    assert by_difference.flags["silt_percent"] == ("silt_by_difference",)


def test_a_stock_is_taken_as_it_is():
    profile = profile_of([0, 30], [30, 60], organic_carbon_stock_kg_m2=[6.0, 2.0], coarse_fragments_percent=[20, 20])
    layers = harmonise(profile, Grid([0, 0.3, 0.6]))
    assert layers.organic_carbon == pytest.approx([6.0, 2.0], rel=1e-12)
    # The density that the function gives for the percentage gives the stock again.
    again = carbon_stock(layers.organic_carbon_percent, layers.bulk_density / 1000, 0.3, 20.0)
    assert again == pytest.approx([6.0, 2.0], rel=1e-9)


def test_radiocarbon_is_averaged_by_carbon():
    profile = full(delta14c_permil=[50, -100, None])
    layers = harmonise(profile, Grid([0, 0.6, 1.3, 1.5]))
    stock = complete(profile).organic_carbon
    assert layers.delta14c[0] == pytest.approx((stock[0] * 50 - stock[1] * 100) / stock[:2].sum())
    assert np.isnan(layers.delta14c[1:]).all()
    assert layers.flags["delta14c"] == ("", "missing", "missing")


def test_error_grows_with_what_was_not_measured():
    grid = Grid([0, 0.25, 0.6, 1.3])
    measured = harmonise(full(), grid)
    guessed = harmonise(full(bulk_density_g_cm3=[1.2, None, 1.5]), grid)
    relative = measured.organic_carbon_error / measured.organic_carbon
    assert np.all((relative > 0.1) & (relative < 0.3))
    assert guessed.organic_carbon_error[1] / guessed.organic_carbon[1] > relative[1]
    assert guessed.organic_carbon_error[0] == pytest.approx(measured.organic_carbon_error[0])


def test_hydraulics_at_depth():
    found = harmonise(full()).hydraulics()
    assert found.saturation.shape == (20,)
    assert np.isfinite(found.saturation).all()
    assert found.saturation[-1] < found.saturation[0] * 0.7


def test_filled_gap_is_flagged_everywhere():
    profile = profile_of([5, 40], [25, 80], [2.0, 0.5], fill_gaps=True, clay_percent=[20, 30], silt_percent=[40, 30])
    assert profile.top_cm.tolist() == [0, 5, 25, 40]
    assert profile.organic_carbon_percent.tolist() == [2.0, 2.0, 1.25, 0.5]
    assert profile.flag("organic_carbon_percent") == ("extended_to_surface", "", "interpolated", "")
    layers = harmonise(profile, Grid([0, 0.05, 0.25, 0.4, 0.8]))
    assert layers.flags["clay"] == ("extended_to_surface", "", "interpolated", "")
    assert layers.flags["organic_carbon_percent"] == ("extended_to_surface", "", "interpolated", "")


def test_missing_carbon_between_horizons_is_interpolated_when_asked():
    profile = profile_of([0, 20, 40], [20, 40, 60], [2.0, None, 1.0], fill_gaps=True)
    assert profile.organic_carbon_percent.tolist() == [2.0, 1.5, 1.0]
    assert profile.flag("organic_carbon_percent") == ("", "interpolated", "")
    deep = profile_of([0, 20, 40], [20, 40, 60], [2.0, 1.0, None])
    assert deep.carbon_depth_cm == 40
    layers = harmonise(deep, Grid([0, 0.2, 0.4, 0.6]))
    assert layers.measured_depth == 0.4
    assert np.isnan(layers.organic_carbon[2])
