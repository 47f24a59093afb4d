"""The mean over the variation within a month: against closed forms, and against a run by the hour at every depth."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import i0
from scipy.stats import norm

from mollisol.column import Drivers
from mollisol.processes import (
    Q10,
    Arrhenius,
    LloydTaylor,
    MatricPotentialResponse,
    MoistureDeficit,
    RelativeSaturation,
    RelativeSaturationBothLimbs,
)
from mollisol.processes.averaging import LEVERAGE, moisture_variation, over_moisture, over_temperature

WAVE, WEATHER = "temperature_diurnal_amplitude", "temperature_deviation"


def exponential(q10: float) -> Callable[[Any], Any]:
    return lambda temperature: jnp.exp(jnp.log(q10) * temperature / 10.0)


def mean(response: Callable[[Any], Any], temperature: float, **variation: float) -> tuple[float, float]:
    forcing = {name: jnp.full((1, 1), value) for name, value in variation.items()}
    found, leverage = over_temperature(response, jnp.full((1, 1), temperature), forcing)
    return float(found[0, 0]), float(leverage[0, 0])


@pytest.mark.parametrize(
    ("q10", "amplitude", "factor"), [(2.0, 2.0, 1.005), (2.0, 5.0, 1.030), (2.0, 10.0, 1.124), (3.0, 10.0, 1.325)]
)
def test_a_wave_raises_an_exponential_response_by_the_bessel_function(
    q10: float, amplitude: float, factor: float
) -> None:
    """I0(A ln Q10 / 10); 1.1238 for Q10 2 and amplitude 10."""
    found, _ = mean(exponential(q10), 0.0, **{WAVE: amplitude})
    assert found == pytest.approx(i0(amplitude * np.log(q10) / 10.0), rel=1e-4)
    assert found == pytest.approx(factor, abs=6e-4)


@pytest.mark.parametrize("q10", [1.5, 2.2, 4.0])
@pytest.mark.parametrize("deviation", [0.5, 3.0, 6.0])
@pytest.mark.parametrize("amplitude", [0.0, 4.0, 10.0])
def test_weather_and_wave_together(q10: float, deviation: float, amplitude: float) -> None:
    """Independent: the product of the two closed forms, I0(a A) exp(a^2 s^2 / 2).

    Within 0.06 % up to Q10 2.2; 1.2 % at the far corner of Q10 4, amplitude 10 and deviation 6.
    """
    rate = np.log(q10) / 10.0
    found, leverage = mean(exponential(q10), 5.0, **{WAVE: amplitude, WEATHER: deviation})
    exact = q10**0.5 * i0(rate * amplitude) * np.exp(0.5 * (rate * deviation) ** 2)
    assert found == pytest.approx(exact, rel=1.3e-2 if q10 > 3.0 else 6e-4)
    assert leverage == pytest.approx(rate, rel=0.25)


def test_polynomials_to_the_fifth_degree_are_averaged_exactly() -> None:
    """Moments of A cos(phase) + s z."""
    wave, weather = 3.0, 1.7
    phase, score = np.polynomial.hermite_e.hermegauss(9)
    angle = 2.0 * np.pi * (np.arange(16) + 0.5) / 16.0
    values = wave * np.cos(angle)[:, None] + weather * phase[None]
    weights = np.broadcast_to(score / score.sum() / 16.0, values.shape)
    for degree in range(6):
        found, _ = mean(lambda t, degree=degree: (t + 2.0) ** degree, 0.0, **{WAVE: wave, WEATHER: weather})
        assert found == pytest.approx(float(np.sum(weights * (values + 2.0) ** degree)), rel=1e-12)


@pytest.mark.parametrize("variation", [{}, {WAVE: 0.0}, {WEATHER: 0.0}, {WAVE: 0.0, WEATHER: 0.0}])
def test_no_variation_changes_nothing(variation: Mapping[str, float]) -> None:
    found, leverage = mean(exponential(2.0), 7.0, **variation)
    assert found == pytest.approx(2.0**0.7, rel=1e-15)
    assert leverage == 0.0


def test_the_gradient_is_finite_where_nothing_varies_or_responds() -> None:
    def total(process: LloydTaylor, amount: Any) -> Any:
        forcing = {"temperature": jnp.array([[-60.0], [5.0]]), WAVE: amount * jnp.ones((2, 1))}
        prepared = process.prepare(Drivers(jnp.ones((2, 1)), jnp.ones((2, 1)), {}, forcing))
        return sum(jnp.sum(value) for value in prepared.values())

    for amount in (0.0, 3.0):
        slopes = jax.grad(total, argnums=(0, 1))(LloydTaylor(), amount)
        assert np.all(np.isfinite(jax.tree_util.tree_leaves(slopes)))


def test_covariance_moves_the_mean_of_a_linear_moisture_response_exactly() -> None:
    """E[e^(aT) x] = E[e^(aT)] (E[x] + a cov) for normal T and x."""
    rate, deviation, covariance = 0.08, 3.0, -0.9
    _, leverage = mean(exponential(np.exp(10.0 * rate)), 0.0, **{WEATHER: deviation})
    forcing = {"temperature_x_covariance": jnp.array([[covariance]]), LEVERAGE: jnp.array([[leverage]])}
    expected = pytest.approx(0.3 + 0.2 * rate * covariance, rel=1e-3)
    assert float(over_moisture(lambda x: 0.2 * x, forcing, "x", jnp.array([[1.5]]))[0, 0]) == expected
    fifths = {f"x_fifth_{i}": jnp.array([[value]]) for i, value in enumerate((0.5, 1.0, 1.5, 2.0, 2.5), start=1)}
    assert float(over_moisture(lambda x: 0.2 * x, {**forcing, **fifths}, "x", jnp.zeros((1, 1)))[0, 0]) == expected


def fifths_of(values: np.ndarray) -> np.ndarray:
    """Means of fifths of sorted values (day, ...)."""
    return np.stack([part.mean(axis=0) for part in np.array_split(np.sort(values, axis=0), 5)])


@pytest.mark.parametrize("position", [-1.0, -0.3, 0.0, 0.5, 1.5])
def test_a_kink_is_averaged_within_three_percent_of_the_deviation(position: float) -> None:
    """E[max(z - k, 0)] = phi(k) - k (1 - Phi(k)): where a response has a kink, such as at the onset of drought."""
    normal = fifths_of(norm.ppf((np.arange(1000) + 0.5) / 1000.0))
    forcing = {f"z_fifth_{i + 1}": jnp.full((1, 1), value) for i, value in enumerate(normal)}
    found = over_moisture(lambda z: jnp.maximum(z - position, 0.0), forcing, "z", jnp.zeros((1, 1)))
    exact = norm.pdf(position) - position * norm.sf(position)
    assert float(found[0, 0]) == pytest.approx(exact, abs=0.03)


def test_fifths_follow_a_distribution_of_any_form() -> None:
    """Half of the days dry and half wet: what a deviation alone would spread in between."""
    days = [0.1, 0.12, 0.15, 0.85, 0.9]
    forcing = {f"s_fifth_{i + 1}": jnp.full((1, 1), value) for i, value in enumerate(days)}
    found = over_moisture(lambda s: jnp.where(s > 0.5, 1.0, 0.2), forcing, "s", jnp.full((1, 1), np.mean(days)))
    assert float(found[0, 0]) == pytest.approx(0.6 * 0.2 + 0.4, rel=1e-12)


# --- a site by the hour -------------------------------------------------------------------------------------------

DEPTHS = np.array([0.0, 0.01, 0.03, 0.1, 0.25, 0.5, 1.0, 1.9])
DAYS, HOURS = 365, 24
MONTH = np.repeat(np.arange(12), [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
POROSITY, RETENTION, ENTRY = 0.45, 5.0, 1.5e-3


def by_the_hour(seed: int, years: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Temperature (day, hour, depth), degC, and relative saturation (day, depth) of years that differ.

    Season of amplitude 10, weather that lasts some days, a daily wave of amplitude 8 that is damped within 0.12 m;
    water that is filled by rain, which comes on cool days, and dries the faster the warmer it is and the shallower.
    """
    random = np.random.default_rng(seed)
    day = np.arange(years * DAYS)
    weather = np.zeros(day.size)
    for i in range(1, day.size):
        weather[i] = 0.75 * weather[i - 1] + 2.6 * random.normal()
    season = 2.0 * np.pi * (day - 105.0) / DAYS
    hour = 2.0 * np.pi * (np.arange(HOURS) + 0.5) / HOURS
    temperature, saturation = [], []
    for depth in DEPTHS:
        slow = 11.0 + 10.0 * np.exp(-depth / 2.1) * np.sin(season - depth / 2.1) + np.exp(-depth / 0.3) * weather
        wave = 8.0 * np.exp(-depth / 0.12) * np.sin(hour - depth / 0.12)
        temperature.append(slow[:, None] + wave)
        stored, series = 0.6, np.empty(day.size)
        for i in range(day.size):
            rain = (random.uniform() < 0.25 - 0.03 * weather[i]) * random.exponential(0.15) * np.exp(-depth / 0.5)
            drying = 0.013 * np.exp(-depth / 0.6) * np.exp(0.05 * (temperature[-1][i].mean() - 11.0))
            stored = min(stored + rain, 0.95)
            stored -= drying * max(stored - 0.2, 0.0) / 0.4
            series[i] = stored
        saturation.append(series)
    return np.stack(temperature, axis=-1), np.stack(saturation, axis=-1)


def moments(temperature: np.ndarray, saturation: np.ndarray) -> dict[str, np.ndarray]:
    """Forcing of every month (month, depth), as the climate at depth gives it: means, deviations, covariances."""
    years = len(temperature) // DAYS
    index = (12 * np.arange(years)[:, None] + MONTH).ravel()
    months = [index == month for month in range(12 * years)]
    daily, suction = temperature.mean(axis=1), np.log(ENTRY) - RETENTION * np.log(saturation)

    def each(values: np.ndarray) -> np.ndarray:
        return np.stack([values[own].mean(axis=0) for own in months])

    def together(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return each(a * b) - each(a) * each(b)

    potential = -np.exp(each(suction))
    fifths = {
        name: np.stack([fifths_of(values[own])[i] for own in months])
        for measure, values in (("saturation", saturation), ("log_suction", suction))
        for i, name in enumerate(moisture_variation(measure)[:-1])
    }
    return {
        "temperature": each(daily),
        WAVE: np.broadcast_to(8.0 * np.exp(-DEPTHS / 0.12), each(daily).shape),
        WEATHER: np.sqrt(together(daily, daily)),
        "matric_potential": potential,
        "relative_saturation": each(saturation),
        **fifths,
        "temperature_log_suction_covariance": together(daily, suction),
        "temperature_saturation_covariance": together(daily, saturation),
    }


TEMPERATURES = {"q10": Q10(q10=2.0), "lloyd_taylor": LloydTaylor(), "arrhenius": Arrhenius()}
MOISTURES = {
    "matric_potential": MatricPotentialResponse(),
    "relative_saturation": RelativeSaturation(),
    "both_limbs": RelativeSaturationBothLimbs(),
    "rothc": MoistureDeficit(),
}
SOIL = {"porosity": POROSITY, "field_capacity": 0.7 * POROSITY, "wilting_point": 0.2 * POROSITY}


def activity(warm: Any, moist: Any, forcing: Mapping[str, np.ndarray]) -> np.ndarray:
    """Product of the responses that two processes prepare, in the shape of the forcing."""
    shape = next(iter(forcing.values())).shape
    flat = {name: jnp.asarray(values).reshape(-1, 1) for name, values in forcing.items()}
    rows = np.ones((int(np.prod(shape)), 1))
    soil = {name: value * rows for name, value in SOIL.items()}
    drivers = Drivers(rows, rows, soil, flat)
    drivers = Drivers(rows, rows, soil, {**flat, **warm.prepare(drivers)})
    found = drivers.forcing["temperature_response"] * moist.prepare(drivers)["moisture_response"]
    return np.asarray(found).reshape(shape)


@pytest.fixture(scope="module")
def site() -> tuple[np.ndarray, np.ndarray]:
    return by_the_hour(3)


@pytest.mark.parametrize("moist", MOISTURES)
@pytest.mark.parametrize("warm", TEMPERATURES)
def test_a_monthly_run_with_the_term_is_the_run_by_the_hour_at_every_depth(
    site: tuple[np.ndarray, np.ndarray], warm: str, moist: str
) -> None:
    temperature, saturation = site
    fine_saturation = np.broadcast_to(saturation[:, None], temperature.shape)
    fine = {
        "temperature": temperature,
        "relative_saturation": fine_saturation,
        "matric_potential": -ENTRY * fine_saturation**-RETENTION,
    }
    exact = activity(TEMPERATURES[warm], MOISTURES[moist], fine).mean(axis=(0, 1))
    monthly = moments(temperature, saturation)
    length = np.bincount(MONTH) / DAYS * 12.0
    years = len(temperature) // DAYS

    def yearly(forcing: Mapping[str, np.ndarray]) -> np.ndarray:
        values = activity(TEMPERATURES[warm], MOISTURES[moist], forcing)
        return np.asarray((values * np.tile(length, years)[:, None]).mean(axis=0))

    np.testing.assert_allclose(yearly(monthly), exact, rtol=5e-3)
    means = {name: monthly[name] for name in ("temperature", "relative_saturation", "matric_potential")}
    without = yearly(means) / exact - 1.0
    assert np.abs(without[0]) > 0.02  # the term is needed at the surface
    assert np.all(np.abs(yearly(monthly) / exact - 1.0)[:4] < 0.25 * np.abs(without[:4]))


def test_season_alone_is_carried_by_the_months() -> None:
    """Q10 2, amplitude 10: months carry 1.121 of 1.124, and with the drift inside them all of it."""
    day = np.arange(DAYS)
    temperature = 10.0 + 10.0 * np.sin(2.0 * np.pi * (day + 0.5) / DAYS)
    months = [month == MONTH for month in range(12)]
    mean_of = np.array([temperature[own].mean() for own in months])
    spread = np.array([temperature[own].std() for own in months])
    length = np.bincount(MONTH) / DAYS

    def factor(forcing: Mapping[str, np.ndarray]) -> float:
        rows = np.ones((12, 1))
        prepared = Q10(q10=2.0).prepare(Drivers(rows, rows, {}, {k: v[:, None] for k, v in forcing.items()}))
        return float(np.sum(length * np.asarray(prepared["temperature_response"])[:, 0]))

    exact = float(i0(np.log(2.0)))
    assert factor({"temperature": mean_of}) == pytest.approx(1.121, abs=1e-3)
    assert factor({"temperature": mean_of, WEATHER: spread}) == pytest.approx(exact, rel=1e-4)
