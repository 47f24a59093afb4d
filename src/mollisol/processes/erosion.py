"""Erosion: what eroding soil carries, and what runs off without it. The motion itself is the engine's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter

PARTICULATE_POOLS = ("fast_litter", "slow_litter", "resistant_litter", "pyrogenic")
"""What floats off the surface with running water."""


@process
class MovingSurface:
    """Topsoil leaves enriched in carbon and clay, or arrives; runoff takes dissolved and particulate carbon apart.

    How much soil moves is given by column and time (`Setup.motion`).
    """

    slot: ClassVar[str] = "erosion"
    name: ClassVar[str] = "moving_surface"
    equation: ClassVar[str] = (
        "yearly: eroded = min(enrichment s, 1) x, layers renewed from below;  runoff of surface litter: "
        "dissolved at q / litter_storage, particulate at particulate q"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.clay", "soil.silt", "forcing.runoff")

    enrichment: Array = parameter(
        1.5, "1", 1.0, 5.0, "cropland sediment: SOC content times 1.2-2", confidence="medium", distribution="lognormal",
        spread=0.13, about="carbon per mass of eroded soil over that of the surface layer",
    )  # fmt: skip
    clay_enrichment: Array = parameter(
        1.2, "1", 1.0, 2.0, "fine particles travel farther than coarse ones; the lower end of carbon's 1.2-2",
        confidence="low", about="clay per mass of eroded soil over that of the surface layer",
    )  # fmt: skip
    particulate: Array = parameter(
        0.1, "1/m", 0.0, 2.0, "a decimetre of runoff a year takes about a hundredth of the surface litter; a guess",
        confidence="low", distribution="lognormal", spread=0.7,
        about="share of the particulate surface litter that a metre of runoff takes",
    )  # fmt: skip
    litter_storage: Array = parameter(
        0.005, "m", 0.001, 0.02, "water held by a crop residue mulch, a few mm", confidence="low",
        distribution="lognormal", spread=0.4, about="water held by the surface litter, which runoff displaces",
    )  # fmt: skip

    def carbon_enrichment(self) -> Array:
        """Return the enrichment of all carbon pools."""
        return self.enrichment

    def soil_enrichment(self, name: str, soil: Mapping[str, Array]) -> Array | float:
        """Return the enrichment (layer, column) of a soil property per mass; sand makes room for the clay."""
        if name != "clay":
            return 1.0
        clay = soil["clay"]
        room = (1.0 - soil["silt"]) / jnp.where(clay > 0.0, clay, 1.0)
        return jnp.where(clay > 0.0, jnp.minimum(self.clay_enrichment, room), 1.0)

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the runoff of the surface litter."""
        water = drivers.forcing["runoff"]  # 0 below the surface
        rates = rates.add_export("runoff", "dissolved", water / self.litter_storage)
        for pool in PARTICULATE_POOLS:
            rates = rates.add_export("runoff", pool, self.particulate * water)
        return rates
