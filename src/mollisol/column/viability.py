"""Why a column with microbes has no steady state: they die out, carbon piles up, or the state does not hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mollisol.column.model import Model
from mollisol.column.setup import Setup

Array = NDArray[np.float64]

STERILE = 1e-9
"""Density of living carbon (kg/m3) below which a layer counts as without microbes: some tens of cells in a gram of
soil, where the deepest soils have 1e4."""

FULLEST = 600.0
"""Density of carbon (kg/m3) that no layer can hold: solid organic matter without a pore."""

HELD_YEARS = 20
"""Years after which a steady state that was pushed is looked at, twice."""

FAR = 10.0
"""How many times the push a living pool may be away on its way back."""

FOLLOWED = 200
"""How often those years are run to see what becomes of a column that does not come back."""

PUSH = 0.01
"""Relative change of the living pools in the push."""


def depths(setup: Setup, layers: NDArray[np.bool_]) -> str:
    """Name a set of layers (layer,): `below 120 cm`, or `in 20-40 cm and 60-80 cm`."""
    thickness = np.asarray(setup.thickness)[1:, 0]
    edges = np.round(100.0 * np.concatenate([[0.0], np.cumsum(thickness)]), 6)
    chosen = np.flatnonzero(layers)
    if layers[-1] and np.all(layers[chosen[0] :]):
        return f"below {edges[chosen[0]]:g} cm"
    runs = np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1)
    return "in " + " and ".join(f"{edges[run[0]]:g}-{edges[run[-1] + 1]:g} cm" for run in runs)


def verdicts(model: Model, setup: Setup, carbon: Array, change: Array, tolerance: float) -> dict[int, str]:
    """Return {column: why it has no steady state} from what the search ended with.

    Parameters
    ----------
    carbon : (row, pool, column), where the search ended; change : (column,), how much a cycle still moves it.
    tolerance : change of a steady state.
    """
    thickness = np.asarray(setup.thickness)[1:]
    living = np.array([pool.living for pool in model.pools])
    found = {}
    for column in range(carbon.shape[-1]):
        layers = carbon[1:, :, column] / thickness
        settled = change[column] <= tolerance
        sterile = layers[:, living].sum(axis=1) < STERILE
        overfull = layers.sum(axis=1) > FULLEST
        reasons = []
        if sterile.any():
            reasons.append(f"microbes die out {depths(setup, sterile)}")
        if overfull.any():
            reasons.append(f"carbon accumulates without end {depths(setup, overfull)}")
        if not settled and not reasons:
            reasons.append(f"a cycle still changes a pool by {change[column]:.1e} of itself")
        if reasons:
            found[column] = " and ".join(reasons)
    return found


def unstable(model: Model, setup: Setup, carbon: Array, run: Callable[[Array], Array]) -> dict[int, str]:
    """Return {column: where} for columns whose living pools do not come back after a push.

    Parameters
    ----------
    carbon : (row, pool, column), the steady state.
    run : takes a state's carbon through `HELD_YEARS` years (or the cycles that hold them).
    """
    living = np.array([pool.living for pool in model.pools])[None, :, None]
    share = np.sum(np.where(living, carbon, 0.0), axis=1)[1:]

    def away(state: Array) -> Array:
        gone = np.sum(np.where(living, state - carbon, 0.0), axis=1)[1:]
        return np.asarray(np.abs(gone) / np.where(share > 0.0, share, 1.0))

    first = run(np.where(living, (1.0 + PUSH) * carbon, carbon))
    once, twice = away(first), away(run(first))
    # still growing, or already thrown far, from where it may be on its way down by now
    grown = ((twice > once) & (twice > PUSH)) | (np.maximum(once, twice) > FAR * PUSH)
    return {int(column): depths(setup, grown[:, column]) for column in np.flatnonzero(grown.any(axis=0))}


def fate(model: Model, setup: Setup, carbon: Array, run: Callable[[Array], Array], where: str) -> str:
    """Say what becomes of one column that left its steady state.

    Parameters
    ----------
    carbon : (row, pool, 1), the steady state.
    run : as in `unstable`.
    where : the layers in which it left.
    """
    thickness = np.asarray(setup.thickness)[1:]
    living = np.array([pool.living for pool in model.pools])
    least = np.full(len(thickness), np.inf)
    state = np.where(living[None, :, None], (1.0 + PUSH) * carbon, carbon)
    for turn in range(FOLLOWED):
        state = run(state)
        if turn >= FOLLOWED // 2:
            least = np.minimum(least, (state[1:, living].sum(axis=1) / thickness)[:, 0])
    if np.any(least < STERILE):
        return f"microbes die out {depths(setup, least < STERILE)}"
    return f"microbes swing between plenty and want {where}: the steady state is unstable"
