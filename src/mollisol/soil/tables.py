"""Tables as they come from a file: columns of cells, each with its line. CSV and Parquet, nothing interpreted."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from mollisol.units import InputError

Cell: TypeAlias = str | int | float | None

PARQUET_MAGIC = b"PAR1"
DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True)
class Table:
    """A table's cells by column, and the line that each row came from.

    Attributes
    ----------
    file : where it was read.
    columns : cells by column name, all of one length; None or "" where empty.
    lines : the line of each row; the header is line 1, so row k of a Parquet file counts as line k + 2.
    """

    file: str
    columns: Mapping[str, Sequence[Cell]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)


def read_table(path: str | Path) -> Table:
    """Read a CSV (comma, tab or semicolon) or Parquet file.

    Raises
    ------
    InputError
        If the file is missing, empty, binary, not UTF-8, has duplicate or nameless columns, or a row with another
        number of cells than the header.
    """
    place = Path(path)
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file", file=str(path), remedy="check the path") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path), remedy="give a readable file") from error
    if not content.strip():
        raise _empty(str(path))
    if content.startswith(PARQUET_MAGIC):
        return _parquet(place)
    return _delimited(str(path), _text(str(path), content))


def _empty(file: str) -> InputError:
    remedy = "give a table with a header and at least one horizon"
    return InputError("the file is empty", file=file, remedy=remedy)


def _text(file: str, content: bytes) -> str:
    remedy = "save the table as CSV in UTF-8 (or as Parquet)"
    if b"\x00" in content:
        raise InputError("this is a binary file, not a table", file=file, remedy=remedy)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError("the file holds bytes that are not UTF-8 text", file=file, line=line, remedy=remedy) from None


def _delimited(file: str, text: str) -> Table:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        # A quoted cell may hold line breaks: a row's line is where it starts.
        start = 1
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"is not readable as CSV: {error}",
            file=file,
            line=reader.line_num,
            remedy="check the quotes on this line",
        ) from None
    if not rows:
        raise _empty(file)
    header = [name.strip() for name in rows[0]]
    _check_header(file, header, lines[0])
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) != len(header):
            raise InputError(
                f"the row has {len(row)} cells and the header {len(header)}",
                file=file,
                line=line,
                remedy="give every row one cell per column; decimals need a point, not a comma",
            )
    if len(rows) == 1:
        raise InputError(
            "the file has a header and no rows", file=file, remedy="give at least one horizon, one per row"
        )
    cells = zip(*rows[1:], strict=True)
    return Table(file, dict(zip(header, cells, strict=True)), lines[1:])


def _check_header(file: str, header: Sequence[str], line: int) -> None:
    seen: set[str] = set()
    for position, name in enumerate(header, start=1):
        if not name:
            raise InputError(
                f"column {position} has no name", file=file, line=line, remedy="name the column or remove it"
            )
        if name in seen:
            raise InputError("the column appears twice", file=file, line=line, key=name, remedy="keep one of the two")
        seen.add(name)


def _parquet(path: Path) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(path).read()
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(
            f"is not readable as Parquet: {error}", file=str(path), remedy="write the file again"
        ) from None
    _check_header(str(path), table.column_names, 1)
    if table.num_rows == 0:
        raise InputError("the file has no rows", file=str(path), remedy="give at least one horizon, one per row")
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return Table(str(path), columns, range(2, table.num_rows + 2))
