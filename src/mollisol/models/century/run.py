"""Century's run: the differential equations, solved exactly month by month."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mollisol.models.century.rates import (
    PARAMETERS,
    POOLS,
    Array,
    inputs,
    metabolic_share,
    moisture_modifier,
    operator,
    temperature_modifier,
)
from mollisol.models.table import column, number, periodic, pools_given, repeated_rows, require
from mollisol.units import MONTHS_PER_YEAR, InputError

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = (
    "temperature_c",
    "rain_mm",
    "evaporation_mm",
    "surface_input",
    "soil_input",
    "lignin_to_nitrogen",
)
"""Columns that the monthly table must have."""


def exact_step(matrix: Array, years: float) -> tuple[Array, Array]:
    """Return E and G of x(t) = E x + G u, the exact solution of dx/dt = u + B x over a time of constant B and u.

    Parameters
    ----------
    matrix : B (n, n), 1/yr.
    years : the time, yr.
    """
    from scipy.linalg import expm

    size = len(matrix)
    wide = np.zeros((2 * size, 2 * size))
    wide[:size, :size], wide[:size, size:] = matrix, np.eye(size)
    grown = expm(wide * years)
    return grown[:size, :size], grown[:size, size:]


def simulate(
    monthly: pd.DataFrame,
    clay_percent: float,
    silt_percent: float,
    structural_lignin: float = PARAMETERS.structural_lignin,
    initial: Mapping[str, float] | None = None,
    spin_up_months: int = 12,
) -> pd.DataFrame:
    """Run Century's soil organic matter month by month.

    Within a month input and modifier are constant and the solution is exact. Without `initial` pools the run starts
    with the steady state of its first `spin_up_months` rows, repeated for ever; these rows stand in the result.

    Parameters
    ----------
    monthly : one row a month: temperature_c (of the soil), rain_mm, evaporation_mm (potential evapotranspiration),
        surface_input and soil_input (t C/ha), lignin_to_nitrogen of the inputs.
    clay_percent, silt_percent : texture, %.
    structural_lignin : lignin in structural litter, 0-1.
    initial : the seven pools in t C/ha, or None.
    spin_up_months : rows that make the steady state, a multiple of 12.

    Returns
    -------
    A row for each row of `monthly`, at its end: the pools of `POOLS`, soc (without litter on the surface) and co2
    (t C/ha; co2 of the month). The index is that of `monthly`.

    Raises
    ------
    InputError : a missing or impossible value, naming column and row.

    Examples
    --------
    >>> import pandas as pd
    >>> year = pd.DataFrame({"temperature_c": [10.0] * 12, "rain_mm": 60.0, "evaporation_mm": 50.0,
    ...                      "surface_input": 0.1, "soil_input": 0.1, "lignin_to_nitrogen": 20.0})
    >>> soc = simulate(year, clay_percent=20.0, silt_percent=40.0)["soc"]
    >>> print(round(float(soc.iloc[-1]), 1))
    62.0
    """
    import pandas as pd

    require(monthly, REQUIRED, "monthly table")
    temperature = column(monthly, "temperature_c", -100.0)
    moisture = moisture_modifier(column(monthly, "rain_mm", 0.0), column(monthly, "evaporation_mm", 0.0))
    modifier = temperature_modifier(temperature) * moisture
    metabolic = metabolic_share(column(monthly, "lignin_to_nitrogen", 0.0))
    above, below = column(monthly, "surface_input", 0.0), column(monthly, "soil_input", 0.0)
    clay, silt = number("clay_percent", clay_percent, 0.0, 100.0), number("silt_percent", silt_percent, 0.0, 100.0)
    if clay + silt > 100.0:
        raise InputError(
            f"clay and silt sum to {clay + silt:g} %", key="silt_percent", remedy="give percent of the fine earth"
        )
    lignin = number("structural_lignin", structural_lignin, 0.0, 1.0)
    p = dataclasses.replace(PARAMETERS, structural_lignin=lignin)
    unit = operator(clay, silt, 1.0, p)
    known = {value: exact_step(unit * value, 1.0 / MONTHS_PER_YEAR) for value in sorted(set(modifier.tolist()))}
    given = np.array([inputs(s, b, m) for s, b, m in zip(above, below, metabolic, strict=True)])
    # per month in the table, per year in the equations
    maps = [(known[m][0], known[m][1] @ (u * MONTHS_PER_YEAR)) for m, u in zip(modifier.tolist(), given, strict=True)]
    if initial is None:
        state = periodic(maps[: repeated_rows("spin_up_months", spin_up_months, len(maps))])
    else:
        state = pools_given(initial, POOLS)
    pools, before = np.empty((len(maps), len(POOLS))), np.empty(len(maps))
    for row, (step, gain) in enumerate(maps):
        before[row] = state.sum()
        state = step @ state + gain
        pools[row] = state
    on_surface = 2
    columns = dict(zip(POOLS, pools.T, strict=True))
    columns["soc"] = pools[:, on_surface:].sum(axis=1)
    columns["co2"] = before + given.sum(axis=1) - pools.sum(axis=1)
    return pd.DataFrame(columns, index=monthly.index)
