"""Work that moves or changes the soil itself: turning over, mixing, exchanging layers, adding mineral material.

Beside the ordinary tillage of a plan, which goes on afterwards. All members of an ensemble share it: it is what is
done, not what is uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mollisol.units import MONTHS_PER_YEAR

Array = NDArray[np.float64]

Kind = Literal["inversion", "mixing", "exchange", "addition"]


@dataclass(frozen=True)
class Material:
    """Mineral material that is brought to the field; what is not given is as in the soil that receives it.

    Attributes
    ----------
    name : for notes and errors.
    mass : kg/m2 each time.
    clay, silt : kg/kg.
    oxides : pedogenic iron and aluminium oxides, kg/kg.
    ph : that its mass brings; soils are mixed by mass.
    high_charge : share of high-activity minerals, 0-1.
    density : of the settled material, kg/m3.
    carbon_dioxide : kg CO2/kg that its weathering can bind as dissolved inorganic carbon.
    dissolution : 1/yr, of what is left of it.
    """

    name: str
    mass: float
    clay: float | None = None
    silt: float | None = None
    oxides: float | None = None
    ph: float | None = None
    high_charge: float | None = None
    density: float | None = None
    carbon_dioxide: float = 0.0
    dissolution: float = 0.0

    @property
    def properties(self) -> dict[str, float]:
        """Soil properties by name that it has of its own."""
        given = {
            "clay": self.clay,
            "silt": self.silt,
            "oxides": self.oxides,
            "ph": self.ph,
            "high_charge": self.high_charge,
            "specific_volume": None if self.density is None else 1.0 / self.density,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class SoilWork:
    """One kind of work, once or again and again.

    Attributes
    ----------
    kind : "inversion" (layers reversed, as far as they are not mixed), "mixing", "exchange" (soil of two depths changes
        places) or "addition" (material is put in).
    depth : m, down to which the soil is worked, or the material put.
    first_year, every_years : None = once; times : at most so often, None = as long as the practice holds.
    month : 1-12, None = that of harvest.
    top : m, from which material is put in.
    mixing : 0-1, see `inversion_map` and `mixing_map`.
    burial : share of the surface litter that is buried; what is laid on the surface in that month is placed alike.
    breakage : share of the aggregates that is broken; loosening : share of the settled soil that is loosened.
    lower : (top, bottom), m, of the soil that is brought up, and `share` of the upper soil that it replaces.
    material : what is added.
    """

    kind: Kind
    depth: float
    first_year: int
    every_years: int | None = None
    month: int | None = None
    times: int | None = None
    top: float = 0.0
    mixing: float = 0.0
    burial: float = 0.0
    breakage: float = 0.0
    loosening: float = 0.0
    lower: tuple[float, float] | None = None
    share: float = 0.0
    material: Material | None = None

    def due(self, year: int) -> bool:
        """Whether it is done in a calendar year."""
        if self.every_years is None:
            return year == self.first_year
        round_, rest = divmod(year - self.first_year, self.every_years)
        return rest == 0 and round_ >= 0 and (self.times is None or round_ < self.times)

    @property
    def bottom(self) -> float:
        """The greatest depth that it reaches, m."""
        return max(self.depth, self.lower[1] if self.lower else 0.0)

    @property
    def effect(self) -> SoilWork:
        """The same work without its schedule: equal works have one map."""
        return SoilWork(**{**vars(self), "first_year": 0, "every_years": None, "month": None, "times": None})


@dataclass(frozen=True)
class StrawDitch:
    """Straw of the whole field that is gathered and put into the ditch of one strip each year.

    Attributes
    ----------
    gathered : share of the straw, 0-1.
    share : of the area that is dug each year.
    top, bottom : m, where the straw lies.
    starts : first year of the practice; first_year : that of this strip, None = never.
    every_years : years until the strip is dug again.
    """

    gathered: float
    share: float
    top: float
    bottom: float
    starts: int
    first_year: int | None
    every_years: int

    def left(self, year: int) -> float:
        """Return the share of the straw that stays where it fell."""
        return 1.0 if year < self.starts else 1.0 - self.gathered

    def buried(self, year: int) -> float:
        """Return the straw that comes into the strip's ditch, relative to what falls on as much area."""
        if self.first_year is None or year < self.first_year or (year - self.first_year) % self.every_years:
            return 0.0
        return self.gathered / self.share


def dissolved(works: tuple[tuple[int, SoilWork], ...], years: int) -> Array:
    """Return (year,) the carbon dioxide (kg CO2/m2/yr) that weathering of added rock binds as dissolved carbon.

        r_y = (1 - exp(-dissolution)) (left_(y-1) + brought_y) x carbon_dioxide

    Parameters
    ----------
    works : with the month (from the start) in which each is done.
    years : how many.

    Source
    ------
    First-order dissolution of what is left; numbers are the practice's parameters.
    """
    bound = np.zeros(years)
    for month, one in works:
        if one.material is None or one.material.carbon_dioxide == 0.0:
            continue
        age = np.arange(years) - month // MONTHS_PER_YEAR
        gone = np.where(age >= 0, np.exp(-one.material.dissolution * np.maximum(age, 0)), 0.0)
        bound += one.material.mass * one.material.carbon_dioxide * gone * -np.expm1(-one.material.dissolution)
    return bound
