"""What practices do to processes: factors over depth and time, read from the forcing where a practice gives any.

    factor(row, month) = product over changes of (1 + course(month) x strength(row))

These processes are put into a model only where a plan of the study scales something, so that they cost nothing
elsewhere; they have no slot and no parameters of their own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers, Model
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.bioturbation import UNMIXED_POOLS

SCALED_POOLS = ("fast_litter", "slow_litter", "resistant_litter", "pyrogenic", "mineral")
"""Pools whose own decay a practice can scale."""


def course_name(process_name: str, number: int) -> str:
    """Return the forcing that holds the course of a change, (month, 1, column)."""
    return f"managed_course_{process_name}_{number}"


def strength_name(process_name: str, number: int) -> str:
    """Return the forcing that holds the strength of a change, (1, row, column)."""
    return f"managed_strength_{process_name}_{number}"


def managed_factor(forcing: Mapping[str, Array], process_name: str) -> Array | None:
    """Return (row, column) the factor on a process in a month; None where no practice scales it."""
    factor, number = None, 0
    while course_name(process_name, number) in forcing:
        one = 1.0 + forcing[course_name(process_name, number)] * forcing[strength_name(process_name, number)]
        factor = one if factor is None else factor * one
        number += 1
    return factor


@process
class ManagedReactions:
    """Practices scale decomposition, the decay of single pools, sorption and the efficiency of microbes."""

    slot: ClassVar[str] = ""
    name: ClassVar[str] = "managed_reactions"
    equation: ClassVar[str] = "activity *= f;  access[pool] *= f;  sorption *= f;  CUE = f CUE / (f CUE + 1 - CUE)"
    reads: ClassVar[tuple[str, ...]] = ()

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale what the depolymerisation and the sorption after it will read."""
        every = managed_factor(drivers.forcing, "decomposition")
        if every is not None:
            rates = rates.scale_activity(every)
        for pool in SCALED_POOLS:
            own = managed_factor(drivers.forcing, pool)
            if own is not None:
                rates = rates.scale_access((pool,), own)
        sorption = managed_factor(drivers.forcing, "sorption")
        if sorption is not None:
            rates = rates.scale_kind("sorption", sorption)
        odds = managed_factor(drivers.forcing, "efficiency")
        if odds is not None:
            gained = odds * rates.efficiency
            rates = dataclasses.replace(rates, efficiency=gained / (gained + 1.0 - rates.efficiency))
        return rates


@process
class ManagedStabilisation:
    """Practices change how strongly minerals bind dying microbes, against their dissolving."""

    slot: ClassVar[str] = ""
    name: ClassVar[str] = "managed_stabilisation"
    equation: ClassVar[str] = "share of dying microbes that is bound = f s / (f s + 1 - s)"
    reads: ClassVar[tuple[str, ...]] = ()

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Weigh binding against dissolving."""
        odds = managed_factor(drivers.forcing, "stabilisation")
        return rates if odds is None else rates.compete("mineral", odds, "dissolved")


def _between_rows(factor: Array) -> tuple[Array, Array]:
    """Return the factors on what moves down from, and up from, each row: the harmonic mean of the two rows."""
    above, below = factor[:-1], factor[1:]
    middle = 2.0 * above * below / (above + below)
    # what leaves the last row leaves the profile; nothing goes up from the first
    return jnp.concatenate([middle, factor[-1:]]), jnp.concatenate([jnp.zeros_like(factor[:1]), middle])


def _scaled_transport(rates: Rates, pools: tuple[str, ...], factor: Array) -> Rates:
    down, up = _between_rows(factor)
    return dataclasses.replace(
        rates,
        down={pool: rate * down if pool in pools else rate for pool, rate in rates.down.items()},
        up={pool: rate * up if pool in pools else rate for pool, rate in rates.up.items()},
    )


@process
class ManagedMixing:
    """Practices scale the mixing of the soil by animals and the burial of litter; both directions alike."""

    slot: ClassVar[str] = ""
    name: ClassVar[str] = "managed_mixing"
    equation: ClassVar[str] = "mixing between two rows *= harmonic mean of their f"
    reads: ClassVar[tuple[str, ...]] = ()

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale the movement filled so far, which is that of the solids."""
        factor = managed_factor(drivers.forcing, "bioturbation")
        return rates if factor is None else _scaled_transport(rates, tuple(rates.down), factor)


@process
class ManagedPercolation:
    """Practices scale the movement of dissolved carbon."""

    slot: ClassVar[str] = ""
    name: ClassVar[str] = "managed_percolation"
    equation: ClassVar[str] = "movement of dissolved carbon between two rows *= harmonic mean of their f"
    reads: ClassVar[tuple[str, ...]] = ()

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale the movement of what moves with the water."""
        factor = managed_factor(drivers.forcing, "percolation")
        return rates if factor is None else _scaled_transport(rates, UNMIXED_POOLS, factor)


_PLACES: Mapping[str, tuple[tuple[type, ...], tuple[type, ...]]] = {
    "depolymerisation": ((ManagedReactions,), (ManagedStabilisation,)),
    "bioturbation": ((), (ManagedMixing,)),
    "dissolved_transport": ((), (ManagedPercolation,)),
}
"""What is put before and after the process of a slot."""


def with_managed(model: Model) -> Model:
    """Return the model with the processes that apply what practices scale."""
    processes: list[Any] = []
    for one in model.processes:
        before, after = _PLACES.get(one.slot, ((), ()))
        processes += [*(made() for made in before), one, *(made() for made in after)]
    return dataclasses.replace(model, processes=tuple(processes))
