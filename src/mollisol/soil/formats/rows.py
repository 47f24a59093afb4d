"""What every reader returns: the horizons of a file in the units of the profile table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.columns import NUMERIC
from mollisol.soil.problems import Problem
from mollisol.soil.tables import Cell, Table
from mollisol.units import nearest

Array = NDArray[np.float64]

MISSING_CODES = frozenset({"NA", "NaN", "nan", "NULL"})
"""Texts that published tables write for a missing value; a plain table leaves the cell empty."""


@dataclass
class Rows:
    """The rows of one file, converted; a reader fills it column by column.

    Attributes
    ----------
    table : the cells as read.
    profile_ids : (row,) profile that each row belongs to.
    values : by field of the profile table, (row,) values in its unit, NaN where missing.
    columns : by field, the column that it was read from.
    flags : by field, (row,) how a value was converted, "" where it was not.
    source : (row,) where the row comes from.
    keep : (row,) False for rows that are no part of the mineral profile.
    problems : what is wrong with single cells, by row.
    notes : by profile, what to tell its reader.
    land_use : (row,) what grows there, in the source's own words, "" where it does not say.
    beside : further files that were read with the table.
    """

    table: Table
    profile_ids: list[str] = field(default_factory=list)
    values: dict[str, Array] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    flags: dict[str, list[str]] = field(default_factory=dict)
    source: list[str] = field(default_factory=list)
    keep: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    land_use: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        size = len(self.table)
        self.values = {name: np.full(size, np.nan) for name in NUMERIC}
        self.keep = np.ones(size, dtype=np.bool_)
        self.source = [""] * size
        self.land_use = [""] * size
        self.profile_ids = [""] * size

    def problem(self, row: int, message: str, remedy: str, key: str | None = None) -> None:
        """Record that something is wrong with a row."""
        line = self.table.lines[row]
        self.problems.append((row, Problem(message, remedy, self.table.file, line, key)))

    def number(self, name: str, column: str, divide: float = 1.0, *, codes: bool = True) -> None:
        """Read a column into a field, divided by `divide`; nothing happens where the file lacks the column.

        With `codes`, the missing-value texts of published tables count as empty.
        """
        if column in self.table.columns:
            self.values[name] = self.parse(column, codes=codes) / divide
            self.columns[name] = column

    def parse(self, column: str, *, codes: bool = True) -> Array:
        """Return (row,) the numbers of a column, NaN where empty; what is no number becomes a problem."""
        parsed = np.full(len(self.table), np.nan)
        for row, cell in enumerate(self.table.columns[column]):
            if cell is None or (isinstance(cell, str) and (not cell or cell.isspace())):
                continue
            if codes and isinstance(cell, str) and cell.strip() in MISSING_CODES:
                continue
            value = _as_number(cell)
            if value is None or not np.isfinite(value):
                self.problem(row, f"{cell!r} is not a number", _number_remedy(cell), column)
            else:
                parsed[row] = value
        return parsed

    def text(self, column: str) -> list[str]:
        """Return (row,) the cells of a column as text, "" where empty or the file lacks the column."""
        cells: Sequence[Cell] = self.table.columns.get(column, [""] * len(self.table))
        return ["" if cell is None else _as_text(cell) for cell in cells]

    def codes(self, column: str) -> list[str]:
        """Return (row,) the cells of a column as text, "" also for the missing-value texts of published tables."""
        return ["" if cell in MISSING_CODES else cell for cell in self.text(column)]

    def drop_above_surface(self, what: str = "layer(s) above the mineral soil") -> None:
        """Leave out rows that lie wholly above depth 0, as published tables give litter, and note it."""
        top, bottom = self.values["top_cm"], self.values["bottom_cm"]
        above = (bottom <= 0.0) & ~(top >= 0.0)
        self.keep &= ~above
        for profile_id, count in Counter(self.profile_ids[row] for row in np.flatnonzero(above)).items():
            self.notes.setdefault(profile_id, []).append(f"{count} {what} left out")

    def require(self, columns: Sequence[str], format_name: str) -> list[Problem]:
        """Return a problem for each column that the file lacks, naming the most similar one that it has."""
        missing = []
        for name in columns:
            if name not in self.table.columns:
                like = nearest(name, self.table.columns)
                hint = f"; rename '{like}' if that is what it holds" if like else ""
                missing.append(
                    Problem(
                        f"the column is missing from this {format_name} table",
                        f"add a column '{name}'{hint}",
                        self.table.file,
                        1,
                        name,
                    )
                )
        return missing


def _as_number(cell: Cell) -> float | None:
    if isinstance(cell, str):
        if "_" in cell:
            return None
        try:
            return float(cell)
        except ValueError:
            return None
    return None if cell is None or isinstance(cell, bool) else float(cell)


def _as_text(cell: Cell) -> str:
    # A profile numbered in a Parquet file reads as the same text that its CSV would hold.
    return str(cell).strip()


def _number_remedy(cell: Cell) -> str:
    if isinstance(cell, str) and "," in cell:
        return "write decimals with a point"
    if isinstance(cell, str) and cell.strip().lower() not in ("nan", "na", "inf", "-inf", "null", "none", "-"):
        return "give a plain number without unit or sign such as '<'; leave a missing value empty"
    return "leave a missing value empty"
