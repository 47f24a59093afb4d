"""What the report is told beside the result."""

from __future__ import annotations

import types

import numpy as np
import pytest

from mollisol.cli.report import filled_values, history_text, horizons, practice_notes, root_statements
from mollisol.examples import demo_folder
from mollisol.grid import Grid
from mollisol.soil import harmonise, read_profile
from mollisol.study import load_spec


@pytest.fixture(scope="module")
def spec():
    return load_spec(demo_folder() / "study.yaml")


@pytest.fixture(scope="module")
def done(spec):
    profile = read_profile(spec.profile)
    return types.SimpleNamespace(profile=profile, layers=harmonise(profile, Grid()), crops=["wheat", "maize"])


def test_horizons_are_those_of_the_profile(done):
    found = horizons(done)
    assert len(found) == len(done.profile)
    assert (found[0].top_cm, found[-1].bottom_cm) == (0.0, 206.0)
    # The grid ends at 200 cm, the profile at 206 cm.
    whole = sum(one.soc for one in found[:-1]) + found[-1].soc * 44 / 50
    assert whole == pytest.approx(np.nansum(done.layers.organic_carbon), rel=0.01)


def test_filled_layers_are_joined(done):
    found = filled_values(done)
    assert {one.variable for one in found} == {"bulk density", "organic carbon"}
    assert all(one.function == "adams 1973" for one in found)
    assert all((one.top_cm, one.bottom_cm) == (30.0, 60.0) for one in found)


def test_roots_state_kind_and_depths(spec, done):
    wheat, maize = root_statements(spec, done)
    assert (wheat.crop, wheat.kind) == ("wheat", "Schenk-Jackson logistic")
    assert wheat.parameters == "d50 17 cm, d95 104 cm"
    assert maize.parameters != wheat.parameters


def test_practices_and_past_in_words(spec):
    notes = practice_notes(spec)
    assert set(notes) == {one.name for one in spec.practices}
    assert "t_ha 5, from 2026" in notes["manure_surface"]
    past = history_text(spec)
    assert "grassland until 1880" in past
    assert "wheat-maize-soybean 1975 to 2025" in past
    assert "always held" in history_text(spec.model_copy(update={"history": ()}))
