"""Observed layers on report depths."""

import numpy as np
import pytest

from mollisol.evidence.observations.depths import (
    content_at_depths,
    density_at_depths,
    sampled_share,
    without_overlap,
)

EDGES = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


def test_mass_is_kept() -> None:
    top, bottom = np.array([0.0, 0.25, 0.55]), np.array([0.25, 0.55, 1.0])
    density = np.array([20.0, 8.0, 3.0])
    means = density_at_depths(top, bottom, density, EDGES)
    assert (means * np.diff(EDGES)).sum() == pytest.approx((density * (bottom - top)).sum(), rel=1e-12)
    assert np.all(np.diff(means) < 0.0)


def test_less_than_half_sampled_is_missing() -> None:
    top, bottom = np.array([0.0, 0.2]), np.array([0.2, 0.29])
    means = density_at_depths(top, bottom, np.array([20.0, 10.0]), EDGES)
    assert np.isfinite(means[0])
    assert np.isnan(means[1:]).all()
    # a layer whose value is missing is not sampled
    assert np.isnan(density_at_depths(top, bottom, np.array([np.nan, np.nan]), EDGES)).all()
    share = sampled_share(top, bottom, np.array([True, True]), EDGES)
    assert share[:2] == pytest.approx([1.0, 0.45])


def test_a_property_of_carbon_is_weighted_by_carbon_and_stays_between_its_values() -> None:
    top, bottom = np.array([0.0, 0.1]), np.array([0.1, 0.2])
    delta = np.array([100.0, -300.0])
    equal = content_at_depths(top, bottom, delta, np.array([np.nan, np.nan]), np.array([0.0, 0.2]))
    assert equal == pytest.approx([-100.0])
    weighted = content_at_depths(top, bottom, delta, np.array([30.0, 10.0]), np.array([0.0, 0.2]))
    # the spline keeps each layer's mass, so the weights are 3 and 1
    assert weighted == pytest.approx([0.0], abs=1e-9)


def test_a_gap_between_samples_is_not_sampled() -> None:
    top, bottom = np.array([0.0, 0.35]), np.array([0.05, 0.4])
    assert np.isnan(content_at_depths(top, bottom, np.array([0.0, -100.0]), np.array([20.0, 10.0]), EDGES)).all()


def test_of_overlapping_layers_the_upper_is_kept() -> None:
    rows = without_overlap([0.2, 0.0, 0.1, -0.1, 0.4, 0.3], [0.4, 0.2, 0.3, 0.0, 0.4, 0.35])
    assert rows.tolist() == [1, 0]
