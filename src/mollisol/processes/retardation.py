"""Dissolved carbon in equilibrium with what minerals have sorbed: how it moves, and no sorption as a transfer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.dissolved_transport import Percolation
from mollisol.units import parameter


@process
class EquilibriumSorption:
    """Sorption is an equilibrium within the dissolved pool; minerals gain carbon from dying microbes alone.

    There is no transfer here: what is sorbed stands still, which `percolation_retarded` accounts for.
    """

    slot: ClassVar[str] = "protection"
    name: ClassVar[str] = "equilibrium"
    equation: ClassVar[str] = "sorbed = rho K_D c within the dissolved pool;  no dissolved -> mineral"
    reads: ClassVar[tuple[str, ...]] = ()
    excludes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "dissolved_transport": ("percolation", "percolation_particles", "percolation_macropores", "none")
    }

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Return the rates as they are."""
        return rates


@process
class RetardedPercolation(Percolation):
    """Dissolved carbon moves with the water and diffuses in it, slowed down by linear sorption in equilibrium.

    The dissolved pool then holds what is in solution and what is sorbed. Sorption as a transfer would count it twice.
    """

    name: ClassVar[str] = "percolation_retarded"
    equation: ClassVar[str] = (
        "F = q c - D0 theta^(4/3) theta dc/dz,  c = x / (R theta dz),  R = 1 + rho K_D / theta: velocity and "
        "diffusivity divided by R;  surface -> first layer at infiltration / storage"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("water", "percolation", "infiltration")
    reads: ClassVar[tuple[str, ...]] = (
        "soil.fine_earth",
        "forcing.water",
        "forcing.percolation",
        "forcing.infiltration",
    )
    excludes: ClassVar[Mapping[str, tuple[str, ...]]] = {"protection": ("none", "saturation", "stacking", "hybrid")}

    sorption: Array = parameter(
        0.008,
        "m3/kg",
        0.0,
        0.1,
        "ORCHIDEE-SOM (Camino-Serrano et al. 2018) has a linear K_D of this order; it differs widely between soils",
        confidence="low",
        distribution="lognormal",
        spread=0.7,
        about="K_D, sorbed carbon per mass of fine earth over dissolved carbon per volume of water",
    )

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Rates of movement, from the month's water and the soil."""
        water = drivers.forcing["water"][1:]
        retardation = 1.0 + drivers.soil["fine_earth"][1:] * self.sorption / water
        diffusivity = self.diffusion * water ** (4.0 / 3.0)
        # the carrier holds R times what its water holds, and neither flows nor conducts more for it
        return self.moved(drivers, diffusivity / retardation, water * retardation)
