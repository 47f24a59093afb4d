"""One step of the soil's water: infiltration, drainage, evaporation and uptake, closed to rounding.

Every flux is the difference of two states or the reverse, so that nothing can be lost; every state keeps its
bounds because each part of the step is the exact solution of an equation that keeps them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp


class Soil(NamedTuple):
    """The soil as the water sees it; (layer, column), water in m.

    Attributes
    ----------
    full, field, wilting, dry : storage at saturation, field capacity, wilting point, and dried by evaporation.
    driest : storage at which the soil counts as driest.
    conductivity : saturated, m/yr.
    power : exponent of the conductivity, K = Ks (theta / theta_s)^power.
    evaporation_share : share of the evaporative demand on each layer.
    """

    full: jax.Array
    field: jax.Array
    wilting: jax.Array
    dry: jax.Array
    driest: jax.Array
    conductivity: jax.Array
    power: jax.Array
    evaporation_share: jax.Array


class Fluxes(NamedTuple):
    """Fluxes of a step, m: (column,), percolation and uptake (layer, column).

    Attributes
    ----------
    infiltration, runoff : into the soil, and off it.
    percolation : down through the bottom of each layer, what was sent back up taken off.
    evaporation, uptake : from the soil, and by roots from each layer.
    """

    infiltration: jax.Array
    runoff: jax.Array
    percolation: jax.Array
    evaporation: jax.Array
    uptake: jax.Array


def drain(
    storage: jax.Array, years: Any, full: jax.Array, floor: jax.Array, ks: jax.Array, power: jax.Array
) -> jax.Array:
    """Return the storage (m) left after draining freely under gravity for `years`.

    dS/dt = -Ks (S / S_full)^power, at most Ks, nothing at or below `floor`: exact. Above saturation it falls at
    Ks; below it is S (1 + (power - 1) Ks t / S_full (S / S_full)^(power - 1))^(-1 / (power - 1)).
    """
    above = jnp.maximum(storage - full, 0.0)
    spell = jnp.minimum(above / ks, years)
    left = storage - ks * spell
    relative = jnp.minimum(left / full, 1.0)
    faster = (power - 1.0) * ks * (years - spell) / full * relative ** (power - 1.0)
    drained = left * (1.0 + faster) ** (-1.0 / (power - 1.0))
    return jnp.maximum(drained, jnp.minimum(storage, floor))


def withdraw(storage: jax.Array, floor: jax.Array, easy: jax.Array, demand: jax.Array) -> jax.Array:
    """Return the storage (m) left after `demand` (m) has acted for a step.

    dS = -demand min(1, (S - floor) / (easy - floor)) over the step: exact; nothing is taken at or below `floor`.
    """
    over, width = jnp.maximum(storage - floor, 0.0), easy - floor
    rate = jnp.where(demand > 0.0, demand, 1.0)
    spell = jnp.clip((over - width) / rate, 0.0, 1.0)
    left = over - demand * spell
    rest = left * jnp.exp(-demand * (1.0 - spell) / width)
    return storage - (over - rest)


def infiltrate(liquid: jax.Array, capacity: jax.Array) -> jax.Array:
    """Return how much of `liquid` (m) the surface takes: I (1 - exp(-P / I)), I the day's mean capacity (m).

    Capacity varies over the ground exponentially (Yu et al. 1997, Trans. ASAE 40:1295).
    """
    return -capacity * jnp.expm1(-liquid / capacity)


def water_step(
    storage: jax.Array,
    liquid: jax.Array,
    demand: jax.Array,
    cover: jax.Array,
    root_share: jax.Array,
    days: jax.Array,
    soil: Soil,
    water: dict[str, Any],
) -> tuple[jax.Array, Fluxes]:
    """Advance the water of every layer by one step.

    Water infiltrates, cascades down (each layer receives, then drains), what a lower layer cannot hold goes back
    up, and from the top off; then the surface evaporates and roots take up, each layer by its own stress and,
    after Jarvis (1989), wet layers for dry ones.

    Parameters
    ----------
    storage : (layer, column), m, between 0 and saturation.
    liquid, demand : (column,) rain and melt, and potential evapotranspiration, m per step.
    cover : (column,) share of the demand that acts through plants.
    root_share : (layer, column), summing to 1 (or to 0: no roots).
    days : length of the step, days; 0 changes nothing.

    Returns
    -------
    tuple
        Storage, and the step's fluxes: change of storage = infiltration - percolation of the lowest layer
        - evaporation - uptake; infiltration + runoff = liquid.
    """
    years = days / 365.2425
    taken = infiltrate(liquid, soil.conductivity[0] * water["wet_hours"] / (24.0 * 365.2425))

    def down(inflow: jax.Array, layer: Any) -> Any:
        held, full, floor, ks, power = layer
        wet = held + inflow
        left = drain(wet, years, full, floor, ks, power)
        return wet - left, (left, wet - left)

    def up(returned: jax.Array, layer: Any) -> Any:
        left, full = layer
        wet = left + returned
        kept = jnp.minimum(wet, full)
        return wet - kept, (kept, returned)

    _, (left, sent) = jax.lax.scan(down, taken, (storage, soil.full, soil.wilting, soil.conductivity, soil.power))
    excess, (wet, returned) = jax.lax.scan(up, jnp.zeros_like(taken), (left, soil.full), reverse=True)

    span = soil.field - soil.dry
    easy = soil.dry + (1.0 - water["readily_evaporable"]) * span
    dried = withdraw(wet, soil.dry, easy, demand * (1.0 - cover) * soil.evaporation_share)

    easy = soil.wilting + (1.0 - water["depletion"]) * (soil.field - soil.wilting)
    stress = jnp.clip((dried - soil.wilting) / (easy - soil.wilting), 0.0, 1.0)
    index = (root_share * stress).sum(axis=0)
    wanted = demand * cover * root_share / jnp.maximum(index, water["compensation"])
    rooted = withdraw(dried, soil.wilting, easy, wanted)
    return rooted, Fluxes(
        taken - excess, (liquid - taken) + excess, sent - returned, (wet - dried).sum(axis=0), dried - rooted
    )
