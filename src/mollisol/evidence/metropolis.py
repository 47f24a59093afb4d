"""Chains of Metropolis-Hastings steps around the Laplace approximation: no gradient, hence ten times cheaper a draw.

Two kinds of steps alternate at random, both in w with z = peak + L w, L L' the Laplace covariance:

- independent: w from a Student t distribution of that covariance, accepted by the ratio of importance weights;
- local: a normal step of 2.4 / sqrt(n), the optimal size for a normal target (Roberts, Gelman & Gilks 1997).

The first reach everywhere where the approximation is good, the second wherever it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.chains import WORKERS, Draws
from mollisol.evidence.likelihood import Joint
from mollisol.evidence.map_estimate import Peak
from mollisol.units.files import atomic_write

Array = NDArray[np.float64]

FREEDOM = 6.0
"""Degrees of freedom of the independent steps: their tails are heavier than the posterior's."""

INDEPENDENT = 0.5
"""Share of independent steps."""

KEPT_EVERY = 50
"""Steps after which a chain's file is written."""


@jax.jit
def _log_posterior(joint: Joint, z: Any, slopes: Any) -> Any:
    return joint.log_posterior(z, slopes)


def sample(
    joint: Joint,
    peak: Peak,
    folder: Path,
    *,
    chains: int,
    warmup: int,
    draws: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """Run the chains, or go on where their files in `folder` end."""
    lower = np.linalg.cholesky(peak.covariance)
    done = np.zeros(chains)

    def told(chain: int, share: float) -> None:
        done[chain] = share
        if progress is not None:
            progress(float(done.mean()))

    def target(w: Array) -> float:
        value = float(_log_posterior(joint, jnp.asarray(peak.z + lower @ w), peak.slopes))
        return value if np.isfinite(value) else -np.inf

    with ThreadPoolExecutor(WORKERS) as pool:
        runs = [
            pool.submit(
                chain, target, len(peak.z), folder / f"chain-{k + 1}.npz", warmup, draws, [seed, k], partial(told, k)
            )
            for k in range(chains)
        ]
        found = [run.result() for run in runs]
    return Draws(peak.z + np.stack(found) @ lower.T, np.zeros(chains, dtype=np.int64))


def chain(
    target: Callable[[Array], float],
    size: int,
    path: Path,
    warmup: int,
    draws: int,
    seed: list[int],
    told: Callable[[float], None],
) -> Array:
    """Run one chain of a target whose peak is 0 and whose covariance is about 1: (draw, axis).

    Every step draws from a generator of its own, so a chain that was cut goes on as if it had not been.
    """
    kept, first = np.zeros((draws, size)), 0
    now = np.random.default_rng([*seed, 0]).standard_normal(size) * 0.5
    if path.is_file():
        with np.load(path) as saved:
            if saved["kept"].shape == kept.shape and saved["seed"].tolist() == seed:
                kept, now, first = saved["kept"].copy(), saved["now"], int(saved["done"])
    value = target(now)
    total = warmup + draws
    for i in range(first, total):
        random = np.random.default_rng([*seed, i + 1])
        if random.random() < INDEPENDENT:
            other = random.standard_normal(size) / np.sqrt(random.chisquare(FREEDOM) / FREEDOM)
            correction = _log_student(now) - _log_student(other)
        else:
            other, correction = now + 2.4 / np.sqrt(size) * random.standard_normal(size), 0.0
        proposed = target(other)
        if np.log(random.random()) < proposed - value + correction:
            now, value = other, proposed
        if i >= warmup:
            kept[i - warmup] = now
        if (i + 1) % KEPT_EVERY == 0 or i + 1 == total:
            with atomic_write(path) as temporary, temporary.open("wb") as file:
                np.savez(file, kept=kept, now=now, done=i + 1, seed=np.array(seed))
        told((i + 1) / total)
    return kept


def _log_student(w: Array) -> float:
    return float(-0.5 * (FREEDOM + len(w)) * np.log1p(w @ w / FREEDOM))
