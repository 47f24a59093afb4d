"""Rates: what the processes fill, by adding. Together they are the operator B and the input u of dx/dt = u + B x.

Legend: row = surface compartment followed by the soil layers, column = one soil column.
All rates are 1/yr at the present state, shape (row, column) or broadcastable to it.

What leaves a pool is derived, never set:

    loss[p] = respired[p] + sum over q of (transfer[q, p] + carried[q, p]) + export[p] + down[p] + up[p]

so that B has a diagonal <= 0, off-diagonals >= 0 and column sums <= 0 by construction, and processes that act on
one pool compose.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import jax
import jax.numpy as jnp
from jax import Array

K = TypeVar("K")

KINDS = {"dissolved": "uptake", "microbial": "turnover", "mineral": "desorption", "stable_mineral": "desorption"}
"""Kind of reaction by which a pool decomposes; that of the others is `depolymerisation`."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=[
        "activity",
        "access",
        "kinds",
        "efficiency",
        "transfer",
        "carried",
        "kernel",
        "respired",
        "export",
        "down",
        "up",
    ],
    meta_fields=[],
)
@dataclass(frozen=True)
class Rates:
    """First-order rates of one state of one month.

    Attributes
    ----------
    activity : (row, column) or 1.0, the product of the environment's effects on decomposition, dimensionless.
    access : {pool: (row, column)}, the share of a pool's decomposition that protection leaves, dimensionless.
    kinds : {kind of reaction: (row, column)}, what sets a kind apart from `activity` (on sorption, which activity does
        not scale, the whole effect), dimensionless; a kind that is not named has 1. Kinds in use: those of `KINDS`,
        `depolymerisation` and `sorption`.
    efficiency : (row, column) or scalar, share of the carbon taken up that becomes biomass, dimensionless.
    transfer : {(to, from): 1/yr} between pools of one row.
    carried : {(to, from): 1/yr} between pools of any rows, from a component of the pools to a later one.
    kernel : {(to, from): (row to, row from, column)} where what is carried arrives; its columns sum to 1.
    respired : {pool: 1/yr} lost as CO2.
    export : {(name, pool): 1/yr} lost sideways, such as by runoff.
    down : {pool: 1/yr} moved to the row below; from the last row it leaves the profile.
    up : {pool: 1/yr} moved to the row above; 0 in the rows 0 and 1 unless a process lifts soil to the surface.
    """

    activity: Array | float = 1.0
    access: Mapping[str, Array] = field(default_factory=dict)
    kinds: Mapping[str, Array] = field(default_factory=dict)
    efficiency: Array | float = 0.0
    transfer: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    carried: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    kernel: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    respired: Mapping[str, Array] = field(default_factory=dict)
    export: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    down: Mapping[str, Array] = field(default_factory=dict)
    up: Mapping[str, Array] = field(default_factory=dict)

    def scale_activity(self, factor: Array) -> Rates:
        """Multiply the environment's effect on what decomposes after this process."""
        return dataclasses.replace(self, activity=self.activity * factor)

    def scale_access(self, pools: Iterable[str], factor: Array) -> Rates:
        """Multiply the accessible share of the named pools."""
        access = self.access
        for pool in pools:
            access = _times(access, pool, factor)
        return dataclasses.replace(self, access=access)

    def scale_kind(self, kind: str, factor: Array) -> Rates:
        """Multiply what sets one kind of reaction apart from the others."""
        return dataclasses.replace(self, kinds=_times(self.kinds, kind, factor))

    def decomposition(self, pool: str) -> Array | float:
        """Return activity times accessible share of a pool, for the kind of reaction that it is, dimensionless."""
        activity = self.activity * self.access[pool] if pool in self.access else self.activity
        return self.of_kind(KINDS.get(pool, "depolymerisation"), activity)

    def of_kind(self, kind: str, rate: Array | float) -> Array | float:
        """Return a rate with what sets its kind of reaction apart: itself where nothing does."""
        return rate * self.kinds[kind] if kind in self.kinds else rate

    def add_transfer(self, to: str, source: str, rate: Array) -> Rates:
        """Add a flow between pools of the same row (1/yr of the source)."""
        if to == source:
            raise ValueError(f"a pool cannot transfer to itself: {to}")
        return dataclasses.replace(self, transfer=_added(self.transfer, (to, source), rate))

    def add_carried(self, to: str, source: str, rate: Array, kernel: Array) -> Rates:
        """Add a flow (1/yr of the source) that arrives in other rows, as burrows carry it; once for a pair of pools."""
        if to == source or (to, source) in self.carried:
            raise ValueError(f"carbon is carried from {source} to {to} already, or from a pool to itself")
        return dataclasses.replace(
            self,
            carried={**self.carried, (to, source): rate},
            kernel={**self.kernel, (to, source): kernel},
        )

    def add_respired(self, pool: str, rate: Array) -> Rates:
        """Add a loss as CO2 (1/yr)."""
        return dataclasses.replace(self, respired=_added(self.respired, pool, rate))

    def add_export(self, name: str, pool: str, rate: Array) -> Rates:
        """Add a named lateral loss (1/yr)."""
        return dataclasses.replace(self, export=_added(self.export, (name, pool), rate))

    def add_transport(self, pool: str, down: Array, up: Array | None = None) -> Rates:
        """Add movement between neighbouring rows (1/yr of what is in the row it leaves)."""
        moved = dataclasses.replace(self, down=_added(self.down, pool, down))
        return moved if up is None else dataclasses.replace(moved, up=_added(self.up, pool, up))

    def without(self, pools: Iterable[str]) -> Rates:
        """Leave out what flows from and to the named pools."""
        named = set(pools)
        if not named:
            return self

        def by_pool(table: Mapping[str, Array]) -> dict[str, Array]:
            return {pool: rate for pool, rate in table.items() if pool not in named}

        def by_pair(table: Mapping[tuple[str, str], Array]) -> dict[tuple[str, str], Array]:
            return {key: rate for key, rate in table.items() if not named & set(key)}

        return dataclasses.replace(
            self,
            transfer=by_pair(self.transfer),
            carried=by_pair(self.carried),
            kernel=by_pair(self.kernel),
            export=by_pair(self.export),
            respired=by_pool(self.respired),
            down=by_pool(self.down),
            up=by_pool(self.up),
        )

    def compete(self, to: str, factor: Array, instead: str) -> Rates:
        """Multiply how strongly a pool draws what may also flow to `instead`: share' = f s / (f s + 1 - s).

        What the sources lose stays the same, and a share of 0 or 1 stays as it is.
        """
        transfer = dict(self.transfer)
        for key, rate in self.transfer.items():
            other = (instead, key[1])
            if key[0] == to and other in self.transfer:
                whole = rate + self.transfer[other]
                drawn = factor * rate
                weight = drawn + self.transfer[other]
                share = jnp.where(weight > 0.0, drawn / jnp.where(weight > 0.0, weight, 1.0), 0.0)
                transfer[key], transfer[other] = share * whole, (1.0 - share) * whole
        return dataclasses.replace(self, transfer=transfer)

    def scale_pools(self, pools: Iterable[str], factor: Array) -> Rates:
        """Multiply what the named pools lose to other pools and as CO2 so far."""
        named = tuple(pools)
        return dataclasses.replace(
            self,
            transfer={key: rate * factor if key[1] in named else rate for key, rate in self.transfer.items()},
            respired={pool: rate * factor if pool in named else rate for pool, rate in self.respired.items()},
        )

    def scale_biology(self, factor: Array) -> Rates:
        """Multiply every transfer and respiration filled so far; `activity` follows.

        Processes that are not biological (sorption, transport) come after the ones that scale.
        """
        return dataclasses.replace(
            self,
            activity=self.activity * factor,
            transfer={key: rate * factor for key, rate in self.transfer.items()},
            respired={key: rate * factor for key, rate in self.respired.items()},
        )

    def respiration(self, carbon: Mapping[str, Array]) -> Array:
        """Return (row, column) heterotrophic respiration of a state, kg C/m2/yr."""
        return sum((rate * carbon[pool] for pool, rate in self.respired.items()), start=0.0)


def _added(table: Mapping[K, Array], key: K, rate: Array) -> dict[K, Array]:
    return {**table, key: table[key] + rate if key in table else rate}


def _times(table: Mapping[K, Array], key: K, factor: Array) -> dict[K, Array]:
    return {**table, key: table[key] * factor if key in table else factor}
