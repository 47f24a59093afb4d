"""Reading a climate from CSV or NetCDF."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from mollisol.climate.checks import check, check_months, resolution_of
from mollisol.climate.columns import BY_NAME, COLUMNS
from mollisol.climate.series import Climate
from mollisol.units import InputError, nearest

_LARGEST = 200e6  # bytes; 200 years of days are 5 MB


def read_climate(
    path: str | Path,
    *,
    point: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Climate:
    """Read and check a climate table.

    CSV: `date` (daily or monthly; YYYY-MM-DD or YYYY-MM) or twelve rows with `month`, then `temperature_c`,
    `precipitation_mm` and what else there is (`columns.COLUMNS`). NetCDF: the same names, or CF standard
    names with units, along `time` (or `month`), at one point.

    Parameters
    ----------
    path : the file; what it is, is told by its first bytes.
    point : name of the point, where a NetCDF file holds several.
    latitude, longitude : degrees; the nearest grid point of a NetCDF file is taken.

    Raises
    ------
    InputError
        If the file is absent, empty, of another kind, or holds an impossible value.

    Examples
    --------
    >>> read_climate("nowhere.csv")
    Traceback (most recent call last):
    mollisol.units.errors.InputError: nowhere.csv: there is no such file
      What to do: give the path of a climate table (CSV or NetCDF)
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("there is no such file", file=str(path),
                         remedy="give the path of a climate table (CSV or NetCDF)")  # fmt: skip
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path.stat().st_size / 1e6:.0f} MB is no climate table of one site", file=str(path),
                         remedy="cut out the site and the years")  # fmt: skip
    with path.open("rb") as opened:
        start = opened.read(8)
    if start[:3] == b"CDF" or start[:4] == b"\x89HDF":
        from mollisol.climate.netcdf import read_netcdf

        return read_netcdf(path, point=point, latitude=latitude, longitude=longitude)
    return parse_csv(_text(path), str(path))


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise InputError("the file is empty", file=str(path), remedy="give a table with a header and rows")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError("this is a binary file, neither text (UTF-8) nor NetCDF", file=str(path),
                         remedy="save the table as CSV")  # fmt: skip
    return text


def parse_csv(text: str, file: str = "") -> Climate:
    """Parse and check the text of a climate CSV; `file` is named in errors."""
    rows = list(csv.reader(io.StringIO(text)))
    header = [name.strip() for name in rows[0]]
    _check_header(header, file)
    body = [(line, row) for line, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    if not body:
        raise InputError("the table has a header but no rows", file=file, remedy="add the rows")
    first = body[0][0]
    for place, (line, row) in enumerate(body):
        if len(row) != len(header):
            raise InputError(f"{len(row)} cells, the header has {len(header)}", file=file, line=line,
                             remedy="a decimal comma, or a missing or extra comma?")  # fmt: skip
        if line != first + place:
            raise InputError("an empty line inside the table", file=file, line=line - 1, remedy="remove it")
    cells = {name: [row[index].strip() for _, row in body] for index, name in enumerate(header)}
    values: dict[str, Any] = {
        column.field: _numbers(cells[column.name], column.name, file, first)
        for column in COLUMNS
        if column.name in cells
    }
    if "month" in cells:
        months = _numbers(cells["month"], "month", file, first)
        if np.any(months != np.round(months)):
            raise InputError("a month is a whole number", file=file, key="month", remedy="months are 1 to 12")
        check_months(months.astype(np.int64), file, first)
        return check(Climate("climatology", months.astype(np.int64), **values, source=file), first)
    time = _dates(cells["date"], file, first)
    resolution = resolution_of(time, file, first)
    if resolution == "monthly":
        time = time.astype("datetime64[M]").astype("datetime64[D]")
    return check(Climate(resolution, time, **values, source=file), first)


def _check_header(header: list[str], file: str) -> None:
    allowed = ["date", "month", *BY_NAME]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise InputError("the columns are not separated by commas", file=file, line=1,
                         remedy="save the table with commas between columns and points in numbers")  # fmt: skip
    for index, name in enumerate(header):
        if name in header[:index]:
            raise InputError("the column comes twice", file=file, line=1, key=name, remedy="keep one of them")
        if name not in allowed:
            close = nearest(name, allowed)
            remedy = f"did you mean '{close}'?" if close else f"columns are {', '.join(allowed)}"
            raise InputError("unknown column", file=file, line=1, key=name, remedy=remedy)
    if ("date" in header) == ("month" in header):
        raise InputError("a table has either `date` or `month`", file=file, line=1, key="date",
                         remedy="give `date` for a series, `month` (1-12) for a climatology")  # fmt: skip
    for column in COLUMNS:
        if column.required and column.name not in header:
            raise InputError(
                "the column is missing", file=file, line=1, key=column.name, remedy=f"add it: {column.hint}"
            )


def _numbers(cells: list[str], name: str, file: str, first: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    numbers = np.empty(len(cells))
    for row, cell in enumerate(cells):
        try:
            numbers[row] = float(cell)
        except ValueError:
            said = f"'{cell}' is not a number" if cell else "the cell is empty"
            raise InputError(said, file=file, line=first + row, key=name,
                             remedy="give every row a value, or leave an optional column out") from None  # fmt: skip
    return numbers


def _dates(cells: list[str], file: str, first: int) -> np.ndarray[Any, Any]:
    dates = np.empty(len(cells), dtype="datetime64[D]")
    for row, cell in enumerate(cells):
        try:
            # NumPy would read '20200101' as a year and '' or 'NaT' as not-a-time.
            if len(cell) not in (7, 10) or cell[4] != "-":
                raise ValueError
            dates[row] = np.datetime64(cell, "D")
        except ValueError:
            raise InputError(f"'{cell}' is not a date", file=file, line=first + row, key="date",
                             remedy="write YYYY-MM-DD, or YYYY-MM for a month") from None  # fmt: skip
    return dates
