"""Chains of Metropolis-Hastings steps around the Laplace approximation: no gradient, hence ten times cheaper a draw.

Two kinds of steps alternate at random, both in w with z = peak + L w, L L' the Laplace covariance:

- independent: w from a Student t distribution of that covariance, accepted by the ratio of importance weights;
- local: a normal step of 2.4 / sqrt(n), the optimal size for a normal target (Roberts, Gelman & Gilks 1997).

The first reach everywhere where the approximation is good, the second wherever it is not. A step is judged first by
the posterior with the slopes of the sites frozen at the peak, and only if it passes by that with the slopes at its
own point, three times as dear, so that the chain has the latter (delayed acceptance; Christen & Fox 2005, Journal of
Computational and Graphical Statistics 14:795). After the warm-up peak and covariance are replaced by the mean and the
covariance of the warm-ups of all chains, and the frozen slopes by those at that mean; they stay so while draws are
kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.chains import Draws, Told, one_by_one
from mollisol.evidence.likelihood import Joint, log_posterior_at, log_posterior_near, or_impossible, slopes_at
from mollisol.evidence.map_estimate import Peak
from mollisol.units.files import atomic_write

Array = NDArray[np.float64]

FREEDOM = 6.0
"""Degrees of freedom of the independent steps: their tails are heavier than the posterior's."""

INDEPENDENT = 0.5
"""Share of independent steps."""

FORGOTTEN = 0.2
"""Share of the warm-up that is left out where it tells the covariance."""

KEPT_EVERY = 50
"""Steps after which a chain's file is written."""


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
    done = np.zeros((2, chains))

    def told(stage: int, number: int, share: float) -> None:
        done[stage, number] = share
        if progress is not None:
            progress(float((warmup * done[0] + draws * done[1]).mean() / (warmup + draws)))

    def stage(
        number: int, name: str, centre: Array, covariance: Array, slopes: Any, forgotten: int, kept: int
    ) -> Array:
        lower = np.linalg.cholesky(covariance)

        def near(w: Array) -> float:
            return or_impossible(log_posterior_near(joint, jnp.asarray(centre + lower @ w), slopes))

        def target(w: Array) -> float:
            return or_impossible(log_posterior_at(joint, jnp.asarray(centre + lower @ w)))

        runs = [
            partial(
                chain, near, target, len(centre), folder / f"{name}-{k + 1}.npz", forgotten, kept, [seed, number, k]
            )
            for k in range(chains)
        ]
        return np.asarray(centre + np.stack(one_by_one(runs, partial(told, number))) @ lower.T)

    forgotten = int(FORGOTTEN * warmup)
    kept = warmup - forgotten
    first = stage(0, "warmup", peak.z, peak.covariance, peak.slopes, forgotten, kept).reshape(-1, len(peak.z))
    mean = first.mean(axis=0)
    found = stage(1, "chain", mean, np.cov(first.T), slopes_at(joint, jnp.asarray(mean)), forgotten, draws)
    return Draws(found, np.zeros(chains, dtype=np.int64))


def chain(
    near: Callable[[Array], float],
    target: Callable[[Array], float],
    size: int,
    path: Path,
    warmup: int,
    draws: int,
    seed: list[int],
    told: Told,
) -> Array:
    """Run one chain of a log density `target` whose peak is 0 and whose covariance is about 1: (draw, axis).

    `near` is one like it, and cheaper: what it refuses is not asked for by the target.

    Every step draws from a generator of its own, so a chain that was cut goes on as if it had not been.
    """
    kept, first = np.zeros((draws, size)), 0
    now = np.random.default_rng([*seed, 0]).standard_normal(size) * 0.5
    if path.is_file():
        with np.load(path) as saved:
            begun = saved["kept"]
            if len(begun) <= draws and saved["seed"].tolist() == seed and int(saved["warmup"]) == warmup:
                kept[: len(begun)] = begun
                now, first = saved["now"], int(saved["done"])
    cheap, value = near(now), target(now)
    total = warmup + draws
    for i in range(first, total):
        random = np.random.default_rng([*seed, i + 1])
        if random.random() < INDEPENDENT:
            other = random.standard_normal(size) / np.sqrt(random.chisquare(FREEDOM) / FREEDOM)
            correction = _log_student(now) - _log_student(other)
        else:
            other, correction = now + 2.4 / np.sqrt(size) * random.standard_normal(size), 0.0
        first_look = near(other)
        if np.log(random.random()) < first_look - cheap + correction:
            proposed = target(other)
            if np.log(random.random()) < proposed - value - (first_look - cheap):
                now, cheap, value = other, first_look, proposed
        if i >= warmup:
            kept[i - warmup] = now
        if (i + 1) % KEPT_EVERY == 0 or i + 1 == total:
            with atomic_write(path) as temporary, temporary.open("wb") as file:
                np.savez(file, kept=kept, now=now, done=i + 1, seed=np.array(seed), warmup=warmup)
        told((i + 1) / total)
    return kept


def _log_student(w: Array) -> float:
    return float(-0.5 * (FREEDOM + len(w)) * np.log1p(w @ w / FREEDOM))
