"""Collect the inputs of a window of years, source by source, into the engine's arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.plants import LITTER_POOLS, CropCarbon
from mollisol.practices.management import Management
from mollisol.units import CM_PER_M, MONTHS_PER_YEAR, InputError

Array = NDArray[np.float64]


def surface(rows: int) -> Array:
    """Return (row,) everything on the surface."""
    row = np.zeros(rows)
    row[0] = 1.0
    return row


def between(grid: Grid, top: float, bottom: float) -> Array:
    """Return (row,) an even spread between two depths (m)."""
    if bottom > grid.bottom * (1.0 + 1e-12):
        raise InputError(
            f"{CM_PER_M * bottom:g} cm lies below the grid, which ends at {CM_PER_M * grid.bottom:g} cm",
            key="depth_cm",
            remedy="work or place less deep, or choose a deeper grid",
        )
    covered = (grid.depth_share(bottom) - grid.depth_share(top)) * grid.thickness
    return np.concatenate([[0.0], covered / covered.sum()])


class Builder:
    """Collects amounts by source over the months of a window."""

    def __init__(self, years: tuple[int, ...], grid: Grid) -> None:
        self.years, self.grid = years, grid
        self.months, self.rows = MONTHS_PER_YEAR * len(years), len(grid) + 1
        self.names: list[str] = []
        self.index: dict[tuple[str, bytes, bytes], int] = {}
        self.amounts: list[Array] = []
        self.depths: list[Array] = []
        self.qualities: list[Array] = []
        self.below: list[bool] = []
        self.root_respiration = np.zeros((self.months, self.rows))
        self.tillage = np.zeros((4, self.months))
        self.cover = np.zeros(self.months)
        self.root_weight = np.zeros(len(grid))
        self.harvest: list[CropCarbon] = []
        self.notes: dict[str, None] = {}

    def note(self, text: str) -> None:
        """Remember once what was chosen for the user."""
        self.notes.setdefault(text)

    def months_of(self, year: int) -> slice:
        """Return where a year lies on the month axis."""
        begin = self.years.index(year) * MONTHS_PER_YEAR
        return slice(begin, begin + MONTHS_PER_YEAR)

    def add(self, name: str, year: int, by_month: Array, depth: Array, quality: Array, below: bool = False) -> None:
        """Add (12,) kg C/m2 in the months of a year to a source; one name with two depths becomes two."""
        if not np.any(by_month > 0.0):
            return
        key = (name, depth.tobytes(), quality.tobytes())
        if key not in self.index:
            same = sum(other[0] == name for other in self.index)
            self.index[key] = len(self.names)
            self.names.append(name if same == 0 else f"{name} ({same + 1})")
            self.amounts.append(np.zeros(self.months))
            self.depths.append(depth)
            self.qualities.append(quality)
            self.below.append(below)
        # A month is a twelfth of a year: an amount of a month is twelve times that as a rate.
        self.amounts[self.index[key]][self.months_of(year)] += MONTHS_PER_YEAR * by_month

    def finish(self) -> Management:
        """Return what was collected."""
        sources = len(self.names)
        return Management(
            years=self.years,
            sources=tuple(self.names),
            amount=np.stack(self.amounts, axis=1) if sources else np.zeros((self.months, 0)),
            depth=np.stack(self.depths) if sources else np.zeros((0, self.rows)),
            quality=np.stack(self.qualities) if sources else np.zeros((0, len(LITTER_POOLS))),
            below_ground=np.array(self.below, dtype=np.bool_),
            root_respiration=self.root_respiration,
            tillage_depth=self.tillage[0],
            tillage_mixing=self.tillage[1],
            tillage_burial=self.tillage[2],
            tillage_breakage=self.tillage[3],
            cover=np.minimum(self.cover, 1.0),
            root_share=self.root_weight / self.root_weight.sum(),
            harvest=tuple(self.harvest),
            notes=tuple(self.notes),
        )
