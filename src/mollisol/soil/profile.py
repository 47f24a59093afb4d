"""A soil profile as observed: its horizons, where each figure was read, and what is not a measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.columns import HORIZON_FIELDS
from mollisol.units import CM_PER_M

Array = NDArray[np.float64]

INTERPOLATED = "interpolated"
EXTENDED_TO_SURFACE = "extended_to_surface"
FILLED_GAP = (INTERPOLATED, EXTENDED_TO_SURFACE)
"""Flags of values that no one measured and that reading filled in because it was asked to."""


@dataclass(frozen=True, eq=False)
class Profile:
    """The horizons of one profile, from the surface down; every array is (horizon,), NaN where missing.

    Attributes
    ----------
    profile_id : name of the profile.
    top_cm, bottom_cm : limits of the horizons, cm below the surface of the soil.
    organic_carbon_percent : organic carbon, % of the fine earth's mass; NaN where a stock was given instead.
    organic_carbon_stock_kg_m2 : organic carbon of the horizon, kg/m2, where given instead of percent.
    bulk_density_g_cm3 : fine earth per volume of fine earth.
    clay_percent, silt_percent, sand_percent : % of the mass of fine mineral earth.
    coarse_fragments_percent : % of the volume.
    ph_h2o, delta14c_permil, sample_year : as named.
    mineral_carbon_percent : mineral-associated carbon, % of the organic carbon.
    latitude, longitude : degrees, NaN where unknown.
    source : where each horizon comes from.
    file, lines : file, and line of each horizon in it (0 for a horizon that filled a gap).
    columns : by field, the column that it was read from.
    flags : by field and horizon, how a value that is not the measured one was made; "" where it is.
    notes : what a reader of the profile should know.
    """

    profile_id: str
    top_cm: Array
    bottom_cm: Array
    organic_carbon_percent: Array
    organic_carbon_stock_kg_m2: Array
    bulk_density_g_cm3: Array
    clay_percent: Array
    silt_percent: Array
    sand_percent: Array
    coarse_fragments_percent: Array
    ph_h2o: Array
    delta14c_permil: Array
    mineral_carbon_percent: Array
    sample_year: Array
    latitude: float = np.nan
    longitude: float = np.nan
    source: tuple[str, ...] = ()
    file: str = ""
    lines: tuple[int, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in HORIZON_FIELDS:
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != (len(self),):
                raise ValueError(f"{name} has shape {array.shape}, the profile {len(self)} horizons")
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return int(np.size(self.top_cm))

    @property
    def thickness(self) -> Array:
        """(horizon,) thickness, m."""
        return (self.bottom_cm - self.top_cm) / CM_PER_M

    @property
    def has_carbon(self) -> NDArray[np.bool_]:
        """(horizon,) whether carbon is known, as percent or as a stock."""
        return ~(np.isnan(self.organic_carbon_percent) & np.isnan(self.organic_carbon_stock_kg_m2))

    @property
    def carbon_depth_cm(self) -> float:
        """Depth down to which carbon is known, cm."""
        return float(self.bottom_cm[self.has_carbon].max()) if self.has_carbon.any() else 0.0

    def flag(self, name: str) -> tuple[str, ...]:
        """Return (horizon,) the flags of a field, "" where the value is the measured one."""
        return self.flags.get(name, ("",) * len(self))

    def provenance(self, name: str, horizon: int) -> str:
        """Return where a value was read, or how it was made: "file, line 3, 'clay_percent'" or the flag's name."""
        flag = self.flag(name)[horizon]
        if flag in FILLED_GAP or name not in self.columns:
            return flag or "not given"
        place = f"{self.file}, line {self.lines[horizon]}, '{self.columns[name]}'"
        return f"{place} ({flag})" if flag else place
