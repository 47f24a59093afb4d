"""Walk through the years of a time line of plans and place every input, tillage and cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.plants import (
    AllocationParameters,
    Crop,
    CropCarbon,
    QualityParameters,
    Season,
    TimingParameters,
    amendment,
    cover_crop_carbon,
    cover_season,
    cover_timing,
    crop,
    input_timing,
    operation,
    rhizodeposit_quality,
    root_quality,
    root_share,
    season,
    straw_quality,
)
from mollisol.plants.timing import InputTiming, local_month, respiration_timing
from mollisol.practices.builder import Builder, between, surface
from mollisol.practices.carbon import ClimateMeans, crop_carbon
from mollisol.practices.management import Management
from mollisol.practices.plan import (
    Application,
    CropYear,
    Plan,
    RootChoice,
    Tillage,
    Timeline,
    plan_in_force,
)
from mollisol.practices.rotation import SHORTEST_FALLOW, fallow_months
from mollisol.units import CM_PER_M, MONTHS_PER_YEAR, InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlantChoices:
    """The plants' parameters that an ensemble may draw."""

    allocation: AllocationParameters = field(default_factory=AllocationParameters)
    quality: QualityParameters = field(default_factory=QualityParameters)
    timing: TimingParameters = field(default_factory=TimingParameters)


@dataclass(frozen=True)
class _Work:
    """Tillage of one year: its month (1-12) and what it does."""

    month: int
    depth: float
    mixing: float
    burial: float
    breakage: float

    @property
    def label(self) -> str:
        return f"worked in to {CM_PER_M * self.depth:g} cm"


class Walk:
    """Walks through the years of a time line and fills a builder."""

    def __init__(
        self,
        timeline: Timeline,
        years: tuple[int, ...],
        grid: Grid,
        latitude: float,
        means: ClimateMeans | None,
        choices: PlantChoices,
        cyclic: bool,
    ) -> None:
        self.timeline, self.grid, self.latitude = timeline, grid, latitude
        self.means, self.choices, self.cyclic = means, choices, cyclic
        self.out = Builder(years, grid)
        self.known: dict[tuple[object, ...], Any] = {}

    def _once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return what was made under a key before: a rotation asks for the same again and again."""
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    def _season(self, plant: Crop) -> Season:
        found: Season = self._once(("season", plant.name), lambda: season(plant, self.latitude))
        return found

    def _straw(self, plant: Crop, green: bool = False) -> Array:
        quality = self.choices.quality
        found: Array = self._once(
            ("straw", plant.name, green), lambda: straw_quality(plant, green=green, parameters=quality)
        )
        return found

    def run(self) -> Management:
        """Return the management of the window."""
        # A cover crop sown in the year before the window ends in its first year.
        for year in (self.out.years[0] - 1, *self.out.years):
            plan = plan_in_force(self.timeline, year)
            now, following = plan.crop_year(year), plan.crop_year(year + 1)
            work = self._work(plan, year)
            if year in self.out.years:
                self._main_crop(plan, now, year, work)
                self._next_crop_cover(following, year)
                self._amendments(plan, now, year, work)
            green = now.cover_crop
            if green and (self.cyclic or green.first_year is None or year >= green.first_year):
                self._cover_crop(plan, now, following, year)
        return self.out.finish()

    def _work(self, plan: Plan, year: int) -> _Work | None:
        """Return the tillage of a year and write it to the month axis; none while a perennial stays."""
        if not plan.tilled(year):
            return None
        till: Tillage | None = plan.tillage
        assert till is not None
        entry = plan.crop_year(year)
        plant = crop(entry.crop)
        if plant.perennial and plan.crop_year(year + 1).crop == entry.crop:
            if year in self.out.years:
                self.out.note(f"no tillage in years in which {entry.crop} stays on the field")
            return None
        kind = operation(till.name)
        month = till.month if till.month is not None else local_month(plant.harvest, self.latitude)
        work = _Work(month, till.working_depth, kind.mixing, kind.burial, kind.breakage)
        if work.depth > self.grid.bottom:
            raise InputError(f"tillage to {CM_PER_M * work.depth:g} cm lies below the grid", key="depth_cm")
        if year in self.out.years:
            if till.operation is None:
                self.out.note(f"tillage to {CM_PER_M * work.depth:g} cm taken as {till.name}")
            at = self.out.months_of(year).start + month - 1
            self.out.tillage[:, at] = (work.depth, work.mixing, work.burial, work.breakage)
        return work

    def _laid(self, month: int, work: _Work | None) -> tuple[Array, str]:
        """Return (row,) where material laid on the surface in a month lies, and how to call that."""
        if work is None or work.month != month:
            return surface(self.out.rows), "on the surface"
        worked = between(self.grid, 0.0, work.depth)
        return work.burial * worked + (1.0 - work.burial) * surface(self.out.rows), work.label

    def _roots(self, plan: Plan, entry: CropYear, name: str) -> Array:
        own = entry.roots or plan.roots
        kind, parameters = (own or RootChoice()).of(crop(name))
        # Choices live as long as the plans, so their identity names them.
        found: Array = self._once(
            ("roots", name, id(own) if own else None), lambda: root_share(kind, parameters, self.grid)
        )
        return found

    def _below_ground(
        self, label: str, year: int, carbon: CropCarbon, timing: InputTiming, share: Array, green: bool
    ) -> None:
        plant, quality = crop(carbon.crop), self.choices.quality
        depth = np.concatenate([[0.0], share])
        dead: Array = self._once(
            ("roots made of", plant.name, green),
            lambda: root_quality(plant, green=green, parameters=quality),
        )
        fresh = rhizodeposit_quality(quality)
        self.out.add(f"{label} roots", year, carbon.roots * timing.roots, depth, dead, below=True)
        self.out.add(
            f"{label} rhizodeposits",
            year,
            carbon.rhizodeposits * timing.rhizodeposits,
            depth,
            fresh,
            below=True,
        )
        spread = timing.rhizodeposits
        if self.means is not None:
            spread = respiration_timing(spread, self.means[0], self.choices.timing)
        respired = self.choices.timing.root_respiration_ratio * carbon.bnpp * spread
        self.out.root_respiration[self.out.months_of(year)] += MONTHS_PER_YEAR * respired[:, None] * depth

    def _main_crop(self, plan: Plan, entry: CropYear, year: int, work: _Work | None) -> None:
        plant = crop(entry.crop)
        carbon = crop_carbon(entry, self.means, self.choices.allocation)
        if not entry.ways:
            self.out.note(f"{entry.crop}: productivity {carbon.npp:.3f} kg C/m2/yr from the climate")
        timing: InputTiming = self._once(
            ("timing", plant.name), lambda: input_timing(plant, self.latitude, self.choices.timing)
        )
        around = self._season(plant)
        part = "litter" if plant.perennial else "straw"
        depth, where = self._laid(around.harvest, work)
        self.out.add(
            f"{plant.name} {part} {where}",
            year,
            carbon.straw_returned * timing.straw,
            depth,
            self._straw(plant),
        )
        share = self._roots(plan, entry, plant.name)
        self._below_ground(plant.name, year, carbon, timing, share, green=False)
        self.out.cover[self.out.months_of(year)] += around.cover[MONTHS_PER_YEAR:]
        self.out.root_weight += share * around.cover[MONTHS_PER_YEAR:].sum()
        self.out.harvest.append(carbon)

    def _next_crop_cover(self, following: CropYear, year: int) -> None:
        """Add the ground cover of a crop that is sown this year and harvested the next."""
        plant = crop(following.crop)
        if plant.perennial:
            return
        self.out.cover[self.out.months_of(year)] += self._season(plant).cover[:MONTHS_PER_YEAR]

    def _cover_crop(self, plan: Plan, now: CropYear, following: CropYear, year: int) -> None:
        green = now.cover_crop
        assert green is not None
        room = fallow_months(now, following)
        if room < SHORTEST_FALLOW:
            raise InputError(
                f"no room for a {green.crop} cover crop between {now.crop} and {following.crop}: "
                f"{room} months from harvest to sowing, {SHORTEST_FALLOW} are needed",
                key="cover_crop",
                remedy="leave it out after that crop, or change the rotation",
            )
        plant = crop(green.crop)
        first = local_month(crop(now.crop).harvest, self.latitude) + 1
        sown, sow = (year + 1, 1) if first > MONTHS_PER_YEAR else (year, first)
        months = min(room, MONTHS_PER_YEAR)
        cover: Array = self._once(("cover", plant.name, sow, months), lambda: cover_season(plant, sow, months))
        for offset in (0, 1):
            if sown + offset in self.out.years:
                half = cover[offset * MONTHS_PER_YEAR : (offset + 1) * MONTHS_PER_YEAR]
                self.out.cover[self.out.months_of(sown + offset)] += half
        later, timing = cover_timing(cover, sow, months, self.choices.timing)
        ends = sown + later
        if ends not in self.out.years:
            return
        carbon = cover_crop_carbon(plant, green.carbon_t_ha)
        end_month = int(np.argmax(timing.straw)) + 1
        work = self._work(plan_in_force(self.timeline, ends), ends)
        depth, where = self._laid(end_month, work)
        quality = self._straw(plant, green=True)
        label = f"{plant.name} cover"
        self.out.add(f"{label} shoots {where}", ends, carbon.straw_returned * timing.straw, depth, quality)
        share = self._roots(plan, now, plant.name)
        self._below_ground(label, ends, carbon, timing, share, green=True)
        self.out.root_weight += share * cover.sum()

    def _amendments(self, plan: Plan, entry: CropYear, year: int, work: _Work | None) -> None:
        for one in plan.applied(year, always=self.cyclic):
            month = one.month
            if month is None:
                month = local_month(crop(entry.crop).harvest, self.latitude)
            depth, where = self._placed(one, month, work)
            by_month = np.zeros(MONTHS_PER_YEAR)
            by_month[month - 1] = one.carbon
            self.out.add(f"{one.amendment} {where}", year, by_month, depth, amendment(one.amendment).quality)

    def _placed(self, one: Application, month: int, work: _Work | None) -> tuple[Array, str]:
        if one.top is None or one.bottom is None:
            return self._laid(month, work)
        label = f"at {CM_PER_M * one.top:g}-{CM_PER_M * one.bottom:g} cm"
        return between(self.grid, one.top, one.bottom), label
