"""The tables of a comparison of practices, ready to be written."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mollisol.show.context import Array
from mollisol.show.ranking import HEADINGS, percent, ranking_cells, spread_of
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import span
from mollisol.show.wording import MISSING, number, title
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


def stop_table(found: Comparison) -> Table:
    """Return how much of a gain is left after a stop at the end of the run."""
    rows = []
    for i in in_order(found):
        if found.names[i] in found.drivers:
            continue
        cells = []
        for k in range(len(found.left_years)):
            own = found.left[i, k][np.isfinite(found.left[i, k])]
            if own.size == 0:
                cells.append(Cell(MISSING))
                continue
            low, high = float(own.min()), float(own.max())
            several = own.size > 1 and percent(low) != percent(high)
            cells.append(
                Cell(percent(float(np.median(own))), (f"{percent(low)} to {percent(high)}",) if several else ())
            )
        rows.append(Row(title(found.names[i]), cells))
    return Table(["", *(f"After {years} years" for years in found.left_years)], rows)


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
