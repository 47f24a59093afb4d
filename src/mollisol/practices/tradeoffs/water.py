"""Water of a plan in its mean year, from the climate at depth: evapotranspiration, drainage, runoff, deficit.

    deficit = potential - actual evapotranspiration                                                          mm/yr

Plans differ in their roots, in how they cover the ground and in what they irrigate. The mean year is that of the
plan's last rotation; it is used in every year in which the practice acts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.practices.changes import WaterChange, of_kind
from mollisol.practices.tradeoffs.band import Array, Band, Range, activity, exact, ranges_of, unknown, with_mean
from mollisol.practices.tradeoffs.case import Case, Part, Site
from mollisol.units import parameter

SOURCE = "soil water of the run's climate at depth"

UNSEEN = "the run's soil water knows of roots, ground cover and irrigation, and the practice changes none of them"
"""Why two plans with the same water still need not use the same: mulch, structure and pores are not followed."""

ENDED = "the run's soil water is that of the plan's last rotation, when the practice has ended"
"""Why the water of a practice that stops before the run ends is not known."""


@dataclass(frozen=True)
class WaterParameters:
    """How far the simple water balance is trusted; lower and upper are the range."""

    amount: float = parameter(
        1.0, "1", 0.85, 1.15, "actual evapotranspiration of simple water balances against lysimeters and towers, about "
        "15 % of the year's", confidence="medium", about="a yearly amount of water relative to the run's",
    )  # fmt: skip
    change: float = parameter(
        1.0, "1", 0.5, 1.5, "a difference of two balances is known less well than either", confidence="low",
        about="a change of water relative to the run's",
    )  # fmt: skip


def irrigation(part: Part) -> Array:
    """Return (year,) water brought by irrigation, mm/yr."""
    found = np.zeros(len(part.years))
    for at, year in enumerate(part.years):
        for change in of_kind(part.plan(year).changes, WaterChange):
            found[at] += sum(change.irrigation) * change.share(year)
    return found


def water(
    site: Site, case: Case, baseline: Case | None = None, parameters: WaterParameters | None = None
) -> dict[str, Band]:
    """Return the water of a plan, or how it differs from the baseline, mm/yr.

    Keys: `evapotranspiration`, `drainage` below the profile, `runoff`, `water_deficit`, `irrigation`.
    """
    known = ranges_of(parameters or WaterParameters())
    periods = len(case.years) + 1
    brought = case.mean_of(irrigation) - (0.0 if baseline is None else baseline.mean_of(irrigation))
    found = {"irrigation": exact(with_mean(brought), "the plan's own amount")}
    own, other = case.water, None if baseline is None else baseline.water
    names = ("evapotranspiration", "drainage", "runoff", "water_deficit")
    if own is None or (baseline is not None and other is None):
        return {name: unknown(periods, "the run has no climate at depth") for name in names} | found

    def values(one: object) -> Array:
        assert one is not None
        each = [getattr(one, name) for name in ("evapotranspiration", "drainage", "runoff", "potential")]
        return np.array([*each[:3], each[3] - each[0]])

    acts = np.zeros(1, dtype=np.bool_) if baseline is None else case.acting(baseline)
    if acts.any() and (not acts[-1] or np.array_equal(values(own), values(other))):
        return {name: unknown(periods, UNSEEN if acts[-1] else ENDED) for name in names} | found
    if baseline is None:
        amounts, factor = np.repeat(values(own)[:, None], len(case.years), axis=1), known["amount"]
    else:
        amounts, factor = np.where(acts, (values(own) - values(other))[:, None], 0.0), known["change"]
    told = Range(factor.low, factor.best, factor.high, f"{SOURCE}; {factor.source}", factor.confidence)
    return {name: activity(with_mean(row), told) for name, row in zip(names, amounts, strict=True)} | found
