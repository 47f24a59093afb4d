"""The factor b(z) on the loss of mineral carbon given a profile's horizons: a Gaussian process, its mode and its draws.

The model is linearised in log b at the mode (`factor_fit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.study.factor_fit import fit_factor
from mollisol.study.initial import CORRELATION_LENGTH, SPREAD, Past, soc_of

if TYPE_CHECKING:
    from mollisol.column.simulate import State
    from mollisol.study.site_evidence import SiteEvidence

Array = NDArray[np.float64]
Progress = Callable[[float], None]

STEPS = 6
"""Steps towards the mode; what is left is made up for by the weights."""

FACTOR_DEPTH = 0.5
"""m; depth at which the trend of a site's factor is 0, as in the calibration."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The mode of log b for every candidate, with the model linearised there.

    Attributes
    ----------
    log_factor : (layer, candidate) at which the model was linearised.
    steady, state : of the past at it.
    target : (horizon, candidate), r = y - f(b0) + J b0.
    slope : (horizon, layer, candidate), J.
    """

    log_factor: Array
    steady: State
    state: State
    target: Array
    slope: Array


def prior_covariance(depth: Array, spread: Mapping[str, float]) -> Array:
    """Return the covariance (layer, layer) of log b before anything is known of the site.

    Parameters
    ----------
    depth : (layer,) m.
    spread : of a parameter set: `site_rate`, `site_trend` (per m) and `layer_carbon`; without them, that of a balanced
        start.
    """
    apart = np.exp(-np.abs(depth[:, None] - depth[None]) / CORRELATION_LENGTH)
    if "site_rate" not in spread:
        return np.asarray(SPREAD**2 * apart)
    off = depth - FACTOR_DEPTH
    level, trend, own = (spread.get(name, 0.0) for name in ("site_rate", "site_trend", "layer_carbon"))
    # never quite without a part of its own in every layer, or no draw could follow the horizons
    own = max(own, 0.02)
    return np.asarray(level**2 + trend**2 * off[:, None] * off[None] + own**2 * apart)


def fit_evidence(
    past: Past, evidence: SiteEvidence, covariance: list[Array], steady: State, plain: State, tell: Progress
) -> Fit:
    """Find log b of every candidate at which prior and the horizons' carbon agree best."""
    model = past.model
    soc = soc_of(plain.carbon, model)
    # a first guess: carbon of a layer answers to the factor there, as far as it is on minerals
    mineral = plain.carbon[1:, past.mineral_pools()].sum(axis=1) / soc
    found = fit_factor(
        past,
        lambda state: evidence.log_stock(soc_of(state.carbon, model)),
        (evidence.log_soc, evidence.error),
        np.stack(covariance),
        evidence.last_layer,
        -evidence.weights(soc) * mineral[None],
        (steady, plain),
        STEPS,
        tell,
    )
    target = evidence.log_soc[:, None] - found.predicted + np.einsum("hlk,lk->hk", found.slope, found.log_factor)
    return Fit(found.log_factor, found.steady, found.state, target, found.slope)


def draw_factor(fit: Fit, evidence: SiteEvidence, covariance: list[Array], normal: Array) -> tuple[Array, Array]:
    """Draw log b (layer, candidate) from its posterior given the carbon, and return what the weights need of it.

    Below the last sample it goes on as it is there, with a departure that grows with the distance.

    Returns
    -------
    log b, and log p(r) - log p(r | b) (candidate,).
    """
    last = evidence.last_layer
    noise = np.diag(evidence.error**2)
    drawn, weight = np.empty_like(fit.log_factor), np.empty(fit.log_factor.shape[-1])
    for k, whole in enumerate(covariance):
        prior, slope, target = whole[: last + 1, : last + 1], fit.slope[:, : last + 1, k], fit.target[:, k]
        cross = prior @ slope.T
        total = slope @ cross + noise
        gain = np.linalg.solve(total, cross.T).T
        mean, left = gain @ target, prior - gain @ cross.T
        drawn[: last + 1, k] = mean + _root(left) @ normal[: last + 1, k]
        drawn[last + 1 :, k] = drawn[last, k] + _root(_below(whole, last)) @ normal[last + 1 :, k]
        missed = target - slope @ drawn[: last + 1, k]
        factor = np.linalg.cholesky(total)
        marginal = -0.5 * np.sum(np.linalg.solve(factor, target) ** 2) - np.sum(np.log(np.diag(factor)))
        conditional = -0.5 * np.sum((missed / evidence.error) ** 2) - np.sum(np.log(evidence.error))
        weight[k] = marginal - conditional
    return drawn, weight


def _below(covariance: Array, last: int) -> Array:
    """Return the covariance of what lies below a layer, less what it has in common with that layer."""
    cross = covariance[last + 1 :, last]
    return np.asarray(covariance[last + 1 :, last + 1 :] - np.outer(cross, cross) / covariance[last, last])


def rooted(covariance: Array, last: int) -> Array:
    """Return a root of the prior of log b: as `covariance` down to a layer, below it going on as it is there."""
    size = len(covariance)
    root = np.zeros((size, size))
    root[: last + 1, : last + 1] = _root(covariance[: last + 1, : last + 1])
    root[last + 1 :, : last + 1] = root[last, : last + 1]
    root[last + 1 :, last + 1 :] = _root(_below(covariance, last))
    return root


def _root(covariance: Array) -> Array:
    """Return a root A of a covariance, A A' = C, also where it is singular to rounding."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
