"""Tillage operations: how deep they work, how well they mix, what they bury and what they break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mollisol.plants.tables import read_csv, unknown


@dataclass(frozen=True)
class TillageOperation:
    """A tillage operation.

    Attributes
    ----------
    depth, depth_lower, depth_upper : usual working depth and its range, m.
    mixing : share of each layer's soil that is mixed evenly over the depth (0-1); the rest stays where it is.
    burial : share of the residue on the surface that is brought into the worked soil (0-1).
    breakage : loss of physical protection, relative to full tillage with the mouldboard plough (0-1).
    """

    name: str
    about: str
    depth: float
    depth_lower: float
    depth_upper: float
    mixing: float
    burial: float
    breakage: float
    source: str
    confidence: str


_NUMBERS = ("depth", "depth_lower", "depth_upper", "mixing", "burial", "breakage")

OPERATIONS: Mapping[str, TillageOperation] = MappingProxyType(
    {
        row["name"]: TillageOperation(
            name=row["name"],
            about=row["about"],
            source=row["source"],
            confidence=row["confidence"],
            **{key: float(row[key]) for key in _NUMBERS},
        )
        for row in read_csv("tillage.csv")
    }
)
"""Every operation of the table, by name."""


def operation(name: str) -> TillageOperation:
    """Return the operation called `name`; an unknown one is an `InputError` that names the nearest."""
    if name not in OPERATIONS:
        raise unknown("tillage operation", name, OPERATIONS, "choose one of the known operations")
    return OPERATIONS[name]
