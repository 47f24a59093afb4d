"""Decomposition by microbes that fall dormant where substrate is scarce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.depolymerisation import DECAYING_POOLS, FirstOrderDepolymerisation, decomposed
from mollisol.processes.microbial import density
from mollisol.units import parameter


@process
class MicrobialDormancy(FirstOrderDepolymerisation):
    """Active microbes limit decomposition and die at a constant rate; where dissolved carbon is scarce most sleep.

    Dormant microbes neither decompose nor take up, and die slowly; a background of decomposition and uptake needs no
    density of active ones. With this there is no residual depth scalar.
    """

    name: ClassVar[str] = "microbial_dormancy"
    equation: ClassVar[str] = (
        "decay, release and uptake at k a m, as reverse_michaelis_menten with Bc of the active;  active -> mineral, "
        "dissolved at k a;  active -> dormant at switching a (1 - s);  dormant -> active at switching a s;  dormant "
        "-> mineral, dissolved at dormant a;  s = Dc / (Dc + supply);  Dc = dissolved / dz"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.binds", "soil.balance")
    adds: ClassVar[tuple[Pool, ...]] = (Pool("dormant", "dormant microbes", "solid", 8.0, living=True),)
    excludes: ClassVar[Mapping[str, tuple[str, ...]]] = {"energy": ("depth_scalar",)}
    nonlinear: ClassVar[bool] = True

    mineral: Array = parameter(
        0.033, "1/yr", 0.002, 0.3, "RothC humus 0.02 per yr; IPCC 2019 Tier 2 slow 0.21, passive 0.007 per yr; held "
        "at full microbial activity, so above the rates of a model without microbes' limit", confidence="medium",
        distribution="lognormal", spread=0.35, about="rate at which mineral carbon is released where microbes abound",
    )  # fmt: skip
    uptake: Array = parameter(
        30.0, "1/yr", 5.0, 300.0, "turnover of dissolved carbon 1.3 d (labile) to 60 d (stable), ORCHIDEE-SOM",
        confidence="medium", distribution="lognormal", spread=0.4,
        about="rate of uptake of dissolved carbon where microbes abound",
    )  # fmt: skip
    microbial: Array = parameter(
        4.0, "1/yr", 1.0, 30.0, "growing cells die faster than the biomass as a whole, whose 2.36 per yr (JSM) "
        "includes the dormant", confidence="low", distribution="lognormal", spread=0.3,
        about="turnover rate of active microbes",
    )  # fmt: skip
    half_saturation: Array = parameter(
        0.005, "kg/m3", 0.0002, 0.5, "form of COMISSION (Ahrens et al. 2020) and JSM (Yu et al. 2020); of the active "
        "cells, about a quarter of the biomass", confidence="low", distribution="lognormal", spread=0.4,
        about="density K of active microbial carbon at which decomposition runs at half its rate",
    )  # fmt: skip
    background: Array = parameter(
        0.01, "1", 0.0, 0.2, "dormant cells wake and enzymes outlast their makers; release without live microbes is "
        "known (Kemmitt et al. 2008), its size is not", confidence="low", distribution="lognormal", spread=0.5,
        about="share of decomposition and uptake that needs no density of active microbes",
    )  # fmt: skip
    switching: Array = parameter(
        12.0, "1/yr", 1.0, 365.0, "form of MEND (Wang et al. 2014): dormancy and waking share one rate; cells switch "
        "within days to months", confidence="low", distribution="lognormal", spread=0.5,
        about="rate at which microbes fall dormant or wake",
    )  # fmt: skip
    supply: Array = parameter(
        0.02, "kg/m3", 0.0005, 0.5, "60-80 % of the cells of bulk soil are dormant (Lennon & Jones 2011); dissolved "
        "carbon of soils is 5-50 g/m3", confidence="low", distribution="lognormal", spread=0.5,
        about="dissolved carbon at which as many wake as fall dormant",
    )  # fmt: skip
    dormant: Array = parameter(
        0.3, "1/yr", 0.005, 2.0, "the maintenance of dormant cells is one to three orders of magnitude below that of "
        "active ones (Lennon & Jones 2011)", confidence="low", distribution="lognormal", spread=0.5,
        about="turnover rate of dormant microbes",
    )  # fmt: skip
    litter_layer: Array = parameter(
        0.02, "m", 0.002, 0.1, "straw of 2-5 t/ha settles to a mulch of one to a few cm", confidence="low",
        distribution="lognormal", spread=0.4, about="thickness of the litter that lies on the soil",
    )  # fmt: skip

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the decay of every pool at the present density of active microbes, and their falling dormant."""
        crowd = density(carbon["microbial"], drivers.thickness, self.litter_layer)
        working = self.background + (1.0 - self.background) * crowd / (self.half_saturation + crowd)
        decays = {pool: getattr(self, pool) * rates.decomposition(pool) * working for pool in DECAYING_POOLS}
        decays["mineral"] = decays["mineral"] * drivers.soil["balance"]
        taken = self.uptake * rates.decomposition("dissolved") * working
        own = rates.decomposition("microbial")
        dying = {"microbial": self.microbial * own, "dormant": self.dormant * own}
        rates = decomposed(rates, decays, taken, dying, self.necromass_to_mineral * drivers.soil["binds"])

        thickness = jnp.where(drivers.thickness > 0.0, drivers.thickness, self.litter_layer)
        dissolved = carbon["dissolved"] / thickness
        fed = dissolved / (dissolved + self.supply)
        rates = rates.add_transfer("dormant", "microbial", self.switching * own * (1.0 - fed))
        return rates.add_transfer("microbial", "dormant", self.switching * own * fed)
