"""What could be measured, what each measurement would leave uncertain, and how much variance that takes away."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.sensitivity.factors import Factor

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Knowledge:
    """What one measurement says of the factors that a pattern names.

    Attributes
    ----------
    measurement : its name.
    pattern : of factors.
    remaining : standard deviation afterwards over that before; NaN where `after` is given.
    after : standard deviation afterwards, on the scale of the factor's prior.
    confidence, source : of these figures.
    """

    measurement: str
    pattern: str
    remaining: float
    after: float
    confidence: str
    source: str

    def left(self, factor: Factor) -> float:
        """Return the share of a factor's standard deviation that is left."""
        return self.remaining if np.isfinite(self.remaining) else min(1.0, self.after / factor.prior.spread)


@cache
def measurements() -> tuple[Knowledge, ...]:
    """Return the table of measurements that comes with the package."""
    text = resources.files(__package__).joinpath("measurements.csv").read_text(encoding="utf-8")
    rows: list[Knowledge] = []
    for row in csv.DictReader(text.splitlines()):
        numbers = [float(row[name]) if row[name] else float("nan") for name in ("remaining", "after")]
        source = rows[-1].source if row["source"] == "as above" else row["source"]
        rows.append(Knowledge(row["measurement"], row["factor"], numbers[0], numbers[1], row["confidence"], source))
    return tuple(rows)


def informed(factors: Sequence[Factor]) -> dict[str, dict[int, float]]:
    """Return {measurement: {number of a factor: share of its standard deviation that is left}}, where any is known."""
    found: dict[str, dict[int, float]] = {}
    for one in measurements():
        for number, factor in enumerate(factors):
            if fnmatch(factor.name, one.pattern) and one.left(factor) < 1.0:
                found.setdefault(one.measurement, {})[number] = one.left(factor)
    return found


def reduction(slopes: Array, correlation: Array, total: Array, known: dict[int, float]) -> Array:
    """Return (...,) the share of the variance that a measurement is expected to take away.

    s' (C - C') s / V with C' = C - C_F (C_FF + R)^-1 C_F', R = r^2 / (1 - r^2): what conditioning normal scores on
    values of the factors F leaves, r being the share of the standard deviation that is left of each alone.

    Parameters
    ----------
    slopes : (..., factor) s, change per standard deviation.
    correlation : (factor, factor) C of the scores.
    total : (...,) variance V; of which interactions count as not taken away.
    known : r by number of the factor.
    """
    at = np.array(list(known))
    left = np.array(list(known.values()))
    noise = np.diag(left**2 / (1.0 - left**2))
    cross = correlation[:, at]
    taken = cross @ np.linalg.solve(correlation[np.ix_(at, at)] + noise, cross.T)
    gained = np.einsum("...f,fg,...g->...", slopes, taken, slopes)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0.0, gained / total, np.nan))
