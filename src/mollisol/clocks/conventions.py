"""Radiocarbon's conventions: Delta14C, fraction modern, the absolute ratio, and the conventional age.

    F = A_sample / A_standard                           (both measured in the same year)
    Delta14C = (F exp(lambda (1950 - y)) - 1) 1000      (permil, y the year of sampling)
    R = R_1950 F exp(lambda (1950 - y))                 (14C/12C in the year y)
    age = -8033 ln F                                    (conventional, in years before 1950)

lambda = 1/8267 per year is that of the half-life of 5,730 yr ("Cambridge"); the conventional age keeps Libby's mean
life of 8,033 yr (half-life 5,568 yr). Sample and standard decay alike, so the fraction modern of carbon that exchanges
nothing never changes: amounts times fraction modern follow the operator of carbon without any decay, and decay enters
once, where the atmosphere's Delta14C of a year becomes the fraction modern of what grew in it.

Source: Stuiver & Polach 1977, Radiocarbon 19:355-363, doi 10.1017/S0033822200003672; the symbol F14C after Reimer et
al. 2004, Radiocarbon 46:1299-1304. The Delta14C of "the year of sampling" is Stuiver and Polach's Delta with the age
correction of the sample's year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import Parameter

if TYPE_CHECKING:
    Array = NDArray[np.float64]

REFERENCE_YEAR = 1950.0
"""The year of which the standard's activity is taken."""

MEAN_LIFE = Parameter(
    8267.0, "yr", 8223.0, 8311.0, "Stuiver & Polach 1977: half-life 5,730 +- 40 yr (Godwin 1962)", "high",
    about="mean life of 14C",
)  # fmt: skip

LIBBY_MEAN_LIFE = Parameter(
    8033.0, "yr", 8033.0, 8033.0, "Stuiver & Polach 1977: half-life 5,568 yr, by convention", "high",
    about="mean life by which conventional ages are reported",
)  # fmt: skip

ABSOLUTE_RATIO = Parameter(
    1.176e-12, "1", 1.166e-12, 1.186e-12, "Karlen et al. 1968, as in Stuiver & Polach 1977", "high",
    about="14C/12C of the standard, 0.95 times oxalic acid I in 1950",
)  # fmt: skip

PERMIL = 1000.0


def _decayed(year: ArrayLike) -> Array:
    """Share of the standard's 14C of 1950 that is left in a year."""
    return np.asarray(np.exp((REFERENCE_YEAR - np.asarray(year, dtype=np.float64)) / MEAN_LIFE.value))


def fraction_modern(delta14c: ArrayLike, year: ArrayLike) -> Array:
    """Return the fraction modern F of carbon with a Delta14C (permil) in a year (CE, decimal).

    Examples
    --------
    >>> round(float(fraction_modern(0.0, 1950.0)), 6)
    1.0
    """
    return np.asarray((1.0 + np.asarray(delta14c, dtype=np.float64) / PERMIL) / _decayed(year))


def delta14c(fraction: ArrayLike, year: ArrayLike) -> Array:
    """Return Delta14C (permil) in a year (CE, decimal) of carbon with a fraction modern.

    Examples
    --------
    >>> round(float(delta14c(1.0, 2010.0)), 2)
    -7.23
    """
    return np.asarray((np.asarray(fraction, dtype=np.float64) * _decayed(year) - 1.0) * PERMIL)


def absolute_ratio(fraction: ArrayLike, year: ArrayLike) -> Array:
    """Return 14C/12C in a year (CE, decimal) of carbon with a fraction modern."""
    return np.asarray(ABSOLUTE_RATIO.value * np.asarray(fraction, dtype=np.float64) * _decayed(year))


def from_absolute_ratio(ratio: ArrayLike, year: ArrayLike) -> Array:
    """Return the fraction modern of carbon whose 14C/12C in a year (CE, decimal) is known."""
    return np.asarray(np.asarray(ratio, dtype=np.float64) / (ABSOLUTE_RATIO.value * _decayed(year)))


def conventional_age(fraction: ArrayLike) -> Array:
    """Return the conventional radiocarbon age (yr before 1950) of a fraction modern; negative for post-bomb carbon."""
    return np.asarray(-LIBBY_MEAN_LIFE.value * np.log(np.asarray(fraction, dtype=np.float64)))


def fraction_of_age(age: ArrayLike) -> Array:
    """Return the fraction modern of a conventional radiocarbon age (yr before 1950)."""
    return np.asarray(np.exp(-np.asarray(age, dtype=np.float64) / LIBBY_MEAN_LIFE.value))
