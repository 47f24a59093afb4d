"""Decomposition of litter, char and released mineral carbon into dissolved carbon, and its use by microbes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter

DECAYING_POOLS = ("fast_litter", "slow_litter", "resistant_litter", "pyrogenic", "mineral")
"""What decays into dissolved carbon."""


@process
class FirstOrderDepolymerisation:
    """Every pool decays in proportion to itself; all that decays passes through dissolved carbon."""

    slot: ClassVar[str] = "depolymerisation"
    name: ClassVar[str] = "first_order"
    equation: ClassVar[str] = (
        "litter, pyrogenic -> dissolved at k a;  mineral -> dissolved at k a balance;  "
        "dissolved -> microbial at uptake a, of which 1 - CUE is respired;  "
        "microbial -> mineral at f k a, -> dissolved at (1 - f) k a;  a = activity x access"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.binds", "soil.balance")

    fast_litter: Array = parameter(
        10.0, "1/yr", 2.0, 30.0, "RothC 26.3, decomposable plant material: 10 per yr at 9.25 degC",
        confidence="opened", distribution="lognormal", spread=0.3, about="rate of fast litter",
    )  # fmt: skip
    slow_litter: Array = parameter(
        0.5, "1/yr", 0.1, 3.0, "RothC 26.3, resistant plant material: 0.3 per yr; CLM5 litter 2 and 3: 4 per "
        "yr at 25 degC", confidence="opened", distribution="lognormal", spread=0.4, about="rate of slow litter",
    )  # fmt: skip
    resistant_ratio: Array = parameter(
        0.4, "1", 0.02, 1.0, "rate of the suberin fraction 0.3-0.5 of that of slow litter; no field evidence",
        confidence="low", distribution="logit", spread=0.7,
        about="rate of resistant litter (lignin, suberin, cutin) over that of slow litter: at most 1",
    )  # fmt: skip
    pyrogenic: Array = parameter(
        0.0018, "1/yr", 0.0002, 0.02, "Wang et al. 2016: recalcitrant 97 %, mean residence time 556 yr",
        confidence="opened", distribution="lognormal", spread=0.5, about="rate of char",
    )  # fmt: skip
    mineral: Array = parameter(
        0.045, "1/yr", 0.002, 0.3, "RothC humus 0.02 per yr; IPCC 2019 Tier 2 slow 0.21, passive 0.007 per yr; within "
        "them by the stocks over inputs of croplands (Sierra et al. 2024), with the depth scalar",
        confidence="medium", distribution="lognormal", spread=0.35, about="rate at which mineral carbon is released",
    )  # fmt: skip
    uptake: Array = parameter(
        60.0, "1/yr", 5.0, 300.0, "turnover of dissolved carbon 1.3 d (labile) to 60 d (stable), ORCHIDEE-SOM",
        confidence="medium", distribution="lognormal", spread=0.4, about="rate of microbial uptake of dissolved carbon",
    )  # fmt: skip
    microbial: Array = parameter(
        2.4, "1/yr", 0.5, 10.0, "JSM mortality 7.48e-8 per s = 2.36 per yr; RothC biomass 0.66 per yr",
        confidence="opened", distribution="lognormal", spread=0.3, about="turnover rate of microbes",
    )  # fmt: skip
    necromass_to_mineral: Array = parameter(
        0.3, "1", 0.05, 0.95, "Millennial: 0.5; mineral carbon formed from 9 % of roots, 7 % of shoots and 46 % of "
        "rhizodeposits (Villarino et al. 2021): below it", confidence="medium",
        distribution="logit", spread=0.3, about="share of dying microbes that is stabilised on minerals",
    )  # fmt: skip

    @property
    def resistant_litter(self) -> Array:
        """Rate of resistant litter, 1/yr: never faster than slow litter, whatever is fitted."""
        return self.resistant_ratio * self.slow_litter

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the decay of every pool."""
        decays = {pool: getattr(self, pool) * rates.decomposition(pool) for pool in DECAYING_POOLS}
        decays["mineral"] = decays["mineral"] * drivers.soil["balance"]
        taken = self.uptake * rates.decomposition("dissolved")
        dying = self.microbial * rates.decomposition("microbial")
        # binds: 1 where there are minerals to bind to, 0 on the surface
        return decomposed(rates, decays, taken, {"microbial": dying}, self.necromass_to_mineral * drivers.soil["binds"])


def decomposed(
    rates: Rates, decays: Mapping[str, Array], taken: Array, dying: Mapping[str, Array], bound: Array
) -> Rates:
    """Add the flows of decomposition, 1/yr each (row, column).

    Parameters
    ----------
    rates : with the efficiency set.
    decays : {pool: rate} into dissolved carbon.
    taken : uptake of dissolved carbon, of which 1 - efficiency is respired.
    dying : {living pool: rate}, of which the share `bound` becomes mineral and the rest dissolved carbon.
    """
    for pool, rate in decays.items():
        rates = rates.add_transfer("dissolved", pool, rate)
    rates = rates.add_transfer("microbial", "dissolved", rates.efficiency * taken)
    rates = rates.add_respired("dissolved", (1.0 - rates.efficiency) * taken)
    for pool, rate in dying.items():
        rates = rates.add_transfer("mineral", pool, bound * rate)
        rates = rates.add_transfer("dissolved", pool, (1.0 - bound) * rate)
    return rates
