"""C-TOOL's run, month by month, and its effective operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mollisol.models.ctool.rates import (
    BOTTOM,
    PARAMETERS,
    POOLS,
    TOP,
    Array,
    monthly_map,
    rates,
    routes,
    soil_temperature,
    temperature_modifier,
)
from mollisol.models.table import column, number, periodic, pools_given, repeated_rows, require
from mollisol.units import MONTHS_PER_YEAR, InputError

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("plant_input_top", "plant_input_sub", "manure_input")
"""Columns that the monthly table must have, beside the temperature of the air or of both layers."""


@dataclass(frozen=True)
class Months:
    """The checked monthly table: input by pool and share of each pool that decomposes, (month, 6), and the routes."""

    gain: Array
    decomposed: Array
    to: Array
    respired: Array

    def maps(self) -> list[tuple[Array, Array]]:
        """Return the matrices of each month, as `monthly_map` does."""
        return [monthly_map(self.to, self.respired, share) for share in self.decomposed]


def checked(monthly: pd.DataFrame, clay_top_percent: float, clay_sub_percent: float) -> Months:
    """Check the monthly table and the soil."""
    require(monthly, REQUIRED, "monthly table")
    top, sub = (column(monthly, name, 0.0) for name in REQUIRED[:2])
    manure, nothing = column(monthly, "manure_input", 0.0), np.zeros(len(monthly))
    humified = PARAMETERS.manure_humified * manure
    gain = np.stack([top + manure - humified, sub, humified, nothing, nothing, nothing], axis=1)
    clay_top = number("clay_top_percent", clay_top_percent, 0.0, 100.0)
    clay_sub = number("clay_sub_percent", clay_sub_percent, 0.0, 100.0)
    factor = np.stack([temperature_modifier(layer) for layer in _layer_temperatures(monthly)], axis=1)
    return Months(gain, rates() * np.tile(factor, 3), *routes(clay_top, clay_sub))


def _layer_temperatures(monthly: pd.DataFrame) -> tuple[Array, Array]:
    layers = ("temperature_top_c", "temperature_sub_c")
    if all(name in monthly.columns for name in layers):
        require(monthly, layers, "monthly table")
        return column(monthly, layers[0], -100.0), column(monthly, layers[1], -100.0)
    for name in layers:
        if name in monthly.columns:
            raise InputError(
                f"the monthly table has {name} alone", key=name, remedy=f"give both {' and '.join(layers)}, or neither"
            )
    require(monthly, ("temperature_c",), "monthly table")
    if len(monthly) < MONTHS_PER_YEAR:
        raise InputError(
            f"{len(monthly)} months of air temperature do not show the annual wave in the soil",
            key="temperature_c",
            remedy=f"give at least {MONTHS_PER_YEAR} rows, or {' and '.join(layers)}",
        )
    air = column(monthly, "temperature_c", -100.0)
    return soil_temperature(air, TOP / 2.0), soil_temperature(air, (TOP + BOTTOM) / 2.0)


def simulate(
    monthly: pd.DataFrame,
    clay_top_percent: float,
    clay_sub_percent: float,
    initial: Mapping[str, float] | None = None,
    spin_up_months: int = 12,
) -> pd.DataFrame:
    """Run C-TOOL month by month, as the discrete map that it is.

    Without `initial` pools the run starts with the steady state of its first `spin_up_months` rows, repeated for ever;
    these rows stand in the result. C-TOOL itself starts from a measured stock: see `initial_pools`.

    Parameters
    ----------
    monthly : one row a month: plant_input_top, plant_input_sub and manure_input (t C/ha), and either temperature_c
        of the air (the annual wave is conducted to the middle of both layers; row 13 is the month of row 1) or
        temperature_top_c and temperature_sub_c of the soil.
    clay_top_percent, clay_sub_percent : clay of 0-25 and 25-100 cm, %.
    initial : the six pools in t C/ha, or None.
    spin_up_months : rows that make the steady state, a multiple of 12.

    Returns
    -------
    A row for each row of `monthly`, at its end: fom_top, fom_sub, hum_top, hum_sub, rom_top, rom_sub, soc_top, soc_sub,
    soc and co2 (t C/ha; co2 of the month). The index is that of `monthly`.

    Raises
    ------
    InputError : a missing or impossible value, naming column and row.

    Examples
    --------
    >>> import pandas as pd
    >>> from mollisol.models.ctool import initial_pools
    >>> year = pd.DataFrame({"temperature_c": [0, 0, 3, 7, 12, 15, 17, 16, 13, 9, 4, 1], "plant_input_top": 0.3,
    ...                      "plant_input_sub": 0.03, "manure_input": 0.0})
    >>> run = simulate(year, 10.0, 15.0, initial=initial_pools(100.0))
    >>> print(round(float(run["soc"].iloc[-1]), 2))
    100.54
    """
    import pandas as pd

    months = checked(monthly, clay_top_percent, clay_sub_percent)
    maps = months.maps()
    if initial is None:
        repeats = repeated_rows("spin_up_months", spin_up_months, len(maps))
        state = periodic([(left, left @ u) for (_, left), u in zip(maps[:repeats], months.gain, strict=False)])
    else:
        state = pools_given(initial, POOLS)
    pools, co2 = np.empty((len(maps), len(POOLS))), np.empty(len(maps))
    for row, (present, left) in enumerate(maps):
        filled = state + months.gain[row]
        co2[row] = months.respired @ (months.decomposed[row] * (present @ filled))
        state = left @ filled
        pools[row] = state
    columns = dict(zip(POOLS, pools.T, strict=True))
    columns["soc_top"], columns["soc_sub"] = pools[:, 0::2].sum(axis=1), pools[:, 1::2].sum(axis=1)
    columns |= {"soc": pools.sum(axis=1), "co2": co2}
    return pd.DataFrame(columns, index=monthly.index)


def cycle_operator(
    monthly: pd.DataFrame, clay_top_percent: float, clay_sub_percent: float
) -> tuple[Array, Array, Array]:
    """Return the effective operator B, input u and mean stock x of the periodic state of a monthly table.

    B holds the cycle's mean fluxes over its mean stocks, so that x = -B^-1 u exactly: the operator that belongs to the
    map, for ages and transit times of a seasonal steady state. Stocks are those that decompose: after the month's
    input and what came from other pools.

    Parameters
    ----------
    monthly, clay_top_percent, clay_sub_percent : as for `simulate`; the rows repeat.

    Returns
    -------
    B (6, 6) in 1/yr, u (6,) in t C/ha/yr, x (6,) in t C/ha, in the order of `POOLS`.
    """
    months = checked(monthly, clay_top_percent, clay_sub_percent)
    maps = months.maps()
    state = periodic([(left, left @ u) for (_, left), u in zip(maps, months.gain, strict=True)])
    stocks = np.empty((len(maps), len(POOLS)))
    for row, (present, left) in enumerate(maps):
        filled = state + months.gain[row]
        stocks[row], state = present @ filled, left @ filled
    stock = stocks.mean(axis=0)
    rate = months.decomposed.mean(axis=0)  # of a pool that is always empty
    np.divide((months.decomposed * stocks).mean(axis=0), stock, out=rate, where=stock > 0)
    yearly = rate * MONTHS_PER_YEAR
    matrix = (months.to - np.diag(months.to.sum(axis=0) + months.respired)) * yearly
    return matrix, months.gain.mean(axis=0) * MONTHS_PER_YEAR, stock
