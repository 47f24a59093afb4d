"""The tables of crops, amendments and operations: complete, sourced, and near what others tabulate."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mollisol.plants import AMENDMENTS, CROPS, LITTER_POOLS, OPERATIONS, ROOT_DISTRIBUTIONS, crop
from mollisol.plants.tables import CONFIDENCES

CONTRACT = [
    "wheat",
    "barley",
    "oats",
    "rye",
    "maize",
    "silage_maize",
    "sorghum",
    "rice",
    "soybean",
    "pea",
    "canola",
    "sunflower",
    "potato",
    "sugar_beet",
    "alfalfa",
    "red_clover",
    "hairy_vetch",
    "perennial_grass",
    "switchgrass",
    "miscanthus",
]

PARAMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "params"
needs_params = pytest.mark.skipif(not PARAMS.is_dir(), reason="../shared/data/params absent")


def test_every_crop_of_the_contract_is_there():
    assert set(CONTRACT) <= set(CROPS)


@pytest.mark.parametrize("name", sorted(CROPS))
def test_crop_is_complete_and_plausible(name):
    plant = crop(name)
    assert plant.product + plant.straw + plant.root + plant.rhizodeposit == pytest.approx(1.0, abs=1e-12)
    assert min(plant.product, plant.straw, plant.root, plant.rhizodeposit) >= 0.0
    assert 0.0 <= plant.moisture < 0.9
    assert 0.4 <= plant.carbon <= 0.5
    assert 0.0 < plant.root_d50 < plant.root_d95
    assert plant.root_d50 < plant.root_deepest <= 3.0
    assert 0.0 < plant.root_turnover <= 1.0
    assert plant.sow in range(1, 13)
    assert plant.harvest in range(1, 13)
    assert min(plant.stages) > 0.0
    assert 0.0 <= plant.cover_dormant < plant.cover <= 1.0
    assert {"allocation", "quality", "roots", "calendar", "moisture", "carbon"} <= set(plant.sources)
    for source in plant.sources.values():
        assert len(source.text) > 10
        assert source.confidence in CONFIDENCES
    if plant.cover_crop:
        green = plant.cover_crop
        assert green.above + green.root + green.rhizodeposit == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", sorted(AMENDMENTS))
def test_amendment_is_complete(name):
    material = AMENDMENTS[name]
    assert len(material.split) == len(LITTER_POOLS)
    assert sum(material.split) == pytest.approx(1.0, abs=1e-12)
    assert min(material.split) >= 0.0
    assert 0.0 < material.dry_matter <= 1.0
    assert 0.1 <= material.carbon <= 0.9
    assert material.carbon_to_nitrogen > 0.0
    assert material.source
    assert material.split_source
    assert material.confidence in CONFIDENCES
    assert material.split_confidence in CONFIDENCES
    assert (material.split[4] > 0.9) == name.startswith("biochar")


def test_there_are_at_least_ten_amendments():
    assert len(AMENDMENTS) >= 10


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operation_is_complete(name):
    work = OPERATIONS[name]
    assert 0.0 < work.depth_lower <= work.depth <= work.depth_upper <= 0.6
    for share in (work.mixing, work.burial, work.breakage):
        assert 0.0 <= share <= 1.0
    assert work.source
    assert work.confidence in CONFIDENCES


def test_ploughing_breaks_and_buries_most_and_direct_drilling_least():
    by_breakage = sorted(OPERATIONS.values(), key=lambda work: work.breakage)
    assert by_breakage[-1].name == "mouldboard_plough"
    assert by_breakage[0].name == "direct_drill"


@pytest.mark.parametrize("name", sorted(ROOT_DISTRIBUTIONS))
def test_root_parameters_carry_their_source(name):
    for declared in ROOT_DISTRIBUTIONS[name].parameters.values():
        assert declared.source
        assert declared.unit in ("m", "1")


AMG_NAMES = {
    "wheat": "Winter wheat",
    "barley": "Spring barley",
    "rye": "Rye",
    "maize": "Grain maize",
    "silage_maize": "Silage maize",
    "canola": "Spring rapeseed",
    "sunflower": "Sunflower",
    "potato": "Potatoes",
    "sugar_beet": "Sugar beet",
}


@needs_params
@pytest.mark.parametrize(("ours", "theirs"), AMG_NAMES.items())
def test_allocation_is_near_an_independent_table(ours, theirs):
    with (PARAMS / "amg" / "parameters_PLANT.csv").open(encoding="utf-8-sig") as file:
        rows = {row["Crop_name"]: row for row in csv.DictReader(file, delimiter=";") if row["Crop_type"] == "MC"}
    row, plant = rows[theirs], CROPS[ours]
    mine = np.array([plant.product, plant.straw, plant.root + plant.rhizodeposit])
    other = np.array([float(row["RP"]), float(row["RS"]), float(row["RR"]) + float(row["RE"])])
    # Keel et al. 2017: tables of allocation differ by this much; a slip of a column would differ by more.
    assert np.abs(mine - other).max() < 0.15


@needs_params
def test_tillage_agrees_with_the_published_operations():
    with (PARAMS / "soilmanager" / "STIR_values_LUT.csv").open(encoding="utf-8-sig") as file:
        rows = {row["Operation"]: row for row in csv.DictReader(file)}
    pairs = {
        "mouldboard_plough": "plough",
        "chisel_plough": "heavy_duty_cultivator",
        "disc_harrow": "disk_harrow",
        "field_cultivator": "fine_cultivator",
        "subsoiler": "subsoiler",
        "spading_machine": "spading_machine",
    }
    for ours, theirs in pairs.items():
        row, work = rows[theirs], OPERATIONS[ours]
        assert work.depth == pytest.approx(float(row["Depth"]) / 100.0)
        assert work.burial == pytest.approx(float(row["Burial_Coefficient"]), abs=0.01)
        assert work.breakage == pytest.approx(float(row["STIR_original"]) / 65.0, abs=0.01)


@needs_params
def test_amendments_agree_with_the_published_composition():
    with (PARAMS / "soilmanager" / "CN_input_amendments_LUT.csv").open(encoding="utf-8-sig") as file:
        rows = {row["Amendment"]: row for row in csv.DictReader(file)}
    pairs = {
        "cattle_manure": "Manure_cattle",
        "cattle_slurry": "Slurry_cattle",
        "pig_slurry": "Slurry_pig",
        "poultry_litter": "Manure_broiler_chickens",
        "green_compost": "Compost",
        "digestate": "Digestate_liquid",
    }
    for ours, theirs in pairs.items():
        row, material = rows[theirs], AMENDMENTS[ours]
        assert material.dry_matter == pytest.approx(float(row["DMC"]) / 1000.0, abs=0.005)
        assert material.carbon == pytest.approx(float(row["C_content"]) / 1000.0, abs=0.001)
        ratio = float(row["C_content"]) / float(row["N_content"])
        assert material.carbon_to_nitrogen == pytest.approx(ratio, rel=0.02)
