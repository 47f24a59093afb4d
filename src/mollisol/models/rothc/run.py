"""RothC's run: spin-up by repeating months, then month by month."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mollisol.models.rothc.rates import POOLS, Array, RothCParameters, humified_share, products
from mollisol.models.rothc.table import Forcing, Month, checked, initial_pools
from mollisol.models.table import number
from mollisol.units import MONTHS_PER_YEAR, InputError, RunError

if TYPE_CHECKING:
    import pandas as pd


_SPIN_UP_TOLERANCE = 1e-6  # t C/ha a year
_MOST_CYCLES = 200_000


def monthly_decay(p: RothCParameters) -> float:
    """Return the share of 14C that is left after a month."""
    return math.exp(-math.log(2.0) / p.half_life / MONTHS_PER_YEAR)


def compose(months: Sequence[Month], into: Array, decay: float) -> tuple[Array, Array, Array, Array]:
    """Compose months to one affine map of carbon (matrix, gain) and one of 14C (matrix, gain).

    `into` says where a unit of decomposed carbon goes, by pool (4,); `decay` is what 14C keeps in a month.
    """
    matrix, gain = np.eye(len(POOLS)), np.zeros(len(POOLS))
    matrix14, gain14 = np.eye(len(POOLS)), np.zeros(len(POOLS))
    for month in months:
        step = np.diag(month.left) + np.outer(into, 1.0 - month.left)
        matrix, gain = step @ matrix, step @ gain + month.gain
        matrix14 = decay * step @ matrix14
        gain14 = decay * step @ gain14 + month.gain * month.modern
    return matrix, gain, matrix14, gain14


def _spin_up(forcing: Forcing, count: int) -> tuple[Array, Array, float]:
    """Repeat the first `count` rows from empty pools; return carbon, 14C and deficit before the last repeat."""
    carbon, carbon14, deficit = np.zeros(len(POOLS)), np.zeros(len(POOLS)), 0.0
    decay, years = monthly_decay(forcing.parameters), count / MONTHS_PER_YEAR
    into = products(forcing.clay, forcing.parameters)
    prepared_for = math.nan
    for _ in range(_MOST_CYCLES):
        # The repeats are one and the same affine map as soon as the deficit is periodic.
        if deficit != prepared_for:
            months, end = forcing.months(count, deficit)
            matrix, gain, matrix14, gain14 = compose(months, into, decay)
            prepared_for = deficit
        after = matrix @ carbon + gain
        if abs(after.sum() - carbon.sum()) / years < _SPIN_UP_TOLERANCE:
            return carbon, carbon14, deficit
        carbon, carbon14, deficit = after, matrix14 @ carbon14 + gain14, end
    raise RunError(
        f"RothC's spin-up did not settle within {_MOST_CYCLES:,} repeats of its first {count} months: "
        "the soil is too cold or dry for the input to decompose; give initial pools instead"
    )


def simulate(
    monthly: pd.DataFrame,
    clay_percent: float,
    depth_cm: float,
    iom: float,
    initial: Mapping[str, float] | None = None,
    spin_up_months: int = 12,
) -> pd.DataFrame:
    """Run RothC 26.3 month by month.

    The first `spin_up_months` rows repeat, from empty pools and no deficit, until total carbon moves by less than
    1e-6 t C/ha a year; the last repeat stands for them in the result. With `initial` pools the run starts with
    them at the first row. Radiocarbon: pools carry amounts (carbon x fraction modern), input has the row's
    Delta14C, 14C decays with Libby's half-life of 5,568 yr, IOM stays at 50,000 yr (-998 permil), and the age of
    the whole soil becomes Delta14C with a mean life of 8,035 yr, as in the published code (8,033 would be exact:
    0.03 permil at -100). Given pools start with the fraction modern that the repeats would have led to.

    Parameters
    ----------
    monthly : one row a month: temperature_c, rain_mm, evaporation_mm (open pan), plant_input and manure_input
        (t C/ha), covered (bool), dpm_rpm; optionally delta14c_permil of the input.
    clay_percent, depth_cm : clay of the layer, %, and its depth, cm.
    iom : inert organic matter, t C/ha.
    initial : pools dpm, rpm, bio, hum in t C/ha, or None to spin up.
    spin_up_months : rows that repeat; a multiple of 12 that covers the rotation (with `initial`: for 14C only).

    Returns
    -------
    A row for each row of `monthly`, at its end: dpm, rpm, bio, hum, iom, soc, co2 (t C/ha; co2 of the month) and
    delta14c_permil of the whole soil if the input's was given. The index is that of `monthly`.

    Raises
    ------
    InputError : a missing or impossible value, naming column and row. RunError : the spin-up does not settle.

    Examples
    --------
    >>> import pandas as pd
    >>> year = pd.DataFrame({"temperature_c": [10.0] * 12, "rain_mm": 60.0, "evaporation_mm": 50.0,
    ...                      "plant_input": 0.15, "manure_input": 0.0, "covered": True, "dpm_rpm": 1.44})
    >>> soc = simulate(year, clay_percent=23.4, depth_cm=23.0, iom=2.7)["soc"]
    >>> print(round(float(soc.iloc[-1]), 1))
    28.2
    """
    import pandas as pd

    with_14c = "delta14c_permil" in monthly.columns
    forcing = checked(monthly, clay_percent, depth_cm, with_14c)
    number("iom", iom, 0.0, math.inf)
    count = len(forcing.rain)
    if isinstance(spin_up_months, bool) or not isinstance(spin_up_months, int | np.integer):
        raise InputError(f"spin_up_months is {spin_up_months!r}", key="spin_up_months", remedy="give an integer")
    # Pools that are given need the repeats only for their 14C.
    repeats = int(spin_up_months) if initial is None or with_14c else 0
    if initial is not None:
        repeats = min(repeats, count)
    if spin_up_months < 0 or repeats > count or (repeats == 0 and (initial is None or with_14c)):
        raise InputError(
            f"spin_up_months is {spin_up_months}, the table has {count} rows",
            key="spin_up_months",
            remedy=f"give a number from 1 to {count}, a multiple of 12, or initial pools",
        )

    carbon, carbon14, deficit = np.zeros(len(POOLS)), np.zeros(len(POOLS)), 0.0
    if repeats:
        carbon, carbon14, deficit = _spin_up(forcing, repeats)
    if initial is not None:
        modern = np.full(len(POOLS), forcing.modern[0])
        np.divide(carbon14, carbon, out=modern, where=carbon > 0)
        carbon, deficit = initial_pools(initial, iom), 0.0
        carbon14 = carbon * modern

    months, _ = forcing.months(count, deficit)
    pools, co2, total14 = np.empty((count, len(POOLS))), np.empty(count), np.empty(count)
    decay, into = monthly_decay(forcing.parameters), products(forcing.clay, forcing.parameters)
    respired = 1.0 - humified_share(forcing.clay)
    for row, month in enumerate(months):
        lost = (1.0 - month.left) * carbon
        lost14 = (1.0 - month.left) * carbon14
        carbon = month.left * carbon + into * lost.sum() + month.gain
        carbon14 = decay * (month.left * carbon14 + into * lost14.sum()) + month.gain * month.modern
        pools[row], co2[row], total14[row] = carbon, respired * lost.sum(), carbon14.sum()

    soc = pools.sum(axis=1) + iom
    columns: dict[str, Any] = dict(zip(POOLS, pools.T, strict=True))
    columns |= {"iom": np.full(count, float(iom)), "soc": soc, "co2": co2}
    if with_14c:
        columns["delta14c_permil"] = _delta14c(total14, soc, iom, forcing.parameters)
    return pd.DataFrame(columns, index=monthly.index)


def _delta14c(total14: Array, soc: Array, iom: float, p: RothCParameters) -> Array:
    """Return Delta14C of the whole soil, permil; NaN where there is no carbon."""
    rate = math.log(2.0) / p.half_life
    modern = np.full(len(soc), np.nan)
    np.divide(total14 + iom * math.exp(-rate * p.iom_age), soc, out=modern, where=soc > 0)
    return np.asarray((modern ** (1.0 / (rate * p.mean_life)) - 1.0) * 1000.0)
