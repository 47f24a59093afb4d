"""Whether a calibration finds parameters that are known: synthetic measurements from a drawn truth, fitted again.

Truths come from the prior, measurements from the likelihood (sites' own factors, studies, layers and errors included),
the posterior from the peak and its Laplace covariance. Then a share q of the truths must lie in the posterior's
interval of probability q, and the rank of the truth among draws of the posterior must be uniform (simulation-based
calibration, Talts et al. 2018).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.likelihood import PERMIL_SCALE, Joint, profile_terms, slopes_at
from mollisol.evidence.map_estimate import most_probable

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Recovery:
    """What became of the trials.

    Attributes
    ----------
    truth, peak, error : (trial, axis) standard scores: drawn, found, and its posterior standard deviation.
    rank : (trial, axis) share of the posterior below the truth, 0-1.
    """

    truth: Array
    peak: Array
    error: Array
    rank: Array

    def inside(self, probability: float) -> NDArray[np.bool_]:
        """(trial, axis) whether the truth lies in the central interval of a probability."""
        return np.abs(self.rank - 0.5) <= 0.5 * probability


def synthetic(joint: Joint, z: Array, seed: int) -> Joint:
    """Return the joint likelihood with profiles drawn from the model at a point; turnover and minerals left out.

    What is missing stays missing.
    """
    random = np.random.default_rng(seed)
    point = jnp.asarray(z)
    mean, covariance, seen = (np.asarray(one) for one in _expected(joint, point, slopes_at(joint, point)))
    keep = np.flatnonzero(seen.ravel())
    root = np.linalg.cholesky(covariance[np.ix_(keep, keep)])
    drawn = np.full(mean.size, np.nan)
    drawn[keep] = mean.ravel()[keep] + root @ random.standard_normal(len(keep))
    depths = mean.shape[1] // 2
    table = drawn.reshape(mean.shape)
    profiles = joint.profiles._replace(
        log_soc=jnp.asarray(table[:, :depths]), delta14c=jnp.asarray(PERMIL_SCALE * table[:, depths:])
    )
    return dataclasses.replace(joint, profiles=profiles, turnover=None, minerals=(), extra=())


@partial(jax.jit, static_argnums=())
def _expected(joint: Joint, z: Any, slopes: Any) -> tuple[Any, Any, Any]:
    """Return what is expected of all values, their covariance, and which are known; one program for all trials."""
    values = joint.space.values(z)
    found = joint.predicted(values)
    _, covariance, known = profile_terms(joint, values, found, slopes)
    return joint.stacked(found), covariance, known


def recover(joint: Joint, trials: int, seed: int = 1, progress: Callable[[float], None] | None = None) -> Recovery:
    """Draw truths from the prior, make measurements, and fit them.

    Parameters
    ----------
    joint : sites, what was measured in them (which values are missing, and the errors), and the space.
    trials : how many.
    """
    from scipy.special import ndtr

    rows = []
    for trial in range(trials):
        random = np.random.default_rng([seed, trial])
        truth = random.standard_normal(len(joint.space))
        made = synthetic(joint, truth, int(random.integers(2**31)))
        peak = most_probable(made)
        error = np.sqrt(np.diag(peak.covariance))
        rows.append((truth, peak.z, error, ndtr((truth - peak.z) / error)))
        if progress is not None:
            progress((trial + 1) / trials)
    truth, found, error, rank = (np.stack(column) for column in zip(*rows, strict=True))
    return Recovery(truth, found, error, rank)
