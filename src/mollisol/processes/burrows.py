"""Burrows and root channels: fresh litter that falls or is drawn into them arrives at depth without passing between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter

LITTER = "burrow_litter"

FRESH_POOLS = ("fast_litter", "slow_litter", "resistant_litter")


@process
class Burrows:
    """Litter of the surface and of the topsoil is carried down burrows and old root channels, and decomposes there.

    It is a pool of its own below. A share follows root density, the rest the burrows, which become fewer with depth.
    """

    slot: ClassVar[str] = "nonlocal"
    name: ClassVar[str] = "burrows"
    equation: ClassVar[str] = (
        "surface litter -> burrow litter at drawn, litter of a layer at fallen exp(-z / L), into the layers at and "
        "below it in proportion to p;  p = (1 - s) exp(-z / L) / L + s roots;  burrow litter -> dissolved at decay "
        "times the rate of fast litter there"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("root_density",)
    reads: ClassVar[tuple[str, ...]] = ("forcing.root_density",)
    adds: ClassVar[tuple[Pool, ...]] = (Pool(LITTER, "litter in burrows and root channels", "solid", 40.0),)

    drawn: Array = parameter(
        0.5, "1/yr", 0.0, 20.0, "part of the burial of residue within one to two years; below-ground casts and walls "
        "of anecic earthworms' burrows hold 40-50 % litter carbon (Jegou et al. 1998)", confidence="low",
        distribution="lognormal", spread=0.7, about="rate at which surface litter is carried into burrows",
    )  # fmt: skip
    fallen: Array = parameter(
        0.02, "1/yr", 0.0, 1.0, "fragments from the walls; no published rate at hand", confidence="low",
        distribution="lognormal", spread=1.0, about="rate at which litter in the uppermost soil falls into burrows",
    )  # fmt: skip
    e_fold: Array = parameter(
        0.4, "m", 0.1, 1.5, "burrow density falls by e over 0.3-0.5 m; Lumbricus terrestris reaches 1-2 m, with litter "
        "carbon in the walls at all depths (Jegou et al. 1998)", confidence="medium", distribution="lognormal",
        spread=0.3, about="depth L over which burrows become fewer by the factor e",
    )  # fmt: skip
    channels: Array = parameter(
        0.2, "1", 0.0, 1.0, "old root channels are fewer and narrower than burrows; no published share at hand",
        confidence="low", about="share s of the litter that follows root channels",
    )  # fmt: skip
    decay: Array = parameter(
        0.1, "1", 0.01, 1.0, "a mixture of slow litter (RothC: 0.3 per yr, 0.03 of fast litter) and fast litter (10)",
        confidence="low", distribution="lognormal", spread=0.5,
        about="rate of litter in burrows over that of fast litter",
    )  # fmt: skip

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Where what falls into a burrow arrives (row to, row from), and how fast each row loses litter to burrows."""
        thickness, depth = drivers.thickness[1:], drivers.depth[1:]
        above = depth - 0.5 * thickness
        # exact integrals over the layers; the last term leaves a direction down where both have vanished
        burrows = jnp.exp(-above / self.e_fold) * -jnp.expm1(-thickness / self.e_fold)
        burrows = burrows / jnp.sum(burrows, axis=0)
        roots = drivers.forcing["root_density"][1:] * thickness
        rooted = jnp.sum(roots, axis=0)
        roots = jnp.where(rooted > 0.0, roots / jnp.where(rooted > 0.0, rooted, 1.0), burrows)
        share = (1.0 - self.channels) * burrows + self.channels * roots + 1e-30 * thickness
        share = jnp.concatenate([jnp.zeros_like(share[:1]), share])
        # from a layer to itself and those below; from the surface, where no share is, to all layers
        reached = share[:, None] * jnp.tril(jnp.ones((share.shape[0],) * 2))[:, :, None]
        lost = self.fallen * jnp.exp(-depth / self.e_fold) + jnp.zeros_like(share[1:])
        return {
            "burrow_kernel": reached / jnp.sum(reached, axis=0),
            "burrow_loss": jnp.concatenate([jnp.broadcast_to(self.drawn, lost[:1].shape), lost]),
        }

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add what is carried into burrows, and its decay there."""
        lost, kernel = drivers.forcing["burrow_loss"], drivers.forcing["burrow_kernel"]
        for pool in FRESH_POOLS:
            rates = rates.add_carried(LITTER, pool, lost, kernel)
        # as fast litter, whatever limits that there: microbes, oxygen or nitrogen, but no aggregates
        return rates.add_transfer("dissolved", LITTER, self.decay * rates.transfer["dissolved", "fast_litter"])
