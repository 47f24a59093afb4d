"""Put practices into a plan: from a year on, one after another, refusing what contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mollisol.practices.actions import ACTIONS
from mollisol.practices.library import Practice, practice
from mollisol.practices.patches import on_every_patch
from mollisol.practices.plan import Plan, Timeline, as_timeline, plan_in_force
from mollisol.units import InputError

Request = tuple[str | Practice, Mapping[str, Any]]
"""A practice and the user's parameters, `year` among them where it does not start with the plan."""


def _year(parameters: Mapping[str, Any], default: int) -> int:
    year = parameters.get("year", default)
    if isinstance(year, bool) or not isinstance(year, int):
        raise InputError(f"got {year!r}", key="year", remedy="give a calendar year, e.g. 2030")
    return year


def _act(plan: Plan, year: int, actions: Sequence[tuple[str, Mapping[str, Any]]]) -> Plan:
    for name, arguments in actions:
        plan = on_every_patch(plan, partial(_done, name, year, arguments))
    return plan


def _done(name: str, year: int, arguments: Mapping[str, Any], plan: Plan) -> Plan:
    return ACTIONS[name].function(plan, year, **arguments)


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
    parameters : the user's values; `year` is the first year of the practice.
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


def _refuse_contradictions(
    resolved: Sequence[tuple[int, Practice, Sequence[tuple[str, Mapping[str, Any]]]]],
) -> None:
    taken: dict[tuple[str, int], tuple[str, Mapping[str, Any]]] = {}
    for year, one, actions in resolved:
        for action_name, arguments in actions:
            slot = ACTIONS[action_name].slot
            if slot is None:
                continue
            if (slot, year) in taken and taken[slot, year][1] != arguments:
                raise InputError(
                    f"{taken[slot, year][0]} and {one.name} contradict each other: both set the "
                    f"{slot.replace('_', ' ')} from {year}",
                    key="practices",
                    remedy="keep one of them, or let one begin in a later year",
                )
            taken[slot, year] = (one.name, arguments)


def apply_together(
    plan: Plan | Sequence[tuple[int, Plan]], requests: Sequence[Request], start_year: int | None = None
) -> Timeline:
    """Return the time line of a field on which several practices act, in order of their years, then as given.

    Raises
    ------
    InputError
        For an unknown practice or parameter, a value out of range, a start before the plan, or two practices
        that put different things into the same place in the same year.
    """
    line = as_timeline(plan)
    default = line[0][0] if start_year is None else int(start_year)
    resolved = []
    for named, parameters in requests:
        one = practice(named) if isinstance(named, str) else named
        year = _year(parameters, default)
        if year < line[0][0]:
            raise InputError(
                f"{one.name} begins in {year}, before the plan ({line[0][0]})", key="year", remedy="start later"
            )
        own = {key: value for key, value in parameters.items() if key != "year"}
        resolved.append((year, one, one.arguments(own)))
    resolved.sort(key=lambda item: item[0])
    _refuse_contradictions(resolved)
    for year, _, actions in resolved:
        before = [dated for dated in line if dated[0] < year]
        start = (year, _act(plan_in_force(line, year), year, actions))
        after = [(begin, _act(later, year, actions)) for begin, later in line if begin > year]
        line = (*before, start, *after)
    return line


def combined_name(names: Sequence[str]) -> str:
    """Return how practices together are called in the results: their names joined by ' + '."""
    return " + ".join(names)
