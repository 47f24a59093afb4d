"""Physical protection: carbon occluded in aggregates decomposes more slowly; tillage breaks them, time rebuilds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter

OCCLUDED_POOLS = ("slow_litter", "resistant_litter", "mineral")


@process
class AggregateOcclusion:
    """Aggregation a (0-1, soil-bound) recovers towards 1; tillage events lower it; what it occludes decays less."""

    slot: ClassVar[str] = "occlusion"
    name: ClassVar[str] = "aggregates"
    equation: ClassVar[str] = (
        "access[p] *= 1 - strength * s * a;  s = clay / (clay + half);  da/dt = (1 - a) / recovery"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.aggregation", "soil.clay")
    starts: ClassVar[Mapping[str, float]] = {"aggregation": 1.0}

    strength: Array = parameter(
        0.75,
        "1",
        0.0,
        0.95,
        "IPCC 2019 Tier 2 tillage factors: full tillage 3.04 (1.4-4.0), reduced 2.08, none 1; 1 - 1/3.04 = 0.67 in a "
        "soil of 27 % clay",
        confidence="computed",
        distribution="logit",
        spread=0.5,
        about="share of decomposition that full aggregation takes away in a clay soil",
    )
    half: Array = parameter(
        0.03,
        "kg/kg",
        0.0,
        0.5,
        "aggregation rises with clay and is weak in sand; no published half-saturation at hand",
        confidence="low",
        about="clay content at which protection is half as strong as in pure clay",
    )
    recovery: Array = parameter(
        3.0,
        "yr",
        0.2,
        20.0,
        "between CLM5's tillage pulse (75 days) and the decade over which no-till gains build up (IPCC 2019)",
        confidence="low",
        distribution="lognormal",
        spread=0.4,
        about="time constant with which aggregation recovers after tillage",
    )

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale the accessible share of the particulate and mineral pools; nothing is occluded on the surface."""
        clay = drivers.soil["clay"]
        share = clay / (clay + self.half)
        below = (drivers.thickness > 0.0).astype(clay.dtype)
        kept = 1.0 - below * self.strength * share * drivers.soil["aggregation"]
        return rates.scale_access(OCCLUDED_POOLS, kept)

    def advance_soil(self, soil: Mapping[str, Array], drivers: Drivers, years: float) -> dict[str, Array]:
        """Let aggregation recover, exactly, over a time without tillage."""
        left = jnp.exp(-years / self.recovery)
        return {"aggregation": 1.0 - (1.0 - soil["aggregation"]) * left}
