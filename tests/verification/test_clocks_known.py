"""Clocks of matrices against closed forms, another program's figures and published integrals."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import erlang

from mollisol import clocks

EXACT = 1e-10
PEERS = Path(__file__).resolve().parents[3] / "shared" / "data" / "peers" / "known_cases.json"
LEVELS = np.array([0.05, 0.5, 0.95])


def rothc_pools() -> tuple[np.ndarray, np.ndarray]:
    """The four active pools of RothC at clay 23.4 % as a matrix."""
    k = np.array([10.0, 0.3, 0.66, 0.02])
    ratio = 1.67 * (1.85 + 1.60 * np.exp(-0.0786 * 23.4))
    kept = 1.0 / (1.0 + ratio)
    B = np.diag(-k)
    B[2] += 0.46 * kept * k
    B[3] += 0.54 * kept * k
    return B, 1.7 * np.array([0.59, 0.41, 0.0, 0.0])


@pytest.mark.skipif(not PEERS.exists(), reason="the peers' known cases are absent")
def test_four_pools_as_two_other_programs_have_them() -> None:
    case = next(c for c in json.loads(PEERS.read_text())["cases"] if c["id"] == "P2_rothc4_ages")
    B, u = rothc_pools()
    found = {
        "mean_transit_time": clocks.mean_transit_time(B, u),
        "mean_system_age": clocks.mean_system_age(B, u),
        "mean_pool_age": clocks.mean_pool_ages(B, u),
        "median_transit_time": clocks.transit_time_quantile(B, u, 0.5),
        "median_system_age": clocks.system_age_quantile(B, u, 0.5),
    }
    for name, value in found.items():
        # the medians are given to 1e-5
        np.testing.assert_allclose(value, case[name], rtol=1e-5 if "median" in name else case["tol"], err_msg=name)
    np.testing.assert_allclose(clocks.steady_stock(B, u), case["steady_state"], rtol=1e-3)  # given to 4 digits


@pytest.mark.parametrize("k", [1e-6, 0.02, 365.0])
def test_one_pool(k: float) -> None:
    B, u, t = [[-k]], [3.0], np.array([0.0, 0.1, 1.0, 7.0]) / k
    assert clocks.mean_transit_time(B, u) == pytest.approx(1.0 / k, rel=EXACT)
    assert clocks.mean_system_age(B, u) == pytest.approx(clocks.mean_transit_time(B, u), rel=EXACT)
    np.testing.assert_allclose(clocks.mean_pool_ages(B, u), 1.0 / k, rtol=EXACT)
    np.testing.assert_allclose(clocks.remaining(B, u, t)[:, 0], np.exp(-k * t), rtol=EXACT)
    for density in (clocks.transit_time_density, clocks.system_age_density):
        np.testing.assert_allclose(density(B, u, t), k * np.exp(-k * t), rtol=EXACT)
    for quantile in (clocks.transit_time_quantile, clocks.system_age_quantile):
        np.testing.assert_allclose(quantile(B, u, LEVELS), -np.log1p(-LEVELS) / k, rtol=EXACT)
    horizon = np.array([0.0, 0.5, 20.0]) / k
    np.testing.assert_allclose(
        clocks.carbon_sequestration(B, u, horizon), -3.0 * np.expm1(-k * horizon) / k, rtol=EXACT
    )


def test_pools_in_a_row_of_one_rate() -> None:
    """Equal rates, for which no set of eigenvectors is complete: the transit time is Erlang's."""
    n, k = 5, 0.3
    B = -k * np.eye(n) + k * np.eye(n, k=-1)
    u = np.eye(n)[0]
    t = np.linspace(0.0, 80.0, 9)
    np.testing.assert_allclose(clocks.mean_pool_ages(B, u), np.arange(1, n + 1) / k, rtol=EXACT)
    np.testing.assert_allclose(clocks.mean_transit_time(B, u), n / k, rtol=EXACT)
    np.testing.assert_allclose(clocks.mean_system_age(B, u), (n + 1) / (2.0 * k), rtol=EXACT)
    np.testing.assert_allclose(clocks.transit_time_density(B, u, t), erlang.pdf(t, n, scale=1.0 / k), atol=EXACT)
    np.testing.assert_allclose(clocks.transit_time_quantile(B, u, LEVELS), erlang.ppf(LEVELS, n, scale=1.0 / k), EXACT)
    ages = np.stack([erlang.ppf(LEVELS, i + 1, scale=1.0 / k) for i in range(n)], axis=1)
    np.testing.assert_allclose(clocks.pool_age_quantile(B, u, LEVELS), ages, EXACT)
    pools = np.stack([erlang.pdf(t, i + 1, scale=1.0 / k) for i in range(n)], axis=1)
    np.testing.assert_allclose(clocks.pool_age_density(B, u, t), pools, atol=EXACT)


def test_pools_side_by_side() -> None:
    k, u = np.array([12.0, 0.5, 1e-4]), np.array([1.0, 2.0, 3.0])
    B, share, t = np.diag(-k), u / u.sum(), np.array([0.0, 0.01, 1.0, 3e3])
    each = np.exp(-np.outer(t, k))
    x = u / k
    assert clocks.mean_transit_time(B, u) == pytest.approx(np.sum(share / k), rel=EXACT)
    assert clocks.mean_system_age(B, u) == pytest.approx(np.sum(x / k) / x.sum(), rel=EXACT)
    np.testing.assert_allclose(clocks.mean_pool_ages(B, u), 1.0 / k, rtol=EXACT)
    np.testing.assert_allclose(clocks.remaining(B, u, t), share * each, rtol=EXACT, atol=1e-15)
    np.testing.assert_allclose(clocks.transit_time_density(B, u, t), each @ (share * k), rtol=EXACT)
    np.testing.assert_allclose(clocks.system_age_density(B, u, t), each @ (x * k) / x.sum(), rtol=EXACT)


def test_two_pools_that_feed_each_other() -> None:
    k1, k2, to, back = 2.0, 0.05, 0.3, 0.4
    B = np.array([[-k1, back * k2], [to * k1, -k2]])
    u = np.array([1.0, 0.0])
    loop = 1.0 - to * back
    x = np.array([1.0 / k1, to / k2]) / loop
    ages = (np.array([[1.0 / k1, back / k1], [to / k2, 1.0 / k2]]) / loop) @ x / x
    np.testing.assert_allclose(clocks.steady_stock(B, u), x, rtol=EXACT)
    assert clocks.mean_transit_time(B, u) == pytest.approx(x.sum(), rel=EXACT)
    np.testing.assert_allclose(clocks.mean_pool_ages(B, u), ages, rtol=EXACT)
    t = np.array([0.0, 0.5, 40.0])
    root = np.sqrt((k1 - k2) ** 2 + 4.0 * to * back * k1 * k2)
    values = np.array([-(k1 + k2) + root, -(k1 + k2) - root]) / 2.0
    # the solution with x(0) = (1, 0) and x'(0) = (-k1, to k1)
    a = np.array([(-k1 - values[1]), (values[0] + k1)]) / (values[0] - values[1])
    first = np.exp(np.outer(t, values)) @ a
    np.testing.assert_allclose(clocks.remaining(B, u, t)[:, 0], first, rtol=EXACT)
    second = to * k1 * (np.exp(values[0] * t) - np.exp(values[1] * t)) / (values[0] - values[1])
    np.testing.assert_allclose(clocks.remaining(B, u, t)[:, 1], second, rtol=EXACT, atol=1e-15)


def test_rates_of_eleven_orders_keep_the_digits_of_the_slowest() -> None:
    """A day's pool feeds one of ten million years, of which a matrix exponential as a whole knows few digits."""
    fast, slow, kept = 1e4, 1e-7, 1e-3
    B, u = np.array([[-fast, 0.0], [kept * fast, -slow]]), [1.0, 0.0]
    t = np.array([1.0, 1e6, 3e7])
    exact = kept * fast / (fast - slow) * (np.exp(-slow * t) - np.exp(-fast * t))
    np.testing.assert_allclose(clocks.remaining(B, u, t)[:, 1], exact, rtol=1e-12)
    np.testing.assert_allclose(clocks.transit_time_density(B, u, t), slow * exact, rtol=1e-12)
    assert clocks.mean_transit_time(B, u) == pytest.approx(1.0 / fast + kept / slow, rel=1e-14)


def test_a_thousand_compartments() -> None:
    random = np.random.default_rng(1)
    n = 1000
    B = np.where(random.uniform(size=(n, n)) < 0.01, random.uniform(size=(n, n)), 0.0)
    np.fill_diagonal(B, 0.0)
    B -= np.diag(B.sum(axis=0) + random.uniform(0.01, 1.0, n))
    u = random.uniform(size=n)
    left = clocks.remaining(B, u, [0.0, 0.7])
    assert left.shape == (2, n)
    np.testing.assert_allclose(left[1], expm(0.7 * B) @ u / u.sum(), rtol=1e-9, atol=1e-17)
    x = np.linalg.solve(-B, u)
    np.testing.assert_allclose(clocks.mean_pool_ages(B, u), np.linalg.solve(-B, x) / x, rtol=EXACT)


def test_the_atmosphere_to_published_digits() -> None:
    found = clocks.integrated_impulse_response([20.0, 50.0, 100.0, 500.0, 1000.0])
    assert [f"{value:.3g}" for value in found] == ["14.2", "30.3", "52.4", "184", "310"]
    assert clocks.impulse_response(0.0) == pytest.approx(1.0, abs=1e-12)
    assert f"{float(clocks.impulse_response(100.0)):.4f}" == "0.4094"
    # IPCC AR5, tables 8.A.1 and 8.SM.17: AGWP and AGTP of CO2
    assert [f"{value:.2e}" for value in clocks.absolute_warming_potential([20.0, 100.0])] == ["2.49e-14", "9.17e-14"]
    agtp = clocks.absolute_temperature_potential([20.0, 50.0, 100.0])
    assert [f"{value:.2e}" for value in agtp] == ["6.84e-16", "6.17e-16", "5.47e-16"]


def test_carbon_that_never_comes_back_undoes_an_emission() -> None:
    horizon = np.array([20.0, 100.0, 500.0])
    B, u, co2 = [[-1e-14]], [2.0], 2.0 * 44.01 / 12.011
    for of_storing, of_emitting in (
        (clocks.climate_benefit, clocks.absolute_warming_potential),
        (clocks.temperature_benefit, clocks.absolute_temperature_potential),
    ):
        np.testing.assert_allclose(of_storing(B, u, horizon), -co2 * of_emitting(horizon), rtol=EXACT)


def test_climate_benefit_of_one_pool_is_its_convolution() -> None:
    """The change of the air's carbon, written out for every box of the atmosphere."""
    k, horizon, efficiency = 0.05, np.array([1.0, 100.0, 1e3]), 1.7517e-15 * 44.01 / 12.011
    shares, tau = (0.2240, 0.2824, 0.2763), (394.4, 36.54, 4.304)
    stays = -0.2173 * -np.expm1(-k * horizon) / k

    def box(a: float, rate: float) -> np.ndarray:
        # y' = a k e^(-k t) - rate y, y(0) = -a, integrated
        forced = a * k / (rate - k)
        own = -a - forced
        return forced * -np.expm1(-k * horizon) / k + own * -np.expm1(-rate * horizon) / rate

    exact = efficiency * (stays + sum(box(a, 1.0 / t) for a, t in zip(shares, tau, strict=True)))
    np.testing.assert_allclose(clocks.climate_benefit([[-k]], [1.0], horizon), exact, rtol=EXACT)
