"""The forcing of the soil in steps of a day, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.climate.aggregation import monthly
from mollisol.climate.mean_preserving import within_months
from mollisol.climate.rain import WIDTH, YEARS, rain_of_months, rain_of_years
from mollisol.climate.series import Array, Climate
from mollisol.climate.wet_days import WetDays
from mollisol.units import MONTHS_PER_YEAR, InputError

UNKNOWN_DEVIATION = 3.9
"""degC; day-to-day standard deviation where only months are known (3.9 over the 112 USCRN stations of 2020)."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Daily forcing, nested in months; every array ends in the column axis.

    A climatology stands for `YEARS` years, which differ in their rain alone.

    Attributes
    ----------
    calendar : (month,) calendar month, 1-12.
    days : (month, step) length of a step, days; 0 is padding, and nothing happens in it.
    temperature : (month, step, column) mean air temperature of the step, degC.
    precipitation, demand : (month, step, column) precipitation and potential evapotranspiration, m per step.
    deviation : (month, column) standard deviation of temperature within a step that the step does not show:
        0 for daily data, the day-to-day deviation for monthly data; degC.
    """

    calendar: NDArray[np.int64]
    days: Array
    temperature: Array
    precipitation: Array
    demand: Array
    deviation: Array

    @property
    def month_days(self) -> Array:
        """(month,) length of each month, days."""
        return np.asarray(self.days.sum(axis=1))

    def mean_year(self) -> Steps:
        """Return the means over the drawn years of a climatology."""
        means = (mean_year(getattr(self, name)) for name in self.__dataclass_fields__ if name != "calendar")
        return Steps(self.calendar[:MONTHS_PER_YEAR], *means)


def _columns(values: Array, columns: int) -> Array:
    """Give (time,) values a column axis."""
    return np.broadcast_to(values[:, None] if values.ndim == 1 else values, (values.shape[0], columns))


def daily_steps(climate: Climate, pet: Array, columns: int, relation: WetDays | None = None) -> Steps:
    """Cut a climate into daily steps.

    Days are taken as they are (whole months only). Monthly temperature becomes a smooth curve with the same
    monthly means, monthly rain falls on drawn days (`mollisol.climate.rain`), monthly demand is even.

    Parameters
    ----------
    climate : a series or climatology.
    pet : (time,) or (time, column) potential evapotranspiration, mm per period.
    columns : number of columns.

    Raises
    ------
    InputError
        If a series is shorter than twelve months.
    """
    series = monthly(climate)
    if len(series) < 12:
        raise InputError(f"{len(series)} whole months", file=climate.source, key="date",
                         remedy="give at least twelve months, or a climatology with `month` 1-12")  # fmt: skip
    length = series.days
    inside = np.arange(WIDTH)[None, :] < length[:, None]
    days = inside.astype(np.float64)
    if climate.resolution == "daily":
        month = climate.time.astype("datetime64[M]")
        row = np.searchsorted(series.time.astype("datetime64[M]"), month)
        keep = np.isin(month, series.time.astype("datetime64[M]"))
        slot = (climate.time - month.astype("datetime64[D]")).astype(np.int64)

        def place(values: Array, padding: Array | float) -> Array:
            out = np.empty((len(series), WIDTH, columns))
            out[:] = padding
            out[row[keep], slot[keep]] = _columns(values, columns)[keep]
            return out

        return Steps(
            series.months,
            days,
            place(climate.temperature, _columns(series.temperature, columns)[:, None, :]),
            place(climate.precipitation, 0.0) / 1000.0,
            place(pet, 0.0) / 1000.0,
            np.zeros((len(series), columns)),
        )
    periodic = climate.resolution == "climatology"
    deviation = climate.temperature_deviation
    even = (_columns(pet, columns) / length[:, None])[:, None, :] * days[:, :, None]
    temperature = within_months(_columns(climate.temperature, columns), length, days, periodic)
    if deviation is None:
        spread = np.full((len(series), columns), UNKNOWN_DEVIATION)
    else:
        # Days deviate from the month's mean also by the season's drift, which the steps show.
        drift = ((temperature - climate.temperature.reshape(len(series), 1, -1)) ** 2 * days[:, :, None]).sum(axis=1)
        spread = np.sqrt(np.maximum(_columns(deviation, columns) ** 2 - drift / length[:, None], 0.0))
    relation = relation or WetDays()
    total = _columns(climate.precipitation, columns)
    if not periodic:
        rain = rain_of_months(total, length, series.months, relation)
        return Steps(series.months, days, temperature, rain / 1000.0, even / 1000.0, spread)
    rain = rain_of_years(total, relation)
    repeated = (np.tile(a, (YEARS,) + (1,) * (a.ndim - 1)) for a in (temperature, even / 1000.0, spread))
    temperature, demand, spread = repeated
    return Steps(np.tile(series.months, YEARS), np.tile(days, (YEARS, 1)), temperature, rain / 1000.0, demand, spread)


def mean_year(values: ArrayLike, months: int = MONTHS_PER_YEAR) -> Array:
    """Average (month, ...) over the years of a climatology: (12, ...). With as many `months` as given: as they are."""
    array = np.asarray(values)
    return array if len(array) == months else np.asarray(array.reshape(-1, months, *array.shape[1:]).mean(axis=0))
