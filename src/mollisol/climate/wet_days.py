"""Rain of a month over its days, where only the month's total is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.climate.series import Array
from mollisol.units import parameter


@dataclass(frozen=True)
class WetDays:
    """How many days of a month are wet: n = days (1 - exp(-(P / (scale days))^shape)), P in mm.

    Amounts of the n wet days are the mean values of n equal classes of the exponential distribution, the
    usual shape of daily rain, in a fixed order, on evenly spaced days.
    """

    scale: float = parameter(
        24.0, "mm d-1", 5.0, 100.0, "fitted to 112 USCRN stations, 2020 (validation.soil_climate)",
        confidence="computed", about="Rain per day at which 63 % of the days are wet.",
    )  # fmt: skip
    shape: float = parameter(
        0.53, "1", 0.3, 1.5, "fitted to 112 USCRN stations, 2020 (validation.soil_climate)",
        confidence="computed", about="Exponent of the rain in the share of wet days.",
    )  # fmt: skip


def wet_day_count(total: Array, days: NDArray[np.int64], relation: WetDays) -> NDArray[np.int64]:
    """Return the number of wet days of months with `total` mm over `days` days; at least 1 where it rains."""
    share = 1.0 - np.exp(-((total / (relation.scale * days)) ** relation.shape))
    return np.where(total > 0.0, np.maximum(np.rint(share * days), 1), 0).astype(np.int64)


def _classes(count: int) -> Array:
    """Return shares of the month's rain on `count` days: class means of the exponential distribution, shuffled."""
    edge = np.linspace(0.0, 1.0, count + 1)[:-1]
    # Integral of the quantile -log(1 - p) up to p is (1 - p) log(1 - p) + p.
    inner = np.concatenate([(1.0 - edge) * np.log1p(-edge) + edge, [1.0]])
    share = np.diff(inner)
    # The golden section visits large and small events in turn and never repeats a pattern from year to year.
    order = np.argsort((np.arange(count) * 0.6180339887498949) % 1.0)
    return np.asarray(share[order])


def rain_on_days(total: Array, days: NDArray[np.int64], width: int, relation: WetDays) -> Array:
    """Spread monthly totals over days.

    Parameters
    ----------
    total : (month, column), mm.
    days : (month,) days of each month, at most `width`.
    width : number of day slots of a month; the slots after its last day stay 0.

    Returns
    -------
    (month, width, column), mm per day, summing to `total`.
    """
    counts = wet_day_count(total, days[:, None], relation)
    out = np.zeros((total.shape[0], width, total.shape[1]))
    for count, length in {
        (int(c), int(d)) for c, d in zip(counts.ravel(), np.repeat(days, total.shape[1]), strict=True)
    }:
        if count == 0:
            continue
        pattern = np.zeros(width)
        pattern[((np.arange(count) + 0.5) * length / count).astype(int)] = _classes(count)
        month, column = np.nonzero((counts == count) & (days[:, None] == length))
        out[month, :, column] = total[month, column][:, None] * pattern
    return out
