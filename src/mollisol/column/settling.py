"""Settling and swelling: layers hold mass, and once a year the column is laid out anew on the fixed layers.

With m_j the fine earth of layer j (kg/m2), n_j its settled volume per mass (m3/kg) and l_j its looseness,

    l_j  relaxes to that of the year's tillage;   V_j = m_j n_j (1 + swelling l_j)
    x_i' = sum_j f_ij x_j,   f_ij = (overlap of layer j, now V_j thick, with the fixed layer i) / V_j

So soil that is no longer tilled settles and the surface sinks; soil that is added takes room and the surface rises.
What enters through the bottom is like the last layer, and what is beyond it leaves: the map is linear in carbon and the
same for everything that rides on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from mollisol.column.motion import PER_VOLUME
from mollisol.units import MONTHS_PER_YEAR

Array = Any

STILL = 1e-9
"""Relative change of a layer's volume that is taken for rounding."""

NEEDS = ("fine_earth", "specific_volume", "looseness")
"""Soil properties in the state that a column which settles needs."""

THINNED = ("bulk_density", "coarse")
"""Properties per volume that fall as the volume grows; the other ones go with the volume."""


@partial(jax.tree_util.register_dataclass, data_fields=["target", "swelling", "time"], meta_fields=[])
@dataclass(frozen=True)
class Settling:
    """How loose the soil of every column is kept, and how it settles.

    Attributes
    ----------
    target : (year, row, column), looseness to which a year's tillage leads; the last year repeats.
    swelling : (column or 1,), volume that looseness 1 adds, relative to settled soil.
    time : (column or 1,), yr, in which looseness approaches the target.
    """

    target: Array
    swelling: Array
    time: Array


def settles(month: Array) -> Array:
    """Whether the column is laid out anew in a month: each December, so that a year's end shows it."""
    return month % MONTHS_PER_YEAR == MONTHS_PER_YEAR - 1


def settled(
    settling: Settling, thickness: Array, carbon: Array, soil: Mapping[str, Array], month: Array
) -> tuple[Array, dict[str, Array], Array]:
    """Lay the column out anew.

    Parameters
    ----------
    thickness : (row, 1), m, of the fixed layers.
    carbon : (row, pool, column); soil : {name: (row, column)}, the state's.
    month : of the run.

    Returns
    -------
    Carbon, soil, and (column,) the carbon that entered through the bottom, less what left there, kg C/m2.
    """
    year = jnp.minimum(month // MONTHS_PER_YEAR, settling.target.shape[0] - 1)
    target = settling.target[year]
    loose = target + (soil["looseness"] - target) * jnp.exp(-1.0 / settling.time)
    now = {**soil, "looseness": loose}
    fixed = thickness[1:] + jnp.zeros_like(soil["fine_earth"][1:])
    mass = soil["fine_earth"][1:] * fixed
    volume = mass * soil["specific_volume"][1:] * (1.0 + settling.swelling * loose[1:])
    strain = jnp.where(jnp.abs(volume / fixed - 1.0) < STILL, 1.0, volume / fixed)
    overlap, share = _laid_out(fixed, strain * fixed)

    laid = {}
    moved = jnp.sum(share * mass[None], axis=1)
    for name, value in now.items():
        own = value[1:]
        if name == "fine_earth":
            new = moved / fixed
        elif name in PER_VOLUME:
            thinned = own / strain if name in THINNED else own
            new = jnp.sum(overlap * thinned[None], axis=1) / jnp.sum(overlap, axis=1)
        else:
            new = jnp.sum(share * (mass * own)[None], axis=1) / moved
        laid[name] = jnp.concatenate([value[:1] + jnp.zeros_like(new[:1]), new])
    layers = jnp.sum(share[:, :, None] * carbon[None, 1:], axis=1)
    return jnp.concatenate([carbon[:1], layers]), laid, jnp.sum(layers - carbon[1:], axis=(0, 1))


def _laid_out(fixed: Array, volume: Array) -> tuple[Array, Array]:
    """Overlaps (to, from, column), m, of layers that are now `volume` thick with the fixed ones, and shares moved."""
    lower, upper = jnp.cumsum(fixed, axis=0), jnp.cumsum(volume, axis=0) - volume
    top, bottom = jnp.concatenate([jnp.zeros_like(lower[:1]), lower[:-1]]), lower[-1]
    # the same sums for both where nothing moves, so that the overlaps are then exactly the layers
    end = jnp.concatenate([upper[1:], (upper[-1] + volume[-1])[None]])
    reach = jnp.concatenate([end[:-1], jnp.maximum(end[-1], bottom)[None]])
    overlap = jnp.maximum(jnp.minimum(reach[None], lower[:, None]) - jnp.maximum(upper[None], top[:, None]), 0.0)
    beyond = jnp.maximum(reach - jnp.maximum(upper, bottom), 0.0)
    whole = jnp.sum(overlap, axis=0) + beyond
    # the last layer goes on below the grid: what of it enters is more than it held
    grown = jnp.concatenate([jnp.ones_like(end[:-1]), ((reach[-1] - upper[-1]) / (end[-1] - upper[-1]))[None]])
    return overlap, overlap / whole * grown
