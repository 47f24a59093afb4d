"""What the practices room says to wrong plans, practices and practice files."""

from __future__ import annotations

import pytest

from mollisol.grid import Grid
from mollisol.practices import (
    Application,
    CoverCrop,
    CropYear,
    Plan,
    Tillage,
    apply,
    apply_together,
    as_timeline,
    compile_cycle,
    compile_management,
    land_use_plan,
    load_practice,
    practice,
    union_sources,
)
from mollisol.units import InputError

GRID = Grid()
MAIZE = CropYear("maize", yield_t_ha=9.0)
NOW = Plan((MAIZE,), 2025, Tillage(depth=0.2))
TIGHT = Plan((CropYear("soybean", yield_t_ha=3.0), CropYear("wheat", yield_t_ha=5.0)), 2025)

CASES = {
    "unknown crop": (lambda: CropYear("maiz", yield_t_ha=9), "'maize'"),
    "said twice": (lambda: CropYear("maize", yield_t_ha=9, productivity=0.9), "twice"),
    "half an input": (lambda: CropYear("maize", above_t_ha=2.0), "together"),
    "negative yield": (lambda: CropYear("maize", yield_t_ha=-9), "yield_t_ha"),
    "text for a yield": (lambda: CropYear("maize", yield_t_ha="nine"), "'nine'"),
    "percent removed": (lambda: CropYear("maize", yield_t_ha=9, residue_removed=30), "fraction"),
    "cover of forest": (lambda: CoverCrop("forest", 1.0), "land cover"),
    "tillage of nothing": (lambda: Tillage(), "operation or a depth"),
    "unknown operation": (lambda: Tillage("mouldbord_plough"), "'mouldboard_plough'"),
    "plough at 5 cm": (lambda: Tillage("mouldboard_plough", 0.05), "field_cultivator"),
    "plough at 2 m": (lambda: Tillage(depth=2.0), "40 cm"),
    "every 0 years": (lambda: Tillage(depth=0.2, every_years=0), "at least 1"),
    "month 13": (lambda: Tillage(depth=0.2, month=13), "1 to 12"),
    "unknown amendment": (lambda: Application("compst", 0.1), "amendment"),
    "upside down": (lambda: Application("green_compost", 0.1, 0.5, 0.3), "upper depth first"),
    "half a depth": (lambda: Application("green_compost", 0.1, 0.3), "both ends"),
    "once without a year": (lambda: Application("green_compost", 0.1, every_years=None), "its year"),
    "empty rotation": (lambda: Plan((), 2025), "at least one crop"),
    "empty time line": (lambda: as_timeline([]), "at least one plan"),
    "two plans in a year": (lambda: as_timeline([(2025, NOW), (2025, NOW)]), "2025"),
    "unknown land use": (lambda: land_use_plan("grasland", 1850), "'grassland'"),
    "no climate": (lambda: compile_cycle(land_use_plan("forest", 1850), GRID, 45.0), "no climate"),
    "eleven months": (
        lambda: compile_cycle(
            land_use_plan("forest", 1850), GRID, 45.0, monthly_climate_means=([9.0] * 11, [70.0] * 11)
        ),
        "twelve months",
    ),
    "a month missing": (
        lambda: compile_cycle(
            land_use_plan("forest", 1850),
            GRID,
            45.0,
            monthly_climate_means=([9.0] * 12, [70.0] * 11 + [float("nan")]),
        ),
        "lack a month",
    ),
    "latitude": (lambda: compile_cycle(NOW, GRID, 142.0), "-90 to 90"),
    "before the plan": (lambda: compile_management(NOW, (2020, 2030), GRID, 42.0), "2020"),
    "backwards": (lambda: compile_management(NOW, (2030, 2025), GRID, 42.0), "backwards"),
    "tillage below the grid": (lambda: compile_cycle(NOW, Grid([0, 0.1]), 42.0), "below the grid"),
    "injection below the grid": (
        lambda: compile_cycle(Plan((MAIZE,), 2025, None, (Application("green_compost", 0.1, 1.5, 2.5),)), GRID, 42.0),
        "250 cm",
    ),
    "endless cycle": (
        lambda: compile_cycle(Plan((MAIZE,) * 11, 2025, Tillage(depth=0.2, every_years=13)), GRID, 42.0),
        "143 years",
    ),
    "no room for a cover crop": (
        lambda: compile_cycle(
            Plan((CropYear("soybean", yield_t_ha=3, cover_crop=CoverCrop("rye", 1.0)), TIGHT.rotation[1]), 2025),
            GRID,
            42.0,
        ),
        "no room",
    ),
    "nowhere for a cover crop": (
        lambda: apply(Plan((CropYear("alfalfa", yield_t_ha=9.0),), 2025), "cover_crop"),
        "leaves no",
    ),
    "different windows": (
        lambda: union_sources([compile_cycle(NOW, GRID, 42.0, year) for year in (2025, 2026)]),
        "different years",
    ),
    "unknown practice": (lambda: practice("cover_crp"), "'cover_crop'"),
    "unknown parameter": (lambda: apply(NOW, "cover_crop", {"carbn_t_ha": 1.0}), "'carbon_t_ha'"),
    "out of range": (lambda: apply(NOW, "cover_crop", {"carbon_t_ha": 100.0}), "0.1 to 8"),
    "text for a number": (lambda: apply(NOW, "cover_crop", {"carbon_t_ha": "much"}), "'much'"),
    "unknown choice": (lambda: apply(NOW, "cover_crop", {"crop": "rey"}), "'rye'"),
    "half a year": (lambda: apply(NOW, "manure_surface", {"every_years": 1.5}), "whole number"),
    "harvest month": (lambda: apply(NOW, "manure_surface", {"month": 0}), "'harvest'"),
    "two amounts": (lambda: apply(NOW, "manure_surface", {"t_ha": 1, "carbon_t_ha": 1}), "twice"),
    "before the plan began": (lambda: apply(NOW, "no_till", {"year": 2020}), "2020"),
    "year in words": (lambda: apply(NOW, "no_till", {"year": "soon"}), "calendar year"),
    "contradiction": (
        lambda: apply_together(NOW, [("no_till", {}), ("reduced_till", {})]),
        "no_till and reduced_till contradict",
    ),
    "contradicting residues": (
        lambda: apply_together(NOW, [("residue_retention", {}), ("residue_removal", {"removed": 0.4})]),
        "residue",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_wrong_input_is_explained(case):
    call, expected = CASES[case]
    with pytest.raises(InputError) as caught:
        call()
    assert expected in str(caught.value)


def test_the_same_said_twice_is_no_contradiction():
    line = apply_together(NOW, [("no_till", {}), ("no_till", {})])
    assert line[0][1].tillage is None


GOOD = """name: mine
about: A practice of my own.
mechanism: It changes the tillage.
parameters:
  depth_cm: {value: 10, unit: cm, lower: 4, upper: 20, source: mine, confidence: low, about: how deep}
actions:
  - set_tillage: {operation: field_cultivator, depth_cm: $depth_cm}
"""

FILES = {
    "unknown action": (GOOD.replace("set_tillage", "set_tilage"), 7, "'set_tillage'"),
    "unknown argument": (GOOD.replace("depth_cm: $", "depth: $"), 7, "depth_cm"),
    "lacking argument": (GOOD.replace("operation: field_cultivator, ", ""), 7, "operation"),
    "unknown reference": (GOOD.replace("$depth_cm", "$deep_cm"), 7, "'depth_cm'"),
    "unknown key": (GOOD.replace("about: A", "abut: A"), 2, "'about'"),
    "lacking mechanism": (GOOD.replace("mechanism: It changes the tillage.\n", ""), None, "mechanism"),
    "no source": (GOOD.replace("source: mine, ", ""), 5, "source"),
    "unit missing": (GOOD.replace("unit: cm, ", ""), 5, "unit"),
    "confidence unknown": (GOOD.replace("confidence: low", "confidence: sure"), 5, "'sure'"),
    "default out of range": (GOOD.replace("value: 10", "value: 40"), 5, "from 4 to 20"),
    "kind unknown": (GOOD.replace("{value: 10", "{kind: depth, value: 10"), 5, "depths"),
    "duplicate key": (GOOD + "name: again\n", 8, "twice"),
    "alias": (GOOD.replace("about: A practice of my own.", "about: &a [*a]"), 2, "aliases"),
    "not YAML": ("name: [unclosed\nabout: x", 2, "YAML"),
    "not a mapping": ("- 1\n- 2\n", None, "mapping"),
    "empty": ("", None, "mapping"),
    "actions no list": (GOOD.replace("  - set_tillage", "  set_tillage"), 6, "list"),
    "two actions in one": (GOOD + "    set_residue_removed: {fraction: 0.1}\n", 7, "one name"),
    "instead of unknown": (GOOD.replace("value: 10", "instead_of: [d], value: 10"), 5, "'d'"),
}


@pytest.mark.parametrize("case", FILES)
def test_wrong_files_name_file_and_line(case, tmp_path):
    text, line, expected = FILES[case]
    assert text != GOOD
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_practice(file)
    assert expected in str(caught.value)
    assert caught.value.file == "mine.yaml"
    assert caught.value.line == line


def test_the_good_file_is_read(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD, encoding="utf-8")
    line = apply(NOW, load_practice(file), {"depth_cm": 15})
    assert line[0][1].tillage == Tillage("field_cultivator", 0.15)


def test_files_that_are_no_text(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_practice(tmp_path / "absent.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(InputError, match="not text"):
        load_practice(tmp_path / "binary.yaml")
    (tmp_path / "large.yaml").write_text("a" * 1_000_001, encoding="utf-8")
    with pytest.raises(InputError, match="too large"):
        load_practice(tmp_path / "large.yaml")


def test_actions_check_what_a_file_gives_them(tmp_path):
    text = GOOD.replace(
        "  - set_tillage: {operation: field_cultivator, depth_cm: $depth_cm}",
        "  - replace_rotation: {crops: [{crop: maize, yeld: 9}]}",
    )
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no key yeld"):
        apply(NOW, load_practice(file))
    file.write_text(text.replace("{crop: maize, yeld: 9}", "{yield_t_ha: 9}"), encoding="utf-8")
    with pytest.raises(InputError, match="needs its crop"):
        apply(NOW, load_practice(file))
