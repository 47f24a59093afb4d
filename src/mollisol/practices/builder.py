"""Collect the inputs of a window of years, source by source, into the engine's arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.plants import LITTER_POOLS, CropCarbon
from mollisol.practices.management import ClimateCourse, Draws, Management, ProcessFactor
from mollisol.practices.soil_work import SoilWork
from mollisol.units import CM_PER_M, MONTHS_PER_YEAR, InputError

Array = NDArray[np.float64]


def surface(rows: int) -> Array:
    """Return (row,) everything on the surface."""
    row = np.zeros(rows)
    row[0] = 1.0
    return row


def refuse_below(grid: Grid, bottom: float, key: str = "depth_cm") -> None:
    """Raise `InputError` where a depth (m) lies below the grid; `key` is the argument to blame."""
    if bottom > grid.bottom * (1.0 + 1e-12):
        raise InputError(
            f"{CM_PER_M * bottom:g} cm lies below the grid, which ends at {CM_PER_M * grid.bottom:g} cm",
            key=key,
            remedy="work or place less deep, or choose a deeper grid",
        )


def covered_rows(grid: Grid, top: float | None, bottom: float | None) -> Array:
    """Return (row,) the share of each row that lies between two depths (m); from 0 down with the surface."""
    upper, lower = 0.0 if top is None else top, grid.bottom if bottom is None else bottom
    refuse_below(grid, lower)
    inside = grid.depth_share(lower) - grid.depth_share(upper)
    return np.concatenate([[1.0 if upper == 0.0 else 0.0], inside])


def between(grid: Grid, top: float, bottom: float) -> Array:
    """Return (row,) an even spread between two depths (m)."""
    refuse_below(grid, bottom)
    covered = (grid.depth_share(bottom) - grid.depth_share(top)) * grid.thickness
    return np.concatenate([[0.0], covered / covered.sum()])


ABOVE, BELOW = 1, 2
"""Marks of the sources that an ensemble's scales of the inputs multiply."""


def weighted(shares: Array, weight: Array) -> Array:
    """Multiply (n,) or (n, variant) shares by weights of the other or the same shape."""
    if shares.ndim == weight.ndim:
        return shares * weight
    return shares[:, None] * weight if weight.ndim == 2 else shares * weight[:, None]


class Builder:
    """Collects amounts by source over the months of a window.

    Whatever varies over the members of an ensemble has a last axis of variants: the best estimate, then the members.
    """

    def __init__(self, years: tuple[int, ...], grid: Grid) -> None:
        self.years, self.grid = years, grid
        self.months, self.rows = MONTHS_PER_YEAR * len(years), len(grid) + 1
        self.names: list[str] = []
        self.index: dict[tuple[object, ...], int] = {}
        self.amounts: list[Array] = []
        self.depths: list[Array] = []
        self.qualities: list[Array] = []
        self.below: list[bool] = []
        self.scaled: list[int] = []
        self.root_respiration = np.zeros((self.months, self.rows, 1))
        self.tillage = np.zeros((4, self.months))
        self.cover = np.zeros(self.months)
        self.root_weight = np.zeros(len(grid))
        self.harvest: list[CropCarbon] = []
        self.product: list[Array] = []
        self.notes: dict[str, None] = {}
        self.soil_work: list[tuple[int, SoilWork]] = []
        self.irrigation = np.zeros(self.months)
        self.water_use = np.ones(self.months)
        self.nitrogen = np.zeros(len(years))
        self.biomass = np.zeros((len(years), 1))
        self.factors: list[ProcessFactor] = []
        self.climates: list[ClimateCourse] = []

    def note(self, text: str) -> None:
        """Remember once what was chosen for the user."""
        self.notes.setdefault(text)

    def months_of(self, year: int) -> slice:
        """Return where a year lies on the month axis."""
        begin = self.years.index(year) * MONTHS_PER_YEAR
        return slice(begin, begin + MONTHS_PER_YEAR)

    def add(
        self,
        name: str,
        year: int,
        by_month: Array,
        depth: Array,
        quality: Array,
        below: bool = False,
        scaled: int = 0,
    ) -> None:
        """Add (12,) or (12, variant) kg C/m2 in the months of a year to a source; one name with two depths becomes two.

        Parameters
        ----------
        depth : (row,) or (row, variant); quality : (pool,) or (pool, variant).
        below : whether it counts as below-ground net primary productivity.
        scaled : `ABOVE`, `BELOW`, or 0.
        """
        if not np.any(by_month > 0.0):
            return
        key = (name, depth.tobytes(), quality.tobytes(), scaled)
        if key not in self.index:
            same = sum(other[0] == name for other in self.index)
            self.index[key] = len(self.names)
            self.names.append(name if same == 0 else f"{name} ({same + 1})")
            self.amounts.append(np.zeros((self.months, 1)))
            self.depths.append(depth)
            self.qualities.append(quality)
            self.below.append(below)
            self.scaled.append(scaled)
        at = self.index[key]
        wide = by_month if by_month.ndim == 2 else by_month[:, None]
        if wide.shape[1] > self.amounts[at].shape[1]:
            self.amounts[at] = np.repeat(self.amounts[at], wide.shape[1], axis=1)
        # A month is a twelfth of a year: an amount of a month is twelve times that as a rate.
        self.amounts[at][self.months_of(year)] += MONTHS_PER_YEAR * wide

    def respire(self, year: int, by_month: Array, depth: Array) -> None:
        """Add (12,) or (12, variant) kg C/m2 of root respiration at (row,) or (row, variant) shares."""
        wide = by_month if by_month.ndim == 2 else by_month[:, None]
        below = depth if depth.ndim == 2 else depth[:, None]
        added = MONTHS_PER_YEAR * wide[:, None, :] * below[None]
        if added.shape[-1] > self.root_respiration.shape[-1]:
            self.root_respiration = np.repeat(self.root_respiration, added.shape[-1], axis=-1)
        self.root_respiration[self.months_of(year)] += added

    def stand(self, year: int, biomass: Array) -> None:
        """Add (variant,) kg C/m2 of wood at the end of a year."""
        if len(biomass) > self.biomass.shape[1]:
            self.biomass = np.repeat(self.biomass, len(biomass), axis=1)
        self.biomass[self.years.index(year)] += biomass

    def finish(self) -> Management:
        """Return what was collected."""
        sources = len(self.names)
        product = np.concatenate([np.broadcast_to(one, (1, self._variants)) for one in self.product])
        return Management(
            years=self.years,
            sources=tuple(self.names),
            amount=np.stack([one[:, 0] for one in self.amounts], axis=1) if sources else np.zeros((self.months, 0)),
            depth=np.stack(list(map(_first, self.depths))) if sources else np.zeros((0, self.rows)),
            quality=np.stack(list(map(_first, self.qualities))) if sources else np.zeros((0, len(LITTER_POOLS))),
            below_ground=np.array(self.below, dtype=np.bool_),
            root_respiration=self.root_respiration[..., 0],
            tillage_depth=self.tillage[0],
            tillage_mixing=self.tillage[1],
            tillage_burial=self.tillage[2],
            tillage_breakage=self.tillage[3],
            cover=np.minimum(self.cover, 1.0),
            root_share=self.root_weight / self.root_weight.sum(),
            harvest=tuple(self.harvest),
            notes=tuple(self.notes),
            scaled=np.array(self.scaled, dtype=np.int8),
            irrigation=self.irrigation,
            water_use=self.water_use,
            nitrogen=self.nitrogen,
            biomass=self.biomass,
            factors=tuple(self.factors),
            climates=tuple(self.climates),
            draws=self._draws(product),
            soil_work=tuple(self.soil_work),
        )

    @property
    def _variants(self) -> int:
        lengths = {one.shape[-1] for one in (*self.amounts, *self.product, self.root_respiration)}
        lengths |= {one.shape[-1] for one in (*self.depths, *self.qualities) if one.ndim == 2}
        return max(lengths, default=1)

    def _draws(self, product: Array) -> Draws | None:
        count = self._variants
        if count == 1 or not self.amounts:
            return None

        def members(values: list[Array]) -> Array:
            wide = [one if one.ndim == 2 else one[:, None] for one in values]
            own = max(one.shape[-1] for one in wide)
            return np.stack([np.broadcast_to(one, (one.shape[0], own)) for one in wide])[..., -max(own - 1, 1) :]

        return Draws(
            amount=np.stack([np.broadcast_to(one, (self.months, count)) for one in self.amounts], axis=1)[..., 1:],
            depth=members(self.depths),
            quality=members(self.qualities),
            root_respiration=_members(self.root_respiration),
            product=_members(product),
        )


def _first(values: Array) -> Array:
    return values if values.ndim == 1 else values[:, 0]


def _members(values: Array) -> Array:
    """Leave out the best estimate where there are draws beside it."""
    return values if values.shape[-1] == 1 else values[..., 1:]
