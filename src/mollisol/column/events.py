"""Events: tillage as a mass-conserving linear map over the rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.motion import PER_VOLUME
from mollisol.column.setup import Events
from mollisol.grid import Grid

Array = NDArray[np.float64]
_State = tuple[Any, dict[str, Any]]
_Work = tuple[Any, Any, Any, dict[str, Any], Any, dict[str, Any], tuple[Any, dict[str, Any]], Any]


def mixing_map(grid: Grid, mass: Array, depth: float, mixing: float, burial: float) -> tuple[Array, Array]:
    """Maps of a tillage that mixes the soil to a depth and buries surface litter in it.

        x_i' = (1 - mixing s_i) x_i + w_i [ sum_j mixing s_j x_j + burial x_surface ]

    s is the share of a layer above the depth and w the share of the tilled soil mass, so soil that is uniform per
    mass stays uniform.

    Parameters
    ----------
    grid : the soil layers.
    mass : (layer,), fine earth, kg/m2.
    depth : m.
    mixing : 0 (nothing moves) to 1 (homogeneous).
    burial : share of the surface litter that is buried, 0-1.

    Returns
    -------
    carbon map (row, row), columns sum to 1; soil map (row, row), rows sum to 1, for properties per mass of soil.
    """
    rows = len(grid) + 1
    share = np.concatenate([[0.0], grid.depth_share(depth)])
    weight = share * np.concatenate([[0.0], mass])
    carbon, soil = np.eye(rows), np.eye(rows)
    if weight.sum() == 0.0:
        return carbon, soil
    weight = weight / weight.sum()
    leaves = mixing * share
    carbon = np.diag(1.0 - leaves) + weight[:, None] * leaves[None, :]
    carbon[:, 0] = burial * weight
    carbon[0, 0] = 1.0 - burial
    total = np.concatenate([[1.0], mass])
    moved = np.diag(1.0 - leaves) + weight[:, None] * leaves[None, :]
    soil = moved * total[None, :] / total[:, None]
    return carbon, soil / soil.sum(axis=1, keepdims=True)


def inversion_map(grid: Grid, depth: float, mixing: float = 0.0, burial: float = 1.0) -> tuple[Array, Array]:
    """Maps of soil that is turned over to a depth D: what lay at z comes to lie at D - z.

        x' = x_below + (1 - mixing) R x_above + mixing H x_above

    R turns volumes over, piecewise constant in the layers, and H spreads them evenly to D. Twice the same inversion
    restores the layers where interfaces lie symmetrically about D / 2, or the layers it reverses are all of one
    thickness; elsewhere it restores totals.

    Parameters
    ----------
    grid : the soil layers.
    depth : m.
    mixing : 0 (layers reversed) to 1 (homogeneous).
    burial : share of the surface litter that is buried; what is not mixed lies at the bottom of the turned soil.

    Returns
    -------
    carbon map (row, row), columns sum to 1; soil map (row, row), rows sum to 1, for properties per volume.
    """
    above = grid.depth_share(depth) * grid.thickness
    top = grid.edges[:-1]
    turned_top, turned_bottom = depth - top - above, depth - top
    overlap = np.minimum(grid.edges[1:, None], turned_bottom) - np.maximum(top[:, None], turned_top)
    reversed_ = np.where(above > 0.0, np.maximum(overlap, 0.0), 0.0)
    even = above[:, None] * above[None, :] / above.sum()
    volume = (1.0 - mixing) * reversed_ + mixing * even + np.diag(grid.thickness - above)
    rows = len(grid) + 1
    carbon, soil = np.eye(rows), np.eye(rows)
    # dividing by the sum of the parts makes them add up to 1 to rounding
    carbon[1:, 1:] = volume / volume.sum(axis=0)
    soil[1:, 1:] = volume / volume.sum(axis=1, keepdims=True)
    lowest = np.zeros(len(grid))
    lowest[np.flatnonzero(above > 0.0)[-1]] = 1.0
    carbon[1:, 0] = burial * ((1.0 - mixing) * lowest + mixing * above / above.sum())
    carbon[0, 0] = 1.0 - burial
    return carbon, soil


def exchange_map(grid: Grid, upper: tuple[float, float], lower: tuple[float, float], share: float) -> Array:
    """Map (row, row) of soil that changes places with as much of another depth, volume for volume.

    Parameters
    ----------
    grid : the soil layers.
    upper, lower : top and bottom, m, of the two depths, which do not overlap.
    share : of the upper one's volume that is replaced by soil of the lower one.
    """

    def between(ends: tuple[float, float]) -> Array:
        parts: Array = (grid.depth_share(ends[1]) - grid.depth_share(ends[0])) * grid.thickness
        return parts

    one, other = between(upper), between(lower)
    moved = share * one.sum()
    leaves_one, leaves_other = share * one / grid.thickness, moved * other / other.sum() / grid.thickness
    made = np.eye(len(grid) + 1)
    made[1:, 1:] -= np.diag(leaves_one + leaves_other)
    made[1:, 1:] += other[:, None] / other.sum() * leaves_one + one[:, None] / one.sum() * leaves_other
    return made


def apply_events(
    events: Events, carbon: Any, soil: dict[str, Any], month: Any, thickness: Any = None, bound: Collection[str] = ()
) -> tuple[Any, dict[str, Any]]:
    """Apply the events of a month to carbon (row, pool, ..., column) and to the soil-bound state (row, column).

    Where the mass of the layers is part of that state, the soil moves as carbon does, in proportion to its present
    mass; `thickness` (row, 1), m, is then needed. `bound` names the properties that move in those columns only in
    which an event moves soil.
    """
    happens = events.happens[month % events.happens.shape[0]]
    moves, whole = events.moves_soil, "fine_earth" in soil
    for event in range(happens.shape[0]):
        kept = {name: events.keeps[name][event] for name in soil if name in events.keeps}
        where = {} if moves is None else {name: moves[event] for name in soil if name in bound}
        added = None if events.adds is None or not whole else events.adds[event]
        brought = {name: (mass[event], value[event]) for name, (mass, value) in events.brings.items() if name in soil}
        loosens = events.loosens[event] if events.loosens is not None and "looseness" in soil else None
        maps = events.carbon_map[event], events.soil_map[event]
        work = (happens[event], *maps, kept, thickness if whole else None, where, (added, brought), loosens)
        carbon, soil = _where_it_happens(work, (carbon, soil))
    return carbon, soil


def _in_a_loop(work: _Work, state: _State) -> _State:
    # a loop of one turn or none: a conditional would copy the state in all the months without an event
    def act(carry: tuple[Any, _State]) -> tuple[Any, _State]:
        return jnp.zeros_like(carry[0]), _happened(work, carry[1])

    moved: _State = jax.lax.while_loop(lambda carry: carry[0], act, (jnp.any(work[0] > 0.0), state))[1]
    return moved


def _in_a_loop_jvp(primals: tuple[_Work, _State], tangents: tuple[_Work, _State]) -> tuple[_State, _State]:
    # reverse differentiation passes a conditional, but no loop
    def branch(work: _Work, state: _State) -> _State:
        moved: _State = jax.lax.cond(jnp.any(work[0] > 0.0), _happened, lambda _, same: same, work, state)
        return moved

    pair: tuple[_State, _State] = jax.jvp(branch, primals, tangents)
    return pair


_where_it_happens = jax.custom_jvp(_in_a_loop)
_where_it_happens.defjvp(_in_a_loop_jvp)


def _happened(work: _Work, state: _State) -> _State:
    happens, carbon_map, soil_map, kept, thickness, where, added, loosens = work
    carbon, soil = state
    now = happens > 0.0
    new = {}
    amounts = moved_amounts(carbon_map, soil, thickness) if "fine_earth" in soil else {}
    for name, value in soil.items():
        moved = amounts[name] if amounts else jnp.sum(soil_map * value[None], axis=1)
        there = now & (where[name] > 0.0) if name in where else now
        new[name] = jnp.where(there, moved * kept[name] if name in kept else moved, value)
    if added[0] is not None:
        new = _with_added(now, new, *added, thickness)
    if loosens is not None:
        new["looseness"] = jnp.where(now, new["looseness"] + (1.0 - new["looseness"]) * loosens, new["looseness"])
    return jnp.where(now, rearranged(carbon_map, carbon), carbon), new


def moved_amounts(carbon_map: Any, soil: dict[str, Any], thickness: Any) -> dict[str, Any]:
    """Move soil properties (row, column) by a map (row, row, column) so that their amounts are conserved."""
    density = soil["fine_earth"]
    mass, volume = density * thickness, jnp.broadcast_to(thickness, density.shape)

    def mean(value: Any, weight: Any) -> Any:
        after = jnp.sum(carbon_map * weight[None], axis=1)
        there = after > 0.0  # the surface has no soil
        return jnp.where(
            there, jnp.sum(carbon_map * (weight * value)[None], axis=1) / jnp.where(there, after, 1.0), value
        )

    new = {name: mean(value, volume if name in PER_VOLUME else mass) for name, value in soil.items()}
    moved = jnp.sum(carbon_map * mass[None], axis=1)
    return {
        **new,
        "fine_earth": jnp.where(thickness > 0.0, moved / jnp.where(thickness > 0.0, thickness, 1.0), density),
    }


def _with_added(
    now: Any, soil: dict[str, Any], added: Any, brought: dict[str, tuple[Any, Any]], thickness: Any
) -> dict[str, Any]:
    """Bring soil into the layers, whose volume stays: they become denser until they are laid out anew."""
    there = thickness > 0.0
    happens = now & there
    mass = soil["fine_earth"] * thickness
    new = dict(soil)
    for name, (amount, value) in brought.items():
        share = jnp.where(happens, amount / jnp.where(there, mass + amount, 1.0), 0.0)
        new[name] = soil[name] + share * (value - soil[name])
    density = soil["fine_earth"] + added / jnp.where(there, thickness, 1.0)
    return {**new, "fine_earth": jnp.where(happens, density, soil["fine_earth"])}


def rearranged(carbon_map: Any, carbon: Any) -> Any:
    """Apply a map (row, row, column) to carbon (row, pool, ..., column)."""
    extra = carbon.ndim - 2
    wide = carbon_map.reshape(carbon_map.shape[:2] + (1,) * extra + carbon_map.shape[-1:])
    return jnp.sum(wide * carbon[None], axis=1)
