"""ICBM's run: the analytic solution, year by year."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mollisol.models.icbm.solution import PARAMETERS, POOLS, Array, ICBMParameters, known, solution
from mollisol.models.table import column, periodic, pools_given, repeated_rows, require

if TYPE_CHECKING:
    import pandas as pd

_TABLE = "yearly table"


def simulate(yearly: pd.DataFrame, initial: Mapping[str, float] | None = None, spin_up_years: int = 1) -> pd.DataFrame:
    """Run ICBM year by year.

    Within a year input and influence are constant and the solution is exact. Without `initial` pools the run starts
    with the steady state of its first `spin_up_years` rows, repeated for ever; these rows stand in the result.

    Parameters
    ----------
    yearly : one row a year: `input` (t C/ha); optionally `humification` and `influence` of the year, by default 0.125
        and 1.
    initial : pools young and old in t C/ha, or None.
    spin_up_years : rows that make the steady state.

    Returns
    -------
    A row for each row of `yearly`, at its end: young, old, soc, co2 (t C/ha; co2 of the year). The index is that of
    `yearly`.

    Raises
    ------
    InputError : a missing or impossible value, naming column and row.

    Examples
    --------
    >>> import pandas as pd
    >>> run = simulate(pd.DataFrame({"input": [2.0] * 30}), initial={"young": 3.0, "old": 41.1})
    >>> print(round(float(run["soc"].iloc[-1]), 2))
    43.69
    """
    import pandas as pd

    require(yearly, ("input",), _TABLE)
    given = column(yearly, "input", 0.0, _TABLE)
    years = [
        dataclasses.replace(PARAMETERS, humification=h, influence=r)
        for h, r in zip(_or_default(yearly, "humification"), _or_default(yearly, "influence"), strict=True)
    ]
    if initial is None:
        repeats = repeated_rows("spin_up_years", spin_up_years, len(given))
        state = periodic([_map(i, p) for i, p in zip(given[:repeats], years[:repeats], strict=True)])
    else:
        state = pools_given(initial, POOLS)
    pools = np.empty((len(given), len(POOLS)))
    before = np.empty(len(given))
    for row, (i, p) in enumerate(zip(given, years, strict=True)):
        before[row] = state.sum()
        state = np.array(solution(1.0, i, state[0], state[1], p))
        pools[row] = state
    soc = pools.sum(axis=1)
    columns = dict(zip(POOLS, pools.T, strict=True)) | {"soc": soc, "co2": before + given - soc}
    return pd.DataFrame(columns, index=yearly.index)


def _or_default(yearly: pd.DataFrame, name: str) -> Array:
    if name not in yearly.columns:
        return np.full(len(yearly), getattr(PARAMETERS, name))
    require(yearly, (name,), _TABLE)
    return column(yearly, name, known(name).lower, _TABLE, min(known(name).upper, math.inf))


def _map(given: float, p: ICBMParameters) -> tuple[Array, Array]:
    """Return a year as an affine map of the pools."""
    gain = np.array(solution(1.0, given, 0.0, 0.0, p))
    unit = [np.array(solution(1.0, 0.0, young, old, p)) for young, old in np.eye(len(POOLS)).tolist()]
    return np.stack(unit, axis=1), gain
