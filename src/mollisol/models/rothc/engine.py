"""RothC as a model of the engine, in one layer or in every layer of a profile: its equations in continuous time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers, Model
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.models.classic import add_product, assembled, clay_of, same
from mollisol.models.rothc.rates import RothCParameters, temperature_modifier
from mollisol.processes import process

ENGINE_POOLS = (
    Pool("dpm", "decomposable plant material", "solid", 30.0),
    Pool("rpm", "resistant plant material", "solid", 80.0),
    Pool("bio", "microbial biomass", "solid", 8.0),
    Pool("hum", "humified matter", "solid", 11.0),
    Pool("iom", "inert matter, which only moves with the soil", "solid", 11.0),
)
"""Pools of the engine; C:N ratios are typical, and nothing is computed from them."""

BECOMES: dict[str, Mapping[str, float]] = {
    **{pool: {"dpm": 1.0} for pool in ("fast_litter", "dissolved")},
    **{pool: {"rpm": 1.0} for pool in ("slow_litter", "resistant_litter")},
    "pyrogenic": {"iom": 1.0},
}
"""Pools that inputs to `whole_profile` enter here."""


@process
class RothCTemperature:
    """RothC's rate modifier for temperature, 1 at 9.25 degC and 0 below -5 degC."""

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "own"
    equation: ClassVar[str] = "activity *= 47.91 / (1 + exp(106.06 / (T + 18.27))), 0 below coldest"
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature",)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)

    coldest: Array = same(RothCParameters, "coldest")

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's temperature alone."""
        temperature = drivers.forcing["temperature"]
        warm = temperature >= self.coldest
        shifted = jnp.where(warm, temperature + 18.27, 1.0)
        response = 47.91 / (1.0 + jnp.exp(jnp.where(warm, 106.06 / shifted, 0.0)))
        return {"own_temperature_response": jnp.where(warm, response, 0.0)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["own_temperature_response"])


@process
class RothCDecomposition:
    """Every active pool decays; a share that rises with clay becomes BIO and HUM, the rest CO2."""

    slot: ClassVar[str] = "depolymerisation"
    name: ClassVar[str] = "rothc"
    equation: ClassVar[str] = (
        "dpm, rpm, bio, hum -> bio, hum at k a / (x + 1), respired at k a x / (x + 1);  "
        "x = 1.67 (1.85 + 1.60 exp(-7.86 clay))"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.clay",)

    dpm_rate: Array = same(RothCParameters, "dpm_rate")
    rpm_rate: Array = same(RothCParameters, "rpm_rate")
    bio_rate: Array = same(RothCParameters, "bio_rate")
    hum_rate: Array = same(RothCParameters, "hum_rate")
    to_biomass: Array = same(RothCParameters, "to_biomass")

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the decay of every active pool; what a pool forms of itself stays in it."""
        everywhere = jnp.ones_like(carbon["dpm"])
        kept = 1.0 / (1.67 * (1.85 + 1.60 * jnp.exp(-7.86 * clay_of(drivers))) + 1.0) * everywhere
        into = {"bio": kept * self.to_biomass, "hum": kept * (1.0 - self.to_biomass)}
        constant = {"dpm": self.dpm_rate, "rpm": self.rpm_rate, "bio": self.bio_rate, "hum": self.hum_rate}
        decayed = {pool: constant[pool] * rates.decomposition(pool) * everywhere for pool in constant}
        for pool, rate in decayed.items():
            for product, share in into.items():
                if pool in ("dpm", "rpm"):
                    rates = add_product(rates, product, pool, share * rate, drivers)
                elif pool != product:
                    rates = rates.add_transfer(product, pool, share * rate)
            rates = rates.add_respired(pool, (1.0 - kept) * rate)
        return rates


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return RothC for the engine; see `mollisol.models.rothc.model`."""
    in_layers = {"temperature": "own", "moisture": "matric_potential", "bioturbation": "diffusion"}
    return assembled(
        "rothc",
        ENGINE_POOLS,
        RothCDecomposition(),
        {"temperature": RothCTemperature()},
        in_layers if depth_resolved else {"temperature": "own", "moisture": "given"},
        slots,
        float(temperature_modifier(10.0)),
    )
