"""What the actions with a time course share: courses, factors that hold where a practice took hold, depths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mollisol.plants import AMENDMENTS, CROPS, LITTER_POOLS
from mollisol.plants.tables import unknown, within
from mollisol.practices.changes import Change, Course
from mollisol.practices.plan import Plan
from mollisol.practices.values import Value, checked
from mollisol.units import CM_PER_M, InputError


def course_of(year: int, ramp_years: float = 0.0, hold_years: float | None = None, fade_years: float = 0.0) -> Course:
    """Return a checked time course that begins in a year."""
    held = None if hold_years is None else within(hold_years, 0.0, 1000.0, "hold_years", "yr")
    return Course(
        year,
        within(ramp_years, 0.0, 1000.0, "ramp_years", "yr"),
        held,
        within(fade_years, 0.0, 1000.0, "fade_years", "yr"),
    )


def factor_of(factor: Any, established: Any, key: str, lower: float = 0.0, upper: float = 100.0) -> Value:
    """Return 1 + established (factor - 1): the factor where the practice took hold, 1 where it did not."""
    whole = checked(factor, lower, upper, key, "(factor)")
    return 1.0 + checked(established, 0.0, 1.0, "established", "(0 to 1)") * (whole - 1.0)


def depths_of(depth_cm: Sequence[float] | None) -> tuple[float | None, float | None]:
    """Return [upper, lower] in cm as m; None, None where nothing is given."""
    if depth_cm is None:
        return None, None
    if len(depth_cm) != 2:
        raise InputError(f"got {depth_cm}", key="depth_cm", remedy="give [upper, lower] in cm")
    top, bottom = (within(one, 0.0, 1000.0, "depth_cm", "cm") / CM_PER_M for one in depth_cm)
    if not top < bottom:
        raise InputError(f"got {list(depth_cm)}", key="depth_cm", remedy="give the upper depth first")
    return top, bottom


def source_name(name: str | None, key: str = "crop") -> str | None:
    """Return the name of a crop or an amendment, checked; None and "all" mean every one."""
    if name is None or name == "all":
        return None
    known = {**CROPS, **AMENDMENTS}
    if name not in known:
        raise unknown(key, name, known, "see 'mollisol crops' for the list")
    return name


def pools_of(pools: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return litter pools, checked; none given means all."""
    named = () if pools is None else (pools,) if isinstance(pools, str) else tuple(pools)
    for one in named:
        if one not in LITTER_POOLS:
            raise unknown("pool", one, LITTER_POOLS, "name a pool that fresh material enters")
    return named


def with_change(plan: Plan, *changes: Change) -> Plan:
    """Return the plan with further changes."""
    return replace(plan, changes=(*plan.changes, *changes))
