"""Mollisol: the carbon of a whole soil profile, how long it stays, and the practices that store it.

Rooms (`mollisol.soil`, `mollisol.column`, ...) are imported when they are first used, so that
`import mollisol` stays light.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

# Read by XLA when JAX is imported, so it has to be said before: jaxlib 0.10.1 writes two lines of error for every
# program that comes from the compilation cache, about marks of tuning that no processor has. Real errors are raised.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"

_ROOMS = (
    "units",
    "grid",
    "soil",
    "climate",
    "plants",
    "column",
    "processes",
    "models",
    "clocks",
    "practices",
    "study",
    "evidence",
    "show",
)

if TYPE_CHECKING:
    from mollisol.study import load_study as load_study


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"mollisol.{name}")
    if name == "load_study":
        return importlib.import_module("mollisol.study").load_study
    raise AttributeError(f"module 'mollisol' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS, "load_study"])
