"""Put practices into a plan: from a year on, until a year, one after another, refusing what contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mollisol.grid import Grid
from mollisol.plants.tables import within
from mollisol.practices.actions import ACTIONS
from mollisol.practices.builder import refuse_below
from mollisol.practices.definition import Practice
from mollisol.practices.library import practice
from mollisol.practices.parameter import Draw
from mollisol.practices.patches import on_every_patch, split
from mollisol.practices.plan import Plan, Timeline, as_timeline, plan_in_force
from mollisol.practices.values import same
from mollisol.units import CM_PER_M, InputError

DEPTHS = frozenset({"depth_cm", "from_cm"})
"""Arguments of actions that say down to where something is done, cm."""

Request = tuple[str | Practice, Mapping[str, Any]]
"""A practice and the user's parameters, `year` among them where it does not start with the plan."""


def _year(parameters: Mapping[str, Any], key: str, default: int | None) -> int | None:
    year = parameters.get(key, default)
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        raise InputError(f"got {year!r}", key=key, remedy="give a calendar year, e.g. 2030")
    return year


def _act(plan: Plan, now: int, scheduled: Sequence[_Scheduled]) -> Plan:
    """Return a plan on which every practice that holds in a year has acted, in their order."""
    for one in scheduled:
        if one.holds(now):
            plan = on_every_patch(plan, partial(_act_on_share, one)) if one.area < 1.0 else _act_on(one, plan)
    return plan


def _act_on(one: _Scheduled, plan: Plan) -> Plan:
    for index, name, arguments in one.actions:
        try:
            plan = on_every_patch(plan, partial(ACTIONS[name].function, year=one.year, **arguments))
        except InputError as error:
            raise one.practice.blamed(error, index, one.given) from None
    return plan


def _act_on_share(one: _Scheduled, plan: Plan) -> Plan:
    """Split a plan into the share of the area with the practice and the rest."""
    return split(plan, [(one.name, one.area, _act_on(one, plan)), (f"no {one.name}", 1.0 - one.area, plan)], "area")


def apply(
    plan: Plan | Sequence[tuple[int, Plan]],
    name: str | Practice,
    parameters: Mapping[str, Any] | None = None,
    start_year: int | None = None,
) -> Timeline:
    """Return the time line of a field on which one practice starts.

    Parameters
    ----------
    plan : the plan, or time line, without the practice.
    name : of the library, or a practice read from a file.
    parameters : the user's values; `year` is the first year of the practice, `until` its last one.
    start_year : used where no `year` is given; default the first year of the plan.

    Returns
    -------
    (from_year, plan) pairs: unchanged before the year, acted upon from then.

    Examples
    --------
    >>> from mollisol.practices.plan import CropYear, Plan, Tillage
    >>> now = Plan((CropYear("maize", yield_t_ha=9.0),), 2025, Tillage(depth=0.2))
    >>> [(year, one.tillage is None) for year, one in apply(now, "no_till", {"year": 2030})]
    [(2025, False), (2030, True)]
    """
    return apply_together(plan, [(name, parameters or {})], start_year)


@dataclass(frozen=True)
class _Scheduled:
    """A practice in its time: first year, last year (None = it stays), share of the area, its actions filled in.

    `given` are the parameters that the user gave.
    """

    year: int
    until: int | None
    area: float
    practice: Practice
    given: frozenset[str]
    actions: tuple[tuple[int, str, Mapping[str, Any]], ...]

    @property
    def name(self) -> str:
        """Name of the practice."""
        return self.practice.name

    def holds(self, year: int) -> bool:
        """Return whether the practice is in force in a year."""
        return self.year <= year and (self.until is None or year <= self.until)


def _refuse_contradictions(scheduled: Sequence[_Scheduled]) -> None:
    taken: dict[tuple[str, int], tuple[str, Mapping[str, Any]]] = {}
    for one in scheduled:
        for _, action_name, arguments in one.actions:
            slot = ACTIONS[action_name].slot
            if slot is None:
                continue
            if (slot, one.year) in taken and not same(taken[slot, one.year][1], dict(arguments)):
                raise InputError(
                    f"{taken[slot, one.year][0]} and {one.name} contradict each other: both set the "
                    f"{slot.replace('_', ' ')} from {one.year}",
                    key="practices",
                    remedy="keep one of them, or let one begin in a later year",
                )
            taken[slot, one.year] = (one.name, dict(arguments))


def apply_together(
    plan: Plan | Sequence[tuple[int, Plan]],
    requests: Sequence[Request],
    start_year: int | None = None,
    *,
    folder: Path | None = None,
    draw: Draw | None = None,
) -> Timeline:
    """Return the time line of a field on which several practices act, in order of their years, then as given.

    Parameters
    ----------
    plan : the plan, or time line, without them.
    requests : practices with the user's parameters; `year` is the first and `until` the last year in which one holds,
        `area` the share of the field on which it is done.
    start_year : used where no `year` is given; default the first year of the plan.
    folder : of the study, where a user's own practices lie.
    draw : draws what is not given, for the members of an ensemble; None = the best estimate alone.

    Raises
    ------
    InputError
        For an unknown practice or parameter, a value out of range, a start before the plan, or two practices
        that put different things into the same place in the same year.
    """
    line = as_timeline(plan)
    default = line[0][0] if start_year is None else int(start_year)
    scheduled = [_scheduled(named, parameters, default, line[0][0], folder, draw) for named, parameters in requests]
    scheduled.sort(key=lambda one: one.year)
    _refuse_contradictions(scheduled)
    turns = {begin for begin, _ in line} | {one.year for one in scheduled}
    turns |= {one.until + 1 for one in scheduled if one.until is not None}
    return tuple((year, _act(plan_in_force(line, year), year, scheduled)) for year in sorted(turns))


def _scheduled(
    named: str | Practice,
    parameters: Mapping[str, Any],
    default: int,
    earliest: int,
    folder: Path | None,
    draw: Draw | None,
) -> _Scheduled:
    one = practice(named, folder) if isinstance(named, str) else named
    year = _year(parameters, "year", default)
    assert year is not None
    until = _year(parameters, "until", None)
    if year < earliest:
        raise InputError(f"{one.name} begins in {year}, before the plan ({earliest})", key="year", remedy="start later")
    if until is not None and until < year:
        raise InputError(
            f"{one.name} ends in {until}, before it begins ({year})", key="until", remedy="give its last year"
        )
    area = within(parameters.get("area", 1.0), 0.0, 1.0, "area", "(share of the field)")
    if area == 0.0:
        raise InputError(f"{one.name} has no area", key="area", remedy="give a share above 0, up to 1")
    own = {key: value for key, value in parameters.items() if key not in ("year", "until", "area")}
    return _Scheduled(year, until, area, one, frozenset(own), one.numbered(own, draw))


def check_depths_given(requests: Sequence[Request], grid: Grid, folder: Path | None = None) -> None:
    """Raise `InputError` where an action of a practice works or places below the grid, naming who says so.

    Parameters
    ----------
    requests, folder : as of `apply_together`.
    """
    for named, parameters in requests:
        one = practice(named, folder) if isinstance(named, str) else named
        own = {key: value for key, value in parameters.items() if key not in ("year", "until", "area")}
        for index, _, arguments in one.numbered(own):
            for key in DEPTHS.intersection(arguments):
                depths = np.atleast_1d([] if arguments[key] is None else arguments[key])
                try:
                    refuse_below(grid, float(np.max(depths, initial=0.0)) / CM_PER_M, key)
                except InputError as error:
                    raise one.blamed(error, index, own) from None


def combined_name(names: Sequence[str]) -> str:
    """Return how practices together are called in the results: their names joined by ' + '."""
    return " + ".join(names)
