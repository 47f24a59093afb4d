"""Quality of litter: how its carbon is shared over the pools of fresh material.

    metabolic = 0.85 - 0.018 L / N  (not below 0.2)         Parton et al. 1987, Century
    resistant = lignin carbon = 0.63 L / C, at most what is not metabolic
    slow      = the rest

L and N are the lignin and nitrogen of dry matter (kg/kg), C its carbon. Fast litter is the metabolic part. Lignin is
the acid-insoluble residue, which holds suberin and cutin too: that is why roots have about twice the shoots'. Roots
with more suberin than the table's have that carbon in resistant litter, in place of all else in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.plants.crops import Crop
from mollisol.units import InputError, parameter

Array = NDArray[np.float64]

LITTER_POOLS = ("fast_litter", "slow_litter", "resistant_litter", "dissolved", "pyrogenic")
"""The pools that fresh material enters, in the order of every quality row."""


@dataclass(frozen=True)
class QualityParameters:
    """Numbers of the split."""

    metabolic_intercept: float = parameter(
        0.85, "1", 0.6, 1.0, "Parton et al. 1987; IPCC 2019 Tier 2", confidence="high"
    )
    metabolic_slope: float = parameter(
        0.018, "1", 0.005, 0.03, "Parton et al. 1987; IPCC 2019 Tier 2 (MIMICS: 0.013)", confidence="high"
    )
    metabolic_floor: float = parameter(0.2, "1", 0.0, 0.4, "Century 4 sets the same floor", confidence="medium")
    lignin_carbon: float = parameter(
        0.63, "kg/kg", 0.55, 0.68, "carbon of lignin 60-65 %", confidence="medium", about="carbon of lignin"
    )
    suberin_carbon: float = parameter(
        0.70, "kg/kg", 0.6, 0.78, "polyesters of long-chain acids with aromatics: between lignin (0.63) and fatty "
        "acids (0.76)", confidence="computed", about="carbon of suberin",
    )  # fmt: skip
    rhizodeposit_dissolved: float = parameter(
        0.5, "1", 0.1, 0.9, "soluble exudates against mucilage and sloughed cells (Jones et al. 2009)",
        confidence="low", distribution="logit", spread=0.5,
        about="share of the rhizodeposits that enters as dissolved carbon; the rest is fast litter",
    )  # fmt: skip


DEFAULTS = QualityParameters()


def litter_quality(
    lignin: ArrayLike,
    carbon_to_nitrogen: ArrayLike,
    carbon: ArrayLike = 0.45,
    parameters: QualityParameters = DEFAULTS,
) -> Array:
    """Return (3, ...) the shares of carbon in fast, slow and resistant litter, summing to 1.

    Parameters
    ----------
    lignin : kg/kg dry matter; carbon_to_nitrogen : by mass; carbon : kg/kg dry matter. Shapes that broadcast.

    Examples
    --------
    >>> litter_quality(0.053, 69.2).round(3).tolist()
    [0.703, 0.223, 0.074]
    """
    wood, ratio, whole = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (lignin, carbon_to_nitrogen, carbon))
    )
    if not np.all((wood >= 0.0) & (wood < 1.0)):
        raise InputError(f"got {wood.tolist()}", key="lignin", remedy="give kg per kg of dry matter, from 0 to 1")
    if not (np.all(ratio > 0.0) and np.all((whole > 0.0) & (whole <= 1.0))):
        raise InputError("C:N and carbon must be positive, carbon at most 1 kg/kg", key="carbon_to_nitrogen")
    p = parameters
    metabolic = np.maximum(p.metabolic_floor, p.metabolic_intercept - p.metabolic_slope * wood * ratio / whole)
    resistant = np.minimum(p.lignin_carbon * wood / whole, 1.0 - metabolic)
    return np.stack([metabolic, 1.0 - metabolic - resistant, resistant])


def _row(fast: float, slow: float, resistant: float, dissolved: float = 0.0, pyrogenic: float = 0.0) -> Array:
    row = np.array([fast, slow, resistant, dissolved, pyrogenic])
    return np.asarray(row / row.sum(), dtype=np.float64)


def straw_quality(plant: Crop, *, green: bool = False, parameters: QualityParameters = DEFAULTS) -> Array:
    """Return (pool,) the split of a crop's straw, or of its shoots as a green cover, over `LITTER_POOLS`."""
    if green and plant.cover_crop is not None:
        lignin, ratio = plant.cover_crop.lignin, plant.cover_crop.carbon_to_nitrogen
    else:
        lignin, ratio = plant.straw_lignin, plant.straw_carbon_to_nitrogen
    return _row(*litter_quality(lignin, ratio, plant.carbon, parameters))


def root_quality(
    plant: Crop, *, green: bool = False, suberin: float = 1.0, parameters: QualityParameters = DEFAULTS
) -> Array:
    """Return (pool,) the split of a crop's dead roots over `LITTER_POOLS`.

    Parameters
    ----------
    suberin : content of suberin relative to the crop's own, at least 1 (suberin-rich roots).

    Examples
    --------
    >>> from mollisol.plants import crop
    >>> root_quality(crop("wheat")).round(3).tolist()
    [0.69, 0.162, 0.148, 0.0, 0.0]
    """
    ratio = plant.root_carbon_to_nitrogen
    if green and plant.cover_crop is not None:
        ratio = plant.cover_crop.root_carbon_to_nitrogen
    usual = _row(*litter_quality(plant.root_lignin, ratio, plant.carbon, parameters))
    return with_suberin(usual, plant, suberin, parameters)


def with_suberin(usual: Array, plant: Crop, suberin: float | Array, parameters: QualityParameters = DEFAULTS) -> Array:
    """Return (pool,) or (pool, n) the split of roots whose suberin is (n,) times the crop's own, from (pool,)."""
    more = parameters.suberin_carbon * plant.root_suberin * (np.asarray(suberin) - 1.0) / plant.carbon
    if not np.all((more >= 0.0) & (more < 1.0)):
        raise InputError(
            f"got {np.max(suberin):g} times the suberin of {plant.name} roots",
            key="suberin",
            remedy=f"give at least 1; the table's content is {plant.root_suberin:g} kg/kg",
        )
    resistant = _row(0.0, 0.0, 1.0)
    if more.ndim == 0:
        return np.asarray((1.0 - more) * usual + more * resistant)
    return np.asarray((1.0 - more) * usual[:, None] + more * resistant[:, None])


def rhizodeposit_quality(parameters: QualityParameters = DEFAULTS) -> Array:
    """Return (pool,) the split of rhizodeposits over `LITTER_POOLS`: dissolved carbon and fast litter."""
    share = parameters.rhizodeposit_dissolved
    return _row(1.0 - share, 0.0, 0.0, share)
