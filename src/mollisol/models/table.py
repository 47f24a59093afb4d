"""Checks of the tables and numbers that the classics are run with; a mistake is named by column and row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.units import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


def number(name: str, value: float, least: float, most: float, *, open_below: bool = False) -> float:
    """Check a single number against its range."""
    try:
        given = float(value)
    except (TypeError, ValueError):
        given = math.nan
    if not (least <= given <= most) or not math.isfinite(given) or (open_below and given == least):
        span = f"more than {least:g}" if open_below else f"{least:g} or more"
        raise InputError(
            f"{name} is {value!r}", key=name, remedy=f"give {span}" + (f", up to {most:g}" if most < 1e9 else "")
        )
    return given


def require(table: pd.DataFrame, required: Sequence[str], what: str) -> None:
    """Check that a table has rows and every required column once; `what` names it, such as "monthly table"."""
    for name in required:
        if list(table.columns).count(name) > 1:
            raise InputError(f"the {what} has this column twice", key=name, remedy="leave one of them")
        if name not in table.columns:
            close = nearest(name, [str(column) for column in table.columns])
            raise InputError(
                f"the {what} lacks this column",
                key=name,
                remedy=f"add it (columns: {', '.join(required)})" + (f"; is it {close!r}?" if close else ""),
            )
    if len(table) == 0:
        raise InputError(f"the {what} has no rows", remedy="give at least one cycle, such as 12 months or a year")


def column(table: pd.DataFrame, name: str, least: float, what: str = "monthly table", most: float = math.inf) -> Array:
    """Return a column as floats, every value finite and within `least` to `most`."""
    try:
        values = table[name].to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise InputError("not a column of numbers", key=name, remedy="give a number in every row") from None
    wrong = np.flatnonzero(~np.isfinite(values) | (values < least) | (values > most))
    if len(wrong):
        value = values[wrong[0]]
        side = f"{value:g}, below {least:g}" if value < least else f"{value:g}, above {most:g}"
        said = side if np.isfinite(value) else "missing or not finite"
        raise InputError(
            f"row {int(wrong[0]) + 1} of the {what} is {said} ({len(wrong)} such rows)",
            key=name,
            remedy="correct the value; every row is needed",
        )
    return np.asarray(values, dtype=float)


def pools_given(initial: Mapping[str, float], pools: Sequence[str]) -> Array:
    """Check the given pools and return them in order; every one must be named."""
    for name in initial:
        if name not in pools:
            close = nearest(str(name), pools)
            raise InputError(
                f"unknown pool {name!r}",
                key="initial",
                remedy=f"did you mean {close!r}?" if close else f"the pools are {', '.join(pools)}",
            )
    absent = [name for name in pools if name not in initial]
    if absent:
        raise InputError(
            f"initial lacks {', '.join(absent)}", key="initial", remedy="give every pool, 0 where it is empty"
        )
    return np.array([number(name, initial[name], 0.0, math.inf) for name in pools])


def repeated_rows(name: str, value: int, rows: int) -> int:
    """Check how many first rows repeat to make the initial state."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputError(f"{name} is {value!r}", key=name, remedy="give an integer")
    if not 1 <= value <= rows:
        raise InputError(
            f"{name} is {value}, the table has {rows} rows",
            key=name,
            remedy=f"give a number from 1 to {rows}, or initial pools",
        )
    return int(value)


def periodic(maps: Sequence[tuple[Array, Array]]) -> Array:
    """Return the state (pool,) that a cycle of affine maps x -> M x + g leads back to: the steady state of repeats.

    Raises
    ------
    InputError : where carbon cannot leave, so that there is none.
    """
    matrix, gain = np.eye(len(maps[0][1])), np.zeros(len(maps[0][1]))
    for step, given in maps:
        matrix, gain = step @ matrix, step @ gain + given
    if np.max(np.abs(np.linalg.eigvals(matrix))) >= 1.0 - 1e-12:
        raise InputError(
            "carbon does not leave every pool in the repeated rows: they have no steady state",
            remedy="check the temperatures and modifiers, or give initial pools",
        )
    return np.asarray(np.linalg.solve(np.eye(len(gain)) - matrix, gain))
