"""Nitrogen: what decomposition frees and needs, and how its lack holds litter back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.dormancy import MicrobialDormancy
from mollisol.processes.pools import CARBON_TO_NITROGEN
from mollisol.units import parameter

NEEDY_POOLS = ("fast_litter", "slow_litter", "resistant_litter")
"""Litters, whose decomposers take nitrogen from the soil."""

RATIOS = CARBON_TO_NITROGEN | {pool.name: pool.carbon_to_nitrogen for pool in MicrobialDormancy.adds}
"""C:N of the pools whose flows are counted."""

SHARPNESS = 4.0
"""Exponent of the smooth transition between ample and short supply."""

LEAST = 1e-12
"""kg N/m2/yr that is always there, so that a ratio of nothing to nothing has a value."""

ROUNDED = 1e-3
"""kg N per kg C decomposed within which freeing and needing pass into each other smoothly."""


def nitrogen_freed(carbon: Mapping[str, Array], rates: Rates) -> dict[str, Array]:
    """Return {pool: kg N/m2/yr} that the flows out of each pool free (positive) or need (negative).

    A flow F from C:N c to C:N d frees F (1 / c - 1 / d), a respired one F / c, so that with the C:N of each pool
    nitrogen is neither made nor lost. Pools that are not in `RATIOS`, and what slots further down add (sorption), take
    no part.
    """
    freed: dict[str, Array] = {}
    flows: list[tuple[str, str | None, Array]] = [(source, to, rate) for (to, source), rate in rates.transfer.items()]
    flows += [(source, None, rate) for source, rate in rates.respired.items()]
    for source, to, rate in flows:
        if source not in RATIOS or (to is not None and to not in RATIOS):
            continue
        gain = 1.0 / RATIOS[source] - (1.0 / RATIOS[to] if to else 0.0)
        amount = rate * carbon[source] * gain
        freed[source] = freed[source] + amount if source in freed else amount
    return freed


def positive_part(amount: Array, width: Array) -> Array:
    """Return a smooth max(amount, 0), exact for amounts far beyond the width."""
    return 0.5 * (amount + jnp.sqrt(amount**2 + width**2))


@process
class NitrogenLimitation:
    """Litter decomposes no faster than its microbes find nitrogen: in the litter, freed beside it, or from outside."""

    slot: ClassVar[str] = "nutrients"
    name: ClassVar[str] = "nitrogen"
    equation: ClassVar[str] = (
        "loss[litter] *= (1 + (I / S)^4)^(-1/4);  I = sum over litters of decay (1 / CN_dissolved - 1 / CN);  "
        "S = share supply + N freed by the decay of all other pools, kg N/m2/yr"
    )
    reads: ClassVar[tuple[str, ...]] = ("forcing.nitrogen_supply",)
    nonlinear: ClassVar[bool] = True

    share: Array = parameter(
        0.5, "1", 0.01, 1.0, "of labelled mineral nitrogen plants take 40-60 %; microbes win within hours and plants "
        "within weeks (Kuzyakov & Xu 2013)", confidence="low", distribution="logit", spread=0.5,
        about="share of the nitrogen from outside that microbes get before plants, water and air do",
    )  # fmt: skip
    strength: Array = parameter(
        1.0, "1", 0.0, 1.2, "1: nitrogen in the ratio of the pools' C:N; decomposers of poor litter may make do with "
        "less (Manzoni et al. 2008), and more than litter brings and its products free would never be there",
        confidence="low", distribution="normal", spread=0.15,
        about="factor on the nitrogen that decomposing litter needs",
    )  # fmt: skip

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale the loss of the litters, each alike: they draw on one supply."""
        needed, supply = self.need_and_supply(carbon, drivers, rates)
        short = self.strength * needed / supply
        return rates.scale_pools(NEEDY_POOLS, (1.0 + short**SHARPNESS) ** (-1.0 / SHARPNESS))

    def need_and_supply(
        self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates
    ) -> tuple[Array | float, Array]:
        """Return potential immobilisation by litters and what is there for it, kg N/m2/yr (row, column)."""
        freed = nitrogen_freed(carbon, rates)
        needed = sum((-freed[pool] for pool in NEEDY_POOLS if pool in freed), start=0.0)
        others = sum((amount for pool, amount in freed.items() if pool not in NEEDY_POOLS), start=0.0)
        turned = sum((rate * carbon[pool] for pool, rate in rates.respired.items()), start=0.0)
        inner = positive_part(jnp.asarray(others), ROUNDED * turned + LEAST)
        return needed, self.share * drivers.forcing["nitrogen_supply"] + inner + LEAST
