"""The surface moves: soil leaves from the top or is laid on it, and the column moves through the fixed layers.

Once in a while (`Motion.every`), with s the share of a layer's soil that leaves, e its enrichment and f the share of
what stays of layer j that comes to lie in layer i,

    taken_j = min(e s_j, 1) x_j
    x_i'    = sum_j f_ij (x_j - taken_j) + placed_i deposited + entering_i below

an affine map, the same for all pools. Its column sums fall short of 1 by what erodes and by what leaves through the
bottom. Layers are remapped exactly, piecewise constant. The columns that lose to one another do so at the same moment:
each loses from its own surface before anything arrives, so their order does not matter.

Soil properties in the state move too, their amounts conserved; those of the set-up are held, as by a soil formation
that keeps up with erosion. Layers then hold their mass, else their thickness.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from mollisol.column.events import apply_events, rearranged
from mollisol.column.model import Model
from mollisol.column.motion import PER_VOLUME, Motion
from mollisol.column.settling import Settling, settled, settles
from mollisol.column.setup import Setup

Array = Any


class Exchange(NamedTuple):
    """Carbon that a motion of the surface exchanged, (column,), kg C/m2.

    Attributes
    ----------
    erosion : that left with the soil from the surface.
    deposition : that arrived on it.
    bottom : that entered through the bottom, less what left there.
    """

    erosion: Array
    deposition: Array
    bottom: Array


class Shift(NamedTuple):
    """How the soil of a column moves, from the soil alone.

    Attributes
    ----------
    eroded : (layer, column), share of each layer's soil that leaves with the surface.
    kept : (layer, column), 1 where any of a layer stays, else 0.
    share : (layer to, layer from, column), where what stays of a layer comes to lie.
    beyond : (layer, column), share of what stays of a layer that leaves through the bottom.
    placed, placed_beyond : (layer, column) and (column,), the same for what arrives.
    outside, arrived : (column,), mass that arrives from outside and in all, kg/m2.
    volume_outside : (column,), its thickness, m.
    entering, entering_volume : (layer, column), what enters from below, kg/m2 and m.
    mass : (layer, column), of each layer before, kg/m2.
    """

    eroded: Array
    kept: Array
    share: Array
    beyond: Array
    placed: Array
    placed_beyond: Array
    outside: Array
    arrived: Array
    volume_outside: Array
    entering: Array
    entering_volume: Array
    mass: Array


def shift_of(setup: Setup, soil: Mapping[str, Array], month: Array) -> Shift:
    """Find how the soil moves in the motion that begins in a month; `soil` is the state's (row, column)."""
    motion = _motion(setup)
    all_soil = {**setup.soil, **soil}
    lost, outside = motion.mass(motion.soil_loss, month), motion.mass(motion.deposition, month)
    density = all_soil["fine_earth"][1:]
    wide = jnp.zeros(jnp.broadcast_shapes(density.shape[-1:], lost.shape, outside.shape, _columns(motion, soil)))
    density, lost, outside = density + wide, lost + wide, outside + wide
    thickness = setup.thickness[1:] + wide
    mass = density * thickness
    above = jnp.cumsum(mass, axis=0) - mass
    eroded = jnp.clip((lost - above) / mass, 0.0, 1.0)

    moves = "fine_earth" in soil
    extent = thickness if moves else mass
    cut = jnp.sum(eroded * extent, axis=0)
    deposited_density = motion.deposited_soil.get("fine_earth", density[0])
    volume_outside = outside / deposited_density
    arrived = outside + motion.routed(lost)
    added = volume_outside + motion.routed(cut) if moves else arrived
    below_density = motion.below_soil.get("fine_earth", density[-1])

    # in the new frame the surface is at 0, deposits reach down to `added`, and old soil lies lower by `shift`
    shift = added - cut
    upper = jnp.cumsum(extent, axis=0) - extent
    lower = jnp.concatenate([upper[1:], jnp.sum(extent, axis=0)[None]])
    bottom = lower[-1]
    top, end = jnp.maximum(upper, cut) + shift, lower + shift
    inside = _positive(jnp.minimum(end[None], lower[:, None]) - jnp.maximum(top[None], upper[:, None]))
    outward = _positive(end - jnp.maximum(top, bottom))
    whole = jnp.sum(inside, axis=0) + outward
    # dividing by the sum of the parts makes them add up to 1 to rounding, wherever the interfaces lie
    kept = whole > 0.0
    whole = jnp.where(kept, whole, 1.0)
    deposit = _positive(jnp.minimum(lower, added) - upper)
    deposit_beyond = _positive(added - bottom)
    deposited = jnp.sum(deposit, axis=0) + deposit_beyond
    deposited = jnp.where(deposited > 0.0, deposited, 1.0)
    entering = _positive(lower - jnp.maximum(upper, bottom + shift))
    return Shift(
        eroded,
        kept.astype(mass.dtype),
        inside / whole,
        outward / whole,
        deposit / deposited,
        deposit_beyond / deposited,
        outside,
        arrived,
        volume_outside,
        entering * below_density if moves else entering,
        entering if moves else entering / below_density,
        mass,
    )


def moved_carbon(model: Model, motion: Motion, shift: Shift, carbon: Array) -> tuple[Array, Exchange]:
    """Move carbon (row, pool, column); the surface litter stays on the surface."""
    leaving = _leaving(shift, model.mover().carbon_enrichment())[:, None] * carbon[1:]
    eroded = jnp.sum(leaving, axis=0)
    arrived = motion.deposited_carbon * shift.outside + motion.routed(eroded)
    entering = shift.entering[:, None] * motion.below_carbon
    stays = carbon[1:] - leaving
    layers = rearranged(shift.share, stays) + shift.placed[:, None] * arrived + entering
    out = jnp.sum(shift.beyond[:, None] * stays, axis=(0, 1)) + shift.placed_beyond * jnp.sum(arrived, axis=0)
    exchange = Exchange(jnp.sum(eroded, axis=0), jnp.sum(arrived, axis=0), jnp.sum(entering, axis=(0, 1)) - out)
    return jnp.concatenate([carbon[:1], layers]), exchange


def moved_soil(
    model: Model, setup: Setup, shift: Shift, soil: Mapping[str, Array]
) -> tuple[dict[str, Array], dict[str, Exchange]]:
    """Move the soil-bound state (row, column), and what of each amount per area was exchanged.

    Amounts are mass x property, or thickness x property for what is per volume. What a process owns (aggregation) is
    not carried by sediment: deposits take the first layer's value, and what enters the last layer's.
    """
    motion, own = _motion(setup), model.owned()
    mover, layers = model.mover(), {name: value[1:] for name, value in soil.items()}
    thickness = setup.thickness[1:]
    new, exchanged = {}, {}
    shape = shift.mass.shape
    for name, value in layers.items():
        volume = name in PER_VOLUME
        each = jnp.broadcast_to(thickness, shape) if volume else shift.mass
        amount = each * value
        factor = 1.0 if name in own or volume else mover.soil_enrichment(name, layers)
        leaving = _leaving(shift, factor) * amount
        stays = amount - leaving
        outside = shift.volume_outside if volume else shift.outside
        entering = shift.entering_volume if volume else shift.entering
        if name in own:
            arrived, entered = shift.arrived * value[0], entering * value[-1]
        else:
            arrived = motion.deposited_soil.get(name, value[0]) * outside + motion.routed(jnp.sum(leaving, axis=0))
            entered = entering * motion.below_soil.get(name, value[-1])
        after = _sum(shift.share, stays) + shift.placed * arrived + entered
        out = jnp.sum(shift.beyond * stays, axis=0) + shift.placed_beyond * arrived
        exchanged[name] = Exchange(jnp.sum(leaving, axis=0), arrived, jnp.sum(entered, axis=0) - out)
        new[name] = after
    gone = _leaving(shift, 1.0) * shift.mass
    mass = _sum(shift.share, shift.mass - gone) + shift.placed * shift.arrived + shift.entering
    for name, amount in new.items():
        moved = amount / (thickness if name in PER_VOLUME else mass)
        new[name] = jnp.concatenate([jnp.broadcast_to(soil[name][:1], (1, shape[-1])), moved])
    return new, exchanged


def rearrange(
    model: Model, setup: Setup, carbon: Array, soil: Mapping[str, Array], month: Array
) -> tuple[Array, dict[str, Array], Exchange | None]:
    """Apply what rearranges the soil at the beginning of a month: the motion of the surface, then the events.

    Parameters
    ----------
    carbon : (row, pool, column); soil : {name: (row, column)}, the state's.

    Returns
    -------
    The two after it, and the carbon exchanged; None where neither the surface nor the layers ever move.
    """
    carbon, moved, exchange = _surface_moved(model, setup, carbon, soil, month)
    if setup.settling is not None:
        carbon, moved, entered = _laid_out(setup.settling, setup.thickness, carbon, moved, month)
        nothing = jnp.zeros_like(entered)
        exchange = Exchange(nothing, nothing, nothing) if exchange is None else exchange
        exchange = exchange._replace(bottom=exchange.bottom + entered)
    carbon, moved = apply_events(setup.events, carbon, moved, month, setup.thickness, setup.soil)
    return carbon, _stayed(setup, soil, moved), exchange


def _stayed(setup: Setup, before: Mapping[str, Array], after: dict[str, Array]) -> dict[str, Array]:
    """Put back what stays with its depth and does not move with the soil."""
    held = {name: jnp.where(one > 0.0, after[name], before[name]) for name, one in setup.travels.items()}
    return {**after, **held}


def _laid_out(
    settling: Settling, thickness: Array, carbon: Array, soil: dict[str, Array], month: Array
) -> tuple[Array, dict[str, Array], Array]:
    def lay(state: tuple[Array, dict[str, Array]]) -> tuple[Array, dict[str, Array], Array]:
        return settled(settling, thickness, *state, month)

    def rest(state: tuple[Array, dict[str, Array]]) -> tuple[Array, dict[str, Array], Array]:
        return *state, jnp.zeros_like(state[0][0, 0])

    laid: tuple[Array, dict[str, Array], Array] = jax.lax.cond(settles(month), lay, rest, (carbon, soil))
    return laid


def _surface_moved(
    model: Model, setup: Setup, carbon: Array, soil: Mapping[str, Array], month: Array
) -> tuple[Array, dict[str, Array], Exchange | None]:
    state = carbon, dict(soil)
    if setup.motion is None:
        return *state, None

    def move(state: tuple[Array, dict[str, Array]]) -> tuple[Array, dict[str, Array], Exchange]:
        now, bound = state
        shift = shift_of(setup, bound, month)
        new, exchange = moved_carbon(model, _motion(setup), shift, now)
        return new, moved_soil(model, setup, shift, bound)[0], exchange

    def rest(state: tuple[Array, dict[str, Array]]) -> tuple[Array, dict[str, Array], Exchange]:
        nothing = jnp.zeros_like(state[0][0, 0])
        return *state, Exchange(nothing, nothing, nothing)

    shifted: tuple[Array, dict[str, Array], Exchange] = jax.lax.cond(month % setup.motion.every == 0, move, rest, state)
    return shifted


def rearrange_soil(model: Model, setup: Setup, soil: Mapping[str, Array], month: Array) -> dict[str, Array]:
    """Apply to the soil-bound state alone what `rearrange` does to it."""
    state = dict(soil)
    if setup.motion is not None:

        def move(bound: dict[str, Array]) -> dict[str, Array]:
            return moved_soil(model, setup, shift_of(setup, bound, month), bound)[0]

        state = jax.lax.cond(month % setup.motion.every == 0, move, lambda bound: bound, state)
    no_carbon = jnp.zeros_like(next(iter(state.values())))[:, None]
    if setup.settling is not None:
        no_carbon, state, _ = _laid_out(setup.settling, setup.thickness, no_carbon, state, month)
    moved = apply_events(setup.events, no_carbon, state, month, setup.thickness, setup.soil)[1]
    return _stayed(setup, soil, moved)


def move_vectors(model: Model, setup: Setup, soil: Mapping[str, Array], vectors: Array, month: Array) -> Array:
    """Apply the linear part of the motion, each column by itself, to vectors (vector, row, pool, column)."""
    if setup.motion is None:
        return vectors

    def move(given: Array) -> Array:
        shift = shift_of(setup, soil, month)
        stays = 1.0 - _leaving(shift, model.mover().carbon_enrichment())

        def one(vector: Array) -> Array:
            return jnp.concatenate([vector[:1], rearranged(shift.share, stays[:, None] * vector[1:])])

        return jax.vmap(one)(given)

    return jax.lax.cond(month % setup.motion.every == 0, move, lambda given: given, vectors)


def _motion(setup: Setup) -> Motion:
    assert setup.motion is not None
    return setup.motion


def _columns(motion: Motion, soil: Mapping[str, Array]) -> tuple[int, ...]:
    linked = () if motion.link is None else (jnp.shape(motion.link.offset)[-1:],)
    return jnp.broadcast_shapes(*(value.shape[-1:] for value in soil.values()), *linked)


def _leaving(shift: Shift, enrichment: Array | float) -> Array:
    """Share (layer, column) of an enriched amount that leaves, capped by what is there."""
    return jnp.where(shift.kept > 0.0, jnp.minimum(enrichment * shift.eroded, 1.0), 1.0)


def _sum(share: Array, amount: Array) -> Array:
    return jnp.sum(share * amount[None], axis=1)


def _positive(value: Array) -> Array:
    return jnp.maximum(value, 0.0)
