"""The motion of the surface in a study's runs: rates, what arrives, and what enters from below.

The soil below the last layer and the soil that arrives carry carbon as the last and the first layer have it in
the initial state that the study would have without erosion: the profile's own extension. A study may give their content
instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.motion import Motion, carrying_soil
from mollisol.column.setup import Setup
from mollisol.column.simulate import State
from mollisol.study.erosion import Erosion, first_year
from mollisol.study.field import Fields
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Material:
    """Carbon of the soil that moves in from outside the profile, (pool, member), kg/kg.

    Attributes
    ----------
    below : of the soil below the last layer.
    deposited : of the soil that arrives on the surface.
    """

    below: Array
    deposited: Array


def material_of(erosion: Erosion, model: Any, carbon: Array, mass: Array) -> Material:
    """Take the material from a state (row, pool, member) on layers of `mass` (layer,) fine earth, kg/m2."""
    counted = np.array([pool.counts_as_soc for pool in model.pools], dtype=np.float64)[:, None]

    def scaled(content: Array, percent: float | None) -> Array:
        if percent is None:
            return content
        own = np.sum(content * counted, axis=0)
        mineral = np.array([name == "mineral" for name in model.pool_names], dtype=np.float64)[:, None]
        made = np.where(own > 0.0, content / np.where(own > 0.0, own, 1.0), mineral)
        return np.asarray(percent / 100.0 * made)

    return Material(
        scaled(carbon[-1] / mass[-1], erosion.below_organic_carbon_percent),
        scaled(carbon[1] / mass[0], erosion.deposited.organic_carbon_percent),
    )


def nothing_yet(model: Any, members: int) -> Material:
    """Return material without carbon, for a surface that does not move."""
    none = np.zeros((len(model.pools), members))
    return Material(none, none)


def moving_setup(setup: Setup, erosion: Erosion, loss: Array, material: Material, moves: bool = True) -> Setup:
    """Return the set-up with the motion of its surface.

    Parameters
    ----------
    loss : (month, column), soil that leaves, kg/m2/yr.
    moves : False for a surface that stays, in the same program.
    """
    given = erosion.deposited
    texture = {"clay": given.clay_percent, "silt": given.silt_percent}
    on = float(moves)
    motion = Motion(
        loss * on,
        np.full((1, 1), erosion.gain * on),
        material.deposited,
        material.below,
        {name: np.array([value / 100.0]) for name, value in texture.items() if value is not None},
        {name: np.asarray(value)[-1] for name, value in setup.soil.items()},
    )
    return replace(setup, motion=motion)


def losses(spec: StudySpec, fields: Fields, members: int) -> Array:
    """Return (month, patch * member) soil loss of a run, kg/m2/yr; the last field is the baseline once more."""
    erosion, names = spec.erosion or Erosion(), list(fields.names)
    years = spec.years.end - spec.years.start + 1
    by_plan = np.full((MONTHS_PER_YEAR * years, len(names)), erosion.loss)
    for name in erosion.practices:
        begins = MONTHS_PER_YEAR * (first_year(spec, name) - spec.years.start)
        by_plan[begins:, names.index(name)] = Erosion(soil_t_ha_yr=erosion.practices[name]).loss
    if np.all(by_plan == by_plan[:1]):
        by_plan = by_plan[:1]
    return np.repeat(by_plan[:, fields.owner], members, axis=-1)


def moving_run(
    spec: StudySpec,
    fields: Fields,
    members: int,
    setup: Setup,
    state: State,
    material: Material,
    measured: Material,
) -> tuple[Setup, State]:
    """Return set-up and state of a run whose surface moves.

    Parameters
    ----------
    fields : of the run; the last starts from the measured state.
    material, measured : what moves in, for the plans and for the last.
    """
    plans = len(fields) - 1

    def wide(one: Array, last: Array) -> Array:
        return np.concatenate([np.tile(one, (1, plans)), last], axis=-1)

    joined = Material(wide(material.below, measured.below), wide(material.deposited, measured.deposited))
    moving = moving_setup(setup, spec.erosion or Erosion(), losses(spec, fields, members), joined)
    return moving, carrying_soil(moving, state)
