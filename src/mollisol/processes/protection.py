"""Mineral protection: sorption of dissolved carbon to minerals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter


@process
class LinearSorption:
    """Dissolved carbon sorbs in proportion to clay, silt and oxides, without a capacity."""

    slot: ClassVar[str] = "protection"
    name: ClassVar[str] = "none"
    equation: ClassVar[str] = "dissolved -> mineral at sorption (clay + silt + oxides)"
    reads: ClassVar[tuple[str, ...]] = ("soil.binds", "soil.clay", "soil.silt", "soil.oxides")

    sorption: Array = parameter(
        0.3,
        "1/yr",
        0.02,
        50.0,
        "sorption competes with uptake (Millennial, COMISSION); JSM 60 m3/kg C/yr times free capacity is an upper end",
        confidence="low",
        distribution="lognormal",
        spread=0.6,
        about="sorption rate in a soil without sand",
    )

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the sorption; release is part of decomposition."""
        # oxides hold about as much per mass as clay and silt do (0.075 and 0.086 kg/kg, `protection_capacity`)
        fine = drivers.soil["clay"] + drivers.soil["silt"] + drivers.soil["oxides"]
        sorbed = rates.of_kind("sorption", self.sorption * fine * drivers.soil["binds"])
        return rates.add_transfer("mineral", "dissolved", sorbed)
