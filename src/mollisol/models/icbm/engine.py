"""ICBM as a model of the engine, in one layer or in every layer of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers, Model
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.models.classic import add_product, assembled
from mollisol.models.icbm.solution import ICBMParameters, ICBMTemperatureParameters, temperature_response
from mollisol.processes import process

ENGINE_POOLS = (
    Pool("young", "fresh and partly decomposed residues", "solid", 30.0),
    Pool("old", "humified carbon", "solid", 10.0),
)
"""Pools of the engine; C:N ratios are typical, and nothing is computed from them."""

BECOMES: dict[str, Mapping[str, float]] = {
    **{pool: {"young": 1.0} for pool in ("fast_litter", "slow_litter", "resistant_litter", "dissolved")},
    "pyrogenic": {"old": 1.0},
}
"""Pools that inputs to `whole_profile` enter here."""


@process
class ICBMTemperature(ICBMTemperatureParameters):
    """Decomposition rises with the square of the temperature above -3.78 degC (ICBMregional)."""

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "own"
    equation: ClassVar[str] = "activity *= ((T - coldest) / (warmest - coldest))^2 / at_ultuna, 0 below coldest"
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature",)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's temperature alone."""
        above = jnp.maximum(drivers.forcing["temperature"] - self.coldest, 0.0)
        return {"own_temperature_response": (above / (self.warmest - self.coldest)) ** 2 / self.at_ultuna}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["own_temperature_response"])


@process
class ICBMDecomposition(ICBMParameters):
    """Young carbon decomposes, a share of it into old carbon, which decomposes slowly."""

    slot: ClassVar[str] = "depolymerisation"
    name: ClassVar[str] = "icbm"
    equation: ClassVar[str] = (
        "young -> old at h k1 r a, respired at (1 - h) k1 r a;  old respired at k2 r a;  a = activity x access"
    )
    reads: ClassVar[tuple[str, ...]] = ()

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the decay of both pools."""
        everywhere = jnp.ones_like(carbon["young"])
        young = self.young_rate * self.influence * rates.decomposition("young") * everywhere
        old = self.old_rate * self.influence * rates.decomposition("old") * everywhere
        rates = add_product(rates, "old", "young", self.humification * young, drivers)
        return rates.add_respired("young", (1.0 - self.humification) * young).add_respired("old", old)


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return ICBM for the engine; see `mollisol.models.icbm.model`."""
    defaults = {"temperature": "own", "moisture": "matric_potential", "bioturbation": "diffusion"}
    return assembled(
        "icbm",
        ENGINE_POOLS,
        ICBMDecomposition(),
        {"temperature": ICBMTemperature()},
        defaults if depth_resolved else {},
        slots,
        float(temperature_response(10.0)),
    )
