"""Movement of particles with percolating water: litter fragments and mineral-associated colloids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.bioturbation import UNMIXED_POOLS
from mollisol.processes.dissolved_transport import Percolation
from mollisol.units import parameter

REFERENCE_PERCOLATION = 0.3
"""m/yr; percolation at which the velocities hold, about that of the temperate sites where they were fitted."""

LITTER_POOLS = ("fast_litter", "slow_litter", "resistant_litter", "burrow_litter")


@process
class PercolationWithParticles(Percolation):
    """Beside dissolved carbon, particles move down in proportion to the percolation; some leave through the bottom."""

    name: ClassVar[str] = "percolation_particles"
    equation: ClassVar[str] = (
        "dissolved as in percolation;  solids: F = v x / dz,  v = velocity q / (0.3 m/yr), by kind of solid"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("water", "percolation", "infiltration")
    reads: ClassVar[tuple[str, ...]] = ("forcing.water", "forcing.percolation", "forcing.infiltration")

    litter_velocity: Array = parameter(
        5e-4,
        "m/yr",
        0.0,
        5e-3,
        "Baisden et al. 2002, Californian grassland: 4.0 and 0.5 (fast pool), 0.47 and 0.26 mm/yr (slow pool)",
        confidence="opened",
        distribution="lognormal",
        spread=0.8,
        about="velocity of litter fragments where 0.3 m of water percolate a year",
    )
    colloid_velocity: Array = parameter(
        3e-4,
        "m/yr",
        0.0,
        2e-3,
        "Elzein & Balesdent 1995: 0.42 and 0.60 mm/yr in France, 0.13-0.48 in the tropics; Bruun et al. 2007, Danish "
        "cropland: 0.081 mm/yr",
        confidence="opened",
        distribution="lognormal",
        spread=0.8,
        about="velocity of mineral-associated carbon, microbes and char where 0.3 m of water percolate a year",
    )

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Rates of movement of dissolved carbon and of what the water carries, from the month's water."""
        relative = jnp.maximum(drivers.forcing["percolation"][1:], 0.0) / REFERENCE_PERCOLATION
        carried = relative / drivers.thickness[1:]
        below = jnp.concatenate([jnp.zeros_like(carried[:1]), carried])
        return {**super().prepare(drivers), "particles_down": below}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the movement of the dissolved pool and of all solids."""
        for pool in carbon:
            if pool not in UNMIXED_POOLS:
                velocity = self.litter_velocity if pool in LITTER_POOLS else self.colloid_velocity
                rates = rates.add_transport(pool, velocity * drivers.forcing["particles_down"])
        return super().__call__(carbon, drivers, rates)
