"""What moves the surface of a column: soil that erodes or is deposited, what enters from below, and hillslopes.

Legend: all masses are of fine earth, all carbon and soil properties per mass of it, so that they do not depend on how
densely the soil lies.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.units import MONTHS_PER_YEAR, InputError, RunError

Array = Any

LONGEST_SLOPE = 16
"""Positions that a hillslope may have: a slope stays in one tile, and a narrow tile has so many columns."""

PER_VOLUME = ("fine_earth", "bulk_density", "porosity", "field_capacity", "wilting_point", "coarse")
"""Soil properties per volume; all others are per mass of fine earth."""


@partial(jax.tree_util.register_dataclass, data_fields=["offset", "arrives"], meta_fields=["positions"])
@dataclass(frozen=True)
class Link:
    """Where the soil goes that a column loses.

    Attributes
    ----------
    offset : (column,), columns between a column and the next one down its slope; 0 where there is none.
    arrives : (column,), mass per area that arrives on the next column for each mass per area that leaves.
    positions : columns of a slope; the columns of a run are whole slopes, one after the other.
    """

    offset: Array
    arrives: Array
    positions: int


@partial(
    jax.tree_util.register_dataclass,
    data_fields=[
        "soil_loss",
        "deposition",
        "deposited_carbon",
        "deposited_soil",
        "below_carbon",
        "below_soil",
        "link",
    ],
    meta_fields=["every"],
)
@dataclass(frozen=True)
class Motion:
    """The motion of the surface of every column.

    Attributes
    ----------
    soil_loss, deposition : (month, column), kg/m2/yr of soil that leaves and that arrives from outside.
    deposited_carbon : (pool, column), carbon of what arrives from outside, kg/kg.
    deposited_soil : {name: (column,)} its properties; one that is not named is that of the column's first layer.
    below_carbon : (pool, column), carbon of the soil below the last layer, kg/kg.
    below_soil : {name: (column,)} its properties; one that is not named is that of the last layer.
    link : which column receives what another one loses; None where all of it is gone.
    every : months between two motions, each of which stands for the time until the next.
    """

    soil_loss: Array
    deposition: Array
    deposited_carbon: Array
    below_carbon: Array
    deposited_soil: Mapping[str, Array] = field(default_factory=dict)
    below_soil: Mapping[str, Array] = field(default_factory=dict)
    link: Link | None = None
    every: int = MONTHS_PER_YEAR

    def mass(self, rate: Array, month: Array) -> Array:
        """Return (column,) the mass, kg/m2, that a rate (month, column) moves in the time that begins in a month."""
        months = (month + jnp.arange(self.every)) % rate.shape[0]
        return jnp.mean(rate[months], axis=0) * (self.every / MONTHS_PER_YEAR)

    def routed(self, amount: Array) -> Array:
        """Return (..., column) what arrives on each column of an amount per area (..., column) that leaves each."""
        if self.link is None:
            return jnp.zeros_like(amount)
        offset = jnp.broadcast_to(self.link.offset, amount.shape[-1:]).astype(int)
        sent = jnp.where(offset > 0, self.link.arrives * amount, 0.0)
        return jnp.zeros_like(amount).at[..., jnp.arange(amount.shape[-1]) + offset].add(sent, mode="drop")


def hillslope(
    area: Sequence[float], delivered: Sequence[float], downslope: Sequence[int] | None = None, slopes: int = 1
) -> Link:
    """Link the columns of a hillslope: what one position loses arrives on the next one, or in the river.

        deposition of the next (kg/m2) = delivered x loss (kg/m2) x own area / area of the next

    Parameters
    ----------
    area : (position,), m2, from the top of the slope to its foot.
    delivered : (position,), share of the lost soil that settles on the next position, 0-1; the river takes the rest.
    downslope : (position,), number of the next position, which must lie further down the list; -1 for the river.
        Default: each one's follower, and the river after the last.
    slopes : how many slopes of this form stand one after the other (members, practices).

    Raises
    ------
    InputError
        For a slope that is longer than `LONGEST_SLOPE`, runs uphill, or has impossible areas or shares.

    Examples
    --------
    >>> hillslope(area=[200.0, 100.0], delivered=[0.6, 0.0]).arrives.tolist()
    [1.2, 0.0]
    """
    extent, share = np.asarray(area, dtype=np.float64), np.asarray(delivered, dtype=np.float64)
    count = len(extent)
    following = [*range(1, count), -1] if downslope is None else downslope
    after = np.asarray(following, dtype=np.int64)
    if extent.ndim != 1 or share.shape != extent.shape or after.shape != extent.shape:
        raise InputError("a hillslope needs one area, one delivered share and one next position for each position")
    if not 1 <= count <= LONGEST_SLOPE:
        raise InputError(
            f"a hillslope has {count} positions, allowed is 1 to {LONGEST_SLOPE}", remedy="join neighbouring positions"
        )
    if not (np.all(np.isfinite(extent)) and np.all(extent > 0.0)):
        raise InputError(f"areas of a hillslope must be above 0 m2, given {extent.tolist()}", key="area")
    if not np.all((share >= 0.0) & (share <= 1.0)):
        raise InputError(f"delivered shares must lie from 0 to 1, given {share.tolist()}", key="delivered")
    for position, goal in enumerate(after):
        if goal != -1 and not position < goal < count:
            raise InputError(
                f"position {position} delivers to {goal}, allowed is a later position up to {count - 1}, or -1",
                key="downslope",
                remedy="list the positions from the top of the slope to its foot",
            )
    inside = after >= 0
    offset = np.where(inside, after - np.arange(count), 0)
    ratio = np.where(inside, share * extent / extent[np.where(inside, after, 0)], 0.0)
    return Link(np.tile(offset.astype(np.float64), slopes), np.tile(ratio, slopes), count)


def still(motion: Motion) -> Motion:
    """Return the motion with all rates zero: the same program, in which nothing moves."""
    nothing = np.zeros_like(np.asarray(motion.soil_loss))
    return dataclasses.replace(motion, soil_loss=nothing, deposition=np.zeros_like(np.asarray(motion.deposition)))


def carrying_soil(setup: Any, state: Any) -> Any:
    """Return the state with all soil properties of the set-up in it, so that they move with the soil in a run.

    Without this they are held as they are, which is how the past of a soil is run up to what was measured.
    """
    shape = np.shape(state.carbon)[::2]
    held = {name: np.broadcast_to(value, shape).copy() for name, value in setup.soil.items()}
    return state._replace(soil={**held, **state.soil})


def check_motion(motion: Motion | None, model: Any, soil: Mapping[str, Array], thickness: Array, columns: int) -> None:
    """Raise `RunError` unless a run's motion of the surface fits its model and its soil."""
    mover = model.mover()
    if motion is None:
        if mover is not None:
            raise RunError(f"the run has no motion of the surface, which {mover.name} of {model.name} needs")
        return
    if mover is None:
        raise RunError(f"the surface moves, but no process of {model.name} says how: fill its slot 'erosion'")
    if "fine_earth" not in soil:
        raise RunError("the surface moves, but the run has no soil.fine_earth")
    mass = np.min(np.sum(np.asarray(soil["fine_earth"])[1:] * np.asarray(thickness)[1:], axis=0))
    for name in ("soil_loss", "deposition"):
        rate = np.asarray(getattr(motion, name))
        if np.any(rate < 0.0):
            raise RunError(f"the run has a negative {name}")
        if np.max(rate) * motion.every / MONTHS_PER_YEAR > 0.5 * mass:
            raise RunError(
                f"a {name} of {np.max(rate):g} kg/m2/yr is more than half of the column ({mass:g} kg/m2) at a time"
            )
    for name in ("deposited_carbon", "below_carbon"):
        found = np.shape(getattr(motion, name))
        if found[:1] != (len(model.pools),):
            raise RunError(f"the run's {name} has shape {found}, expected one row for each of {len(model.pools)} pools")
    if motion.link is not None and columns % motion.link.positions:
        raise RunError(f"{columns} columns are not whole slopes of {motion.link.positions} positions")
