"""Management of several plans over the same months, for all members of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management, Plan, Timeline, compile_cycle, compile_management, union_sources
from mollisol.practices.builder import ABOVE, BELOW

if TYPE_CHECKING:
    from mollisol.study.columns import Place

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Inputs:
    """Management of several plans over the same months, with what an ensemble scales.

    Attributes
    ----------
    managements : one for each plan, with a common source axis.
    """

    managements: list[Management]

    def amount(self, above: Array, below: Array) -> Array:
        """Return (month, source, plan * member), kg C/m2/yr, for (member,) scales of the inputs."""
        months, sources = self.managements[0].amount.shape
        found = np.empty((months, sources, len(self.managements), len(above)))
        for number, one in enumerate(self.managements):
            own = one.amount[..., None] if one.draws is None else one.draws.amount
            found[:, :, number] = own * self.scales(one, above, below)
        return found.reshape(months, sources, -1)

    @staticmethod
    def scales(management: Management, above: Array, below: Array) -> Array:
        """Return (source, member) what multiplies each source in each member."""
        mark = management.scaled[:, None]
        return np.asarray(np.where(mark == ABOVE, above, np.where(mark == BELOW, below, 1.0)))

    def shares(self, name: str, members: int) -> Array:
        """Return (source, row or pool, plan * member) of `depth` or `quality`; one column where all are alike."""
        drawn = [one.draws is not None and getattr(one.draws, name).shape[-1] > 1 for one in self.managements]
        if not any(drawn):
            return shared(np.stack([getattr(one, name) for one in self.managements], axis=-1), members)
        wide = []
        for one in self.managements:
            own = getattr(one, name)[..., None] if one.draws is None else getattr(one.draws, name)
            wide.append(np.broadcast_to(own, (*own.shape[:-1], members)))
        return np.concatenate(wide, axis=-1)

    def root_respiration(self, below: Array) -> Array:
        """Return (month, row, plan * member) the respiration of roots, kg C/m2/yr."""
        return np.concatenate(
            [
                (one.root_respiration[..., None] if one.draws is None else one.draws.root_respiration) * below
                for one in self.managements
            ],
            axis=-1,
        )

    def below_ground(self, below: Array, months: slice) -> Array:
        """Return (plan, member, layer) below-ground productivity over some months, kg C/m2/yr."""
        found = []
        for one in self.managements:
            marks = one.below_ground[:, None] * self.scales(one, np.ones_like(below), below)
            if one.draws is None:
                found.append((one.amount[months].mean(axis=0)[:, None] * marks).T @ one.depth[:, 1:])
                continue
            amount = one.draws.amount[months].mean(axis=0) * marks
            depth = np.broadcast_to(one.draws.depth, (*one.depth.shape, len(below)))
            found.append(np.einsum("sm,srm->mr", amount, depth[:, 1:]))
        return np.stack(found)


def managed(place: Place, lines: Sequence[Timeline], years: tuple[int, int]) -> Inputs:
    """Compile time lines over calendar years; one that is there several times is compiled once."""
    own = {
        id(line): compile_management(line, years, place.grid, place.latitude, place.means)
        for line in {id(line): line for line in lines}.values()
    }
    return Inputs(union_sources([own[id(line)] for line in lines]))


def cycled(place: Place, plan: Plan, start_year: int) -> Inputs:
    """Compile one management cycle of a plan in the phase of a year."""
    return Inputs([compile_cycle(plan, place.grid, place.latitude, start_year, place.means)])


def shared(per_plan: Array, members: int) -> Array:
    """Keep one column where all plans agree, else repeat each plan's for its members."""
    if np.all(per_plan == per_plan[..., :1]):
        return per_plan[..., :1]
    return np.repeat(per_plan, members, axis=-1)
