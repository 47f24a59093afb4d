"""Practices through the whole model: what they bring is in the balance, and what ends goes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

pytestmark = pytest.mark.slow

QUICK = Path(__file__).parents[2] / "src" / "mollisol" / "examples" / "quick"

PRACTICES = [
    {"practice": "compost_injection", "t_ha": 10, "depth_cm": [30, 40], "yield_factor": 1.0, "label": "compost"},
    {"practice": "biochar_injection", "t_ha": 20, "yield_factor": 1.0, "label": "char"},
    {"practice": "cover_crop", "until": 2026, "label": "stopped"},
    {"practice": "deep_burrowing_earthworms", "years": 1, "yield_factor": 1.0, "label": "worms"},
    {"practice": "irrigation", "water_mm": 300, "yield_factor": 1.0, "label": "water"},
    {"practice": "climate_change", "warming_k": 4, "years": 6, "label": "warm"},
    {"practice": "agroforestry", "label": "trees"},
    {"practice": "manure_surface", "area": 0.5, "label": "half"},
    {"practice": "manure_surface", "label": "whole"},
    {"practice": "resistant_roots", "yield_factor": 1.0, "label": "suberin"},
]


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    import mollisol

    folder = tmp_path_factory.mktemp("practices") / "study"
    shutil.copytree(QUICK, folder)
    data = yaml.safe_load((folder / "study.yaml").read_text("utf-8"))
    data |= {
        "crops": [{"crop": "maize", "yield_t_ha": 5.0}],
        "tillage": {"depth_cm": 20},
        "practices": PRACTICES,
        "years": {"start": 2025, "end": 2030},
        "ensemble": 6,
        "output": {"radiocarbon": False, "permanence": False},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return mollisol.load_study(folder / "study.yaml").run()


def change(result, name, variable):
    return result[variable].sel(practice=name) - result[variable].sel(practice="baseline")


def total_input(result):
    return (result["input"].sum("layer") + result["surface_input"]).isel(time=slice(1, None))


def test_the_budget_of_every_practice_closes(result):
    assert float(result["balance_residual"].max()) < 1e-9


@pytest.mark.parametrize(("name", "carbon"), [("compost", 10.0 * 0.243), ("char", 20.0 * 0.77)])
def test_an_amendment_raises_the_balance_by_exactly_its_carbon(result, name, carbon):
    brought = total_input(result)
    gained = (brought.sel(practice=name) - brought.sel(practice="baseline")).sum("time")
    assert gained.values == pytest.approx(np.full(6, carbon / 10.0), abs=1e-12)
    # nothing else came in, so stock and losses share it out
    stock = change(result, name, "soc").sum("layer") + change(result, name, "surface_litter")
    lost = sum(
        change(result, name, one).isel(time=slice(1, None)).sum([d for d in ("layer", "time") if d in result[one].dims])
        for one in ("respiration", "surface_respiration", "leaching")
    )
    assert (stock.isel(time=-1) + lost).values == pytest.approx(np.full(6, carbon / 10.0), abs=1e-9)


def test_a_stopped_practice_gives_its_carbon_back(result):
    gain = change(result, "stopped", "soc").sum("layer").median("member").values
    inputs = total_input(result)
    # what was sown in the last autumn ends in the next spring
    after = (inputs.sel(practice="stopped") - inputs.sel(practice="baseline")).isel(time=slice(3, None))
    assert np.abs(after).max() < 1e-12
    peak = int(np.argmax(gain))
    assert gain[peak] > 0.0
    assert np.all(np.diff(gain[peak:]) < 0.0)
    assert 0.0 < gain[-1] < gain[peak]


def test_members_without_the_worms_are_as_the_baseline(result):
    moved = np.abs(change(result, "worms", "soc")).max(("layer", "time")).values
    assert 0 < (moved == 0.0).sum() < 6
    assert moved.max() > 1e-4


def test_water_and_warmth_reach_every_layer(result):
    assert float(change(result, "water", "soil_moisture").mean()) > 0.0
    assert np.all(change(result, "warm", "soil_temperature").mean("month") > 2.0)
    assert float(change(result, "warm", "soc").sum("layer").isel(time=-1).max()) < 0.0


def test_half_of_the_field_is_half_of_the_effect(result):
    half, whole = (change(result, name, "soc").isel(time=-1).values for name in ("half", "whole"))
    assert half == pytest.approx(0.5 * whole, rel=1e-9, abs=1e-12)


def test_trees_hold_carbon_beside_the_soil(result):
    wood = result["biomass_carbon"]
    assert np.all(wood.sel(practice="baseline") == 0.0)
    stand = wood.sel(practice="trees").values
    assert np.all(np.diff(stand, axis=1) > 0.0)
    assert np.ptp(stand[:, -1]) > 0.0


def test_suberin_stays_longer(result):
    inputs = total_input(result)
    assert np.abs(inputs.sel(practice="suberin") - inputs.sel(practice="baseline")).max() < 1e-12
    expressed = change(result, "suberin", "soc").sum("layer").isel(time=-1).values
    assert (expressed == 0.0).sum() < 6
    assert np.all(expressed[expressed != 0.0] > 0.0)
