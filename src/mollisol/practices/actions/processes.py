"""Actions on what happens in the soil, on its water, nutrients and climate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mollisol.plants.tables import unknown, within
from mollisol.practices.actions.effects import course_of, depths_of, factor_of, with_change
from mollisol.practices.actions.registry import action
from mollisol.practices.changes import PROCESSES, ClimateChange, NutrientChange, ProcessChange, WaterChange
from mollisol.practices.plan import Plan, check_interval
from mollisol.practices.values import Value, best, checked
from mollisol.units import MONTHS_PER_YEAR, InputError

KG_PER_T = 1000.0

ELEMENTS = ("nitrogen", "phosphorus", "potassium")


@action(None, "multiply a process of the soil, within depths and over a time course")
def scale_process(
    plan: Plan,
    year: int,
    *,
    process: str,
    factor: Value,
    depth_cm: Sequence[float] | None = None,
    established: Value = 1.0,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Multiply a process (`PROCESSES`) between two depths; without depths everywhere, the surface litter included."""
    if process not in PROCESSES:
        raise unknown("process", process, PROCESSES, f"processes are {', '.join(PROCESSES)}")
    top, bottom = depths_of(depth_cm)
    scaled = factor_of(factor, established, "factor", 1e-3, 100.0)
    course = course_of(year, ramp_years, hold_years, fade_years)
    return with_change(plan, ProcessChange(process, scaled, course, top or 0.0, bottom))


@action(None, "raise or lower the pH, which changes how strongly minerals bind carbon")
def change_ph(
    plan: Plan,
    year: int,
    *,
    change: Value,
    slope: Value,
    depth_cm: Sequence[float] | None = None,
    ramp_years: float = 0.0,
    hold_years: float | None = None,
    fade_years: float = 0.0,
) -> Plan:
    """Multiply sorption by 10^(-slope x change of the pH) (MEMS v1)."""
    moved = checked(change, -4.0, 4.0, "change", "pH")
    steep = checked(slope, 0.0, 1.0, "slope", "per pH")
    factor = 10.0 ** (-steep * moved)
    top, bottom = depths_of(depth_cm)
    course = course_of(year, ramp_years, hold_years, fade_years)
    return with_change(plan, ProcessChange("sorption", factor, course, top or 0.0, bottom))


def _twelve(values: float | Sequence[float], lower: float, upper: float, key: str, unit: str) -> tuple[float, ...]:
    listed = [values] * MONTHS_PER_YEAR if isinstance(values, int | float) else list(values)
    if len(listed) != MONTHS_PER_YEAR:
        raise InputError(f"got {len(listed)} numbers", key=key, remedy="give one number, or twelve")
    return tuple(within(one, lower, upper, key, unit) for one in listed)


@action(None, "water the field: so many mm in some months")
def irrigate(
    plan: Plan,
    year: int,
    *,
    water_mm: float,
    months: Sequence[int] | None = None,
) -> Plan:
    """Bring `water_mm` a year in equal parts in months of the northern calendar (default May to August)."""
    when = tuple(range(5, 9)) if months is None else tuple(months)
    if not when or any(isinstance(one, bool) or not isinstance(one, int) or not 1 <= one <= 12 for one in when):
        raise InputError(f"got {list(when)}", key="months", remedy="give months from 1 to 12")
    amount = within(water_mm, 0.0, 3000.0, "water_mm", "mm/yr") / len(set(when))
    monthly = tuple(amount if month in when else 0.0 for month in range(1, MONTHS_PER_YEAR + 1))
    return with_change(plan, WaterChange(course_of(year), irrigation=monthly))


@action(None, "let plants use more or less water")
def scale_water_use(
    plan: Plan, year: int, *, factor: Value, ramp_years: float = 0.0, hold_years: float | None = None
) -> Plan:
    """Multiply the share of the demand that acts through living plants; it stays below the whole demand.

    The climate at depth is that of the best estimate in every member.
    """
    use = best(checked(factor, 0.2, 3.0, "factor", "(factor)"))
    return with_change(plan, WaterChange(course_of(year, ramp_years, hold_years), use=use))


@action(None, "bring nutrients, or need more of them")
def add_nutrients(
    plan: Plan,
    year: int,
    *,
    nitrogen_kg_ha: Value = 0.0,
    phosphorus_kg_ha: Value = 0.0,
    potassium_kg_ha: Value = 0.0,
    need_nitrogen_kg_ha: Value = 0.0,
    need_phosphorus_kg_ha: Value = 0.0,
    need_potassium_kg_ha: Value = 0.0,
    established: Value = 1.0,
    hold_years: float | None = None,
) -> Plan:
    """Supply (kg/ha/yr of the element), and what plants or microbes need beyond the baseline."""
    here = checked(established, 0.0, 1.0, "established", "(0 to 1)")
    given = (nitrogen_kg_ha, phosphorus_kg_ha, potassium_kg_ha)
    needed = (need_nitrogen_kg_ha, need_phosphorus_kg_ha, need_potassium_kg_ha)
    supply, demand = (
        {
            name: here * checked(value, -2000.0, 2000.0, f"{before}{name}_kg_ha", "kg/ha/yr")
            for name, value in zip(ELEMENTS, values, strict=True)
            if np.any(np.asarray(value) != 0.0)
        }
        for before, values in (("", given), ("need_", needed))
    )
    return with_change(plan, NutrientChange(course_of(year, hold_years=hold_years), supply, demand))


@action(None, "bring limestone; what it does to the pH is another action")
def add_lime(plan: Plan, year: int, *, limestone_t_ha: Value, every_years: int = 1) -> Plan:
    """Bring ground limestone every so many years, for the ledger: its mean rate, kg/ha/yr."""
    rate = KG_PER_T * checked(limestone_t_ha, 0.0, 100.0, "limestone_t_ha", "t/ha") / check_interval(every_years)
    return with_change(plan, NutrientChange(course_of(year), {"limestone": rate}))


@action("climate", "change the climate: warmer months, more or less rain, or the series of a scenario")
def change_climate(
    plan: Plan,
    year: int,
    *,
    warming_k: float | Sequence[float] = 0.0,
    rain: float | Sequence[float] = 1.0,
    demand: float | Sequence[float] = 1.0,
    ramp_years: float = 0.0,
    file: str | None = None,
) -> Plan:
    """Warm each month (K), multiply its rain, and its potential evapotranspiration where the climate gives that.

    The change grows in evenly over `ramp_years`. A `file` with twelve rows is the climate at the end of that time; one
    with dates is used by date instead of the study's own. The rotation's yields do not follow by themselves.
    """
    return with_change(
        plan,
        ClimateChange(
            course_of(year, ramp_years),
            _twelve(warming_k, -20.0, 20.0, "warming_k", "K"),
            _twelve(rain, 0.0, 5.0, "rain", "(factor)"),
            _twelve(demand, 0.2, 5.0, "demand", "(factor)"),
            file,
        ),
    )
