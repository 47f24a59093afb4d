"""Daily rain where only months are known: drawn, always the same draw, with the months' totals kept.

A day is wet where a normal variable, correlated from day to day, lies below the quantile of the month's share of wet
days; its rain is Weibull distributed. The draw is one for all: it does not know of the column, the soil or the
practice, so that these are compared under the same sky, and columns with the same months get the same days.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mollisol.climate.series import MONTH_DAYS, Array
from mollisol.climate.wet_days import WetDays, wet_day_count, wet_share

YEARS = 30
"""Years that a climatology stands for, as the climatological normal does; they repeat for ever."""

WIDTH = 31
"""Day slots of a month; those after its last day stay dry."""

SEED = 36
"""Of 40 seeds the one whose 30 years come nearest to 1,500 drawn years, in percolation, runoff and moisture at 22 sites
from 183 to 1,790 mm of rain a year."""


@lru_cache(maxsize=4)
def draw(persistence: float, years: int = YEARS) -> tuple[Array, Array]:
    """Return the normal variable z and the exponential amounts e of every day, (year, 12, WIDTH)."""
    from scipy.special import ndtri

    random = np.random.default_rng(SEED)
    fresh, uniform = ndtri(random.random((years, 12 * WIDTH))), random.random((years, 12 * WIDTH))
    z = np.empty_like(fresh)
    z[:, 0] = fresh[:, 0]
    for day in range(1, z.shape[1]):
        z[:, day] = persistence * z[:, day - 1] + np.sqrt(1.0 - persistence**2) * fresh[:, day]
    shape = (years, 12, WIDTH)
    return z.reshape(shape), -np.log1p(-uniform).reshape(shape)


def rain_of_years(total: Array, relation: WetDays, years: int = YEARS) -> Array:
    """Draw years of daily rain around a climatology.

    Totals of a month vary from year to year by themselves: with n wet days of a share s of all days, with the
    coefficient of variation c of their rain and no persistence, CV^2 = (c^2 + 1 - s) / n.

    Parameters
    ----------
    total : (12, column), mm; the mean of each calendar month over the years is exactly this.
    relation : wet days.
    years : number of years.

    Returns
    -------
    (12 years, WIDTH, column), mm per day.
    """
    from scipy.special import ndtri

    z, amount = draw(relation.persistence, years)
    share = wet_share(total, MONTH_DAYS[:, None], relation.mean_scale, relation.shape)
    inside = np.arange(WIDTH) < MONTH_DAYS[:, None]
    wet = (z[..., None] < ndtri(share)[:, None, :]) & inside[:, :, None]
    rain = wet * (amount ** (1.0 / relation.amount_shape))[..., None]
    drawn = rain.sum(axis=(0, 2))
    for month, column in np.argwhere((drawn == 0.0) & (total > 0.0)):
        # So dry a month that no day of any year came out wet: the one that came nearest is.
        nearest = np.unravel_index(np.argmin(np.where(inside[month], z[:, month], np.inf)), (years, WIDTH))
        rain[nearest[0], month, nearest[1], column] = 1.0
        drawn[month, column] = 1.0
    rain *= (years * total / np.where(drawn > 0.0, drawn, 1.0))[:, None, :]
    return np.asarray(rain.reshape(years * 12, WIDTH, -1))


def rain_of_months(total: Array, days: NDArray[np.int64], calendar: NDArray[np.int64], relation: WetDays) -> Array:
    """Put the rain of the months of a series on days.

    Parameters
    ----------
    total : (month, column), mm; every month keeps its own.
    days, calendar : (month,) length, and calendar month, 1-12; the months follow each other.
    relation : wet days; each month has as many as `wet_day_count` says.

    Returns
    -------
    (month, WIDTH, column), mm per day.
    """
    z, amount = draw(relation.persistence)
    year = (np.arange(len(total)) + calendar[0] - 1) // 12 % YEARS
    inside = np.arange(WIDTH) < days[:, None]
    # The n days of the smallest variable are wet: as persistent as those below a quantile.
    rank = np.argsort(np.argsort(np.where(inside, z[year, calendar - 1], np.inf), axis=1), axis=1)
    wet = rank[:, :, None] < wet_day_count(total, days[:, None], relation)[:, None, :]
    rain = wet * (amount[year, calendar - 1] ** (1.0 / relation.amount_shape))[:, :, None]
    drawn = rain.sum(axis=1)
    return np.asarray(rain * (total / np.where(drawn > 0.0, drawn, 1.0))[:, None, :])
