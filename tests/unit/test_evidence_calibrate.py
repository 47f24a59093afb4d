"""A calibration from its configuration to a file: what it writes, how it goes on, and which folders it refuses."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from evidence_cases import small_joint
from mollisol.evidence import calibrate as calibration
from mollisol.evidence import importance
from mollisol.evidence.configuration import Configuration, read_configuration
from mollisol.evidence.map_estimate import Peak
from mollisol.models.parameter_sets import read_parameter_set
from mollisol.units import InputError, RunError

NAMES = ("depolymerisation.mineral", "persistence.release")
CONFIGURATION = Configuration("trial", NAMES, draws=450, stages=3, kept=50)
DATA = {"profiles.csv": "a1"}


class Profiles:
    """What a calibration asks of the profiles behind its likelihood."""

    group = np.array(["one", "two", "one", "two"])

    def __len__(self) -> int:
        return len(self.group)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    joint = small_joint(sites=4, layers=5, studies=2, slots={"oxygen": "none", "priming": "none"}, names=NAMES)
    monkeypatch.setattr(calibration, "gather", lambda *_: (joint, Profiles()))
    monkeypatch.setattr(calibration, "files_of", lambda _: DATA)
    # draws by importance need a place to begin and no maximum; how that is found has tests of its own
    somewhere = Peak(np.zeros(len(joint.space)), jnp.zeros(0), 0.5 * np.eye(len(joint.space)), np.nan, 1)
    monkeypatch.setattr(calibration, "most_probable", lambda *_, **__: somewhere)


def test_a_set_is_written_that_a_study_can_read_and_a_run_goes_on(measured, tmp_path: Path, monkeypatch) -> None:
    made = calibration.calibrate(CONFIGURATION, "data", tmp_path)
    read = read_parameter_set(tmp_path / "trial.json")
    assert read.parameters == NAMES
    assert np.shape(read.draws) == (50, 2)
    # the sites were made up from the model at its best estimates
    prior = np.array(made["prior"])
    sd = np.sqrt(np.diag(made["covariance"]))
    assert np.all(np.abs(np.log(np.array(made["best"]) / prior)) < 2.0 * sd)
    assert made["diagnostics"]["pareto_k"] < 0.7
    assert made["diagnostics"]["effective"] > 100.0
    assert (made["data"], made["code"]) == (DATA, calibration.code_hash())

    def never(*_: object) -> None:
        raise AssertionError("it was found before")

    monkeypatch.setattr(importance, "log_posterior_at", never)
    monkeypatch.setattr(calibration, "most_probable", never)
    assert calibration.calibrate(CONFIGURATION, "data", tmp_path) == made


def test_a_calibration_that_begins_at_another_set_needs_no_peak(measured, tmp_path: Path, monkeypatch) -> None:
    made = calibration.calibrate(CONFIGURATION, "data", tmp_path / "first")
    monkeypatch.setattr(calibration, "most_probable", lambda *_, **__: pytest.fail("no peak is needed"))
    path = tmp_path / "first" / "trial.json"
    begun = dataclasses.replace(CONFIGURATION, begin=str(path), seed=2)
    again = calibration.calibrate(begun, "data", tmp_path / "second")
    sd = np.sqrt(np.diag(made["covariance"]))
    assert np.all(np.abs(np.log(np.array(made["best"]) / np.array(again["best"]))) < 0.25 * sd)
    np.testing.assert_allclose(np.sqrt(np.diag(again["covariance"])), sd, rtol=0.25)
    # a run that goes on draws where it began, wherever the set has gone
    path.unlink()
    monkeypatch.setattr(importance, "log_posterior_at", lambda *_: pytest.fail("it was found before"))
    assert calibration.calibrate(begun, "data", tmp_path / "second") == again


def test_only_draws_by_importance_begin_at_a_set(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    text = "name: trial\nparameters: [energy.e_fold]\nbegin: microbial\n"
    path.write_text(text)
    assert read_configuration(path).begin == "microbial"
    path.write_text(f"{text}method: laplace\n")
    with pytest.raises(InputError, match="the method 'laplace' begins at the peak") as caught:
        read_configuration(path)
    assert (caught.value.line, caught.value.key) == (3, "begin")


def test_draws_that_do_not_cover_the_posterior_write_no_set(measured, tmp_path: Path) -> None:
    strict = dataclasses.replace(CONFIGURATION, draws=30, least_ess=100.0)
    with pytest.raises(RunError, match="the draws do not cover the posterior"):
        calibration.calibrate(strict, "data", tmp_path)
    assert not (tmp_path / "trial.json").exists()


def test_a_folder_of_another_calibration_is_refused(tmp_path: Path, monkeypatch) -> None:
    calibration.claim(tmp_path, CONFIGURATION, DATA)
    calibration.claim(tmp_path, CONFIGURATION, DATA)
    calibration.claim(tmp_path, dataclasses.replace(CONFIGURATION, draws=900), DATA)
    before = json.loads((tmp_path / "calibration.json").read_text())
    for configuration, data in (
        (dataclasses.replace(CONFIGURATION, seed=2), DATA),
        (CONFIGURATION, {"profiles.csv": "b2"}),
    ):
        with pytest.raises(InputError, match="another configuration, other data or other code"):
            calibration.claim(tmp_path, configuration, data)
    monkeypatch.setattr(calibration, "code_hash", lambda: "another version")
    with pytest.raises(InputError, match="other code"):
        calibration.claim(tmp_path, CONFIGURATION, DATA)
    assert json.loads((tmp_path / "calibration.json").read_text()) == before
