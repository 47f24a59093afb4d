"""Plans to arrays: what enters when, where and of what quality."""

from __future__ import annotations

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.plants import CROPS, TimingParameters, amendment_carbon, carbon_inputs, cover_crop_carbon
from mollisol.practices import (
    Application,
    CoverCrop,
    CropYear,
    Plan,
    PlantChoices,
    RootChoice,
    Tillage,
    apply,
    compile_cycle,
    compile_management,
    land_use_plan,
    union_sources,
)
from mollisol.practices.rotation import fallow_months

GRID = Grid()
MEANS = (np.linspace(-4.0, 21.0, 12), np.full(12, 75.0))
CORN_BELT = Plan(
    (
        CropYear("maize", yield_t_ha=9.0),
        CropYear("soybean", yield_t_ha=3.0),
        CropYear("wheat", yield_t_ha=4.5, residue_removed=0.4),
    ),
    2025,
    Tillage(depth=0.2),
)


def expected_year(plan: Plan, year: int) -> float:
    entry = plan.crop_year(year)
    return carbon_inputs(entry.crop, yield_t_ha=entry.yield_t_ha, residue_removed=entry.residue_removed).returned


def check_shapes(management, grid=GRID):
    months, sources, rows = management.months, len(management.sources), len(grid) + 1
    assert management.amount.shape == (months, sources)
    assert management.depth.shape == (sources, rows)
    assert management.quality.shape == (sources, 5)
    assert management.below_ground.shape == (sources,)
    assert management.root_respiration.shape == (months, rows)
    for name in ("depth", "mixing", "burial", "breakage"):
        assert getattr(management, f"tillage_{name}").shape == (months,)
    assert management.cover.shape == (months,)
    assert np.allclose(management.depth.sum(axis=1), 1.0, atol=1e-12)
    assert np.allclose(management.quality.sum(axis=1), 1.0, atol=1e-12)
    assert management.root_share.shape == (len(grid),)
    assert management.root_share.sum() == pytest.approx(1.0, abs=1e-12)
    assert management.amount.min() >= 0.0
    assert management.depth.min() >= 0.0
    assert 0.0 <= management.cover.min() <= management.cover.max() <= 1.0
    assert len(set(management.sources)) == sources


@pytest.mark.parametrize("latitude", [52.0, -33.0])
@pytest.mark.parametrize("name", sorted(CROPS))
def test_every_crop_compiles_and_conserves(name, latitude):
    plan = Plan((CropYear(name),), 2000, Tillage("mouldboard_plough"))
    cycle = compile_cycle(plan, GRID, latitude, monthly_climate_means=MEANS)
    check_shapes(cycle)
    carbon = cycle.harvest[0]
    assert cycle.yearly().sum() == pytest.approx(carbon.returned, rel=1e-12)
    below = cycle.yearly()[0, cycle.below_ground].sum()
    assert below == pytest.approx(carbon.bnpp, rel=1e-12)
    respired = cycle.root_respiration.mean(axis=0)
    assert respired.sum() == pytest.approx(TimingParameters().root_respiration_ratio * carbon.bnpp, rel=1e-12)
    assert respired[0] == 0.0
    assert any("from the climate" in note for note in cycle.notes)


def test_each_year_is_what_the_crop_gives():
    window = compile_management(CORN_BELT, (2025, 2033), GRID, 42.4)
    check_shapes(window)
    expected = [expected_year(CORN_BELT, year) for year in range(2025, 2034)]
    assert window.yearly().sum(axis=1) == pytest.approx(expected, rel=1e-12)
    assert [carbon.crop for carbon in window.harvest[:3]] == ["maize", "soybean", "wheat"]


def test_straw_ploughed_in_lies_over_the_depth_as_far_as_buried():
    window = compile_management(CORN_BELT, (2025, 2025), GRID, 42.4)
    row = window.depth[window.sources.index("maize straw worked in to 20 cm")]
    assert row[0] == pytest.approx(0.01)
    assert row[1:5] == pytest.approx(np.full(4, 0.99 / 4.0))
    assert row[5:].max() == 0.0
    assert window.tillage_depth[9] == 0.2
    assert np.count_nonzero(window.tillage_depth) == 1
    assert window.tillage_burial[9] == 0.99
    assert window.tillage_breakage[9] == 1.0
    assert any("mouldboard_plough" in note for note in window.notes)


def test_straw_stays_on_top_where_tillage_comes_later():
    plan = Plan(CORN_BELT.rotation[:1], 2025, Tillage(depth=0.2, month=11))
    window = compile_management(plan, (2025, 2025), GRID, 42.4)
    row = window.depth[window.sources.index("maize straw on the surface")]
    assert row[0] == 1.0
    assert window.tillage_depth.nonzero()[0].tolist() == [10]


def test_tillage_every_second_year_gives_two_kinds_of_straw():
    plan = Plan(CORN_BELT.rotation[:1], 2025, Tillage(depth=0.2, every_years=2))
    cycle = compile_cycle(plan, GRID, 42.4)
    assert len(cycle.years) == 2
    amounts = dict(zip(cycle.sources, cycle.yearly().T, strict=True))
    assert amounts["maize straw worked in to 20 cm"][1] == 0.0
    assert amounts["maize straw on the surface"][0] == 0.0
    assert amounts["maize straw on the surface"][1] == pytest.approx(amounts["maize straw worked in to 20 cm"][0])


def test_partial_layers_are_covered_in_part():
    plan = Plan(CORN_BELT.rotation[:1], 2025, Tillage(depth=0.15))
    row = compile_cycle(plan, Grid([0.0, 0.1, 0.2, 1.0]), 42.4).depth[0]
    assert row == pytest.approx([0.01, 0.99 * 2.0 / 3.0, 0.99 / 3.0, 0.0])


def test_cycle_is_the_common_multiple_in_the_phase_of_the_start():
    plan = Plan(
        CORN_BELT.rotation,
        2000,
        Tillage(depth=0.2, every_years=2),
        (Application("cattle_manure", 0.2, every_years=4),),
    )
    cycle = compile_cycle(plan, GRID, 42.4, start_year=2025)
    assert cycle.years == tuple(range(2025, 2037))
    # 25 years after a maize year: (2025 - 2000) mod 3 = 1, so soybean comes first.
    assert [one.crop for one in cycle.harvest[:3]] == ["soybean", "wheat", "maize"]
    tilled = cycle.tillage_depth.reshape(12, 12).any(axis=1)
    assert tilled.tolist() == [year % 2 == 0 for year in range(2025, 2037)]
    manure = sum(cycle.yearly()[:, index] for index, name in enumerate(cycle.sources) if name.startswith("cattle"))
    assert np.flatnonzero(manure).tolist() == [year - 2025 for year in range(2025, 2037) if (year - 2000) % 4 == 0]
    assert manure.sum() == pytest.approx(3 * 0.2)


def test_the_cycle_repeats_in_a_long_window():
    plan = apply(CORN_BELT, "cover_crop")[0][1]
    cycle = compile_cycle(plan, GRID, 42.4, start_year=2031)
    window = compile_management(((2020, plan),), (2025, 2042), GRID, 42.4)
    cycle, window = union_sources([cycle, window]) if cycle.years == window.years else (cycle, window)
    order = [cycle.sources.index(name) for name in window.sources]
    tail = window.amount[-36:]
    shift = (window.years[-3] - cycle.years[0]) % 3
    assert shift == 0
    assert np.array_equal(tail, cycle.amount[:, order])
    assert np.array_equal(window.cover[36:72], cycle.cover)
    assert np.array_equal(window.tillage_depth[36:72], cycle.tillage_depth)


def test_cover_crop_belongs_to_the_year_in_which_it_ends():
    plan = Plan((CropYear("maize", yield_t_ha=9.0, cover_crop=CoverCrop("rye", 1.5)),), 2025, Tillage(depth=0.2))
    window = compile_management(plan, (2025, 2027), GRID, 42.4)
    rye = [index for index, name in enumerate(window.sources) if name.startswith("rye cover")]
    assert len(rye) == 3
    per_year = window.yearly()[:, rye].sum(axis=1)
    assert per_year == pytest.approx(np.full(3, 0.15), rel=1e-12)
    shoots = window.amount[:, window.sources.index("rye cover shoots on the surface")].reshape(3, 12)
    assert (shoots > 0.0).sum(axis=1).tolist() == [1, 1, 1]
    assert shoots[0].argmax() == 3
    assert window.cover.reshape(3, 12)[0, 2] > 0.3


def test_a_cover_crop_that_starts_leaves_the_year_before_alone():
    line = apply(CORN_BELT, "cover_crop", {"year": 2027})
    window = compile_management(line, (2025, 2030), GRID, 42.4)
    rye = [index for index, name in enumerate(window.sources) if name.startswith("rye cover")]
    per_year = window.yearly()[:, rye].sum(axis=1)
    whole = cover_crop_carbon("rye", 1.5).returned
    # After wheat (2027) and after maize (2028); not between soybean and wheat.
    assert per_year == pytest.approx([0.0, 0.0, 0.0, whole, whole, 0.0], abs=1e-12)
    base = compile_management(CORN_BELT, (2025, 2030), GRID, 42.4)
    assert np.array_equal(window.cover[:24], base.cover[:24])
    assert window.cover[32:36].sum() > base.cover[32:36].sum()


def test_fallow_is_the_same_on_both_hemispheres_and_needs_a_gap():
    assert fallow_months(CropYear("maize"), CropYear("soybean")) == 6
    assert fallow_months(CropYear("soybean"), CropYear("wheat")) == 0
    assert fallow_months(CropYear("wheat"), CropYear("maize")) == 9
    assert fallow_months(CropYear("alfalfa"), CropYear("maize")) == 0
    plan = apply(CORN_BELT, "cover_crop")
    north = compile_management(plan, (2025, 2030), GRID, 42.4)
    south = compile_management(plan, (2025, 2030), GRID, -42.4)
    assert set(north.sources) == set(south.sources)
    crops = sum(expected_year(CORN_BELT, year) for year in range(2025, 2031))
    # After maize 2025, wheat 2027 and maize 2028; in the south the fallow lies in one year, wheat 2030 too.
    assert north.yearly().sum() == pytest.approx(crops + 3 * 0.15, rel=1e-12)
    assert south.yearly().sum() == pytest.approx(crops + 4 * 0.15, rel=1e-12)


def test_a_cover_crop_of_the_first_year_was_not_there_the_autumn_before():
    new = compile_management(apply(CORN_BELT, "cover_crop"), (2025, 2026), GRID, 42.4)
    held = compile_management(apply(CORN_BELT, "cover_crop", {"year": 2025}), (2025, 2026), GRID, 42.4)
    assert new.yearly()[0].sum() == pytest.approx(expected_year(CORN_BELT, 2025), rel=1e-12)
    assert np.array_equal(new.amount, held.amount)
    rotation = (*CORN_BELT.rotation[:2], CropYear("wheat", yield_t_ha=4.5, cover_crop=CoverCrop("rye", 1.5)))
    always = compile_management(Plan(rotation, 2025), (2025, 2026), GRID, 42.4)
    assert always.yearly()[0].sum() == pytest.approx(expected_year(CORN_BELT, 2025) + 0.15, rel=1e-12)


def test_amendments_are_counted_to_the_gram():
    plan = Plan(
        CORN_BELT.rotation,
        2025,
        None,
        (
            Application("cattle_manure", amendment_carbon("cattle_manure", t_ha=6.0), month=4, every_years=2),
            Application(
                "biochar_wood",
                amendment_carbon("biochar_wood", t_ha=10.0),
                0.3,
                0.5,
                month=9,
                every_years=None,
                first_year=2027,
            ),
        ),
    )
    window = compile_management(plan, (2025, 2030), GRID, 42.4)
    per_year = dict(zip(window.sources, window.yearly().T, strict=True))
    assert per_year["cattle_manure on the surface"] == pytest.approx(
        [0.6 * 0.428, 0, 0.6 * 0.428, 0, 0.6 * 0.428, 0], rel=1e-12
    )
    assert per_year["biochar_wood at 30-50 cm"] == pytest.approx([0, 0, 0.77, 0, 0, 0], rel=1e-12)
    index = window.sources.index("biochar_wood at 30-50 cm")
    assert window.depth[index, 7:9] == pytest.approx([0.5, 0.5])
    assert window.quality[index, 4] == pytest.approx(0.97)
    assert np.flatnonzero(window.amount[:, index]).tolist() == [2 * 12 + 8]
    assert not window.below_ground[index]
    cycle = compile_cycle(plan, GRID, 42.4)
    assert not any("biochar" in name for name in cycle.sources)
    assert any("applied once" in note for note in cycle.notes)


def test_amendments_in_a_month_of_tillage_are_worked_in():
    plan = Plan(CORN_BELT.rotation[:1], 2025, Tillage(depth=0.2), (Application("green_compost", 0.2),))
    window = compile_management(plan, (2025, 2025), GRID, 42.4)
    assert "green_compost worked in to 20 cm" in window.sources


def test_perennials_are_not_tilled_until_they_end():
    rotation = (CropYear("alfalfa", yield_t_ha=9.0),) * 3 + (CropYear("maize", yield_t_ha=9.0),)
    cycle = compile_cycle(Plan(rotation, 2025, Tillage(depth=0.2)), GRID, 42.4)
    tilled = cycle.tillage_depth.reshape(4, 12).any(axis=1)
    assert tilled.tolist() == [False, False, True, True]
    assert any("stays on the field" in note for note in cycle.notes)


def test_root_choice_of_plan_and_of_year():
    deep = RootChoice("jackson", {"beta": 0.98})
    plan = Plan((CropYear("maize", yield_t_ha=9.0), CropYear("wheat", yield_t_ha=5.0)), 2025, roots=deep)
    own = Plan(plan.rotation, 2025)
    a, b = compile_cycle(plan, GRID, 42.4), compile_cycle(own, GRID, 42.4)
    assert a.root_share[-5:].sum() > b.root_share[-5:].sum()
    assert np.array_equal(a.depth[a.sources.index("maize roots")], a.depth[a.sources.index("wheat roots")])
    heavy = Plan((CropYear("maize", yield_t_ha=9.0, roots=RootChoice("power_law")),), 2025)
    cumulative = compile_cycle(heavy, Grid([0, 0.14, 2.0]), 42.4).root_share
    assert 0.5 < cumulative[0] < 0.6


def test_changed_roots_are_a_source_of_their_own():
    later = Plan(CORN_BELT.rotation[:1], 2025, roots=RootChoice("jackson", {"beta": 0.98}))
    line = ((2025, Plan(CORN_BELT.rotation[:1], 2025)), (2027, later))
    window = compile_management(line, (2025, 2028), GRID, 42.4)
    assert {"maize roots", "maize roots (2)"} <= set(window.sources)
    per_year = dict(zip(window.sources, window.yearly().T, strict=True))
    assert (per_year["maize roots"] > 0.0).tolist() == [True, True, False, False]
    assert (per_year["maize roots (2)"] > 0.0).tolist() == [False, False, True, True]


def test_union_pads_with_nothing():
    names = ["no_till", "manure_surface", "cover_crop", "residue_removal"]
    all_of_them = [compile_management(CORN_BELT, (2025, 2030), GRID, 42.4)]
    all_of_them += [
        compile_management(apply(CORN_BELT, name, {"year": 2026}), (2025, 2030), GRID, 42.4) for name in names
    ]
    padded = union_sources(all_of_them)
    assert len({one.sources for one in padded}) == 1
    for before, after in zip(all_of_them, padded, strict=True):
        check_shapes(after)
        assert np.allclose(before.input_by_row(), after.input_by_row(), rtol=0, atol=1e-15)
        assert np.allclose(before.bnpp_by_row(), after.bnpp_by_row(), rtol=0, atol=1e-15)
        assert np.allclose(before.amount @ before.quality, after.amount @ after.quality, rtol=0, atol=1e-15)
    assert union_sources([]) == []


@pytest.mark.parametrize("land_use", ["grassland", "forest", "cropland"])
def test_history_runs_on_the_climate(land_use):
    line = ((1850, land_use_plan(land_use, 1850)), (2025, CORN_BELT))
    window = compile_management(line, (2023, 2026), GRID, 42.4, MEANS)
    check_shapes(window)
    assert (window.tillage_depth[:24].max() > 0.0) == (land_use == "cropland")
    assert window.harvest[0].npp > 0.3
    assert window.harvest[2].crop == "maize"


def test_limits_reduce_what_the_climate_allows():
    def returned(**limits):
        plan = Plan((CropYear("wheat", **limits),), 2025)
        return compile_cycle(plan, GRID, 42.4, monthly_climate_means=MEANS).yearly().sum()

    whole = returned()
    assert returned(nutrients=0.5) == pytest.approx(0.5 * whole)
    assert returned(ph=4.2) < whole
    # Wheat loses 7.1 % per dS/m beyond 6 dS/m.
    assert returned(salinity=8.0) == pytest.approx(whole * (1.0 - 2.0 * 0.071))
    assert returned(residue_burned=1.0) < returned(residue_burned=0.5) < whole


def test_drawn_parameters_reach_the_arrays():
    choices = PlantChoices(timing=TimingParameters(root_respiration_ratio=1.0))
    one = compile_cycle(CORN_BELT, GRID, 42.4, choices=choices)
    assert one.root_respiration.mean(axis=0).sum() == pytest.approx(np.mean([carbon.bnpp for carbon in one.harvest]))
