"""Movement of dissolved carbon with percolating water and by diffusion in it."""

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


@process
class Percolation:
    """Dissolved carbon moves with the water and diffuses in it; what passes the bottom is leached.

    Sorption is an explicit transfer, so there is no retardation here.
    """

    slot: ClassVar[str] = "dissolved_transport"
    name: ClassVar[str] = "percolation"
    equation: ClassVar[str] = (
        "F = q c - D0 theta^(4/3) theta dc/dz,  c = x / (theta dz);  surface -> first layer at infiltration / storage"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("water", "percolation", "infiltration")
    reads: ClassVar[tuple[str, ...]] = ("forcing.water", "forcing.percolation", "forcing.infiltration")

    diffusion: Array = parameter(
        0.00365,
        "m2/yr",
        0.0,
        0.05,
        "ORCHIDEE-SOM: 1e-5 m2/d for dissolved organic carbon in water",
        confidence="medium",
        about="diffusivity of dissolved carbon in water",
    )
    litter_storage: Array = parameter(
        0.005,
        "m",
        0.001,
        0.02,
        "water held by a crop residue mulch, a few mm",
        confidence="low",
        distribution="lognormal",
        spread=0.4,
        about="water held by the surface litter",
    )

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Rates of movement, from the month's water alone."""
        water = drivers.forcing["water"][1:]
        tortuous = self.diffusion * water ** (4.0 / 3.0)  # Millington & Quirk 1961, relative to a water-filled pore
        return self.moved(drivers, tortuous, water)

    def moved(self, drivers: Drivers, diffusivity: Array, carrier: Array) -> dict[str, Array]:
        """Rates of what a carrier (layer, column) per total volume holds, under a diffusivity (layer, column)."""
        down, up = finite_volume(drivers.thickness[1:], diffusivity, carrier, drivers.forcing["percolation"][1:])
        surface = drivers.forcing["infiltration"][:1] / self.litter_storage
        surface, _ = jnp.broadcast_arrays(surface, down[:1])
        down = jnp.broadcast_to(down, (down.shape[0], surface.shape[-1]))
        return {
            "percolation_down": jnp.concatenate([surface, down]),
            "percolation_up": jnp.concatenate([jnp.zeros_like(up[:1]), up]),
        }

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the movement of the dissolved pool."""
        return rates.add_transport("dissolved", drivers.forcing["percolation_down"], drivers.forcing["percolation_up"])
