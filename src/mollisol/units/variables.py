"""The table of result variables (`variables.toml`): name, unit, dimensions and what it is."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Variable:
    """A variable that is written to files.

    Attributes
    ----------
    name, long_name, unit : as written to `result.nc`.
    dimensions : in order.
    standard_name : CF standard name, where one exists.
    lower, upper : the range of valid values, in `unit`; None where open.
    about : how it is defined.
    """

    name: str
    long_name: str
    unit: str
    dimensions: tuple[str, ...]
    standard_name: str | None = None
    lower: float | None = None
    upper: float | None = None
    about: str = ""


def _read() -> dict[str, Variable]:
    table = tomllib.loads(files("mollisol.units").joinpath("variables.toml").read_text(encoding="utf-8"))
    return {
        name: Variable(name=name, **{**entry, "dimensions": tuple(entry["dimensions"])})
        for name, entry in table.items()
    }


VARIABLES: dict[str, Variable] = _read()
"""Every variable of `result.nc`, by name."""
