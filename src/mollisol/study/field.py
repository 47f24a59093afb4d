"""Fields of a run: each practice's patches, and the mean over them, weighted by area, of whatever a column holds.

Columns of a run stand patch by patch, each with all members; columns of a result practice by practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Timeline, patches_of

Array = NDArray[np.float64]

EXTREMES = {"residual": np.maximum, "smallest": np.minimum}
"""Yearly results of which the worst patch counts, not the mean."""


@dataclass(frozen=True, eq=False)
class Fields:
    """The patches of several practices.

    Attributes
    ----------
    names : of the practices.
    patches : of all of them, one after the other.
    timelines : (patch,).
    owner : (patch,) number of the practice.
    share : (patch,) of the practice's area.
    """

    names: tuple[str, ...]
    patches: tuple[str, ...]
    timelines: tuple[Timeline, ...]
    owner: NDArray[np.int64]
    share: Array

    @classmethod
    def of(cls, lines: Mapping[str, Timeline]) -> Fields:
        """Return the fields of time lines by practice; one line has one set of patches, however many names it has."""
        known = {id(line): patches_of(line) for line in lines.values()}
        found = [(number, patch) for number, line in enumerate(lines.values()) for patch in known[id(line)]]
        return cls(
            tuple(lines),
            tuple(patch.name for _, patch in found),
            tuple(patch.timeline for _, patch in found),
            np.array([number for number, _ in found]),
            np.array([patch.share for _, patch in found]),
        )

    def __len__(self) -> int:
        return len(self.timelines)

    def mean(self, array: Any, members: int = 1) -> Array:
        """Return (..., practice * member) the means by area of (..., patch * member)."""
        value = np.asarray(array)
        if len(self) == len(self.names):
            return value
        split = value.reshape(*value.shape[:-1], len(self), members) * self.share[:, None]
        return self._reduced(np.add, split).reshape(*value.shape[:-1], len(self.names) * members)

    def annual(self, annual: Any, members: int) -> Any:
        """Return yearly results (a named tuple of arrays or None) of the practices from those of the patches."""
        if len(self) == len(self.names):
            return annual
        whole: dict[str, Array | None] = {}
        for name, value in annual._asdict().items():
            if name in EXTREMES:
                whole[name] = self._reduced(EXTREMES[name], value.reshape(len(self), members)).reshape(-1)
            else:
                whole[name] = None if value is None else self.mean(value, members)
        return annual._replace(**whole)

    def _reduced(self, function: np.ufunc, split: Array) -> Array:
        """Reduce (..., patch, member) over the patches of each practice."""
        first = np.searchsorted(self.owner, np.arange(len(self.names)))
        return np.asarray(function.reduceat(split, first, axis=-2))
