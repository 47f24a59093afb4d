"""How well each study is predicted from the others: log predictive densities with one study left out.

    elpd_s = log integral p(y_s | theta) p(theta | y without s) dtheta

The profiles of a study share site effects, so a study is what is left out, never a profile. The integral is estimated
by importance sampling from the draws of the whole posterior with smoothed weights (PSIS, Vehtari, Gelman & Gabry 2017;
for draws of an approximation Magnusson et al. 2019); where the weights are too uneven (Pareto k > 0.7) the model is
fitted again without the study.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from mollisol.evidence.likelihood import MISSING, Joint, low_rank_gaussian, scattered, site_effects
from mollisol.evidence.map_estimate import Peak, most_probable

Array = NDArray[np.float64]

UNEVEN = 0.7
"""Pareto k beyond which smoothed importance weights are not trusted."""

REFIT_DRAWS = 100
"""Draws of a fit without a study."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Predictions of studies that were left out.

    Attributes
    ----------
    elpd : (study,) log predictive density.
    k : (study,) Pareto k of its importance weights.
    refitted : (study,) whether the model was fitted again without it.
    values : (study,) measured values.
    """

    elpd: Array
    k: Array
    refitted: NDArray[np.bool_]
    values: NDArray[np.int64]


def members_of(study: Any) -> NDArray[np.int64]:
    """Return (study, member) the sites of each study, filled up with the number of sites where it has fewer.

    Examples
    --------
    >>> members_of(np.array([0, 1, 0])).tolist()
    [[0, 2], [1, 3]]
    """
    numbers = np.asarray(study)
    groups = [np.flatnonzero(numbers == one) for one in np.unique(numbers)]
    made = np.full((len(groups), max(map(len, groups))), len(numbers))
    for row, group in zip(made, groups, strict=True):
        row[: len(group)] = group
    return made


def by_study(joint: Joint, values: dict[str, Any], found: Any, slopes: Any, members: Any) -> Any:
    """Return (study,) the log density of each study's profiles; together they are that of all."""
    residual, noise, scaled, known = scattered(joint, values, found, slopes)

    def filled(array: Any, value: float) -> Any:
        """Take (study, member, ...), with `value` where a study has no more members."""
        return jnp.concatenate([array, jnp.full((1, *array.shape[1:]), value, array.dtype)])[members]

    def one(residual: Any, noise: Any, scaled: Any, known: Any) -> Any:
        effects = site_effects(scaled, jnp.zeros(len(scaled), int), values["study_share"])
        return low_rank_gaussian(residual.ravel(), noise.ravel(), effects, known.ravel())

    # what is filled up counts as missing
    return jax.vmap(one)(filled(residual, 0.0), filled(noise, MISSING), filled(scaled, 0.0), filled(known, False))


@partial(jax.jit, static_argnums=())
def terms_at(joint: Joint, members: Any, z: Any, slopes: Any) -> tuple[Any, Any]:
    """Return (draw, study) log densities by study, and (draw,) log posteriors, -inf where there is no steady state."""

    def one(point: Any) -> tuple[Any, Any]:
        values = joint.space.values(point)
        found, posterior = joint.found_and_posterior(point, slopes)
        return by_study(joint, values, found, slopes, members), posterior

    terms: tuple[Any, Any] = jax.lax.map(one, z)
    return terms


def drawn(peak: Peak, count: int, seed: int) -> Array:
    """Return (draw, axis) draws of the normal approximation at a peak."""
    return np.random.default_rng(seed).multivariate_normal(peak.z, peak.covariance, count)


def leave_one_out(joint: Joint, peak: Peak, z: Array) -> LeftOut:
    """Return the log predictive density of every study by importance weights.

    Parameters
    ----------
    joint, peak : of all studies.
    z : (draw, axis) draws of the normal approximation at the peak; those at which a site has no steady state count not.
    """
    from arviz import psislw

    members = members_of(joint.profiles.study)
    terms, posterior = (np.asarray(one) for one in terms_at(joint, jnp.asarray(members), jnp.asarray(z), peak.slopes))
    possible = np.isfinite(posterior)
    terms, posterior, z = terms[possible], posterior[possible], z[possible]
    off = (z - peak.z) @ np.linalg.inv(peak.covariance)
    approximate = -0.5 * np.sum(off * (z - peak.z), axis=1)
    # from the normal approximation to the posterior, and from there to the one without the study
    weight, k = psislw((posterior - approximate)[None] - terms.T)  # type: ignore[no-untyped-call]
    elpd = logsumexp(np.asarray(weight) + terms.T, axis=1)
    known = np.isfinite(np.concatenate([joint.profiles.log_soc, joint.profiles.delta14c], axis=1)).sum(axis=1)
    counts = np.array([known[row[row < len(known)]].sum() for row in members])
    return LeftOut(elpd, np.asarray(k), np.zeros(len(members), dtype=bool), counts)


def uneven(left: LeftOut) -> NDArray[np.int64]:
    """Return the numbers of the studies whose weights are too uneven, and without which nothing was fitted yet.

    A study without a value on the report depths has a density of 1 whatever is fitted.
    """
    return np.flatnonzero((left.k > UNEVEN) & ~left.refitted & (left.values > 0))


def without(joint: Joint, sites: NDArray[np.int64]) -> Joint:
    """Return the joint likelihood without the profiles of some sites, whose columns stay."""
    kept = np.ones(len(joint.profiles.study), dtype=bool)
    kept[sites] = False
    profiles = joint.profiles._replace(
        log_soc=jnp.where(kept[:, None], joint.profiles.log_soc, jnp.nan),
        delta14c=jnp.where(kept[:, None], joint.profiles.delta14c, jnp.nan),
    )
    return dataclasses.replace(joint, profiles=profiles)


def predicted_without(joint: Joint, peak: Peak, number: int, seed: int = 1) -> float:
    """Return the log predictive density of a study from a fit without it.

    Raises
    ------
    Unsettled
        Where that fit does not settle.
    """
    members = members_of(joint.profiles.study)
    sites = members[number][members[number] < len(joint.profiles.study)]
    own = most_probable(without(joint, sites), start=peak.z)
    z = drawn(own, REFIT_DRAWS, seed)
    terms, posterior = (np.asarray(one) for one in terms_at(joint, jnp.asarray(members), jnp.asarray(z), own.slopes))
    possible = np.isfinite(posterior)
    return float(logsumexp(terms[possible, number]) - np.log(possible.sum()))


def stacking(elpd: Array) -> Array:
    """Return (model,) the weights whose mixture predicts the left-out studies best (Yao et al. 2018).

        max over w of sum_s log sum_k w_k exp(elpd_sk),    w >= 0, sum w = 1

    Concave; found by the fixed point w_k <- mean_s w_k p_sk / sum_j w_j p_sj, which never lowers the sum.

    Parameters
    ----------
    elpd : (study, model).

    Examples
    --------
    >>> stacking(np.log(np.array([[0.9, 0.1], [0.9, 0.2]]))).round(3).tolist()
    [1.0, 0.0]
    """
    density = np.exp(elpd - elpd.max(axis=1, keepdims=True))
    weight = np.full(elpd.shape[1], 1.0 / elpd.shape[1])
    for _ in range(100_000):
        share = weight * density
        new = np.mean(share / share.sum(axis=1, keepdims=True), axis=0)
        if np.max(np.abs(new - weight)) < 1e-10:
            break
        weight = new
    return np.asarray(new / new.sum())
