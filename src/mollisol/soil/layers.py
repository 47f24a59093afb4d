"""A soil profile on the layers of a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.soil.hydraulics import Hydraulics, hydraulics
from mollisol.soil.texture import texture_class

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SoilLayers:
    """Soil properties by layer; every array is (layer,) on `grid`.

    Attributes
    ----------
    profile_id : the profile that it was made from.
    grid : the layers.
    organic_carbon : kg C/m2 in the sampled part of the layer; NaN below the last sample.
    organic_carbon_error : its standard deviation, kg C/m2.
    organic_carbon_percent : % of the fine earth's mass in the sampled part; NaN below the last sample.
    bulk_density : mass of fine earth per volume of fine earth, kg/m3.
    sand, silt, clay : kg per kg of fine mineral earth, summing to 1.
    coarse_fraction : coarse fragments, m3 per m3 of soil.
    ph : pH in water, NaN where the profile has none.
    delta14c : Delta14C of the carbon, permil, NaN where not measured.
    mineral_mass : fine earth without organic matter in the whole layer, kg/m2.
    measured : share of the layer's thickness down to which carbon was sampled, 0-1.
    measured_depth : depth down to which carbon was sampled, m.
    sample_year : mean year of sampling, NaN where unknown.
    flags : by variable, for each layer the functions that filled a part of it (", " between them), "" where all
        of it was measured.
    notes : what the reader of the profile should know.
    """

    profile_id: str
    grid: Grid
    organic_carbon: Array
    organic_carbon_error: Array
    organic_carbon_percent: Array
    bulk_density: Array
    sand: Array
    silt: Array
    clay: Array
    coarse_fraction: Array
    ph: Array
    delta14c: Array
    mineral_mass: Array
    measured: Array
    measured_depth: float
    sample_year: float
    flags: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.grid)

    @property
    def texture_class(self) -> NDArray[np.str_]:
        """(layer,) USDA texture class."""
        return texture_class(self.sand, self.clay)

    def hydraulics(self) -> Hydraulics:
        """Return the hydraulic properties by layer; below the last sample its carbon content is carried down."""
        known = np.flatnonzero(~np.isnan(self.organic_carbon_percent))
        at = np.minimum(np.arange(len(self)), known[-1])
        carbon = np.minimum(self.organic_carbon_percent[at], 100.0)
        return hydraulics(self.sand, self.clay, carbon, self.coarse_fraction)
