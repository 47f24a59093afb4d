"""Chains without a gradient: moments of a known target, a run that goes on, one that is asked to stop."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.evidence import metropolis
from mollisol.evidence.map_estimate import Peak

PEAK = Peak(np.zeros(2), jnp.zeros(0), np.eye(2), 0.0, 1)


def banana(joint, z):
    """Log density of a normal bent along a parabola: x ~ N(0.5, 1), y - x^2 ~ N(0, 0.5)."""
    joint.calls += 1
    x, y = np.asarray(z)
    return jnp.asarray(-0.5 * (x - 0.5) ** 2 - 0.5 * ((y - x**2) / 0.5) ** 2)


def wide(joint, z, slopes):
    """Log density of what the chain takes for the target at first."""
    x, y = np.asarray(z)
    return jnp.asarray(-0.5 * (x / 1.2) ** 2 - 0.5 * ((y - 0.9 * x**2) / 0.8) ** 2)


@pytest.fixture
def joint(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setattr(metropolis, "log_posterior_at", banana)
    monkeypatch.setattr(metropolis, "log_posterior_near", wide)
    monkeypatch.setattr(metropolis, "slopes_at", lambda joint, z: jnp.zeros(0))
    return SimpleNamespace(calls=0)


def test_draws_have_the_moments_of_a_bent_target(joint: SimpleNamespace, tmp_path: Path) -> None:
    found = metropolis.sample(joint, PEAK, tmp_path, chains=4, warmup=500, draws=8000, seed=1)
    x, y = found.z.reshape(-1, 2).T
    assert found.z.shape == (4, 8000, 2)
    assert abs(x.mean() - 0.5) < 0.08
    assert abs(x.std() - 1.0) < 0.08
    # x^2 + N(0, 0.5): mean 1 + 0.25, variance 2 + 4 * 0.25 + 0.25
    assert abs(y.mean() - 1.25) < 0.15
    assert abs(y.std() - np.sqrt(3.25)) < 0.2


def test_a_run_that_was_cut_goes_on_as_if_it_had_not_been(
    joint: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metropolis, "KEPT_EVERY", 10)
    settings = {"chains": 2, "warmup": 50, "draws": 100, "seed": 3}
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    whole = metropolis.sample(joint, PEAK, tmp_path / "whole", **settings)
    calls, joint.calls = joint.calls, 0

    def cut(share: float) -> None:
        if share > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        metropolis.sample(joint, PEAK, tmp_path / "cut", **settings, progress=cut)
    joint.calls = 0
    again = metropolis.sample(joint, PEAK, tmp_path / "cut", **settings)
    assert joint.calls < 0.7 * calls
    np.testing.assert_array_equal(again.z, whole.z)
