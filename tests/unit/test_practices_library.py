"""The library of practices: every one is complete, sourced and does what it says."""

from __future__ import annotations

import sys
from subprocess import run

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.practices import (
    CropYear,
    Plan,
    Tillage,
    apply,
    apply_together,
    as_timeline,
    combined_name,
    compile_management,
    list_practices,
    load_practice,
    patches_of,
    practice,
)

GRID = Grid()
NOW = Plan(
    (
        CropYear("maize", yield_t_ha=9.0, residue_removed=0.3),
        CropYear("soybean", yield_t_ha=3.0, residue_removed=0.3),
    ),
    2025,
    Tillage(depth=0.2),
)
MEANS = (np.linspace(-2.0, 22.0, 12), np.full(12, 70.0))
"""Monthly temperature (degC) and precipitation (mm), for crops without a yield."""

EXPECTED = {
    "cover_crop", "residue_retention", "residue_removal", "no_till", "reduced_till", "manure_surface",
    "compost_surface", "mineral_fertiliser", "crop_rotation", "irrigation", "liming", "grassland_conversion",
    "deep_rooted_crop", "perennial_grass", "mixed_cropping", "agroforestry", "full_inversion_tillage",
    "deep_ploughing", "ditch_buried_straw", "deep_nutrient_banding", "compost_injection", "manure_injection",
    "biochar_surface", "biochar_injection", "iron_oxide_addition", "clay_addition", "rock_dust",
    "microbial_inoculant", "deep_burrowing_earthworms", "resistant_roots", "climate_change", "cultivar_drift",
    "co2_rise",
}  # fmt: skip


def yearly(line):
    """Carbon of each year, the mean over the parts of the field, kg C/m2/yr."""
    whole = as_timeline(line)
    return sum(
        patch.share * compile_management(patch.timeline, (2025, 2034), GRID, 42.4, MEANS).yearly().sum(axis=1)
        for patch in patches_of(whole)
    )


def test_the_library_is_the_one_that_users_rely_on():
    assert set(list_practices()) == EXPECTED
    assert {name for name in EXPECTED if practice(name).driver} == {"climate_change", "cultivar_drift", "co2_rise"}


@pytest.mark.parametrize("name", list_practices())
def test_practice_is_complete_and_works(name):
    one = practice(name)
    assert one.name == name
    assert len(one.about) > 10
    assert len(one.mechanism) > 40
    assert one.driver or one.challenges
    assert one.driver or one.risks
    assert one.evidence.about
    assert one.evidence.sources or one.evidence.strength == "none"
    for declared in one.parameters.values():
        assert declared.source
        assert declared.about
    line = apply(NOW, name, {"year": 2028})
    assert [year for year, _ in line] == [2025, 2028]
    assert line[0][1] == NOW
    assert line[1][1] != NOW
    # Nothing changes before it starts.
    assert np.allclose(yearly(line)[:3], yearly(NOW)[:3], rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("name", list_practices())
def test_every_parameter_is_used_and_keeps_its_range(name):
    one = practice(name)
    used = [value for _, arguments in one.actions for value in arguments.values()]
    asked = {key for when in one.conditions for key in when}
    for key, declared in one.parameters.items():
        assert f"${key}" in used or key in asked
        if declared.kind in ("number", "integer", "chance"):
            assert declared.lower is not None
            assert declared.upper is not None
            for value in (declared.lower, declared.upper):
                assert one.values({key: value})[key] == value


@pytest.mark.parametrize("name", list_practices())
def test_what_is_uncertain_has_a_distribution_with_its_best_estimate_inside(name):
    for declared in practice(name).parameters.values():
        if declared.drawn:
            prior = declared.prior
            assert prior.lower <= prior.value <= prior.upper
            assert prior.spread > 0.0 or prior.distribution == "uniform"


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("residue_retention", 1),
        ("residue_removal", -1),
        ("cover_crop", 1),
        ("no_till", 0),
        ("reduced_till", 0),
        ("manure_surface", 1),
        ("compost_surface", 1),
        ("mineral_fertiliser", 1),
        ("irrigation", 1),
        ("mixed_cropping", 1),
        ("deep_rooted_crop", 1),
        ("deep_nutrient_banding", 1),
        ("biochar_injection", 1),
        ("cultivar_drift", -1),
        ("climate_change", 0),
    ],
)
def test_input_changes_in_the_right_direction(name, sign):
    given = {"every_years": 1} if name.startswith("biochar") else {}
    change = yearly(apply(NOW, name, {"year": 2027, **given}))[3:] - yearly(NOW)[3:]
    if sign == 0:
        assert np.abs(change).max() < 1e-12
    else:
        assert (sign * change).min() > 0.0


def test_no_till_and_reduced_till_change_tillage_only():
    none = compile_management(apply(NOW, "no_till"), (2025, 2026), GRID, 42.4)
    assert none.tillage_depth.max() == 0.0
    assert none.depth[none.sources.index("maize straw on the surface"), 0] == 1.0
    less = compile_management(apply(NOW, "reduced_till", {"depth_cm": 8}), (2025, 2026), GRID, 42.4)
    assert less.tillage_depth.max() == pytest.approx(0.08)
    assert less.tillage_breakage.max() == pytest.approx(0.52)


def test_amounts_can_be_given_in_three_ways():
    per_ha = {"t_ha": 5.0, "fresh_t_ha": 5.0 / 0.21, "carbon_t_ha": 5.0 * 0.428}
    carbons = [apply(NOW, "manure_surface", {key: value})[0][1].amendments[0].carbon for key, value in per_ha.items()]
    assert carbons == pytest.approx([0.214] * 3, rel=1e-12)


def test_practices_together_act_in_order_of_their_years():
    line = apply_together(NOW, [("reduced_till", {"year": 2030}), ("no_till", {"year": 2027})])
    assert [year for year, _ in line] == [2025, 2027, 2030]
    assert line[1][1].tillage is None
    assert line[2][1].tillage is not None
    both = apply_together(NOW, [("cover_crop", {}), ("manure_surface", {"t_ha": 3.0})], 2026)
    assert [year for year, _ in both] == [2025, 2026]
    assert both[1][1].amendments
    assert both[1][1].rotation[0].cover_crop is not None
    assert combined_name(["cover_crop", "no_till"]) == "cover_crop + no_till"


def test_amendments_add_where_practices_share_nothing():
    twice = apply_together(NOW, [("manure_surface", {}), ("manure_surface", {"t_ha": 1.0})])
    assert len(twice[0][1].amendments) == 2


def test_a_practice_acts_on_every_later_plan():
    later = Plan((CropYear("wheat", yield_t_ha=5.0),), 2030, Tillage(depth=0.25))
    line = apply([(2025, NOW), (2030, later)], "no_till", {"year": 2027})
    assert [(year, plan.tillage is None) for year, plan in line] == [
        (2025, False),
        (2027, True),
        (2030, True),
    ]


def test_a_users_own_practice(tmp_path):
    file = tmp_path / "deep_grass.yaml"
    file.write_text(
        """
name: deep_grass
about: Grass for three years, then maize; char below.
mechanism: Shows that a practice is data.
parameters:
  t_ha: {value: 10, unit: t dry matter/ha, lower: 1, upper: 50, source: mine, confidence: low, about: char}
  depth_cm:
    {kind: depths, value: [30, 50], unit: cm, lower: 0, upper: 200, source: mine, confidence: low, about: where}
actions:
  - replace_rotation:
      crops:
        - {crop: perennial_grass, yield_dry_t_ha: 8.0}
        - {crop: perennial_grass, yield_dry_t_ha: 8.0}
        - {crop: maize, yield_t_ha: 9.0}
  - add_amendment: {amendment: biochar_wood, t_ha: $t_ha, depth_cm: $depth_cm, every_years: null}
  - set_tillage: {operation: none}
""",
        encoding="utf-8",
    )
    line = apply(NOW, load_practice(file), {"year": 2027, "t_ha": 20})
    window = compile_management(line, (2025, 2030), GRID, 42.4)
    assert [one.crop for one in window.harvest] == [
        "maize",
        "soybean",
        "perennial_grass",
        "perennial_grass",
        "maize",
        "perennial_grass",
    ]
    char = window.yearly()[:, window.sources.index("biochar_wood at 30-50 cm")]
    assert char == pytest.approx([0, 0, 2.0 * 0.77, 0, 0, 0], rel=1e-12)


def test_listing_practices_loads_nothing_heavy():
    code = (
        "import sys, mollisol.practices as p; p.list_practices(); "
        "print([m for m in ('jax', 'xarray', 'pandas', 'scipy') if m in sys.modules])"
    )
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
