"""The vertical grid: interfaces in metres, positive down, from the surface."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import InputError

Array = NDArray[np.float64]

DEFAULT_EDGES: tuple[float, ...] = (
    0, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90,
    1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0,
)  # fmt: skip
"""Interfaces of the default grid (m): 20 layers to 2 m, finer where carbon changes fast."""


class Grid:
    """Layers between interfaces at `edges` (m, positive down, the first 0, strictly increasing).

    Parameters
    ----------
    edges : (layer + 1,) interface depths, m.

    Raises
    ------
    InputError
        If the edges do not start at 0, do not increase, or are not finite.

    Examples
    --------
    >>> grid = Grid([0, 0.1, 0.3])
    >>> grid.thickness.round(3).tolist()
    [0.1, 0.2]
    """

    def __init__(self, edges: Sequence[float] | Array = DEFAULT_EDGES) -> None:
        array = np.asarray(edges, dtype=np.float64)
        if array.ndim != 1 or array.size < 2 or not np.all(np.isfinite(array)):
            raise InputError("a grid needs at least two finite interface depths in m", key="edges")
        if array[0] != 0.0 or np.any(np.diff(array) <= 0.0):
            raise InputError(
                f"grid interfaces must start at 0 and increase downwards, got {array.tolist()}", key="edges"
            )
        array.setflags(write=False)
        self.edges: Array = array

    def __repr__(self) -> str:
        return f"Grid({self.edges.tolist()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grid) and np.array_equal(self.edges, other.edges)

    def __hash__(self) -> int:
        return hash(self.edges.tobytes())

    def __len__(self) -> int:
        return self.edges.size - 1

    @property
    def bottom(self) -> float:
        """Depth of the lowest interface, m."""
        return float(self.edges[-1])

    @cached_property
    def thickness(self) -> Array:
        """(layer,) thickness of each layer, m."""
        return np.diff(self.edges)

    @cached_property
    def centres(self) -> Array:
        """(layer,) depth of the middle of each layer, m."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    def overlap(self, other: Grid) -> Array:
        """Return (layer of `other`, layer of self): the share of each own layer that lies in each of `other`."""
        top = np.maximum(other.edges[:-1, None], self.edges[None, :-1])
        bottom = np.minimum(other.edges[1:, None], self.edges[None, 1:])
        return np.asarray(np.maximum(bottom - top, 0.0) / self.thickness[None, :])

    def remap(self, amount: ArrayLike, other: Grid) -> Array:
        """Move amounts per layer (layer first, any further axes) to another grid, preserving the total.

        What lies below the other grid's bottom is left out; `amount` is per layer (kg/m2), not per volume.
        """
        values = np.asarray(amount, dtype=np.float64)
        return np.tensordot(self.overlap(other), values, axes=(1, 0))

    def depth_share(self, depth: float) -> Array:
        """Return (layer,) the share of each layer that lies above `depth` (m)."""
        return np.clip((depth - self.edges[:-1]) / self.thickness, 0.0, 1.0)
