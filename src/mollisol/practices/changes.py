"""What practices change beside the crops, the tillage and the amendments of a plan: factors with a time course.

A plan holds a tuple of these. They compose: factors of several changes of one kind multiply, so that their order does
not matter; what does depend on the order (a rotation, a tillage) is a slot of the plan and belongs to one practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.practices.values import Value, same

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """How an effect comes and goes: 0 before `begin`, rising in even steps, holding, fading as an exponential.

        share(year) = min(1, n / ramp) in the n-th year;  after `hold` full years exp(-(n - ramp - hold) / fade)

    Attributes
    ----------
    begin : first year.
    ramp_years : years until the effect is full; 0 or 1 = at once.
    hold_years : years at full effect, None = as long as the practice holds.
    fade_years : e-folding time of what follows; 0 = it ends at once.
    growth : (rate, shape) of a stand, 1/yr and 1: share(year) = (1 - exp(-rate n))^shape in place of the even steps
        (Richards 1959); None = even steps.
    """

    begin: int
    ramp_years: float = 0.0
    hold_years: float | None = None
    fade_years: float = 0.0
    growth: tuple[float, float] | None = None

    def share(self, year: int) -> float:
        """Return the share (0-1) of the full effect in a calendar year.

        Examples
        --------
        >>> [Course(2025, ramp_years=4.0).share(year) for year in (2024, 2025, 2028, 2040)]
        [0.0, 0.25, 1.0, 1.0]
        """
        count = year - self.begin + 1
        if count <= 0:
            return 0.0
        risen = 1.0 if self.ramp_years <= 1.0 else min(1.0, count / self.ramp_years)
        if self.growth is not None:
            rate, shape = self.growth
            risen = float((1.0 - np.exp(-rate * count)) ** shape)
        if self.hold_years is None:
            return risen
        over = count - max(self.ramp_years, 0.0) - self.hold_years
        if over <= 0.0:
            return risen
        return float(np.exp(-over / self.fade_years)) if self.fade_years > 0.0 else 0.0

    def settled(self) -> float:
        """Return the share after a very long time: that of a cycle that has always gone on."""
        return 1.0 if self.hold_years is None else 0.0


class Change:
    """What a practice changes. Two are equal where all that they hold is, draws included."""

    course: Course

    def __eq__(self, other: object) -> bool:
        """Compare field by field; arrays compare as a whole."""
        if type(self) is not type(other):
            return NotImplemented
        return all(same(getattr(self, one.name), getattr(other, one.name)) for one in fields(self))  # type: ignore[arg-type]

    __hash__ = object.__hash__

    def share(self, year: int, always: bool = False) -> float:
        """Return the share of the full effect in a year; `always` as if it had gone on for ever."""
        return self.course.settled() if always else self.course.share(year)


PARTS: Mapping[str, tuple[str, ...]] = {
    "product": ("product",),
    "straw": ("straw",),
    "roots": ("roots",),
    "rhizodeposits": ("rhizodeposits",),
    "below_ground": ("roots", "rhizodeposits"),
    "crop": ("product", "straw", "roots", "rhizodeposits"),
    "cover_crop": ("cover_shoots", "cover_roots", "cover_rhizodeposits"),
    "amendments": ("amendments",),
    "all": (
        "product", "straw", "roots", "rhizodeposits", "cover_shoots", "cover_roots", "cover_rhizodeposits",
        "amendments",
    ),
}  # fmt: skip
"""What an action can name, and the parts of the inputs that it means."""


@dataclass(frozen=True, eq=False)
class InputChange(Change):
    """A factor on what some parts of the plants or the amendments bring.

    Attributes
    ----------
    factor : on the amount, at full effect.
    course : of it.
    parts : of `PARTS`' values.
    name : of the crop or the amendment; None = every one.
    top, bottom : m; only what enters between them is scaled. From 0 down it includes what falls on the surface.
    pools : of `LITTER_POOLS`; only the carbon that enters these is scaled; empty = all.
    """

    factor: Value
    course: Course
    parts: tuple[str, ...]
    name: str | None = None
    top: float | None = None
    bottom: float | None = None
    pools: tuple[str, ...] = ()

    def touches(self, part: str, name: str) -> bool:
        """Whether it acts on a part of a crop or an amendment."""
        return part in self.parts and self.name in (None, name)

    def at(self, year: int, always: bool = False) -> Value:
        """Return the factor of a year."""
        return 1.0 + (self.factor - 1.0) * self.share(year, always)


@dataclass(frozen=True, eq=False)
class InputAddition(Change):
    """Carbon that enters every year beside the crops, at given depths.

    Attributes
    ----------
    label : name of the source.
    carbon : kg C/m2/yr at full effect.
    quality : (pool,) shares over `LITTER_POOLS`.
    top, bottom : m, even between them; None = on the surface.
    months : 1-12, in equal parts.
    roots : (d50, d95) in m of roots along which it enters instead; it then counts as below-ground productivity.
    respired : root respiration over its carbon.
    """

    label: str
    carbon: Value
    course: Course
    quality: tuple[float, ...]
    top: float | None = None
    bottom: float | None = None
    months: tuple[int, ...] = tuple(range(1, 13))
    roots: tuple[float, float] | None = None
    respired: float = 0.0


@dataclass(frozen=True, eq=False)
class RootChange(Change):
    """Roots reach deeper, or less deep: every depth of the root distribution is multiplied by a factor."""

    factor: Value
    course: Course
    name: str | None = None


@dataclass(frozen=True, eq=False)
class RootQuality(Change):
    """Roots with more suberin: a factor of at least 1 on the crop's own content."""

    suberin: Value
    course: Course
    name: str | None = None


@dataclass(frozen=True, eq=False)
class Companion(Change):
    """A second crop that grows among the main one.

    Attributes
    ----------
    name : of the crop.
    amount : its productivity over that of the main crop when that grows alone.
    """

    name: str
    amount: Value
    course: Course


@dataclass(frozen=True, eq=False)
class Standing(Change):
    """Carbon in the wood of a stand, kg C/m2 of this part of the field at full growth; it is no soil carbon."""

    biomass: Value
    course: Course


PROCESSES: Mapping[str, str] = {
    "decomposition": "all reactions of decomposition and uptake",
    "fast_litter": "decay of fast litter",
    "slow_litter": "decay of slow litter",
    "resistant_litter": "decay of resistant litter (suberin, cutin)",
    "pyrogenic": "decay of char",
    "mineral": "release of mineral carbon",
    "sorption": "sorption of dissolved carbon to minerals",
    "efficiency": "odds of carbon taken up to become biomass rather than carbon dioxide",
    "stabilisation": "odds of dying microbes to be bound by minerals rather than dissolved",
    "bioturbation": "mixing of soil by animals, and the burial of litter",
    "percolation": "movement of dissolved carbon",
    "oxygen": "air-filled pores through which oxygen comes",
}
"""What `scale_process` can name, and what the factor multiplies."""


@dataclass(frozen=True, eq=False)
class ProcessChange(Change):
    """A factor on a process between two depths (m); from 0 down it includes the surface litter."""

    process: str
    factor: Value
    course: Course
    top: float = 0.0
    bottom: float | None = None


@dataclass(frozen=True, eq=False)
class WaterChange(Change):
    """Water that is brought to the field, and how much more or less plants use.

    Attributes
    ----------
    irrigation : (12,) mm in each calendar month of the northern calendar, at full effect.
    use : factor on the share of the demand that acts through living plants.
    """

    course: Course
    irrigation: tuple[float, ...] = (0.0,) * 12
    use: float = 1.0


@dataclass(frozen=True, eq=False)
class NutrientChange(Change):
    """Nutrients that a practice brings or needs, kg/ha/yr of the element; negative where it ties them up.

    `limestone` is a supply too, kg/ha/yr of it.
    """

    course: Course
    supply: Mapping[str, Value] = field(default_factory=dict)
    demand: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ClimateChange(Change):
    """Another climate: a change of each month that grows in with the course, or the series of a file.

    Attributes
    ----------
    warming : (12,) K in each month, January first; rain, demand : (12,) factors on precipitation and on potential
        evapotranspiration where that is given.
    file : a climate table that replaces the study's; None = none.
    """

    course: Course
    warming: tuple[float, ...] = (0.0,) * 12
    rain: tuple[float, ...] = (1.0,) * 12
    demand: tuple[float, ...] = (1.0,) * 12
    file: str | None = None


def of_kind(changes: tuple[Any, ...], kind: type[Any]) -> list[Any]:
    """Return the changes of one kind, in their order."""
    return [one for one in changes if isinstance(one, kind)]
