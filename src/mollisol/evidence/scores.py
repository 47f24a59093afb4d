"""Scores of predictions against measurements, with intervals from studies drawn again.

    bias = mean(p - o),    RMSE = sqrt(mean((p - o)^2)),    NSE = 1 - sum((p - o)^2) / sum((o - mean o)^2)
    R2 = squared correlation of p and o,    skill over a reference r = 1 - sum((p - o)^2) / sum((r - o)^2)
    coverage of a level c = share of o whose predictive probability lies within (1 - c) / 2 ... (1 + c) / 2

Profiles of one study are no independent values, so studies are drawn with replacement, each with all that it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Statistic = Callable[[NDArray[np.intp]], float]

DRAWS = 400
SEED = 20161123
LEVEL = 0.9
"""Share of the bootstrap draws that an interval holds."""

LEAST = 3
"""Values below which correlation and NSE say nothing."""


@dataclass(frozen=True)
class Score:
    """A figure and its interval; NaN where there are too few values, or a single study."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Scores:
    """How predictions compare with measurements; units are those of the values.

    Attributes
    ----------
    count, studies : values, and groups that they come from.
    bias, rmse, r2, nse : see the module.
    """

    count: int
    studies: int
    bias: Score
    rmse: Score
    r2: Score
    nse: Score


def bias(measured: Array, modelled: Array) -> float:
    """Return the mean of modelled - measured."""
    return float(np.mean(modelled - measured)) if measured.size else float("nan")


def rmse(measured: Array, modelled: Array) -> float:
    """Return the root of the mean squared difference."""
    return float(np.sqrt(np.mean((modelled - measured) ** 2))) if measured.size else float("nan")


def r2(measured: Array, modelled: Array) -> float:
    """Return the squared correlation; NaN where either does not vary."""
    if measured.size < LEAST or np.ptp(measured) == 0.0 or np.ptp(modelled) <= 1e-12 * np.max(np.abs(modelled)):
        return float("nan")
    return float(np.corrcoef(measured, modelled)[0, 1] ** 2)


def nse(measured: Array, modelled: Array) -> float:
    """Return the Nash-Sutcliffe efficiency; NaN where the measured do not vary."""
    if measured.size < LEAST or np.ptp(measured) == 0.0:
        return float("nan")
    return float(1.0 - np.sum((modelled - measured) ** 2) / np.sum((measured - measured.mean()) ** 2))


def drawn_again(groups: ArrayLike, draws: int = DRAWS, seed: int = SEED) -> list[NDArray[np.intp]]:
    """Return for each draw the rows of as many groups as there are, drawn with replacement."""
    names, number = np.unique(np.asarray(groups), return_inverse=True)
    rows = [np.flatnonzero(number == i) for i in range(names.size)]
    random = np.random.default_rng(seed)
    return [np.concatenate([rows[i] for i in random.integers(names.size, size=names.size)]) for _ in range(draws)]


def with_interval(statistic: Statistic, groups: ArrayLike, draws: int = DRAWS, seed: int = SEED) -> Score:
    """Return a statistic of rows and its interval over draws of groups.

    Parameters
    ----------
    statistic : of the rows (row,) that it is given.
    groups : (row,) study of each row.
    """
    of = np.asarray(groups)
    if not of.size:
        return Score(float("nan"))
    value = statistic(np.arange(of.size))
    if np.unique(of).size < 2 or not np.isfinite(value):
        return Score(value)
    found = np.array([statistic(rows) for rows in drawn_again(of, draws, seed)])
    found = found[np.isfinite(found)]
    if found.size < draws / 2:
        return Score(value)
    low, high = np.quantile(found, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return Score(value, float(low), float(high))


def scores(measured: ArrayLike, modelled: ArrayLike, groups: ArrayLike) -> Scores:
    """Return all scores over the values (value,) that both have.

    Examples
    --------
    >>> scores([1.0, 2.0, 3.0], [1.5, 2.5, 3.5], ["a", "b", "c"]).bias.value
    0.5
    """
    seen, said, of = _known(measured, modelled, groups)

    def over(statistic: Callable[[Array, Array], float]) -> Score:
        return with_interval(lambda rows: statistic(seen[rows], said[rows]), of)

    return Scores(seen.size, np.unique(of).size, over(bias), over(rmse), over(r2), over(nse))


def skill(measured: ArrayLike, modelled: ArrayLike, reference: ArrayLike, groups: ArrayLike) -> Score:
    """Return the skill of modelled over a reference, where all three have values: above 0 the model is better."""
    other = np.asarray(reference, dtype=np.float64)
    seen, said, of = _known(measured, np.where(np.isfinite(other), modelled, np.nan), groups)
    by_reference, _, _ = _known(other, np.where(np.isfinite(measured), modelled, np.nan), groups)

    def one(rows: NDArray[np.intp]) -> float:
        worst = float(np.sum((by_reference[rows] - seen[rows]) ** 2))
        return 1.0 - float(np.sum((said[rows] - seen[rows]) ** 2)) / worst if worst > 0.0 else float("nan")

    return with_interval(one, of)


def coverage(probability: ArrayLike, level: float, groups: ArrayLike) -> Score:
    """Return the share of values (value,) whose predictive probability lies in the central interval of a level."""
    given = np.asarray(probability, dtype=np.float64)
    known = np.isfinite(given)
    inside = (np.abs(given[known] - 0.5) <= 0.5 * level).astype(np.float64)
    return with_interval(lambda rows: float(inside[rows].mean()), np.asarray(groups)[known])


def _known(measured: ArrayLike, modelled: ArrayLike, groups: ArrayLike) -> tuple[Array, Array, Any]:
    seen, said = np.asarray(measured, dtype=np.float64), np.asarray(modelled, dtype=np.float64)
    both = np.isfinite(seen) & np.isfinite(said)
    return seen[both], said[both], np.asarray(groups)[both]


@dataclass(frozen=True)
class Comparison:
    """One predictor against measurements.

    Attributes
    ----------
    scores : see there.
    skill : of the model over this predictor; None for the model itself.
    coverage : {level: score} of the model's predictive intervals.
    """

    scores: Scores
    skill: Score | None = None
    coverage: Mapping[float, Score] | None = None


def compared(
    measured: Array, predictors: Mapping[str, Array], probability: Array, groups: Any, levels: tuple[float, ...]
) -> dict[str, Comparison]:
    """Compare predictors with measurements; the first is the model, whose predictive probabilities are known.

    Parameters
    ----------
    measured : (value,).
    predictors : {name: (value,)}.
    probability : (value,) predictive probability of what was measured.
    """
    names = list(predictors)
    model = predictors[names[0]]
    covered = {level: coverage(np.where(np.isfinite(measured), probability, np.nan), level, groups) for level in levels}
    found = {names[0]: Comparison(scores(measured, model, groups), None, covered)}
    for name in names[1:]:
        own = predictors[name]
        found[name] = Comparison(scores(measured, own, groups), skill(measured, model, own, groups))
    return found
