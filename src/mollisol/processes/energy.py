"""What slows decomposition with depth beyond temperature, water and oxygen: sparse energy and microbes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter


@process
class ResidualDepthScalar:
    """An imposed decline of decomposition with depth, for what no explicit process carries.

    It belongs to the depth, or moves with the soil where that carries the depth that it comes from (`scalar_depth`).
    """

    slot: ClassVar[str] = "energy"
    name: ClassVar[str] = "depth_scalar"
    equation: ClassVar[str] = "activity *= exp(-z / e_fold)"
    prepares_from: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ("soil.scalar_depth",)

    e_fold: Array = parameter(
        0.65,
        "m",
        0.1,
        10.0,
        "CLM4.5 (Koven et al. 2013): 0.5 m; CLM5: 10 m (none); a rise of turnover times from 27 yr (0-20 cm) to "
        "111 yr (80-100 cm), medians, or 53 to 334 yr, means, in cropland (Sierra et al. 2024), of which tillage and "
        "water explain a part: a dry warm rotation comes near the medians, a cool humid one near the means",
        confidence="computed",
        distribution="lognormal",
        spread=0.3,
        about="depth over which decomposition falls by the factor e",
    )

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Decline with the depth of each row; the surface is at depth 0."""
        return {"depth_response": jnp.exp(-drivers.soil.get("scalar_depth", drivers.depth) / self.e_fold)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["depth_response"])
