"""C-TOOL as a model of the engine, in its two layers or in every layer of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers, Model
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.models.classic import add_product, assembled, clay_of, same, surface
from mollisol.models.ctool.rates import (
    TOP,
    CToolParameters,
    CToolTemperatureParameters,
    temperature_modifier,
)
from mollisol.processes import process
from mollisol.units import MONTHS_PER_YEAR

ENGINE_POOLS = (
    Pool("fom", "fresh organic matter", "solid", 30.0),
    Pool("hum", "humified organic matter", "solid", 10.0),
    Pool("rom", "resistant organic matter", "solid", 10.0),
)
"""Pools of the engine; C:N ratios are typical, and nothing is computed from them."""

BECOMES: dict[str, Mapping[str, float]] = {
    **{pool: {"fom": 1.0} for pool in ("fast_litter", "slow_litter", "resistant_litter", "dissolved")},
    "pyrogenic": {"rom": 1.0},
}
"""Pools that inputs to `whole_profile` enter here."""


@process
class CToolTemperature(CToolTemperatureParameters):
    """Decomposition rises with temperature to a maximum at 36.9 degC."""

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "own"
    equation: ClassVar[str] = "activity *= scale exp(intercept + slope T (1 - T / (2 best)))"
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature",)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's temperature alone."""
        temperature = drivers.forcing["temperature"]
        exponent = self.intercept + self.slope * temperature * (1.0 - 0.5 * temperature / self.best)
        return {"own_temperature_response": self.scale * jnp.exp(exponent)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["own_temperature_response"])


@process
class CToolDecomposition:
    """FOM becomes HUM, HUM becomes ROM, and what is left of what decomposes is CO2."""

    slot: ClassVar[str] = "depolymerisation"
    name: ClassVar[str] = "ctool"
    equation: ClassVar[str] = (
        "fom -> hum at h 12 k a, respired at (1 - h) 12 k a;  hum -> rom at romified 12 k a;  "
        "hum, rom respired at respired 12 k a;  h = 1 / (1.67 (1.85 + 1.6 exp(-7.86 clay)) + 1)"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.clay",)

    fom_rate: Array = same(CToolParameters, "fom_rate")
    hum_rate: Array = same(CToolParameters, "hum_rate")
    rom_rate: Array = same(CToolParameters, "rom_rate")
    respired: Array = same(CToolParameters, "respired")
    romified: Array = same(CToolParameters, "romified")

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the decay of every pool."""
        yearly = MONTHS_PER_YEAR * jnp.ones_like(carbon["fom"])
        humified = 1.0 / (1.67 * (1.85 + 1.6 * jnp.exp(-7.86 * clay_of(drivers))) + 1.0)
        fom = yearly * self.fom_rate * rates.decomposition("fom") * self.decomposed_in_place(drivers)
        hum = yearly * self.hum_rate * rates.decomposition("hum")
        rom = yearly * self.rom_rate * rates.decomposition("rom")
        rates = add_product(rates, "hum", "fom", humified * fom, drivers)
        rates = rates.add_respired("fom", (1.0 - humified) * fom)
        rates = rates.add_transfer("rom", "hum", self.romified * hum)
        return rates.add_respired("hum", self.respired * hum).add_respired("rom", self.respired * rom)

    def decomposed_in_place(self, drivers: Drivers) -> Array | float:
        """Share of decomposing FOM that does not move to the layer below instead."""
        return 1.0


@process
class CToolWithTransport(CToolDecomposition):
    """C-TOOL with its own movement downwards, which comes with decomposition; its bottom is closed.

    In C-TOOL shares of what decomposes in the topsoil move to the subsoil. That is a velocity, share x k f x 0.25 m,
    and so it is here on any grid; on the grid 0-25-100 cm it is C-TOOL's own.
    """

    name: ClassVar[str] = "ctool_with_transport"
    equation: ClassVar[str] = (
        CToolDecomposition.equation + ";  down at v / dz, v = 0.25 m 12 k a times transported (fom, rom) or "
        "1 - respired - romified (hum)"
    )

    transported: Array = same(CToolParameters, "transported")

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add decay and movement."""
        rates = super().__call__(carbon, drivers, rates)
        inner = self.inner(drivers)
        pace = MONTHS_PER_YEAR * TOP * inner / jnp.where(inner > 0.0, drivers.thickness, 1.0)
        share = {"fom": self.transported, "hum": 1.0 - self.respired - self.romified, "rom": self.transported}
        constant = {"fom": self.fom_rate, "hum": self.hum_rate, "rom": self.rom_rate}
        for pool in share:
            down = share[pool] * constant[pool] * rates.decomposition(pool) * pace * jnp.ones_like(carbon[pool])
            rates = rates.add_transport(pool, down)
        return rates

    def decomposed_in_place(self, drivers: Drivers) -> Array | float:
        """Return 1 less the share that moves, where something lies below."""
        return 1.0 - self.transported * self.inner(drivers)

    @staticmethod
    def inner(drivers: Drivers) -> Array:
        """Return (row, 1): 1 for layers with a layer below them, else 0."""
        rows = drivers.thickness.shape[0]
        last = (jnp.arange(rows) == rows - 1).astype(float)[:, None]
        return (1.0 - surface(drivers)) * (1.0 - last)


def model(depth_resolved: bool = True, slots: Mapping[str, str] | None = None) -> Model:
    """Return C-TOOL for the engine; see `mollisol.models.ctool.model`."""
    defaults = {"temperature": "own", "bioturbation": "diffusion" if depth_resolved else "own"}
    own_transport = (slots or {}).get("bioturbation", defaults["bioturbation"]) == "own"
    decomposition = CToolWithTransport() if own_transport else CToolDecomposition()
    others = {slot: choice for slot, choice in (slots or {}).items() if (slot, choice) != ("bioturbation", "own")}
    if own_transport:
        defaults["bioturbation"] = "none"
    return assembled(
        "ctool",
        ENGINE_POOLS,
        decomposition,
        {"temperature": CToolTemperature()},
        defaults,
        others,
        float(temperature_modifier(10.0)),
    )
