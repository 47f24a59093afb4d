"""The initial state given the site's own profile: an ensemble weighed by what was measured there.

    p(theta, b | y)  ~  p(y | theta, b) p(b | theta) p(theta)

theta are a member's parameters and inputs, b(z) its factor on the loss of mineral carbon, y the horizons' carbon and,
where measured, their radiocarbon and the share on minerals. Candidates (more than there are members) are drawn from
p(theta); each gets a draw of log b from its Gaussian-process posterior given the carbon, with the model linearised in
log b; the model is run with it; and weights (importance sampling) make up for the linearisation and bring in the rest:

    log w = log p(r) + log p(y | theta, b) - log p(r | b),    r = y - f(b0) + J b0,   p(r) = N(0, J C J' + R)

Members are then taken in proportion to their weights (systematic resampling). See `docs/evidence.md`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.setup import select_columns
from mollisol.study.initial import (
    CLOSE_ENOUGH,
    CORRELATION_LENGTH,
    SPREAD,
    Past,
    Start,
    doubts,
    nothing_known,
    scaled_to,
    soc_of,
)
from mollisol.study.members import Members
from mollisol.study.site_evidence import SiteEvidence

if TYPE_CHECKING:
    from mollisol.column.simulate import State
    from mollisol.study.columns import Place
    from mollisol.study.isotopes import Labels

Array = NDArray[np.float64]
Progress = Callable[[float], None]

CANDIDATES = 4
LEAST_CANDIDATES = 200
"""Candidates for each member that is kept, and for a small ensemble."""

STEPS = 3
"""Gauss-Newton steps towards the mode; what is left is made up for by the weights."""

FEW = 10.0
"""Effective sample size below which the conditioned ensemble is called poor."""

FACTOR_DEPTH = 0.5
"""m; depth at which the trend of a site's factor is 0, as in the calibration."""

INTERVALS = (0.0, 0.3, 1.0, 2.0)
"""Interfaces of the depths in which pools are told, m."""


@dataclass(frozen=True, eq=False)
class Conditioned:
    """What conditioning on a site's profile did.

    Attributes
    ----------
    evidence : what was measured.
    candidates : how many were drawn; `effective` of them carry the weight.
    index : (member,) which candidate each member is.
    edges : interfaces of the depths of the shares, m.
    prior_soc, posterior_soc : (horizon + 1, candidate or member), kg C/m2; the last row is the soil below the horizons.
    prior_share, posterior_share : (interval, candidate or member) share of a pool in SOC, by pool.
    prior_factor, posterior_factor : (layer, candidate or member), the factor b.
    modelled_delta14c : (horizon, member), permil; None where no radiocarbon was used.
    modelled_mineral : (horizon, member) share of mineral carbon; None where no fractions were measured.
    warnings : what the reader should doubt.
    """

    evidence: SiteEvidence
    candidates: int
    effective: float
    index: NDArray[np.int64]
    edges: tuple[float, ...]
    prior_soc: Array
    posterior_soc: Array
    prior_share: Mapping[str, Array]
    posterior_share: Mapping[str, Array]
    prior_factor: Array
    posterior_factor: Array
    modelled_delta14c: Array | None = None
    modelled_mineral: Array | None = None
    warnings: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """Return what a record of a run holds."""
        return {
            "candidates": self.candidates,
            "effective_sample_size": self.effective,
            "candidate_of_member": [int(i) for i in self.index],
            "radiocarbon": self.modelled_delta14c is not None,
            "fractions": self.modelled_mineral is not None,
        }


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


def candidates_for(members: int) -> int:
    """Return how many candidates are drawn for each member of an ensemble."""
    return max(CANDIDATES, -(-LEAST_CANDIDATES // members))


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


def condition(
    place: Place,
    past: Past,
    members: Members,
    evidence: SiteEvidence,
    count: int,
    seed: int,
    labels: Labels,
    progress: Progress | None = None,
) -> tuple[Start, Past, Members, Conditioned]:
    """Make the initial state of `count` members given what was measured at the site.

    Parameters
    ----------
    place, past : of the study; `past` is prepared for the candidates.
    members : the candidates.
    evidence : what was measured.
    count : members to keep.
    seed : of the draws.
    labels : of the study's radiocarbon.

    Returns
    -------
    The start, the past and the members that are kept, and what conditioning did.
    """
    tell = progress or (lambda share: None)
    measured_material = None
    plain_steady, plain = nothing_known(place, past)
    if past.model.mover() is not None:
        past.material = past.extend(plain.carbon)
        measured_material = past.extend(scaled_to(place, past.model, plain).carbon)
        plain_steady, plain = nothing_known(place, past)
    rng = np.random.default_rng([seed, zlib.crc32(b"condition")])
    depth, last = place.grid.centres, evidence.last_layer
    covariance = [
        prior_covariance(depth, {name: float(value[k]) for name, value in members.spread.items()})
        for k in range(len(members))
    ]
    normal = rng.standard_normal((2, len(depth), len(members)))
    blind = np.stack([_rooted(c, last) @ normal[0, :, k] for k, c in enumerate(covariance)], axis=-1)
    tell(0.1)
    _, before = past.run(_rows(blind), plain_steady)
    tell(0.2)
    fit = fit_factor(past, evidence, covariance, plain_steady, plain, lambda share: tell(0.2 + 0.5 * share))
    drawn, log_weight = draw_factor(fit, evidence, covariance, normal[1])
    steady, state = past.run(_rows(drawn), fit.steady)
    tell(0.8)
    soc = soc_of(state.carbon, past.model)
    off = evidence.log_soc[:, None] - evidence.log_stock(soc)
    log_weight = log_weight + _log_normal(off, evidence.error[:, None])
    start = Start(
        state,
        _rows(drawn),
        soc_of(plain.carbon, past.model),
        scaled_to(place, past.model, state),
        material=past.material,
        measured_material=measured_material,
        steady=steady,
    )
    log_radiocarbon, delta = _radiocarbon(past, start, labels, evidence, soc, members)
    tell(0.95)
    log_mineral, mineral = _mineral(past, evidence, state.carbon)
    log_weight = log_weight + log_radiocarbon + log_mineral
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    effective = float(1.0 / np.sum(weight**2))
    index = rng.permutation(resampled(weight, count, float(rng.random())))
    kept = replace(
        start,
        state=select_columns(start.state, index),
        balance=start.balance[:, index],
        equilibrium=start.equilibrium[:, index],
        measured_state=select_columns(start.measured_state, index),
        steady=select_columns(steady, index),
        material=None if start.material is None else select_columns_of(start.material, index),
        measured_material=None if measured_material is None else select_columns_of(measured_material, index),
    )
    edges = (*(edge for edge in INTERVALS if edge < place.grid.bottom - 1e-9), place.grid.bottom)
    found = Conditioned(
        evidence,
        len(members),
        effective,
        index,
        edges,
        evidence.stocks(soc_of(before.carbon, past.model)),
        evidence.stocks(soc[:, index]),
        shares(place, past.model, before.carbon, edges),
        shares(place, past.model, state.carbon[..., index], edges),
        np.exp(blind),
        np.exp(drawn[:, index]),
        None if delta is None else delta[:, index],
        None if mineral is None else mineral[:, index],
        _warnings(effective, len(members), evidence, delta),
    )
    warnings = doubts(place, kept.balance[1:], soc[:, index]) + found.warnings
    tell(1.0)
    return replace(kept, warnings=warnings), past.select(index), members.select(index), found


def fit_factor(
    past: Past, evidence: SiteEvidence, covariance: list[Array], steady: State, plain: State, tell: Progress
) -> Fit:
    """Find log b of every candidate at which prior and the horizons' carbon agree best (Gauss-Newton).

    SOC of a layer is taken to answer to b of that layer; how much, the steps themselves tell.
    """
    model, candidates, last = past.model, past.members, evidence.last_layer
    mineral = past.mineral_pools()
    now = np.log(soc_of(plain.carbon, model))
    answer = np.clip(plain.carbon[1:, mineral].sum(axis=1) / soc_of(plain.carbon, model), 0.1, 1.0)
    log_factor, state, guess = np.zeros_like(now), plain, steady
    noise = np.diag(evidence.error**2)
    for iteration in range(STEPS):
        target, slope = _linear(evidence, now, answer, log_factor)
        new = np.empty_like(log_factor)
        for k in range(candidates):
            own = slope[:, : last + 1, k]
            cross = covariance[k][: last + 1, : last + 1] @ own.T
            new[: last + 1, k] = cross @ np.linalg.solve(own @ cross + noise, target[:, k])
        new[last + 1 :] = new[last]
        step, before = new - log_factor, now
        log_factor = new
        guess, state = past.run(_rows(log_factor), guess)
        now = np.log(soc_of(state.carbon, model))
        far = np.abs(step) > 0.02
        answer = np.where(far, np.clip(-(now - before) / np.where(far, step, 1.0), 0.1, 1.0), answer)
        tell((iteration + 1) / STEPS)
        if np.max(np.abs(step)) < CLOSE_ENOUGH:
            break
    return Fit(log_factor, guess, state, *_linear(evidence, now, answer, log_factor))


def _linear(evidence: SiteEvidence, log_soc: Array, answer: Array, log_factor: Array) -> tuple[Array, Array]:
    """Return target r and slope J of the horizons' log carbon in log b."""
    slope = -evidence.weights(np.exp(log_soc)) * answer[None]
    residual = evidence.log_soc[:, None] - evidence.log_stock(np.exp(log_soc))
    return residual + np.einsum("hlk,lk->hk", slope, log_factor), slope


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


def resampled(weight: Array, count: int, start: float) -> NDArray[np.int64]:
    """Return (count,) candidates in proportion to their weights, by systematic resampling.

    Parameters
    ----------
    weight : (candidate,) that sum to 1.
    start : in [0, 1), where the even steps begin.

    Examples
    --------
    >>> resampled(np.array([0.5, 0.0, 0.5]), 4, 0.5).tolist()
    [0, 0, 2, 2]
    """
    position = (np.arange(count) + start) / count
    total = np.cumsum(weight)
    return np.minimum(np.searchsorted(total / total[-1], position, side="right"), len(weight) - 1)


def shares(place: Place, model: Any, carbon: Array, edges: tuple[float, ...]) -> dict[str, Array]:
    """Return the share of every pool in SOC (interval, column) between depths, for carbon (row, pool, column)."""
    from mollisol.grid import Grid

    intervals = Grid(edges)
    counted = np.array([pool.counts_as_soc for pool in model.pools], dtype=np.float64)
    below = carbon[1:] * counted[:, None]
    whole = place.grid.remap(below.sum(axis=1), intervals)
    found = {}
    for number, pool in enumerate(model.pools):
        part = place.grid.remap(below[:, number], intervals)
        if pool.counts_as_soc and np.any(part > 0.0):
            found[pool.name] = part / whole
    return found


def select_columns_of(material: Any, index: NDArray[np.int64]) -> Any:
    """Return the material of some members."""
    return replace(material, below=material.below[:, index], deposited=material.deposited[:, index])


def _radiocarbon(
    past: Past, start: Start, labels: Labels, evidence: SiteEvidence, soc: Array, members: Members
) -> tuple[Array | float, Array | None]:
    """Return the log-likelihood (candidate,) of measured radiocarbon, and the model's (horizon, candidate)."""
    if evidence.delta14c is None:
        return 0.0, None
    from mollisol.study.radiocarbon import past_tracers

    _, seen = past_tracers(past, start, labels, evidence.year)
    if seen is None:
        return 0.0, None
    modelled = np.einsum("hlk,lk->hk", evidence.weights(soc), seen.delta14c)
    known = np.isfinite(evidence.delta14c)
    error = members.spread.get("layer_radiocarbon", np.full(len(members), evidence.radiocarbon_error))
    off = evidence.delta14c[known, None] - modelled[known]
    return _log_normal(off, np.broadcast_to(error, off.shape)), modelled


def _mineral(past: Past, evidence: SiteEvidence, carbon: Array) -> tuple[Array | float, Array | None]:
    """Return the log-likelihood (candidate,) of measured mineral-associated carbon, and the model's share."""
    if evidence.mineral is None:
        return 0.0, None
    bound = np.einsum("hl,lpk->hk", evidence.share, carbon[1:, past.mineral_pools()])
    modelled = bound / (evidence.share @ soc_of(carbon, past.model))
    known = np.isfinite(evidence.mineral)
    off = evidence.mineral[known, None] - modelled[known]
    return _log_normal(off, np.full_like(off, evidence.mineral_error)), modelled


def _warnings(effective: float, candidates: int, evidence: SiteEvidence, delta: Array | None) -> list[str]:
    found = []
    if effective < FEW:
        found.append(
            f"Conditioning on the site's profile left {effective:.1f} effective of {candidates} candidates: hardly any "
            "parameters explain this profile, so the intervals at the start are too narrow. Raise 'ensemble', or "
            "consider 'condition: none'."
        )
    if evidence.delta14c is not None and delta is None:
        found.append("The profile's radiocarbon was not used to condition: it was not sampled before the run begins.")
    return found


def _log_normal(off: Array, error: Array) -> Array:
    """Return the logarithm of independent normal densities, summed over the first axis."""
    return np.asarray(-0.5 * np.sum((off / error) ** 2, axis=0) - np.sum(np.log(error), axis=0))


def _rows(log_factor: Array) -> Array:
    """Return the factor (row, member); the surface has none."""
    return np.concatenate([np.ones((1, log_factor.shape[-1])), np.exp(log_factor)])


def _below(covariance: Array, last: int) -> Array:
    """Return the covariance of what lies below a layer, less what it has in common with that layer."""
    cross = covariance[last + 1 :, last]
    return np.asarray(covariance[last + 1 :, last + 1 :] - np.outer(cross, cross) / covariance[last, last])


def _rooted(covariance: Array, last: int) -> Array:
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
