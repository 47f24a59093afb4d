"""The section `soil` of a study: one value or by depth, what is assumed without it, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mollisol.grid import Grid
from mollisol.soil import MineralParameters, minerals_of
from mollisol.study import load_spec
from mollisol.study.schema import StudySpec
from mollisol.units import InputError

GRID = Grid([0.0, 0.2, 0.4, 1.0])

STUDY = """\
name: my field
site: {latitude: 42.4, longitude: -85.4}
profile: profile.csv
climate: climate.csv
years: {start: 2025, end: 2075}
crops: [{crop: maize, yield_t_ha: 9.0}]
"""


def study(folder: Path, soil: str) -> StudySpec:
    for name in ("profile.csv", "climate.csv"):
        (folder / name).write_text("-")
    (folder / "study.yaml").write_text(f"{STUDY}soil: {soil}\n")
    return load_spec(folder / "study.yaml")


def given(folder: Path, soil: str) -> dict[str, np.ndarray]:
    section = study(folder, soil).soil
    assert section is not None
    return section.on(GRID)


def test_one_value_holds_everywhere(tmp_path: Path) -> None:
    found = given(tmp_path, "{mineral_charge: low, oxides_g_kg: 12, ph: 5.5, weathering: 0.8}")
    for name, value in {"high_charge": 0.0, "oxides": 0.012, "ph": 5.5, "weathering": 0.8}.items():
        np.testing.assert_allclose(found[name], value)
    np.testing.assert_allclose(given(tmp_path, "{mineral_charge: high}")["high_charge"], 1.0)
    assert list(given(tmp_path, "{ph: 7}")) == ["ph"]


def test_values_by_depth_are_means_of_the_layers_and_the_last_goes_on(tmp_path: Path) -> None:
    found = given(tmp_path, "{mineral_charge: {depth_cm: [30, 60], values: [high, 0.4]}}")["high_charge"]
    np.testing.assert_allclose(found, [1.0, 0.7, 0.4])
    deep = given(tmp_path, "{ph: {depth_cm: [20, 300], values: [6, 8]}}")["ph"]
    np.testing.assert_allclose(deep, [6.0, 8.0, 8.0])


@pytest.mark.parametrize(
    ("soil", "words"),
    [
        ("{mineral_charge: medium}", ["'medium'", "from 0 to 1"]),
        ("{oxides_g_kg: -1}", ["-1", "from 0 to 500 g/kg"]),
        ("{ph: [6, 7]}", ["a list", "depth_cm"]),
        ("{ph: {depth_cm: [30, 20], values: [6, 7]}}", ["increases downwards"]),
        ("{ph: {depth_cm: [30], values: [6, 7]}}", ["one of 'values' for each depth"]),
        ("{oxides: 3}", ["unknown key", "oxides_g_kg"]),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, soil: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        study(tmp_path, soil)
    assert caught.value.line == 7
    for word in words:
        assert word in str(caught.value)


class Layers(SimpleNamespace):
    def __len__(self) -> int:
        return len(self.grid)


def soil(ph: float = 6.0) -> Layers:
    return Layers(grid=GRID, ph=np.full(3, ph))


def test_without_it_the_place_decides_and_it_is_said() -> None:
    temperate, tropical = minerals_of(soil(), 45.0), minerals_of(soil(), -5.0)
    np.testing.assert_array_equal(temperate.high_charge, 1.0)
    np.testing.assert_array_equal(tropical.high_charge, 0.0)
    assert "high activity" in temperate.notes[0]
    assert "low activity" in tropical.notes[0]
    np.testing.assert_array_equal(temperate.ph, 6.0)
    np.testing.assert_array_equal(temperate.oxides, 0.0)
    np.testing.assert_allclose(temperate.weathering, np.exp(-GRID.centres))
    np.testing.assert_allclose(temperate.illuvial, 1.0 - temperate.weathering)
    missing = minerals_of(soil(np.nan), 45.0)
    np.testing.assert_array_equal(missing.ph, MineralParameters().neutral_ph)
    assert any("no pH" in note for note in missing.notes)


def test_minerals_given_by_depth_hold_their_illuviation() -> None:
    flat = minerals_of(soil(), 45.0, {"oxides": np.full(3, 0.01)})
    assert np.all(flat.illuvial > 0.0)
    deep = minerals_of(soil(), 45.0, {"oxides": np.array([0.01, 0.02, 0.02]), "high_charge": np.full(3, 0.4)})
    np.testing.assert_array_equal(deep.illuvial, 0.0)
    np.testing.assert_array_equal(deep.high_charge, 0.4)
    assert deep.notes == ()
