"""Numbers that may be uncertain: a float, or an array of the best estimate followed by the members' draws.

A practice's own parameters flow through its actions as they are, so that one walk through the years serves all members.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.plants.tables import within
from mollisol.units import InputError

Array = NDArray[np.float64]
Value = float | Array
"""A number, or (1 + member,): the best estimate, then one draw for each member."""


def best(value: Value) -> float:
    """Return the best estimate."""
    return float(np.ravel(value)[0])


def variants(*values: Value | None) -> int:
    """Return the common length of values: 1 where none is drawn.

    Raises
    ------
    ValueError
        Where draws of different ensembles meet.
    """
    lengths = {int(np.size(value)) for value in values if value is not None} - {1}
    if len(lengths) > 1:
        raise ValueError(f"draws of {sorted(lengths)} members do not go together")
    return lengths.pop() if lengths else 1


def checked(value: Any, lower: float, upper: float, key: str, unit: str) -> Value:
    """Return a value whose every draw lies within the bounds, as `within` does for a number.

    Examples
    --------
    >>> checked(0.5, 0.0, 1.0, "share", "1")
    0.5
    """
    if not isinstance(value, np.ndarray):
        return within(value, lower, upper, key, unit)
    array = np.asarray(value, dtype=np.float64)
    if array.ndim != 1 or not np.all((array >= lower) & (array <= upper)):
        raise InputError(
            f"draws from {array.min():g} to {array.max():g} {unit}".rstrip(),
            key=key,
            remedy=f"give a distribution whose bounds lie within {lower:g} to {upper:g} {unit}".rstrip(),
        )
    return array


def same(one: Any, other: Any) -> bool:
    """Whether two arguments of an action are equal, draws included."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return bool(np.array_equal(one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
