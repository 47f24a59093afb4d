"""From means over intervals to a smooth curve with the same means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mollisol.climate.series import Array


def within_months(means: Array, month_days: NDArray[np.int64], steps: NDArray[np.float64], periodic: bool) -> Array:
    """Means over the steps of each month whose average over the month is exactly the month's mean.

    The cumulative sum of the monthly means is interpolated by a cubic spline; its differences over the steps
    are the steps' means. The curve between them is continuous with its slope.

    Parameters
    ----------
    means : (month, column).
    month_days : (month,) length, days.
    steps : (month, step) length of each step, days; the steps of a month add up to it, 0 is padding.
    periodic : whether the last month is followed by the first.

    Returns
    -------
    (month, step, column), 0-length steps holding the value of the spline's end of month.

    Examples
    --------
    >>> day = np.ones((2, 30))
    >>> curve = within_months(np.array([[0.0], [10.0]]), np.array([30, 30]), day, periodic=False)
    >>> curve.mean(axis=1).round(12).ravel().tolist()
    [0.0, 10.0]
    """
    from scipy.interpolate import CubicSpline

    mean = means.mean(axis=0)  # the spline then interpolates a bounded curve: no cancellation in long series
    edges = np.concatenate([[0.0], np.cumsum(month_days, dtype=np.float64)])
    total = np.concatenate([np.zeros((1, means.shape[1])), np.cumsum((means - mean) * month_days[:, None], axis=0)])
    if periodic:
        slope = total[-1] / edges[-1]
        total = total - slope * edges[:, None]
        total[-1] = total[0]
        spline = CubicSpline(edges, total, axis=0, bc_type="periodic")
    else:
        # Natural ends of the cumulative curve: the temperature starts and ends with a zero slope.
        slope = np.zeros_like(mean)
        spline = CubicSpline(edges, total, axis=0, bc_type="natural")
    end = edges[:-1, None] + np.cumsum(steps, axis=1)
    start = end - steps
    width = np.where(steps > 0.0, steps, 1.0)[:, :, None]
    ends, starts = spline(end.ravel()), spline(start.ravel())
    shape = (*steps.shape, means.shape[1])
    curve = (ends - starts).reshape(shape) / width + slope + mean
    return np.where(steps[:, :, None] > 0.0, curve, means[:, None, :])
