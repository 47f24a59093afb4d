"""Parameter sets and ensembles of models: what is read, what is refused, and which holds for a model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from mollisol.models import ensembles, parameter_sets
from mollisol.models.ensembles import model_ensemble
from mollisol.models.parameter_sets import chosen_set, list_parameter_sets, misfit, parameter_set
from mollisol.units import InputError
from parameter_set_cases import NAMES, set_values, write_ensemble, write_set


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of that of the sets that come with Mollisol."""
    monkeypatch.setattr(parameter_sets, "folder", lambda: tmp_path)
    return tmp_path


def test_a_set_is_read_as_written(tmp_path: Path) -> None:
    written = set_values()
    made = parameter_set(str(write_set(tmp_path / "made.json")))
    assert made.parameters == NAMES
    np.testing.assert_array_equal(made.draws, written["draws"])
    np.testing.assert_array_equal(made.covariance, written["covariance"])
    assert made.spread["site_rate"] == 0.3
    assert made.spread_draws["site_rate"].shape == (len(made.draws),)
    assert made.record()["sha256"] == made.sha256
    assert not made.shipped


def test_without_a_covariance_it_is_that_of_the_draws_on_their_scale(tmp_path: Path) -> None:
    values = set_values(400)
    del values["covariance"]
    file = tmp_path / "made.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    np.testing.assert_allclose(parameter_set(str(file)).covariance, [[0.04, 0.032], [0.032, 0.04]], atol=0.01)


def wrong_draws(values: dict) -> None:
    values["draws"][3][1] = 1e9


def short_row(values: dict) -> None:
    values["draws"][3].pop()


WRONG = {
    "missing key": (lambda v: v.pop("best"), "'best': is missing"),
    "misspelt key": (lambda v: v.update(spreads=v.pop("spread")), "'spreads': unknown key.*did you mean 'spread'"),
    "length": (lambda v: v["units"].pop(), "'units': has 1 entries, 2 are needed"),
    "scale": (lambda v: v.update(scale=["lognormal", "lognorm"]), "did you mean 'lognormal'"),
    "bounds": (wrong_draws, r"'draws\[3\]': 'depolymerisation.fast_litter' is 1e\+09, outside its bounds"),
    "row": (short_row, r"'draws\[3\]': is not a list of 2 numbers"),
    "text for number": (lambda v: v["best"].__setitem__(0, "x"), r"'best\[0\]': is \"x\", a finite number is needed"),
    "order of bounds": (lambda v: v.update(lower=v["upper"], upper=v["lower"]), "'lower': of .* not below its upper"),
    "slot": (lambda v: v["slots"].update(protecton="none"), "slots.protecton.*did you mean 'protection'"),
    "model": (lambda v: v.update(model="whole"), "there is no model 'whole'"),
    "twice": (lambda v: v.update(parameters=[NAMES[0], NAMES[0]]), "stands twice"),
    "no covariance": (lambda v: v.update(covariance=[[1.0, 2.0], [2.0, 1.0]]), "negative variance"),
    "asymmetric": (lambda v: v.update(covariance=[[1.0, 0.2], [0.1, 1.0]]), "is not symmetric"),
    "spread": (lambda v: v["spread"].update(site_rate=-1.0), "spread.site_rate.*not negative"),
    "one draw": (lambda v: v.update(draws=v["draws"][:1]), "at least 2 draws"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_by_file_and_key(tmp_path: Path, case: str) -> None:
    change, message = WRONG[case]
    values = set_values()
    change(values)
    file = tmp_path / "made.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(InputError, match=f"(?s)made.json.*{message}"):
        parameter_set(str(file))


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is no JSON"), ("[]", "is not a mapping"), ('{"name": 1, "name": 2}', "'name': is given twice")],
)
def test_a_file_that_is_no_mapping(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "made.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        parameter_set(str(file))


def test_an_unknown_set_and_an_absent_file(shipped: Path) -> None:
    write_set(shipped / "cropland_grassland.json", name="cropland_grassland")
    with pytest.raises(InputError, match="did you mean 'cropland_grassland'"):
        parameter_set("cropland_grasland")
    with pytest.raises(InputError, match=r"no parameter set 'absent.json'"):
        parameter_set("absent.json")


def test_the_set_that_a_study_takes_by_itself(shipped: Path) -> None:
    microbes = {"depolymerisation": "reverse_michaelis_menten"}
    assert chosen_set(None, "whole_profile", {}) is None
    write_set(shipped / "cropland_grassland.json", name="cropland_grassland")
    write_set(shipped / "microbial.json", name="microbial", slots=microbes)
    write_set(shipped / "another.json", name="another", slots={"protection": "stacking"})
    assert list_parameter_sets() == ["another", "cropland_grassland", "microbial"]

    def name(slots: dict[str, str], named: str | None = None) -> str | None:
        found = chosen_set(named, "whole_profile", slots)
        return None if found is None else found.name

    assert name({}) == "cropland_grassland"
    assert name({"erosion": "moving_surface"}) == "cropland_grassland"
    assert name(microbes) == "microbial"
    assert name({"protection": "stacking"}) is None  # only what is named, or one of the two
    assert name({"protection": "stacking"}, "another") == "another"
    assert name({}, "priors") is None


def test_a_set_that_does_not_hold_says_where_it_differs(tmp_path: Path) -> None:
    file = write_set(tmp_path / "made.json", slots={"protection": "saturation"})
    made = parameter_set(str(file))
    assert misfit(made, "whole_profile", {"protection": "saturation"}) is None
    assert misfit(made, "rothc", {}) == "it is for the model 'whole_profile'"
    with pytest.raises(InputError, match="does not hold for this model: it is for 'protection: saturation'"):
        chosen_set(str(file), "whole_profile", {"protection": "stacking"})


def test_members_are_shared_out_by_largest_remainder(tmp_path: Path) -> None:
    entries = [{"name": n, "weight": w} for n, w in (("a", 5.0), ("b", 3.0), ("c", 0.0), ("d", 2.0))]
    several = model_ensemble(str(write_ensemble(tmp_path / "e.json", entries)))
    assert [one.name for one in several.structures] == ["a", "b", "d"]
    assert sum(one.weight for one in several.structures) == pytest.approx(1.0)
    assert several.shares(10).tolist() == [5, 3, 2]
    assert several.shares(7).tolist() == [4, 2, 1]  # 3.5, 2.1, 1.4: the half is the largest remainder
    assert several.shares(1).tolist() == [1, 0, 0]
    assert all(several.shares(n).sum() == n for n in range(1, 40))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "'structures': is not a list of at least one"),
        ([{"name": "a"}], r"'structures\[0\].weight': is missing"),
        ([{"name": "a", "weight": -1}], "a weight is not negative"),
        ([{"name": "a", "weight": 0}], "the weights are all 0"),
        ([{"name": "a", "wight": 1}], "did you mean 'weight'"),
        ([{"name": "a", "weight": 1}, {"name": "a", "weight": 1}], r"structures\[1\].name': 'a' stands twice"),
        ([{"name": "a", "weight": 1, "slots": {"oxygen": "nine"}}], r"structures\[0\].slots.oxygen"),
        ([{"name": "a", "weight": 1, "parameter_set": "nothing"}], r"structures\[0\].parameter_set"),
    ],
)
def test_a_wrong_ensemble(tmp_path: Path, entries: list, message: str) -> None:
    with pytest.raises(InputError, match=f"(?s)e.json.*{message}"):
        model_ensemble(str(write_ensemble(tmp_path / "e.json", entries)))


def test_a_set_beside_an_ensemble_is_found_from_there(tmp_path: Path) -> None:
    write_set(tmp_path / "made.json")
    entries = [{"name": "a", "weight": 1, "parameter_set": "made.json"}]
    several = model_ensemble(str(write_ensemble(tmp_path / "e.json", entries)))
    assert several.structures[0].parameter_set == str(tmp_path / "made.json")


def test_no_ensemble_comes_with_mollisol_unless_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensembles, "folder", lambda: tmp_path)
    with pytest.raises(InputError, match="no model ensemble comes with this version"):
        model_ensemble()
    write_ensemble(tmp_path / "stacked.json", [{"name": "a", "weight": 1}])
    assert model_ensemble().name == "two"


def test_reading_sets_loads_no_jax(tmp_path: Path) -> None:
    import subprocess

    write_set(tmp_path / "made.json")
    code = (
        "import sys; from mollisol.models.parameter_sets import parameter_set; "
        f"parameter_set({str(tmp_path / 'made.json')!r}); print('jax' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", list_parameter_sets())
def test_every_set_that_comes_with_mollisol_is_right(name: str) -> None:
    made = parameter_set(name)
    assert made.name == name
    assert misfit(made, made.model, made.slots) is None


@pytest.mark.parametrize("name", ["cropland_grassland", "microbial"])
def test_the_sets_that_come_with_it_were_made_by_the_committed_configurations(name: str) -> None:
    from mollisol.evidence.configuration import read_configuration

    made = parameter_set(name)
    given = read_configuration(Path(__file__).parents[2] / "calibrations" / f"{name}.yaml")
    wanted = given.as_dict()
    assert {key: wanted[key] for key in made.configuration} == dict(made.configuration)
    for r_hat in made.diagnostics["r_hat"].values():
        assert r_hat <= given.largest_r_hat
    for effective in made.diagnostics["ess"].values():
        assert effective >= given.least_ess
    assert bool(made.diagnostics["r_hat"]) == (given.method in ("metropolis", "nuts"))
    if given.method == "importance":
        assert made.diagnostics["pareto_k"] <= given.largest_k
        assert made.diagnostics["effective"] >= given.least_ess
