"""Mixing of soil by animals and roots, and the burial of surface litter by fauna."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.column.transport import finite_volume
from mollisol.processes.base import process
from mollisol.units import parameter

UNMIXED_POOLS = ("dissolved", "macropore_dissolved")
"""What moves with the water; all other pools of a model move with the soil."""


@process
class DiffusiveBioturbation:
    """Mixing as diffusion of carbon per mass of fine earth, declining with depth."""

    slot: ClassVar[str] = "bioturbation"
    name: ClassVar[str] = "diffusion"
    equation: ClassVar[str] = (
        "F = -D rho dc/dz,  c = x / (rho dz),  D = D0 exp(-z / e_fold);  surface -> first layer at burial"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ("soil.fine_earth",)

    diffusivity: Array = parameter(
        1e-4,
        "m2/yr",
        0.0,
        2e-3,
        "Koven et al. 2013: 1 cm2/yr; Bruun et al. 2007, Danish cropland: 0.71 cm2/yr; published range 0.2-10",
        confidence="opened",
        distribution="lognormal",
        spread=0.8,
        about="diffusivity at the surface",
    )
    e_fold: Array = parameter(
        0.4,
        "m",
        0.05,
        5.0,
        "bioturbation e-folding depth 0.3-0.5 m",
        confidence="medium",
        distribution="lognormal",
        spread=0.3,
        about="depth over which mixing falls by the factor e",
    )
    burial: Array = parameter(
        0.7,
        "1/yr",
        0.0,
        20.0,
        "surface residue of temperate cropland is buried by earthworms within about one to two years",
        confidence="low",
        distribution="lognormal",
        spread=0.5,
        about="rate at which fauna bury surface litter in the first layer",
    )

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Rates of movement, which depend on the soil alone."""
        mixing = self.diffusivity * jnp.exp(-drivers.depth[1:] / self.e_fold)
        return mixing_rates(drivers, mixing, drivers.soil["fine_earth"][1:], self.burial)

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the movement of all solids."""
        return add_mixing(carbon, drivers, rates)


def mixing_rates(drivers: Drivers, mixing: Array, density: Array, burial: Array) -> dict[str, Array]:
    """Rates at which solids move, from the layers' diffusivity (m2/yr) and fine earth (kg/m3), and burial (1/yr)."""
    mixing, density = jnp.broadcast_arrays(mixing, density)
    down, up = finite_volume(drivers.thickness[1:], mixing, density)
    surface = jnp.broadcast_to(burial, down[:1].shape)
    return {
        "mixing_down": jnp.concatenate([surface, down]),
        "mixing_up": jnp.concatenate([jnp.zeros_like(up[:1]), up]),
    }


def add_mixing(carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
    """Add the movement that was prepared to all pools that move with the soil."""
    for pool in carbon:
        if pool not in UNMIXED_POOLS:
            rates = rates.add_transport(pool, drivers.forcing["mixing_down"], drivers.forcing["mixing_up"])
    return rates
