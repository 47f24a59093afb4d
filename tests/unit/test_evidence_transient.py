"""Errors of long-term experiments: what a place and a treatment share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp
import numpy as np

from mollisol.evidence.gather import PRODUCTIVITY_ERROR, TURNOVER_ERROR, turnover_covariance
from mollisol.evidence.transient import covariance

VALUES = {"site_rate": 0.5, "study_share": 0.4, "plot_input": 0.2, "experiment": 0.1}


def plots() -> Any:
    """Three stocks: two of one treatment, one of another at the same place; the fourth elsewhere."""
    treatment, place = np.array([0, 0, 1, 2]), np.array([0, 0, 0, 1])
    return SimpleNamespace(
        stock=jnp.full(4, 2.0), error=jnp.full(4, 0.06),
        treatment=jnp.asarray(treatment[:, None] == treatment, dtype=float),
        place=jnp.asarray(place[:, None] == place, dtype=float),
    )  # fmt: skip


def test_stocks_share_the_errors_of_their_place_their_inputs_and_their_treatment() -> None:
    slopes = jnp.asarray([[-0.1, 0.3], [-0.4, 0.8], [-0.4, 0.5], [-0.6, 1.0]])
    values = {name: jnp.asarray(value) for name, value in VALUES.items()}
    found = np.asarray(covariance(values, plots(), slopes))
    np.testing.assert_allclose(found, found.T)
    # of one treatment: place, inputs, treatment
    assert np.isclose(found[0, 1], 0.25 * 0.1 * 0.4 + 0.04 * 0.3 * 0.8 + 0.01)
    # of one place: of the inputs only what treatments share
    assert np.isclose(found[0, 2], 0.25 * 0.1 * 0.4 + 0.4 * 0.04 * 0.3 * 0.5)
    np.testing.assert_array_equal(found[:3, 3], 0.0)
    assert np.isclose(found[3, 3], 0.25 * 0.36 + 0.04 + 2.0 * 0.01 + 0.03**2)


def test_depths_of_the_turnover_table_share_the_error_of_its_productivity() -> None:
    found = turnover_covariance()
    assert found.shape == (5, 5)
    np.testing.assert_allclose(found - TURNOVER_ERROR**2 * np.eye(5), PRODUCTIVITY_ERROR**2)
