"""Whatever is planned, each year's carbon is what crops, cover crops and amendments say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mollisol.grid import Grid
from mollisol.plants import AMENDMENTS, CROPS, OPERATIONS, cover_crop_carbon
from mollisol.practices import (
    Application,
    CoverCrop,
    CropYear,
    Plan,
    Tillage,
    compile_cycle,
    compile_management,
    crop_carbon,
    fallow_months,
)

harvested = sorted(name for name, plant in CROPS.items() if not plant.natural)
fraction = st.floats(0.0, 1.0)
crop_years = st.builds(
    CropYear,
    crop=st.sampled_from(harvested),
    yield_t_ha=st.floats(0.1, 60.0),
    residue_removed=fraction,
    residue_burned=fraction,
)
tillages = st.none() | st.builds(
    lambda name, position, every, month: Tillage(
        name,
        OPERATIONS[name].depth_lower + position * (OPERATIONS[name].depth_upper - OPERATIONS[name].depth_lower),
        every,
        month,
    ),
    st.sampled_from(sorted(OPERATIONS)),
    fraction,
    st.integers(1, 3),
    st.none() | st.integers(1, 12),
)
applications = st.builds(
    lambda name, carbon, month, every: Application(name, carbon, month=month, every_years=every),
    st.sampled_from(sorted(AMENDMENTS)),
    st.floats(0.0, 2.0),
    st.none() | st.integers(1, 12),
    st.integers(1, 3),
)


@settings(max_examples=60, deadline=None)
@given(
    rotation=st.lists(crop_years, min_size=1, max_size=4),
    tillage=tillages,
    amendments=st.lists(applications, max_size=3),
    latitude=st.floats(-60.0, 60.0),
    thickness=st.lists(st.floats(0.02, 0.4), min_size=4, max_size=20),
    begin=st.integers(1990, 2040),
)
def test_years_and_cycles_conserve(rotation, tillage, amendments, latitude, thickness, begin):
    edges = np.concatenate([[0.0], np.cumsum(thickness)])
    assume(edges[-1] > 0.65)
    grid = Grid(edges)
    plan = Plan(tuple(rotation), 2000, tillage, tuple(amendments))
    cycle = compile_cycle(plan, grid, latitude, start_year=begin)
    for index, year in enumerate(cycle.years):
        expected = crop_carbon(plan.crop_year(year), None).returned
        expected += sum(one.carbon for one in plan.applied(year, always=True))
        assert cycle.yearly()[index].sum() == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert np.allclose(cycle.depth.sum(axis=1), 1.0, atol=1e-12)
    assert np.allclose(cycle.quality.sum(axis=1), 1.0, atol=1e-12)
    assert cycle.input_by_row().sum() == pytest.approx(cycle.amount.sum(), rel=1e-12)
    assert np.all((cycle.tillage_mixing > 0.0) == (cycle.tillage_depth > 0.0))
    # The same plan seen through a window is the same, month by month.
    window = compile_management(((1900, plan),), (begin, begin + len(cycle.years) - 1), grid, latitude)
    assert window.sources == cycle.sources
    assert np.array_equal(window.amount, cycle.amount)
    assert np.array_equal(window.cover, cycle.cover)


@settings(max_examples=60, deadline=None)
@given(
    rotation=st.lists(crop_years, min_size=1, max_size=4),
    cover=st.sampled_from(["rye", "hairy_vetch", "red_clover", "oats", "pea"]),
    carbon=st.floats(0.1, 6.0),
    latitude=st.floats(-60.0, 60.0),
)
def test_cover_crops_conserve_over_the_cycle(rotation, cover, carbon, latitude):
    green = CoverCrop(cover, carbon)
    grown = []
    for index, now in enumerate(rotation):
        following = rotation[(index + 1) % len(rotation)]
        fits = fallow_months(now, following) >= 3
        grown.append(CropYear(now.crop, yield_t_ha=now.yield_t_ha, cover_crop=green if fits else None))
    plan = Plan(tuple(grown), 2000)
    cycle = compile_cycle(plan, Grid(), latitude)
    expected = sum(crop_carbon(one, None).returned for one in grown)
    expected += sum(one.cover_crop is not None for one in grown) * cover_crop_carbon(cover, carbon).returned
    assert cycle.yearly().sum() == pytest.approx(expected, rel=1e-12)
    assert expected > 0.0
