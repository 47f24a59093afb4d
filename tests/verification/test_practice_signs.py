"""Signs of practices on a real site, with the default parameters."""

from __future__ import annotations

import numpy as np
import pytest
from validation.practice_effects import between, site_effects

from mollisol.examples import site_folder

pytestmark = pytest.mark.slow

NAMES = ("cover_crop", "manure_surface", "residue_removal", "no_till", "cultivar_drift", "biochar_surface")


@pytest.fixture(scope="module")
def effects() -> dict:
    return site_effects(site_folder("silsoe") / "study.yaml", 1, NAMES)


def _gain(effects: dict, name: str, upper: float, lower: float, kind: str = "gain") -> float:
    return float(between(effects["practices"][name][kind], upper, lower)[0])


def test_more_carbon_in_is_more_carbon_there_and_less_is_less(effects: dict) -> None:
    for name in ("cover_crop", "manure_surface", "biochar_surface"):
        brought = effects["practices"][name]["brought"]
        assert 0.0 < _gain(effects, name, 0.0, 200.0) < brought
    assert effects["practices"]["residue_removal"]["brought"] <= 0.0
    assert _gain(effects, "residue_removal", 0.0, 200.0) <= 0.0


def test_no_till_gains_above_and_loses_where_the_plough_was(effects: dict) -> None:
    assert _gain(effects, "no_till", 0.0, 10.0) > 0.0 > _gain(effects, "no_till", 10.0, 40.0)


def test_settled_soil_holds_more_in_a_fixed_depth_than_in_the_same_mass(effects: dict) -> None:
    assert _gain(effects, "no_till", 0.0, 30.0) > _gain(effects, "no_till", 0.0, 30.0, "equal_mass")


def test_shallow_roots_lose_below_30_cm(effects: dict) -> None:
    assert _gain(effects, "cultivar_drift", 30.0, 200.0) < 0.0


def test_biochar_is_still_there(effects: dict) -> None:
    left = _gain(effects, "biochar_surface", 0.0, 200.0) / effects["practices"]["biochar_surface"]["brought"]
    assert 0.85 < left < 1.0
    assert np.isfinite(effects["stock"][0]).all()
