"""Rain drawn around months: exact means, the variation that theory and 121 years of Illinois say, the same for all."""

from pathlib import Path

import numpy as np
import pytest

from mollisol.climate.rain import WIDTH, YEARS, draw, rain_of_months, rain_of_years
from mollisol.climate.series import MONTH_DAYS
from mollisol.climate.wet_days import WetDays, wet_day_count, wet_share

DATA = Path(__file__).parents[2].parent / "shared/data/climate/champaign_il_1889-2009_daily.wth"
RAIN = np.array([53.0, 50, 79, 94, 106, 102, 98, 90, 80, 70, 71, 60])
PLAIN = WetDays(persistence=0.0, amount_shape=1.0)


def monthly_variation(rain):
    """Return the mean coefficient of variation of the months' totals, and that of the years' totals."""
    totals = rain.sum(axis=1).reshape(-1, 12)
    return np.sqrt(np.mean((totals.std(axis=0) / totals.mean(axis=0)) ** 2)), totals.sum(1).std() / totals.sum(1).mean()


def test_the_mean_of_every_month_is_exact():
    total = np.stack([RAIN, 0.02 * RAIN, 20.0 * RAIN, np.where(np.arange(12) == 6, 0.0, RAIN)], axis=1)
    rain = rain_of_years(total, WetDays())
    assert rain.shape == (12 * YEARS, WIDTH, 4)
    means = rain.sum(axis=1).reshape(YEARS, 12, 4).mean(axis=0)
    np.testing.assert_allclose(means, total, rtol=1e-12, atol=0.0)
    assert np.all(rain >= 0.0)
    days = np.arange(WIDTH) >= np.tile(MONTH_DAYS, YEARS)[:, None]
    assert np.all(rain[days] == 0.0)


def test_a_month_so_dry_that_no_day_is_drawn_keeps_its_rain():
    total = np.full((12, 1), 1e-6)
    assert np.sum(wet_share(total, MONTH_DAYS[:, None], 27.0, 0.53)) * 30 * YEARS < 1.0
    rain = rain_of_years(total, WetDays())
    np.testing.assert_allclose(rain.sum(axis=1).reshape(YEARS, 12).mean(axis=0), 1e-6, rtol=1e-12)


def test_totals_vary_as_theory_says():
    """Without persistence and with exponential amounts, CV^2 of a month is (2 - s) / n."""
    rain = rain_of_years(RAIN[:, None], PLAIN, years=2000)[..., 0]
    share = wet_share(RAIN, MONTH_DAYS, PLAIN.mean_scale, PLAIN.shape)
    theory = (2.0 - share) / (share * MONTH_DAYS)
    totals = rain.sum(axis=1).reshape(-1, 12)
    found = (totals.std(axis=0) / totals.mean(axis=0)) ** 2
    np.testing.assert_allclose(found, theory, rtol=0.15)
    assert found.mean() == pytest.approx(theory.mean(), rel=0.03)
    np.testing.assert_allclose((rain > 0).sum(axis=1).reshape(-1, 12).mean(axis=0), share * MONTH_DAYS, rtol=0.05)


def test_persistence_makes_spells():
    wet = rain_of_years(RAIN[:, None], WetDays(), years=500)[..., 0].reshape(500, 12, WIDTH)[:, 4] > 0
    found = np.corrcoef(wet[:, :-1].ravel(), wet[:, 1:].ravel())[0, 1]
    assert found == pytest.approx(0.165, abs=0.03)
    alone = rain_of_years(RAIN[:, None], PLAIN, years=500)[..., 0].reshape(500, 12, WIDTH)[:, 4] > 0
    assert abs(np.corrcoef(alone[:, :-1].ravel(), alone[:, 1:].ravel())[0, 1]) < 0.03


@pytest.mark.skipif(not DATA.is_file(), reason="../shared/data/climate absent")
def test_variation_of_121_years_in_illinois():
    table = np.loadtxt(DATA)
    day, month, year = (table[:, i].astype(int) for i in range(3))
    measured = np.zeros((121, 12, WIDTH))
    measured[year - 1889, month - 1, day - 1] = 10.0 * np.maximum(table[:, 6], 0.0)
    measured = measured.reshape(-1, WIDTH)
    total = measured.sum(axis=1).reshape(121, 12).mean(axis=0)
    drawn = rain_of_years(total[:, None], WetDays(), years=600)[..., 0]
    of_months, of_years = monthly_variation(measured)
    found_months, found_years = monthly_variation(drawn)
    assert found_months == pytest.approx(of_months, rel=0.08)
    # Years differ a little more than independent months make them.
    assert found_years == pytest.approx(of_years, rel=0.12)
    assert (drawn > 0).sum() / 600 == pytest.approx((measured >= 1.0).sum() / 121, rel=0.06)
    plain_months, _ = monthly_variation(rain_of_years(total[:, None], PLAIN, years=600)[..., 0])
    assert plain_months < 0.88 * of_months


def test_the_draw_is_always_the_same_and_the_same_for_all_columns():
    first, second = draw(0.28)[0].copy(), draw.__wrapped__(0.28)[0]
    np.testing.assert_array_equal(first, second)
    many = rain_of_years(np.stack([RAIN, 2.0 * RAIN, RAIN], axis=1), WetDays())
    alone = rain_of_years(RAIN[:, None], WetDays())
    np.testing.assert_array_equal(many[..., 0], many[..., 2])
    np.testing.assert_allclose(many[..., :1], alone, rtol=1e-13)
    # A wetter place is wet on the days of the drier one, and on more.
    assert np.all(many[..., 1][many[..., 0] > 0.0] > 0.0)
    assert (many[..., 1] > 0).sum() > (many[..., 0] > 0).sum()


def test_months_of_a_series_keep_their_totals_and_their_wet_days():
    calendar = (np.arange(400) + 4) % 12 + 1
    length = np.where(calendar == 2, 29, MONTH_DAYS[calendar - 1])
    total = np.random.default_rng(0).gamma(2.0, 30.0, (400, 2))
    total[7] = 0.0
    rain = rain_of_months(total, length, calendar, WetDays())
    np.testing.assert_allclose(rain.sum(axis=1), total, rtol=1e-12, atol=0.0)
    np.testing.assert_array_equal((rain > 0).sum(axis=1), wet_day_count(total, length[:, None], WetDays()))
    assert np.all(rain[np.arange(WIDTH) >= length[:, None]] == 0.0)
    # A month's days do not hang on what other months or columns hold.
    other = total.copy()
    other[:, 1] *= 3.0
    other[200:] *= 2.0
    np.testing.assert_array_equal(rain_of_months(other, length, calendar, WetDays())[:200, :, 0], rain[:200, :, 0])


def test_wet_days_grow_with_rain():
    total = np.array([[0.0, 0.2, 30.0, 90.0, 600.0]]).T
    count = wet_day_count(total, np.full((5, 1), 30), WetDays())[:, 0]
    assert count.tolist() == sorted(count.tolist())
    assert count[0] == 0
    assert count[1] == 1
