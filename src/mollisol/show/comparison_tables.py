"""The tables of a comparison of practices, ready to be written."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mollisol.show.context import Array
from mollisol.show.ranking import HEADINGS, percent, ranking_cells, spread_of
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import span
from mollisol.show.wording import MISSING, interval, number, title
from mollisol.study.choices import AS_SET
from mollisol.study.comparison.drivers import GROUPS
from mollisol.study.comparison.ranking import Ranked, ranked
from mollisol.units import MG_HA_PER_KG_M2

if TYPE_CHECKING:
    from mollisol.study.comparison import Comparison


def interval_names(found: Comparison) -> list[str]:
    """Return the names of the intervals of depth, the whole profile last."""
    return [*(f"{span(top, low)} cm" for top, low in pairwise(found.edges)), "whole profile"]


def rows_wanted(found: Comparison, drivers: bool = False) -> list[int]:
    """Return the numbers of the practices that are ranked, or of the drivers."""
    return [
        i
        for i, name in enumerate(found.names)
        if (name in found.drivers) == drivers and (drivers or name not in found.unchanged)
    ]


def ranks_of(found: Comparison, gain: Array | None = None) -> list[Ranked]:
    """Return the ranking of the practices by the whole profile at the end; drivers and what changes nothing apart."""
    wanted = rows_wanted(found)
    whole = found.gain[:, -1, -1] if gain is None else gain
    return ranked([found.names[i] for i in wanted], whole[wanted])


def ranking_table(found: Comparison) -> Table:
    """Return the ranking: whole profile, intervals of depth, equal mass, and the other model."""
    others: dict[str, Ranked] = {}
    if found.other is not None and found.other.gain is not None:
        others = {one.name: one for one in ranks_of(found, found.other.gain)}
    names = interval_names(found)[:-1]
    columns = ["", *HEADINGS, *names, "Whole profile at equal mass"]
    columns += [f"Under {found.other.name}" if found.other else ""] if others else []
    rows = []
    for one in ranks_of(found):
        i = found.names.index(one.name)
        cells = ranking_cells(one)
        cells += [spread_of(found.gain[i, part, -1]) for part in range(len(names))]
        cells.append(spread_of(found.gain_equal_mass[i, -1, -1]))
        if others:
            other = others[one.name]
            cells.append(Cell(number(other.median, signed=True), (f"place {other.place}",)))
        rows.append(Row(title(one.name), cells))
    return Table(columns, rows)


def driver_table(found: Comparison) -> Table | None:
    """Return what drivers change by depth; None where there are none."""
    wanted = rows_wanted(found, drivers=True)
    if not wanted:
        return None
    parts = range(len(interval_names(found)))
    rows = [Row(title(found.names[i]), [spread_of(found.gain[i, part, -1]) for part in parts]) for i in wanted]
    return Table(["", *interval_names(found)], rows)


def in_order(found: Comparison) -> list[int]:
    """Return the numbers of the practices in the order of the ranking, then the drivers."""
    return [found.names.index(one.name) for one in ranks_of(found)] + rows_wanted(found, drivers=True)


def time_table(found: Comparison) -> Table:
    """Return the gain of the whole profile through time."""
    first = found.spec.years.start
    columns = ["", *(f"{years} years ({first + years - 1})" for years in found.years)]
    times = range(len(found.years))
    return Table(
        columns, [Row(title(found.names[i]), [spread_of(found.gain[i, -1, t]) for t in times]) for i in in_order(found)]
    )


def attribution_table(found: Comparison) -> Table:
    """Return what drove each difference, whole profile, best estimate, Mg C/ha."""
    own, rows = found.attribution, []
    for i in in_order(found):
        each = MG_HA_PER_KG_M2 * own.value[i].sum(axis=-1)
        total = MG_HA_PER_KG_M2 * own.total[i].sum()
        # a group that is not touched has no part at all
        cells = [Cell(number(float(value), 2, signed=True) if value else MISSING) for value in each]
        rows.append(Row(title(found.names[i]), [*cells, Cell(number(float(total), 2, signed=True))]))
    return Table(["", *(title(name) for name in GROUPS), "Sum"], rows)


def pool_table(found: Comparison) -> Table:
    """Return in which pools the gain of the whole profile is, mean over the parameter sets, Mg C/ha."""
    held = [k for k in range(len(found.pools)) if np.any(np.abs(found.pool_gain[:, -1, k]) >= 0.005)]
    columns = ["", *(title(found.pools[k]) for k in held)]
    rows = [
        Row(title(found.names[i]), [Cell(number(float(found.pool_gain[i, -1, k]), 2, signed=True)) for k in held])
        for i in in_order(found)
    ]
    return Table(columns, rows)


def kept(found: Comparison, practice: int, after: int) -> tuple[float, Array, int]:
    """Return what is left of a gain after a stop: its share, the amounts, and how many members were asked.

    The share is that of the sums over the members that gain, so that one that hardly gained does not decide it.

    Parameters
    ----------
    practice, after : numbers of the practice and of the time after the stop.

    Returns
    -------
    share (NaN where nobody gained), (member that gains,) Mg C/ha that are left, members.
    """
    few = len(found.few)
    gain, left = found.gain[practice, -1, -1][found.few], found.left[practice, after, :few]
    gains = np.isfinite(left) & (gain > 0.0)
    amount = left[gains] * gain[gains]
    return (float(amount.sum() / gain[gains].sum()) if amount.size else float("nan")), amount, few


def stop_table(found: Comparison) -> Table:
    """Return how much of a gain is left after a stop at the end of the run."""
    rows = []
    for i in in_order(found):
        if found.names[i] in found.drivers:
            continue
        cells = []
        for k in range(len(found.left_years)):
            share, amount, asked = kept(found, i, k)
            if not amount.size:
                cells.append(Cell(MISSING))
                continue
            notes = [f"{interval(float(amount.min()), float(amount.max()), signed=True)} Mg C/ha"]
            notes += [f"where it gains: {amount.size} of {asked} sets"] if amount.size < asked else []
            cells.append(Cell(percent(share), tuple(notes) if asked > 1 else ()))
        rows.append(Row(title(found.names[i]), cells))
    return Table(["", *(f"After {years} years" for years in found.left_years)], rows)


MOVES = 0.05
"""Mg C/ha by which fixed depth and equal mass must differ in some interval to be told apart."""


def equal_mass_table(found: Comparison) -> Table | None:
    """Return the gain by depth in the same mineral soil where that is another than at fixed depth; else None."""
    rows = []
    for i in in_order(found):
        fixed, equal = found.gain[i, :, -1], found.gain_equal_mass[i, :, -1]
        if np.max(np.abs(np.median(fixed, axis=-1) - np.median(equal, axis=-1))) < MOVES:
            continue
        cells = [
            Cell(cell.text, (*cell.notes, f"at fixed depth {number(float(np.median(own)), signed=True)}"))
            for cell, own in zip(map(spread_of, equal), fixed, strict=True)
        ]
        rows.append(Row(title(found.names[i]), cells))
    return Table(["", *interval_names(found)], rows) if rows else None


def choice_table(found: Comparison) -> Table | None:
    """Return the gains of practices that move soil or place carbon deep under each choice; None without any."""
    if not found.choices:
        return None
    names = list(dict.fromkeys(choice for one in found.choices.values() for choice in one))
    rows = []
    for name, own in found.choices.items():
        cells = []
        for choice in names:
            if choice not in own:
                cells.append(Cell(MISSING))
                continue
            place = place_of(found, name, own[choice])
            cells.append(Cell(spread_of(own[choice]).text, (f"place {place}",)))
        rows.append(Row(title(name), cells))
    return Table(["", *(title(name) for name in names)], rows)


def place_of(found: Comparison, name: str, gain: Array) -> int:
    """Return the place that a practice would have with another median gain."""
    middle = float(np.median(gain))
    wanted = [i for i in rows_wanted(found) if found.names[i] != name]
    return 1 + int(np.sum(np.median(found.gain[wanted, -1, -1], axis=-1) > middle))


def choices_that_matter(found: Comparison) -> tuple[list[str], list[str]]:
    """Return the practices whose gain changes its sign, and whose place changes, with a structural choice."""
    signs, places = [], []
    for name, own in found.choices.items():
        middle = [float(np.median(one)) for one in own.values()]
        if min(middle) < 0.0 < max(middle):
            signs.append(name)
        if len({place_of(found, name, one) for one in own.values()}) > 1 and AS_SET in own:
            places.append(name)
    return signs, places
