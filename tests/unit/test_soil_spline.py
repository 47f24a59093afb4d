"""The mass-preserving spline: exact means, smoothness, restored mass."""

import itertools

import numpy as np
import pytest

from mollisol.soil import fit_spline, mass_preserving_spline
from mollisol.soil.spline import restore
from mollisol.units import InputError

TOP, BOTTOM, VALUE = [0, 5, 20, 60, 100], [5, 15, 40, 90, 130], [3.0, 2.2, 0.9, 0.3, 0.4]


def quadrature(spline, start, end):
    """Mean of a curve by Gauss-Legendre between all of its knots: exact for its quadratics."""
    knots = np.unique(np.clip(np.concatenate([spline.start, [spline.bottom], [start, end]]), start, end))
    points, weights = np.polynomial.legendre.leggauss(4)
    total = sum(
        0.5 * (b - a) * np.sum(weights * spline(0.5 * (a + b) + 0.5 * (b - a) * points))
        for a, b in itertools.pairwise(knots)
    )
    return total / (end - start)


@pytest.mark.parametrize("lam", [0.0, 1e-3, 0.1, 10.0])
def test_layer_means_are_exact(lam):
    edges = np.array([0.0, 3, 5, 12, 30, 55, 80, 110, 128])
    spline = fit_spline(TOP, BOTTOM, VALUE, lam)
    expected = [quadrature(spline, a, b) for a, b in itertools.pairwise(edges)]
    found = mass_preserving_spline(TOP, BOTTOM, VALUE, edges, lam)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_partly_sampled_layer_is_averaged_over_its_sampled_part():
    found = mass_preserving_spline(TOP, BOTTOM, VALUE, [0, 100, 130, 200, 300])
    until = mass_preserving_spline(TOP, BOTTOM, VALUE, [0, 100, 130])
    assert found[:2] == pytest.approx(until)
    assert np.isnan(found[2:]).all()
    wide = mass_preserving_spline(TOP, BOTTOM, VALUE, [0, 120, 500])
    assert wide[1] == pytest.approx(mass_preserving_spline(TOP, BOTTOM, VALUE, [0, 120, 130])[1])


def test_layer_above_the_first_sample_has_a_value():
    found = mass_preserving_spline([10, 30], [30, 50], [2.0, 1.0], [0, 5, 12, 50])
    assert found[0] == pytest.approx(fit_spline([10, 30], [30, 50], [2.0, 1.0])(10.0))
    assert np.isfinite(found).all()


def test_curve_and_slope_are_continuous():
    spline = fit_spline(TOP, BOTTOM, VALUE, 0.1)
    knots = np.array([5.0, 15, 20, 40, 60, 90, 100])
    step = 1e-6
    assert spline(knots - step) == pytest.approx(spline(knots + step), abs=1e-5)
    before = (spline(knots - step) - spline(knots - 2 * step)) / step
    after = (spline(knots + 2 * step) - spline(knots + step)) / step
    assert before == pytest.approx(after, abs=1e-4)


def test_spline_is_the_minimum_of_its_objective():
    lam, top, bottom = 0.1, np.array(TOP, float), np.array(BOTTOM, float)

    def objective(means):
        curve = fit_spline(top, bottom, means, 0.0)
        depth = np.linspace(0.0, 130.0, 260_001)
        slope = np.gradient(curve(depth), depth)
        return np.mean((np.array(VALUE) - means) ** 2) + lam * np.sum(
            0.5 * (slope[1:] ** 2 + slope[:-1] ** 2) * np.diff(depth)
        )

    spline = fit_spline(top, bottom, VALUE, lam)
    best = np.array([quadrature(spline, a, b) for a, b in zip(top, bottom, strict=True)])
    least = objective(best)
    for horizon in range(5):
        for step in (-0.01, 0.01):
            moved = best.copy()
            moved[horizon] += step
            assert objective(moved) > least


def test_no_smoothing_meets_every_mean():
    spline = fit_spline(TOP, BOTTOM, VALUE, 0.0)
    found = [quadrature(spline, a, b) for a, b in zip(TOP, BOTTOM, strict=True)]
    assert found == pytest.approx(VALUE, rel=1e-12)


def test_restored_spline_has_exact_means_and_is_nowhere_negative():
    top, bottom, value = [0, 10, 20, 30], [10, 20, 30, 100], [8.0, 0.0, 0.05, 0.01]
    smooth = fit_spline(top, bottom, value, 0.1)
    depth = np.linspace(0, 100, 5001)
    assert smooth(depth).min() < 0
    curve = restore(smooth, value)
    assert curve(depth).min() >= -1e-15
    edges = np.array([0.0, 10, 20, 30, 100])
    assert np.diff(curve.integral(edges)) == pytest.approx(np.array(value) * np.diff(edges), rel=1e-13, abs=1e-13)


def test_several_variables_at_once_equal_one_by_one():
    values = np.stack([VALUE, np.arange(5.0)], axis=1)
    edges = [0, 7, 33, 130, 150]
    for exact in (False, True):
        together = mass_preserving_spline(TOP, BOTTOM, values, edges, exact=exact)
        assert together.shape == (4, 2)
        for column in range(2):
            alone = mass_preserving_spline(TOP, BOTTOM, values[:, column], edges, exact=exact)
            assert together[:, column] == pytest.approx(alone, nan_ok=True)


def test_one_horizon_is_its_own_mean():
    assert mass_preserving_spline([0], [30], [1.5], [0, 10, 40]).tolist() == [1.5, 1.5]


@pytest.mark.parametrize(
    "arguments",
    [
        ([0, 5], [10, 20], [1, 1], [0, 10]),
        ([0, 10], [10, 10], [1, 1], [0, 10]),
        ([0, 10], [10, 20], [1, np.nan], [0, 10]),
        ([0, 10], [10, 20], [1, 1], [10, 0]),
        ([0, 10], [10, 20], [1], [0, 10]),
        ([0, 10], [10, 20], [1, 1], [0, 10], -1.0),
    ],
)
def test_bad_horizons_are_refused(arguments):
    with pytest.raises(InputError):
        mass_preserving_spline(*arguments)
