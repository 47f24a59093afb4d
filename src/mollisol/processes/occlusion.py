"""Physical protection: carbon occluded in aggregates decomposes more slowly; tillage breaks them, time rebuilds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.pools import MINERAL_POOLS
from mollisol.units import parameter

OCCLUDED_POOLS = ("slow_litter", "resistant_litter", *MINERAL_POOLS)


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


@process
class BuiltAggregates(AggregateOcclusion):
    """Aggregation follows what builds it: roots, fauna and clay by layer; tillage breaks it and it recovers.

    Each builder binds a share of what the others leave, so that aggregation stays between 0 and 1.
    """

    name: ClassVar[str] = "aggregates_built"
    equation: ClassVar[str] = (
        "access[p] *= 1 - strength * a;  da/dt = (s b - a) / recovery;  s = clay / (clay + half);  "
        "b = 1 - (1 - unaided) (1 - r / (r + root_half)) (1 - fauna exp(-z / fauna_depth))"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("root_respiration",)
    reads: ClassVar[tuple[str, ...]] = (*AggregateOcclusion.reads, "forcing.root_respiration")

    unaided: Array = parameter(
        0.3, "1", 0.0, 1.0, "wetting, drying and freezing aggregate clay without life; no published share at hand",
        confidence="low", distribution="logit", spread=0.7,
        about="share of the clay's aggregation that forms without roots and fauna",
    )  # fmt: skip
    root_half: Array = parameter(
        0.1, "kg/m3/yr", 0.005, 2.0, "about a third of the root respiration of a cropped topsoil: crop roots already "
        "bind most of it (Poirier et al. 2018, a review without numbers for this)", confidence="low",
        distribution="lognormal", spread=0.7, about="root respiration at which roots bind half of what they can",
    )  # fmt: skip
    fauna: Array = parameter(
        0.4, "1", 0.0, 1.0, "earthworm casts make a large part of a topsoil's stable aggregates; the size is a guess",
        confidence="low", distribution="logit", spread=0.7, about="share that fauna bind at the surface",
    )  # fmt: skip
    fauna_depth: Array = parameter(
        0.4, "m", 0.05, 3.0, "as bioturbation: e-folding depth 0.3-0.5 m", confidence="medium",
        distribution="lognormal", spread=0.3, about="depth over which the work of fauna falls by the factor e",
    )  # fmt: skip

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Return the aggregation (0-1) that each layer tends to in a month, from its clay, roots and depth."""
        clay, soil = drivers.soil["clay"], drivers.thickness > 0.0
        density = drivers.forcing["root_respiration"] / jnp.where(soil, drivers.thickness, 1.0)
        roots = density / (density + self.root_half)
        fauna = self.fauna * jnp.exp(-drivers.depth / self.fauna_depth)
        built = 1.0 - (1.0 - self.unaided) * (1.0 - roots) * (1.0 - fauna)
        return {"aggregation_target": jnp.where(soil, clay / (clay + self.half) * built, 0.0)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale the accessible share of the particulate and mineral pools; nothing is occluded on the surface."""
        aggregation = drivers.soil["aggregation"]
        below = (drivers.thickness > 0.0).astype(aggregation.dtype)
        return rates.scale_access(OCCLUDED_POOLS, 1.0 - below * self.strength * aggregation)

    def advance_soil(self, soil: Mapping[str, Array], drivers: Drivers, years: float) -> dict[str, Array]:
        """Let aggregation approach the month's target, exactly."""
        target = drivers.forcing["aggregation_target"]
        return {"aggregation": target + (soil["aggregation"] - target) * jnp.exp(-years / self.recovery)}
