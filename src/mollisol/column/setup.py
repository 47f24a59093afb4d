"""What a run needs besides the model: grid, soil, forcing, inputs and events, as arrays with a trailing column axis.

Every array's last axis is the column, of length 1 (the same for all) or the number of columns. Time axes count
months from the start of the run; one that is shorter than the run is repeated, so a climatology is 12 months and a
rotation its own length. Practices differ in these arrays only, never in the traced program.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column.model import Drivers, Model
from mollisol.column.motion import Motion, check_motion
from mollisol.column.settling import NEEDS, Settling
from mollisol.grid import Grid
from mollisol.units import RunError

Array = Any
Source = tuple[Array | None, ...]
"""Input of each pool, (row, column) in kg C/m2/yr; None where there is none."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=[
        "thickness",
        "depth",
        "soil",
        "forcing",
        "amount",
        "placement",
        "quality",
        "events",
        "motion",
        "settling",
        "travels",
    ],
    meta_fields=["fed"],
)
@dataclass(frozen=True)
class Setup:
    """The arrays of a run.

    Attributes
    ----------
    thickness, depth : (row, 1), m; row 0 is the surface.
    soil : {name: (row, column)} soil-bound properties that do not change by themselves.
    forcing : {name: (month, row, column)} site-bound drivers.
    amount : (month, source, column), carbon input of each source during the month, kg C/m2/yr.
    placement : (source, row, column), share of a source that is placed in each row, sums to 1 over rows.
    quality : (source, pool, column), share of a source that enters each pool, sums to 1 over pools.
    events : rearrangements of layers, see `Events`.
    fed : numbers of the pools that any source feeds; None where that is not known. Others take no computing.
    motion : what moves the surface; None where it never moves, which takes no computing.
    settling : how layers settle and swell; None where they never do, which takes no computing.
    travels : {soil property: (column,)} 1 where it moves with the soil, 0 where it stays with its depth; one that is
        not named moves.
    """

    thickness: Array
    depth: Array
    soil: Mapping[str, Array]
    forcing: Mapping[str, Array]
    amount: Array
    placement: Array
    quality: Array
    events: Events
    fed: tuple[int, ...] | None = None
    motion: Motion | None = None
    settling: Settling | None = None
    travels: Mapping[str, Array] = field(default_factory=dict)


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["happens", "carbon_map", "soil_map", "keeps", "moves_soil", "adds", "brings", "loosens"],
    meta_fields=[],
)
@dataclass(frozen=True)
class Events:
    """Linear maps over the rows that are applied at the beginning of a month.

    Attributes
    ----------
    happens : (month, event, column), 1 where the event happens, else 0.
    carbon_map : (event, row to, row from, column), columns sum to 1: mass-conserving.
    soil_map : (event, row to, row from, column), rows sum to 1: means weighted by the mass that moves.
    keeps : {soil state: (event, row, column)}, factor on a soil-bound state (aggregation broken by tillage).
    moves_soil : (event, column), 1 where soil properties of the set-up move with the carbon, where they are part of
        the state; None: in all events. What processes own moves in any case.
    adds : (event, row, column), kg/m2 of soil that is brought in; None where none ever is.
    brings : {soil property: (mass, value)}, (event, row, column) each, of the soil that is brought in: how much of it
        has a property of its own, and which. Else it is like the layer's.
    loosens : (event, row, column), share of the settled soil that is loosened; None where nothing settles.
    """

    happens: Array
    carbon_map: Array
    soil_map: Array
    keeps: Mapping[str, Array] = field(default_factory=dict)
    moves_soil: Array | None = None
    adds: Array | None = None
    brings: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    loosens: Array | None = None

    @classmethod
    def none(cls, rows: int) -> Events:
        """No event at all."""
        return cls(np.zeros((1, 0, 1)), np.zeros((0, rows, rows, 1)), np.zeros((0, rows, rows, 1)), {})


def vertical(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return thickness and depth (row, 1), m, of the surface row and the layers of a grid."""
    thickness = np.concatenate([[0.0], grid.thickness])[:, None]
    depth = np.concatenate([[0.0], grid.centres])[:, None]
    return thickness, depth


def drivers_of(setup: Setup, soil: Mapping[str, Array], month: Array) -> Drivers:
    """Select the drivers of a month (counted from the start of the run)."""
    forcing = {name: series[month % series.shape[0]] for name, series in setup.forcing.items()}
    return Drivers(setup.thickness, setup.depth, {**setup.soil, **soil}, forcing)


def moving_drivers(model: Model, setup: Setup, soil: Mapping[str, Array], month: Array) -> Drivers:
    """Select the drivers of a month; what depends on soil properties that move is prepared anew."""
    drivers = drivers_of(setup, soil, month)
    moving = {f"soil.{name}" for name in set(soil) & set(setup.soil)}
    if not moving:
        return drivers
    forcing = dict(drivers.forcing)
    for process in model.processes:
        # a process that reads no soil prepares the same as before
        if hasattr(process, "prepare") and moving & {*process.reads, *getattr(process, "optional", ())}:
            used = {name: forcing[name] for name in process.prepares_from if name in forcing}
            forcing.update(process.prepare(dataclasses.replace(drivers, forcing=used)))
    return dataclasses.replace(drivers, forcing=forcing)


def prepared(setup: Setup, model: Model) -> Setup:
    """Add the fields that the processes derive from the drivers alone, once for each month of the forcing."""
    forcing = dict(setup.forcing)
    for process in model.processes:
        if hasattr(process, "prepare"):
            # what is named but absent is optional: the process asks for it
            used = {name: forcing[name] for name in process.prepares_from if name in forcing}
            own = dataclasses.replace(setup, forcing=used)
            months = math.lcm(*(series.shape[0] for series in used.values()))
            one_month = partial(_prepare_month, process, own)
            forcing.update(jax.vmap(one_month)(jnp.arange(months)))
    return dataclasses.replace(setup, forcing=forcing)


def _prepare_month(process: Any, setup: Setup, month: Array) -> dict[str, Array]:
    prepared_fields: dict[str, Array] = process.prepare(drivers_of(setup, {}, month))
    return prepared_fields


def source_of(setup: Setup, month: Array) -> Source:
    """Input (row, column) of each pool in a month, kg C/m2/yr; None for a pool that no source feeds."""
    amount = setup.amount[month % setup.amount.shape[0]]
    # unrolled: one fused loop, where a reduction over a leading axis would be ten times slower on a CPU
    placed = [amount[s] * setup.placement[s] for s in range(amount.shape[0])]

    def into(pool: int) -> Array | None:
        if setup.fed is not None and pool not in setup.fed:
            return None
        shares = [placed[s] * setup.quality[s, pool] for s in range(len(placed))]
        return sum(shares[1:], start=shares[0]) if shares else None

    return tuple(into(pool) for pool in range(setup.quality.shape[1]))


def stacked_source(source: Source, like: Array) -> Array:
    """Input (row, pool, column) of all pools, zeros where there is none; `like` is a state of that shape."""
    nothing = jnp.zeros_like(like[:, 0])
    return jnp.stack([nothing if fresh is None else jnp.broadcast_to(fresh, nothing.shape) for fresh in source], axis=1)


def columns_of(setup: Setup, model: Model) -> int:
    """Return the number of columns of a set-up and a model's parameters; raise `RunError` where they disagree."""
    lengths = {int(np.shape(leaf)[-1]) for leaf in jax.tree_util.tree_leaves(setup) if np.ndim(leaf)}
    lengths |= {int(np.shape(leaf)[-1]) for leaf in jax.tree_util.tree_leaves(model) if np.ndim(leaf)}
    lengths.discard(1)
    if len(lengths) > 1:
        raise RunError(f"arrays of a run disagree on the number of columns: {sorted(lengths)}")
    return lengths.pop() if lengths else 1


def check_setup(setup: Setup, model: Model, soil_state: Mapping[str, Array]) -> None:
    """Raise `RunError` unless everything that the processes read is there, finite and of the right shape."""
    rows, pools = len(setup.thickness), len(model.pools)
    present = {f"soil.{name}" for name in (*setup.soil, *soil_state)} | {f"forcing.{name}" for name in setup.forcing}
    for item, users in model.reads().items():
        if item not in present and not item.startswith("carbon."):
            raise RunError(f"the run has no {item}, which {', '.join(users)} of {model.name} needs")
    for path, leaf in jax.tree_util.tree_leaves_with_path(setup):
        if not np.all(np.isfinite(leaf)):
            raise RunError(f"the run's {jax.tree_util.keystr(path)} holds values that are not finite")
    sources = setup.amount.shape[1]
    shapes = {
        "placement": (setup.placement.shape[:2], (sources, rows)),
        "quality": (setup.quality.shape[:2], (sources, pools)),
        "event maps": (setup.events.carbon_map.shape[1:3], (rows, rows)),
    }
    for name, (found, wanted) in shapes.items():
        if tuple(found) != wanted:
            raise RunError(f"the run's {name} have shape {found}, expected {wanted}")
    if np.any(np.asarray(setup.amount) < 0.0):
        raise RunError("the run has a negative carbon input")
    for name, array, axis in (("placement", setup.placement, 1), ("quality", setup.quality, 1)):
        if not np.allclose(np.sum(array, axis=axis), 1.0, rtol=0.0, atol=1e-9):
            raise RunError(f"shares of {name} do not sum to 1")
    if setup.fed is not None and np.any(np.delete(np.asarray(setup.quality), setup.fed, axis=1)):
        raise RunError("the run feeds a pool that is not among those said to be fed")
    if not np.allclose(np.sum(setup.events.carbon_map, axis=1), 1.0, rtol=0.0, atol=1e-12):
        raise RunError("an event's map does not conserve carbon")
    lacking = [name for name in NEEDS if setup.settling is not None and name not in soil_state]
    if lacking:
        raise RunError(f"the soil settles, but its state has no {' and no '.join(lacking)}")
    check_motion(setup.motion, model, {**setup.soil, **soil_state}, setup.thickness, columns_of(setup, model))


def select_columns(tree: Any, index: np.ndarray) -> Any:
    """Take columns (last axis) of every array of a tree; arrays with one column stay."""
    return jax.tree_util.tree_map(
        lambda leaf: leaf if np.ndim(leaf) == 0 or np.shape(leaf)[-1] == 1 else np.asarray(leaf)[..., index], tree
    )


def with_soil(setup: Setup, **soil: Array) -> Setup:
    """Return the set-up with soil properties replaced or added."""
    return dataclasses.replace(setup, soil={**setup.soil, **soil})
