"""The first figure: roots, productivity, carbon and turnover by depth to 2 m, of published data and of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mollisol.evidence.figure1.data import Measured, measured, shipped
    from mollisol.evidence.figure1.model import model_rows
    from mollisol.evidence.figure1.table import FigureRow, to_csv

__all__ = ["FigureRow", "Measured", "measured", "model_rows", "shipped", "to_csv"]

_HOMES = {
    "FigureRow": "table", "Measured": "data", "measured": "data", "model_rows": "model", "shipped": "data",
    "to_csv": "table",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mollisol.evidence.figure1' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(f"mollisol.evidence.figure1.{_HOMES[name]}"), name)
