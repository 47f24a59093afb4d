"""Response of decomposition to water content: relative saturation (Moyano), and RothC's moisture deficit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.averaging import LEVERAGE, moisture_variation, over_moisture
from mollisol.processes.base import process
from mollisol.units import parameter

VARIATION = (*moisture_variation("saturation"), LEVERAGE)

_MOYANO = "3.11 / (2 x 2.42), the maximum of 3.11 s - 2.42 s^2 (after Moyano et al. 2013, Soil Biol. Biochem. 59:72)"


@process
class RelativeSaturation:
    """Decomposition rises with the share of the pores that water fills up to an optimum, and stays there.

    The parabola's falling side stands for want of oxygen, which the `oxygen` slot computes: the response is the rising
    side alone, divided by its maximum.
    """

    slot: ClassVar[str] = "moisture"
    name: ClassVar[str] = "relative_saturation"
    equation: ClassVar[str] = "activity *= mean over the month of u (2 - u), u = min(s / optimum, 1)"
    prepares_from: ClassVar[tuple[str, ...]] = ("relative_saturation", *VARIATION)
    reads: ClassVar[tuple[str, ...]] = ("forcing.relative_saturation",)
    optional: ClassVar[tuple[str, ...]] = VARIATION

    optimum: Array = parameter(
        0.6426, "1", 0.4, 0.9, _MOYANO, confidence="medium", distribution="normal", spread=0.06,
        about="relative saturation at which water limits no longer",
    )  # fmt: skip

    def response(self, saturation: Array) -> Array:
        """Response at a relative saturation (0-1)."""
        position = jnp.clip(saturation / self.optimum, 0.0, 1.0)
        return position * (2.0 - position)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's water alone."""
        return {"moisture_response": _mean(self.response, drivers)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["moisture_response"])


@process
class RelativeSaturationBothLimbs:
    """The whole parabola of relative saturation, rising and falling: for a model whose `oxygen` slot is `none`.

    Beside explicit oxygen it would count the want of oxygen twice, so the two exclude each other. The litter on the
    surface has the atmosphere's oxygen: there the response stays at its maximum.
    """

    slot: ClassVar[str] = "moisture"
    name: ClassVar[str] = "relative_saturation_both_limbs"
    equation: ClassVar[str] = (
        "activity *= mean over the month of u (2 - u), u = s / optimum; on the surface u is at most 1"
    )
    excludes: ClassVar[Mapping[str, tuple[str, ...]]] = {"oxygen": ("diffusion", "diffusion_1961")}
    prepares_from: ClassVar[tuple[str, ...]] = ("relative_saturation", *VARIATION)
    reads: ClassVar[tuple[str, ...]] = ("forcing.relative_saturation",)
    optional: ClassVar[tuple[str, ...]] = VARIATION

    optimum: Array = parameter(
        0.6426, "1", 0.51, 0.9, _MOYANO, confidence="medium", distribution="normal", spread=0.06,
        about="relative saturation at which decomposition is fastest; above half, so that a full soil still respires",
    )  # fmt: skip

    def response(self, saturation: Array) -> Array:
        """Response at a relative saturation (0-1) in the soil."""
        position = jnp.clip(saturation, 0.0, 1.0) / self.optimum
        return position * (2.0 - position)

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's water alone."""
        below = drivers.thickness > 0.0

        def response(saturation: Array) -> Array:
            return self.response(jnp.where(below, saturation, jnp.minimum(saturation, self.optimum)))

        return {"moisture_response": _mean(response, drivers)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["moisture_response"])


@process
class MoistureDeficit:
    """RothC's factor, with each layer's depletion of available water for the accumulated deficit of the topsoil.

    RothC's deficit runs from field capacity to the most that a crop takes out of 23 cm, also where the soil is bare. A
    layer's own water, of which the climate at depth keeps account, runs from field capacity to wilting point: the
    depletion is the deficit over its maximum, and bare soil needs no limit of its own, because it dries less by itself.
    """

    slot: ClassVar[str] = "moisture"
    name: ClassVar[str] = "rothc"
    equation: ClassVar[str] = (
        "activity *= mean over the month of 1 - (1 - driest) (d - onset) / (1 - onset), within [driest, 1];  "
        "d = (field capacity - water) / (field capacity - wilting point)"
    )
    prepares_from: ClassVar[tuple[str, ...]] = ("relative_saturation", *VARIATION)
    reads: ClassVar[tuple[str, ...]] = (
        "soil.porosity",
        "soil.field_capacity",
        "soil.wilting_point",
        "forcing.relative_saturation",
    )
    optional: ClassVar[tuple[str, ...]] = VARIATION

    onset: Array = parameter(
        0.444, "1", 0.1, 0.8, "RothC 26.3 (Coleman & Jenkinson 1996): 0.444 of the maximum deficit",
        confidence="high", about="share of the available water that is used before drought slows decomposition",
    )  # fmt: skip
    driest: Array = parameter(
        0.2, "1", 0.0, 0.6, "RothC 26.3 (Coleman & Jenkinson 1996): 0.2", confidence="high",
        about="response at wilting point and below",
    )  # fmt: skip

    def response(self, depletion: Array) -> Array:
        """Response at a depletion of available water, 0 at field capacity and 1 at wilting point."""
        past = jnp.clip((depletion - self.onset) / (1.0 - self.onset), 0.0, 1.0)
        return 1.0 - (1.0 - self.driest) * past

    def prepare(self, drivers: Drivers) -> dict[str, Array]:
        """Response of each row, from the month's water and the soil's limits of available water."""
        soil = drivers.soil
        available = soil["field_capacity"] - soil["wilting_point"]

        def response(saturation: Array) -> Array:
            return self.response((soil["field_capacity"] - saturation * soil["porosity"]) / available)

        return {"moisture_response": _mean(response, drivers)}

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["moisture_response"])


def _mean(response: Callable[[Array], Array], drivers: Drivers) -> Array:
    """Mean over the month of a response to relative saturation."""
    return over_moisture(response, drivers.forcing, "saturation", drivers.forcing["relative_saturation"])
