"""Decomposition by explicit microbes: what is decomposed depends on how many there are to do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.depolymerisation import DECAYING_POOLS, FirstOrderDepolymerisation, decomposed
from mollisol.units import parameter

REFERENCE_DENSITY = 0.1
"""Density of microbial carbon at which the turnover rate of microbes holds, kg/m3."""

NONE_LEFT = 1e-12
"""Density (kg/m3) below which turnover falls no further: a power has no slope at zero."""


def density(carbon: Array, thickness: Array, litter_layer: Array) -> Array:
    """Density (kg/m3) of the microbes (kg/m2, (row, column)) that reach what a row holds.

    Litter lies on the soil, so hyphae of the first layer reach it beside those that live in the litter layer itself.
    """
    soil = carbon[1:] / thickness[1:]
    return jnp.concatenate([carbon[:1] / litter_layer + soil[:1], soil])


@process
class ReverseMichaelisMenten(FirstOrderDepolymerisation):
    """Microbes limit decomposition: it saturates with their density, so sparse microbes leave carbon alone.

    A small background goes on without them (enzymes that outlast their makers, dormant cells, chemistry): the steady
    state is positive at every depth. The mortality of microbes rises with their density. With this there is no residual
    depth scalar: slow turnover of the subsoil follows from its sparse substrate.
    """

    name: ClassVar[str] = "reverse_michaelis_menten"
    equation: ClassVar[str] = (
        "litter, pyrogenic -> dissolved at k a m;  mineral -> dissolved at k a m balance;  dissolved -> microbial at "
        "uptake a m, of which 1 - CUE is respired;  microbial -> mineral, dissolved at k a (Bc / 0.1 kg m-3)^(b - 1);  "
        "m = background + (1 - background) Bc / (K + Bc);  Bc = microbial / dz;  on the surface also the first layer's"
    )
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
        2.5, "1/yr", 0.5, 10.0, "JSM mortality 7.48e-8 per s = 2.36 per yr; RothC biomass 0.66 per yr",
        confidence="opened", distribution="lognormal", spread=0.3, about="turnover rate of microbes at 0.1 kg/m3",
    )  # fmt: skip
    half_saturation: Array = parameter(
        0.02, "kg/m3", 0.0005, 1.0, "form of COMISSION (Ahrens et al. 2020) and JSM (Yu et al. 2020); a tenth of the "
        "microbial carbon of arable topsoil (2 % of 10-20 kg/m3), so that topsoils are near full activity",
        confidence="low", distribution="lognormal", spread=0.4,
        about="density K of microbial carbon at which decomposition runs at half its rate",
    )  # fmt: skip
    density_exponent: Array = parameter(
        1.2, "1", 1.0, 2.0, "Georgiou et al. 2017: density-dependent turnover; MIMICS-DB 1.5-2 for biomass as a whole; "
        "above 1.3 the microbial quotient no longer falls with depth as it is observed to, near 1 microbes swing",
        confidence="low", distribution="normal", spread=0.05,
        about="exponent b of the mortality of microbes in their density",
    )  # fmt: skip
    background: Array = parameter(
        0.01, "1", 0.0, 0.2, "without it microbes die out where dissolved carbon is washed away or sorbed faster "
        "than they can grow; release without live microbes is known (Kemmitt et al. 2008), its size is not",
        confidence="low", distribution="lognormal", spread=0.5,
        about="share of decomposition and uptake that needs no density of microbes",
    )  # fmt: skip
    litter_layer: Array = parameter(
        0.02, "m", 0.002, 0.1, "straw of 2-5 t/ha settles to a mulch of one to a few cm", confidence="low",
        distribution="lognormal", spread=0.4, about="thickness of the litter that lies on the soil",
    )  # fmt: skip

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the decay of every pool at the present density of microbes."""
        crowd = density(carbon["microbial"], drivers.thickness, self.litter_layer)
        working = self.background + (1.0 - self.background) * crowd / (self.half_saturation + crowd)
        decays = {pool: getattr(self, pool) * rates.decomposition(pool) * working for pool in DECAYING_POOLS}
        decays["mineral"] = decays["mineral"] * drivers.soil["balance"]
        taken = self.uptake * rates.decomposition("dissolved") * working
        crowding = ((crowd + NONE_LEFT) / REFERENCE_DENSITY) ** (self.density_exponent - 1.0)
        dying = self.microbial * rates.decomposition("microbial") * crowding
        return decomposed(rates, decays, taken, {"microbial": dying}, self.necromass_to_mineral * drivers.soil["binds"])
