"""Published effects of practices that nothing in a plan tells: the table `effects.csv`, and how it is read.

A row holds for a practice and a quantity of `QUANTITIES`, from one year to another since the practice began (0 is its
first), in a climate. A row without numbers says that the effect is not known, and why. No row means the same.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mollisol.practices.tradeoffs.band import Band, Range, together, unknown, weakest, with_mean
from mollisol.practices.tradeoffs.case import Case, Site

QUANTITIES: Mapping[str, str] = {
    "yield_effect": "%",
    "nitrous_oxide": "%",
    "methane": "kg CH4/ha/yr",
    "diesel": "L/ha/yr",
    "carbonate": "kg CO2/ha/yr",
}
"""What the table tells, with its unit. `nitrous_oxide` is relative to the soil's direct emission, beyond what follows
from nitrogen; `diesel` is of work that a plan does not hold; `carbonate` is the CO2 of lime."""

NO_ROW = "no published effect is in the table"


@dataclass(frozen=True)
class Effect:
    """A row of the table: `first` and `last` year since the practice began, both included."""

    practice: str
    quantity: str
    range: Range
    first: int
    last: float
    climate: str
    about: str


def _read(row: Mapping[str, str]) -> Effect:
    low, best, high = (float(row[end]) if row[end] else math.nan for end in ("low", "best", "high"))
    return Effect(
        row["practice"],
        row["quantity"],
        Range(low, best, high, row["source"] or row["about"], row["confidence"]),
        int(row["first_year"] or 0),
        float(row["last_year"] or math.inf),
        row["climate"],
        row["about"],
    )


@cache
def effects() -> tuple[Effect, ...]:
    """Return the rows of the table."""
    text = (resources.files("mollisol.practices.tradeoffs") / "effects.csv").read_text("utf-8")
    return tuple(_read(row) for row in csv.DictReader(text.splitlines()))


@cache
def _of(practice: str, quantity: str) -> tuple[Effect, ...]:
    return tuple(one for one in effects() if (one.practice, one.quantity) == (practice, quantity))


def effect_of(practice: str, quantity: str, since: int, site: Site) -> Range:
    """Return the effect of a practice in its `since`-th year (0 the first) at a site; NaN where not known."""
    for one in _of(practice, quantity):
        if one.climate in site.climates and one.first <= since <= one.last:
            return one.range
    return Range(math.nan, math.nan, math.nan, NO_ROW, "low")


def effect_over_time(quantity: str, site: Site, case: Case, baseline: Case) -> Band:
    """Return a published effect over the periods, in the quantity's unit; zero where the plan is the baseline's.

    Practices that act together add up; one whose effect is not known leaves the sum known in part.
    """
    acting = case.acting(baseline)
    parts: dict[str, Band] = {}
    for name, begin in case.practices:
        ranges = [effect_of(name, quantity, max(year - begin, 0), site) for year in case.years]
        if not any(one.known for one, on in zip(ranges, acting, strict=True) if on) and acting.any():
            why = f"{name}: {ranges[0].source}"
            found = unknown(len(case.years) + 1, why)
        else:
            found = _band(ranges, acting)
        parts[name if name not in parts else f"{name} {begin}"] = found
    if not parts:
        nothing = np.zeros(len(case.years) + 1)
        return Band(nothing, nothing, nothing, np.zeros(nothing.shape, dtype=np.bool_))
    return together(parts)


def _band(ranges: list[Range], acting: NDArray[np.bool_]) -> Band:
    ends = np.array([[one.low, one.best, one.high] for one in ranges]).T
    low, best, high = with_mean(np.where(acting, ends, 0.0))
    gaps = np.isnan(best[:-1])
    partial = np.append(np.zeros(len(gaps), dtype=np.bool_), gaps.any())
    known = [one for one, on in zip(ranges, acting, strict=True) if on and one.known]
    sources = tuple(dict.fromkeys(one.source for one in known))
    missing = ("some years",) if gaps.any() else ()
    return Band(low, best, high, partial, sources, weakest(one.confidence for one in known), missing)
