"""Draws weighted by importance: moments of a known target, a diagnostic that refuses, a run that goes on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.evidence import importance
from mollisol.evidence.calibrate import _require_close
from mollisol.evidence.configuration import Configuration
from mollisol.evidence.map_estimate import Peak
from mollisol.units import RunError

MEAN, SPREAD = np.array([0.3, -0.2]), np.array([0.8, 1.2])
PEAK = Peak(np.zeros(2), jnp.zeros(0), np.diag([1.0, 2.0]), 0.0, 1)


def target(joint, z):
    """Log density of a normal that is not the approximation; nothing is possible far out."""
    joint.calls += 1
    off = (np.asarray(z) - MEAN) / SPREAD
    return jnp.asarray(-np.inf if z[0] > 3.0 else -0.5 * np.sum(off**2))


@pytest.fixture
def joint(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setattr(importance, "log_posterior_at", target)
    return SimpleNamespace(calls=0)


def test_draws_have_the_moments_of_the_target(joint: SimpleNamespace, tmp_path: Path) -> None:
    found = importance.sample(joint, PEAK, tmp_path, stages=4, draws=8000, seed=2)
    z = found.z[0]
    assert z.shape == (8000, 2)
    assert joint.calls == 8000
    np.testing.assert_allclose(z.mean(axis=0), MEAN, atol=0.04)
    np.testing.assert_allclose(z.std(axis=0), SPREAD, rtol=0.04)
    np.testing.assert_allclose(np.corrcoef(z.T)[0, 1], 0.0, atol=0.05)
    assert z[:, 0].max() <= 3.0
    assert found.pareto_k < 0.5
    assert 4000.0 < found.effective < 8000.0


@pytest.mark.parametrize("stage", [0, 2], ids=["in the first stage", "in the last"])
def test_a_run_that_was_cut_goes_on(joint: SimpleNamespace, tmp_path: Path, stage: int) -> None:
    whole = importance.sample(joint, PEAK, tmp_path, stages=3, draws=300, seed=3)
    (file,) = tmp_path.iterdir()
    with np.load(file) as saved:
        found = saved["found"]
    assert found.shape == (300, 1)
    done = 100 * stage + 50
    np.savez(file, found=found[:done])
    joint.calls = 0
    again = importance.sample(joint, PEAK, tmp_path, stages=3, draws=300, seed=3)
    assert joint.calls == 300 - done
    np.testing.assert_array_equal(again.z, whole.z)


def test_draws_that_stages_do_not_divide(joint: SimpleNamespace, tmp_path: Path) -> None:
    assert importance.sample(joint, PEAK, tmp_path, stages=3, draws=100, seed=3).z.shape == (1, 100, 2)
    assert joint.calls == 102


@pytest.mark.parametrize(
    ("z", "covariance"),
    [
        pytest.param([0.1, 0.1], [[0.3, 0.0], [0.0, 0.6]], id="narrow"),
        pytest.param([2.0, -3.0], [[0.6, 0.0], [0.0, 1.0]], id="beside"),
        pytest.param([0.3, 0.3], [[2.0, 1.9], [1.9, 2.0]], id="along another axis"),
    ],
)
def test_the_proposal_goes_where_the_posterior_is(
    joint: SimpleNamespace, tmp_path: Path, z: list[float], covariance: list[list[float]]
) -> None:
    peak = Peak(np.array(z), jnp.zeros(0), np.array(covariance), 0.0, 1)
    once = importance.sample(joint, peak, tmp_path, stages=1, draws=4000, seed=1)
    found = importance.sample(joint, peak, tmp_path, stages=8, draws=4000, seed=1)
    assert found.pareto_k < 0.5
    assert found.effective > 1.2 * once.effective
    np.testing.assert_allclose(found.z[0].mean(axis=0), MEAN, atol=0.06)
    np.testing.assert_allclose(found.z[0].std(axis=0), SPREAD, rtol=0.06)


def test_an_approximation_that_is_far_off_is_refused(joint: SimpleNamespace, tmp_path: Path) -> None:
    far = Peak(np.array([-3.0, 9.0]), jnp.zeros(0), 0.002 * np.eye(2), 0.0, 1)
    found = importance.sample(joint, far, tmp_path, stages=2, draws=400, seed=1)
    told = {"pareto_k": found.pareto_k, "effective": found.effective}
    with pytest.raises(RunError, match=r"Pareto k .* give more stages or draws, or use the method metropolis"):
        _require_close(Configuration("c", ("a.b",)), told)
    _require_close(Configuration("c", ("a.b",)), {"pareto_k": 0.4, "effective": 300.0})


def test_draws_none_of_which_is_possible_are_refused(joint: SimpleNamespace, tmp_path: Path) -> None:
    far = Peak(np.array([30.0, 0.0]), jnp.zeros(0), np.eye(2), 0.0, 1)
    with pytest.raises(RunError, match="no draw has a finite posterior"):
        importance.sample(joint, far, tmp_path, stages=2, draws=100, seed=1)
