"""From the archive back to the project's own profile table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mollisol.soil.archive.variables import VARIABLES, rounded
from mollisol.soil.writing import write_table
from mollisol.units import InputError
from mollisol.units.files import atomic_write

ENDINGS = (".csv", ".parquet")

# Carbon goes into g/kg: under the heading of percent, rich soils are questioned for being g/kg.
_PER_PLAIN = {"organic_carbon_kg_kg": ("organic_carbon_g_kg", 1000.0, 1.0)}


def plain_columns(layers: Any, name: str) -> dict[str, list[Any]]:
    """Return layers of the archive as columns of the plain table, without those that nothing was measured of.

    Raises
    ------
    InputError
        If some profiles give carbon as a content and others as a stock.
    """
    columns: dict[str, list[Any]] = {"profile_id": layers.column("key").to_pylist()}
    for variable in VARIABLES:
        field, multiply, divide = _PER_PLAIN.get(variable.name, (variable.field, variable.divide, variable.multiply))
        columns[field] = _converted(layers.column(variable.name).to_pylist(), multiply, divide)
    for field in ("latitude", "longitude", "source"):
        columns[field] = layers.column(field).to_pylist()
    used = {
        field: cells
        for field, cells in columns.items()
        if field in ("profile_id", "top_cm", "bottom_cm") or any(cell is not None for cell in cells)
    }
    if {"organic_carbon_g_kg", "organic_carbon_stock_kg_m2"} <= set(used):
        raise InputError(
            "some of these profiles give carbon as a content and others as a stock; a profile table holds one of them",
            file=name,
            key="measured",
            remedy="select with --measured soc_content or --measured soc_stock",
        )
    return used


def write_plain(layers: Any, path: str | Path) -> int:
    """Write layers as the plain table, CSV or Parquet by the name's ending, and return how many there are."""
    columns = plain_columns(layers, str(path))
    if check_ending(path) == ".parquet":
        import pyarrow

        write_arrow(pyarrow.table(columns), path)
    else:
        write_table({name: ["" if cell is None else cell for cell in cells] for name, cells in columns.items()}, path)
    return len(columns["profile_id"])


def write_arrow(table: Any, path: str | Path) -> None:
    """Write an Arrow table, CSV or Parquet by the name's ending, whole or not at all; missing values stay empty."""
    ending = check_ending(path)
    with atomic_write(path) as temporary:
        if ending == ".parquet":
            import pyarrow.parquet

            pyarrow.parquet.write_table(table, temporary, compression="zstd")
        else:
            import pyarrow.csv

            pyarrow.csv.write_csv(table, temporary, pyarrow.csv.WriteOptions(quoting_style="needed"))


def check_ending(path: str | Path) -> str:
    """Return the ending of a table's name: .csv or .parquet.

    Raises
    ------
    InputError
        If it is another.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise InputError(
            f"a table cannot be written as {ending or 'a file without ending'}",
            file=str(path),
            remedy=f"end the name in {' or '.join(ENDINGS)}",
        )
    return ending


def _converted(cells: list[float | None], multiply: float, divide: float) -> list[float | None]:
    if multiply == divide:
        return cells
    return [None if cell is None else rounded(cell * multiply / divide) for cell in cells]
