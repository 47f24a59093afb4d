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
from mollisol.evidence.importance import log_posterior
from mollisol.evidence.likelihood import Joint, log_posterior_at
from mollisol.evidence.map_estimate import Unsettled, most_probable
from mollisol.evidence.studies import found_at, leave_one_out, members_of, pool_of, stacking, without
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
def pool(joint, peak, tmp_path_factory):
    made = pool_of(joint, tmp_path_factory.mktemp("pool") / "draws.npz", 1, lambda _: None)
    made.adapt(peak.z, peak.covariance, 2, DRAWS, log_posterior)
    return made


def hidden(joint: Joint, sites: list[int]) -> Joint:
    """The same without the profiles of some sites."""
    kept = np.ones(len(joint.profiles.study), dtype=bool)
    kept[sites] = False
    profiles = joint.profiles._replace(
        log_soc=jnp.where(kept[:, None], joint.profiles.log_soc, jnp.nan),
        delta14c=jnp.where(kept[:, None], joint.profiles.delta14c, jnp.nan),
    )
    return dataclasses.replace(joint, profiles=profiles)


def test_studies_make_up_the_whole_likelihood(joint, pool) -> None:
    assert members_of(joint.profiles.study).tolist() == [[0, 5, 6], [1, 2, 3], [4, 6, 6]]
    assert pool.found.shape == (2 * DRAWS, 4)
    prior = -0.5 * np.sum(pool.z**2, axis=1)
    assert pool.found[:, 1:].sum(axis=1) + prior == pytest.approx(pool.found[:, 0], rel=1e-10)
    for row, z in zip(pool.found[:3], pool.z, strict=False):
        assert row[0] == pytest.approx(float(log_posterior_at(joint, jnp.asarray(z))), rel=1e-10)


def test_a_study_that_is_left_out_says_nothing(joint, pool) -> None:
    fewer = hidden(joint, [0, 5])
    members = jnp.asarray(members_of(joint.profiles.study))
    for row, z in zip(pool.found[:3], pool.z, strict=False):
        found = np.asarray(found_at(fewer, members, jnp.asarray(z)))
        assert found[0] == pytest.approx(without(0)(row[None])[0], rel=1e-10)
        assert found[1] == pytest.approx(0.0, abs=1e-9)
        assert found[2:] == pytest.approx(row[2:], rel=1e-10)


def test_densities_of_studies_left_out_agree_with_draws_that_never_saw_them(joint, peak, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("mollisol.evidence.studies.UNEVEN", -np.inf)
    pool = pool_of(joint, tmp_path / "all.npz", 1, lambda _: None)
    pool.adapt(peak.z, peak.covariance, 2, DRAWS, log_posterior)
    left = leave_one_out(joint, pool, 2, DRAWS)
    assert left.values.tolist() == [16, 24, 8]
    assert left.aimed.all()
    assert left.k.max() < 0.6
    members = jnp.asarray(members_of(joint.profiles.study))
    for number, sites in enumerate(([0, 5], [1, 2, 3], [4])):
        apart = pool_of(hidden(joint, sites), tmp_path / f"{number}.npz", 2, lambda _: None)
        weighed = apart.adapt(peak.z, peak.covariance, 3, DRAWS, log_posterior)
        unseen = np.array([np.asarray(found_at(joint, members, jnp.asarray(z)))[1 + number] for z in apart.z])
        assert left.elpd[number] == pytest.approx(np.log(weighed.weights @ np.exp(unseen)), abs=0.1)
    # what was fitted is predicted better than what was not
    fitted = pool.weigh(log_posterior(pool.found)).weights @ pool.found[:, 1:]
    assert left.elpd.sum() < fitted.sum()


def test_draws_are_added_where_a_study_is_not_known(joint, peak, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("mollisol.evidence.studies.UNEVEN", -np.inf)
    told: list[str] = []
    path = tmp_path / "draws.npz"
    for _ in range(2):  # the second time from the file
        few = pool_of(joint, path, 1, lambda done: told.append(str(done)))
        few.adapt(peak.z, peak.covariance, 1, 60, log_posterior)
        left = leave_one_out(joint, few, 2, 30, told.append)
        assert left.aimed.tolist() == [True, True, True]
        assert few.z.shape[0] == few.found.shape[0] == 60 + 3 * 2 * 30
    assert sum("draws where it is not known" in line for line in told) == 6
    # 60 in two parts, then six times 30
    assert sum(line.isdigit() for line in told) == 8


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
        (COMPARISON + "    begin: later\n", "structures[1].begin", "no structure 'later'"),
        (COMPARISON.split("structures")[0], "structures", "no list"),
        (COMPARISON.replace("passes: 0", "pases: 0"), "pases", "unknown"),
    ):
        path.write_text(wrong)
        with pytest.raises(InputError, match=told) as caught:
            comparing.read_comparison(path)
        assert caught.value.key == key


def test_where_the_draws_of_a_structure_begin(tmp_path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(COMPARISON + "    begin: default\n")
    read = comparing.read_comparison(path)
    assert [read.configuration(one).begin for one in read.structures] == ["", "default"]
    (tmp_path / "data").mkdir()
    with pytest.raises(InputError, match="'flat' begins at the draws of 'default'") as caught:
        comparing.compare(read, tmp_path / "data", tmp_path / "out", only=["flat"])
    assert caught.value.remedy == "compare 'default' first"
    with pytest.raises(InputError, match="no structure 'fat'") as caught:
        comparing.compare(read, tmp_path / "data", tmp_path / "out", only=["fat"])
    assert caught.value.remedy == "structures: default, flat"
    # a set of the package's own
    path.write_text(COMPARISON + "    begin: microbial\n")
    assert comparing.read_comparison(path).structures[1].begin == "microbial"


def row(name, elpd, slots=None):
    return {"name": name, "slots": slots or {}, "about": "", "elpd": elpd, "k": [0.2] * 3,
            "aimed": [True, False, False], "values": [5, 5, 0], "pareto_k": 0.1, "effective": 500.0,
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
    assert len(heads) == len(rows[0]) == 8
    assert rows[1][1] == "energy: none"
    assert rows[0][4:7] == ("0.20", "1 of 2", "500")
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


def test_a_point_that_does_not_settle_tells_its_course(joint, peak, monkeypatch) -> None:
    monkeypatch.setattr("mollisol.evidence.map_estimate.ROUNDS", 1)
    with pytest.raises(Unsettled, match="after 1 rounds") as caught:
        most_probable(joint)
    assert len(caught.value.course) == 1
    assert caught.value.moved > 0.05
    # draws can begin there
    assert np.linalg.eigvalsh(caught.value.last.covariance).min() > 0.0
    assert np.abs(caught.value.last.z - peak.z).max() < 1.0


def test_a_point_that_is_no_maximum_is_told(joint, monkeypatch) -> None:
    def saddle(_, z):
        return np.array([-1.0] + [4.0] * (len(z) - 1)), np.eye(len(z))

    monkeypatch.setattr("mollisol.evidence.map_estimate._curvature", saddle)
    with pytest.raises(Unsettled, match="no maximum of the posterior; start from another one") as caught:
        most_probable(joint)
    assert len(caught.value.course) > 1
    # draws can begin there, as wide as the prior along that axis
    assert np.diag(caught.value.last.covariance).tolist() == [1.0] + [0.25] * (len(caught.value.last.z) - 1)
