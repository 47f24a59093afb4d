"""Yield to carbon, climate to productivity, litter quality and timing."""

from __future__ import annotations

import numpy as np
import pytest

from mollisol.plants import (
    CROPS,
    acidity_factor,
    amendment_carbon,
    carbon_inputs,
    climate_limited_productivity,
    cover_crop_carbon,
    cover_season,
    cover_timing,
    crop,
    fire_factor,
    given_inputs,
    input_timing,
    litter_quality,
    local_month,
    miami,
    nutrient_factor,
    removal_factor,
    rhizodeposit_quality,
    root_quality,
    salinity_factor,
    season,
    straw_quality,
)

HARVESTED = sorted(name for name, plant in CROPS.items() if not plant.natural)


def test_maize_by_hand():
    # 9 t/ha at 15 % moisture, 0.45 C: 3.4425 t C/ha of grain, 38.6 % of the productivity.
    carbon = carbon_inputs("maize", yield_t_ha=9.0, residue_removed=0.25)
    npp = 9.0 * 0.85 * 0.45 / 10.0 / 0.386
    assert carbon.product == pytest.approx(0.34425)
    assert carbon.straw_returned == pytest.approx(npp * 0.387 * 0.75)
    assert carbon.straw_removed == pytest.approx(npp * 0.387 * 0.25)
    assert carbon.roots == pytest.approx(npp * 0.138)
    assert carbon.rhizodeposits == pytest.approx(npp * 0.089)
    assert carbon.npp == pytest.approx(npp, rel=1e-12)
    assert carbon.bnpp == carbon.roots + carbon.rhizodeposits
    assert carbon.returned == pytest.approx(npp * (0.387 * 0.75 + 0.227))


@pytest.mark.parametrize("name", HARVESTED)
def test_fresh_and_dry_yield_agree(name):
    dry = carbon_inputs(name, yield_dry_t_ha=4.0)
    fresh = carbon_inputs(name, yield_t_ha=4.0 / (1.0 - crop(name).moisture))
    assert fresh.npp == pytest.approx(dry.npp, rel=1e-12)
    by_productivity = carbon_inputs(name, productivity=dry.npp)
    assert by_productivity.roots == pytest.approx(dry.roots, rel=1e-12)


def test_fixed_roots_do_not_follow_the_yield():
    small = carbon_inputs("wheat", yield_t_ha=2.0, root_allocation="fixed")
    large = carbon_inputs("wheat", yield_t_ha=10.0, root_allocation="fixed")
    assert small.bnpp == large.bnpp == pytest.approx(0.06)
    assert small.rhizodeposits / small.bnpp == pytest.approx(0.58)
    assert large.straw == pytest.approx(5.0 * small.straw)


def test_fire_burns_what_removal_left():
    carbon = carbon_inputs("wheat", yield_t_ha=5.0, residue_removed=0.5, residue_burned=1.0)
    assert carbon.straw_burned == pytest.approx(0.5 * carbon.straw * 0.85)
    assert carbon.straw_returned == pytest.approx(0.5 * carbon.straw * 0.15)


def test_given_inputs_are_what_was_given():
    carbon = given_inputs("maize", above_t_ha=2.5, below_t_ha=1.5)
    assert carbon.straw_returned == pytest.approx(0.25)
    assert carbon.bnpp == pytest.approx(0.15, rel=1e-14)
    assert carbon.roots / carbon.rhizodeposits == pytest.approx(0.138 / 0.089)


def test_cover_crop_stays_on_the_field():
    rye = cover_crop_carbon("rye", 1.5)
    assert rye.returned == pytest.approx(0.15, rel=1e-12)
    assert rye.straw_returned == pytest.approx(0.15 * 0.577, rel=1e-3)
    # Without an allocation of its own as a cover, what would be harvested stays too.
    assert cover_crop_carbon("soybean", 1.5).returned == pytest.approx(0.15, rel=1e-12)


def test_amendment_amounts():
    assert amendment_carbon("cattle_manure", t_ha=5.0) == pytest.approx(0.5 * 0.428)
    assert amendment_carbon("cattle_manure", fresh_t_ha=30.0) == pytest.approx(3.0 * 0.21 * 0.428)
    assert amendment_carbon("biochar_wood", carbon_t_ha=10.0) == pytest.approx(1.0)


def test_miami_at_its_limits():
    # Halfway up the temperature curve at T = 1.315 / 0.119; ceiling in hot and wet climates.
    assert miami(1.315 / 0.119, 1e4) == pytest.approx(0.5 * 3.0 * 0.45)
    assert miami(60.0, 20000.0) == pytest.approx(3.0 * 0.45, rel=0.01)
    assert miami(25.0, 0.0) == 0.0
    assert miami(30.0, 500.0) == pytest.approx(3.0 * 0.45 * (1.0 - np.exp(-0.332)))
    assert np.isnan(miami(np.nan, 500.0))
    assert miami(np.array([5.0, 10.0]), np.array([[400.0], [800.0]])).shape == (2, 2)


def test_constraints_are_between_none_and_all():
    assert nutrient_factor(1.4, 0.6) == pytest.approx(0.6)
    assert nutrient_factor(2.0) == 1.0
    assert acidity_factor(6.5) == 1.0
    assert acidity_factor(3.0) == 0.0
    assert 0.0 < acidity_factor(4.6) < 1.0
    wheat = crop("wheat")
    assert salinity_factor(6.0, wheat.salinity_threshold, wheat.salinity_slope) == 1.0
    assert salinity_factor(8.0, 6.0, 0.071) == pytest.approx(0.858)
    assert salinity_factor(100.0) == 0.0
    assert fire_factor(1.0) == pytest.approx(0.15)
    assert removal_factor(0.3) == pytest.approx(0.7)
    whole = climate_limited_productivity(9.0, 900.0)
    part = climate_limited_productivity(9.0, 900.0, nutrients=0.5, acidity=0.8, salinity=0.9)
    assert part == pytest.approx(whole * 0.36)


def test_litter_quality_by_hand():
    # Lignin 11 %, N 0.5 %, C 45 %: L/N = 22, metabolic 0.85 - 0.396.
    fast, slow, resistant = litter_quality(0.11, 90.0)
    assert fast == pytest.approx(0.454)
    assert resistant == pytest.approx(0.63 * 0.11 / 0.45)
    assert fast + slow + resistant == pytest.approx(1.0, abs=1e-15)


def test_woody_litter_keeps_its_floor_and_no_share_is_negative():
    shares = litter_quality(np.linspace(0.0, 0.9, 40), np.full(40, 100.0))
    assert shares.shape == (3, 40)
    assert shares.min() >= 0.0
    assert np.allclose(shares.sum(axis=0), 1.0, atol=1e-15)
    assert shares[0].min() == pytest.approx(0.2)


@pytest.mark.parametrize("name", sorted(CROPS))
def test_quality_rows_of_every_crop(name):
    plant = crop(name)
    for row in (
        straw_quality(plant),
        root_quality(plant),
        straw_quality(plant, green=True),
        root_quality(plant, green=True),
        rhizodeposit_quality(),
    ):
        assert row.shape == (5,)
        assert row.sum() == pytest.approx(1.0, abs=1e-15)
        assert row.min() >= 0.0
    assert rhizodeposit_quality()[3] == pytest.approx(0.5)


def test_green_cover_is_softer_than_straw():
    rye = crop("rye")
    assert straw_quality(rye, green=True)[0] > straw_quality(rye)[0]


@pytest.mark.parametrize("latitude", [52.0, -33.0])
@pytest.mark.parametrize("name", sorted(CROPS))
def test_timing_of_every_crop(name, latitude):
    plant = crop(name)
    year, timing = season(plant, latitude), input_timing(plant, latitude)
    for shares in (timing.straw, timing.roots, timing.rhizodeposits, year.growth):
        assert shares.shape == (12,)
        assert shares.sum() == pytest.approx(1.0, abs=1e-12)
        assert shares.min() >= 0.0
    assert timing.straw[year.harvest - 1] == 1.0
    assert year.cover.shape == (24,)
    assert year.cover.max() <= plant.cover + 1e-12
    assert year.cover.max() > 0.6 * plant.cover
    assert year.cover.min() >= plant.cover_dormant - 1e-12


@pytest.mark.parametrize("name", sorted(CROPS))
def test_south_is_the_north_half_a_year_later(name):
    plant = crop(name)
    north, south = season(plant, 40.0), season(plant, -40.0)
    assert south.harvest == local_month(north.harvest, -40.0)
    assert np.allclose(np.roll(north.growth, 6), south.growth, atol=1e-12)
    assert np.allclose(np.roll(input_timing(plant, 40.0).roots, 6), input_timing(plant, -40.0).roots, atol=1e-12)


def test_winter_wheat_covers_the_ground_in_its_first_autumn():
    cover = season(crop("wheat")).cover
    assert cover[:9].max() == 0.0
    assert 0.0 < cover[10] < cover[15] < cover[16]
    assert cover[19:].max() == 0.0


@pytest.mark.parametrize(("sow", "months", "later", "last"), [(8, 9, 1, 4), (5, 4, 0, 8), (1, 3, 0, 3)])
def test_cover_crop_ends_in_the_right_month(sow, months, later, last):
    cover = cover_season(crop("rye"), sow, months)
    years, timing = cover_timing(cover, sow, months)
    assert years == later
    assert timing.straw[last - 1] == 1.0
    assert timing.roots.sum() == pytest.approx(1.0, abs=1e-12)
    assert timing.rhizodeposits[last:].max(initial=0.0) == 0.0
    assert cover[: sow - 1].max(initial=0.0) == 0.0
    assert cover[sow + months - 1 :].max(initial=0.0) == 0.0
