"""Actions on what plants and amendments bring: how much, of what, where, when, and where the roots lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mollisol.plants import amendment, crop, straw_quality
from mollisol.plants.tables import unknown, within
from mollisol.practices.actions.effects import course_of, depths_of, factor_of, pools_of, source_name, with_change
from mollisol.practices.actions.registry import action
from mollisol.practices.changes import PARTS, InputAddition, InputChange, RootChange, RootQuality
from mollisol.practices.plan import Plan, RootChoice
from mollisol.practices.values import Value, checked
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, InputError

DEEPEST_STRETCH = 5.0
"""Largest factor on the depth of roots that is taken for meant."""


def _parts(names: str | Sequence[str]) -> tuple[str, ...]:
    listed = [names] if isinstance(names, str) else list(names)
    for one in listed:
        if one not in PARTS:
            raise unknown("part of the inputs", one, PARTS, "name a part")
    return tuple(dict.fromkeys(part for one in listed for part in PARTS[one]))


@action(None, "multiply what crops or amendments bring, by part, quality and depth, over a time course")
def scale_input(
    plan: Plan,
    year: int,
    *,
    part: str | Sequence[str],
    factor: Value,
    crop: str | None = None,
    depth_cm: Sequence[float] | None = None,
    pools: str | Sequence[str] | None = None,
    established: Value = 1.0,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Multiply a part of the inputs (`PARTS`) of a crop or an amendment, within depths and litter pools where given.

    Yields do not change with it unless `part` names the product too (`crop`, `all`).
    """
    top, bottom = depths_of(depth_cm)
    change = InputChange(
        factor_of(factor, established, "factor"),
        course_of(year, ramp_years, hold_years, fade_years),
        _parts(part),
        source_name(crop),
        top,
        bottom,
        pools_of(pools),
    )
    return with_change(plan, change)


@action(None, "multiply the yield, and with it all that the crop leaves, over a time course")
def scale_yield(
    plan: Plan,
    year: int,
    *,
    factor: Value,
    crop: str | None = None,
    established: Value = 1.0,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Multiply the whole productivity of a crop, or of every one: product, straw, roots and rhizodeposits."""
    course = course_of(year, ramp_years, hold_years, fade_years)
    scaled = factor_of(factor, established, "factor", 0.0, 10.0)
    return with_change(plan, InputChange(scaled, course, PARTS["crop"], source_name(crop)))


@action(None, "change how much carbon goes to roots, rhizodeposits and straw at the same yield")
def change_allocation(
    plan: Plan,
    year: int,
    *,
    roots: Value = 1.0,
    rhizodeposits: Value = 1.0,
    straw: Value = 1.0,
    crop: str | None = None,
    established: Value = 1.0,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Multiply the carbon of roots, rhizodeposits and straw; what is added is grown beside the same product."""
    course, name = course_of(year, ramp_years, hold_years, fade_years), source_name(crop)
    for part, factor in (("roots", roots), ("rhizodeposits", rhizodeposits), ("straw", straw)):
        scaled = factor_of(factor, established, part, 0.0, 10.0)
        if isinstance(scaled, float) and scaled == 1.0:
            continue
        plan = with_change(plan, InputChange(scaled, course, PARTS[part], name))
    return plan


@action(None, "let roots reach deeper, or less deep")
def stretch_roots(
    plan: Plan,
    year: int,
    *,
    factor: Value,
    crop: str | None = None,
    established: Value = 1.0,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Multiply every depth of the root distribution: a beta of b becomes b^(1 / factor), d50 and d95 are multiplied."""
    stretch = factor_of(factor, established, "factor", 0.2, DEEPEST_STRETCH)
    return with_change(
        plan, RootChange(stretch, course_of(year, ramp_years, hold_years, fade_years), source_name(crop))
    )


@action("roots", "give the crops another root distribution")
def set_roots(
    plan: Plan,
    year: int,
    *,
    kind: str = "logistic",
    beta: float | None = None,
    d50_cm: float | None = None,
    d95_cm: float | None = None,
) -> Plan:
    """Replace the depth distribution of roots of every crop by one with these numbers (`ROOT_DISTRIBUTIONS`)."""
    depths = {"d50": d50_cm, "d95": d95_cm}
    own: dict[str, Any] = {
        name: within(value, 1.0, 1000.0, f"{name}_cm", "cm") / CM_PER_M
        for name, value in depths.items()
        if value is not None
    }
    if beta is not None:
        own["beta"] = within(beta, 0.7, 0.999, "beta", "per cm")
    rotation = tuple(replace(one, roots=None) for one in plan.rotation)
    return replace(plan, rotation=rotation, roots=RootChoice(kind, own))


@action(None, "give roots more suberin, which decays slowly")
def enrich_roots(
    plan: Plan,
    year: int,
    *,
    suberin: Value,
    crop: str | None = None,
    established: Value = 1.0,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Multiply the crop's content of suberin by a factor of at least 1; it replaces all else in proportion."""
    content = factor_of(suberin, established, "suberin", 1.0, 20.0)
    return with_change(
        plan, RootQuality(content, course_of(year, ramp_years, hold_years, fade_years), source_name(crop))
    )


@action(None, "let carbon of a known kind enter every year beside the crops, on the surface or at depth")
def add_input(
    plan: Plan,
    year: int,
    *,
    label: str,
    carbon_t_ha: Value,
    like: str,
    depth_cm: Sequence[float] | None = None,
    months: Sequence[int] | None = None,
    established: Value = 1.0,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Add t C/ha/yr made like an amendment or a crop's straw, even between two depths, in equal parts over months."""
    amount = checked(carbon_t_ha, 0.0, 50.0, "carbon_t_ha", "t C/ha/yr") / MG_HA_PER_KG_M2
    amount = amount * checked(established, 0.0, 1.0, "established", "(0 to 1)")
    named = source_name(like, "like")
    if named is None:
        raise InputError("name an amendment or a crop", key="like")
    made_of = amendment(named).quality if _is_amendment(named) else straw_quality(crop(named))
    top, bottom = depths_of(depth_cm)
    when = tuple(range(1, 13)) if months is None else tuple(months)
    if not when or any(isinstance(one, bool) or not isinstance(one, int) or not 1 <= one <= 12 for one in when):
        raise InputError(f"got {list(when)}", key="months", remedy="give months from 1 to 12")
    course = course_of(year, ramp_years, hold_years, fade_years)
    return with_change(plan, InputAddition(label, amount, course, tuple(made_of.tolist()), top, bottom, when))


def _is_amendment(name: str) -> bool:
    from mollisol.plants import AMENDMENTS

    return name in AMENDMENTS
