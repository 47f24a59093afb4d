"""Century as a model of the engine, in one layer or in every layer of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers, Model
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.models.century.rates import (
    WEEKS_PER_YEAR,
    CenturyParameters,
    CenturyTemperatureParameters,
    temperature_modifier,
)
from mollisol.models.classic import add_product, assembled, surface
from mollisol.processes import process

ENGINE_POOLS = (
    Pool("structural", "structural litter, with the lignin", "solid", 150.0),
    Pool("metabolic", "metabolic litter", "solid", 15.0),
    Pool("active", "microbes and their products", "solid", 10.0),
    Pool("slow", "resistant plant material and stabilised products", "solid", 15.0),
    Pool("passive", "protected carbon, very slow", "solid", 8.0),
)
"""Pools of the engine; litter on the surface is that of the surface row. C:N ratios are Century's typical ones, and
nothing is computed from them."""

BECOMES: dict[str, Mapping[str, float]] = {
    "fast_litter": {"metabolic": 1.0},
    "dissolved": {"metabolic": 1.0},
    "slow_litter": {"structural": 1.0},
    "resistant_litter": {"structural": 1.0},
    "pyrogenic": {"passive": 1.0},
}
"""Pools that inputs to `whole_profile` enter here."""


@process
class CenturyTemperature(CenturyTemperatureParameters):
    """Decomposition rises to an optimum at 35 degC and ends at 45 degC."""

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "own"
    equation: ClassVar[str] = "activity *= d^0.2 exp(0.2 / 2.63 (1 - d^2.63)), d = (warmest - T) / (warmest - best)"
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature",)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's temperature alone."""
        distance = (self.warmest - drivers.forcing["temperature"]) / (self.warmest - self.best)
        # a power has no gradient at zero
        some = distance > 0.0
        safe = jnp.where(some, distance, 1.0)
        response = safe**0.2 * jnp.exp(0.2 / 2.63 * (1.0 - safe**2.63))
        return {"own_temperature_response": jnp.where(some, response, 0.0)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["own_temperature_response"])


@process
class CenturyDecomposition(CenturyParameters):
    """Litter becomes active and slow carbon, which become passive carbon; texture protects the active pool."""

    slot: ClassVar[str] = "depolymerisation"
    name: ClassVar[str] = "century"
    equation: ClassVar[str] = (
        "structural -> active, slow;  metabolic -> active;  active -> slow, passive;  slow -> active, passive;  "
        "passive -> active;  each at 52 k a, structural times exp(-3 Ls), active times 1 - 0.75 (clay + silt);  "
        "what does not become another pool is respired"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.clay", "soil.silt")

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the decay of every pool."""
        top, everywhere = surface(drivers), jnp.ones_like(carbon["active"])
        fine = drivers.soil["clay"] + drivers.soil["silt"]
        lignin, yearly = self.structural_lignin, WEEKS_PER_YEAR * everywhere

        left = jnp.exp(-self.lignin_effect * lignin)
        weekly = top * self.surface_structural_rate + (1.0 - top) * self.structural_rate
        decayed = yearly * weekly * left * rates.decomposition("structural")
        respired = top * self.surface_structural_respired + (1.0 - top) * self.structural_respired
        kept, humified = (1.0 - lignin) * (1.0 - respired), lignin * (1.0 - self.lignin_respired)
        rates = add_product(rates, "active", "structural", kept * decayed, drivers)
        rates = add_product(rates, "slow", "structural", humified * decayed, drivers)
        rates = rates.add_respired("structural", (1.0 - kept - humified) * decayed)

        weekly = top * self.surface_metabolic_rate + (1.0 - top) * self.metabolic_rate
        decayed = yearly * weekly * rates.decomposition("metabolic")
        rates = add_product(rates, "active", "metabolic", (1.0 - self.metabolic_respired) * decayed, drivers)
        rates = rates.add_respired("metabolic", self.metabolic_respired * decayed)

        decayed = yearly * self.active_rate * (1.0 - self.texture_on_rate * fine) * rates.decomposition("active")
        respired = self.active_respired_sand - self.texture_on_respired * fine
        rates = rates.add_transfer("slow", "active", (1.0 - respired - self.active_to_passive) * decayed)
        rates = rates.add_transfer("passive", "active", self.active_to_passive * decayed)
        rates = rates.add_respired("active", respired * decayed)

        decayed = yearly * self.slow_rate * rates.decomposition("slow")
        rates = rates.add_transfer("active", "slow", self.slow_to_active * decayed)
        rates = rates.add_transfer("passive", "slow", self.slow_to_passive * decayed)
        rates = rates.add_respired("slow", (1.0 - self.slow_to_active - self.slow_to_passive) * decayed)

        decayed = yearly * self.passive_rate * rates.decomposition("passive")
        rates = rates.add_transfer("active", "passive", self.passive_to_active * decayed)
        return rates.add_respired("passive", (1.0 - self.passive_to_active) * decayed)


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return Century for the engine; see `mollisol.models.century.model`."""
    in_layers = {"temperature": "own", "moisture": "matric_potential", "bioturbation": "diffusion"}
    return assembled(
        "century",
        ENGINE_POOLS,
        CenturyDecomposition(),
        {"temperature": CenturyTemperature()},
        in_layers if depth_resolved else {"moisture": "given"},
        slots,
        float(temperature_modifier(10.0)),
    )
