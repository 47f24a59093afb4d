"""A compartmental system dx/dt = u + B x as its flows, checked, and its steady state without any subtraction.

    a_ij = B_ij >= 0 (i != j),   e_j = -sum_i B_ij >= 0,   -B_jj = e_j + sum_i a_ij

B is taken apart into the rates a between compartments and e out of the system. Eliminating a compartment k adds
a_ik a_kj / s_k to a_ij and e_k a_kj / s_k to e_j, with s_k = e_k + sum of the a_ik that are left (Grassmann, Taksar and
Heyman 1985): only positive numbers are added, so a pool of ten thousand years beside one of an hour keeps its digits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.column.compartmental import CompartmentalError, check_compartmental

Array = NDArray[np.float64]

TOLERANCE = 1e-12
"""Column sums up to this times the size of the diagonal count as zero: rounding neither makes nor loses carbon."""

PANEL = 48
"""Compartments that are eliminated before what they pass on is added to the others in one product."""

NAMED = 8
"""Compartments that an error names."""

__all__ = ["CompartmentalError", "System", "compartmental_system"]


@dataclass(frozen=True, eq=False)
class System:
    """A checked system.

    Attributes
    ----------
    matrix : (n, n), B with a diagonal that is exactly what leaves, 1/yr.
    exits : (n,), rates out of the system, 1/yr.
    input : (n,), u, as given.
    """

    matrix: Array
    exits: Array
    input: Array

    @property
    def share(self) -> Array:
        """The input as shares that sum to 1."""
        return np.asarray(self.input / self.input.sum())

    def solve(self, right: Array) -> Array:
        """Return (-B)^-1 right for right >= 0, (n,) or (n, m): the stock that an input keeps up, yr x its unit."""
        return _eliminated(self.matrix, self.exits, right)

    def stock(self) -> Array:
        """Return the steady state -B^-1 u (n,)."""
        return self.solve(self.input)


def compartmental_system(matrix: ArrayLike, inputs: ArrayLike) -> System:
    """Check B (n, n), 1/yr, and u (n,), and take B apart.

    Raises
    ------
    CompartmentalError
        Naming the entry of B or u that is wrong, or the compartments that carbon cannot leave.
    """
    given = np.array(matrix, dtype=np.float64)
    check_compartmental(given, TOLERANCE)
    u = np.array(inputs, dtype=np.float64)
    if u.shape != given.shape[:1]:
        raise CompartmentalError(f"the input must have shape {given.shape[:1]}, as the operator has, got {u.shape}")
    wrong = np.flatnonzero(~(np.isfinite(u) & (u >= 0.0)))
    if wrong.size:
        raise CompartmentalError(f"entry [{wrong[0]}] of the input is {u[wrong[0]]}, allowed is 0 or more")
    if not u.sum() > 0.0:
        raise CompartmentalError("the input is zero in every compartment: nothing enters that could have an age")
    flows = given.copy()
    np.fill_diagonal(flows, 0.0)
    diagonal = np.abs(np.diag(given))
    exits = -given.sum(axis=0)
    exits = np.where(exits > TOLERANCE * diagonal, exits, 0.0)
    trapped = _trapped(flows, exits)
    if trapped.size:
        more = f" and {trapped.size - NAMED} more" if trapped.size > NAMED else ""
        raise CompartmentalError(
            f"carbon cannot leave the system from compartment{'s' if trapped.size > 1 else ''} "
            f"{', '.join(map(str, trapped[:NAMED]))}{more}: the operator is singular"
        )
    np.fill_diagonal(flows, -(flows.sum(axis=0) + exits))
    return System(flows, exits, u)


def _trapped(flows: Array, exits: Array) -> NDArray[np.int64]:
    """Compartments from which no way leads out."""
    free = exits > 0.0
    found = deque(int(i) for i in np.flatnonzero(free))
    while found:
        feeding = (flows[found.popleft()] > 0.0) & ~free
        free |= feeding
        found.extend(int(j) for j in np.flatnonzero(feeding))
    return np.flatnonzero(~free)


def _eliminated(matrix: Array, exits: Array, right: Array) -> Array:
    """Eliminate the compartments from the last to the first, in panels, and substitute back."""
    count = len(exits)
    a, e = matrix.copy(), exits.copy()
    v = np.array(right, dtype=np.float64).reshape(count, -1)
    total = np.empty(count)
    for high in range(count, 0, -PANEL):
        low = max(high - PANEL, 0)
        passed = np.zeros((low, high - low))
        for k in range(high - 1, low - 1, -1):
            total[k] = e[k] + a[:k, k].sum()
            goes = a[:k, k] / total[k]
            a[:k, low:k] += goes[:, None] * a[k, low:k]
            a[low:k, :low] += goes[low:, None] * a[k, :low]
            e[:k] += a[k, :k] * (e[k] / total[k])
            v[:k] += goes[:, None] * v[k]
            passed[:, k - low] = goes[:low]
        a[:low, :low] += passed @ a[low:high, :low]
    for k in range(count):
        v[k] = (v[k] + a[k, :k] @ v[:k]) / total[k]
    return v.reshape(np.shape(right))
