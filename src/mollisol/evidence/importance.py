"""Draws weighted by the posterior: no chain, and a diagnostic that needs none.

    w_i = p(z_i | y) / q(z_i),    q = (q1 + q2) / 2

Half of the draws are of q1, the normal approximation at the peak, half of q2, Student's t distribution with the mean
and the covariance of the first half as it weighs, whose tails are heavier. The largest weights are smoothed by a Pareto
distribution, whose shape k tells whether q covers the posterior (PSIS, Vehtari et al. 2024): beyond 0.7 the weighted
draws cannot be trusted, however many there are. Then draws are taken in proportion to their weights.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.stats import multivariate_normal, multivariate_t

from mollisol.evidence.chains import WORKERS, Draws
from mollisol.evidence.likelihood import Joint, log_posterior_at, or_impossible
from mollisol.evidence.map_estimate import Peak
from mollisol.study.conditioning import resampled
from mollisol.units.files import atomic_write

Array = NDArray[np.float64]

KEPT_EVERY = 50
"""Draws after which the file of their posteriors is written."""

FREEDOM = 7.0
"""Degrees of freedom of the second distribution."""


def sample(
    joint: Joint,
    peak: Peak,
    folder: Path,
    *,
    draws: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """Weigh twice as many draws and take `draws` in proportion, or go on where the files in `folder` end.

    A draw at which a site has no steady state has a posterior of 0.
    """

    def evaluated(z: Array, stage: int) -> Array:
        path, posterior, first = folder / f"importance-{seed}-{draws}-{stage}.npz", np.full(draws, -np.inf), 0
        if path.is_file():
            with np.load(path) as saved:
                posterior, first = saved["posterior"], int(saved["done"])

        def value(point: Array) -> float:
            return or_impossible(log_posterior_at(joint, jnp.asarray(point)))

        with ThreadPoolExecutor(WORKERS) as pool:
            for start in range(first, draws, KEPT_EVERY):
                end = min(start + KEPT_EVERY, draws)
                posterior[start:end] = list(pool.map(value, z[start:end]))
                with atomic_write(path) as temporary, temporary.open("wb") as file:
                    np.savez(file, posterior=posterior, done=end)
                if progress is not None:
                    progress(0.5 * (stage - 1 + end / draws))
        return posterior

    random = np.random.default_rng(seed)
    normal = multivariate_normal(peak.z, peak.covariance)
    first = random.multivariate_normal(peak.z, peak.covariance, draws)
    posterior = evaluated(first, 1)
    weights, _ = smoothed(posterior - normal.logpdf(first))
    centre = weights @ first
    student = multivariate_t(centre, (first - centre).T @ (weights[:, None] * (first - centre)), FREEDOM)
    second = student.rvs(draws, random_state=random)
    z, posterior = np.concatenate([first, second]), np.concatenate([posterior, evaluated(second, 2)])
    weights, k = smoothed(posterior - np.logaddexp(normal.logpdf(z), student.logpdf(z)))
    taken = random.permutation(resampled(weights, draws, random.random()))
    return Draws(z[taken][None], np.zeros(1, dtype=np.int64), k, float(1.0 / np.sum(weights**2)))


def smoothed(log_ratio: Array) -> tuple[Array, float]:
    """Return weights (draw,) that sum to 1, their largest ones smoothed, and Pareto's k; a ratio of -inf weighs 0."""
    from arviz import psislw

    possible = np.isfinite(log_ratio)
    logs, k = psislw(log_ratio[possible])  # type: ignore[no-untyped-call]
    weights = np.zeros(len(log_ratio))
    weights[possible] = np.exp(np.asarray(logs))
    return weights / weights.sum(), float(k)
