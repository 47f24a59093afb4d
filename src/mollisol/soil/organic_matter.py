"""Organic matter from organic carbon."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import Parameter

MATTER_PER_CARBON = Parameter(
    1.724,
    "kg/kg",
    1.4,
    2.5,
    "van Bemmelen factor (organic matter of 58 % carbon); Pribyl 2010, Geoderma 156:75-83 finds 1.4-2.5",
    confidence="high",
    about="Mass of organic matter that holds a unit mass of carbon.",
)


def organic_matter_percent(organic_carbon_percent: ArrayLike) -> NDArray[np.float64]:
    """Return organic matter (% of fine-earth mass) = 1.724 x organic carbon (%), at most 100 %.

    The bound matters only for litter and charcoal with more than 58 % carbon, where the factor cannot hold.
    """
    carbon = np.asarray(organic_carbon_percent, dtype=np.float64)
    return np.minimum(MATTER_PER_CARBON.value * carbon, 100.0)
