"""Carbon pools and the vertical axis of the engine.

The engine's layer axis has one row more than the grid: row 0 is the **surface** compartment (litter that lies on
the soil), rows 1.. are the soil layers from the top. So surface litter takes part in the one operator like any
layer, and what fauna, tillage and water carry into the soil is transport between rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SURFACE = 0
"""Row of the surface compartment."""


@dataclass(frozen=True)
class Pool:
    """A carbon pool.

    Attributes
    ----------
    name : standard name.
    about : what it is made of.
    phase : "solid" moves with the soil, "dissolved" with the water, "sessile" not at all.
    carbon_to_nitrogen : C:N by mass, dimensionless.
    counts_as_soc : whether a measurement of soil organic carbon finds it (in the soil, not on the surface).
    living : whether it is alive: the microbial quotient counts it, and it can die out.
    """

    name: str
    about: str
    phase: Literal["solid", "dissolved", "sessile"]
    carbon_to_nitrogen: float
    counts_as_soc: bool = True
    living: bool = False
