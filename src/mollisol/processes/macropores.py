"""Preferential flow: a part of the infiltrating water runs past the soil matrix with the carbon that it took up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.dissolved_transport import Percolation
from mollisol.units import parameter

MACROPORES = "macropore_dissolved"


@process
class PercolationWithMacropores(Percolation):
    """Of the water that leaves the litter a share enters macropores, and the matrix takes it up on its way down.

    Carbon in macropores is a pool of its own that only moves; what the matrix takes up is dissolved carbon there.
    """

    name: ClassVar[str] = "percolation_macropores"
    equation: ClassVar[str] = (
        "as in percolation, but from the surface the share bypass enters macropores;  there F = v x / dz, and "
        "macropores -> dissolved at v (exp(dz / reach) - 1) / dz, so that exp(-dz / reach) passes each layer"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("water", "percolation", "infiltration")
    reads: ClassVar[tuple[str, ...]] = ("forcing.water", "forcing.percolation", "forcing.infiltration")
    adds: ClassVar[tuple[Pool, ...]] = (
        Pool(MACROPORES, "carbon dissolved in the water of macropores", "dissolved", 15.0),
    )

    bypass: Array = parameter(
        0.2,
        "1",
        0.0,
        0.6,
        "Diiwu et al. 2001: macropores carried 6-54 % of the subsurface flow of ponded plots; less under natural rain",
        confidence="medium",
        distribution="logit",
        spread=0.5,
        about="share of the infiltrating water that enters macropores",
    )
    reach: Array = parameter(
        0.3,
        "m",
        0.05,
        2.0,
        "few macropores are continuous below half a metre; no published length at hand",
        confidence="low",
        distribution="lognormal",
        spread=0.5,
        about="depth over which the matrix takes up all but 1/e of the water in macropores",
    )
    velocity: Array = parameter(
        365.0,
        "m/yr",
        20.0,
        30000.0,
        "Demand et al. 2019: pore-water velocities of preferential flow from cm to hundreds of metres a day",
        confidence="medium",
        about="velocity of water in macropores; carbon is in them so briefly that it hardly matters",
    )

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Rates of movement in the matrix and in macropores, from the month's water."""
        fields = super().prepare(drivers)
        washed = fields["percolation_down"][:1]
        down = self.velocity / drivers.thickness[1:]
        taken_up = down * jnp.expm1(drivers.thickness[1:] / self.reach)
        rows = jnp.zeros_like(fields["percolation_down"])
        return {
            **fields,
            "percolation_down": fields["percolation_down"].at[:1].multiply(1.0 - self.bypass),
            "macropore_entry": rows.at[:1].set(self.bypass * washed),
            "macropore_down": rows.at[1:].set(down).at[:1].set(self.velocity / self.litter_storage),
            "macropore_uptake": rows.at[1:].set(taken_up),
        }

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the movement of the dissolved pools and their exchange."""
        rates = super().__call__(carbon, drivers, rates)
        rates = rates.add_transfer(MACROPORES, "dissolved", drivers.forcing["macropore_entry"])
        rates = rates.add_transfer("dissolved", MACROPORES, drivers.forcing["macropore_uptake"])
        return rates.add_transport(MACROPORES, drivers.forcing["macropore_down"])
