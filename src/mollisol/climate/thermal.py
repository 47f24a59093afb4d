"""Thermal conductivity and heat capacity of soil from texture, pores and water."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.series import Array

_QUARTZ, _WATER, _ORGANIC = 7.7, 0.594, 0.25
"""W/m/K: quartz and water (Lu et al. 2007), organic solids (Farouki 1981)."""

MINERAL_DENSITY, ORGANIC_DENSITY = 2650.0, 1300.0
"""kg/m3 (Hillel 1998)."""


def thermal_conductivity(
    water: ArrayLike, porosity: ArrayLike, sand: ArrayLike, organic_share: ArrayLike = 0.0
) -> Array:
    """Thermal conductivity of unfrozen soil, W/m/K.

    lambda = lambda_dry + Ke (lambda_sat - lambda_dry); Ke = exp(a (1 - Sr^(a - 1.33))) with a = 0.96 where
    sand exceeds 40 %, else 0.27; lambda_dry = 0.51 - 0.56 n; lambda_sat = lambda_s^(1-n) 0.594^n;
    lambda_s = 7.7^q 2^(1-q) (3^(1-q) where q < 0.2), q the sand as quartz; organic solids enter lambda_s
    by their share of the solids' volume.

    Parameters
    ----------
    water, porosity : m3/m3.
    sand : mass fraction of the mineral soil.
    organic_share : share of the solids' volume that is organic matter.

    Source: Lu, Ren, Gong & Horton 2007, Soil Sci. Soc. Am. J. 71:8 (after Johansen 1975); organic solids as
    Lawrence & Slater 2008, Clim. Dyn. 30:145.

    Examples
    --------
    >>> thermal_conductivity([0.05, 0.25], 0.45, 0.4).round(2).tolist()
    [0.36, 1.29]
    """
    n, q = np.asarray(porosity, dtype=np.float64), np.asarray(sand, dtype=np.float64)
    # Air-dry soil is the driest there is; Ke has its limit 0 at Sr = 0.
    wet = np.clip(np.asarray(water, dtype=np.float64) / n, 1e-6, 1.0)
    other = np.where(q < 0.2, 3.0, 2.0)
    organic = np.asarray(organic_share, dtype=np.float64)
    solid = (_QUARTZ**q * other ** (1.0 - q)) ** (1.0 - organic) * _ORGANIC**organic
    saturated = solid ** (1.0 - n) * _WATER**n
    dry = np.maximum(0.51 - 0.56 * n, 0.05)
    shape = np.where(q > 0.4, 0.96, 0.27)
    kersten = np.exp(shape * (1.0 - wet ** (shape - 1.33)))
    return np.asarray(dry + kersten * (saturated - dry))


def heat_capacity(water: ArrayLike, mineral: ArrayLike, organic: ArrayLike) -> Array:
    """Volumetric heat capacity, J/m3/K: (1.92 m + 2.51 o + 4.18 w) x 1e6, volume fractions.

    Source: de Vries 1963, in van Wijk (ed.), Physics of Plant Environment.
    """
    parts = (1.92e6, mineral), (2.51e6, organic), (4.18e6, water)
    return np.asarray(sum(c * np.asarray(x, dtype=np.float64) for c, x in parts))
