"""The table of numbers behind the first figure: one row for each series, quantity and depth, with its source."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EDGES_CM = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 150.0, 200.0)
"""Limits of the depths, cm."""

EDGES = np.array(EDGES_CM) / 100.0
PER = 0.2
"""m; shares, stocks and fluxes of the thicker depths are given for as much soil as the upper ones hold."""

MISSING = float("nan")


@dataclass(frozen=True)
class FigureRow:
    """One number of the figure with its spread.

    Attributes
    ----------
    panel : "a", "b" or "c".
    series : what it is of.
    quantity : "share", "turnover", "soc", "bnpp" or a statistic of panel c.
    unit : of mean, median and spread.
    top_cm, bottom_cm : depth.
    mean, median : NaN where there is none.
    low, high : quartiles of data, the 5 and 95 % quantiles of a model, or the two ends of a range.
    count : profiles, pits, draws; 0 for a formula.
    source : where it comes from.
    """

    panel: str
    series: str
    quantity: str
    unit: str
    top_cm: float
    bottom_cm: float
    mean: float
    median: float
    low: float
    high: float
    count: int
    source: str


COLUMNS = tuple(field.name for field in dataclasses.fields(FigureRow))


def series_rows(
    panel: str, series: str, quantity: str, unit: str, values: Sequence[Array], counts: Iterable[int], source: str
) -> list[FigureRow]:
    """Return the rows of a series by depth.

    Parameters
    ----------
    values : mean, median, low and high, each (depth,) from the surface down; depths without a median are left out.
    counts : (depth,).
    """
    rows = []
    for i, count in enumerate(counts):
        mean, median, low, high = (float(one[i]) for one in values)
        if np.isfinite(median):
            found = (panel, series, quantity, unit, EDGES_CM[i], EDGES_CM[i + 1], mean, median, low, high)
            rows.append(FigureRow(*found, count=int(count), source=source))
    return rows


def spread_rows(
    panel: str, series: str, quantity: str, unit: str, values: Array, source: str, inner: float = 0.25
) -> list[FigureRow]:
    """Return the rows of (item, depth) values: mean, median and two quantiles by depth; NaN is missing."""
    count = np.isfinite(values).sum(axis=0)
    found = np.full((4, values.shape[1]), np.nan)
    known = count > 0
    if known.any():
        found[0, known] = np.nanmean(values[:, known], axis=0)
        found[1:, known] = np.nanquantile(values[:, known], [0.5, inner, 1.0 - inner], axis=0)
    return series_rows(panel, series, quantity, unit, list(found), count, source)


def line_rows(panel: str, series: str, quantity: str, unit: str, values: Array, source: str) -> list[FigureRow]:
    """Return the rows of a formula's (depth,) values."""
    nothing = np.full(values.shape, np.nan)
    return series_rows(panel, series, quantity, unit, [nothing, values, nothing, nothing], [0] * len(values), source)


def read_rows(name: str) -> list[FigureRow]:
    """Return the rows of a table that comes with the package."""
    text = resources.files("mollisol.evidence.figure1").joinpath(name).read_text(encoding="utf-8")
    rows: list[FigureRow] = []
    for row in csv.DictReader(text.splitlines()):
        numbers = {key: float(row[key]) if row[key] else MISSING for key in COLUMNS[4:10]}
        source = rows[-1].source if row["source"] == "as above" else row["source"]
        named = {key: row[key] for key in COLUMNS[:4]}
        rows.append(FigureRow(**named, **numbers, count=int(row["count"]), source=source))  # type: ignore[arg-type]
    return rows


def to_csv(rows: Sequence[FigureRow]) -> str:
    """Write rows as CSV, missing numbers as empty cells, numbers to four digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = dataclasses.astuple(row)
        writer.writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.4g}"
    return value


def by_depth(rows: Sequence[FigureRow], panel: str, series: str, quantity: str) -> list[FigureRow]:
    """Return the rows of a series from the surface down."""
    found = [r for r in rows if (r.panel, r.series, r.quantity) == (panel, series, quantity)]
    return sorted(found, key=lambda row: row.top_cm)
