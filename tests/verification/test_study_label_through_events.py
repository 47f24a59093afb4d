"""Carbon and its label stay proportional through every event of a study's plans.

13C is carried without decay and without choice between isotopes. Where all that ever entered has one signature, every
layer must keep it, whatever is turned, buried, mixed, injected or eroded, in the patches of a practice too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mollisol
from mollisol.clocks.carbon13 import C3

QUICK = Path(mollisol.__file__).parent / "examples" / "quick"

STUDY = """\
name: one label
site: {latitude: 39.1, longitude: -96.6}
profile: profile.csv
climate: climate.csv
years: {start: 2020, end: 2022}
crops: [{crop: wheat, yield_t_ha: 3.0}]
tillage: {depth_cm: 20, every_years: 1}
history:
  - {from: 1900, land_use: grassland}
  - {from: 1990, crops: [{crop: wheat, yield_t_ha: 2.0}], tillage: {depth_cm: 20, every_years: 1}}
practices:
  - {practice: full_inversion_tillage, depth_cm: 60, year: 2021}
  - {practice: deep_ploughing, year: 2021}
  - {practice: ditch_buried_straw, year: 2021}
  - {practice: clay_addition, year: 2021}
  - {practice: rock_dust, year: 2021}
  - {practice: biochar_injection, year: 2021}
  - [no_till, {practice: compost_injection, year: 2021}]
initial: equilibrium
isotopes: {carbon13: true}
output: {radiocarbon: false}
ensemble: 1
grid: [0.0, 0.1, 0.2, 0.4, 0.6]
"""


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("", id="still"),
        pytest.param("erosion: {soil_t_ha_yr: 20, deposition_t_ha_yr: 5}\n", id="eroding", marks=pytest.mark.slow),
    ],
)
def test_one_label_stays_one_label(tmp_path: Path, more: str) -> None:
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_text((QUICK / name).read_text())
    (tmp_path / "study.yaml").write_text(STUDY + more)
    result = mollisol.load_study(tmp_path / "study.yaml").run()
    label, stock = result["delta13c"].values, result["soc"].values
    assert np.all(stock > 0.0)
    np.testing.assert_allclose(label, C3.value, atol=1e-8)
    # the events did happen
    for name in result["practice"].values[1:]:
        assert np.max(np.abs(stock[list(result["practice"].values).index(name), :, -1] - stock[0, :, -1])) > 1e-4, name
