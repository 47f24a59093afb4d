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
from mollisol.models.table import column, number, pools_given, require
from mollisol.units import MONTHS_PER_YEAR, InputError

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


def initial_pools(initial: Mapping[str, float], iom: float) -> Array:
    """Check the given pools and return them in order."""
    if "iom" in initial and float(initial["iom"]) != float(iom):
        raise InputError(
            f"initial has iom {initial['iom']}, the argument iom is {iom}", key="initial", remedy="give iom once"
        )
    return pools_given({name: value for name, value in initial.items() if name != "iom"}, POOLS)


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
    require(monthly, REQUIRED, "monthly table")
    clay = number("clay_percent", clay_percent, 0.0, 100.0)
    depth = number("depth_cm", depth_cm, 0.0, math.inf, open_below=True)
    p = PARAMETERS
    plant, manure = column(monthly, "plant_input", 0.0), column(monthly, "manure_input", 0.0)
    ratio = column(monthly, "dpm_rpm", 0.0)
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
        modern = 1.0 + column(monthly, "delta14c_permil", -1000.0) / 1000.0
    return Forcing(
        temperature=column(monthly, "temperature_c", -100.0),
        rain=column(monthly, "rain_mm", 0.0),
        # Pan evaporation is slightly negative in records with condensation, also in Rothamsted's example.
        evaporation=column(monthly, "evaporation_mm", -math.inf),
        covered=_covered(monthly),
        gain=gain,
        modern=modern,
        clay=clay,
        depth=depth,
        parameters=p,
    )
