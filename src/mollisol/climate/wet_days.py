"""How many days of a month are wet, and how unlike they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.climate.series import Array
from mollisol.units import parameter


@dataclass(frozen=True)
class WetDays:
    """Share of wet days s = 1 - exp(-(P / (scale days))^shape), P in mm, and how rain varies from day to day."""

    scale: float = parameter(
        24.0, "mm d-1", 5.0, 100.0, "fitted to 112 USCRN stations, 2020 (validation.soil_climate)",
        confidence="computed", about="Rain per day at which 63 % of the days are wet, in a month of one year.",
    )  # fmt: skip
    shape: float = parameter(
        0.53, "1", 0.3, 1.5, "fitted to 112 USCRN stations, 2020 (validation.soil_climate)",
        confidence="computed", about="Exponent of the rain in the share of wet days.",
    )  # fmt: skip
    mean_scale: float = parameter(
        27.0, "mm d-1", 5.0, 120.0,
        "the same relation, averaged over years whose months vary by 58 %: 5 % fewer wet days than a month with the "
        "mean's rain has; Champaign, Illinois, 1889-2009: 7 % fewer",
        confidence="computed", about="The same in the mean month of many years.",
    )  # fmt: skip
    persistence: float = parameter(
        0.28, "1", 0.0, 0.6,
        "wet days follow each other with a correlation of 0.16 at Champaign, Illinois, 1889-2009, and 0.17 (median; "
        "quartiles 0.11 and 0.21) at 95 USCRN stations, 2020",
        confidence="computed", about="Correlation from day to day of the normal variable that makes a day wet.",
    )  # fmt: skip
    amount_shape: float = parameter(
        0.87, "1", 0.6, 1.2,
        "coefficient of variation of a wet day's rain: 1.11 at Champaign, Illinois (1.35 with the days below 1 mm), "
        "1.02 at USCRN stations; 1 is the exponential distribution (Richardson 1981, Water Resour. Res. 17:182)",
        confidence="computed", about="Exponent of the Weibull distribution of a wet day's rain.",
    )  # fmt: skip


def wet_share(total: Array, days: NDArray[np.int64], scale: float, shape: float) -> Array:
    """Return the share of wet days of months with `total` mm over `days` days."""
    return np.asarray(1.0 - np.exp(-((total / (scale * days)) ** shape)))


def wet_day_count(total: Array, days: NDArray[np.int64], relation: WetDays) -> NDArray[np.int64]:
    """Return the number of wet days of months of one year; at least 1 where it rains."""
    share = wet_share(total, days, relation.scale, relation.shape)
    return np.where(total > 0.0, np.maximum(np.rint(share * days), 1), 0).astype(np.int64)
