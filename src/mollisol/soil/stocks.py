"""Stocks of carbon and soil per horizon: stones, density and thickness put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.soil.organic_matter import organic_matter_percent

Array = NDArray[np.float64]

KG_M3_PER_G_CM3 = 1000.0


def fine_earth_mass(bulk_density: ArrayLike, thickness: ArrayLike, coarse_percent: ArrayLike = 0.0) -> Array:
    """Return the mass of fine earth, kg/m2 = BD x 1000 x thickness x (1 - coarse % / 100).

    Parameters
    ----------
    bulk_density : mass of fine earth per volume of fine earth, g/cm3.
    thickness : m.
    coarse_percent : coarse fragments, % of the volume.
    """
    fine_volume = np.asarray(thickness) * (1.0 - np.asarray(coarse_percent) / 100.0)
    return np.asarray(np.asarray(bulk_density) * KG_M3_PER_G_CM3 * fine_volume, dtype=np.float64)


def carbon_stock(
    organic_carbon_percent: ArrayLike,
    bulk_density: ArrayLike,
    thickness: ArrayLike,
    coarse_percent: ArrayLike = 0.0,
) -> Array:
    """Return the stock of organic carbon, kg C/m2 = OC % / 100 x BD x 1000 x thickness x (1 - coarse % / 100).

    Units as in `fine_earth_mass`; carbon is % of the mass of fine earth.

    Examples
    --------
    >>> float(carbon_stock(2.0, 1.3, 0.2, 10.0).round(3))
    4.68
    """
    mass = fine_earth_mass(bulk_density, thickness, coarse_percent)
    return np.asarray(np.asarray(organic_carbon_percent) / 100.0 * mass, dtype=np.float64)


def mineral_mass(
    organic_carbon_percent: ArrayLike,
    bulk_density: ArrayLike,
    thickness: ArrayLike,
    coarse_percent: ArrayLike = 0.0,
) -> Array:
    """Return the mass of fine earth without its organic matter, kg/m2 (organic matter = 1.724 x carbon)."""
    mineral = 1.0 - organic_matter_percent(organic_carbon_percent) / 100.0
    return np.asarray(fine_earth_mass(bulk_density, thickness, coarse_percent) * mineral, dtype=np.float64)
