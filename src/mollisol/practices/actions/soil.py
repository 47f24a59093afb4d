"""Actions that move or change the soil itself. What moves it takes its carbon, minerals, pH and aggregates along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from mollisol.plants.tables import within
from mollisol.practices.actions.registry import action
from mollisol.practices.patches import split
from mollisol.practices.plan import Plan, check_interval, check_month
from mollisol.practices.soil_work import Kind, Material, SoilWork, StrawDitch
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, InputError

DEEPEST_CM = 300.0
DENSEST = 1800.0
"""kg/m3; no tilled soil is denser, so an amendment beyond it is heavier than the layer it goes into."""

Month = int | Literal["harvest"] | None


def _metres(depth_cm: float, key: str = "depth_cm") -> float:
    return within(depth_cm, 0.0, DEEPEST_CM, key, "cm") / CM_PER_M


def _share(value: float, key: str) -> float:
    return within(value, 0.0, 1.0, key, "(share)")


def _with(plan: Plan, kind: Kind, year: int, depth: float, every: int | None, month: Month, **more: Any) -> Plan:
    when = check_month(None if month == "harvest" else month)
    interval = None if every is None else check_interval(every)
    if depth <= 0.0:
        raise InputError("soil is worked to a depth above 0 cm", key="depth_cm")
    return replace(plan, soil_work=(*plan.soil_work, SoilWork(kind, depth, year, interval, when, **more)))


@action("soil turning", "turn the soil over: what lay at the top comes to lie at the bottom of the worked depth")
def invert_soil(
    plan: Plan,
    year: int,
    *,
    depth_cm: float,
    mixing: float = 0.0,
    burial: float = 1.0,
    every_years: int | None = None,
    month: Month = "harvest",
) -> Plan:
    """Reverse the layers to a depth, mixing a part of them; aggregates break and the soil is loosened."""
    return _with(
        plan, "inversion", year, _metres(depth_cm), every_years, month,
        mixing=_share(mixing, "mixing"), burial=_share(burial, "burial"), breakage=1.0, loosening=1.0,
    )  # fmt: skip


@action(None, "mix the soil to a depth, all that it holds with it")
def mix_soil(
    plan: Plan,
    year: int,
    *,
    depth_cm: float,
    mixing: float,
    burial: float = 0.5,
    every_years: int | None = None,
    month: Month = "harvest",
) -> Plan:
    """Mix soil and carbon to a depth (spading, ripping with mixing)."""
    mixed = _share(mixing, "mixing")
    return _with(
        plan, "mixing", year, _metres(depth_cm), every_years, month,
        mixing=mixed, burial=_share(burial, "burial"), breakage=mixed, loosening=mixed,
    )  # fmt: skip


@action(None, "bring subsoil up into the topsoil, and as much topsoil down")
def exchange_soil(
    plan: Plan,
    year: int,
    *,
    depth_cm: float,
    from_cm: Sequence[float],
    share: float,
    every_years: int | None = None,
    month: Month = "harvest",
) -> Plan:
    """Replace a share of the soil above a depth by soil from below it, volume for volume (delving)."""
    depth = _metres(depth_cm)
    top, bottom = (_metres(one, "from_cm") for one in from_cm)
    if not depth <= top < bottom:
        raise InputError(
            f"soil of {CM_PER_M * top:g}-{CM_PER_M * bottom:g} cm cannot replace soil above {CM_PER_M * depth:g} cm",
            key="from_cm",
            remedy="give [upper, lower] depths of the subsoil, below the depth that receives it",
        )
    replaced = _share(share, "share")
    if replaced * depth > bottom - top:
        raise InputError(
            f"{100.0 * replaced:g} % of the soil above {CM_PER_M * depth:g} cm is more than lies between "
            f"{CM_PER_M * top:g} and {CM_PER_M * bottom:g} cm",
            key="share",
            remedy="bring up less, or from a thicker layer",
        )
    return _with(
        plan, "exchange", year, depth, every_years, month,
        lower=(top, bottom), share=replaced, breakage=replaced, loosening=replaced,
    )  # fmt: skip


@action(None, "bring mineral material to the field and work it into a depth")
def add_mineral(
    plan: Plan,
    year: int,
    *,
    name: str,
    t_ha: float,
    depth_cm: Sequence[float] = (0.0, 10.0),
    clay: float | None = None,
    silt: float | None = None,
    oxides: float | None = None,
    ph: float | None = None,
    high_charge: float | None = None,
    density_kg_m3: float | None = None,
    carbon_dioxide: float = 0.0,
    dissolution: float = 0.0,
    every_years: int | None = None,
    times: int | None = None,
    month: Month = "harvest",
) -> Plan:
    """Add mass and what it is made of: texture, oxides, pH. The soil swells by its volume."""
    mass = within(t_ha, 0.0, 5000.0, "t_ha", "t/ha") / MG_HA_PER_KG_M2
    top, bottom = (_metres(one) for one in depth_cm)
    if not top < bottom:
        raise InputError(
            f"got {CM_PER_M * top:g} to {CM_PER_M * bottom:g} cm", key="depth_cm", remedy="give the upper depth first"
        )
    if mass > DENSEST * (bottom - top):
        raise InputError(
            f"{t_ha:g} t/ha of {name} are heavier than the soil from {CM_PER_M * top:g} to {CM_PER_M * bottom:g} cm",
            key="t_ha",
            remedy="bring less, or work it into a thicker layer",
        )
    fine = sum(within(one, 0.0, 1.0, key, "kg/kg") for one, key in ((clay or 0.0, "clay"), (silt or 0.0, "silt")))
    if fine > 1.0:
        raise InputError(f"clay and silt of {name} exceed its mass", key="clay")
    material = Material(name, mass, clay, silt, oxides, ph, high_charge, density_kg_m3, carbon_dioxide, dissolution)
    return _with(plan, "addition", year, bottom, every_years, month, top=top, material=material, times=times)


@action("strips", "gather the straw into the ditch of one strip each year, in rotation over the field")
def bury_straw_in_strips(
    plan: Plan,
    year: int,
    *,
    strip_percent: float,
    strips: int | None = None,
    depth_cm: Sequence[float],
    gathered: float,
    mixing: float,
) -> Plan:
    """Split the field into strips: each is dug in its turn and takes the straw of the whole field; no other tillage."""
    each = within(strip_percent, 0.1, 100.0, "strip_percent", "% of the area") / 100.0
    count = int(1.0 / each + 1e-9) if strips is None else check_interval(strips, "strips")
    if plan.ditch is not None:
        raise InputError(
            "the straw of this field goes into ditches already, and strips that are dug twice overlap",
            key="practices",
            remedy="keep one of the two, or let the first end before the second begins",
        )
    if count * each > 1.0 + 1e-9:
        raise InputError(
            f"{count} strips of {100.0 * each:g} % each cover {100.0 * count * each:g} % of the area",
            key="strips",
            remedy=f"dig at most {int(1.0 / each + 1e-9)} strips of that width before the first comes again",
        )
    top, bottom = (_metres(one) for one in depth_cm)
    if not top < bottom:
        raise InputError("the upper depth of the straw comes first", key="depth_cm")
    kept, mixed = _share(gathered, "gathered"), _share(mixing, "mixing")
    bare = replace(plan, tillage=None)

    def strip(number: int | None) -> Plan:
        first = None if number is None else year + number
        ditch = StrawDitch(kept, each, top, bottom, year, first, count)
        if first is None:
            return replace(bare, ditch=ditch)
        dug = SoilWork("mixing", bottom, first, count, mixing=mixed, burial=mixed, breakage=1.0, loosening=1.0)
        return replace(bare, ditch=ditch, soil_work=(*plan.soil_work, dug))

    parts = [(f"strip {i + 1}", each, strip(i)) for i in range(count)]
    rest = 1.0 - count * each
    return split(plan, [*parts, ("between the strips", rest, strip(None))] if rest > 1e-9 else parts, "strips")
