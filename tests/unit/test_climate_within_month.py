"""What varies within a month: moments of the days, their damping with depth, and what is not known."""

import numpy as np
import pytest

from mollisol.climate import Climate, at_depth, climatology, monthly
from mollisol.climate.litter import litter_log_potential, litter_saturation_at
from mollisol.climate.parameters import Litter, numbers
from mollisol.climate.temperature import soil_temperature
from mollisol.climate.variability import fifths
from mollisol.climate.water import DRIEST, soil_water
from mollisol.grid import Grid
from mollisol.soil.hydraulics import hydraulics

GRID = Grid([0.0, 0.02, 0.06, 0.12, 0.25, 0.5, 1.0])
DAYS = 30
MONTHS = 12


def soil(columns=1):
    shape = (len(GRID), columns)
    return hydraulics(np.full(shape, 0.4), np.full(shape, 0.2), np.full(shape, 1.0))


def shares(columns=1):
    return np.diff(1.0 - 0.961 ** (GRID.edges * 100.0))[:, None] * np.ones((len(GRID), columns))


def site(climate, **more):
    roots = shares()
    return at_depth(climate, soil(), grid=GRID, latitude=45.0, sand=0.4, bulk_density=1.4, organic_matter=0.02,
                    root_share=roots, **more)  # fmt: skip


def daily(seed=5, years=3, extremes=6.0):
    """Weather in which rain comes on cool days."""
    rng = np.random.default_rng(seed)
    time = np.arange("2001-01-01", f"{2001 + years}-01-01", dtype="datetime64[D]")
    season = 13.0 - 9.0 * np.cos(2.0 * np.pi * ((time - time[0]).astype(int) - 15) / 365.25)
    noise = np.convolve(rng.normal(0.0, 3.0, time.size + 4), np.ones(5) / np.sqrt(5.0), "valid")
    rain = np.where(rng.uniform(size=time.size) < 0.25 - 0.05 * noise, rng.exponential(8.0, time.size), 0.0)
    more = {} if extremes is None else {"temperature_min": season + noise - extremes}
    more |= {} if extremes is None else {"temperature_max": season + noise + extremes}
    return Climate("daily", time, season + noise, rain, **more)


@pytest.fixture(scope="module")
def weather():
    return site(daily())


def test_the_months_moments_are_those_of_its_days():
    """Months of thirty days against months of one day each: the same run, counted apart."""
    rng = np.random.default_rng(2)
    liquid = np.where(rng.uniform(size=(MONTHS, DAYS, 1)) < 0.3, rng.exponential(0.008, (MONTHS, DAYS, 1)), 0.0)
    demand = np.full((MONTHS, DAYS, 1), 0.003)
    start = np.full((len(GRID), 1), 0.25) * GRID.thickness[:, None]
    roots = np.broadcast_to(shares(), (MONTHS, len(GRID), 1))
    cover = np.full((MONTHS, 1), 0.7)
    run = soil_water(liquid, demand, np.ones((MONTHS, DAYS)), soil(), GRID, roots, cover, initial=start)

    def apart(values):
        return values.reshape(-1, 1, *values.shape[2:])

    days = soil_water(
        apart(liquid), apart(demand), np.ones((MONTHS * DAYS, 1)), soil(), GRID, np.repeat(roots, DAYS, axis=0),
        np.repeat(cover, DAYS, axis=0), initial=start,
    )  # fmt: skip
    relative = np.asarray(days.storage) / (np.asarray(soil().saturation) * GRID.thickness[:, None])
    relative = relative.reshape(MONTHS, DAYS, len(GRID), 1)
    driest = np.asarray((soil().air_entry / DRIEST) ** (1.0 / soil().retention_exponent))
    log = np.log(np.maximum(relative, driest))
    np.testing.assert_allclose(run.log_saturation, log.mean(axis=1), rtol=1e-11)
    np.testing.assert_allclose(run.log_saturation_square, (log**2).mean(axis=1), rtol=1e-11)
    np.testing.assert_allclose(run.daily_log_saturation, log, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(run.daily_saturation, relative, rtol=1e-6)


def test_fifths_of_days_keep_the_mean_and_share_border_days():
    rng = np.random.default_rng(0)
    values = rng.uniform(size=(24, 31, 2, 3))
    days = (np.arange(31)[None] < np.tile([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 2)[:, None]).astype(float)
    found = fifths(values, days, 24)
    assert found.shape == (24, 5, 2, 3)
    mean = (values * days[:, :, None, None]).sum(axis=1) / days.sum(axis=1)[:, None, None]
    np.testing.assert_allclose(found.mean(axis=1), mean, rtol=1e-13)
    assert np.all(np.diff(found, axis=1) > 0.0)
    pooled = fifths(values, days, 12)
    np.testing.assert_allclose(pooled.mean(axis=1), 0.5 * (mean[:12] + mean[12:]), rtol=1e-13)
    exact = np.sort(np.concatenate([values[0], values[12]]), axis=0)
    by_tenths = np.repeat(exact, 10, axis=0).reshape(5, -1, 2, 3).mean(axis=1)
    np.testing.assert_allclose(pooled[0], by_tenths, rtol=1e-13)


def test_what_goes_along_is_averaged_with_temperature():
    rng = np.random.default_rng(3)
    outside = 10.0 + rng.normal(0.0, 4.0, (2, DAYS, 1))
    along = rng.uniform(0.2, 1.0, (2, DAYS, 1 + len(GRID), 1))
    start = np.full((40, 1), 9.0)

    def run(months, steps):
        even = np.ones((months, len(GRID), 1))
        shaped = outside.reshape(months, steps, 1)
        cells = soil_temperature(shaped, np.ones((months, steps)), even, 2.5e6 * even, GRID).final.shape[0]
        return soil_temperature(
            shaped, np.ones((months, steps)), even, 2.5e6 * even, GRID, initial=start[:cells],
            along={"x": along.reshape(months, steps, 1 + len(GRID), 1)},
        )  # fmt: skip

    days, months = run(2 * DAYS, 1), run(2, DAYS)
    rows = np.concatenate([np.asarray(days.surface)[:, None], np.asarray(days.temperature)], axis=1)
    expected = (rows.reshape(2, DAYS, -1, 1) * along).mean(axis=1)
    np.testing.assert_allclose(months.products["x"], expected, rtol=1e-12)


@pytest.mark.parametrize("kind", ["daily", "drawn years"])
def test_variation_and_its_parts(weather, kind):
    found = weather if kind == "daily" else site(climatology(daily()))
    within, months = found.within_month, len(found.time)
    for name, values in vars(within).items():
        assert values.shape == (months, *((5,) if name.endswith("fifths") else ()), 1 + len(GRID), 1), name
        assert np.all(np.isfinite(values)), name
    pores = np.asarray(soil().saturation)
    np.testing.assert_allclose(within.saturation[:, 1:], found.water / pores, rtol=1e-6)
    assert np.all((within.saturation > 0.0) & (within.saturation <= 1.0))
    potential = np.concatenate([found.surface_matric_potential[:, None], found.matric_potential], axis=1)
    np.testing.assert_allclose(within.log_suction_fifths.mean(axis=1), np.log(-potential), rtol=1e-5, atol=1e-5)
    assert np.all(np.diff(within.log_suction_fifths, axis=1) <= 1e-6)
    assert np.all(within.log_suction_fifths.std(axis=1) <= within.log_suction_deviation * (1.0 + 1e-5) + 1e-5)
    # no covariance is larger than two deviations allow
    limit = within.temperature_deviation * within.log_suction_deviation
    assert np.all(np.abs(within.temperature_log_suction_covariance) <= limit * (1.0 + 1e-4) + 1e-6)
    reach = 0.5 * np.ptp(within.saturation_fifths, axis=1) * within.temperature_deviation
    assert np.all(np.abs(within.temperature_saturation_covariance) <= 1.5 * reach + 1e-6)


def test_the_daily_wave_is_damped_within_about_twelve_centimetres(weather):
    """d = sqrt(diffusivity x day / pi), 0.08 to 0.16 m in mineral soil, and the weather reaches deeper."""
    amplitude = weather.within_month.diurnal_amplitude[:, :, 0]
    summer = amplitude[np.arange(36) % 12 == 6]
    np.testing.assert_allclose(summer[:, 0], 6.0, rtol=1e-12)
    depth = GRID.centres[3]
    found = -depth / np.log(summer[:, 4] / summer[:, 0])
    assert np.all((found > 0.08) & (found < 0.16))
    deviation = weather.within_month.temperature_deviation[:, :, 0].mean(axis=0)
    assert np.all(np.diff(deviation) < 0.0)
    assert deviation[4] / deviation[0] > amplitude.mean(axis=0)[4] / amplitude.mean(axis=0)[0]
    moist = np.ptp(weather.within_month.saturation_fifths[:, :, 1:, 0], axis=1).mean(axis=0)
    assert moist[-1] < 0.5 * moist[0]


def test_warm_days_are_dry_days_where_rain_comes_on_cool_ones(weather):
    within, month = weather.within_month, np.arange(36) % 12
    warm = (month > 3) & (month < 9)
    assert within.temperature_log_suction_covariance[warm, :4].mean() > 0.0
    assert within.temperature_saturation_covariance[warm, :4].mean() < 0.0


def test_snow_hides_the_daily_wave():
    month = np.arange(12)
    wave = 2.0 - 14.0 * np.cos(2.0 * np.pi * (month - 0.5) / 12.0)
    cold = Climate("climatology", month + 1, wave, np.full(12, 70.0), temperature_min=wave - 5.0,
                   temperature_max=wave + 5.0)  # fmt: skip
    surface = site(cold).within_month.diurnal_amplitude[:, 0, 0]
    assert surface[1] < 4.0
    assert surface[6] == pytest.approx(5.0, rel=1e-12)


def test_what_the_climate_does_not_tell_stays_unknown():
    """Without extremes there is no daily wave; the season's drift, and the moisture of drawn days, are known."""
    months = monthly(daily(extremes=None))
    known = site(months)
    assert np.all(np.isnan(known.within_month.diurnal_amplitude))
    without = Climate("monthly", months.time, months.temperature, months.precipitation)
    drift = site(without).within_month
    assert np.all(drift.temperature_deviation > 0.0)
    assert np.all(drift.temperature_deviation <= known.within_month.temperature_deviation)
    assert np.all(drift.log_suction_deviation[:, :3] > 0.0)


def test_litter_at_wilting_point_lies_between_dry_and_drained():
    litter = numbers(Litter())
    share = litter_saturation_at(-1.5, litter)
    assert litter["dry"] / litter["holding"] < share < 1.0
    assert float(litter_log_potential(share * litter["capacity"], litter)) == pytest.approx(np.log(1.5), rel=1e-6)
