"""The mass-preserving spline: a smooth curve of depth from means over horizons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MassPreservingSpline:
    """A curve of depth, f(x) = level + slope t + curvature t^2 with t = x - start on each piece.

    Pieces are horizons and the gaps between them (where the curve is a straight line).

    Attributes
    ----------
    start, width : (piece,) where a piece begins and how thick it is, in the unit of the depths.
    level, slope, curvature : (piece, ...) coefficients.
    horizon : (horizon,) the piece that each horizon is.
    """

    start: Array
    width: Array
    level: Array
    slope: Array
    curvature: Array
    horizon: NDArray[np.intp]

    @property
    def bottom(self) -> float:
        """Depth of the last sample."""
        return float(self.start[-1] + self.width[-1])

    def __call__(self, depth: ArrayLike) -> Array:
        """Return f at depths: NaN below the last sample, the first value above the first."""
        x = np.asarray(depth, dtype=np.float64)
        piece, t = self._locate(x)
        t = self._trailing(t)
        value = self.level[piece] + t * (self.slope[piece] + t * self.curvature[piece])
        return np.where(self._trailing(x > self.bottom), np.nan, value)

    def integral(self, depth: ArrayLike) -> Array:
        """Return the integral of f from the first sample's top to depths within the sampled part."""
        piece, t = self._locate(np.asarray(depth, dtype=np.float64))
        total = np.concatenate([np.zeros_like(self.level[:1]), np.cumsum(self._masses(), axis=0)])
        t = self._trailing(t)
        inside = t * (self.level[piece] + t * (self.slope[piece] / 2.0 + t * self.curvature[piece] / 3.0))
        return np.asarray(total[piece] + inside)

    def means(self, edges: ArrayLike) -> Array:
        """Return the exact mean of f over the sampled part of each layer between `edges`.

        A layer wholly above the first sample gets the value there; one wholly below the last is NaN.
        """
        depth = np.asarray(edges, dtype=np.float64)
        inside = np.clip(depth, self.start[0], self.bottom)
        width = self._trailing(np.diff(inside))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.diff(self.integral(inside), axis=0) / width
        mean = np.where(width > 0.0, mean, self(depth[1:]))
        return np.where(self._trailing(depth[:-1] >= self.bottom), np.nan, mean)

    def _masses(self) -> Array:
        width = self._trailing(self.width)
        return np.asarray(
            width * (self.level + width * (self.slope / 2.0 + width * self.curvature / 3.0)), dtype=np.float64
        )

    def _locate(self, x: Array) -> tuple[NDArray[np.intp], Array]:
        piece = np.clip(np.searchsorted(self.start, x, side="right") - 1, 0, self.start.size - 1)
        return piece, np.clip(x - self.start[piece], 0.0, self.width[piece])

    def _trailing(self, array: NDArray[Any]) -> NDArray[Any]:
        """Give an array over depths the trailing axes of the coefficients."""
        return np.asarray(array.reshape(array.shape + (1,) * (self.level.ndim - 1)))


def fit_spline(top: ArrayLike, bottom: ArrayLike, value: ArrayLike, lam: float = 0.1) -> MassPreservingSpline:
    """Fit the quadratic smoothing spline of Bishop et al. 1999 to means over horizons.

    It minimises sum (y_i - mean_i f)^2 / n + lam * integral of f'^2. The slopes b between horizons follow from the
    means s by R b = 6 Q s (R tridiagonal of thicknesses and gaps, Q differences), and
    (I + 6 n lam Q' R^-1 Q) s = y.

    Parameters
    ----------
    top, bottom : (horizon,) limits of the horizons, increasing, without overlap; gaps are allowed.
    value : (horizon, ...) mean over each horizon; further axes are fitted together.
    lam : weight of smoothness; 0 preserves every mean exactly.

    Raises
    ------
    InputError
        If limits overlap or do not increase, a value is not finite, or lam is negative.

    Source
    ------
    Bishop, McBratney & Laslett 1999, Geoderma 91:27-45; Malone et al. 2009, Geoderma 154:138-152.
    """
    u, v = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    y = np.asarray(value, dtype=np.float64)
    _check(u, v, y, lam)
    n, thickness, gap = u.size, v - u, u[1:] - v[:-1]

    difference = np.diff(np.eye(n), axis=0)
    tridiagonal = np.diag(2.0 * (thickness[:-1] + thickness[1:]) + 6.0 * gap)
    tridiagonal += np.diag(thickness[1:-1], 1) + np.diag(thickness[1:-1], -1)
    slopes_of_means = 6.0 * np.linalg.solve(tridiagonal, difference)
    flat = y.reshape(n, -1)
    means = np.linalg.solve(np.eye(n) + n * lam * difference.T @ slopes_of_means, flat)
    between = slopes_of_means @ means

    # The slope is zero above the first and below the last horizon.
    end = np.zeros((1, flat.shape[1]))
    upper, lower = np.concatenate([end, between]), np.concatenate([between, end])
    wide = thickness[:, None]
    curvature = (lower - upper) / (2.0 * wide)
    level = means - upper * wide / 2.0 - curvature * wide**2 / 3.0
    return _pieces(u, v, *(array.reshape(y.shape) for array in (level, upper, curvature)))


def mass_preserving_spline(
    top: ArrayLike,
    bottom: ArrayLike,
    value: ArrayLike,
    edges: ArrayLike,
    lam: float = 0.1,
    *,
    exact: bool = False,
) -> Array:
    """Return means over layers of the mass-preserving spline through means over horizons.

    Parameters
    ----------
    top, bottom : (horizon,) limits of the horizons, cm.
    value : (horizon, ...) mean of each horizon, any unit.
    edges : (layer + 1,) limits of the layers, cm.
    lam : weight of smoothness (see `fit_spline`); with lam > 0 the horizons' means are met nearly, not exactly.
    exact : restore every horizon's mean exactly and keep the curve from going below zero (`restore`).

    Returns
    -------
    (layer, ...) exact integral means over the sampled part of each layer; NaN only where a layer lies wholly below
    the last sample.

    Examples
    --------
    >>> mass_preserving_spline([0, 20], [20, 60], [2.0, 1.0], [0, 10, 20, 60, 100], exact=True).round(2).tolist()
    [2.12, 1.88, 1.0, nan]
    """
    limits = np.asarray(edges, dtype=np.float64)
    if limits.ndim != 1 or limits.size < 2 or not np.all(np.diff(limits) > 0.0):
        raise InputError("layer limits must increase with depth", key="edges", remedy="give them in cm, from the top")
    spline = fit_spline(top, bottom, value, lam)
    return (restore(spline, value) if exact else spline).means(limits)


def restore(spline: MassPreservingSpline, value: ArrayLike) -> MassPreservingSpline:
    """Return the spline with every horizon's mean restored to `value` exactly and nowhere negative.

    Each horizon's curve is moved up or down to its mean, then drawn towards the mean as far as is needed to stay at
    or above zero: f = mean + theta (f - mean) with the largest theta in 0-1, which leaves the mean as it is. The
    curve may then jump between horizons by what smoothing had taken. `value` must not be negative.
    """
    mean = np.asarray(value, dtype=np.float64)
    if np.any(mean < 0.0):
        raise InputError("a negative value has no mass to preserve", key="value", remedy="give values of at least 0")
    level, slope, curvature = (array[spline.horizon] for array in (spline.level, spline.slope, spline.curvature))
    width = spline.width[spline.horizon].reshape((-1,) + (1,) * (mean.ndim - 1))
    level = mean - width * (slope / 2.0 + width * curvature / 3.0)

    with np.errstate(divide="ignore", invalid="ignore"):
        vertex = np.where(curvature > 0.0, np.clip(-slope / (2.0 * curvature), 0.0, width), 0.0)
    lowest = np.minimum(level, level + width * (slope + width * curvature))
    lowest = np.minimum(lowest, level + vertex * (slope + vertex * curvature))
    with np.errstate(divide="ignore", invalid="ignore"):
        theta = np.where(lowest < 0.0, mean / (mean - lowest), 1.0)
    start = spline.start[spline.horizon]
    end = start + spline.width[spline.horizon]
    return _pieces(start, end, mean + theta * (level - mean), theta * slope, theta * curvature)


def _pieces(top: Array, bottom: Array, level: Array, slope: Array, curvature: Array) -> MassPreservingSpline:
    """Put the horizons' curves and straight lines across the gaps into one spline."""
    thickness, gap = bottom - top, top[1:] - bottom[:-1]
    wide = thickness.reshape((-1,) + (1,) * (level.ndim - 1))
    end = level + wide * (slope + wide * curvature)
    open_gap = np.flatnonzero(gap > 0.0)
    across = gap[open_gap].reshape((-1,) + (1,) * (level.ndim - 1))
    line = (level[open_gap + 1] - end[open_gap]) / across
    order = np.argsort(np.concatenate([top, bottom[open_gap]]), kind="stable")

    def joined(horizons: Array, gaps: Array) -> Array:
        return np.asarray(np.concatenate([horizons, gaps])[order])

    return MassPreservingSpline(
        start=joined(top, bottom[open_gap]),
        width=joined(thickness, gap[open_gap]),
        level=joined(level, end[open_gap]),
        slope=joined(slope, line),
        curvature=joined(curvature, np.zeros_like(line)),
        horizon=np.argsort(order, kind="stable")[: top.size],
    )


def _check(top: Array, bottom: Array, value: Array, lam: float) -> None:
    if top.ndim != 1 or top.shape != bottom.shape or top.size == 0 or value.shape[:1] != top.shape:
        raise InputError(
            f"top {top.shape}, bottom {bottom.shape} and value {value.shape} must have one entry per horizon"
        )
    if not np.all(bottom > top) or np.any(top[1:] < bottom[:-1]):
        raise InputError("horizons must increase with depth and not overlap", key="top", remedy="sort the horizons")
    if not np.all(np.isfinite(value)):
        raise InputError("a horizon's value is missing", key="value", remedy="leave out horizons without a value")
    if not lam >= 0.0:
        raise InputError(f"lam is {lam}, it must not be negative", key="lam")
