"""From days to months, and from years to the mean year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mollisol.climate.columns import COLUMNS
from mollisol.climate.series import Array, Climate
from mollisol.units import InputError


def monthly(climate: Climate) -> Climate:
    """Aggregate days to months: totals are summed, the rest averaged.

    Months that are not whole (a series that starts or ends inside one) are left out. The standard deviation
    of daily mean temperature about the month's mean is kept as `temperature_deviation`.

    Raises
    ------
    InputError
        If the series holds no whole month.

    Examples
    --------
    >>> import numpy as np
    >>> time = np.arange("2021-01-01", "2021-03-01", dtype="datetime64[D]")
    >>> daily = Climate("daily", time, np.zeros(59), np.ones(59))
    >>> monthly(daily).precipitation.tolist()
    [31.0, 28.0]
    """
    if climate.resolution != "daily":
        return climate
    month = climate.time.astype("datetime64[M]")
    start, first, count = np.unique(month, return_index=True, return_counts=True)
    length = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)
    whole = count == length
    if not np.any(whole):
        raise InputError("the series holds no whole month", file=climate.source, key="date",
                         remedy="give at least twelve months")  # fmt: skip

    def total(values: Array) -> Array:
        return np.asarray(np.add.reduceat(values, first, axis=0)[whole])

    def mean(values: Array) -> Array:
        return np.asarray(total(values) / length[whole].reshape((-1,) + (1,) * (values.ndim - 1)))

    values: dict[str, Any] = {
        column.field: None
        if (given := getattr(climate, column.field)) is None
        else (total if column.total else mean)(given)
        for column in COLUMNS
    }
    variance = mean(climate.temperature**2) - mean(climate.temperature) ** 2
    return replace(
        climate,
        resolution="monthly",
        time=start[whole].astype("datetime64[D]"),
        # Rounding may leave a constant month at -1e-16.
        temperature_deviation=np.sqrt(np.maximum(variance, 0.0)),
        **values,
    )


def climatology(climate: Climate) -> Climate:
    """Average a series to the twelve months of its mean year (each calendar month over the years that have it).

    The within-month deviation is averaged as a variance: it stays the spread within one month, without the
    differences between years.

    Raises
    ------
    InputError
        If a calendar month never occurs in the series.
    """
    if climate.resolution == "climatology":
        return climate
    series = monthly(climate)
    calendar = series.months
    missing = sorted(set(range(1, 13)) - set(calendar.tolist()))
    if missing:
        raise InputError(f"month {missing[0]} does not occur in the series", file=climate.source, key="date",
                         remedy="give at least one whole year")  # fmt: skip

    def mean(values: Array | None) -> Array | None:
        return None if values is None else np.stack([values[calendar == month].mean(axis=0) for month in range(1, 13)])

    deviation = series.temperature_deviation
    variance = mean(None if deviation is None else deviation**2)
    values: dict[str, Any] = {column.field: mean(getattr(series, column.field)) for column in COLUMNS}
    return replace(
        series,
        resolution="climatology",
        time=np.arange(1, 13),
        temperature_deviation=None if variance is None else np.sqrt(variance),
        **values,
    )
