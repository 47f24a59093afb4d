"""A climate series or climatology: checked arrays with their times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Resolution = Literal["monthly", "daily", "climatology"]

MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
"""Days of each month of the 365-day year that a climatology stands for."""


@dataclass(frozen=True, eq=False)
class Climate:
    """A climate: one value per day, per month, or per month of a mean year.

    Arrays are (time,) or (time, column); totals are over the period of their row.

    Attributes
    ----------
    resolution : "daily", "monthly" or "climatology" (12 months of a mean year).
    time : (time,) datetime64[D], a monthly value at the first of its month; months 1-12 for a climatology.
    temperature : mean air temperature, degC.
    precipitation : total, mm per period.
    temperature_min, temperature_max : mean daily minimum and maximum, degC.
    pet : potential evapotranspiration, total, mm per period.
    radiation : mean global radiation, MJ/m2 per day.
    wind : mean wind speed at 2 m, m/s.
    relative_humidity : mean, percent.
    temperature_deviation : standard deviation of daily means within the month, degC; known only where
        daily values were.
    source : where it comes from (the file).
    warnings : what is possible but odd, one sentence each.

    Examples
    --------
    >>> import numpy as np
    >>> year = Climate("climatology", np.arange(1, 13), np.full(12, 9.0), np.full(12, 60.0))
    >>> year.annual_precipitation
    720.0
    """

    resolution: Resolution
    time: NDArray[Any]
    temperature: Array
    precipitation: Array
    temperature_min: Array | None = None
    temperature_max: Array | None = None
    pet: Array | None = None
    radiation: Array | None = None
    wind: Array | None = None
    relative_humidity: Array | None = None
    temperature_deviation: Array | None = None
    source: str = ""
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.time.size)

    @property
    def months(self) -> NDArray[np.int64]:
        """(time,) calendar month, 1-12."""
        if self.resolution == "climatology":
            return np.asarray(self.time, dtype=np.int64)
        return np.asarray(self.time.astype("datetime64[M]").astype(np.int64) % 12 + 1)

    @property
    def days(self) -> NDArray[np.int64]:
        """(time,) length of each period, days."""
        if self.resolution == "climatology":
            return np.asarray(MONTH_DAYS[self.months - 1])
        if self.resolution == "daily":
            return np.ones(len(self), dtype=np.int64)
        start = self.time.astype("datetime64[M]")
        return np.asarray((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)

    @property
    def day_of_year(self) -> NDArray[np.int64]:
        """(time,) day of the year, 1-366; the 15th of the month for monthly values."""
        if self.resolution == "climatology":
            return np.asarray(np.concatenate([[0], np.cumsum(MONTH_DAYS)[:-1]])[self.months - 1] + 15)
        day = self.time if self.resolution == "daily" else self.time.astype("datetime64[M]").astype("datetime64[D]")
        offset = 1 if self.resolution == "daily" else 15
        return np.asarray(day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + offset

    def map_arrays(self, change: Callable[[NDArray[Any]], NDArray[Any]], **fields: Any) -> Climate:
        """Return a copy with `change` applied to every array (times included), and `fields` replaced."""
        arrays: dict[str, Any] = {
            name: change(value)
            for name in self.__dataclass_fields__
            if isinstance(value := getattr(self, name), np.ndarray)
        }
        return replace(self, **{**arrays, **fields})

    @property
    def diurnal_amplitude(self) -> Array | None:
        """Half the mean daily range, degC; None where minimum and maximum are not known."""
        if self.temperature_min is None or self.temperature_max is None:
            return None
        return 0.5 * (self.temperature_max - self.temperature_min)

    @property
    def annual_precipitation(self) -> float:
        """Mean annual precipitation, mm/yr (mean over columns)."""
        years = float(self.days.sum()) / (365.0 if self.resolution == "climatology" else 365.2425)
        return float(np.sum(np.mean(self.precipitation.reshape(len(self), -1), axis=1)) / years)
