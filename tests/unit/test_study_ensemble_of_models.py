"""Studies from file to result with a parameter set, an ensemble of models, and a start conditioned on the profile."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from mollisol.cli.run import run_spec
from mollisol.examples import quick_folder
from mollisol.models import ensembles
from mollisol.study import load_spec
from mollisol.study.draws import draws_of_set
from mollisol.study.prepared import prepare_run
from mollisol.study.structures import heaviest, structure_studies
from mollisol.units import InputError
from parameter_set_cases import NAMES, write_ensemble, write_set

STUDY = """\
name: small
site: {latitude: 39.1, longitude: -96.6}
profile: profile.csv
climate: climate.csv
years: {start: 2015, end: 2016}
crops: [{crop: wheat, yield_t_ha: 3.0}]
practices: [{practice: compost_surface, t_ha: 20}]
grid: [0.0, 0.15, 0.45, 1.0]
output: {radiocarbon: false}
"""


def study(folder: Path, more: str) -> Path:
    (folder / "climate.csv").write_text((quick_folder() / "climate.csv").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "profile.csv").write_text(
        "profile_id,top_cm,bottom_cm,organic_carbon_percent,bulk_density_g_cm3,clay_percent,sand_percent\n"
        "p,0,15,1.8,1.3,25,30\np,15,45,1.2,1.4,28,30\n",
        encoding="utf-8",
    )
    write_set(folder / "made.json")
    file = folder / "study.yaml"
    file.write_text(STUDY + more, encoding="utf-8")
    return file


def two(folder: Path) -> None:
    structures = [
        {"name": "default", "weight": 0.7, "parameter_set": "made.json"},
        {"name": "filling_up", "weight": 0.3, "slots": {"protection": "saturation", "priming": "none"}},
    ]
    write_ensemble(folder / "two.json", structures)


def test_an_ensemble_of_models_from_file_to_report(tmp_path: Path) -> None:
    two(tmp_path)
    spec = load_spec(study(tmp_path, "ensemble: 3\ninitial: measured\nmodel: {ensemble: two.json}\n"))
    report = run_spec(spec, tmp_path / "out", members=None, quiet=True)
    with xr.open_dataset(tmp_path / "out" / "result.nc") as result:
        result.load()
    assert result["structure"].dims == ("member",)
    assert result["structure"].values.tolist() == ["default", "default", "filling_up"]
    assert result["soc"].dims == ("practice", "member", "time", "layer")
    assert result.attrs["model"] == "ensemble"
    assert result["member"].values.tolist() == [0, 1, 2]
    # the budget closes in every member, whichever its structure
    stock = result["carbon"].sum(("layer", "pool")) + result["surface_litter"]
    change = stock.diff("time")
    into = result["input"].sum("layer") + result["surface_input"]
    out = result["respiration"].sum("layer") + result["surface_respiration"] + result["leaching"] + result["runoff"]
    left = change - (into - out).isel(time=slice(1, None))
    assert float(abs(left).max()) <= float(result["balance_residual"].max()) + 1e-12
    # practices are paired: more input gives more carbon in every member, and the start is common
    soc = result["soc"].sum("layer")
    np.testing.assert_allclose(soc[0, :, 0], soc[1, :, 0], rtol=1e-12)
    assert np.all(stock.sel(practice="compost_surface").isel(time=-1) > stock.sel(practice="baseline").isel(time=-1))
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["model_ensemble"]["structures"]["filling_up"]["members"] == 1
    assert record["parameter_sets"]["default"]["name"] == "made_up"
    assert len(record["parameter_sets"]["default"]["sha256"]) == 64
    assert record["parameter_sets"]["filling_up"] == "priors"
    assert record["study"]["model"]["ensemble"] == "two.json"
    assert record["parameters"]["priming.strength"][2] is None
    page = report.read_text(encoding="utf-8")
    assert "Structure default (2 of 3 members): 2 parameters are joint draws of the calibrated set made_up" in page
    assert "none | saturation" in page or "None | saturation" in page


def test_a_conditioned_start_is_the_same_again_and_told(tmp_path: Path) -> None:
    spec = load_spec(study(tmp_path, "ensemble: 4\ncondition: site\nmodel: {parameter_set: made.json}\n"))
    first, again = prepare_run(spec), prepare_run(spec)
    np.testing.assert_array_equal(first.start.state.carbon, again.start.state.carbon)
    np.testing.assert_array_equal(first.state.carbon, again.state.carbon)
    found = first.conditioned
    assert found is not None
    assert found.candidates == 200
    # state, parameters and past of a member belong together
    joint = draws_of_set(first.parameter_set, 200, spec.seed)
    np.testing.assert_array_equal(first.drawn[NAMES[0]], joint[NAMES[0]][found.index])
    _, state = first.past.run(first.start.balance, first.start.steady)
    np.testing.assert_allclose(state.carbon, first.start.state.carbon, rtol=1e-5)
    # the profile narrows what prior and parameters leave open
    wide, narrow = (np.log(np.std(one[:2], axis=1)) for one in (found.prior_soc, found.posterior_soc))
    assert np.all(narrow < wide)
    off = np.log(found.posterior_soc[:2]) - found.evidence.log_soc[:, None]
    assert np.all(np.abs(off) < 4.0 * found.evidence.error[:, None])

    report = run_spec(spec, tmp_path / "out", members=None, quiet=True)
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["conditioned"]["whole_profile"]["candidate_of_member"] == found.index.tolist()
    page = report.read_text(encoding="utf-8")
    assert "Of 200 candidates, weighed by how likely the carbon of the measured horizons" in page
    assert "before and after the profile was taken into account" in page
    assert "2 parameters are joint draws of the calibrated set made_up" in page


def test_the_heaviest_structure_stands_for_an_ensemble_where_one_is_needed(tmp_path: Path) -> None:
    two(tmp_path)
    spec = load_spec(study(tmp_path, "ensemble: 4\nmodel: {ensemble: two.json}\n"))
    assert [own.ensemble for _, own in structure_studies(spec)] == [3, 1]
    assert [own.part for _, own in structure_studies(spec)] == [(0, 4), (3, 4)]
    assert heaviest(spec).model.parameter_set == str(tmp_path / "made.json")
    eroding = load_spec(study(tmp_path, "ensemble: 4\nmodel: {ensemble: two.json}\nerosion: {soil_t_ha_yr: 5}\n"))
    assert all(own.model.slots["erosion"] == "moving_surface" for _, own in structure_studies(eroding))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "condition: site\ninitial: measured\n",
            r"'condition': 'site' needs 'initial: balanced', here it is 'measured'",
        ),
        ("condition: sit\n", "did you mean 'site'"),
        ("model: {parameter_set: absent.json}\n", r"'model.parameter_set': the file 'absent.json' does not exist"),
        ("model: {parameter_set: ../made.json}\n", "lies outside the study's folder"),
        ("model: {parameter_set: mede_up}\n", r"'model.parameter_set': there is no parameter set 'mede_up'"),
        (
            "model: {parameter_set: made.json, protection: stacking}\n",
            "does not hold for this model: it is for 'protect",
        ),
        ("model: {ensemble: two.json, oxygen: none}\n", "an ensemble's structures fill the slots"),
        ("model: {ensemble: two.json, parameter_set: made.json}\n", "an ensemble's structures name their own"),
        ("model: {name: whole_profile, ensemble: two.json}\n", "goes with 'name: ensemble'"),
        ("model: {ensemble: two.json, parameters: {priming.strenth: 0}}\n", "did you mean 'priming.strength'"),
    ],
)
def test_what_is_wrong_in_a_study_is_named(tmp_path: Path, more: str, message: str) -> None:
    two(tmp_path)
    with pytest.raises(InputError, match=message):
        load_spec(study(tmp_path, more))


def test_a_wrong_set_is_named_by_its_own_file(tmp_path: Path) -> None:
    file = study(tmp_path, "model: {parameter_set: made.json}\n")
    write_set(tmp_path / "made.json", scale=["lognormal", "nothing"])
    with pytest.raises(InputError, match=r"made.json, 'scale'"):
        load_spec(file)


def test_priors_are_taken_where_they_are_asked_for(tmp_path: Path) -> None:
    spec = load_spec(study(tmp_path, "ensemble: 2\nmodel: {parameter_set: priors}\n"))
    assert spec.model.parameter_set == "priors"
    assert "model.parameter_set" not in spec.defaults_used


def test_one_member_is_not_conditioned_and_the_report_says_so(tmp_path: Path) -> None:
    spec = load_spec(study(tmp_path, "ensemble: 1\ncondition: site\nmodel: {parameter_set: made.json}\n"))
    found = prepare_run(spec)
    assert found.conditioned is None
    assert any("One member cannot be conditioned" in one for one in found.start.warnings)


def test_a_single_member_of_a_structure_is_conditioned_too(tmp_path: Path) -> None:
    two(tmp_path)
    spec = load_spec(study(tmp_path, "ensemble: 3\ncondition: site\nmodel: {ensemble: two.json}\n"))
    alone = structure_studies(spec)[0][1].model_copy(update={"ensemble": 1, "part": (2, 3)})
    found = prepare_run(alone)
    assert found.conditioned is not None
    assert found.conditioned.index.shape == (1,)
    assert found.start.state.carbon.shape[-1] == 1


def test_an_ensemble_that_is_not_there_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensembles, "folder", lambda: tmp_path / "nothing")
    with pytest.raises(InputError, match=r"line 10, 'model': there is no model ensemble 'stacked'"):
        load_spec(study(tmp_path, "model: ensemble\n"))


@pytest.mark.slow
def test_erosion_and_conditioning_together(tmp_path: Path) -> None:
    more = "ensemble: 3\ncondition: site\nerosion: {soil_t_ha_yr: 5}\nmodel: {parameter_set: made.json}\n"
    found = prepare_run(load_spec(study(tmp_path, more)))
    assert found.parameter_set is not None  # a set holds whether soil moves or not
    assert found.start.material is not None
    assert found.start.material.below.shape[-1] == found.start.measured_material.below.shape[-1] == 3
    _, state = found.past.run(found.start.balance, found.start.steady)
    np.testing.assert_allclose(state.carbon, found.start.state.carbon, rtol=1e-5)
