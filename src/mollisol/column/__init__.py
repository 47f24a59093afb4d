"""The engine: pools, rates, the operator, stepping, steady state, rearrangement of layers.

Everything is dx/dt = u + B x with a trailing column axis; see `docs/science.md`. Names are imported when first used,
so that `mollisol.column.Grid` does not load JAX.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from mollisol.grid import Grid

_HOMES = {
    "Annual": "simulate",
    "CompartmentalError": "compartmental",
    "Drivers": "model",
    "Equilibrium": "equilibrium",
    "Events": "setup",
    "Link": "motion",
    "Model": "model",
    "Motion": "motion",
    "Pool": "pools",
    "Process": "model",
    "Rates": "rates",
    "Setup": "setup",
    "State": "simulate",
    "advance": "tiles",
    "carrying_soil": "motion",
    "check_compartmental": "compartmental",
    "configure": "backend",
    "dense_operator": "operator",
    "equilibrium": "equilibrium",
    "hillslope": "motion",
    "mixing_map": "events",
    "simulate": "tiles",
}

__all__ = ["Grid", *_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"mollisol.column.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'mollisol.column' has no attribute {name!r}")


class _Room(ModuleType):
    """The package: the functions `simulate` and `equilibrium`, not the files of these names that hold them."""

    def __setattr__(self, name: str, value: Any) -> None:
        # importing a file sets it as an attribute of its package, where it would hide the function
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room
