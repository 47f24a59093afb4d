"""Radiocarbon and ages in a study's result, and the measured radiocarbon beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mollisol
from mollisol.cli.report import report_context
from mollisol.clocks import atmosphere
from mollisol.show.radiocarbon import clock_table, sampled_table
from mollisol.show.view import ResultView
from mollisol.study.simulation import Simulation, simulate_study

QUICK = Path(mollisol.__file__).parent / "examples" / "quick"

STUDY = """\
name: radiocarbon
site: {latitude: 39.1, longitude: -96.6}
profile: profile.csv
climate: climate.csv
years: {start: 2015, end: 2017}
crops: [{crop: wheat, yield_t_ha: 3.0}]
history:
  - {from: 1800, land_use: grassland}
  - {from: 1980, crops: [{crop: wheat, yield_t_ha: 2.0}], tillage: {depth_cm: 20, every_years: 1}}
practices: [{practice: compost_surface, t_ha: 20}]
initial: INITIAL
ensemble: 1
grid: [0.0, 0.15, 0.45, 1.0]
output: {radiocarbon: WANTED}
"""


def study(folder: Path, sampled: int, initial: str = "measured", wanted: str = "true") -> Simulation:
    (folder / "climate.csv").write_text((QUICK / "climate.csv").read_text())
    (folder / "profile.csv").write_text(
        "profile_id,top_cm,bottom_cm,organic_carbon_percent,bulk_density_g_cm3,clay_percent,sand_percent,"
        f"delta14c_permil,sample_year\np,0,15,1.8,1.3,25,30,40,{sampled}\np,15,45,1.2,1.4,28,30,-60,{sampled}\n"
    )
    file = folder / "study.yaml"
    file.write_text(STUDY.replace("INITIAL", initial).replace("WANTED", wanted))
    return simulate_study(mollisol.load_study(file).spec)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    return study(tmp_path_factory.mktemp("study"), 1999)


def test_the_result_has_radiocarbon_and_ages_of_every_layer_and_year(done: Simulation) -> None:
    delta, age = done.result["delta14c"], done.result["mean_age"]
    assert delta.dims == age.dims == ("practice", "member", "time", "layer")
    assert delta.attrs["units"] == "permil"
    assert np.all(np.isfinite(delta)) and np.all(np.isfinite(age))  # noqa: PT018
    base = delta.sel(practice="baseline").values[0]
    assert np.all(base[:, 0] > base[:, -1])  # older with depth
    # the air's radiocarbon falls, and so does that of the topsoil
    assert base[-1, 0] < base[0, 0]
    assert np.all(np.diff(age.sel(practice="baseline").values[0, 0]) > 0.0)


def test_compost_carries_the_air_of_earlier_years(done: Simulation) -> None:
    end = done.result.isel(time=-1, layer=0, member=0)
    base, fed = (end.sel(practice=name) for name in ("baseline", "compost_surface"))
    more = float(fed["soc"] - base["soc"])
    assert more > 0.0
    # what is left of the compost holds more radiocarbon than the air of the years in which it was brought
    added = float(fed["soc"] * fed["delta14c"] - base["soc"] * base["delta14c"]) / more
    assert atmosphere(2015.5, 39.1) + 5.0 < added < atmosphere(2008.5, 39.1)
    assert float(fed["mean_age"]) < float(base["mean_age"])


def test_the_model_is_read_in_the_year_of_sampling(done: Simulation) -> None:
    assert done.sampled_radiocarbon is not None
    assert done.sampled_radiocarbon.year == 1999
    # bomb carbon stood higher in the topsoil of 1999 than at the start of the run
    first = done.result["delta14c"].isel(practice=0, member=0, time=0).values
    assert done.sampled_radiocarbon.delta14c[0, 0] > first[0]
    table = clock_table(ResultView(done.result))
    assert table is not None
    assert table.rows[0].cells[1].text == "644"


def test_measured_radiocarbon_stands_beside_the_model(done: Simulation, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    before = study(tmp_path / "one", 1950, "equilibrium")
    spec = mollisol.load_study(tmp_path / "one" / "study.yaml").spec
    context = report_context(spec, before)
    table = sampled_table(ResultView(before.result), context)
    assert table is not None
    assert [row.cells[0].text for row in table.rows] == ["+40", "\u221260"]
    assert "1950" in table.columns[1]
    # before the bomb nothing in the soil stands above the air
    assert before.sampled_radiocarbon is not None
    assert np.all(before.sampled_radiocarbon.delta14c < 0.0)


def test_it_can_be_left_out(tmp_path: Path) -> None:
    found = study(tmp_path, 2016, "equilibrium", "false")
    assert "delta14c" not in found.result
    assert found.sampled_radiocarbon is None
    assert clock_table(ResultView(found.result)) is None
