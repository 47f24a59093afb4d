"""Order of solution: strongly connected components of the transfer graph, grouped by level and size.

A pool that is in no loop is a component of its own (one tridiagonal system over the rows); pools in a loop
(dissolved - microbial - mineral) are one component (block tridiagonal). Components of one level do not feed each
other, so those of equal size are solved side by side as one group.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

Group = tuple[tuple[int, ...], ...]
"""Components of equal size, each a tuple of pool numbers."""


def component_groups(count: int, transfers: Iterable[tuple[int, int]]) -> tuple[Group, ...]:
    """Sort pools 0..count-1 into groups of components, sources first.

    Parameters
    ----------
    count : number of pools.
    transfers : (to, from) pairs of pool numbers.

    Returns
    -------
    Groups in the order of solution; every pool stands in exactly one.

    Examples
    --------
    >>> component_groups(4, [(2, 0), (2, 1), (3, 2), (2, 3)])
    (((0,), (1,)), ((2, 3),))
    """
    pairs = list(transfers)
    graph = csr_matrix(
        (np.ones(len(pairs)), ([source for _, source in pairs], [to for to, _ in pairs])),
        shape=(count, count),
    )
    _, label = connected_components(graph, directed=True, connection="strong")
    members: dict[int, tuple[int, ...]] = {
        int(component): tuple(int(pool) for pool in np.flatnonzero(label == component)) for component in label
    }
    feeds = {(int(label[source]), int(label[to])) for to, source in pairs if label[source] != label[to]}

    level = dict.fromkeys(members, 0)
    for _ in members:  # the condensed graph is acyclic: at most one pass per component
        for source, to in feeds:
            level[to] = max(level[to], level[source] + 1)

    keys = sorted({(level[component], len(pools)) for component, pools in members.items()})
    return tuple(
        tuple(sorted(pools for component, pools in members.items() if (level[component], len(pools)) == key))
        for key in keys
    )
