"""The factor b(z) on the loss of mineral carbon at which a prior and what was measured agree best.

    minimise  |(y - f(log b)) / e|^2 + log b' C^-1 log b

y is the logarithm of measured carbon, e its error, f the model: steady state and past. Gauss-Newton steps; the slopes
J of f begin as told and are corrected by every run (Broyden's rank-one update), so that carbon which moves from layer
to layer is accounted for without a derivative of the past. A step that does not lower the sum is not taken, but the
slopes have learnt from it. Below the last layer that was measured the factor stays as it is there.

Source: Nocedal & Wright 2006, Numerical Optimization, chapters 10 and 11.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mollisol.column.simulate import State
    from mollisol.study.initial import Past

Array = NDArray[np.float64]

CLOSE_ENOUGH = 1.0
"""Decrease of half the sum that a further step promises, at which a fit ends; draws from the posterior of a dozen
layers lie about six above its lowest."""

LONGEST_STEP = 1.0
"""Largest change of log b in a step: the model is far from linear beyond a factor of e."""


@dataclass(frozen=True, eq=False)
class FactorFit:
    """The mode of log b of every member, with the model linearised there.

    Attributes
    ----------
    log_factor : (layer, member).
    steady, state : steady state and end of the past at it.
    predicted : (observation, member), f.
    slope : (observation, layer, member), J in the layers down to the last that was measured, else 0.
    promised : (member,) by how much a further step would lower half the sum, as the slopes foresee it.
    """

    log_factor: Array
    steady: State
    state: State
    predicted: Array
    slope: Array
    promised: Array


def fit_factor(
    past: Past,
    predict: Callable[[State], Array],
    measured: tuple[Array, Array],
    covariance: Array,
    last: int,
    slope: Array,
    start: tuple[State, State],
    steps: int,
    progress: Callable[[float], None] | None = None,
) -> FactorFit:
    """Fit log b for every member.

    Parameters
    ----------
    past : prepared.
    predict : (observation, member) logarithm of carbon of a state.
    measured : logarithm (observation,) and its standard deviation.
    covariance : (member or 1, layer, layer), C.
    last : the deepest layer that was measured.
    slope : (observation, layer, member), a first J.
    start : steady state and state without a factor.
    steps : runs of the past at most.
    progress : called with the share that is done.
    """
    wanted, error = measured[0][:, None], measured[1]
    free = slice(0, last + 1)
    prior = covariance[:, free, free]
    answer = np.moveaxis(slope[:, free], -1, 0).copy()  # (member, observation, layer)
    answer[..., -1] += np.moveaxis(slope[:, last + 1 :].sum(axis=1), -1, 0)
    steady, state = start
    found = predict(state)
    at = np.zeros((found.shape[1], last + 1))

    def misfit(log_factor: Array, predicted: Array) -> Array:
        bent = np.linalg.solve(np.broadcast_to(prior, (len(at), *prior.shape[1:])), log_factor[..., None])[..., 0]
        off = (predicted - wanted) / error[:, None]
        return np.asarray(0.5 * np.sum(off**2, axis=0) + 0.5 * np.sum(log_factor * bent, axis=1))

    def next_step() -> Array:
        cross = prior @ np.swapaxes(answer, 1, 2)
        total = answer @ cross + np.diag(error**2)
        target = (wanted - found).T + np.einsum("mol,ml->mo", answer, at)
        new = (cross @ np.linalg.solve(total, target[..., None]))[..., 0]
        return np.asarray(np.clip(new - at, -LONGEST_STEP, LONGEST_STEP))

    def promise() -> Array:
        return lowest - misfit(at + ahead, found + np.einsum("mol,ml->om", answer, ahead))

    lowest, ahead = misfit(at, found), next_step()
    promised = promise()
    for number in range(steps):
        tried = at + ahead
        own_steady, own_state = past.run(rows_of(_whole(tried, covariance.shape[-1])), steady)
        predicted = predict(own_state)
        # what the slopes did not foresee, along the step
        unseen = (predicted - found).T - np.einsum("mol,ml->mo", answer, ahead)
        length = np.sum(ahead**2, axis=1)[:, None, None]
        answer += unseen[..., None] * ahead[:, None] / np.where(length > 0.0, length, 1.0)
        value = misfit(tried, predicted)
        better = value < lowest
        steady, state = _where(better, own_steady, steady), _where(better, own_state, state)
        found, lowest = np.where(better, predicted, found), np.where(better, value, lowest)
        at = np.where(better[:, None], tried, at)
        ahead = next_step()
        if progress is not None:
            progress((number + 1) / steps)
        if np.max(promised := promise()) < CLOSE_ENOUGH:
            break
    whole = np.zeros_like(slope)
    whole[:, free] = np.moveaxis(answer, 0, -1)
    return FactorFit(_whole(at, covariance.shape[-1]), steady, state, found, whole, promised)


def unfinished(fit: FactorFit) -> list[str]:
    """Return a warning where runs ended before the fit did, in a sentence."""
    left = int(np.sum(fit.promised >= CLOSE_ENOUGH))
    if not left:
        return []
    return [
        f"The factor on the loss of mineral carbon could still come closer to the measured profile in {left} of "
        f"{len(fit.promised)} members when its runs were used up."
    ]


def rows_of(log_factor: Array) -> Array:
    """Return the factor (row, member); the surface has none."""
    return np.concatenate([np.ones((1, log_factor.shape[-1])), np.exp(log_factor)])


def _whole(free: Array, layers: int) -> Array:
    """Return log b (layer, member) of (member, free layer): it goes on below as it is in the last."""
    below = np.repeat(free[:, -1:], layers - free.shape[1], axis=1)
    return np.concatenate([free, below], axis=1).T


def _where(taken: NDArray[np.bool_], new: State, old: State) -> State:
    chosen: State = jax.tree_util.tree_map(lambda a, b: np.where(taken, a, b), new, old)
    return chosen
