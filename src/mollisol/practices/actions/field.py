"""Actions on what a plan has had all along: straw, cover crops, tillage, amendments, rotation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Literal

from mollisol.plants import CROPS, amendment_carbon
from mollisol.plants.tables import within
from mollisol.practices.actions.effects import with_change
from mollisol.practices.actions.registry import action
from mollisol.practices.changes import PARTS, Course, InputChange
from mollisol.practices.plan import Application, CoverCrop, CropYear, Plan, Tillage
from mollisol.practices.rotation import SHORTEST_FALLOW, fallow_months
from mollisol.practices.values import Value, best, checked, variants
from mollisol.units import CM_PER_M, InputError


def _month(month: int | Literal["harvest"] | None) -> int | None:
    return None if month is None or month == "harvest" else month


def _metres(depth_cm: float) -> float:
    return within(depth_cm, 0.0, 1000.0, "depth_cm", "cm") / CM_PER_M


@action("residue", "carry a fraction of the straw off the field")
def set_residue_removed(plan: Plan, year: int, *, fraction: float) -> Plan:
    """Remove the same fraction of the straw (0-1) of every crop of the rotation."""
    kept = within(fraction, 0.0, 1.0, "fraction", "(fraction of the straw)")
    return replace(plan, rotation=tuple(replace(one, residue_removed=kept) for one in plan.rotation))


@action("cover_crop", "cover the ground after harvest wherever the next sowing leaves time")
def add_cover_crop(plan: Plan, year: int, *, crop: str, carbon_t_ha: Value) -> Plan:
    """Grow a green cover after each crop that leaves at least three months until the next sowing."""
    usual = best(carbon_t_ha)
    green = CoverCrop(crop, usual, year)
    if variants(carbon_t_ha) > 1:
        drawn = checked(carbon_t_ha, 0.0, 20.0, "carbon_t_ha", "t C/ha") / usual
        plan = with_change(plan, InputChange(drawn, Course(year), PARTS["cover_crop"], crop))
    rotation = list(plan.rotation)
    room = [
        fallow_months(now, rotation[(index + 1) % len(rotation)]) >= SHORTEST_FALLOW
        for index, now in enumerate(rotation)
    ]
    if not any(room):
        raise InputError(
            f"the rotation {', '.join(one.crop for one in rotation)} leaves no {SHORTEST_FALLOW} months "
            "between harvest and sowing",
            key="cover_crop",
            remedy="a cover crop needs a rotation with a gap, e.g. before a crop sown in spring",
        )
    grown = [replace(now, cover_crop=green) if fits else now for now, fits in zip(rotation, room, strict=True)]
    return replace(plan, rotation=tuple(grown))


@action("tillage", "change how, how deep and how often the soil is tilled")
def set_tillage(
    plan: Plan,
    year: int,
    *,
    operation: str,
    depth_cm: float | None = None,
    every_years: int = 1,
    month: int | Literal["harvest"] | None = None,
) -> Plan:
    """Replace the plan's tillage; the operation "none" stops it."""
    if operation == "none":
        return replace(plan, tillage=None)
    depth = None if depth_cm is None else _metres(depth_cm)
    return replace(plan, tillage=Tillage(operation, depth, every_years, _month(month)))


@action(None, "bring carbon to the field, on the surface or to a depth")
def add_amendment(
    plan: Plan,
    year: int,
    *,
    amendment: str,
    t_ha: float | None = None,
    fresh_t_ha: float | None = None,
    carbon_t_ha: float | None = None,
    depth_cm: Sequence[float] | None = None,
    every_years: int | None = 1,
    month: int | Literal["harvest"] | None = None,
) -> Plan:
    """Apply an amendment from `year` on, every so many years (None = once)."""
    carbon = amendment_carbon(amendment, t_ha=t_ha, fresh_t_ha=fresh_t_ha, carbon_t_ha=carbon_t_ha)
    top, bottom = (None, None) if depth_cm is None else map(_metres, depth_cm)
    new = Application(amendment, carbon, top, bottom, _month(month), every_years, year)
    return replace(plan, amendments=(*plan.amendments, new))


@action("rotation", "grow other crops")
def replace_rotation(plan: Plan, year: int, *, crops: Sequence[Mapping[str, Any]]) -> Plan:
    """Replace the rotation by other crop years (keys of `CropYear`), the first of them in `year`."""
    allowed = {one.name for one in fields(CropYear)} - {"cover_crop", "roots"}
    rotation = []
    for entry in crops:
        unknown = sorted(set(entry) - allowed)
        if unknown or "crop" not in entry:
            raise InputError(
                f"a crop year has no key {', '.join(unknown)}" if unknown else "a crop year needs its crop",
                key="crops",
                remedy=f"keys are: {', '.join(sorted(allowed))}; crops: {', '.join(sorted(CROPS))}",
            )
        rotation.append(CropYear(**entry))
    length = len(rotation)
    if length == 0:
        raise InputError("a rotation needs at least one crop", key="crops")
    # The plan's other intervals keep their phase: the rotation is turned so that its first year is `year`.
    turn = (year - plan.from_year) % length
    turned = tuple(rotation[(index - turn) % length] for index in range(length))
    return replace(plan, rotation=turned)
