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


def row_edges(view: ResultView) -> list[float]:
    """Return the edges of the rows, m."""
    return [edge for edge in ROW_EDGES if edge < view.grid.bottom - 1e-9] + [view.grid.bottom]


def joined(view: ResultView, name: str, time: int, weight: str = "soc") -> Array | None:
    """Return the baseline's (member, row) mean of a variable by layer at a time, weighted by carbon; None without it.

    Parameters
    ----------
    weight : variable whose amounts weight the layers: the stock, or the flux that the variable belongs to.
    """
    values, amounts = view.values(name), view.soc if weight == "soc" else view.values(weight)
    if values is None or amounts is None:
        return None
    edges, stock, own = row_edges(view), amounts[view.baseline, :, time], values[view.baseline, :, time]
    amount, whole = view.in_rows(np.where(stock > 0.0, stock * own, 0.0), edges), view.in_rows(stock, edges)
    return np.asarray(amount / np.where(whole > 0.0, whole, np.nan))


def clock_table(view: ResultView) -> Table | None:
    """Return the table of ages and radiocarbon by depth beside published ages of cropland; None without clocks."""
    age, first, last = joined(view, "mean_age", -1), joined(view, "delta14c", 0), joined(view, "delta14c", -1)
    if age is None or first is None or last is None:
        return None
    rows = []
    for index, (top, bottom) in enumerate(pairwise(row_edges(view))):
        published = cropland_ages().get((round(100.0 * top, 6), round(100.0 * bottom, 6)))
        told = [Cell(MISSING if published is None else number(one, 0)) for one in (published or (0.0, 0.0))[::-1]]
        cells = [_cell(age[:, index]), *told, _cell(first[:, index], signed=True), _cell(last[:, index], signed=True)]
        rows.append(Row(span(top, bottom), cells))
    columns = ["Depth (cm)", "Mean age, yr", "Published: median", "Published: mean"]
    return Table([*columns, f"Δ14C, ‰, {view.moment(0)}", f"Δ14C, ‰, {view.moment(-1)}"], rows)


def leaving_table(view: ResultView) -> Table | None:
    """Return radiocarbon of the soil, of the CO2 and of dissolved carbon, and the age of the CO2; None without them."""
    soil, dissolved = joined(view, "delta14c", -1), joined(view, "dissolved_delta14c", -1)
    respired = joined(view, "respired_delta14c", -1, "respiration")
    age = joined(view, "respired_age", -1, "respiration")
    if soil is None or respired is None or dissolved is None or age is None:
        return None
    rows = [
        Row(
            span(top, bottom),
            [
                _cell(soil[:, index], signed=True),
                _cell(respired[:, index], signed=True),
                _cell(dissolved[:, index], signed=True),
                _cell(age[:, index]),
            ],
        )
        for index, (top, bottom) in enumerate(pairwise(row_edges(view)))
    ]
    columns = [
        "Depth (cm)",
        "Δ14C of the carbon, ‰",
        "of its CO₂, ‰",
        "of dissolved carbon, ‰",
        "Mean age of the CO₂, yr",
    ]
    return Table(columns, rows)


def carbon13_table(view: ResultView) -> Table | None:
    """Return the baseline's delta13C at the start and at the end; None where 13C was not followed."""
    first, last = joined(view, "delta13c", 0), joined(view, "delta13c", -1)
    if first is None or last is None:
        return None
    rows = [
        Row(span(top, bottom), [_cell(first[:, i], decimals=1), _cell(last[:, i], decimals=1)])
        for i, (top, bottom) in enumerate(pairwise(row_edges(view)))
    ]
    return Table(["Depth (cm)", view.moment(0), view.moment(-1)], rows)


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


def _cell(values: Array, *, signed: bool = False, decimals: int = 0) -> Cell:
    found = spread(values)
    low, high = number(found.low, decimals, signed=signed), number(found.high, decimals, signed=signed)
    text = number(found.mean, decimals, signed=signed)
    return Cell(text, () if np.isnan(found.low) or low == high else (f"{low} to {high}",))
