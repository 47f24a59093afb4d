"""Draws weighted by the posterior, from proposals that adapt: no chain, and a diagnostic that needs none.

Adaptive multiple importance sampling (Cornuet, Marin, Mira & Robert 2012, Scandinavian Journal of Statistics 39:798).
Stage t draws from q_t, Student's t distribution: the first around the peak of the normal approximation, or around the
draws of another calibration (`around`), each next one with the weighted mean and covariance of all draws so far, which
all weigh anew by the mixture of the stages:

    w_i = p(z_i | y) / q(z_i),    q = sum_t n_t q_t / sum_t n_t,    n_t the draws of a stage

A covariance of few effective draws says little, so it is averaged with the one before, which counts as `TRUST` draws
an axis. The largest weights are smoothed by a Pareto distribution, whose shape k tells whether q covers the posterior
(PSIS, Vehtari et al. 2024): beyond 0.7 the weighted draws cannot be trusted, however many there are. At the end draws
are taken in proportion to their weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from scipy.stats import multivariate_t

from mollisol.evidence.chains import Draws
from mollisol.evidence.likelihood import Joint, log_posterior_at, or_impossible
from mollisol.evidence.space import Space
from mollisol.models.parameter_sets import ParameterSet
from mollisol.study.conditioning import resampled
from mollisol.units import RunError
from mollisol.units.files import atomic_write

Array = NDArray[np.float64]

KEPT_EVERY = 50
"""Draws after which the file of what was found at them is written."""

FREEDOM = 8.0
"""Degrees of freedom of the proposals: their tails are heavier than the posterior's."""

TRUST = 5.0
"""Effective draws an axis that the covariance of the stage before counts for."""


@dataclass(frozen=True, eq=False)
class Weighed:
    """Draws as they weigh for one target.

    Attributes
    ----------
    weights : (draw,), of sum 1.
    pareto_k : shape of the weights' tail.
    mean, covariance : (axis,) and (axis, axis), as they weigh.
    """

    weights: Array
    pareto_k: float
    mean: Array
    covariance: Array

    @property
    def effective(self) -> float:
        """Effective number of draws."""
        return float(1.0 / np.sum(self.weights**2))


@dataclass(eq=False)
class Pool:
    """Draws of several proposals and what was found at each; goes on where its file ends.

    Attributes
    ----------
    found_at : of a point (axis,): figures (figure,), the first of them the log posterior, -inf where there is none.
    path : of its file.
    seed : of the draws.
    told : called with the number of draws after every few.
    z, found : (draw, axis) and (draw, figure).
    """

    found_at: Callable[[Array], Array]
    path: Path
    seed: int
    told: Callable[[int], None] = lambda _: None
    z: Array = field(init=False)
    found: Array = field(init=False)

    def __post_init__(self) -> None:
        """Read what an earlier run found."""
        self._proposals: list[Any] = []
        self._counts: list[int] = []
        self._begun = np.zeros((0, 0))
        if self.path.is_file():
            with np.load(self.path) as saved:
                self._begun = saved["found"]

    def add(self, mean: Array, covariance: Array, count: int) -> None:
        """Draw `count` points from a proposal of this mean and covariance."""
        # the scale of which that is the covariance
        proposal = multivariate_t(mean, (FREEDOM - 2.0) / FREEDOM * covariance, FREEDOM)
        new = proposal.rvs(count, random_state=np.random.default_rng([self.seed, len(self._counts)]))
        first = sum(self._counts)
        found = list(self._begun[first : first + count])
        while len(found) < count:
            found += map(self.found_at, new[len(found) : len(found) + KEPT_EVERY])
            self._begun = np.array([*self._begun[:first], *found])
            with atomic_write(self.path) as temporary, temporary.open("wb") as file:
                np.savez(file, found=self._begun)
            self.told(first + len(found))
        self.z = np.concatenate([self.z, new]) if first else new
        self.found = np.concatenate([self.found, found]) if first else np.array(found)
        self._proposals.append(proposal)
        self._counts.append(count)

    def weigh(self, log_target: Array) -> Weighed:
        """Weigh all draws for a target, whose logarithm (draw,) is known but for a constant."""
        logs = np.log(self._counts)[:, None] + np.array([one.logpdf(self.z) for one in self._proposals])
        weights, k = smoothed(log_target - logsumexp(logs, axis=0))
        mean = weights @ self.z
        return Weighed(weights, k, mean, (self.z - mean).T @ (weights[:, None] * (self.z - mean)))

    def adapt(
        self, mean: Array, covariance: Array, stages: int, count: int, log_target: Callable[[Array], Array]
    ) -> Weighed:
        """Add stages for a target, a function of what was found; the first proposal has this mean and covariance."""
        for _ in range(stages):
            self.add(mean, covariance, count)
            weighed = self.weigh(log_target(self.found))
            mean, covariance = weighed.mean, steadied(weighed, covariance)
        return weighed


def steadied(weighed: Weighed, before: Array) -> Array:
    """Average the covariance of weighed draws with the one before, by how many draws each counts for."""
    share = weighed.effective / (weighed.effective + TRUST * len(before))
    return np.asarray(share * weighed.covariance + (1.0 - share) * before)


def log_posterior(found: Array) -> Array:
    """Return (draw,) the log posteriors among what was found."""
    return found[:, 0]


def around(space: Space, made: ParameterSet) -> tuple[Array, Array]:
    """Return mean and covariance of a set's draws as standard scores, the prior's of a parameter that it has not.

    The draws kept in a set are few, so correlations count for less, as those of a stage do.
    """
    known = {**dict(zip(made.parameters, made.draws.T, strict=True)), **made.spread_draws}
    shared = [i for i, name in enumerate(space.names) if name in known]
    scores = np.stack([np.asarray(space.axes[i].score(known[space.names[i]])) for i in shared])
    effective = min(scores.shape[1], float(made.diagnostics.get("effective", scores.shape[1])))
    share = effective / (effective + TRUST * len(shared))
    own = np.cov(scores)
    mean, covariance = np.zeros(len(space)), np.eye(len(space))
    mean[shared] = scores.mean(axis=1)
    covariance[np.ix_(shared, shared)] = share * own + (1.0 - share) * np.diag(np.diag(own))
    return mean, covariance


def sample(
    joint: Joint,
    mean: Array,
    covariance: Array,
    folder: Path,
    *,
    stages: int,
    draws: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """Weigh `draws` draws, an equal number in each stage, the first of this mean and covariance; take as many.

    Goes on where the file in `folder` ends. A draw at which a site has no steady state has a posterior of 0.
    """
    count = -(-draws // stages)

    def found_at(point: Array) -> Array:
        return np.array([or_impossible(log_posterior_at(joint, jnp.asarray(point)))])

    def told(done: int) -> None:
        if progress is not None:
            progress(done / (stages * count))

    pool = Pool(found_at, folder / f"importance-{seed}-{stages}-{draws}.npz", seed, told)
    weighed = pool.adapt(mean, covariance, stages, count, log_posterior)
    return taken(pool, weighed, draws)


def taken(pool: Pool, weighed: Weighed, draws: int) -> Draws:
    """Take draws in proportion to their weights."""
    random = np.random.default_rng([pool.seed, draws])
    chosen = random.permutation(resampled(weighed.weights, draws, random.random()))
    highest = float(log_posterior(pool.found).max())
    return Draws(pool.z[chosen][None], np.zeros(1, dtype=np.int64), weighed.pareto_k, weighed.effective, highest)


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
