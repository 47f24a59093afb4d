"""What the ledger is told of a field and of each plan on it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.practices.management import Management
from mollisol.practices.plan import Plan, Timeline, plan_in_force

Array = NDArray[np.float64]

K = TypeVar("K", bound=Hashable)

TROPICAL = 18.0
"""degC; mean annual temperature from which the IPCC calls a climate tropical (2019 Refinement, Vol. 4, Annex 3A.5)."""

TROPICAL_WET = 1000.0
"""mm/yr from which a tropical climate counts as wet there."""


@dataclass(frozen=True, eq=False)
class Site:
    """The field.

    Attributes
    ----------
    grid : layers.
    clay, sand : (layer,) kg/kg of the fine earth.
    temperature : mean of the year, degC; precipitation, potential_evapotranspiration : mm/yr.
    """

    grid: Grid
    clay: Array
    sand: Array
    temperature: float
    precipitation: float
    potential_evapotranspiration: float

    @property
    def tropical(self) -> bool:
        """Whether the climate is tropical."""
        return self.temperature > TROPICAL

    @property
    def wet(self) -> bool:
        """Whether the climate is wet as the IPCC's emission factors mean it."""
        if self.tropical:
            return self.precipitation > TROPICAL_WET
        return self.precipitation > self.potential_evapotranspiration

    @property
    def climates(self) -> tuple[str, ...]:
        """Names under which a published effect may be restricted."""
        return ("", "tropical" if self.tropical else "temperate", "wet" if self.wet else "dry")


@dataclass(frozen=True)
class Water:
    """Water of a plan in its mean year, mm/yr.

    `drainage` leaves through the bottom of the profile; `potential` is potential evapotranspiration.
    """

    evapotranspiration: float
    potential: float
    drainage: float
    runoff: float


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a field that is treated alike: its share of the area, its plans and what they compile to."""

    share: float
    timeline: Timeline
    management: Management

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years of the run."""
        return self.management.years

    def plan(self, year: int) -> Plan:
        """Return the plan in force in a year."""
        return plan_in_force(self.timeline, year)


@dataclass(frozen=True, eq=False)
class Case:
    """One plan of the comparison.

    Attributes
    ----------
    name : as in the results.
    practices : the practices that act, each with its first year; empty for the baseline.
    parts : of the field; one for a field that is treated evenly.
    timeline : the plans of the whole field.
    soc : (member, time) organic carbon of the whole profile at the start and after each year, kg C/m2.
    pyrogenic : (member, time) of which char; None where the run did not keep its pools.
    water : None where the run has no climate at depth.
    """

    name: str
    practices: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]
    timeline: Timeline
    soc: Array
    pyrogenic: Array | None = None
    water: Water | None = None

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years of the run."""
        return self.parts[0].years

    def acting(self, baseline: Case) -> NDArray[np.bool_]:
        """Return (year,) whether another plan than the baseline's is in force."""
        own, other = self.timeline, baseline.timeline
        return np.array([plan_in_force(own, year) != plan_in_force(other, year) for year in self.years], dtype=np.bool_)

    def mean_of(self, amounts: Callable[[Part], Array]) -> Array:
        """Return the mean over the parts, weighted by area, of (year,) amounts of a part."""
        return np.asarray(sum(part.share * amounts(part) for part in self.parts))

    def mean_of_each(self, amounts: Callable[[Part], Mapping[K, Array]]) -> dict[K, Array]:
        """Return the same of amounts by kind; a part without a kind has none of it."""
        found: dict[K, Array] = {}
        for part in self.parts:
            for kind, amount in amounts(part).items():
                found[kind] = found.get(kind, np.zeros(len(self.years))) + part.share * amount
        return found
