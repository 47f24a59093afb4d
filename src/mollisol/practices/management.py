"""What the engine is given of a plan: arrays by month, source, depth and pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mollisol.plants import LITTER_POOLS, CropCarbon
from mollisol.units import MONTHS_PER_YEAR, InputError

Array = NDArray[np.float64]


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
    padded = []
    for one in managements:
        place = {name: index for index, name in enumerate(one.sources)}
        amount = np.zeros((one.months, len(names)))
        depth = np.empty((len(names), one.depth.shape[1]))
        quality = np.empty((len(names), len(LITTER_POOLS)))
        below = np.zeros(len(names), dtype=np.bool_)
        for column, name in enumerate(names):
            holder, index = (one, place[name]) if name in place else owner[name]
            depth[column], quality[column] = holder.depth[index], holder.quality[index]
            below[column] = holder.below_ground[index]
            if name in place:
                amount[:, column] = one.amount[:, index]
        padded.append(replace(one, sources=names, amount=amount, depth=depth, quality=quality, below_ground=below))
    return padded
