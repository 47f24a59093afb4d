"""A model: an ordered tuple of pools and one of processes, which together fill the rates.

The structure (which pool feeds which) is found once, from the rates that the processes fill, and is the same for
every column, practice and member.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from mollisol.column.components import Group, component_groups
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates


@partial(jax.tree_util.register_dataclass, data_fields=["thickness", "depth", "soil", "forcing"], meta_fields=[])
@dataclass(frozen=True)
class Drivers:
    """What the processes read, for one month.

    Attributes
    ----------
    thickness, depth : (row, 1), m; thickness and depth of the middle of each soil layer; the surface row has
        thickness 0 and depth 0.
    soil : {name: (row, column)} soil-bound properties; they move with the soil.
    forcing : {name: (row, column)} site-bound drivers of the month (temperature, water, ...).
    """

    thickness: Array
    depth: Array
    soil: Mapping[str, Array] = field(default_factory=dict)
    forcing: Mapping[str, Array] = field(default_factory=dict)


@runtime_checkable
class Process(Protocol):
    """A mechanism: a frozen dataclass whose fields are its parameters (scalars or (column,)).

    It declares its slot, its equation and what it reads (`soil.NAME`, `forcing.NAME`, `carbon.NAME`). What depends on
    the month's drivers and the unchanging soil alone, not on carbon, it may compute in `prepare(drivers)` and read back
    from `drivers.forcing`; `prepares_from` names the forcing that this needs (also what earlier processes prepared),
    and it runs once for each month of that. A process may also declare pools that it `adds` to the model, and
    soil-bound states with their values at rest (`starts`), which it moves on in `advance_soil(soil, drivers, years)`.
    Where its rates fall as a pool fills, `slopes(carbon, drivers, rates)` says so for the steady state's iteration, as
    transfers {(to, from): 1/yr} out of that pool; where they follow the state more strongly still, as with microbes,
    it says `nonlinear = True`. What moves the surface says with `carbon_enrichment()` and
    `soil_enrichment(name, soil)` what eroding soil carries.
    """

    slot: ClassVar[str]
    name: ClassVar[str]
    equation: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Return the rates with this process added."""
        ...


@partial(jax.tree_util.register_dataclass, data_fields=["processes"], meta_fields=["name", "pools", "idle"])
@dataclass(frozen=True)
class Model:
    """Pools and processes.

    Attributes
    ----------
    name : what the model is called.
    pools : in the order of the state's pool axis.
    processes : in the order in which they fill the rates.
    idle : names of pools that were left out because they stay empty (`idle.without`); processes read them as zeros.
    """

    name: str
    pools: tuple[Pool, ...]
    processes: tuple[Any, ...]
    idle: tuple[str, ...] = ()

    @property
    def pool_names(self) -> tuple[str, ...]:
        """Names of the pools in order."""
        return tuple(pool.name for pool in self.pools)

    @property
    def nonlinear(self) -> bool:
        """Whether rates follow the state so strongly that the steady state needs the iteration made for it."""
        return any(getattr(process, "nonlinear", False) for process in self.processes)

    def by_name(self, carbon: Array) -> dict[str, Array]:
        """Split (row, pool, column) into {pool: (row, column)}."""
        named = {name: carbon[:, i] for i, name in enumerate(self.pool_names)}
        return {**named, **{name: jnp.zeros_like(carbon[:, 0]) for name in self.idle}} if self.idle else named

    def rates(self, carbon: Array, drivers: Drivers) -> Rates:
        """Fill the rates at a state: carbon (row, pool, column), kg C/m2."""
        named, rates = self.by_name(carbon), Rates()
        for process in self.processes:
            rates = process(named, drivers, rates)
        return rates.without(self.idle)

    def linearised(self, carbon: Array, drivers: Drivers) -> Rates:
        """Return the rates, and as further transfers what they change by when the carbon does, where processes say it.

        The linear map of the steady state's iteration is made of these: a pool that fills up would overshoot without.
        """
        named, rates = self.by_name(carbon), Rates()
        slopes: list[tuple[tuple[str, str], Array]] = []
        for process in self.processes:
            if hasattr(process, "slopes"):
                slopes += process.slopes(named, drivers, rates).items()
            rates = process(named, drivers, rates)
        for (to, source), rate in slopes:
            rates = rates.add_transfer(to, source, rate)
        return rates.without(self.idle)

    def advance_soil(self, soil: Mapping[str, Array], drivers: Drivers, years: float) -> dict[str, Array]:
        """Move the soil-bound state (occlusion, ...) forward by a time in which the drivers are constant."""
        new = dict(soil)
        for process in self.processes:
            if hasattr(process, "advance_soil"):
                new.update(process.advance_soil(new, drivers, years))
        return new

    def mover(self) -> Any:
        """Return the process that says what eroding soil carries, or None."""
        return next((process for process in self.processes if hasattr(process, "soil_enrichment")), None)

    def owned(self) -> set[str]:
        """Names of the soil-bound state that the processes own."""
        return {name for process in self.processes for name in getattr(process, "starts", {})}

    def reads(self) -> dict[str, list[str]]:
        """Names of the soil and forcing fields that the processes need: {field: ["slot: process"]}."""
        needed: dict[str, list[str]] = {}
        for process in self.processes:
            for item in process.reads:
                needed.setdefault(item, []).append(f"{process.slot}: {process.name}")
        return needed

    def groups(self, rates: Rates) -> tuple[Group, ...]:
        """Order of solution of the pools for the transfers that the processes fill."""
        number = {name: i for i, name in enumerate(self.pool_names)}
        flows = [(number[to], number[source]) for to, source in (*rates.transfer, *rates.carried)]
        groups = component_groups(len(self.pools), flows)
        for to, source in rates.carried:
            if any({number[to], number[source]} <= set(component) for group in groups for component in group):
                raise ValueError(f"carbon carried from {source} to {to} comes back to {source}: they are one component")
        return groups

    def initial_soil(self, rows: int, columns: int) -> dict[str, Array]:
        """Soil-bound state (row, column) of a soil at rest, as the processes that own it declare it."""
        starts = {name: value for process in self.processes for name, value in getattr(process, "starts", {}).items()}
        return {name: np.full((rows, columns), value) for name, value in starts.items()}


def full(value: Array | float, like: Array) -> Array:
    """Broadcast a rate to the shape of a (row, column) array."""
    return jnp.broadcast_to(jnp.asarray(value, like.dtype), like.shape)
