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
from mollisol.study.factor_fit import rows_of
from mollisol.study.factor_posterior import draw_factor, fit_evidence, prior_covariance, rooted
from mollisol.study.initial import (
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
    from mollisol.study.columns import Place
    from mollisol.study.isotopes import Labels

Array = NDArray[np.float64]
Progress = Callable[[float], None]

CANDIDATES = 4
LEAST_CANDIDATES = 200
"""Candidates for each member that is kept, and for a small ensemble."""

FEW = 10.0
"""Effective sample size below which the conditioned ensemble is called poor."""

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


def candidates_for(members: int) -> int:
    """Return how many candidates are drawn for each member of an ensemble."""
    return max(CANDIDATES, -(-LEAST_CANDIDATES // members))


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
    blind = np.stack([rooted(c, last) @ normal[0, :, k] for k, c in enumerate(covariance)], axis=-1)
    tell(0.1)
    _, before = past.run(rows_of(blind), plain_steady)
    tell(0.2)
    fit = fit_evidence(past, evidence, covariance, plain_steady, plain, lambda share: tell(0.2 + 0.5 * share))
    drawn, log_weight = draw_factor(fit, evidence, covariance, normal[1])
    steady, state = past.run(rows_of(drawn), fit.steady)
    tell(0.8)
    soc = soc_of(state.carbon, past.model)
    off = evidence.log_soc[:, None] - evidence.log_stock(soc)
    log_weight = log_weight + _log_normal(off, evidence.error[:, None])
    start = Start(
        state,
        rows_of(drawn),
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
