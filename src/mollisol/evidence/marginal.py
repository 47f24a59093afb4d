"""The likelihood of profiles with what sites have of their own integrated out by importance sampling.

The likelihood of a calibration takes the model as linear in log input, log factor on the loss of mineral carbon and its
trend over depth, with slopes at zero (`likelihood`). Here the model itself is run: for each study the most probable
factors of its sites are found by Gauss-Newton steps, draws are taken from a Student t distribution around them, and

    p(y | theta) = mean of p(y | theta, eta) p(eta) / q(eta)

estimates the integral without bias. It says how far the linear form may be trusted, and is too dear to be fitted with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.stats import multivariate_t

from mollisol.evidence.likelihood import LOG_2PI, Joint, low_rank_gaussian, scattered, site_effects

Array = NDArray[np.float64]

FREEDOM = 8.0
"""Degrees of freedom of the draws: their tails are heavier than the posterior's."""

STEPS = 20
"""Gauss-Newton steps at most."""

SMALL = 1e-3
"""Largest move of a standard score at which the most probable factors are found."""


class Marginal(NamedTuple):
    """Logarithm of the likelihood of profiles at a point, by study.

    Attributes
    ----------
    linear : sum over the studies, with the slopes at the point.
    sampled : (study,) by importance sampling.
    error : (study,) its standard error.
    effective : (study,) effective number of draws.
    """

    linear: float
    sampled: Array
    error: Array
    effective: Array


def _values_and_slopes(joint: Joint, z: jax.Array, eta: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return values (site, value) where sites have eta (site, 3) of their own, and the slopes there."""
    values, trend = joint.space.values(z), jnp.asarray(joint.trend())
    depths = joint.profiles.log_soc.shape[1]

    def moved(more: jax.Array) -> jax.Array:
        factor = eta[:, 1] + more[0] + (eta[:, 2] + more[1]) * trend
        return joint.stacked(joint.predicted(values, factor)).at[:, :depths].add(eta[:, :1])

    found, along = jax.linearize(moved, jnp.zeros(2))
    by_input = jnp.zeros_like(found).at[:, :depths].set(1.0)
    return found, jnp.stack([by_input, *jax.vmap(along)(jnp.eye(2))], axis=-1)


def _linear_at(joint: Joint, z: jax.Array) -> tuple[jax.Array, ...]:
    values = joint.space.values(z)
    found = joint.predicted(values)
    residual, noise, scaled, known = scattered(joint, values, found, joint.slopes(z))
    effects = site_effects(scaled, joint.profiles.study, values["study_share"])
    total = low_rank_gaussian(residual.ravel(), noise.ravel(), effects, known.ravel())
    spread = jnp.stack([values[name] for name in ("site_input", "site_rate", "site_trend")])
    return total, residual + joint.stacked(found), noise, known, spread, values["study_share"]


_at: Callable[[Joint, jax.Array, jax.Array], tuple[jax.Array, jax.Array]] = jax.jit(_values_and_slopes)
_linear: Callable[[Joint, jax.Array], tuple[jax.Array, ...]] = jax.jit(_linear_at)


def marginal(joint: Joint, z: Array, draws: int = 200, seed: int = 0) -> Marginal:
    """Return the likelihood of the profiles at a point, linear in what sites have of their own and sampled.

    Parameters
    ----------
    joint : of a model that is linear in its inputs and whose steady states are not iterated.
    z : (axis,) standard scores.
    draws : of what the sites of a study have of their own.
    seed : two points with the same seed share their draws, so that their difference is surer than either.
    """
    point = jnp.asarray(z)
    total, measured, noise, known, spread, share = (np.asarray(one) for one in _linear(joint, point))
    study = np.asarray(joint.profiles.study)
    members = [np.flatnonzero(study == one) for one in np.unique(study)]
    whole = [known[sites].ravel() for sites in members]
    scores = [np.zeros(3 * (len(sites) + 1)) for sites in members]

    def factors(scores: list[Array]) -> Array:
        """(site, 3): standard scores are those of the sites one after another, then the study's."""
        eta = np.zeros((len(study), 3))
        for sites, own in zip(members, scores, strict=True):
            each = own.reshape(-1, 3)
            eta[sites] = spread * (np.sqrt(1.0 - share) * each[:-1] + np.sqrt(share) * each[-1])
        return eta

    def log_joint(scores: list[Array]) -> Array:
        """(study,): logarithm of p(y | theta, eta) p(eta)."""
        off = measured - np.asarray(_at(joint, point, jnp.asarray(factors(scores)))[0])
        each = np.where(known, off**2 / noise + np.log(noise) + LOG_2PI, 0.0).sum(axis=1)
        return np.array(
            [-0.5 * (each[sites].sum() + own @ own + len(own) * LOG_2PI)
             for sites, own in zip(members, scores, strict=True)]
        )  # fmt: skip

    for step in range(STEPS):
        found, slopes = (np.asarray(one) for one in _at(joint, point, jnp.asarray(factors(scores))))
        precision, moved = [], 0.0
        for k, (sites, there) in enumerate(zip(members, whole, strict=True)):
            effects = _effects(slopes[sites] * spread, float(share))[there]
            weighted = effects / noise[sites].ravel()[there, None]
            precision.append(np.eye(len(scores[k])) + effects.T @ weighted)
            off = (measured[sites] - found[sites]).ravel()[there] + effects @ scores[k]
            change = np.linalg.solve(precision[k], weighted.T @ off) - scores[k]
            # shorter steps at first: the model bends, and whole ones can go to and fro
            scores[k] = scores[k] + (0.7 if step < STEPS // 3 else 1.0) * change
            moved = max(moved, float(np.abs(change).max()))
        if moved < SMALL:
            break
    tails = [
        multivariate_t(own, np.linalg.inv(one), FREEDOM, seed=np.random.default_rng([seed, k]))
        for k, (own, one) in enumerate(zip(scores, precision, strict=True))
    ]
    taken = [tail.rvs(draws) for tail in tails]
    logs = np.stack([log_joint([one[i] for one in taken]) for i in range(draws)])
    logs -= np.stack([tail.logpdf(one) for tail, one in zip(tails, taken, strict=True)], axis=1)
    most = logs.max(axis=0)
    weights = np.exp(logs - most)
    mean = weights.mean(axis=0)
    return Marginal(
        float(total), most + np.log(mean), weights.std(axis=0) / mean / np.sqrt(draws),
        weights.sum(axis=0) ** 2 / (weights**2).sum(axis=0),
    )  # fmt: skip


def _effects(scaled: Array, share: float) -> Array:
    """Return (site * value, score) of one study: `site_effects`, sites one after another and the study last."""
    sites, values, kinds = scaled.shape
    which = np.concatenate([np.sqrt(1.0 - share) * np.eye(sites), np.full((sites, 1), np.sqrt(share))], axis=1)
    return np.asarray(np.einsum("svk,se->svek", scaled, which)).reshape(sites * values, (sites + 1) * kinds)
