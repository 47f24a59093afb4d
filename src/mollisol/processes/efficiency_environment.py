"""Carbon-use efficiency that follows temperature, drought, oxygen, and the energy and nitrogen of what is taken up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.depolymerisation import FirstOrderDepolymerisation
from mollisol.processes.pools import CARBON_TO_NITROGEN
from mollisol.units import parameter, parameters_of

MEASURED_AT = 20.0
"""degC at which the efficiency of reference was measured."""

FIELD_CAPACITY = -0.033
"""MPa; drought counts from there."""

SUPPLYING_POOLS = ("fast_litter", "slow_litter", "resistant_litter", "mineral")
"""What microbes live on; char gives next to nothing."""

_USUAL = FirstOrderDepolymerisation(
    **{name: one.value for name, one in parameters_of(FirstOrderDepolymerisation).items()}
)
WEIGHT: dict[str, float] = {pool: getattr(_USUAL, pool) for pool in SUPPLYING_POOLS}
"""1/yr; pools supply in proportion to carbon times these rates, the same whatever depolymerisation the model has."""

SHARPNESS = 4.0
"""Exponent of the smooth transition between a lack of nitrogen and of carbon."""

LEAST = 1e-12
"""kg C/m2/yr that always decays, so that shares have a value in an empty layer."""


@process
class EnvironmentalEfficiency:
    """Efficiency falls with warmth, drought and want of oxygen, and where substrate gives little energy or nitrogen.

    Temperature, drought and oxygen act on the logit, the rest as factors in 0-1: the efficiency stays between 0 and
    1 wherever they lead, and differs between depths.
    """

    slot: ClassVar[str] = "carbon_use_efficiency"
    name: ClassVar[str] = "environmental"
    equation: ClassVar[str] = (
        "CUE = e (1 - energy M) (x / (1 + x^4)^(1/4));  logit e = logit(reference) + slope (T - 20) / (reference (1 - "
        "reference)) - drought log10(1 + psi / -0.033 MPa) - anaerobic half / (half + air);  M share of mineral carbon "
        "and x = (N in the supply + nitrogen share) CN_microbial / e of it;  supply = sum of k C access activity"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature", "matric_potential", "air_filled_porosity")
    reads: ClassVar[tuple[str, ...]] = (
        "forcing.temperature", "forcing.matric_potential", "forcing.air_filled_porosity", "forcing.nitrogen_supply",
    )  # fmt: skip
    nonlinear: ClassVar[bool] = True

    reference: Array = parameter(
        0.475, "1", 0.1, 0.8, "CUE = 0.475 - 0.016 (T - 20) over soils (PMC6449510)", confidence="opened",
        distribution="logit", spread=0.3, about="efficiency at 20 degC where nothing limits",
    )  # fmt: skip
    slope: Array = parameter(
        -0.016, "1/K", -0.04, 0.01, "CUE = 0.475 - 0.016 (T - 20) over soils (PMC6449510); Millennial fits -0.012",
        confidence="opened", distribution="normal", spread=0.004, about="change of the efficiency per degree",
    )  # fmt: skip
    drought: Array = parameter(
        0.15, "1", 0.0, 1.0, "drought costs osmolytes and extracellular products; reports go both ways, most find a "
        "fall of 0-30 % at the wilting point", confidence="low", distribution="lognormal", spread=0.7,
        about="fall of the logit per tenfold suction beyond field capacity",
    )  # fmt: skip
    anaerobic: Array = parameter(
        1.5, "1", 0.0, 4.0, "fermentation and anaerobic respiration yield a fifth to a half of the growth of aerobic "
        "respiration (yields per mole of ATP)", confidence="low", distribution="lognormal", spread=0.4,
        about="fall of the logit without air-filled pores",
    )  # fmt: skip
    half: Array = parameter(
        0.01, "m3/m3", 0.001, 0.1, "gas diffusion all but stops below an air-filled porosity of a few per cent "
        "(Millington & Quirk 1960)", confidence="low", distribution="lognormal", spread=0.5,
        about="air-filled porosity at which half of that fall is reached",
    )  # fmt: skip
    energy: Array = parameter(
        0.2, "1", 0.0, 0.9, "heat per carbon of mineral-associated matter is lower than that of litter by 10-30 %, and "
        "enzymes cost more; no direct measurement at hand", confidence="low", distribution="logit", spread=0.5,
        about="share of the efficiency that is lost on mineral carbon",
    )  # fmt: skip
    nitrogen: Array = parameter(
        0.2, "1", 0.0, 1.0, "share of the mineral nitrogen from outside that meets microbes while they grow; plants, "
        "water and air take the rest", confidence="low", distribution="logit", spread=0.5,
        about="share of the nitrogen supply that growth can use",
    )  # fmt: skip

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Efficiency (row, column) by temperature, drought and air, from the month's forcing alone."""
        warm = self.slope / (self.reference * (1.0 - self.reference)) * (drivers.forcing["temperature"] - MEASURED_AT)
        dry = jnp.log10(1.0 + drivers.forcing["matric_potential"] / FIELD_CAPACITY)
        airless = self.half / (self.half + drivers.forcing["air_filled_porosity"])
        logit = jnp.log(self.reference / (1.0 - self.reference)) + warm - self.drought * dry - self.anaerobic * airless
        return {"efficiency_possible": jax.nn.sigmoid(logit)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Set the efficiency."""
        possible = drivers.forcing["efficiency_possible"]
        supply = {pool: WEIGHT[pool] * rates.decomposition(pool) * carbon[pool] for pool in SUPPLYING_POOLS}
        total = sum(supply.values(), start=LEAST)
        mineral = supply["mineral"] / total
        within = sum((amount / CARBON_TO_NITROGEN[pool] for pool, amount in supply.items()), start=0.0)
        found = (within + self.nitrogen * drivers.forcing["nitrogen_supply"]) / total
        ratio = found * CARBON_TO_NITROGEN["microbial"] / possible
        # as written in the equation, turned round so that plenty of nitrogen cannot overflow
        fed = (1.0 + (1.0 / (ratio + LEAST)) ** SHARPNESS) ** (-1.0 / SHARPNESS)
        return dataclasses.replace(rates, efficiency=possible * (1.0 - self.energy * mineral) * fed)
