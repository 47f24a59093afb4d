"""Parquet and DuckDB: writing an import's tables, and asking over those of all imports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mollisol.soil.archive.variables import units

LAYERS, PROFILES = "layers.parquet", "profiles.parquet"


def connect() -> Any:
    """Return a DuckDB connection in memory that loads nothing from elsewhere."""
    import duckdb

    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        }
    )


def parquet(files: Sequence[Path]) -> str:
    """Return the SQL that reads these files as one table, whatever characters their paths hold."""

    def quoted(path: Path) -> str:
        # Folders may be called [a] or b*; DuckDB would take that for a pattern.
        text = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path.resolve()))
        return "'" + text.replace("'", "''") + "'"

    return f"read_parquet([{', '.join(map(quoted, files))}])"


def arrow_table(columns: dict[str, Any]) -> Any:
    """Return columns as an Arrow table with their units; NaN and "" become missing."""
    import pyarrow

    unit = units() | {"latitude": "degrees", "longitude": "degrees"}
    arrays, fields = [], []
    for name, values in columns.items():
        if isinstance(values, np.ndarray) and values.dtype != np.dtype(object):
            array = pyarrow.array(values, from_pandas=True)
        else:
            array = pyarrow.array([value or None for value in values], type=pyarrow.string())
        of = unit.get(name, "m" if name.endswith("_m") else "")
        arrays.append(array)
        fields.append(pyarrow.field(name, array.type, metadata={"unit": of} if of else None))
    return pyarrow.table(arrays, schema=pyarrow.schema(fields))


def write_parquet(table: Any, path: Path) -> None:
    """Write an Arrow table, compressed."""
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, path, compression="zstd")
