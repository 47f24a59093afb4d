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
from mollisol.evidence.space import space_of
from mollisol.models import build
from mollisol.models.parameter_sets import read_parameter_set
from mollisol.units import RunError
from parameter_set_cases import NAMES, write_set

MEAN, SPREAD = np.array([0.3, -0.2]), np.array([0.8, 1.2])
PEAK = np.zeros(2), np.diag([1.0, 2.0])


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
    found = importance.sample(joint, *PEAK, tmp_path, stages=4, draws=8000, seed=2)
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
    whole = importance.sample(joint, *PEAK, tmp_path, stages=3, draws=300, seed=3)
    (file,) = tmp_path.iterdir()
    with np.load(file) as saved:
        found = saved["found"]
    assert found.shape == (300, 1)
    done = 100 * stage + 50
    np.savez(file, found=found[:done])
    joint.calls = 0
    again = importance.sample(joint, *PEAK, tmp_path, stages=3, draws=300, seed=3)
    assert joint.calls == 300 - done
    np.testing.assert_array_equal(again.z, whole.z)


def test_draws_that_stages_do_not_divide(joint: SimpleNamespace, tmp_path: Path) -> None:
    assert importance.sample(joint, *PEAK, tmp_path, stages=3, draws=100, seed=3).z.shape == (1, 100, 2)
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
    peak = np.array(z), np.array(covariance)
    once = importance.sample(joint, *peak, tmp_path, stages=1, draws=4000, seed=1)
    found = importance.sample(joint, *peak, tmp_path, stages=8, draws=4000, seed=1)
    assert found.pareto_k < 0.5
    assert found.effective > 1.2 * once.effective
    np.testing.assert_allclose(found.z[0].mean(axis=0), MEAN, atol=0.06)
    np.testing.assert_allclose(found.z[0].std(axis=0), SPREAD, rtol=0.06)


def test_where_the_draws_of_another_calibration_lie(tmp_path: Path) -> None:
    made = read_parameter_set(write_set(tmp_path / "set.json", draws=500, diagnostics={"effective": 60.0}))
    space = space_of(build(), ("depolymerisation.slow_litter", *NAMES[::-1]), ("site_rate", "plot_input"))
    mean, covariance = importance.around(space, made)
    spreads = [space.axes[i].prior.spread for i in (1, 2)]
    # the set lies at the priors' best estimates; what it does not know is as its prior says
    np.testing.assert_allclose(mean[[1, 2]], 0.0, atol=0.1 / min(spreads))
    assert mean[3] == pytest.approx(np.mean(np.log(np.linspace(0.2, 0.4, 500) / 0.35)) / 0.4)
    np.testing.assert_array_equal(mean[[0, 4]], 0.0)
    np.testing.assert_array_equal(covariance[[0, 4]], np.eye(5)[[0, 4]])
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)[[1, 2]]), 0.2 / np.array(spreads), rtol=0.1)
    # 60 effective draws of three parameters: correlations count for 60 / (60 + 5 * 3)
    correlation = covariance[1, 2] / np.sqrt(covariance[1, 1] * covariance[2, 2])
    assert correlation == pytest.approx(0.8 * np.corrcoef(np.log(made.draws).T)[0, 1], rel=1e-6)


def test_an_approximation_that_is_far_off_is_refused(joint: SimpleNamespace, tmp_path: Path) -> None:
    far = np.array([-3.0, 9.0]), 0.002 * np.eye(2)
    found = importance.sample(joint, *far, tmp_path, stages=2, draws=400, seed=1)
    told = {"pareto_k": found.pareto_k, "effective": found.effective}
    with pytest.raises(RunError, match=r"Pareto k .* give more stages or draws, or use the method metropolis"):
        _require_close(Configuration("c", ("a.b",)), told)
    _require_close(Configuration("c", ("a.b",)), {"pareto_k": 0.4, "effective": 300.0})


def test_draws_none_of_which_is_possible_are_refused(joint: SimpleNamespace, tmp_path: Path) -> None:
    far = np.array([30.0, 0.0]), np.eye(2)
    with pytest.raises(RunError, match="no draw has a finite posterior"):
        importance.sample(joint, *far, tmp_path, stages=2, draws=100, seed=1)
