"""What holds for the clocks of any compartmental system."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol import clocks

seeds = st.integers(0, 2**31)


def system(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Any number of compartments, sparse or full, with rates of six orders of magnitude; some are never fed."""
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 12))
    B = np.exp(random.uniform(-7.0, 6.0, (n, n))) * (random.uniform(size=(n, n)) < random.uniform())
    np.fill_diagonal(B, 0.0)
    B *= random.uniform(size=n)
    B -= np.diag(B.sum(axis=0) + np.exp(random.uniform(-7.0, 6.0, n)))
    u = random.uniform(size=n) * (random.uniform(size=n) < 0.7)
    u[0] += 0.1
    return B, u


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_transit_time_is_stock_by_input(seed: int) -> None:
    B, u = system(seed)
    x = clocks.steady_stock(B, u)
    found = clocks.mean_transit_time(B, u)
    np.testing.assert_allclose(found, x.sum() / u.sum(), rtol=1e-10)
    # the same from the other side: the time that each compartment's carbon still has, weighted by what enters there
    still = np.linalg.solve(-B.T, np.ones(len(u)))
    np.testing.assert_allclose(found, still @ u / u.sum(), rtol=1e-10)
    assert np.max(np.abs(u + B @ x)) <= 1e-12 * np.max(np.abs(B) @ x)


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_the_mean_system_age_is_that_of_the_pools(seed: int) -> None:
    B, u = system(seed)
    x, ages = clocks.steady_stock(B, u), clocks.mean_pool_ages(B, u)
    assert np.all(np.isnan(ages) == (x == 0.0))
    np.testing.assert_allclose(clocks.mean_system_age(B, u), np.nansum(x * ages) / x.sum(), rtol=1e-12)
    # x ages + B (x ages) / rate: the first moment is steady under B with x as its source
    moment = np.nan_to_num(x * ages)
    assert np.max(np.abs(x + B @ moment)) <= 1e-12 * np.max(np.abs(B) @ moment)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_densities_integrate_to_one_and_to_their_means(seed: int) -> None:
    B, u = system(seed)
    # Gauss-Legendre in log time, far beyond the slowest and the fastest rate
    points, weights = np.polynomial.legendre.leggauss(300)
    low, high = np.log(1e-8), np.log(60.0 * clocks.mean_system_age(B, u) + 1e6)
    t = np.exp(0.5 * (high - low) * points + 0.5 * (high + low))
    weight = 0.5 * (high - low) * weights * t
    for density, mean in (
        (clocks.transit_time_density, clocks.mean_transit_time),
        (clocks.system_age_density, clocks.mean_system_age),
        (clocks.pool_age_density, clocks.mean_pool_ages),
    ):
        value = density(B, u, t)
        held = np.isfinite(mean(B, u))
        np.testing.assert_allclose((weight @ value)[held], 1.0, rtol=1e-5)
        np.testing.assert_allclose(((weight * t) @ value)[held], np.asarray(mean(B, u))[held], rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, level=st.floats(0.001, 0.999))
def test_a_quantile_is_where_that_share_has_left(seed: int, level: float) -> None:
    B, u = system(seed)
    time = clocks.transit_time_quantile(B, u, level)
    np.testing.assert_allclose(1.0 - clocks.remaining(B, u, time).sum(), level, atol=1e-12)
    age = clocks.system_age_quantile(B, u, level)
    x = clocks.steady_stock(B, u)
    np.testing.assert_allclose(1.0 - clocks.remaining(B, x, age).sum(), level, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, first=st.floats(0.0, 1e3), more=st.floats(0.0, 1e3))
def test_what_remains_starts_whole_falls_and_composes(seed: int, first: float, more: float) -> None:
    B, u = system(seed)
    left = clocks.remaining(B, u, [0.0, first, first + more])
    assert np.all(left >= 0.0)
    total = left.sum(axis=1)
    assert abs(total[0] - 1.0) < 1e-14
    assert total[1] <= 1.0 + 1e-12
    assert total[2] <= total[1] + 1e-12
    if total[1] > 1e-200:
        again = total[1] * clocks.remaining(B, left[1], more)
        np.testing.assert_allclose(again, left[2], rtol=1e-9, atol=1e-15)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, horizon=st.floats(0.01, 1e4))
def test_storing_longer_is_worth_more(seed: int, horizon: float) -> None:
    B, u = system(seed)
    stored, slower = (clocks.carbon_sequestration(m, u, horizon) for m in (B, 0.5 * B))
    assert 0.0 < stored <= slower * (1.0 + 1e-12)
    assert stored <= u.sum() * min(horizon, clocks.mean_transit_time(B, u)) * (1.0 + 1e-9)
    at_best = -44.01 / 12.011 * u.sum() * clocks.absolute_warming_potential(horizon)
    assert at_best * (1.0 + 1e-9) <= clocks.climate_benefit(B, u, horizon) <= -1e-14 * at_best
