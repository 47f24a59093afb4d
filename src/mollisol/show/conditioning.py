"""What conditioning on the site's own profile did to the initial state, as the report shows it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mollisol.show.context import Array, ReportContext
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import span
from mollisol.show.wording import MISSING, number, title
from mollisol.units import MG_HA_PER_KG_M2

if TYPE_CHECKING:
    from mollisol.study.conditioning import Conditioned

LEAST_SHARE = 0.005
"""Share of SOC below which a pool is not told in any depth."""


def conditioning_tables(context: ReportContext) -> list[tuple[str, Table, Table]]:
    """Return for each structure of the model a sentence, the table of carbon and that of pools; empty without any."""
    return [(_sentence(name, one), carbon_table(one), pool_table(one)) for name, one in context.conditioned.items()]


def carbon_table(found: Conditioned) -> Table:
    """Return SOC by horizon as measured, before and after, Mg C/ha."""
    known = found.evidence
    stocks, error = MG_HA_PER_KG_M2 * np.exp(known.log_soc), known.error
    rows = []
    for i, (top, bottom) in enumerate(zip(known.top_cm, known.bottom_cm, strict=True)):
        measured = Cell(number(float(stocks[i])), (f"± {number(float(stocks[i] * error[i]))}",))
        rows.append(Row(f"{top:g}–{bottom:g} cm", [measured, *_both(found.prior_soc[i], found.posterior_soc[i])]))
    if np.any(found.prior_soc[-1] > 0.0):
        rows.append(Row("below", [Cell(MISSING), *_both(found.prior_soc[-1], found.posterior_soc[-1])]))
    return Table(["", "measured", "before", "after"], rows)


def pool_table(found: Conditioned) -> Table:
    """Return the shares of pools in SOC by depth, %: after, and before as a note."""
    rows = []
    for name, after in found.posterior_share.items():
        before = found.prior_share[name]
        if max(after.max(), before.max()) < LEAST_SHARE:
            continue
        cells = []
        for new, old in zip(100.0 * after, 100.0 * before, strict=True):
            new_range, old_range = _range(new, 1), _range(old, 1)
            cells.append(Cell(number(float(np.median(new)), 1), (new_range, f"before: {old_range}")))
        rows.append(Row(title(name), cells))
    return Table(["", *(f"{span(top, bottom)} cm" for top, bottom in pairwise(found.edges))], rows)


def _both(before: Array, after: Array) -> list[Cell]:
    return [
        Cell(number(float(np.median(each))), (_range(each),))
        for each in (MG_HA_PER_KG_M2 * before, MG_HA_PER_KG_M2 * after)
    ]


def _range(values: Array, decimals: int = 1) -> str:
    low, high = np.quantile(values, [0.05, 0.95])
    return f"{number(float(low), decimals)} to {number(float(high), decimals)}"


def _sentence(name: str, found: Conditioned) -> str:
    more = {"radiocarbon": found.modelled_delta14c, "mineral-associated share": found.modelled_mineral}
    used = ", ".join(["carbon", *(name for name, one in more.items() if one is not None)])
    kept = len(np.unique(found.index))
    begin = f"{title(name)}: of" if name else "Of"
    return (
        f"{begin} {found.candidates} candidates, weighed by how likely the {used} of the measured horizons are under "
        f"their parameters, {kept} different ones were kept (effective sample size {number(found.effective, 1)})."
    )


def conditions(found: Mapping[str, Conditioned]) -> str:
    """Say in a sentence what a conditioned start is; "" where there is none."""
    if not found:
        return ""
    return (
        "The factor is a draw from what prior and profile leave open, so the interval at the start holds the error of "
        "the measurement and what the parameters do not tell."
    )
