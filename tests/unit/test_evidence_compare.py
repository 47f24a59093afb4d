"""Structures compared: densities by study, studies left out, weights, subsoils, and the file of a comparison."""

from __future__ import annotations

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evidence_cases import small_joint
from mollisol.evidence import compare as comparing
from mollisol.evidence.likelihood import Joint
from mollisol.evidence.map_estimate import Unsettled, most_probable
from mollisol.evidence.studies import (
    drawn,
    leave_one_out,
    members_of,
    predicted_without,
    stacking,
    terms_at,
    uneven,
    without,
)
from mollisol.evidence.subsoil import FIGURES, subsoil
from mollisol.models import ensembles
from mollisol.units import InputError

NAMES = ("depolymerisation.mineral", "persistence.release")


DRAWS = 200


@pytest.fixture(scope="module")
def joint() -> Joint:
    """Six sites of three studies of uneven size, off the model by what errors make."""
    plain = small_joint(sites=6, layers=5, slots={"oxygen": "none", "priming": "none"}, names=NAMES)
    random = np.random.default_rng(3)
    shape = plain.profiles.log_soc.shape
    profiles = plain.profiles._replace(
        log_soc=plain.profiles.log_soc + 0.3 * random.standard_normal((6, 1)) + 0.2 * random.standard_normal(shape),
        delta14c=plain.profiles.delta14c + 50.0 * random.standard_normal(shape),
        study=jnp.asarray([0, 1, 1, 1, 2, 0]),
    )
    return dataclasses.replace(plain, profiles=profiles)


@pytest.fixture(scope="module")
def peak(joint):
    return most_probable(joint)


@pytest.fixture(scope="module")
def z(peak):
    return drawn(peak, DRAWS, seed=1)


def terms(joint, peak, z):
    members = members_of(joint.profiles.study)
    assert members.tolist() == [[0, 5, 6], [1, 2, 3], [4, 6, 6]]
    return tuple(np.asarray(one) for one in terms_at(joint, jnp.asarray(members), jnp.asarray(z), peak.slopes))


def test_studies_make_up_the_whole_likelihood(joint, peak, z) -> None:
    parts, posterior = terms(joint, peak, z)
    assert parts.shape == (DRAWS, 3)
    assert parts.sum(axis=1) - 0.5 * np.sum(z**2, axis=1) == pytest.approx(posterior, rel=1e-10)


def test_a_study_that_is_left_out_says_nothing(joint, peak, z) -> None:
    parts, posterior = terms(joint, peak, z)
    fewer, less = terms(without(joint, np.array([0, 5])), peak, z)
    assert less == pytest.approx(posterior - parts[:, 0], rel=1e-10)
    assert fewer[:, 0] == pytest.approx(0.0, abs=1e-9)
    assert fewer[:, 1:] == pytest.approx(parts[:, 1:], rel=1e-10)


def test_importance_weights_agree_with_fits_without_a_study(joint, peak, z, monkeypatch) -> None:
    monkeypatch.setattr("mollisol.evidence.studies.REFIT_DRAWS", DRAWS)
    weighted = leave_one_out(joint, peak, z)
    assert not weighted.refitted.any()
    assert weighted.values.tolist() == [16, 24, 8]
    monkeypatch.setattr("mollisol.evidence.studies.UNEVEN", -np.inf)
    assert uneven(weighted).tolist() == [0, 1, 2]
    assert uneven(dataclasses.replace(weighted, values=np.array([16, 0, 8]))).tolist() == [0, 2]
    exact = np.array([predicted_without(joint, peak, number) for number in range(3)])
    assert weighted.elpd == pytest.approx(exact, abs=1.0)
    # what was fitted is predicted better than what was not
    assert exact.sum() < terms(joint, peak, np.repeat(peak.z[None], DRAWS, axis=0))[0][0].sum()


def test_weights_of_stacking() -> None:
    # two models that are right of different studies share the weight as the studies do
    density = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    weights = stacking(np.log(density))
    grid = np.linspace(0.0, 1.0, 2001)
    score = np.log(density @ np.stack([grid, 1.0 - grid])).sum(axis=0)
    assert weights[0] == pytest.approx(grid[np.argmax(score)], abs=1e-3)
    assert weights.sum() == pytest.approx(1.0)
    # a constant that all models share, however large, changes nothing
    assert stacking(np.log(density) - 2000.0) == pytest.approx(weights)


def test_what_is_said_of_subsoils(joint, peak) -> None:
    crops = np.array([True, True, False, True, True, True])
    found = subsoil(joint, np.stack([peak.z, peak.z]), crops)
    assert set(found) == set(FIGURES)
    whole = jax.jit(Joint.predicted)(joint, joint.space.values(jnp.asarray(peak.z)))
    # the cases' depths end at 0.2, 0.4, 0.7 and 1 m
    between = 10.0 * np.asarray(whole.soc)[2:].sum(axis=0)[crops].mean()
    assert found["soc_30_100"][0] == pytest.approx(found["soc_30_100"][1])
    assert between < found["soc_30_100"][0] < between + 10.0 * np.asarray(whole.soc)[1, crops].mean()
    assert 0.0 < found["kept"][0] < 100.0
    assert found["gain"][0] > 0.0
    assert found["delta14c_100_200"][0] < found["delta14c_30_100"][0]


COMPARISON = """\
name: trial
parameters: [depolymerisation.mineral, energy.e_fold]
sources: [profiles]
passes: 0
structures:
  - {name: default, slots: {}}
  - name: flat
    slots: {energy: none}
    parameters: [depolymerisation.slow_litter]
"""


def test_the_file_of_a_comparison(tmp_path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(COMPARISON)
    read = comparing.read_comparison(path)
    default, flat = (read.configuration(one) for one in read.structures)
    assert default.parameters == ("depolymerisation.mineral", "energy.e_fold")
    assert flat.parameters == ("depolymerisation.mineral", "depolymerisation.slow_litter")
    assert (flat.name, flat.slots, flat.passes) == ("flat", {"energy": "none"}, 0)
    for wrong, key, told in (
        (COMPARISON.replace("energy: none", "energy: nothing"), "structures[1].slots", "nothing"),
        (COMPARISON.replace("name: flat", "name: default"), "structures[1]", "twice"),
        (COMPARISON.replace("    slots: {energy", "    slot: {energy"), "structures[1].slot", "slot"),
        (COMPARISON.split("structures")[0], "structures", "no list"),
        (COMPARISON.replace("passes: 0", "pases: 0"), "pases", "unknown"),
    ):
        path.write_text(wrong)
        with pytest.raises(InputError, match=told) as caught:
            comparing.read_comparison(path)
        assert caught.value.key == key


def row(name, elpd, slots=None):
    return {"name": name, "slots": slots or {}, "about": "", "elpd": elpd, "k": [0.2] * 3, "refitted": [False] * 3,
            "values": [5, 5, 0],
            "subsoil": {figure: [1.0, 0.5, 2.0] for figure in FIGURES}}  # fmt: skip


def test_the_table_and_the_ensemble(tmp_path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(COMPARISON)
    read = comparing.read_comparison(path)
    table = comparing.compared(
        [row("default", [-1.0, -2.0, -9.0]), row("flat", [-8.0, -2.5, -3.0], {"energy": "none"})]
    )
    assert table["best"] == "default"
    one, other = table["structures"]
    assert (one["behind"], one["error"]) == (0.0, 0.0)
    assert other["behind"] == pytest.approx(-1.5)
    assert other["error"] == pytest.approx(np.sqrt(3) * np.std([-7.0, -0.5, 6.0], ddof=1))
    assert one["weight"] + other["weight"] == pytest.approx(1.0)
    heads, rows = comparing.table_of(table)
    assert len(heads) == len(rows[0]) == 7
    assert rows[1][1] == "energy: none"
    # a structure whose point swings has no elpd, and stands at the end
    swinging = {"name": "one", "slots": {}, "about": "", "unsettled": 0.3, "course": [-900.0, -80.0, -70.0, -75.0]}
    beside = comparing.compared([row("default", [-1.0, -2.0, -9.0]), swinging])
    assert [one["name"] for one in beside["structures"]] == ["default"]
    assert comparing.table_of(beside)[1][-1][:4] == (
        "one", "defaults", "no settled point", "swings between log posteriors of -75 and -70",
    )  # fmt: skip
    heads, rows = comparing.subsoil_table(table)
    assert len(heads) == len(rows[0]) == 1 + len(FIGURES)
    made = comparing.ensemble(read, table)
    for entry in made["structures"]:
        entry["parameter_set"] = "priors"
    written = tmp_path / "ensemble.json"
    written.write_text(json.dumps(made))
    kept = ensembles.read_model_ensemble(written)
    assert [one.name for one in kept.structures] == ["default", "flat"]
    assert sum(one.weight for one in kept.structures) == pytest.approx(1.0)
    lone = comparing.compared([row("default", [-1.0, -2.0, -3.0]), row("flat", [-9.0, -9.0, -9.0])])
    assert [one["name"] for one in comparing.ensemble(read, lone)["structures"]] == ["default"]


def test_a_point_that_does_not_settle_tells_its_course(joint, monkeypatch) -> None:
    monkeypatch.setattr("mollisol.evidence.map_estimate.ROUNDS", 1)
    with pytest.raises(Unsettled, match="after 1 rounds") as caught:
        most_probable(joint)
    assert len(caught.value.course) == 1
    assert caught.value.moved > 0.05


def test_a_point_that_is_no_maximum_is_told(joint, monkeypatch) -> None:
    monkeypatch.setattr("mollisol.evidence.map_estimate._covariance", lambda *_: None)
    with pytest.raises(Unsettled, match="no maximum of the posterior; start from another one") as caught:
        most_probable(joint)
    assert len(caught.value.course) > 1


def test_fits_without_a_study_go_into_the_row_and_one_that_does_not_settle_is_tried_once(joint, monkeypatch) -> None:
    told: list[str] = []
    one = row("default", [-1.0, -2.0, -9.0]) | {"k": [0.9, 0.8, 0.9]}
    assert uneven(comparing.left_out(one)).tolist() == [0, 1]
    monkeypatch.setattr(comparing, "predicted_without", lambda *_: -3.0)
    comparing._refit(joint, None, one, 0, 1, told.append)  # type: ignore[arg-type]
    assert (one["elpd"], one["refitted"]) == ([-3.0, -2.0, -9.0], [True, False, False])

    def swinging(*_: object) -> float:
        raise Unsettled(0.3, [-5.0, -6.0])

    monkeypatch.setattr(comparing, "predicted_without", swinging)
    comparing._refit(joint, None, one, 1, 1, told.append)  # type: ignore[arg-type]
    assert one["elpd"][1] == -2.0
    assert uneven(comparing.left_out(one)).size == 0
    assert "-1.00 becomes -3.00" in told[0]
    assert "still moves" in told[1]
    assert comparing.table_of(comparing.compared([one]))[1][0][5] == "1 of 2"
