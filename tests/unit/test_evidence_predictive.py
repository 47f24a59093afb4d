"""Predictive mixtures: coverage of drawn truths, and conditioning on a value that is known."""

import numpy as np
import pytest

from mollisol.evidence.predictive import SPREAD, Predictive, given_value, predictive
from mollisol.evidence.scores import coverage

DRAWS, SITES, VALUES = 40, 300, 3


def _world(seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Draw parameters, the spread of sites and errors, and one truth of all sites from them."""
    random = np.random.default_rng(seed)
    slopes = random.standard_normal((SITES, VALUES, 3))
    mean = np.arange(float(VALUES)) + 0.3 * random.standard_normal((DRAWS, 1, 1)) + np.zeros((DRAWS, SITES, VALUES))
    spread = {name: np.full(DRAWS, size) for name, size in zip(SPREAD, (0.5, 0.4, 0.2), strict=True)}
    own, error = np.full((DRAWS, VALUES), 0.2), np.full((SITES, VALUES), 0.3)
    eta = random.standard_normal((SITES, 3)) * [0.5, 0.4, 0.2]
    # every site its own draw, so that all of the mixture is seen
    truth = mean[random.integers(DRAWS, size=SITES), np.arange(SITES)] + np.einsum("svk,sk->sv", slopes, eta)
    measured = truth + np.hypot(0.2, 0.3) * random.standard_normal((SITES, VALUES))
    return {"mean": mean, "slopes": slopes, "spread": spread, "own": own, "error": error}, measured


def test_intervals_cover_what_they_say() -> None:
    arguments, measured = _world()
    probability = predictive(**arguments).probability(measured)
    sites = np.repeat(np.arange(SITES), VALUES)
    assert coverage(probability.ravel(), 0.5, sites).value == pytest.approx(0.5, abs=0.06)
    assert coverage(probability.ravel(), 0.9, sites).value == pytest.approx(0.9, abs=0.04)


def test_conditioned_intervals_cover_and_are_narrower() -> None:
    arguments, measured = _world(1)
    alone = predictive(**arguments)
    given = given_value(**arguments, measured=measured[:, 0])
    probability = given.probability(measured)[:, 1:]
    sites = np.repeat(np.arange(SITES), VALUES - 1)
    assert coverage(probability.ravel(), 0.9, sites).value == pytest.approx(0.9, abs=0.04)
    assert given.spread[:, 1:].mean() < alone.spread[:, 1:].mean()
    before = np.mean((alone.centre - measured)[:, 1:] ** 2)
    assert np.mean((given.centre - measured)[:, 1:] ** 2) < before


def test_one_draw_conditioned_is_the_textbook_normal() -> None:
    slopes = np.array([[[1.0, 0.0, 0.0], [2.0, 1.0, 0.0]]])
    spread = {"site_input": np.array([0.5]), "site_rate": np.array([0.3]), "site_trend": np.array([0.2])}
    own, error = np.full((1, 2), 0.1), np.full((1, 2), 0.2)
    found = given_value(np.zeros((1, 1, 2)), slopes, spread, own, error, np.array([1.0]))
    covariance = slopes[0] @ np.diag([0.25, 0.09, 0.04]) @ slopes[0].T + 0.05 * np.eye(2)
    assert found.mean[0, 0, 1] == pytest.approx(covariance[0, 1] / covariance[0, 0])
    left = covariance[1, 1] - covariance[0, 1] ** 2 / covariance[0, 0]
    assert found.deviation[0, 0, 1] ** 2 == pytest.approx(left)


def test_draws_that_made_the_known_value_likely_weigh_more() -> None:
    mean = np.array([[[0.0, 0.0]], [[3.0, 5.0]]])
    nothing = {name: np.full(2, 1e-9) for name in SPREAD}
    found = given_value(mean, np.zeros((1, 2, 3)), nothing, np.full((2, 2), 0.5), np.zeros((1, 2)), np.array([3.0]))
    assert found.weight[1, 0] > 0.999
    assert found.centre[0, 1] == pytest.approx(5.0, abs=0.01)


def test_without_a_known_value_nothing_is_conditioned() -> None:
    arguments, _ = _world(2)
    alone = predictive(**arguments)
    given = given_value(**arguments, measured=np.full(SITES, np.nan))
    np.testing.assert_allclose(given.mean, alone.mean)
    np.testing.assert_allclose(given.deviation, alone.deviation)
    np.testing.assert_allclose(given.weight, alone.weight)


def test_a_missing_measurement_has_no_probability() -> None:
    one = Predictive(np.ones((1, 1)), np.zeros((1, 1, 2)), np.ones((1, 1, 2)))
    found = one.probability([[0.0, np.nan]])
    assert found[0, 0] == pytest.approx(0.5)
    assert np.isnan(found[0, 1])
