"""Which practice stores most, and how certain the order is: members are compared with themselves, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CERTAIN = 0.9
"""Share of the members from which an order is called certain."""


@dataclass(frozen=True)
class Ranked:
    """One practice in a ranking.

    Attributes
    ----------
    name : of the practice.
    place : 1 for the largest median gain.
    median, low, high : of the gain over the members, and its 5 and 95 % quantiles (NaN for one member).
    positive : share of the members that gain; NaN for one member, and where nothing changes.
    beats_next : share in which it gains more than the next; NaN for the last and for one member.
    like_first : whether the first is not certain to gain more.
    """

    name: str
    place: int
    median: float
    low: float
    high: float
    positive: float
    beats_next: float
    like_first: bool


def ranked(names: Sequence[str], gain: Array) -> list[Ranked]:
    """Return the practices from the largest median gain to the smallest.

    Parameters
    ----------
    gain : (practice, member); equal gains count half.

    Examples
    --------
    >>> [one.name for one in ranked(["a", "b"], np.array([[1.0, 2.0], [3.0, 4.0]]))]
    ['b', 'a']
    """
    several = gain.shape[1] > 1
    order = np.argsort(-np.median(gain, axis=1), kind="stable")
    found = []
    for place, one in enumerate(order):
        own = gain[one]
        low, high = np.quantile(own, [0.05, 0.95]) if several else (np.nan, np.nan)
        following = order[place + 1] if place + 1 < len(order) else None
        found.append(
            Ranked(
                names[one],
                place + 1,
                float(np.median(own)),
                float(low),
                float(high),
                float(np.mean(own > 0.0)) if several and np.any(own) else float("nan"),
                better(own, gain[following]) if several and following is not None else float("nan"),
                place > 0 and (not several or better(gain[order[0]], own) < CERTAIN),
            )
        )
    return found


def better(one: Array, other: Array) -> float:
    """Return the share of members in which one is larger than the other; equal ones count half."""
    return float(np.mean(one > other) + 0.5 * np.mean(one == other))


def turned(names: Sequence[str], gain: Array, other: Array) -> list[tuple[str, str]]:
    """Return the pairs of practices whose order is certain in one set of runs and the other way round in another.

    Parameters
    ----------
    gain : (practice, member), of the ranking.
    other : (practice, member) under another model or choice, of members of its own.
    """
    found = []
    middle = np.median(other, axis=1)
    order = np.argsort(-np.median(gain, axis=1), kind="stable")
    for place, first in enumerate(order):
        for second in order[place + 1 :]:
            if better(gain[first], gain[second]) >= CERTAIN and middle[first] < middle[second]:
                found.append((names[first], names[second]))
    return found


def alike(gain: Array, other: Array) -> float:
    """Return Spearman's correlation of the orders of two sets of median gains; NaN for fewer than three practices."""
    if len(gain) < 3:
        return float("nan")
    from scipy.stats import spearmanr

    return float(spearmanr(np.median(gain, axis=1), np.median(other, axis=1)).statistic)
