"""Temperature's variation within the month, by depth: what a monthly step does not see."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.series import Array

SYNOPTIC_PERIOD = 8.0
"""days; period that stands for weather's day-to-day variation in damping it with depth (choice: 4 to 12)."""


def damping(depth: ArrayLike, diffusivity: Array, period: float) -> Array:
    """Damping of a wave of `period` days down to each layer, exp(-integral of dz / d), d = sqrt(a P / pi).

    Parameters
    ----------
    depth : (layer + 1,) interfaces, m.
    diffusivity : (month, layer, column), m2/s.
    period : days.

    Returns
    -------
    (month, layer, column) amplitude at the layer's middle over that at the surface.

    Examples
    --------
    >>> damping([0.0, 0.2], np.full((1, 1, 1), 5e-7), 1.0).round(2).tolist()
    [[[0.43]]]
    """
    thickness = np.diff(np.asarray(depth, dtype=np.float64))[:, None]
    lengths = thickness / np.sqrt(diffusivity * period * 86400.0 / np.pi)
    return np.asarray(np.exp(-(np.cumsum(lengths, axis=1) - 0.5 * lengths)))


def within_month(
    simulated: Array, diurnal: Array | None, day_to_day: Array | None, share_daily: Array, share_synoptic: Array
) -> Array:
    """Standard deviation of temperature within the month, degC; NaN where neither part is known.

    sqrt(v + (A g1)^2 / 2 + (s g8)^2): v the variance of the simulated steps, A the diurnal amplitude and s the
    day-to-day deviation of the air, g their damping.

    Parameters
    ----------
    simulated : (month, layer, column) variance of the steps, K2.
    diurnal, day_to_day : (month, column) amplitude and deviation in the air, degC; None where not known
        (day-to-day: also where the steps already hold it).
    share_daily, share_synoptic : (month, layer, column) damping.
    """
    total = np.array(simulated)
    if diurnal is None and day_to_day is None:
        return np.full_like(total, np.nan)
    if diurnal is not None:
        total += 0.5 * (diurnal[:, None, :] * share_daily) ** 2
    if day_to_day is not None:
        total += (day_to_day[:, None, :] * share_synoptic) ** 2
    return np.asarray(np.sqrt(total))
