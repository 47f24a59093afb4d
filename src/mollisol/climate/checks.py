"""Checks of a climate table: every value possible, every period there once, units as they say."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.climate.columns import COLUMNS, Column
from mollisol.climate.series import Array, Climate, Resolution
from mollisol.units import InputError

_DRY_M = 5.0  # mm/yr: drier than any cultivated land, so rain is probably in m or kg/m2/s
_DRY_CM = 120.0  # mm/yr: possible, but the usual size of a year's rain in cm


def resolution_of(time: NDArray[Any], file: str, first_line: int = 2) -> Resolution:
    """Return whether sorted `time` (datetime64[D]) is daily or monthly; refuse gaps, repeats and disorder.

    Raises
    ------
    InputError
        If dates repeat, run backwards, leave a gap, or are neither daily nor monthly.
    """
    if time.size == 1:
        raise InputError("one date only", file=file, line=first_line, key="date",
                         remedy="give at least twelve months, or twelve rows with `month` 1-12")  # fmt: skip
    step = np.diff(time).astype(np.int64)
    for wrong, what, remedy in (
        (step == 0, "repeats the date of the line above", "keep one row per period"),
        (step < 0, "is earlier than the line above", "sort the rows by date"),
    ):
        if np.any(wrong):
            row = int(np.argmax(wrong)) + 1
            raise InputError(f"{time[row]} {what}", file=file, line=first_line + row, key="date", remedy=remedy)
    daily = bool(np.median(step) == 1)
    if not daily and not 28 <= np.median(step) <= 31:
        raise InputError(
            f"rows are {np.median(step):.0f} days apart", file=file, line=first_line + 1, key="date",
            remedy="give daily or monthly values",
        )  # fmt: skip
    unit = "D" if daily else "M"
    jump = np.diff(time.astype(f"datetime64[{unit}]")).astype(np.int64)
    if np.any(jump != 1):
        row = int(np.argmax(jump != 1)) + 1
        missing = time.astype(f"datetime64[{unit}]")[row - 1] + 1
        if jump[row - 1] == 0:
            raise InputError(f"month {missing - 1} comes twice", file=file, line=first_line + row, key="date",
                             remedy="keep one row per month")  # fmt: skip
        raise InputError(
            f"{'day' if daily else 'month'} {missing} is missing", file=file, line=first_line + row, key="date",
            remedy=f"add the missing rows ({jump[row - 1] - 1}); nothing is filled in silently",
        )  # fmt: skip
    return "daily" if daily else "monthly"


def check_months(months: NDArray[Any], file: str, first_line: int = 2) -> None:
    """Refuse a climatology that is not the months 1 to 12, each once and in order."""
    for row, month in enumerate(months):
        if not 1 <= month <= 12:
            raise InputError(f"month {month}", file=file, line=first_line + row, key="month",
                             remedy="months are 1 to 12")  # fmt: skip
        if row and month in months[:row]:
            raise InputError(f"month {month} comes twice", file=file, line=first_line + row, key="month",
                             remedy="keep one row per month; a series of years needs `date` instead")  # fmt: skip
    missing = sorted(set(range(1, 13)) - {int(month) for month in months})
    if missing:
        raise InputError(f"month {missing[0]} is missing: a climatology has twelve rows, got {len(months)}",
                         file=file, key="month", remedy="add the missing months")  # fmt: skip
    if np.any(np.diff(months) < 0):
        row = int(np.argmax(np.diff(months) < 0)) + 1
        raise InputError(f"month {months[row]} after month {months[row - 1]}", file=file, line=first_line + row,
                         key="month", remedy="sort the rows by month")  # fmt: skip


def _refuse(column: Column, wrong: Array, values: Array, why: str, file: str, line: int) -> None:
    row = int(np.argmax(wrong.reshape(len(wrong), -1).any(axis=1)))
    value = values[row] if values.ndim == 1 else values[row][wrong[row]][0]
    raise InputError(f"{value:g} {why}", file=file, line=line + row, key=column.name, remedy=column.hint)


def check(climate: Climate, first_line: int = 2) -> Climate:
    """Return the climate with its warnings, or refuse it.

    Raises
    ------
    InputError
        If a value is missing or impossible, with the line (counted from `first_line`) and the column.
    """
    file, days = climate.source, climate.days
    for column in COLUMNS:
        values = getattr(climate, column.field)
        if values is None:
            continue
        if np.any(~np.isfinite(values)):
            _refuse(column, ~np.isfinite(values), values, "is not a number", file, first_line)
        spread = days.reshape((-1,) + (1,) * (values.ndim - 1)) if column.total else 1.0
        low, high = values < column.lower, values > column.upper * spread
        if np.any(low | high):
            why = f"is outside {column.lower:g} to {column.upper:g}" + (" a day" if column.total else "")
            if column.field.startswith("temperature") and np.all(values > 180.0):
                why += ": it looks like kelvin"
            _refuse(column, low | high, values, why, file, first_line)
    _check_pairs(climate, first_line)
    warnings = list(climate.warnings)
    rain = climate.annual_precipitation
    if rain < _DRY_M:
        raise InputError(f"{rain:.3g} mm of rain a year", file=file, key="precipitation_mm",
                         remedy="give mm per period; this looks like metres, or a rate per second")  # fmt: skip
    if rain < _DRY_CM:
        warnings.append(f"{rain:.0f} mm of rain a year: if precipitation is in cm, multiply it by 10")
    humidity = climate.relative_humidity
    if humidity is not None and np.all(humidity <= 1.0):
        raise InputError(f"the largest value is {humidity.max():g}", file=file, key="relative_humidity_percent",
                         remedy="give percent, not a fraction: multiply by 100")  # fmt: skip
    if climate.pet is not None and float(np.mean(climate.pet.sum(axis=0))) == 0.0:
        raise InputError("every value is 0", file=file, key="pet_mm", remedy="leave the column out")
    return Climate(**{**{name: getattr(climate, name) for name in climate.__dataclass_fields__},
                      "warnings": tuple(warnings)})  # fmt: skip


def _check_pairs(climate: Climate, first_line: int) -> None:
    low, high = climate.temperature_min, climate.temperature_max
    if (low is None) != (high is None):
        raise InputError("only one of minimum and maximum temperature is given", file=climate.source,
                         key="temperature_max_c" if high is None else "temperature_min_c",
                         remedy="give both or neither")  # fmt: skip
    if low is None or high is None:
        return
    for wrong, text in (
        (low > high, "the minimum is above the maximum"),
        # A daily mean need not be the middle, and its clock may differ by some hours.
        ((climate.temperature < low - 5.0) | (climate.temperature > high + 5.0), "the mean is outside the range"),
    ):
        if np.any(wrong):
            row = int(np.argmax(wrong.reshape(len(wrong), -1).any(axis=1)))
            raise InputError(
                f"{text}: minimum {np.ravel(low[row])[0]:g}, mean {np.ravel(climate.temperature[row])[0]:g}, "
                f"maximum {np.ravel(high[row])[0]:g}", file=climate.source, line=first_line + row,
                key="temperature_min_c", remedy="check the order of the temperature columns",
            )  # fmt: skip
