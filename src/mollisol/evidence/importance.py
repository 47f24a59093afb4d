"""Draws weighted by the posterior, from a proposal that adapts: no chain, and a diagnostic that needs none.

Adaptive multiple importance sampling (Cornuet, Marin, Mira & Robert 2012, Scandinavian Journal of Statistics 39:798).
Stage t draws from q_t, Student's t distribution: the first around the peak of the normal approximation, each next one
with the weighted mean and covariance of all draws so far, which all weigh anew by the mixture of the stages:

    w_i = p(z_i | y) / q(z_i),    q = sum_t q_t / T

A covariance of few effective draws says little, so it is averaged with the one before, which counts as `TRUST` draws
an axis. The largest weights are smoothed by a Pareto distribution, whose shape k tells whether q covers the posterior
(PSIS, Vehtari et al. 2024): beyond 0.7 the weighted draws cannot be trusted, however many there are. At the end draws
are taken in proportion to their weights.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import multivariate_t

from mollisol.evidence.chains import WORKERS, Draws
from mollisol.evidence.likelihood import Joint, log_posterior_at, or_impossible
from mollisol.evidence.map_estimate import Peak
from mollisol.study.conditioning import resampled
from mollisol.units import RunError
from mollisol.units.files import atomic_write

Array = NDArray[np.float64]

KEPT_EVERY = 50
"""Draws after which the file of their posteriors is written."""

FREEDOM = 8.0
"""Degrees of freedom of the proposals: their tails are heavier than the posterior's."""

TRUST = 5.0
"""Effective draws an axis that the covariance of the stage before counts for."""


def sample(
    joint: Joint,
    peak: Peak,
    folder: Path,
    *,
    stages: int,
    draws: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """Weigh `draws` draws, an equal number in each stage, and take as many in proportion.

    Goes on where the file in `folder` ends. A draw at which a site has no steady state has a posterior of 0.
    """
    count, size = -(-draws // stages), len(peak.z)
    path = folder / f"importance-{seed}-{stages}-{draws}.npz"
    posterior, done = np.full(stages * count, -np.inf), 0
    if path.is_file():
        with np.load(path) as saved:
            posterior, done = saved["posterior"], int(saved["done"])

    def value(point: Array) -> float:
        return or_impossible(log_posterior_at(joint, jnp.asarray(point)))

    def evaluate(z: Array, first: int) -> None:
        """Fill in the posteriors of the points from number `first` on."""
        nonlocal done
        with ThreadPoolExecutor(WORKERS) as pool:
            for start in range(max(done - first, 0), len(z), KEPT_EVERY):
                end = min(start + KEPT_EVERY, len(z))
                posterior[first + start : first + end] = list(pool.map(value, z[start:end]))
                done = first + end
                with atomic_write(path) as temporary, temporary.open("wb") as file:
                    np.savez(file, posterior=posterior, done=done)
                if progress is not None:
                    progress(done / len(posterior))

    mean, covariance = peak.z, peak.covariance
    z, proposals = np.zeros((0, size)), []
    for stage in range(stages):
        # the scale whose covariance is that of the draws so far
        proposals.append(multivariate_t(mean, (FREEDOM - 2.0) / FREEDOM * covariance, FREEDOM))
        z = np.concatenate([z, proposals[-1].rvs(count, random_state=np.random.default_rng([seed, stage]))])
        evaluate(z[stage * count :], stage * count)
        proposed = logsumexp([one.logpdf(z) for one in proposals], axis=0) - np.log(len(proposals))
        weights, k = smoothed(posterior[: len(z)] - proposed)
        effective = 1.0 / np.sum(weights**2)
        mean = weights @ z
        found = (z - mean).T @ (weights[:, None] * (z - mean))
        share = effective / (effective + TRUST * size)
        covariance = share * found + (1.0 - share) * covariance
    random = np.random.default_rng([seed, stages])
    taken = random.permutation(resampled(weights, draws, random.random()))
    return Draws(z[taken][None], np.zeros(1, dtype=np.int64), k, float(effective))


def smoothed(log_ratio: Array) -> tuple[Array, float]:
    """Return weights (draw,) that sum to 1, their largest ones smoothed, and Pareto's k; a ratio of -inf weighs 0."""
    from arviz import psislw

    possible = np.isfinite(log_ratio)
    if not possible.any():
        raise RunError("no draw has a finite posterior: at none of them have all sites a steady state")
    logs, k = psislw(log_ratio[possible])  # type: ignore[no-untyped-call]
    weights = np.zeros(len(log_ratio))
    weights[possible] = np.exp(np.asarray(logs))
    return weights / weights.sum(), float(k)
