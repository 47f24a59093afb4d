"""What the engine is given of a plan: arrays by month, source, depth and pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.plants import CropCarbon
from mollisol.practices.soil_work import SoilWork
from mollisol.units import MONTHS_PER_YEAR, InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Draws:
    """What differs between the members of an ensemble, where a practice's own parameters are drawn.

    Attributes
    ----------
    amount : (month, source, member), kg C/m2/yr.
    depth : (source, row, member) and quality : (source, pool, member), shares; the last axis may be 1.
    root_respiration : (month, row, member), kg C/m2/yr; the last axis may be 1.
    product : (year, member), kg C/m2/yr; the last axis may be 1.
    """

    amount: Array
    depth: Array
    quality: Array
    root_respiration: Array
    product: Array


@dataclass(frozen=True, eq=False)
class ProcessFactor:
    """A factor 1 + course x strength on a process.

    Attributes
    ----------
    process : name of `PROCESSES`.
    course : (month,) share of the full effect, 0-1.
    strength : (row, 1 + member) or (row, 1), the factor at full effect less 1; the best estimate first.
    """

    process: str
    course: Array
    strength: Array


@dataclass(frozen=True, eq=False)
class ClimateCourse:
    """Another climate on the field: a change of each month of the year that grows in, or a file's series.

    Attributes
    ----------
    course : (year,) share of the full change.
    warming, rain, demand : (12,) K and factors, January first.
    file : a climate table instead of the study's; "" = none.
    """

    course: Array
    warming: Array
    rain: Array
    demand: Array
    file: str = ""


@dataclass(frozen=True)
class Management:
    """Carbon inputs and tillage of a field, month by month.

    A row is the surface litter (0) or a layer of the grid (1 and below). Tillage acts at the start of its
    month on what lies there; what comes in the same month is already placed as if it had been worked in.

    Attributes
    ----------
    years : calendar years, one after another; the month axis is 12 times as long.
    sources : names of the inputs.
    amount : (month, source) kg C/m2/yr, the rate during that month.
    depth : (source, row) where each enters, rows sum to 1.
    quality : (source, pool) what it is made of over `LITTER_POOLS`, rows sum to 1.
    below_ground : (source,) whether it counts as below-ground net primary productivity.
    root_respiration : (month, row) kg C/m2/yr, autotrophic, outside the budget.
    tillage_depth : (month,) m, 0 = none; tillage_mixing, tillage_burial, tillage_breakage : (month,) 0-1.
    cover : (month,) ground cover 0-1.
    root_share : (layer,) mean share of the roots, weighted by ground cover, for the uptake of water.
    harvest : the year's main crop and its carbon, one for each year.
    notes : what was chosen for the user, to be told in the report.
    scaled : (source,) what an ensemble's scales of the inputs multiply: 1 above ground, 2 below ground, 0 neither.
    irrigation : (month,) mm; water_use : (month,) factor on the demand that acts through living plants.
    nitrogen : (year,) mineral nitrogen beside what the crops imply, kg N/m2/yr; negative where it is tied up.
    biomass : (year, 1 + member) or (year, 1), carbon in the wood of trees at the end of each year, kg C/m2, the best
        estimate first; no part of the soil's.
    factors : what scales processes.
    climates : changes of the climate, in their order.
    draws : what differs between the members; None where nothing does.
    soil_work : (month, work) of what moves or changes the soil itself, in its order; it comes before the tillage of
        its month.
    """

    years: tuple[int, ...]
    sources: tuple[str, ...]
    amount: Array
    depth: Array
    quality: Array
    below_ground: NDArray[np.bool_]
    root_respiration: Array
    tillage_depth: Array
    tillage_mixing: Array
    tillage_burial: Array
    tillage_breakage: Array
    cover: Array
    root_share: Array
    harvest: tuple[CropCarbon, ...]
    notes: tuple[str, ...]
    scaled: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, dtype=np.int8))
    irrigation: Array = field(default_factory=lambda: np.zeros(0))
    water_use: Array = field(default_factory=lambda: np.ones(0))
    nitrogen: Array = field(default_factory=lambda: np.zeros(0))
    biomass: Array = field(default_factory=lambda: np.zeros((0, 1)))
    factors: tuple[ProcessFactor, ...] = ()
    climates: tuple[ClimateCourse, ...] = ()
    draws: Draws | None = None
    soil_work: tuple[tuple[int, SoilWork], ...] = ()

    @property
    def months(self) -> int:
        """Length of the month axis."""
        return MONTHS_PER_YEAR * len(self.years)

    def input_by_row(self) -> Array:
        """Return (month, row) the carbon that enters each row, kg C/m2/yr."""
        return np.asarray(self.amount @ self.depth, dtype=np.float64)

    def bnpp_by_row(self) -> Array:
        """Return (month, row) the below-ground net primary productivity, kg C/m2/yr."""
        return np.asarray((self.amount * self.below_ground) @ self.depth, dtype=np.float64)

    def yearly(self) -> Array:
        """Return (year, source) the carbon of each year, kg C/m2/yr."""
        return np.asarray(self.amount.reshape(len(self.years), MONTHS_PER_YEAR, -1).mean(axis=1))


def union_sources(managements: Sequence[Management]) -> list[Management]:
    """Return the managements with one common source axis, so that they differ in numbers only.

    A source that a management does not have gets zero amount, and depth and quality of the first that has it.

    Raises
    ------
    InputError
        If the managements cover different years or grids.
    """
    if not managements:
        return []
    first = managements[0]
    for other in managements[1:]:
        if other.years != first.years or other.depth.shape[1] != first.depth.shape[1]:
            raise InputError("managements of different years or grids have no common source axis")
    owner: dict[str, tuple[Management, int]] = {}
    for one in managements:
        for index, name in enumerate(one.sources):
            owner.setdefault(name, (one, index))
    names = tuple(owner)
    return [_padded(one, names, [owner[name] for name in names]) for one in managements]


def _padded(one: Management, names: tuple[str, ...], holders: Sequence[tuple[Management, int]]) -> Management:
    """Return a management with the sources of all, in their order."""
    place = {name: index for index, name in enumerate(one.sources)}
    own = [place.get(name, -1) for name in names]
    found = [(one, index) if index >= 0 else holder for index, holder in zip(own, holders, strict=True)]
    there = np.array([index >= 0 for index in own], dtype=np.bool_)

    def spread(values: NDArray[Any], axis: int) -> NDArray[Any]:
        """Put values of the own sources in their place; zero for the others."""
        wide = np.zeros((*values.shape[:axis], len(names), *values.shape[axis + 1 :]), dtype=values.dtype)
        index = [slice(None)] * values.ndim
        index[axis] = there  # type: ignore[call-overload]
        wide[tuple(index)] = np.take(values, [index for index in own if index >= 0], axis=axis)
        return wide

    def gathered(name: str) -> NDArray[Any]:
        whole: NDArray[Any] = getattr(one, name)
        return np.stack([getattr(holder, name)[index] for holder, index in found]) if found else whole

    draws = one.draws
    if draws is not None:
        shares = {}
        for name in ("depth", "quality"):
            wide = spread(getattr(draws, name), 0)
            wide[~there] = gathered(name)[~there][..., None]
            shares[name] = wide
        draws = replace(draws, amount=spread(draws.amount, 1), **shares)
    return replace(
        one,
        sources=names,
        amount=spread(one.amount, 1),
        depth=gathered("depth"),
        quality=gathered("quality"),
        below_ground=gathered("below_ground"),
        scaled=spread(one.scaled, 0),
        draws=draws,
    )
