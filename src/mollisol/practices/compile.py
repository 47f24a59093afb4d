"""Turn plans into the arrays that the engine takes."""

from __future__ import annotations

from collections.abc import Sequence

from mollisol.grid import Grid
from mollisol.practices.builder import refuse_below
from mollisol.practices.carbon import ClimateMeans
from mollisol.practices.management import Management
from mollisol.practices.plan import Plan, Timeline, as_timeline
from mollisol.practices.walk import PlantChoices, Walk
from mollisol.units import InputError

LONGEST_CYCLE = 120
"""Longest management cycle (years) that is compiled; longer ones come from intervals that rarely meet."""


def _check_latitude(latitude: float) -> float:
    if not -90.0 <= latitude <= 90.0:
        raise InputError(f"got {latitude}", key="latitude", remedy="give degrees from -90 to 90")
    return float(latitude)


def check_depths(timeline: Timeline, grid: Grid) -> None:
    """Raise `InputError` where tillage, an amendment or a change of a plan reaches below the grid."""
    for _, plan in timeline:
        for inner in (one for _, _, one in plan.patches):
            check_depths(((inner.from_year, inner),), grid)
        placed = [getattr(one, "bottom", None) for one in (*plan.amendments, *plan.changes)]
        reached = [float(one) for one in placed if one is not None]
        reached += [one.bottom for one in plan.soil_work]
        reached += [plan.tillage.working_depth] if plan.tillage is not None else []
        for bottom in reached:
            refuse_below(grid, bottom)


def compile_management(
    timeline: Plan | Sequence[tuple[int, Plan]],
    years: tuple[int, int],
    grid: Grid,
    latitude: float,
    monthly_climate_means: ClimateMeans | None = None,
    choices: PlantChoices | None = None,
) -> Management:
    """Return the arrays of a time line of plans over calendar years.

    Parameters
    ----------
    timeline : a plan, or (from_year, plan) pairs.
    years : first and last calendar year, inclusive.
    grid : layers of the soil.
    latitude : degrees; south of the equator every calendar is shifted by six months.
    monthly_climate_means : (12,) temperature (degC) and (12,) precipitation (mm), needed where a crop or a
        land use has no yield.
    choices : parameters of the plants, e.g. an ensemble's draw.

    Raises
    ------
    InputError
        For years before the time line begins, a depth below the grid, no room for a cover crop, or a crop
        without a yield where no climate is given.

    Notes
    -----
    A crop's carbon belongs to the calendar year of its harvest and a cover crop's to that in which it ends,
    so that a year's total is exactly what `carbon_inputs` and the amendments say. Straw, and amendments laid
    on the surface, in a month with tillage are placed over its depth as far as it buries them.
    """
    line = as_timeline(timeline)
    if any(plan.patches for _, plan in line):
        raise ValueError("a field of several patches has no one management: compile each of `patches_of` it")
    first, last = (int(year) for year in years)
    if last < first:
        raise InputError(f"the years {first} to {last} run backwards", key="years")
    if first < line[0][0]:
        raise InputError(
            f"nothing is known of {first}: the first plan begins in {line[0][0]}",
            key="years",
            remedy="start later, or give the time before as history",
        )
    span = tuple(range(first, last + 1))
    chosen = PlantChoices() if choices is None else choices
    walk = Walk(line, span, grid, _check_latitude(latitude), monthly_climate_means, chosen, False)
    return walk.run()


def compile_cycle(
    plan: Plan,
    grid: Grid,
    latitude: float,
    start_year: int | None = None,
    monthly_climate_means: ClimateMeans | None = None,
    choices: PlantChoices | None = None,
) -> Management:
    """Return the arrays of one full cycle of a plan, in the phase of `start_year` (default: its own first).

    The cycle is the least common multiple of the rotation's, the tillage's and the amendments' intervals.
    What is applied once belongs to no cycle and is left out, with a note.
    """
    length = plan.cycle_years
    if length > LONGEST_CYCLE:
        raise InputError(
            f"rotation, tillage and amendments repeat together only after {length} years",
            key="every_years",
            remedy=f"choose intervals that repeat within {LONGEST_CYCLE} years",
        )
    begin = plan.from_year if start_year is None else int(start_year)
    span = tuple(range(begin, begin + length))
    chosen = PlantChoices() if choices is None else choices
    line = ((begin - 1, plan),)
    walk = Walk(line, span, grid, _check_latitude(latitude), monthly_climate_means, chosen, True)
    for one in plan.amendments:
        if one.every_years is None:
            walk.out.note(f"{one.amendment} is applied once and is no part of the repeating cycle")
    return walk.run()
