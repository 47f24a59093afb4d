"""e^(tB) applied to a vector, for any number of times and rates of any range.

    t = k d + r,   e^(tB) v = (product over the binary digits j of k of e^(2^j d B)) e^(rB) v

with d so short that a short series is exact to rounding. Doubling works on D_j = e^(2^j d B) - I,

    D_(j+1) = 2 D_j + D_j D_j

so that what has hardly moved in the step of the fastest pool keeps all its digits, which squaring e^(dB) would lose.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import InputError

Array = NDArray[np.float64]

SHORT = 1.0 / 16.0
"""Norm of d B, below which `ORDER` terms of the series are exact to rounding."""

ORDER = 10

NEGLIGIBLE = 1e-18
"""Size of a term, relative to the sum, at which a series ends."""

LONGEST = 2.0**62
"""Steps d that can be counted."""


def times_of(t: ArrayLike, what: str = "t") -> Array:
    """Return times as an array; raise `InputError` where one is negative or not a finite number."""
    times = np.asarray(t, dtype=np.float64)
    if not (np.all(np.isfinite(times)) and np.all(times >= 0.0)):
        wrong = times[~(np.isfinite(times) & (times >= 0.0))][0]
        raise InputError(f"a time of {wrong} yr, allowed is a finite number of 0 or more", key=what)
    return times


def short_step(matrix: Array) -> float:
    """Step d, yr."""
    norm = float(np.abs(matrix).sum(axis=0).max())
    return SHORT / norm if norm > 0.0 else 1.0


def series(matrix: Array, vectors: Array, step: Array | float) -> Array:
    """e^(step B) applied to vectors (n, m) by its series; `step` (m,) or one for all, not above `short_step`."""
    total, term = vectors.copy(), vectors
    for order in range(1, ORDER + 1):
        term = (matrix @ term) * (step / order)
        total += term
        if not np.any(np.abs(term) > NEGLIGIBLE * np.abs(total)):
            break
    return np.asarray(total)


def doubled(matrix: Array, step: float) -> Iterator[Array]:
    """Yield D_0, D_1, ...: e^(2^j step B) - I."""
    small = step * matrix
    factor = np.eye(len(matrix))
    for order in range(ORDER, 1, -1):
        factor = small @ factor / order
        factor.flat[:: len(matrix) + 1] += 1.0
    change = factor @ small
    while True:
        yield change
        change = 2.0 * change + change @ change


def propagated(matrix: Array, start: Array, times: Array) -> Array:
    """e^(tB) start (n, m) for times (m,), of one start (n,) or one for each time (n, m)."""
    step = short_step(matrix)
    if not np.all(times / step < LONGEST):
        raise InputError(
            f"a time of {times.max():g} yr is too long for a rate of {SHORT / step:g} a year", key="t",
            remedy="take pools of minutes as being in balance",
        )  # fmt: skip
    count = np.floor(times / step).astype(np.int64)
    rest = np.clip(times - count * step, 0.0, step)
    own = start if start.ndim == 2 else np.repeat(start[:, None], len(times), axis=1)
    vectors = series(matrix, own, rest)
    changes = doubled(matrix, step)
    digit = 0
    while np.any(count >> digit):
        change = next(changes)
        here = ((count >> digit) & 1).astype(bool)
        if here.any():
            vectors[:, here] += change @ vectors[:, here]
        digit += 1
    return vectors


def decayed(matrix: Array, start: Array, times: Array) -> Array:
    """`propagated` for a compartmental B: what is left, of which rounding alone could fall below zero."""
    return np.maximum(propagated(matrix, start, times), 0.0)
