"""Read the room's small tables of figures, each with its source, and say what is wrong with them."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from mollisol.units import InputError, nearest

CONFIDENCES = ("opened", "computed", "high", "medium", "low")
"""How well a figure is known, from "read in the source" to "a wide prior"."""


@cache
def read_toml(name: str) -> dict[str, Any]:
    """Return the TOML table `name` that ships with this room."""
    return tomllib.loads((resources.files("mollisol.plants") / name).read_text("utf-8"))


@cache
def read_csv(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of the CSV table `name` that ships with this room."""
    text = (resources.files("mollisol.plants") / name).read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def unknown(kind: str, name: object, allowed: Iterable[str], listing: str) -> InputError:
    """Return the error for a name that is in no table: what was given, the nearest known one, where to look."""
    names = sorted(allowed)
    close = nearest(str(name), names)
    hint = f"; did you mean '{close}'?" if close else f"; known are: {', '.join(names)}"
    return InputError(f"unknown {kind} '{name}'{hint}", remedy=listing)


def within(value: Any, lower: float, upper: float, key: str, unit: str) -> float:
    """Return `value` as a float if it is a number in [lower, upper], else raise `InputError`."""
    number = math.nan if isinstance(value, (str, bool)) or value is None else float(value)
    if not lower <= number <= upper:
        raise InputError(
            f"got {value!r} {unit}".rstrip(),
            key=key,
            remedy=f"give a value from {lower:g} to {upper:g} {unit}".rstrip(),
        )
    return number
