"""Carbon-use efficiency: the share of the carbon that microbes take up that becomes biomass."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar

from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.units import parameter


@process
class ConstantEfficiency:
    """The same share of what microbes take up becomes biomass everywhere."""

    slot: ClassVar[str] = "carbon_use_efficiency"
    name: ClassVar[str] = "constant"
    equation: ClassVar[str] = "CUE = value"
    reads: ClassVar[tuple[str, ...]] = ()

    value: Array = parameter(
        0.40, "1", 0.1, 0.7, "JSM 0.392 (0.3-0.6); mean of 780 observations 0.5 +- 0.25", confidence="opened",
        distribution="logit", spread=0.3, about="share of the carbon taken up that becomes biomass",
    )  # fmt: skip

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Set the efficiency."""
        return dataclasses.replace(rates, efficiency=self.value)
