"""What is done on a field through time: rotation, tillage, amendments; and time lines of such plans."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mollisol.plants import CROPS, OPERATIONS, Crop, amendment, crop, operation
from mollisol.plants.allocation import LARGEST_YIELD, RootAllocation
from mollisol.plants.tables import unknown, within
from mollisol.practices.changes import Change
from mollisol.practices.soil_work import SoilWork, StrawDitch
from mollisol.units import InputError

PLOUGHING_DEPTH = 0.12
"""Tillage given by its depth alone is ploughing from this depth (m) down, and cultivation above it."""


def check_month(month: int | None) -> int | None:
    """Return a month from 1 to 12, or None (the month of harvest)."""
    if month is None:
        return None
    if isinstance(month, bool) or not isinstance(month, int) or not 1 <= month <= 12:
        raise InputError(f"got {month!r}", key="month", remedy="give a month from 1 to 12")
    return month


def check_interval(years: int, key: str = "every_years") -> int:
    """Return a whole number of years of at least 1."""
    if isinstance(years, bool) or not isinstance(years, int) or years < 1:
        raise InputError(f"got {years!r}", key=key, remedy="give a whole number of years, at least 1")
    return years


@dataclass(frozen=True)
class RootChoice:
    """A root distribution that replaces the crop's own; what it leaves open is taken from the crop.

    `kind` is a name of `ROOT_DISTRIBUTIONS`, `parameters` some of its parameters.
    """

    kind: str = "logistic"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def of(self, plant: Crop) -> tuple[str, dict[str, Any]]:
        """Return kind and parameters for a crop: its d50, d95 and deepest roots where none are given."""
        own = {"d50": plant.root_d50, "d95": plant.root_d95, "deepest": plant.root_deepest}
        needed = {"logistic": ("d50", "d95"), "fan": ("d50", "d95", "deepest"), "power_law": ("d50",)}
        filled = {name: own[name] for name in needed.get(self.kind, ())}
        return self.kind, {**filled, **self.parameters}


@dataclass(frozen=True)
class CoverCrop:
    """A green cover after the year's crop, never harvested.

    `carbon_t_ha` is its productivity (t C/ha); it is sown from `first_year` on, None = as long as the plan holds.
    """

    crop: str
    carbon_t_ha: float
    first_year: int | None = None

    def __post_init__(self) -> None:
        if crop(self.crop).natural:
            raise InputError(f"'{self.crop}' is a land cover, not a cover crop", key="cover_crop")
        within(self.carbon_t_ha, 0.0, 20.0, "carbon_t_ha", "t C/ha")


_AMOUNTS = (
    ("yield_t_ha", LARGEST_YIELD, "t/ha"),
    ("yield_dry_t_ha", LARGEST_YIELD, "t/ha"),
    ("productivity", 5.0, "kg C/m2/yr"),
    ("above_t_ha", 50.0, "t C/ha/yr"),
    ("below_t_ha", 50.0, "t C/ha/yr"),
)


@dataclass(frozen=True)
class CropYear:
    """One year of the rotation.

    Attributes
    ----------
    crop : name; its harvest falls in this year.
    yield_t_ha (market moisture), yield_dry_t_ha, productivity (kg C/m2/yr), or above_t_ha with below_t_ha
        (t C/ha/yr): one of the four ways to say how much grows; none of them = from the climate.
    residue_removed, residue_burned : fractions of the straw, and of what was left of it.
    root_allocation : "proportional" to productivity or "fixed".
    cover_crop : what covers the ground after harvest, or None.
    nutrients (supply / demand), ph, salinity (dS/m) : limit what the climate allows; None = not limiting.
    roots : replaces the plan's and the crop's own root distribution.
    growth : of full growth in this year, 0-1; a stand that is being established has less.
    """

    crop: str
    yield_t_ha: float | None = None
    yield_dry_t_ha: float | None = None
    productivity: float | None = None
    above_t_ha: float | None = None
    below_t_ha: float | None = None
    residue_removed: float = 0.0
    residue_burned: float = 0.0
    root_allocation: RootAllocation = "proportional"
    cover_crop: CoverCrop | None = None
    nutrients: float | None = None
    ph: float | None = None
    salinity: float | None = None
    roots: RootChoice | None = None
    growth: float = 1.0

    def __post_init__(self) -> None:
        crop(self.crop)
        within(self.growth, 0.0, 1.0, "growth", "(share of full growth)")
        within(self.residue_removed, 0.0, 1.0, "residue_removed", "(fraction of the straw)")
        within(self.residue_burned, 0.0, 1.0, "residue_burned", "(fraction of the straw left)")
        for key, most, unit in _AMOUNTS:
            amount = getattr(self, key)
            if amount is not None:
                within(amount, 0.0, most, key, unit)
        if (self.above_t_ha is None) != (self.below_t_ha is None):
            raise InputError(f"{self.crop}: inputs need above_t_ha and below_t_ha together", key="above_t_ha")
        if len(self.ways) > 1:
            raise InputError(
                f"{self.crop}: {' and '.join(self.ways)} say the same thing twice",
                key="crop",
                remedy="keep one of them",
            )

    @property
    def ways(self) -> list[str]:
        """Names of the given ways to say how much grows; empty means from the climate."""
        names = ("yield_t_ha", "yield_dry_t_ha", "productivity", "above_t_ha")
        return [name for name in names if getattr(self, name) is not None]


@dataclass(frozen=True)
class Tillage:
    """Tillage every `every_years` years in `month` (None: that of harvest) to `depth` (m).

    `operation` None is chosen by the depth: ploughing from 12 cm down, cultivation above. `depth` None is the
    operation's usual one.
    """

    operation: str | None = None
    depth: float | None = None
    every_years: int = 1
    month: int | None = None

    def __post_init__(self) -> None:
        if self.operation is None and self.depth is None:
            raise InputError("tillage needs an operation or a depth", key="tillage")
        check_interval(self.every_years)
        check_month(self.month)
        work = operation(self.name)
        if self.depth is not None and not work.depth_lower <= self.depth <= work.depth_upper:
            fits = [name for name, one in OPERATIONS.items() if one.depth_lower <= self.depth <= one.depth_upper]
            raise InputError(
                f"{work.name} does not work at {100 * self.depth:g} cm",
                key="depth_cm",
                remedy=f"give {100 * work.depth_lower:g} to {100 * work.depth_upper:g} cm"
                + (f", or the operation {' or '.join(fits)}" if fits else ""),
            )

    @property
    def name(self) -> str:
        """The operation, chosen by the depth where none is given."""
        if self.operation is not None:
            return self.operation
        assert self.depth is not None
        return "mouldboard_plough" if self.depth >= PLOUGHING_DEPTH else "field_cultivator"

    @property
    def working_depth(self) -> float:
        """Depth in m, the operation's usual one where none is given."""
        return operation(self.name).depth if self.depth is None else self.depth


@dataclass(frozen=True)
class Application:
    """An amendment brought to the field.

    Attributes
    ----------
    amendment : name; carbon : kg C/m2 each time.
    top, bottom : m, the depth it is put into; both None = on the surface.
    month : 1-12, None = the month of harvest.
    every_years : interval, None = once, in `first_year`.
    first_year : None = with the plan.
    quality : (pool,) shares over `LITTER_POOLS` instead of the amendment's own.
    """

    amendment: str
    carbon: float
    top: float | None = None
    bottom: float | None = None
    month: int | None = None
    every_years: int | None = 1
    first_year: int | None = None
    quality: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        amendment(self.amendment)
        within(self.carbon, 0.0, 100.0, "carbon", "kg C/m2")
        check_month(self.month)
        if self.every_years is not None:
            check_interval(self.every_years)
        elif self.first_year is None:
            raise InputError("what is applied once needs its year", key="first_year")
        if (self.top is None) != (self.bottom is None):
            raise InputError("a depth range needs both ends", key="depth_cm")
        if self.top is not None and self.bottom is not None and not 0.0 <= self.top < self.bottom:
            raise InputError(
                f"got {100 * self.top:g} to {100 * self.bottom:g} cm",
                key="depth_cm",
                remedy="give the upper depth first, both from 0 cm down",
            )


@dataclass(frozen=True)
class Plan:
    """A plan for a field: `rotation[0]` grows in `from_year`, and everything repeats.

    Tillage and regular applications fall in `from_year` (or an application's own first year) and then at
    their intervals; in the years before, the same phases hold. `changes` are factors and additions with a course.
    `soil_work` moves or changes the soil itself, and `ditch` says where straw goes that is gathered.
    `patches` are the parts (name, share of the area, plan) of a field that is treated unevenly, see `patches.split`.
    """

    rotation: tuple[CropYear, ...]
    from_year: int
    tillage: Tillage | None = None
    amendments: tuple[Application, ...] = ()
    roots: RootChoice | None = None
    changes: tuple[Change, ...] = ()
    patches: tuple[tuple[str, float, Plan], ...] = ()
    soil_work: tuple[SoilWork, ...] = ()
    ditch: StrawDitch | None = None

    def __post_init__(self) -> None:
        if not self.rotation:
            raise InputError("a plan needs at least one crop", key="crops")

    def crop_year(self, year: int) -> CropYear:
        """Return the rotation's entry for a calendar year."""
        return self.rotation[(year - self.from_year) % len(self.rotation)]

    def tilled(self, year: int) -> bool:
        """Return whether tillage is planned in a year."""
        return self.tillage is not None and (year - self.from_year) % self.tillage.every_years == 0

    def applied(self, year: int, *, always: bool = False) -> tuple[Application, ...]:
        """Return the applications of a year; `always` takes regular ones as if they had no first year."""
        chosen = []
        for one in self.amendments:
            first = self.from_year if one.first_year is None else one.first_year
            if one.every_years is None:
                due = year == first and not always
            else:
                begun = always or one.first_year is None or year >= first
                due = begun and (year - first) % one.every_years == 0
            if due:
                chosen.append(one)
        return tuple(chosen)

    @property
    def cycle_years(self) -> int:
        """Years after which the plan repeats: the least common multiple of all its intervals."""
        intervals = [len(self.rotation)]
        if self.tillage is not None:
            intervals.append(self.tillage.every_years)
        intervals += [one.every_years for one in self.amendments if one.every_years is not None]
        return math.lcm(*intervals)


Timeline = tuple[tuple[int, Plan], ...]
"""Plans with the year from which each is in force, in order."""


def as_timeline(plan: Plan | Sequence[tuple[int, Plan]]) -> Timeline:
    """Return a time line from a plan (in force from its own year) or from dated plans, in order of years."""
    if isinstance(plan, Plan):
        return ((plan.from_year, plan),)
    line = tuple(sorted(((int(year), one) for year, one in plan), key=lambda dated: dated[0]))
    if not line:
        raise InputError("a time line needs at least one plan", key="history")
    years = [year for year, _ in line]
    for year in years:
        if years.count(year) > 1:
            raise InputError(f"two plans begin in {year}", key="from", remedy="give each its own year")
    return line


def plan_in_force(timeline: Timeline, year: int) -> Plan:
    """Return the plan of a year; before the first, the first is taken to have held."""
    current = timeline[0][1]
    for begin, plan in timeline:
        if begin <= year:
            current = plan
    return current


LAND_USES = ("grassland", "forest", "cropland")
"""What `history` may name instead of crops."""


def land_use_plan(land_use: str, from_year: int, *, nutrients: float | None = None) -> Plan:
    """Return the plan of a past land use, its productivity from the climate.

    `cropland` is a small-grain cereal, ploughed each year to the plough's usual depth.

    Examples
    --------
    >>> land_use_plan("grassland", 1850).rotation[0].crop
    'grassland'
    """
    if land_use not in LAND_USES:
        raise unknown("land use", land_use, LAND_USES, "or give the crops of that time")
    if land_use == "cropland":
        return Plan((CropYear("wheat", nutrients=nutrients),), from_year, Tillage("mouldboard_plough"))
    assert land_use in CROPS
    return Plan((CropYear(land_use, nutrients=nutrients),), from_year)
