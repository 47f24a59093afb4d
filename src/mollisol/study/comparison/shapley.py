"""Shapley values: how much each of several changes adds to a difference, over all orders in which they can be made.

    phi_i = sum over S without i of  |S|! (k - |S| - 1)! / k!  (v(S + i) - v(S))

They sum to v(all) - v(none), whatever the changes do to one another.
"""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def coalitions(players: int) -> NDArray[np.bool_]:
    """Return (2^players, player), every set of players: none first, all last."""
    number = np.arange(2**players)
    return np.asarray((number[:, None] >> np.arange(players)) % 2 == 1)


def shapley(value: Array) -> Array:
    """Return (player, ...) Shapley values.

    Parameters
    ----------
    value : (2^player, ...) of every set, in the order of `coalitions`.

    Source
    ------
    Shapley 1953, Contributions to the Theory of Games 2:307-317.

    Examples
    --------
    >>> shapley(np.array([0.0, 1.0, 3.0, 6.0])).tolist()
    [2.0, 4.0]
    """
    players = int(np.log2(len(value)))
    if 2**players != len(value):
        raise ValueError(f"{len(value)} values are not those of all sets of some players")
    sets = coalitions(players)
    size = sets.sum(axis=1)
    found = np.zeros((players, *value.shape[1:]))
    for player in range(players):
        without = np.flatnonzero(~sets[:, player])
        weight = np.array([factorial(n) * factorial(players - n - 1) for n in size[without]]) / factorial(players)
        gained = value[without + 2**player] - value[without]
        found[player] = np.tensordot(weight, gained, axes=1)
    return found
