"""Every action does what it says, to rounding, and actions compose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.plants import AMENDMENTS, LITTER_POOLS, amendment_carbon
from mollisol.practices import CropYear, Plan, Tillage, apply_together, compile_cycle, compile_management, patches_of
from mollisol.practices.actions import ACTIONS
from mollisol.practices.changes import PROCESSES, Course
from mollisol.units import InputError

GRID = Grid()
NOW = Plan((CropYear("wheat", yield_t_ha=5.0), CropYear("maize", yield_t_ha=9.0)), 2025, Tillage(depth=0.2))
YEARS = (2025, 2032)
MEANS = (np.linspace(-2.0, 22.0, 12), np.full(12, 70.0))


def act(name, plan=NOW, year=2025, **arguments):
    return ACTIONS[name].function(plan, year, **arguments)


def compiled(plan):
    return compile_management(plan, YEARS, GRID, 45.0, MEANS)


def by_row(management):
    return management.input_by_row().reshape(len(management.years), 12, -1).mean(axis=1)


def of_sources(management, word):
    """Carbon of each year of the sources whose name holds a word."""
    return management.yearly()[:, [word in name for name in management.sources]].sum(axis=1)


@pytest.mark.parametrize("amendment", sorted(AMENDMENTS))
@pytest.mark.parametrize("depth_cm", [None, [30, 40], [12.3, 187.0]])
def test_an_amendment_raises_the_input_by_exactly_its_carbon(amendment, depth_cm):
    plan = act("add_amendment", amendment=amendment, t_ha=7.3, depth_cm=depth_cm, every_years=None, year=2027)
    gained = by_row(compiled(plan)) - by_row(compiled(NOW))
    expected = np.zeros(8)
    expected[2] = amendment_carbon(amendment, t_ha=7.3)
    assert gained.sum(axis=1) == pytest.approx(expected, abs=1e-12)
    if depth_cm == [30, 40]:
        inside = (GRID.edges[:-1] >= 0.3 - 1e-9) & (GRID.edges[1:] <= 0.4 + 1e-9)
        assert gained[2, 1:][inside].sum() == pytest.approx(expected[2], abs=1e-12)


@pytest.mark.parametrize("feedstock", ["wood", "straw", "manure"])
def test_biochar_brings_all_of_its_carbon_as_labile_and_stable(feedstock):
    plan = act("add_biochar", feedstock=feedstock, t_ha=12.0, hydrogen_to_carbon=0.5, depth_cm=[30, 50])
    made = compiled(plan)
    carbon = amendment_carbon(f"biochar_{feedstock}", t_ha=12.0)
    assert of_sources(made, "biochar")[0] == pytest.approx(carbon, abs=1e-12)
    quality = made.quality[next(i for i, name in enumerate(made.sources) if "biochar" in name)]
    assert quality[LITTER_POOLS.index("pyrogenic")] == pytest.approx(0.97)
    assert quality.sum() == pytest.approx(1.0, abs=1e-12)


def test_added_input_has_its_amount_kind_place_and_months():
    plan = act("add_input", label="hedge", carbon_t_ha=1.5, like="cereal_straw", depth_cm=[0, 10], months=[3, 9])
    made = compiled(plan)
    assert of_sources(made, "hedge") == pytest.approx([0.15] * 8, abs=1e-12)
    months = made.amount[:12, made.sources.index("hedge")]
    assert np.flatnonzero(months).tolist() == [2, 8]


@pytest.mark.parametrize(
    ("part", "words", "product"),
    [
        ("straw", ("straw",), 1.0),
        ("roots", ("roots",), 1.0),
        ("rhizodeposits", ("rhizodeposits",), 1.0),
        ("crop", ("straw", "roots", "rhizodeposits"), 1.7),
    ],
)
def test_scaling_a_part_scales_that_part_only(part, words, product):
    before, after = compiled(NOW), compiled(act("scale_input", part=part, factor=1.7))
    for word in ("straw", "roots", "rhizodeposits"):
        factor = 1.7 if word in words else 1.0
        assert of_sources(after, word) == pytest.approx(factor * of_sources(before, word), rel=1e-12)
    assert after.harvest[0].product == pytest.approx(product * before.harvest[0].product, rel=1e-12)


def test_scaling_within_depths_and_pools_touches_nothing_else():
    after = compiled(act("scale_input", part="roots", factor=0.4, depth_cm=[30, 95], pools=["slow_litter"]))
    before = compiled(NOW)

    def at(management):
        amount = management.yearly()[0][:, None, None]
        return (amount * management.depth[:, :, None] * management.quality[:, None, :]).sum(axis=0)

    slow = LITTER_POOLS.index("slow_litter")
    roots = [i for i, name in enumerate(before.sources) if "roots" in name]
    gone = (before.yearly()[0][roots] * before.depth[roots].T * before.quality[roots, slow])[1:].sum(axis=1)
    inside = GRID.depth_share(0.95) - GRID.depth_share(0.30)
    change = at(after) - at(before)
    assert change[1:, slow] == pytest.approx(-0.6 * gone * inside, abs=1e-14)
    assert np.abs(np.delete(change, slow, axis=1)).max() < 1e-14


def test_a_ramp_a_hold_and_a_fading():
    course = Course(2026, ramp_years=2.0, hold_years=2.0, fade_years=1.0)
    shares = [course.share(year) for year in range(2025, 2032)]
    assert shares == pytest.approx([0.0, 0.5, 1.0, 1.0, 1.0, np.exp(-1.0), np.exp(-2.0)])
    assert Course(2025, growth=(0.1, 2.0)).share(2034) == pytest.approx((1.0 - np.exp(-1.0)) ** 2)
    made = compiled(act("scale_yield", factor=2.0, year=2026, ramp_years=2, hold_years=2, fade_years=1))
    ratio = of_sources(made, "straw") / of_sources(compiled(NOW), "straw")
    assert ratio == pytest.approx(1.0 + np.array([*shares, np.exp(-3.0)]), rel=1e-12)


def test_roots_reach_deeper_and_keep_their_carbon():
    before, after = compiled(NOW), compiled(act("stretch_roots", factor=1.6))
    assert by_row(after).sum() == pytest.approx(by_row(before).sum(), rel=1e-12)
    deep = GRID.edges[:-1] >= 0.5
    assert by_row(after)[:, 1:][:, deep].sum() > 1.2 * by_row(before)[:, 1:][:, deep].sum()
    assert after.root_share[deep].sum() > before.root_share[deep].sum()


def test_stretching_a_beta_is_its_power():
    jackson = act("set_roots", kind="jackson", beta=0.961)
    stretched = compiled(act("stretch_roots", jackson, factor=1.5))
    direct = compiled(act("set_roots", kind="jackson", beta=0.961 ** (1.0 / 1.5)))
    assert np.allclose(by_row(stretched), by_row(direct), atol=1e-14)


def test_while_roots_grow_deeper_some_are_where_they_were():
    plan = act("stretch_roots", factor=2.0, ramp_years=4)
    ends = [compiled(one) for one in (NOW, act("stretch_roots", factor=2.0))]
    second = by_row(compiled(plan))[1]
    assert np.allclose(second, 0.5 * (by_row(ends[0])[1] + by_row(ends[1])[1]), atol=1e-14)


def test_suberin_moves_root_carbon_to_resistant_litter():
    before, after = compiled(NOW), compiled(act("enrich_roots", suberin=3.0, crop="wheat"))
    resistant = LITTER_POOLS.index("resistant_litter")
    wheat = [next(i for i, name in enumerate(m.sources) if name == "wheat roots") for m in (before, after)]
    assert after.quality[wheat[1], resistant] > before.quality[wheat[0], resistant]
    assert by_row(after).sum() == pytest.approx(by_row(before).sum(), rel=1e-12)
    maize = [m.quality[m.sources.index("maize roots")] for m in (before, after)]
    assert np.array_equal(*maize)


def test_a_stand_grows_up_is_not_tilled_and_stays():
    plan = act("grow_stand", crop="switchgrass", yield_dry_t_ha=10.0, first_growth=0.4, establishment_years=1.0)
    made = compiled(plan)
    assert made.tillage_depth.max() == 0.0
    full = 1.0 - 0.6 * np.array([1.0, *np.exp(-np.arange(1.0, 8.0))])
    whole = compile_cycle(act("grow_stand", crop="switchgrass", yield_dry_t_ha=10.0), GRID, 45.0).yearly().sum()
    assert made.yearly().sum(axis=1) == pytest.approx(full * whole, rel=1e-12)


def test_a_ley_is_tilled_when_it_ends():
    plan = act("extend_rotation", crop="alfalfa", years=2, yield_dry_t_ha=9.0, first_growth=0.5)
    made = compiled(plan)
    assert [one.crop for one in made.harvest][:4] == ["wheat", "maize", "alfalfa", "alfalfa"]
    tilled = made.tillage_depth.reshape(-1, 12).max(axis=1) > 0.0
    assert tilled.tolist() == [True, True, False, True] * 2
    assert made.harvest[2].roots == pytest.approx(0.5 * made.harvest[3].roots)


def test_crops_together_share_the_field():
    before = compiled(NOW)
    made = compiled(act("mix_crop", crop="alfalfa", share=0.4, land_equivalent=1.0))
    assert of_sources(made, "wheat straw")[0] == pytest.approx(0.6 * of_sources(before, "wheat straw")[0], rel=1e-12)
    npp = before.harvest[0].npp
    expected = 0.4 * npp * (0.26 + 0.169)
    assert of_sources(made, "alfalfa")[0] == pytest.approx(expected, rel=1e-9)
    more = compiled(act("mix_crop", crop="alfalfa", share=0.4, land_equivalent=1.25))
    assert more.yearly()[0].sum() == pytest.approx(1.25 * made.yearly()[0].sum(), rel=1e-9)


def test_land_that_is_given_up_grows_nothing():
    before, after = compiled(NOW), compiled(act("lose_land", share=0.12))
    assert after.yearly().sum(axis=1) == pytest.approx(0.88 * before.yearly().sum(axis=1), rel=1e-12)


def test_trees_bring_what_they_are_said_to_by_distance():
    plan = act("plant_trees", row_share=0.1, near_share=0.3, litter_t_ha=1.0, roots_t_ha=0.5, biomass_t_ha=40.0)
    parts = patches_of(((2025, plan),))
    assert [part.share for part in parts] == pytest.approx([0.1, 0.3, 0.6])
    made = [compile_management(part.timeline, (2025, 2124), GRID, 45.0, MEANS) for part in parts]
    grown = (1.0 - np.exp(-12.0)) ** 2
    field = {
        word: sum(part.share * of_sources(one, word)[-1] for part, one in zip(parts, made, strict=True))
        for word in ("tree litter", "tree r")
    }
    assert field["tree litter"] == pytest.approx(0.1 * grown, rel=1e-12)
    assert field["tree r"] == pytest.approx(0.05 * grown, rel=1e-12)
    litter = [of_sources(one, "tree litter")[-1] for one in made]
    assert litter[0] > litter[1] > litter[2] > 0.0
    wood = sum(part.share * one.biomass[-1, 0] for part, one in zip(parts, made, strict=True))
    assert wood == pytest.approx(4.0 * grown, rel=1e-12)
    assert made[0].tillage_depth.max() == 0.0
    assert {one.crop for one in made[0].harvest} == {"grassland"}


@pytest.mark.parametrize("process", sorted(PROCESSES))
def test_every_process_can_be_scaled_by_depth_and_time(process):
    plan = act("scale_process", process=process, factor=1.5, depth_cm=[0, 35], year=2026, ramp_years=2)
    (factor,) = compiled(plan).factors
    assert factor.process == process
    assert factor.course[::12] == pytest.approx([0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    expected = np.concatenate([[1.0], GRID.depth_share(0.35)])
    assert factor.strength[:, 0] == pytest.approx(0.5 * expected)


def test_the_same_change_twice_counts_twice():
    once = act("scale_process", process="mineral", factor=1.5)
    assert len(compiled(act("scale_process", once, process="mineral", factor=1.5)).factors) == 2


def test_water_and_nutrients_of_a_year():
    plan = act("add_nutrients", act("irrigate", water_mm=120.0), nitrogen_kg_ha=50.0, need_nitrogen_kg_ha=20.0)
    made = compiled(plan)
    assert made.irrigation.reshape(-1, 12).sum(axis=1) == pytest.approx([120.0] * 8)
    assert np.flatnonzero(made.irrigation[:12]).tolist() == [4, 5, 6, 7]
    assert made.nitrogen == pytest.approx([0.003] * 8)
    south = compile_management(plan, YEARS, GRID, -35.0, MEANS)
    assert np.flatnonzero(south.irrigation[:12]).tolist() == [0, 1, 10, 11]


def test_factors_compose_whatever_their_order():
    steps = [
        ("scale_yield", {"factor": 1.2}),
        ("change_allocation", {"roots": 1.3}),
        ("stretch_roots", {"factor": 1.4}),
        ("scale_input", {"part": "roots", "factor": 0.5, "depth_cm": [50, 200]}),
    ]

    def after(order):
        plan = NOW
        for name, arguments in order:
            plan = act(name, plan, **arguments)
        return by_row(compiled(plan))

    assert np.allclose(after(steps), after(steps[::-1]), atol=1e-14)


def test_what_fills_a_slot_acts_in_the_order_of_the_years():
    later = [("grassland_conversion", {"year": 2028}), ("crop_rotation", {"year": 2026})]
    line = apply_together(NOW, later)
    assert [year for year, _ in line] == [2025, 2026, 2028]
    assert {one.crop for one in line[2][1].rotation} == {"grassland"}
    assert len(line[1][1].rotation) == 4
    with pytest.raises(InputError, match="both set the rotation"):
        apply_together(NOW, [(name, {"year": 2026}) for name, _ in later])


def test_a_practice_that_ends_leaves_the_plan_as_it_was():
    line = apply_together(NOW, [("deep_rooted_crop", {"year": 2026, "until": 2028}), ("no_till", {"year": 2027})])
    assert [year for year, _ in line] == [2025, 2026, 2027, 2029]
    assert line[-1][1].changes == ()
    assert line[-1][1].tillage is None
    assert line[2][1].changes != ()
    made = compiled(line)
    plain = compiled(apply_together(NOW, [("no_till", {"year": 2027})]))
    assert np.allclose(by_row(made)[4:], by_row(plain)[4:], atol=1e-14)
    with pytest.raises(InputError, match="before it begins"):
        apply_together(NOW, [("no_till", {"year": 2028, "until": 2027})])


def test_a_share_of_the_area_is_a_part_of_the_field():
    line = apply_together(NOW, [("manure_surface", {"area": 0.25})])
    parts = patches_of(line)
    assert [part.share for part in parts] == [0.25, 0.75]
    total = sum(part.share * compiled(part.timeline).yearly().sum() for part in parts)
    whole = compiled(apply_together(NOW, [("manure_surface", {})])).yearly().sum()
    assert total == pytest.approx(0.25 * whole + 0.75 * compiled(NOW).yearly().sum(), rel=1e-12)
    with pytest.raises(InputError, match="no area"):
        apply_together(NOW, [("manure_surface", {"area": 0.0})])


WRONG = {
    "unknown process": (lambda: act("scale_process", process="minral", factor=2.0), "'mineral'"),
    "factor of nothing": (lambda: act("scale_process", process="mineral", factor=0.0), "0.001"),
    "unknown part": (lambda: act("scale_input", part="rots", factor=2.0), "'roots'"),
    "unknown pool": (lambda: act("scale_input", part="roots", factor=2.0, pools=["slow"]), "slow_litter"),
    "upside down": (lambda: act("scale_process", process="mineral", factor=2.0, depth_cm=[50, 30]), "upper depth"),
    "negative": (lambda: act("scale_yield", factor=-1.0), "factor"),
    "suberin taken away": (lambda: act("enrich_roots", suberin=0.5), "suberin"),
    "annual stand": (lambda: act("grow_stand", crop="wheat", yield_t_ha=5.0), "winter"),
    "rows all over": (
        lambda: act("plant_trees", row_share=0.6, near_share=0.4, litter_t_ha=1.0, roots_t_ha=1.0, biomass_t_ha=1.0),
        "alley",
    ),
    "both persistences": (
        lambda: act("add_biochar", feedstock="wood", t_ha=5.0, hydrogen_to_carbon=0.4, pyrolysis_c=500.0),
        "exactly one",
    ),
    "thirteen months": (lambda: act("change_climate", warming_k=[1.0] * 13), "twelve"),
    "month 0": (lambda: act("irrigate", water_mm=100.0, months=[0]), "1 to 12"),
    "companion of forest": (lambda: act("mix_crop", crop="forest", share=0.5), "not sown"),
    "half years of a ley": (lambda: act("extend_rotation", crop="alfalfa", years=1.5), "whole number"),
    "below the grid": (
        lambda: compiled(act("scale_process", process="mineral", factor=2.0, depth_cm=[100, 250])),
        "250 cm",
    ),
    "input below the grid": (
        lambda: compiled(act("scale_input", part="roots", factor=2.0, depth_cm=[100, 250])),
        "250 cm",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments_are_explained(case):
    call, expected = WRONG[case]
    with pytest.raises(InputError) as caught:
        call()
    assert expected in str(caught.value)


def test_every_action_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "practices.md").read_text("utf-8")
    assert [name for name in ACTIONS if f"`{name}`" not in page] == []
    assert [name for name in PROCESSES if name not in page] == []
