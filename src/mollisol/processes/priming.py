"""Priming: fresh carbon and char change the loss of the carbon that is already there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.pools import MINERAL_POOLS
from mollisol.units import parameter

FRESH_POOLS = ("fast_litter", "dissolved")
PRIMED_POOLS = ("slow_litter", "resistant_litter", *MINERAL_POOLS)

SANDY = 0.7
"""Sand content half way to a soil in which char stimulates; "sandy" as in the texture triangle."""


@process
class FirstOrderPriming:
    """Fresh carbon speeds up, or slows down, what decays slowly; char shields the mineral carbon beside it.

    The factors lie between 1 and 1 + their strength, so what is primed leaves with the rates of its pool: it is
    positive, never more than there is, and has a slope everywhere.
    """

    slot: ClassVar[str] = "priming"
    name: ClassVar[str] = "first_order"
    equation: ClassVar[str] = (
        "loss[slow, resistant, mineral, stable] *= 1 + strength F / (F + half);  loss[mineral, stable] *= 1 + "
        "(stimulated w - shielded (1 - w)) P / (P + char_half);  F = fast litter + dissolved, P = pyrogenic, kg/m3;  "
        "w = sand^4 / (sand^4 + 0.7^4)"
    )
    reads: ClassVar[tuple[str, ...]] = (
        "carbon.fast_litter", "carbon.dissolved", "carbon.pyrogenic", "soil.clay", "soil.silt",
    )  # fmt: skip
    prepares_from: ClassVar[tuple[str, ...]] = ()
    tested_at: ClassVar[Mapping[str, float]] = {"strength": 0.4}

    strength: Array = parameter(
        0.0, "1", -0.8, 3.0, "the rates of the linear model hold with the fresh carbon of arable soils, so that the "
        "sign of a further effect is open; cellulose raised the loss of subsoil carbon by about 70 % (Fontaine et al. "
        "2007)", confidence="low", distribution="normal", spread=0.2,
        about="relative change of the loss where fresh carbon abounds",
    )  # fmt: skip
    half: Array = parameter(
        0.1, "kg/m3", 0.005, 5.0, "priming rises up to additions of 15-50 % of the microbial carbon (Blagodatskaya & "
        "Kuzyakov 2008), which is 0.2-0.4 kg/m3 in arable topsoil", confidence="low", distribution="lognormal",
        spread=0.5, about="fresh carbon at which half of the effect is reached",
    )  # fmt: skip
    shielded: Array = parameter(
        0.038, "1", -0.5, 0.9, "Wang et al. 2016: native carbon mineralised by 3.8 % less beside biochar (95 % "
        "interval -0.8 to 8.1 %); Weng et al. 2017: 5.5 % less", confidence="opened", distribution="normal",
        spread=0.023, about="share of the loss of mineral carbon that much char takes away",
    )  # fmt: skip
    stimulated: Array = parameter(
        0.208, "1", -0.5, 1.0, "Wang et al. 2016: 20.8 % more in sandy soils; its interval is not at hand",
        confidence="opened", distribution="normal", spread=0.1,
        about="relative rise of the loss of mineral carbon beside much char in pure sand",
    )  # fmt: skip
    char_half: Array = parameter(
        1.0, "kg/m3", 0.05, 20.0, "the incubations had about 1 % of char by mass, some 10 kg C/m3; how the effect "
        "rises to there is not known", confidence="low", distribution="lognormal", spread=0.7,
        about="char at which half of its effect is reached",
    )  # fmt: skip

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Effect of much char on the loss of mineral carbon, from the texture alone."""
        sand = 1.0 - drivers.soil["clay"] - drivers.soil["silt"]
        sandy = sand**4 / (sand**4 + SANDY**4)
        return {"char_effect": self.stimulated * sandy - self.shielded * (1.0 - sandy)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale what the slow pools lose; nothing is primed on the surface, where litter has no volume."""
        fresh = sum((concentration(carbon[pool], drivers.thickness) for pool in FRESH_POOLS), start=0.0)
        char = concentration(carbon["pyrogenic"], drivers.thickness)
        rates = rates.scale_pools(PRIMED_POOLS, 1.0 + self.strength * fresh / (fresh + self.half))
        return rates.scale_pools(MINERAL_POOLS, 1.0 + drivers.forcing["char_effect"] * char / (char + self.char_half))


@process
class FreshCarbonLimit:
    """Mineral carbon is lost only as far as fresh carbon feeds those who release it (Guenet et al. 2013)."""

    slot: ClassVar[str] = "priming"
    name: ClassVar[str] = "fresh_carbon_limit"
    equation: ClassVar[str] = (
        "loss[slow, resistant, mineral, stable] *= (background + (1 - background) (1 - exp(-F / scale))) / reference;  "
        "reference = the same at F = 0.1 kg/m3;  F = fast litter + dissolved, kg/m3"
    )
    reads: ClassVar[tuple[str, ...]] = ("carbon.fast_litter", "carbon.dissolved")

    background: Array = parameter(
        0.1, "1", 0.001, 1.0, "a small loss without fresh carbon keeps a steady state at every depth; bare fallows "
        "lose carbon for decades", confidence="low", distribution="lognormal", spread=0.7,
        about="share of the loss that needs no fresh carbon",
    )  # fmt: skip
    scale: Array = parameter(
        0.05, "kg/m3", 0.001, 2.0, "Guenet et al. 2013: 1 / c, fitted by pools there; here of the order of the fresh "
        "carbon of arable soils", confidence="low", distribution="lognormal", spread=0.7,
        about="fresh carbon that feeds 63 % of the greatest loss",
    )  # fmt: skip

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale what the slow pools lose in the soil; the reference makes the rates those of an arable topsoil."""
        fresh = sum((concentration(carbon[pool], drivers.thickness) for pool in FRESH_POOLS), start=0.0)
        fed = self._fed(fresh) / self._fed(jnp.asarray(0.1))
        return rates.scale_pools(PRIMED_POOLS, jnp.where(drivers.thickness > 0.0, fed, 1.0))

    def _fed(self, fresh: Array) -> Array:
        return self.background - (1.0 - self.background) * jnp.expm1(-fresh / self.scale)


def concentration(amount: Array, thickness: Array) -> Array:
    """Carbon per volume of soil (kg/m3) of an amount (row, column) in kg/m2; 0 on the surface, which has no volume."""
    soil = thickness > 0.0
    return jnp.where(soil, amount / jnp.where(soil, thickness, 1.0), 0.0)
