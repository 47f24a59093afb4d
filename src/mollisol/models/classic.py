"""What the classics share in the engine: how one is assembled, and how it takes the inputs of `whole_profile`.

A classic brings its pools, its decomposition and, where it has one, its own response to temperature. In the engine
these act in every layer of any grid, with the layer's inputs, temperature and texture, and the project's processes
may stand beside them in the slots of `SLOTS`.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jax import Array

from mollisol.column.model import Drivers, Model
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.column.setup import Setup
from mollisol.processes import ALTERNATIVES, NoProcess, process
from mollisol.units import InputError, nearest, parameter, parameters_of

SLOTS = ("temperature", "moisture", "energy", "oxygen", "bioturbation")
"""Slots of a classic, in the order in which they fill the rates; its decomposition comes before oxygen."""

DECOMPOSITION = "energy"
"""The slot after which a classic's own decomposition stands."""


@process
class GivenModifier:
    """A modifier of all rates that was computed beforehand, such as RothC's for moisture and cover."""

    slot: ClassVar[str] = "moisture"
    name: ClassVar[str] = "given"
    equation: ClassVar[str] = "activity *= modifier"
    reads: ClassVar[tuple[str, ...]] = ("forcing.modifier",)

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(drivers.forcing["modifier"])


@process
class AtTenDegrees:
    """A classic's rates at 10 degC, where the project's responses to temperature are 1."""

    slot: ClassVar[str] = "temperature"
    name: ClassVar[str] = "reference"
    equation: ClassVar[str] = "activity *= f, the classic's own response at 10 degC"
    reads: ClassVar[tuple[str, ...]] = ()

    own_response: Array = parameter(
        1.0, "1", 0.0, 10.0, "the classic's own response, computed", confidence="computed", about="response at 10 degC"
    )

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Multiply the activity."""
        return rates.scale_activity(self.own_response)


def same(table: type, name: str) -> Any:
    """Declare a parameter of a process as a table of parameters declares it."""
    known = parameters_of(table)[name]
    return dataclasses.field(default=known.value, metadata={"parameter": known})


def surface(drivers: Drivers) -> Array:
    """Return (row, 1): 1 for the surface, 0 for the layers."""
    return (jnp.arange(drivers.thickness.shape[0]) == 0).astype(float)[:, None]


def clay_of(drivers: Drivers) -> Array:
    """Return (row, column) clay as a fraction; litter on the surface is humified as in the first layer."""
    clay = drivers.soil["clay"]
    return jnp.concatenate([clay[1:2], clay[1:]])


def add_product(rates: Rates, to: str, source: str, rate: Array, drivers: Drivers) -> Rates:
    """Add what decomposing litter becomes (1/yr of the source): in its own layer, of the surface's in the first layer.

    `to` must stand in a later component of the pools than `source`.
    """
    top = surface(drivers)
    rows = top.shape[0]
    kernel = jnp.eye(rows).at[0, 0].set(0.0).at[1, 0].set(1.0)[..., None]
    rates = rates.add_transfer(to, source, rate * (1.0 - top))
    return rates.add_carried(to, source, rate * top, kernel)


def assembled(
    name: str,
    pools: tuple[Pool, ...],
    decomposition: Any,
    own: Mapping[str, Any],
    defaults: Mapping[str, str],
    slots: Mapping[str, str] | None,
    ten_degrees: float = 1.0,
) -> Model:
    """Assemble a classic.

    Parameters
    ----------
    name : what the model is called.
    pools : its pools.
    decomposition : the process that decomposes them.
    own : {slot: process}, what the classic brings for a slot, there called "own".
    defaults : {slot: choice} where no choice is given; "none" for slots that are not named.
    slots : {slot: choice} that the user gave: "own", "none", "given" (moisture) or an alternative of `whole_profile`.
    ten_degrees : the classic's own response to temperature at 10 degC, at which other responses are 1.

    Raises
    ------
    InputError
        For a slot or a choice that does not exist.
    """
    chosen = dict.fromkeys(SLOTS, "none") | dict(defaults)
    for slot, choice in (slots or {}).items():
        if slot not in SLOTS:
            raise InputError(f"'{slot}' is not a slot of {name}", key=slot, remedy=_suggest(slot, SLOTS))
        if choice not in (allowed := choices(slot, own)):
            raise InputError(
                f"'{choice}' is not a choice for '{slot}' of {name}", key=slot, remedy=_suggest(choice, allowed)
            )
        chosen[slot] = choice
    processes: list[Any] = []
    for slot in SLOTS:
        if chosen[slot] != "none":
            if slot == "temperature" and chosen[slot] != "own" and ten_degrees != 1.0:
                processes.append(AtTenDegrees(ten_degrees))
            processes.append(own[slot] if chosen[slot] == "own" else choices(slot, own)[chosen[slot]]())
        if slot == DECOMPOSITION:
            processes.append(decomposition)
    added = tuple(pool for one in processes for pool in getattr(one, "adds", ()))
    return Model(name, pools + added, tuple(processes))


def choices(slot: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return {choice: process} of a slot of a classic that brings `own` processes."""
    found: dict[str, Any] = {"own": own[slot]} if slot in own else {}
    found |= {"given": GivenModifier} if slot == "moisture" else {}
    return found | {key: cls for key, cls in ALTERNATIVES[slot].items() if cls is not NoProcess} | {"none": NoProcess}


def _suggest(name: str, allowed: Sequence[str] | Mapping[str, object]) -> str:
    close = nearest(name, allowed)
    listed = ", ".join(allowed)
    return f"did you mean '{close}'? Allowed: {listed}" if close else f"allowed: {listed}"


def recast(
    setup: Setup, given: Model, wanted: Model, becomes: Mapping[str, Mapping[str, float]] | None = None
) -> Setup:
    """Return a set-up made for one model as another takes it: the same inputs by layer, soil, climate and events.

    Parameters
    ----------
    setup : made for `given`, such as the one of a study.
    given, wanted : the models.
    becomes : {pool of `given`: {pool of `wanted`: share}}; shares of a pool sum to 1. By default the classic's own
        reading of the pools of `whole_profile`.

    Returns
    -------
    The set-up whose `quality` is (source, pool of `wanted`, column).

    Raises
    ------
    InputError
        Where a pool that receives input has no counterpart, or shares do not sum to 1.
    """
    if becomes is None:
        becomes = importlib.import_module(f"mollisol.models.{wanted.name}.engine").BECOMES
    old = np.asarray(setup.quality)
    table = np.zeros((len(wanted.pools), len(given.pools)))
    for j, name in enumerate(given.pool_names):
        for pool, share in becomes.get(name, {}).items():
            if pool not in wanted.pool_names:
                raise InputError(
                    f"{wanted.name} has no pool '{pool}'", key=name, remedy=_suggest(pool, wanted.pool_names)
                )
            table[wanted.pool_names.index(pool), j] = share
        if np.any(old[:, j] != 0.0) and abs(table[:, j].sum() - 1.0) > 1e-12:
            raise InputError(
                f"'{name}' receives input, and its shares in {wanted.name} sum to {table[:, j].sum():g}",
                key=name,
                remedy="give shares that sum to 1",
            )
    quality = np.einsum("pq,sqc->spc", table, old)
    fed = tuple(int(i) for i in np.flatnonzero(np.any(quality != 0.0, axis=(0, 2))))
    states = {name for one in wanted.processes for name in getattr(one, "starts", {})}
    keeps = {name: value for name, value in setup.events.keeps.items() if name in states}
    events = dataclasses.replace(setup.events, keeps=keeps)
    return dataclasses.replace(setup, quality=quality, events=events, fed=fed)
