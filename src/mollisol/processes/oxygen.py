"""Oxygen at depth: steady diffusion from the atmosphere against consumption by microbes and roots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.column.transport import harmonic_mean
from mollisol.processes.base import process
from mollisol.units import SECONDS_PER_YEAR, ZERO_CELSIUS, parameter

ATMOSPHERE = 0.209
"""Volume fraction of oxygen in air, m3/m3."""

MOLAR_VOLUME = 0.0224
"""Volume of a mole of gas at 0 degC, m3/mol."""

CARBON_MOLAR_MASS = 0.012011
"""kg/mol; one mole of oxygen is used per mole of carbon respired."""


@process
class DiffusionConsumption:
    """Microbial activity falls with oxygen, which diffuses through the air-filled pores and is consumed on the way.

    Consumption is first order in oxygen, so that the profile is the solution of one tridiagonal system, lies between
    zero and the atmosphere for any demand, and needs no iteration. The demand is the respiration that the state
    would have with full oxygen, plus root respiration.
    """

    slot: ClassVar[str] = "oxygen"
    name: ClassVar[str] = "diffusion"
    equation: ClassVar[str] = (
        "d/dz(Dg dC/dz) = R C / C0;  Dg = D0(T) e^2 / phi^(2/3) + dissolved;  activity *= floor + (1 - floor) C / C0"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("air_filled_porosity", "temperature")
    optional: ClassVar[tuple[str, ...]] = ("headspace_oxygen",)
    reads: ClassVar[tuple[str, ...]] = (
        "soil.porosity",
        "forcing.air_filled_porosity",
        "forcing.temperature",
        "forcing.root_respiration",
    )

    free_air: Array = parameter(
        1.98e-5,
        "m2/s",
        1.5e-5,
        2.5e-5,
        "diffusivity of oxygen in free air at 20 degC, rising with T^1.75",
        confidence="high",
        about="diffusivity in free air",
    )
    dissolved: Array = parameter(
        7e-11,
        "m2/s",
        0.0,
        1e-9,
        "diffusivity in water 2.1e-9 m2/s times the solubility ratio 0.032 (Henry's law at 20 degC)",
        confidence="computed",
        about="what water-filled pores conduct, per total pore space",
    )
    floor: Array = parameter(
        0.2,
        "1",
        0.0,
        1.0,
        "CLM5: 0.2; others 0.025-0.35",
        confidence="opened",
        about="activity left without oxygen",
    )

    def tortuosity(self, air: Array, porosity: Array) -> Array:
        """Diffusivity of the soil's gas over that of free air (Millington & Quirk 1960)."""
        return air**2 / porosity ** (2.0 / 3.0)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Conductance between the middle of each layer and what lies above it, mol/m2/yr per unit of C / C0."""
        air = drivers.forcing["air_filled_porosity"][1:]
        porosity, thickness = drivers.soil["porosity"][1:], drivers.thickness[1:]
        kelvin = drivers.forcing["temperature"][1:] + ZERO_CELSIUS
        free = self.free_air * (kelvin / 293.15) ** 1.75
        gas = (free * self.tortuosity(air, porosity) + self.dissolved * porosity) * SECONDS_PER_YEAR
        oxygen_in_air = ATMOSPHERE / MOLAR_VOLUME * ZERO_CELSIUS / kelvin
        conducts = gas * oxygen_in_air
        top = conducts[:1] / (0.5 * thickness[:1])
        inner = harmonic_mean(conducts, jnp.broadcast_to(thickness, conducts.shape))
        inner = inner / (0.5 * (thickness[:-1] + thickness[1:]))
        return {"oxygen_conductance": jnp.concatenate([top, inner])}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale all biology filled so far by the oxygen of each layer; the surface has the atmosphere's."""
        potential = rates.respiration(carbon)[1:] + drivers.forcing["root_respiration"][1:]
        relative = relative_oxygen(drivers.forcing["oxygen_conductance"], potential / CARBON_MOLAR_MASS)
        if "headspace_oxygen" in drivers.forcing:  # a jar's; consumption is of the first order, so all of it scales
            relative = relative * drivers.forcing["headspace_oxygen"][1:]
        response = self.floor + (1.0 - self.floor) * relative
        return rates.scale_biology(jnp.concatenate([jnp.ones_like(response[:1]), response]))


@process
class DiffusionConsumption1961(DiffusionConsumption):
    """The same with the later tortuosity of Millington and Quirk (1961), which shuts wet soil off sooner."""

    name: ClassVar[str] = "diffusion_1961"
    equation: ClassVar[str] = (
        "d/dz(Dg dC/dz) = R C / C0;  Dg = D0(T) e^(10/3) / phi^2 + dissolved;  activity *= floor + (1 - floor) C / C0"
    )

    def tortuosity(self, air: Array, porosity: Array) -> Array:
        """Diffusivity of the soil's gas over that of free air (Millington & Quirk 1961)."""
        return air ** (10.0 / 3.0) / porosity**2


def relative_oxygen(conductance: Array, demand: Array) -> Array:
    """Oxygen relative to the atmosphere where diffusion from above balances first-order consumption.

    Parameters
    ----------
    conductance : (layer, column), between each layer and what lies above it (the atmosphere for the first),
        mol/m2/yr per unit of relative oxygen.
    demand : (layer, column), consumption with the atmosphere's oxygen, mol/m2/yr.

    Returns
    -------
    (layer, column), between 0 and 1 for any demand.
    """
    above, demand = jnp.broadcast_arrays(conductance, demand)

    def upward(below: Array, layer: tuple[Array, Array]) -> tuple[Array, Array]:
        """What a layer and all below it draw: its demand, and theirs through its lower interface, in series."""
        through, own = layer
        drawn = own + below
        share = through / (through + drawn)
        return drawn * share, share

    def downward(oxygen: Array, share: Array) -> tuple[Array, Array]:
        new = oxygen * share
        return new, new

    _, shares = jax.lax.scan(upward, jnp.zeros_like(demand[0]), (above, demand), reverse=True)
    _, oxygen = jax.lax.scan(downward, jnp.ones_like(demand[0]), shares)
    return oxygen
