"""The monthly table of RothC: what it must hold, and its check."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.models.rothc.rates import (
    PARAMETERS,
    POOLS,
    Array,
    RothCParameters,
    moisture_modifier,
    temperature_modifier,
)
from mollisol.units import MONTHS_PER_YEAR, InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = (
    "temperature_c",
    "rain_mm",
    "evaporation_mm",
    "plant_input",
    "manure_input",
    "covered",
    "dpm_rpm",
)
"""Columns that the monthly table must have; `delta14c_permil` is optional."""


@dataclass(frozen=True)
class Month:
    """One row of forcing, ready to be applied.

    Attributes
    ----------
    left : share of each pool that does not decompose, exp(-a b c k / 12) (4,).
    gain : input by pool, t C/ha (4,).
    modern : fraction modern of the input; NaN without 14C.
    """

    left: Array
    gain: Array
    modern: float


@dataclass(frozen=True)
class Forcing:
    """The checked monthly table as arrays over rows, with the soil it acts on.

    Attributes
    ----------
    temperature (degC), rain, evaporation (mm), covered, modern : (row,).
    gain : input by pool (row, 4), t C/ha.
    clay, depth : %, cm.
    parameters : RothC's constants.
    """

    temperature: Array
    rain: Array
    evaporation: Array
    covered: NDArray[np.bool_]
    gain: Array
    modern: Array
    clay: float
    depth: float
    parameters: RothCParameters

    def months(self, count: int, deficit: float) -> tuple[list[Month], float]:
        """Prepare the first `count` rows from a moisture deficit (mm); return them and the deficit at their end."""
        p, covered = self.parameters, self.covered[:count]
        moisture, deficits = moisture_modifier(
            self.rain[:count], self.evaporation[:count], covered, self.clay, self.depth, deficit, p
        )
        cover = np.where(covered, p.covered_factor, 1.0)
        modifier = temperature_modifier(self.temperature[:count], p) * moisture * cover
        left = np.exp(-np.outer(modifier, p.rates) / MONTHS_PER_YEAR)
        modern = self.modern[:count].tolist()
        rows = [Month(*row) for row in zip(left, self.gain[:count], modern, strict=True)]
        return rows, float(deficits[-1])


def number(name: str, value: float, least: float, most: float, *, open_below: bool = False) -> float:
    """Check a single number against its range."""
    try:
        given = float(value)
    except (TypeError, ValueError):
        given = math.nan
    if not (least <= given <= most) or not math.isfinite(given) or (open_below and given == least):
        span = f"more than {least:g}" if open_below else f"{least:g} or more"
        raise InputError(
            f"{name} is {value!r}", key=name, remedy=f"give {span}" + (f", up to {most:g}" if most < 1e9 else "")
        )
    return given


def initial_pools(initial: Mapping[str, float], iom: float) -> Array:
    """Check the given pools and return them in order."""
    for name in initial:
        if name not in (*POOLS, "iom"):
            close = nearest(str(name), POOLS)
            raise InputError(
                f"unknown pool {name!r}",
                key="initial",
                remedy=f"did you mean {close!r}?" if close else f"the pools are {', '.join(POOLS)}",
            )
    absent = [name for name in POOLS if name not in initial]
    if absent:
        raise InputError(
            f"initial lacks {', '.join(absent)}", key="initial", remedy="give every pool, 0 where it is empty"
        )
    if "iom" in initial and float(initial["iom"]) != float(iom):
        raise InputError(
            f"initial has iom {initial['iom']}, the argument iom is {iom}", key="initial", remedy="give iom once"
        )
    return np.array([number(name, initial[name], 0.0, math.inf) for name in POOLS])


def _column(monthly: pd.DataFrame, name: str, least: float) -> Array:
    """Return a column as floats, every value finite and at least `least`."""
    try:
        values = monthly[name].to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise InputError("not a column of numbers", key=name, remedy="give a number in every row") from None
    wrong = np.flatnonzero(~np.isfinite(values) | (values < least))
    if len(wrong):
        row = int(wrong[0])
        what = "missing or not finite" if not np.isfinite(values[row]) else f"{values[row]:g}, below {least:g}"
        raise InputError(
            f"row {row + 1} of the monthly table is {what} ({len(wrong)} such rows)",
            key=name,
            remedy="correct the value; RothC needs every month",
        )
    return np.asarray(values, dtype=float)


def _covered(monthly: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the cover as booleans; 0 and 1 stand for them too."""
    values = monthly["covered"].tolist()
    for row, value in enumerate(values):
        if not (isinstance(value, bool | int | float) and value in (0, 1)):
            raise InputError(
                f"row {row + 1} of the monthly table is {value!r}",
                key="covered",
                remedy="give true where plants cover the soil, false where it is bare",
            )
    return np.array(values, dtype=bool)


def checked(monthly: pd.DataFrame, clay_percent: float, depth_cm: float, with_14c: bool) -> Forcing:
    """Check the monthly table and the soil, and return the forcing."""
    for name in REQUIRED:
        if list(monthly.columns).count(name) > 1:
            raise InputError("the monthly table has this column twice", key=name, remedy="leave one of them")
        if name not in monthly.columns:
            close = nearest(name, [str(column) for column in monthly.columns])
            raise InputError(
                "the monthly table lacks this column",
                key=name,
                remedy=f"add it (columns: {', '.join(REQUIRED)})" + (f"; is it {close!r}?" if close else ""),
            )
    if len(monthly) == 0:
        raise InputError("the monthly table has no rows", remedy="give at least 12 months")
    clay = number("clay_percent", clay_percent, 0.0, 100.0)
    depth = number("depth_cm", depth_cm, 0.0, math.inf, open_below=True)
    p = PARAMETERS
    plant, manure = _column(monthly, "plant_input", 0.0), _column(monthly, "manure_input", 0.0)
    ratio = _column(monthly, "dpm_rpm", 0.0)
    dpm = ratio / (1.0 + ratio)
    gain = np.stack(
        [
            plant * dpm + manure * p.manure_dpm,
            plant * (1.0 - dpm) + manure * (1.0 - p.manure_dpm - p.manure_hum),
            np.zeros(len(plant)),
            manure * p.manure_hum,
        ],
        axis=1,
    )
    modern = np.full(len(plant), np.nan)
    if with_14c:
        modern = 1.0 + _column(monthly, "delta14c_permil", -1000.0) / 1000.0
    return Forcing(
        temperature=_column(monthly, "temperature_c", -100.0),
        rain=_column(monthly, "rain_mm", 0.0),
        # Pan evaporation is slightly negative in records with condensation, also in Rothamsted's example.
        evaporation=_column(monthly, "evaporation_mm", -math.inf),
        covered=_covered(monthly),
        gain=gain,
        modern=modern,
        clay=clay,
        depth=depth,
        parameters=p,
    )
