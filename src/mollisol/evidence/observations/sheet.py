"""Cells of a published table as text and numbers; what a source writes for "missing" is NaN, never zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.tables import Cell, Table, read_table
from mollisol.units import InputError, nearest

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MISSING = frozenset({"", "NA", "NaN", "nan", "NULL", "*", "ns", "missing", "#N/A", "#NUM!", "#VALUE!", "-"})
"""What the sources write where nothing was measured."""


@dataclass(frozen=True)
class Sheet:
    """A table read from a file of the data folder.

    Attributes
    ----------
    table : its cells.
    first : rows skipped after the header (1 where the first row holds units).
    """

    table: Table
    first: int = 0

    def __len__(self) -> int:
        return len(self.table) - self.first

    def text(self, name: str) -> list[str]:
        """Return (row,) a column's cells as text, "" where missing."""
        cells = [_text(cell) for cell in self._cells(name)]
        return ["" if cell in MISSING else cell for cell in cells]

    def number(self, name: str, convert: Callable[[str], float] = float) -> Array:
        """Return (row,) a column as numbers, NaN where missing.

        Raises
        ------
        InputError
            If a cell is neither a number nor one of the texts for "missing".
        """
        values = np.full(len(self), np.nan)
        for row, cell in enumerate(self.text(name)):
            if not cell:
                continue
            try:
                values[row] = convert(cell)
            except ValueError:
                raise InputError(
                    f"{cell!r} is not a number",
                    file=self.table.file,
                    line=self.table.lines[row + self.first],
                    key=name,
                    remedy="give a number, or leave the cell empty where nothing was measured",
                ) from None
        return values

    def has(self, name: str) -> bool:
        """Whether the table has a column."""
        return name in self.table.columns

    def _cells(self, name: str) -> Sequence[Cell]:
        if name not in self.table.columns:
            like = nearest(name, self.table.columns)
            raise InputError(
                "the column is missing from this table",
                file=self.table.file,
                key=name,
                remedy=f"did you mean {like!r}?" if like else "give the table as it was published",
            )
        return self.table.columns[name][self.first :]


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def read_sheet(folder: str | Path, path: str, *, units_row: bool = False) -> Sheet:
    """Read a table of the data folder; with `units_row`, its first row holds units and is left out.

    Raises
    ------
    InputError
        If the folder has no such file, or it is no table.
    """
    return Sheet(read_table(source_file(folder, path)), 1 if units_row else 0)


def source_file(folder: str | Path, path: str) -> Path:
    """Return the path of a source in the data folder.

    Raises
    ------
    InputError
        If it is not there.
    """
    file = Path(folder) / path
    if not file.exists():
        raise InputError(
            "the data folder has no such source",
            file=str(file),
            remedy="give the folder with the measurements; docs/evidence.md lists the files that each reader needs",
        )
    return file
