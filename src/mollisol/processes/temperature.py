"""Response of decomposition to temperature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter

REFERENCE_TEMPERATURE = 10.0
"""Temperature at which all rates of the project are given, degC."""


@process
class Q10:
    """Decomposition rises by a constant factor per 10 degC, at the temperature of each layer."""

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "q10"
    equation: ClassVar[str] = "activity *= q10 ** ((T - 10 degC) / 10)"
    prepares_from: ClassVar[tuple[str, ...]] = ("temperature",)
    reads: ClassVar[tuple[str, ...]] = ("forcing.temperature",)

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

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's temperature alone."""
        exponent = (drivers.forcing["temperature"] - REFERENCE_TEMPERATURE) / 10.0
        return {"temperature_response": jnp.exp(exponent * jnp.log(self.q10))}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["temperature_response"])
