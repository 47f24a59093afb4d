"""Walk through the years of a time line of plans and place every input, tillage and cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
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
    carbon_inputs,
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
from mollisol.plants.quality import with_suberin
from mollisol.plants.timing import InputTiming, local_month, respiration_timing
from mollisol.practices.builder import ABOVE, BELOW, Builder, between, surface
from mollisol.practices.carbon import ClimateMeans, crop_carbon
from mollisol.practices.changes import Companion, InputAddition, RootChange, RootQuality, of_kind
from mollisol.practices.effects import input_factor, input_pieces, mean_roots, place_factors, place_year, root_pieces
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
from mollisol.practices.soil_schedule import buried_by, laid_by, works_of
from mollisol.practices.soil_work import SoilWork
from mollisol.practices.values import Value, best
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
        """What the record says of it."""
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
        self.deep: dict[int, list[tuple[int, SoilWork]]] = {}

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

    def _give(
        self,
        plan: Plan,
        part: str,
        name: str,
        label: str,
        year: int,
        by_month: Array,
        depth: Array,
        quality: Array,
        scaled: int = 0,
        share: Value = 1.0,
    ) -> None:
        """Add what a part of a plant, or an amendment, brings in a year, as the plan's changes leave it."""
        factor = share * input_factor(plan, part, name, year, self.cyclic)
        for piece in input_pieces(plan, part, name, year, self.cyclic, depth, quality, self.grid):
            amount = np.multiply.outer(by_month, factor * piece.share)
            below = part.endswith(("roots", "rhizodeposits"))
            self.out.add(label, year, amount, piece.depth, piece.quality, below, scaled)

    def run(self) -> Management:
        """Return the management of the window."""
        place_factors(self.out, self.timeline, self.cyclic)
        # A cover crop sown in the year before the window ends in its first year.
        for year in (self.out.years[0] - 1, *self.out.years):
            plan = plan_in_force(self.timeline, year)
            now, following = plan.crop_year(year), plan.crop_year(year + 1)
            work = self._work(plan, year)
            self._soil_work(plan, year)
            if year in self.out.years:
                self._main_crop(plan, now, year, work)
                self._next_crop_cover(following, year)
                self._amendments(plan, now, year, work)
                self._additions(plan, year)
                place_year(self.out, plan, year, self.latitude, self.cyclic)
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

    def _soil_work(self, plan: Plan, year: int) -> None:
        """Write what moves the soil itself to the month axis; in a cycle that goes on for ever there is none."""
        self.deep[year] = [] if self.cyclic else works_of(plan, year, self.latitude)
        if year in self.out.years:
            begin = self.out.months_of(year).start
            self.out.soil_work += [(begin + month - 1, one) for month, one in self.deep[year]]
        if self.cyclic and plan.soil_work:
            self.out.note("work that moves the soil itself is no part of the repeating cycle")

    def _laid(self, month: int, work: _Work | None, year: int) -> tuple[Array, str]:
        """Return (row,) where material laid on the surface in a month lies, and how to call that."""
        deep = buried_by(self.deep.get(year, []), month)
        if deep is not None:
            return laid_by(deep, self.grid)
        if work is None or work.month != month:
            return surface(self.out.rows), "on the surface"
        worked = between(self.grid, 0.0, work.depth)
        return work.burial * worked + (1.0 - work.burial) * surface(self.out.rows), work.label

    def _roots(self, plan: Plan, entry: CropYear, name: str, year: int) -> list[tuple[float, Array]]:
        own = entry.roots or plan.roots
        changes = tuple(of_kind(plan.changes, RootChange))
        shares = tuple(one.share(year, self.cyclic) for one in changes)

        def make() -> list[tuple[float, Array]]:
            kind, parameters = (own or RootChoice()).of(crop(name))
            return root_pieces(changes, kind, parameters, name, year, self.cyclic, self.grid)

        # Choices live as long as the plans, so their identity names them.
        key = ("roots", name, id(own) if own else None, tuple(map(id, changes)), shares)
        found: list[tuple[float, Array]] = self._once(key, make)
        return found

    def _root_quality(self, plan: Plan, plant: Crop, green: bool, year: int) -> list[tuple[float, Array]]:
        """Return (share, (pool,) or (pool, variant)) pairs: while a change grows in, the rest is as it was."""
        quality = self.choices.quality
        usual: Array = self._once(
            ("roots made of", plant.name, green), lambda: root_quality(plant, green=green, parameters=quality)
        )
        pieces: list[tuple[float, Value]] = [(1.0, 1.0)]
        for one in of_kind(plan.changes, RootQuality):
            if one.name not in (None, plant.name):
                continue
            share = one.share(year, self.cyclic)
            grown = [(weight * share, content * one.suberin) for weight, content in pieces]
            pieces = [(weight * (1.0 - share), content) for weight, content in pieces] + grown
        return [(weight, with_suberin(usual, plant, content, quality)) for weight, content in pieces if weight > 0.0]

    def _below_ground(
        self,
        plan: Plan,
        label: str,
        year: int,
        carbon: CropCarbon,
        timing: InputTiming,
        roots: list[tuple[float, Array]],
        green: bool,
        share: Value = 1.0,
    ) -> None:
        plant, quality = crop(carbon.crop), self.choices.quality
        dead, fresh = self._root_quality(plan, plant, green, year), [(1.0, rhizodeposit_quality(quality))]
        before, scaled = ("cover_", 0) if green else ("", 0 if carbon.given else BELOW)
        spread = timing.rhizodeposits
        if self.means is not None:
            spread = respiration_timing(spread, self.means[0], self.choices.timing)
        grown: Value = 0.0
        for part, amount, when, made_of in (
            ("roots", carbon.roots, timing.roots, dead),
            ("rhizodeposits", carbon.rhizodeposits, timing.rhizodeposits, fresh),
        ):
            grown = grown + amount * share * input_factor(plan, before + part, plant.name, year, self.cyclic)
            for (weight, layers), (part_of, made) in product(roots, made_of):
                depth = np.concatenate([np.zeros_like(layers[:1]), layers])
                self._give(
                    plan, before + part, plant.name, f"{label} {part}", year, weight * part_of * amount * when, depth,
                    made, scaled, share,
                )  # fmt: skip
        respired = np.multiply.outer(spread, self.choices.timing.root_respiration_ratio * np.asarray(grown))
        for weight, layers in roots:
            depth = np.concatenate([np.zeros_like(layers[:1]), layers])
            self.out.respire(year, weight * respired, depth)

    def _timing(self, plant: Crop) -> InputTiming:
        found: InputTiming = self._once(
            ("timing", plant.name), lambda: input_timing(plant, self.latitude, self.choices.timing)
        )
        return found

    def _main_crop(self, plan: Plan, entry: CropYear, year: int, work: _Work | None) -> None:
        plant = crop(entry.crop)
        carbon = crop_carbon(entry, self.means, self.choices.allocation)
        if not entry.ways:
            self.out.note(f"{entry.crop}: productivity {carbon.npp:.3f} kg C/m2/yr from the climate")
        timing = self._timing(plant)
        around = self._season(plant)
        part = "litter" if plant.perennial else "straw"
        depth, where = self._laid(around.harvest, work, year)
        straw, scaled = carbon.straw_returned * timing.straw, 0 if carbon.given else ABOVE
        pieces = [(1.0, depth, where)]
        if plan.ditch is not None and not plant.perennial:
            ditch, own = plan.ditch, between(self.grid, plan.ditch.top, plan.ditch.bottom)
            pieces = [(ditch.left(year), depth, where), (ditch.buried(year), own, "in the ditch")]
        for share, placed, called in pieces:
            self._give(
                plan, "straw", plant.name, f"{plant.name} {part} {called}", year, share * straw, placed,
                self._straw(plant), scaled,
            )  # fmt: skip
        roots = self._roots(plan, entry, plant.name, year)
        self._below_ground(plan, plant.name, year, carbon, timing, roots, green=False)
        self.out.cover[self.out.months_of(year)] += around.cover[MONTHS_PER_YEAR:]
        self.out.root_weight += mean_roots(roots) * around.cover[MONTHS_PER_YEAR:].sum()
        grown = carbon.product * input_factor(plan, "product", plant.name, year, self.cyclic)
        self.out.harvest.append(replace(carbon, product=best(grown)))
        self.out.product.append(np.atleast_1d(grown))
        self._companions(plan, year, carbon.npp, work)

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
        depth, where = self._laid(end_month, work, ends)
        quality = self._straw(plant, green=True)
        label = f"{plant.name} cover"
        self._give(
            plan, "cover_shoots", plant.name, f"{label} shoots {where}", ends, carbon.straw_returned * timing.straw,
            depth, quality,
        )  # fmt: skip
        roots = self._roots(plan, now, plant.name, ends)
        self._below_ground(plan, label, ends, carbon, timing, roots, green=True)
        self.out.root_weight += mean_roots(roots) * cover.sum()

    def _amendments(self, plan: Plan, entry: CropYear, year: int, work: _Work | None) -> None:
        for one in plan.applied(year, always=self.cyclic):
            month = one.month
            if month is None:
                month = local_month(crop(entry.crop).harvest, self.latitude)
            depth, where = self._placed(one, month, work, year)
            by_month = np.zeros(MONTHS_PER_YEAR)
            by_month[month - 1] = one.carbon
            made_of = amendment(one.amendment).quality if one.quality is None else np.asarray(one.quality)
            self._give(plan, "amendments", one.amendment, f"{one.amendment} {where}", year, by_month, depth, made_of)

    def _additions(self, plan: Plan, year: int) -> None:
        for one in of_kind(plan.changes, InputAddition):
            by_month = np.zeros(MONTHS_PER_YEAR)
            for month in one.months:
                by_month[local_month(month, self.latitude) - 1] = 1.0 / len(one.months)
            if one.roots is not None:
                d50, d95 = one.roots
                depth = np.concatenate([[0.0], root_share("logistic", {"d50": d50, "d95": d95}, self.grid)])
            elif one.top is None or one.bottom is None:
                depth = surface(self.out.rows)
            else:
                depth = between(self.grid, one.top, one.bottom)
            amount = np.multiply.outer(by_month, one.carbon * one.share(year, self.cyclic))
            self.out.add(one.label, year, amount, depth, np.asarray(one.quality), one.roots is not None)
            if one.respired > 0.0:
                self.out.respire(year, one.respired * amount, depth)

    def _companions(self, plan: Plan, year: int, alone: float, work: _Work | None) -> None:
        """Add the crops that grow among the main one, whose productivity alone is given (kg C/m2/yr)."""
        for one in of_kind(plan.changes, Companion):
            plant, share = crop(one.name), one.amount * one.share(year, self.cyclic)
            carbon = carbon_inputs(plant, productivity=alone, parameters=self.choices.allocation)
            timing = self._timing(plant)
            around = self._season(plant)
            depth, where = self._laid(around.harvest, work, year)
            self._give(
                plan, "straw", plant.name, f"{plant.name} straw {where}", year, carbon.straw_returned * timing.straw,
                depth, self._straw(plant), ABOVE, share,
            )  # fmt: skip
            roots = self._roots(plan, plan.crop_year(year), plant.name, year)
            self._below_ground(plan, plant.name, year, carbon, timing, roots, False, share)
            weight = best(share) * around.cover[MONTHS_PER_YEAR:].sum()
            self.out.root_weight += mean_roots(roots) * weight

    def _placed(self, one: Application, month: int, work: _Work | None, year: int) -> tuple[Array, str]:
        if one.top is None or one.bottom is None:
            return self._laid(month, work, year)
        label = f"at {CM_PER_M * one.top:g}-{CM_PER_M * one.bottom:g} cm"
        return between(self.grid, one.top, one.bottom), label
