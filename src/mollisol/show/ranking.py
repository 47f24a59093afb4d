"""The ranking of practices in words and as a table: who stores most, by how much, and how certain that order is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import ResultView
from mollisol.show.wording import MISSING, interval, number, title
from mollisol.study.comparison.ranking import CERTAIN, Ranked, ranked

NAMED = 4
"""Practices that a sentence names at most."""


def percent(share: float) -> str:
    """Return a share in percent; a dash where it is missing."""
    return MISSING if math.isnan(share) else f"{number(100.0 * share, 0)} %"


def ranking_of(view: ResultView) -> list[Ranked]:
    """Return the ranking of a result by the whole profile's gain at the end; empty for fewer than two practices."""
    if len(view.others) < 2:
        return []
    end = view.stocks[-1][:, :, -1]
    return ranked([view.practices[index] for index in view.others], end[view.others] - end[view.baseline])


def ranking_cells(one: Ranked) -> list[Cell]:
    """Return the cells of a practice: place, median gain with interval, how often it gains, and beats the next."""
    limits = () if math.isnan(one.low) else (interval(one.low, one.high, signed=True),)
    return [
        Cell(str(one.place), ("like the first",) if one.like_first else ()),
        Cell(number(one.median, signed=True), limits),
        Cell(percent(one.positive)),
        Cell(percent(one.beats_next)),
    ]


HEADINGS = ["Place", "Gain, Mg C/ha", "It gains in", "More than the next in"]
"""Of `ranking_cells`."""


def ranking_table(view: ResultView) -> Table | None:
    """Return the table of the ranking; None for fewer than two practices."""
    rows = [Row(title(one.name), ranking_cells(one)) for one in ranking_of(view)]
    return Table(["", *HEADINGS], rows) if rows else None


def named(names: Sequence[str]) -> str:
    """Return some names in words, the rest counted.

    Examples
    --------
    >>> named(["cover_crop", "no_till"])
    'cover crop and no till'
    """
    shown = [title(name) for name in names[:NAMED]]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def ranking_sentences(ranks: Sequence[Ranked], members: int, where: str) -> list[str]:
    """Return sentences on the first place and on how certain it is.

    Parameters
    ----------
    ranks : from the first place on.
    where : depth and time in words.
    """
    if not ranks:
        return []
    first = ranks[0]
    if first.median <= 0.0:
        return [f"No practice held more carbon {where} than the baseline, by its median gain."]
    limits = "" if math.isnan(first.low) else f", 90 % interval {interval(first.low, first.high, signed=True)}"
    found = [
        f"{title(first.name).capitalize()} gains most {where}: {number(first.median, signed=True)} Mg C/ha "
        f"against the baseline (median{limits})."
    ]
    if members == 1 or len(ranks) == 1:
        return [*found, "One parameter set was run: the order may be chance."] if members == 1 else found
    rivals = [one.name for one in ranks if one.like_first]
    told = f"it gains more than the next, {title(ranks[1].name)}, in {percent(first.beats_next)} of the parameter sets"
    if rivals:
        found.append(f"The first place is not certain: {told}; as good may be {named(rivals)}.")
    else:
        found.append(f"The first place is certain: {told}.")
    unsure = [one for one in ranks[:-1] if one.beats_next < CERTAIN]
    if unsure:
        found.append(
            f"{len(unsure)} of the {len(ranks) - 1} steps from one place to the next are not certain: neighbours "
            "there may stand the other way round."
        )
    losing = [one.name for one in ranks if not math.isnan(one.positive) and one.positive <= 1.0 - CERTAIN]
    if losing:
        found.append(f"Losing carbon in at least 90 % of the parameter sets: {named(losing)}.")
    return found


def spread_of(values: np.ndarray, decimals: int = 1) -> Cell:
    """Return a cell with the median of members, and below it their 5 and 95 % quantiles where there are several."""
    known = values[np.isfinite(values)]
    if known.size == 0:
        return Cell(MISSING)
    middle = number(float(np.median(known)), decimals, signed=True)
    if known.size < 2:
        return Cell(middle)
    low, high = np.quantile(known, [0.05, 0.95])
    return Cell(middle, (interval(float(low), float(high), decimals, signed=True),))
