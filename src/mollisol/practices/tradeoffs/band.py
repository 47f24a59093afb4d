"""A quantity with its range, year by year, that never turns "not known" into zero.

Every array runs over *periods*: the years of the run, and last the mean over the run. A value that is not known is NaN.
Ranges of independent terms add in quadrature on either side,

    best = sum_i best_i;   best - low = sqrt(sum_i (best_i - low_i)^2);   high - best likewise

and a sum with a term that is not known is the sum of the others, marked "in part".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import parameters_of

Array = NDArray[np.float64]

KNOWN, IN_PART, NOT_KNOWN = "known", "in part", "not known"

CONFIDENCES = ("opened", "computed", "high", "medium", "low")
"""From "read in the source" to "a wide prior"; a sum is as weak as its weakest term."""


@dataclass(frozen=True)
class Range:
    """A number with its published range; all three NaN where it is not known."""

    low: float
    best: float
    high: float
    source: str
    confidence: str = "medium"

    def __post_init__(self) -> None:
        known = np.isfinite([self.low, self.best, self.high])
        if not (known.all() and self.low <= self.best <= self.high) and known.any():
            raise ValueError(f"a range must hold its best value: {self.low}, {self.best}, {self.high}")

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return bool(np.isfinite(self.best))


def ranges_of(parameters: Any) -> dict[str, Range]:
    """Return the parameters of a group as ranges: its values, with their declared bounds as low and high."""
    return {
        name: Range(known.lower, getattr(parameters, name), known.upper, known.source, known.confidence)
        for name, known in parameters_of(parameters).items()
    }


def not_known(why: str) -> Range:
    """Return the range of what is not known."""
    return Range(np.nan, np.nan, np.nan, why, "low")


@dataclass(frozen=True, eq=False)
class Band:
    """A quantity with its range over the periods.

    Attributes
    ----------
    low, best, high : (period,); NaN where not known (low and high alone are NaN where there is no range).
    partial : (period,) whether a term that is not known was left out.
    sources : where the numbers come from.
    confidence : of the weakest term.
    missing : names of the terms that are not known in some period.
    """

    low: Array
    best: Array
    high: Array
    partial: NDArray[np.bool_]
    sources: tuple[str, ...] = ()
    confidence: str = "computed"
    missing: tuple[str, ...] = ()

    @property
    def status(self) -> list[str]:
        """Whether each period is "known", known "in part" or "not known"."""
        return [
            NOT_KNOWN if np.isnan(best) else IN_PART if part else KNOWN
            for best, part in zip(self.best, self.partial, strict=True)
        ]

    @property
    def source(self) -> str:
        """The sources in one text."""
        return "; ".join(self.sources)

    def times(self, number: float) -> Band:
        """Return the band in another unit or sign."""
        ends = np.stack([self.low * number, self.high * number])
        return replace(self, low=ends.min(axis=0), best=self.best * number, high=ends.max(axis=0))

    def by(self, factor: Range) -> Band:
        """Return the product with an independent factor: relative distances add in quadrature."""
        if not factor.known:
            return unknown(len(self.best), factor.source)
        best = self.best * factor.best
        # distances of the product from its best value, of either term alone, towards less and towards more
        own = np.stack([self.low * factor.best, self.high * factor.best])
        others = np.stack([self.best * factor.low, self.best * factor.high])
        down = np.hypot(best - own.min(axis=0), best - others.min(axis=0))
        up = np.hypot(own.max(axis=0) - best, others.max(axis=0) - best)
        # and never beyond what both at their ends together give: a product of positive terms stays positive
        corners = np.stack([end * other for end in (self.low, self.high) for other in (factor.low, factor.high)])
        return replace(
            self,
            low=np.maximum(best - down, corners.min(axis=0)),
            best=best,
            high=np.minimum(best + up, corners.max(axis=0)),
            sources=_unique([*self.sources, factor.source]),
            confidence=weakest([self.confidence, factor.confidence]),
        )


def weakest(confidences: Iterable[str]) -> str:
    """Return the weakest of some confidences."""
    return max(confidences, key=CONFIDENCES.index, default="computed")


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def unknown(periods: int, why: str) -> Band:
    """Return the band of what is not known, with the reason."""
    nothing = np.full(periods, np.nan)
    return Band(nothing, nothing, nothing, np.zeros(periods, dtype=np.bool_), (why,), "low", (why,))


def exact(values: ArrayLike, source: str = "", confidence: str = "computed") -> Band:
    """Return the band of what the plan says itself: its range is its value."""
    best = np.asarray(values, dtype=np.float64)
    return Band(best, best, best, np.zeros(best.shape, dtype=np.bool_), _unique([source]), confidence)


def activity(amounts: ArrayLike, factor: Range) -> Band:
    """Return amounts (period,) of an activity times its factor; a negative amount turns the range round.

    Where nothing is done the result is zero, known, even if the factor is not.
    """
    done = np.asarray(amounts, dtype=np.float64)
    if not factor.known:
        band = unknown(len(done), factor.source)
        best = np.where(done == 0.0, 0.0, np.nan)
        missing = () if np.all(done == 0.0) else band.missing
        return replace(band, low=best, best=best, high=best, missing=missing)
    if not np.any(done):
        return exact(np.zeros_like(done))
    ends = np.stack([done * factor.low, done * factor.high])
    nothing = np.zeros(done.shape, dtype=np.bool_)
    return Band(
        ends.min(axis=0), done * factor.best, ends.max(axis=0), nothing, _unique([factor.source]), factor.confidence
    )


def together(parts: Mapping[str, Band]) -> Band:
    """Return the sum of independent terms by name."""
    bands = list(parts.values())
    best = np.stack([band.best for band in bands])
    known = ~np.isnan(best)
    none = ~known.any(axis=0)
    total = np.where(none, np.nan, np.where(known, best, 0.0).sum(axis=0))

    def side(ends: Array) -> Array:
        # an end that is missing while its best value is known leaves the sum without that end
        return np.asarray(np.sqrt(np.where(known, (ends - best) ** 2, 0.0).sum(axis=0)))

    down = side(np.stack([band.low for band in bands]))
    up = side(np.stack([band.high for band in bands]))
    partial = reduce(np.logical_or, (band.partial for band in bands)) | (~known.all(axis=0) & ~none)
    missing = [name for name, band in parts.items() if np.isnan(band.best).any()]
    missing += [name for band in bands if not np.isnan(band.best).any() for name in band.missing]
    used = [band for band in bands if not np.isnan(band.best).all()]
    # a term that is zero throughout says nothing of where the sum comes from
    telling = [band for band in bands if not (np.all(band.low == 0.0) and np.all(band.high == 0.0))] or bands
    return Band(
        total - down,
        total,
        total + up,
        partial,
        _unique(source for band in telling for source in band.sources),
        weakest(band.confidence for band in used),
        _unique(missing),
    )


def with_mean(yearly: Array) -> Array:
    """Append the mean over the years to (..., year): NaN where no year is known, else that of those which are."""
    known = ~np.isnan(yearly)
    count = known.sum(axis=-1, keepdims=True)
    total = np.where(known, yearly, 0.0).sum(axis=-1, keepdims=True)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.concatenate([yearly, mean], axis=-1)


def of_members(values: Array, source: str) -> Band:
    """Return the band of an ensemble (member, period): mean, 5 and 95 %; without ends where there is one member."""
    best = values.mean(axis=0)
    low, high = np.quantile(values, [0.05, 0.95], axis=0) if len(values) > 1 else np.full((2, len(best)), np.nan)
    return Band(low, best, high, np.zeros(len(best), dtype=np.bool_), (source,), "computed")
