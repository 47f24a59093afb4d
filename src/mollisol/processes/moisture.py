"""Response of decomposition to drought. Excess water acts through oxygen, so this is the dry limb only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.averaging import LEVERAGE, moisture_variation, over_moisture
from mollisol.processes.base import process
from mollisol.units import parameter

VARIATION = (*moisture_variation("log_suction"), LEVERAGE)


@process
class MatricPotentialResponse:
    """Decomposition falls with the logarithm of the matric potential from wet to dry (Andren & Paustian form)."""

    slot: ClassVar[str] = "moisture"
    name: ClassVar[str] = "matric_potential"
    equation: ClassVar[str] = (
        "activity *= mean over the month of ln(psi_dry / psi) / ln(psi_dry / psi_wet), within [0, 1]"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("matric_potential", *VARIATION)
    reads: ClassVar[tuple[str, ...]] = ("forcing.matric_potential",)
    optional: ClassVar[tuple[str, ...]] = VARIATION

    psi_dry: Array = parameter(
        -10.0,
        "MPa",
        -50.0,
        -1.5,
        "CLM4.5 technical note (Koven et al. 2013): decomposition stops at -10 MPa",
        confidence="opened",
        about="matric potential at which decomposition stops",
    )
    psi_wet: Array = parameter(
        -0.002,
        "MPa",
        -0.05,
        -0.0001,
        "CLM5 technical note: -0.002 MPa",
        confidence="opened",
        about="matric potential above which water does not limit",
    )

    def response(self, potential: Array) -> Array:
        """Response at a matric potential (MPa)."""
        # bounded before the logarithm, which has no value, and no gradient, at the zero of a saturated soil
        psi = jnp.minimum(potential, self.psi_wet)
        position = jnp.log(self.psi_dry / psi) / jnp.log(self.psi_dry / self.psi_wet)
        return jnp.maximum(position, 0.0)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's matric potential alone."""
        potential, forcing = drivers.forcing["matric_potential"], drivers.forcing
        if not any(name in forcing for name in VARIATION[:-1]):
            return {"moisture_response": self.response(potential)}

        def response(log_suction: Array) -> Array:
            return self.response(-jnp.exp(log_suction))

        mean = jnp.log(-jnp.minimum(potential, self.psi_wet))
        return {"moisture_response": over_moisture(response, forcing, "log_suction", mean)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["moisture_response"])
