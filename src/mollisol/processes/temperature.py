"""Response of decomposition to temperature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.averaging import LEVERAGE, TEMPERATURE_VARIATION, over_temperature
from mollisol.processes.base import process
from mollisol.units import ZERO_CELSIUS, parameter

REFERENCE_TEMPERATURE = 10.0
"""Temperature at which all rates of the project are given, degC."""

_NEAREST = 1e-3  # K above T0; nearer the exponential is zero in double precision anyway


@process
class Q10:
    """Decomposition rises by a constant factor per 10 degC, at the temperature of each layer."""

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "q10"
    equation: ClassVar[str] = "activity *= mean over the month of q10 ** ((T - 10 degC) / 10)"
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature", *TEMPERATURE_VARIATION)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)
    optional: ClassVar[tuple[str, ...]] = TEMPERATURE_VARIATION

    q10: Array = parameter(
        2.2,
        "1",
        1.2,
        4.0,
        "Todd-Brown et al. 2018, from changes of stocks in the field: 2.2 [1.6-2.7]",
        confidence="opened",
        distribution="lognormal",
        spread=0.13,
        about="factor per 10 degC",
    )

    def response(self, temperature: Array) -> Array:
        """Response at a temperature (degC)."""
        return jnp.exp((temperature - REFERENCE_TEMPERATURE) / 10.0 * jnp.log(self.q10))

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's temperature alone."""
        mean, leverage = over_temperature(self.response, drivers.forcing["temperature"], drivers.forcing)
        return {"temperature_response": mean, LEVERAGE: leverage}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["temperature_response"])


@process
class LloydTaylor:
    """Decomposition is the more sensitive to warming the colder it is, and stops at T0, far below freezing.

    The exponent goes to minus infinity as T falls to T0, so the response goes to 0 with all its derivatives and stays
    there: it is defined, and smooth, however cold the soil is.
    """

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "lloyd_taylor"
    equation: ClassVar[str] = (
        "activity *= mean over the month of exp(E (1 / (283.15 K - T0) - 1 / (T - T0))), 0 at and below T0"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature", *TEMPERATURE_VARIATION)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)
    optional: ClassVar[tuple[str, ...]] = TEMPERATURE_VARIATION

    sensitivity: Array = parameter(
        308.56, "K", 100.0, 500.0, "Lloyd & Taylor 1994, Funct. Ecol. 8:315; spread as that of the default's Q10",
        confidence="high", distribution="lognormal", spread=0.16, about="sensitivity E",
    )  # fmt: skip
    lowest: Array = parameter(
        227.13, "K", 215.0, 240.0, "Lloyd & Taylor 1994, Funct. Ecol. 8:315", confidence="high",
        about="temperature T0 at which decomposition stops",
    )  # fmt: skip

    def response(self, temperature: Array) -> Array:
        """Response at a temperature (degC)."""
        above = temperature + ZERO_CELSIUS - self.lowest
        active = above > _NEAREST
        reference = REFERENCE_TEMPERATURE + ZERO_CELSIUS - self.lowest
        exponent = self.sensitivity * (1.0 / reference - 1.0 / jnp.where(active, above, 1.0))
        return jnp.where(active, jnp.exp(jnp.where(active, exponent, 0.0)), 0.0)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's temperature alone."""
        mean, leverage = over_temperature(self.response, drivers.forcing["temperature"], drivers.forcing)
        return {"temperature_response": mean, LEVERAGE: leverage}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["temperature_response"])
