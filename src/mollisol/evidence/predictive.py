"""What a calibrated model predicts of a measured profile: draws of the parameters, and around each the spread of sites.

    y = f(theta_m) + J eta + e,    eta ~ N(0, D_m),    e ~ N(0, S_m + measurement error^2)

y, J, eta as in `likelihood`: log SOC and Delta14C by depth, slopes in log input, log factor and its trend. A mixture of
normal distributions over the draws m. Knowing one value (the carbon of the topsoil) each normal is conditioned on it,
and the draws are weighted by how likely they made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

SPREAD = ("site_input", "site_rate", "site_trend")
"""Standard deviations of eta, in the order of the slopes."""


@dataclass(frozen=True, eq=False)
class Predictive:
    """A mixture of normal distributions for each value of each site.

    Attributes
    ----------
    weight : (draw, site), sums to 1 over the draws.
    mean, deviation : (draw, site, value).
    """

    weight: Array
    mean: Array
    deviation: Array

    @property
    def centre(self) -> Array:
        """(site, value) mean of the mixture."""
        return np.asarray(np.einsum("ms,msv->sv", self.weight, self.mean))

    @property
    def spread(self) -> Array:
        """(site, value) standard deviation of the mixture."""
        second = np.einsum("ms,msv->sv", self.weight, self.deviation**2 + self.mean**2)
        return np.asarray(np.sqrt(np.maximum(second - self.centre**2, 0.0)))

    def probability(self, measured: ArrayLike) -> Array:
        """Return (site, value) the predictive probability of less than what was measured; NaN where it is missing."""
        given = np.asarray(measured, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            below = ndtr((given - self.mean) / self.deviation)
        return np.asarray(np.einsum("ms,msv->sv", self.weight, below))


def predictive(mean: Array, slopes: Array, spread: Mapping[str, Array], own: Array, error: Array) -> Predictive:
    """Return what is predicted of sites of which nothing was measured.

    Parameters
    ----------
    mean : (draw, site, value) f at each draw.
    slopes : (site, value, 3).
    spread : {name: (draw,)} of `SPREAD`.
    own : (draw, value) standard deviation of what is left in a depth.
    error : (site, value) standard error of the measurements; where NaN, none.
    """
    variance = np.einsum("svk,mk->msv", slopes**2, _variances(spread)) + _noise(own, error)
    weight = np.full(mean.shape[:2], 1.0 / mean.shape[0])
    return Predictive(weight, mean, np.sqrt(variance))


def given_value(
    mean: Array, slopes: Array, spread: Mapping[str, Array], own: Array, error: Array, measured: ArrayLike, at: int = 0
) -> Predictive:
    """Return what is predicted of sites of which one value (number `at`) was measured.

    Where it is missing the prediction is that of `predictive`. Arguments as there, and

    measured : (site,) the value that is known.
    """
    known = np.asarray(measured, dtype=np.float64)
    variances, noise = _variances(spread), _noise(own, error)
    total = np.einsum("svk,mk->msv", slopes**2, variances) + noise
    shared = np.einsum("svk,sk,mk->msv", slopes, slopes[:, at], variances)
    shared[:, :, at] = total[:, :, at]
    there = np.isfinite(known)
    off = np.where(there, known - mean[:, :, at], 0.0)
    first = total[:, :, at]
    gain = np.where(there[None, :, None], shared / first[..., None], 0.0)
    log_weight = np.where(there, -0.5 * off**2 / first - 0.5 * np.log(first), 0.0)
    weight = np.exp(log_weight - log_weight.max(axis=0))
    left = np.maximum(total - gain * shared, 1e-12)
    return Predictive(weight / weight.sum(axis=0), mean + gain * off[..., None], np.sqrt(left))


def _variances(spread: Mapping[str, Array]) -> Array:
    return np.stack([np.asarray(spread[name]) for name in SPREAD], axis=-1) ** 2


def _noise(own: Array, error: Array) -> Array:
    return np.asarray(own[:, None] ** 2 + np.nan_to_num(error)[None] ** 2)
