"""What commands print: plain text that no width cuts, wraps or colours, or JSON."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class ReaderGone(Exception):
    """The reader of our output (`| head`) has closed it."""


def say(text: str) -> None:
    """Print a line to the standard output.

    Raises
    ------
    ReaderGone
        If nobody reads any more. Not BrokenPipeError, which typer would turn into an exit code of its own.
    """
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        # Python flushes once more when it shuts down; that must not fail either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ReaderGone from error


def warn(text: str) -> None:
    """Print a line to the standard error."""
    sys.stderr.write(f"{text}\n")


def number(value: Any) -> str:
    """Write a value for a table: numbers to four digits, missing ones as an empty cell.

    Examples
    --------
    >>> number(0.123456), number(float("nan")), number(True), number(None)
    ('0.1235', '', 'yes', '')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(number(entry) for entry in value)
    return str(value)


def table(rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str] | None = None) -> str:
    """Align rows in columns by blanks, with a line of headings; the last column is as long as it needs.

    Parameters
    ----------
    rows : cells by column; all columns of the first row are shown.
    headings : heading by column, where it is not the column's name.
    """
    if not rows:
        return ""
    columns = list(rows[0])
    lines = [[(headings or {}).get(column, column) for column in columns]]
    lines += [[number(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def to_json(value: Any) -> str:
    """Write a value as JSON: NaN and infinity become null, dataclasses and arrays plain data."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:
    """Turn dataclasses, mappings, arrays and numbers of any library into what JSON has."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return str(value)
