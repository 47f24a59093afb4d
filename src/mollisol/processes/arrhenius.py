"""Response to temperature with an activation energy for each kind of reaction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.averaging import LEVERAGE, TEMPERATURE_VARIATION, over_temperature
from mollisol.processes.base import process
from mollisol.processes.temperature import REFERENCE_TEMPERATURE
from mollisol.units import ZERO_CELSIUS, parameter

GAS_CONSTANT = 8.314462618e-3
"""kJ/mol/K."""

_JSM = "JSM (Yu et al. 2020, Geosci. Model Dev. 13:783), parameter file"


@process
class Arrhenius:
    """Each kind of reaction has its own activation energy, so that warming shifts the balance between them.

    Depolymerisation speeds up most and sorption hardly at all: a warm soil keeps less carbon on its minerals for two
    reasons. The response of depolymerisation is that of `activity`; the others are kept as ratios to it, except that of
    sorption, which activity does not scale.
    """

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "arrhenius"
    equation: ClassVar[str] = (
        "rates of kind k *= mean over the month of exp(E_k / R (1 / 283.15 K - 1 / T)): litter and char by "
        "depolymerisation, dissolved by uptake, microbial by turnover, mineral by desorption, sorption by its own"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature", *TEMPERATURE_VARIATION)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)
    optional: ClassVar[tuple[str, ...]] = TEMPERATURE_VARIATION

    depolymerisation: Array = parameter(
        53.0, "kJ mol-1", 20.0, 100.0, _JSM, confidence="opened", distribution="lognormal", spread=0.15,
        about="activation energy of the decomposition of litter and char",
    )  # fmt: skip
    uptake: Array = parameter(
        47.0, "kJ mol-1", 20.0, 100.0, _JSM, confidence="opened", distribution="lognormal", spread=0.15,
        about="activation energy of microbial uptake",
    )  # fmt: skip
    turnover: Array = parameter(
        47.0, "kJ mol-1", 0.0, 100.0, "taken as that of uptake: microbes die as fast as they live; no value published "
        "with the others", confidence="low", about="activation energy of the turnover of microbes",
    )  # fmt: skip
    desorption: Array = parameter(
        20.0, "kJ mol-1", 0.0, 80.0, _JSM, confidence="opened", distribution="lognormal", spread=0.3,
        about="activation energy of the release of mineral carbon",
    )  # fmt: skip
    sorption: Array = parameter(
        5.0, "kJ mol-1", 0.0, 40.0, _JSM, confidence="opened", distribution="lognormal", spread=0.3,
        about="activation energy of sorption to minerals",
    )  # fmt: skip

    def response(self, temperature: Array, energy: Array) -> Array:
        """Response of a reaction of an activation energy (kJ/mol) at a temperature (degC)."""
        reference = REFERENCE_TEMPERATURE + ZERO_CELSIUS
        return jnp.exp(energy / GAS_CONSTANT * (1.0 / reference - 1.0 / (temperature + ZERO_CELSIUS)))

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each kind of reaction in each row, from the month's temperature alone."""

        def mean(energy: Array) -> tuple[Array, Array]:
            response = partial(self.response, energy=energy)
            return over_temperature(response, drivers.forcing["temperature"], drivers.forcing)

        found, leverage = mean(self.depolymerisation)
        return {
            "temperature_response": found,
            LEVERAGE: leverage,
            "uptake_response": mean(self.uptake)[0] / found,
            "turnover_response": mean(self.turnover)[0] / found,
            "desorption_response": mean(self.desorption)[0] / found,
            "sorption_response": mean(self.sorption)[0],
        }

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity, and set the kinds of reaction apart."""
        forcing = drivers.forcing
        rates = rates.scale_activity(forcing["temperature_response"])
        for kind in ("uptake", "turnover", "desorption", "sorption"):
            rates = rates.scale_kind(kind, forcing[f"{kind}_response"])
        return rates
