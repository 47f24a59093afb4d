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
    found = importance.sample(joint, PEAK, tmp_path, draws=4000, seed=2)
    z = found.z[0]
    np.testing.assert_allclose(z.mean(axis=0), MEAN, atol=0.06)
    np.testing.assert_allclose(z.std(axis=0), SPREAD, rtol=0.06)
    assert z[:, 0].max() <= 3.0
    assert found.pareto_k < 0.5
    assert 2000.0 < found.effective < 8000.0


def test_a_run_that_was_cut_goes_on(joint: SimpleNamespace, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    whole = importance.sample(joint, PEAK, first, draws=120, seed=3)
    second = first / "importance-3-120-2.npz"
    with np.load(second) as saved:
        posterior = saved["posterior"]
    np.savez(second, posterior=np.where(np.arange(120) < 100, posterior, -np.inf), done=100)
    joint.calls = 0
    again = importance.sample(joint, PEAK, first, draws=120, seed=3)
    assert joint.calls == 20
    np.testing.assert_array_equal(again.z, whole.z)


def test_a_narrow_approximation_is_widened_by_its_own_draws(joint: SimpleNamespace, tmp_path: Path) -> None:
    narrow = Peak(np.array([0.1, 0.1]), jnp.zeros(0), np.diag([0.4, 0.8]), 0.0, 1)
    found = importance.sample(joint, narrow, tmp_path, draws=3000, seed=1)
    assert found.pareto_k < 0.6
    np.testing.assert_allclose(found.z[0].std(axis=0), SPREAD, rtol=0.1)


def test_an_approximation_that_is_far_off_is_refused(joint: SimpleNamespace, tmp_path: Path) -> None:
    far = Peak(np.array([-3.0, 9.0]), jnp.zeros(0), 0.02 * np.eye(2), 0.0, 1)
    found = importance.sample(joint, far, tmp_path, draws=400, seed=1)
    told = {"pareto_k": found.pareto_k, "effective": found.effective}
    with pytest.raises(RunError, match=r"Pareto k .* use the method metropolis or nuts"):
        _require_close(Configuration("c", ("a.b",)), told)
    _require_close(Configuration("c", ("a.b",)), {"pareto_k": 0.4, "effective": 300.0})
