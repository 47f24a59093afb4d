"""The living share of soil carbon and the nitrogen that it ties up, as the report shows them."""

from __future__ import annotations

import numpy as np

from mollisol.show.context import Array
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import ResultView, spread
from mollisol.show.wording import MISSING, number, title
from mollisol.units import MG_HA_PER_KG_M2

LEAST_GAIN = 0.1
"""Mg C/ha; below it the nitrogen per ton of carbon gained is a ratio of two roundings."""

LEAST_SHOWN = 0.005
"""Mg C/ha; a pool in which no practice gains or loses as much is not shown."""


def composition_table(view: ResultView) -> Table | None:
    """Return the table of microbial quotient and nitrogen by depth at the end; None where the result has neither.

    Nitrogen per carbon gained is that of the means over the members, where the gain is worth a ratio.
    """
    quotient, nitrogen = view.values("microbial_quotient"), view.values("organic_nitrogen")
    if quotient is None or nitrogen is None:
        return None
    soc = view.soc[:, :, -1]
    living = np.where(np.isfinite(quotient), quotient, 0.0) * soc

    def parts(amount: Array) -> list[Array]:
        return [view.in_interval(amount, part.top, part.bottom) for part in view.intervals]

    base = view.baseline
    share = [100.0 * a / np.where(b > 0.0, b, np.nan) for a, b in zip(parts(living), parts(soc), strict=True)]
    rows = [
        Row("microbial quotient of the baseline, %", [_cell(each[base], 2) for each in share]),
        Row("nitrogen in the baseline's SOC, Mg N/ha", [_cell(MG_HA_PER_KG_M2 * n[base], 2) for n in parts(nitrogen)]),
    ]
    for index in view.others:
        more = [MG_HA_PER_KG_M2 * each for each in parts(nitrogen[index] - nitrogen[base])]
        gained = [MG_HA_PER_KG_M2 * each for each in parts(soc[index] - soc[base])]
        cells = [
            Cell(number(1000.0 * float(n.mean()), 0, signed=True), (_per_carbon(n, c),))
            for n, c in zip(more, gained, strict=True)
        ]
        rows.append(Row(f"{title(view.practices[index])}: nitrogen tied up more than in the baseline, kg N/ha", cells))
    return Table(["", *(part.name for part in view.intervals)], rows)


def pool_gain_table(view: ResultView) -> Table | None:
    """Return in which pools each practice's gain sits, whole profile, mean over the members; None without pools.

    Pools that count as soil organic carbon in no practice by more than a rounding are left out.
    """
    if "carbon" not in view.usable or "pool" not in view.usable["carbon"].dims or not view.others:
        return None
    end = view.usable["carbon"].isel(time=-1).sum("layer").transpose("practice", "pool", "member")
    gain = MG_HA_PER_KG_M2 * (end.values - end.values[[view.baseline]]).mean(axis=-1)
    names = [str(name) for name in end["pool"].values]
    held = [k for k in range(len(names)) if np.any(np.abs(gain[:, k]) >= LEAST_SHOWN)]
    if not held:
        return None
    rows = [
        Row(title(view.practices[i]), [Cell(number(float(gain[i, k]), 2, signed=True)) for k in held])
        for i in view.others
    ]
    return Table(["", *(title(names[k]) for k in held)], rows)


def _per_carbon(nitrogen: Array, carbon: Array) -> str:
    gain = float(carbon.mean())
    if abs(gain) < LEAST_GAIN:
        return MISSING
    return f"{number(1000.0 * float(nitrogen.mean()) / gain, 0)} kg N per Mg C"


def _cell(values: Array, decimals: int) -> Cell:
    found = spread(values)
    low, high = number(found.low, decimals), number(found.high, decimals)
    return Cell(number(found.mean, decimals), () if np.isnan(found.low) or low == high else (f"{low} to {high}",))
