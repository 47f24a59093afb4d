"""Age and radiocarbon of the baseline's carbon by 20 cm, and the measured radiocarbon beside the model's.

Layers are joined by their stocks: ages and Delta14C of one year mix linearly with carbon.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np

from mollisol.show.context import Array, ReportContext
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.turnover import ROW_EDGES
from mollisol.show.view import ResultView, span, spread
from mollisol.show.wording import MISSING, number


@cache
def cropland_ages() -> dict[tuple[float, float], tuple[float, float]]:
    """Return the published mean and median age (yr) of cropland carbon by depth (cm)."""
    text = files("mollisol.show").joinpath("cropland_age.csv").read_text(encoding="utf-8")
    return {
        (float(row["top_cm"]), float(row["bottom_cm"])): (float(row["mean_yr"]), float(row["median_yr"]))
        for row in csv.DictReader(text.splitlines())
    }


def clock_rows(view: ResultView) -> tuple[list[float], Array, Array, Array] | None:
    """Return the baseline's clocks by depth.

    Returns
    -------
    None where the result has none, else the edges of the rows (m); mean age at the end (member, row), yr; and Delta14C
    at the start and at the end (member, row), permil.
    """
    age, delta = view.values("mean_age"), view.values("delta14c")
    if age is None or delta is None:
        return None
    edges = [edge for edge in ROW_EDGES if edge < view.grid.bottom - 1e-9] + [view.grid.bottom]

    def joined(values: Array, time: int) -> Array:
        stock = view.soc[view.baseline, :, time]
        own = values[view.baseline, :, time]
        amount, whole = view.in_rows(np.where(stock > 0.0, stock * own, 0.0), edges), view.in_rows(stock, edges)
        return np.asarray(amount / np.where(whole > 0.0, whole, np.nan))

    return edges, joined(age, -1), joined(delta, 0), joined(delta, -1)


def clock_table(view: ResultView) -> Table | None:
    """Return the table of ages and radiocarbon by depth beside published ages of cropland; None without clocks."""
    found = clock_rows(view)
    if found is None:
        return None
    edges, age, first, last = found
    rows = []
    for index, (top, bottom) in enumerate(pairwise(edges)):
        published = cropland_ages().get((round(100.0 * top, 6), round(100.0 * bottom, 6)))
        told = [Cell(MISSING if published is None else number(one, 0)) for one in (published or (0.0, 0.0))[::-1]]
        cells = [_cell(age[:, index]), *told, _cell(first[:, index], signed=True), _cell(last[:, index], signed=True)]
        rows.append(Row(span(top, bottom), cells))
    columns = ["Depth (cm)", "Mean age, yr", "Published: median", "Published: mean"]
    return Table([*columns, f"Δ14C, ‰, {view.moment(0)}", f"Δ14C, ‰, {view.moment(-1)}"], rows)


def sampled_table(view: ResultView, context: ReportContext) -> Table | None:
    """Return measured and modelled Delta14C in the year of sampling, by layer; None where none was measured."""
    measured = context.measured
    if measured is None or measured.delta14c is None or measured.modelled_delta14c is None:
        return None
    edges = view.grid.edges
    rows = [
        Row(
            span(edges[i], edges[i + 1]),
            [Cell(number(float(value), 0, signed=True)), _cell(measured.modelled_delta14c[i], signed=True)],
        )
        for i, value in enumerate(measured.delta14c)
        if np.isfinite(value)
    ]
    if not rows:
        return None
    return Table(["Depth (cm)", f"Measured in {measured.delta14c_year}, ‰", "Model in that year, ‰"], rows)


def _cell(values: Array, *, signed: bool = False) -> Cell:
    found = spread(values)
    low, high = number(found.low, 0, signed=signed), number(found.high, 0, signed=signed)
    text = number(found.mean, 0, signed=signed)
    return Cell(text, () if np.isnan(found.low) or low == high else (f"{low} to {high}",))
