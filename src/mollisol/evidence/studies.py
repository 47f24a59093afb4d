"""How well each study is predicted from the others: log predictive densities with one study left out.

    elpd_s = log integral p(y_s | theta) p(theta | y without s) dtheta

The profiles of a study share site effects, so a study is what is left out, never a profile. The integral is estimated
from the draws of the whole posterior (`importance`), which weigh anew as the posterior without the study, the largest
weights smoothed (PSIS, Vehtari, Gelman & Gabry 2017). Where those are too uneven (Pareto k > 0.7) draws from proposals
that adapt to the posterior without the study join the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from mollisol.evidence.importance import Pool, Weighed, log_posterior, steadied
from mollisol.evidence.likelihood import MISSING, Joint, low_rank_gaussian, scattered, site_effects

Array = NDArray[np.float64]

UNEVEN = 0.7
"""Pareto k beyond which smoothed importance weights are not trusted."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Predictions of studies that were left out.

    Attributes
    ----------
    elpd : (study,) log predictive density.
    k : (study,) Pareto k of its importance weights.
    aimed : (study,) whether draws were added for the posterior without it.
    values : (study,) measured values.
    """

    elpd: Array
    k: Array
    aimed: NDArray[np.bool_]
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


def _found_at(joint: Joint, members: Any, z: Any) -> Any:
    """Return the log posterior at a point, then the log density of each study, with the slopes of the point."""
    found, slopes, posterior = joint.found_and_posterior(z)
    return jnp.concatenate([posterior[None], by_study(joint, joint.space.values(z), found, slopes, members)])


found_at: Callable[[Joint, Any, Any], Any] = jax.jit(_found_at)
"""Compiled `_found_at`: (1 + study,) of a joint likelihood, the members of its studies, and a point."""


def pool_of(joint: Joint, path: Path, seed: int, told: Callable[[int], None]) -> Pool:
    """Return an empty pool of draws at which the posterior and the density of each study are found."""
    members = jnp.asarray(members_of(joint.profiles.study))

    def found(point: Array) -> Array:
        row = np.asarray(found_at(joint, members, jnp.asarray(point)))
        # a site without a steady state: the posterior is 0
        return row if np.isfinite(row).all() else np.concatenate([[-np.inf], np.zeros(len(members))])

    return Pool(found, path, seed, told)


def without(number: int) -> Callable[[Array], Array]:
    """Return what takes (draw,) log posteriors without a study from what was found."""
    return lambda found: np.asarray(found[:, 0] - found[:, 1 + number])


def leave_one_out(
    joint: Joint, pool: Pool, stages: int = 0, count: int = 0, say: Callable[[str], None] | None = None
) -> LeftOut:
    """Return the log predictive density of every study, from draws that weigh as the posterior without it.

    Parameters
    ----------
    joint, pool : of all studies; the pool with draws.
    stages, count : of draws added for a study while it needs them, at most `stages` times; none if 0.
    """
    members = members_of(joint.profiles.study)
    known = np.isfinite(np.concatenate([joint.profiles.log_soc, joint.profiles.delta14c], axis=1)).sum(axis=1)
    values = np.array([known[row[row < len(known)]].sum() for row in members])
    whole = pool.weigh(log_posterior(pool.found))
    tell, aimed = say or (lambda _: None), np.zeros(len(members), dtype=bool)

    def weigh(number: int) -> Weighed:
        return pool.weigh(without(number)(pool.found))

    for number in np.flatnonzero(values > 0) if stages else ():
        one = weigh(int(number))
        if one.pareto_k > UNEVEN:
            tell(f"study {number + 1} of {len(members)}: Pareto k {one.pareto_k:.2f}, draws where it is not known")
            aimed[number] = True
            covariance = whole.covariance
            for _ in range(stages):
                covariance = steadied(one, covariance)
                pool.add(one.mean, covariance, count)
                one = weigh(int(number))
                if one.pareto_k <= UNEVEN:
                    break
    weighed = [weigh(number) for number in range(len(members))]
    elpd = [logsumexp(pool.found[:, 1 + i], b=one.weights) for i, one in enumerate(weighed)]
    return LeftOut(np.array(elpd), np.array([one.pareto_k for one in weighed]), aimed, values)


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
