"""Columns for the tests of the engine, made from a few numbers and a seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column import (
    Drivers,
    Events,
    Grid,
    Model,
    Motion,
    Pool,
    Rates,
    Setup,
    State,
    carrying_soil,
    mixing_map,
)
from mollisol.column.setup import drivers_of, prepared, vertical
from mollisol.column.simulate import simulate_years
from mollisol.models.whole_profile import POOLS, whole_profile

_run_tile = jax.jit(simulate_years, static_argnames=("years", "steps", "keep_pools"))


def run_tile(*arguments: Any, **options: Any) -> Any:
    """Run a tile by the engine: (model, setup, state, first month, years, steps, whether to keep pools).

    Done when it returns: a program may read NumPy's memory while it runs, and a test changes its case in place.
    """
    return jax.block_until_ready(_run_tile(*arguments, **options))


PARTICLE_DENSITY = 2650.0
POOL_NAMES = tuple(pool.name for pool in POOLS)


@dataclass(frozen=True)
class Case:
    """A model, what drives it and an empty state; `cycle` is the length of its management cycle in months."""

    model: Model
    setup: Setup
    state: State
    grid: Grid
    cycle: int = 12

    @property
    def rows(self) -> int:
        return len(self.grid) + 1

    def ready(self) -> Setup:
        """The set-up with what the processes prepare."""
        return prepared(jax.tree_util.tree_map(jnp.asarray, self.setup), self.model)

    def drivers(self, month: int = 0) -> Drivers:
        return drivers_of(self.ready(), self.state.soil, jnp.asarray(month))

    def rates(self, carbon: Any, month: int = 0) -> Rates:
        """Rates of a state in a month, as the engine's month uses them."""
        return self.model.rates(jnp.asarray(carbon), self.drivers(month))


def graded_grid(layers: int, bottom: float = 2.0, growth: float = 2.0) -> Grid:
    """A grid whose layers thicken smoothly with depth (uniform for growth -> 0)."""
    position = np.linspace(0.0, 1.0, layers + 1)
    return Grid(bottom * np.expm1(growth * position) / np.expm1(growth))


def uniform_grid(layers: int, bottom: float = 2.0) -> Grid:
    return Grid(np.linspace(0.0, bottom, layers + 1))


def profile_case(
    grid: Grid | None = None,
    columns: int = 1,
    seed: int = 0,
    *,
    rotation: bool = True,
    tillage: bool = True,
    seasonal: bool = True,
    wet: bool = False,
    slots: Mapping[str, str] | None = None,
) -> Case:
    """The default model on a temperate arable soil; columns differ in climate, texture and yield.

    Parameters
    ----------
    rotation : two crops of different yield and sowing date, else the first one every year.
    tillage : ploughed to 20 cm each October, else never.
    seasonal : months differ, else every month is the mean.
    wet : a subsoil that waterlogs in winter.
    """
    grid = grid or Grid()
    random = np.random.default_rng(seed)
    # the same numbers for a column however many stand beside it
    warmer, finer, richer = random.normal(size=(512, 3))[:columns].T
    model = whole_profile(slots)
    thickness, depth = vertical(grid)
    soil = _soil(depth, 0.05 * finer)
    cycle = 24 if rotation else 12
    events = (
        ploughing(grid, soil["fine_earth"][1:, :1] * grid.thickness[:, None]) if tillage else Events.none(len(depth))
    )
    amount, placement, quality = _inputs(grid, np.exp(0.2 * richer), rotation, seasonal)
    lacking = max(len(model.pools) - len(POOLS), 0)
    # nothing enters added pools
    quality = np.pad(quality[:, : len(model.pools)], ((0, 0), (0, lacking), (0, 0)))
    forcing = _forcing(depth, soil["porosity"], warmer, seasonal, wet)
    setup = Setup(thickness, depth, soil, forcing, amount, placement, quality, events)
    state = State(np.zeros((len(depth), len(model.pools), columns)), model.initial_soil(len(depth), columns))
    if "aggregation" not in state.soil:
        setup = dataclasses.replace(setup, events=dataclasses.replace(events, keeps={}))
    if model.mover() is not None:
        setup = dataclasses.replace(setup, motion=a_motion(len(model.pools)))
        state = carrying_soil(setup, state)
    return Case(model, setup, state, grid, cycle)


def _soil(depth: np.ndarray, finer: np.ndarray) -> dict[str, np.ndarray]:
    clay = np.clip(0.2 + 0.1 * depth + finer, 0.05, 0.5)
    density = 1300.0 + 200.0 * np.minimum(depth, 1.0) + np.zeros_like(clay)
    binds = np.ones_like(depth)
    binds[0] = 0.0  # no minerals on the surface
    porosity = 1.0 - density / PARTICLE_DENSITY
    silt = np.full_like(clay, 0.4)
    return {
        "clay": clay,
        "silt": silt,
        "fine_earth": density,
        "bulk_density": density,
        "porosity": porosity,
        "field_capacity": np.full_like(depth, 0.30),
        "wilting_point": np.full_like(depth, 0.16),
        "binds": binds,
        "balance": np.ones_like(depth),
        "high_charge": np.full_like(depth, 0.7),
        "oxides": np.full_like(depth, 0.01),
        "ph": 6.0 + 0.5 * depth,
        "weathering": np.exp(-depth),
        "illuvial": 1.0 - np.exp(-depth),
    }


def _forcing(
    depth: np.ndarray, porosity: np.ndarray, warmer: np.ndarray, seasonal: bool, wet: bool
) -> dict[str, np.ndarray]:
    month, z, swing = np.arange(12)[:, None, None], depth[None], float(seasonal)
    damping = 2.2
    wave = np.exp(-z / damping) * np.sin(2.0 * np.pi * (month - 3.5) / 12.0 - z / damping)
    winter = swing * np.cos(2.0 * np.pi * (month - 1) / 12.0)
    water = 0.28 + 0.06 * winter * np.exp(-z)
    if wet:
        water = water + (0.10 + 0.05 * winter) * np.clip((z - 0.2) / 0.3, 0.0, 1.0)
    water = np.minimum(water + np.zeros_like(warmer), porosity[None] - 0.002)
    growing = np.maximum(0.0, -winter) + (1.0 - swing)
    share = np.exp(-z / 0.3) * (z > 0.0)
    return {
        "temperature": 11.0 + 12.0 * swing * wave + warmer,
        "water": water,
        "matric_potential": -0.033 * (water / 0.3) ** -6,
        "relative_saturation": water / porosity[None],
        "air_filled_porosity": porosity[None] - water,
        "percolation": np.maximum(0.25 * (1.0 + winter), 0.02) * np.exp(-z) + np.zeros_like(warmer),
        "infiltration": np.full((12, len(depth), 1), 0.6),
        "runoff": 0.1 * (1.0 + winter) * (z == 0.0),
        "root_density": share / 0.3,
        "nitrogen_supply": 0.001 * np.exp(-z / 0.3),
        "root_respiration": 0.25 * growing * share / share.sum(axis=1, keepdims=True),
    }


def _inputs(
    grid: Grid, richer: np.ndarray, rotation: bool, seasonal: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    straw, roots, exudates = 0, 1, 2
    # (harvest month, straw, first and last month of growth, roots), kg C/m2 a year
    crops = [(7, 0.25, 3, 8, 0.15), (8, 0.20, 4, 9, 0.12)] if rotation else [(7, 0.25, 3, 8, 0.15)]
    amount = np.zeros((12 * len(crops), 3, 1))
    for year, (harvest, above, sown, ripe, below) in enumerate(crops):
        amount[12 * year + harvest, straw] = 12.0 * above
        amount[12 * year + sown : 12 * year + ripe, roots] = 12.0 * below / (ripe - sown)
    amount[:, exudates] = 0.65 * amount[:, roots]
    if not seasonal:
        amount = np.broadcast_to(amount.mean(axis=0), amount.shape)
    share = np.diff(1.0 - 0.961 ** (100.0 * grid.edges))
    placement = np.zeros((3, len(grid) + 1, 1))
    placement[straw, 0] = 1.0
    placement[roots:, 1:, 0] = share / share.sum()
    quality = np.zeros((3, len(POOLS), 1))
    quality[straw, :2, 0] = 0.5, 0.5
    quality[roots, :3, 0] = 0.40, 0.55, 0.05
    quality[exudates, POOL_NAMES.index("dissolved")] = 1.0
    return amount * richer, placement, quality


def ploughing(grid: Grid, mass: np.ndarray, depth: float = 0.2, mixing: float = 0.8, burial: float = 0.9) -> Events:
    """One ploughing every October that breaks the aggregates of what it mixes."""
    carbon, soil = mixing_map(grid, mass[:, 0], depth, mixing, burial)
    happens = np.zeros((12, 1, 1))
    happens[9] = 1.0
    kept = np.concatenate([[1.0], 1.0 - mixing * grid.depth_share(depth)])
    return Events(happens, carbon[None, :, :, None], soil[None, :, :, None], {"aggregation": kept[None, :, None]})


def a_motion(pools: int, loss: float = 2.0, deposition: float = 0.0) -> Motion:
    """A surface that loses (kg/m2/yr) and receives soil; below the profile the soil is poor in carbon."""
    below = np.full((pools, 1), 1e-5)
    return Motion(np.full((1, 1), loss), np.full((1, 1), deposition), 1e3 * below, below)


def changed(model: Model, slot: str, **values: Any) -> Model:
    """The model with parameters of one slot replaced."""
    processes = [
        dataclasses.replace(process, **{k: np.asarray(v, dtype=float) for k, v in values.items()})
        if process.slot == slot
        else process
        for process in model.processes
    ]
    return dataclasses.replace(model, processes=tuple(processes))


def switched_on(model: Model) -> Model:
    """The model with every process at the values at which it is tested, where its defaults switch it off."""
    processes = [dataclasses.replace(process, **getattr(process, "tested_at", {})) for process in model.processes]
    return dataclasses.replace(model, processes=tuple(processes))


def some_carbon(case: Case, seed: int = 0) -> np.ndarray:
    """A positive state (row, pool, column) of plausible size, the same for a column whatever stands beside it."""
    columns = case.state.carbon.shape[-1]
    random = np.random.default_rng(seed).uniform(0.1, 1.0, (512, case.rows, len(case.model.pools)))[:columns]
    return np.moveaxis(random, 0, -1) * np.exp(-2.0 * case.setup.depth[:, None])


def total(carbon: np.ndarray) -> np.ndarray:
    """All carbon of each column."""
    return np.asarray(carbon).sum(axis=(0, 1))


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["transfer", "respired", "export", "down", "up"],
    meta_fields=[],
)
@dataclass(frozen=True)
class FixedRates:
    """A process for tests that fills given rates (1/yr), scaled by the forcing `season`."""

    slot: ClassVar[str] = "test"
    name: ClassVar[str] = "fixed"
    equation: ClassVar[str] = "given"
    reads: ClassVar[tuple[str, ...]] = ("forcing.season",)

    transfer: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    respired: Mapping[str, Any] = field(default_factory=dict)
    export: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    down: Mapping[str, Any] = field(default_factory=dict)
    up: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, carbon: Mapping[str, Any], drivers: Drivers, rates: Rates) -> Rates:
        season = drivers.forcing["season"]
        for (to, source), rate in self.transfer.items():
            rates = rates.add_transfer(to, source, rate * season)
        for pool, rate in self.respired.items():
            rates = rates.add_respired(pool, rate * season)
        for (name, pool), rate in self.export.items():
            rates = rates.add_export(name, pool, rate * season)
        for pool, rate in self.down.items():
            rates = rates.add_transport(pool, rate * season, self.up.get(pool))
        return rates


def bare_case(
    grid: Grid, process: Any, pools: tuple[Pool, ...], columns: int = 1, season: np.ndarray | None = None
) -> Case:
    """A case of one process and no input; `season` is (month,), the mean 1."""
    thickness, depth = vertical(grid)
    rows = len(depth)
    forcing = {
        "season": np.broadcast_to(
            (np.ones(1) if season is None else season)[:, None, None], (12 if season is not None else 1, rows, 1)
        )
    }
    quality = np.zeros((1, len(pools), 1))
    quality[0, 0] = 1.0
    placement = np.zeros((1, rows, 1))
    placement[0, 0] = 1.0
    setup = Setup(thickness, depth, {}, forcing, np.zeros((12, 1, 1)), placement, quality, Events.none(rows))
    return Case(Model("bare", pools, (process,)), setup, State(np.zeros((rows, len(pools), columns)), {}), grid)


def random_process(structure: int, grid: Grid, columns: int, random: np.random.Generator, fastest: float) -> FixedRates:
    """Any pools, transfers (loops among them), losses and movements; `structure` fixes which exist.

    Rates are log-uniform from 1e-6 to `fastest` (1/yr), and some are zero.
    """
    which = np.random.default_rng(structure)
    names = [f"p{i}" for i in range(1 + structure % 5)]
    shape = (len(grid) + 1, columns)

    def rate() -> np.ndarray:
        drawn = np.exp(random.uniform(np.log(1e-6), np.log(fastest), shape))
        return np.where(random.uniform(size=shape) < 0.1, 0.0, drawn)

    pairs = [(a, b) for a in names for b in names if a != b and which.uniform() < 0.5]
    mobile = [name for name in names if which.uniform() < 0.7]
    up = {name: rate() for name in mobile}
    for moved in up.values():
        moved[0] = 0.0  # nothing is above the surface
    return FixedRates(
        transfer={pair: rate() for pair in pairs},
        respired={name: rate() for name in names if which.uniform() < 0.8},
        export={("runoff", name): rate() for name in names if which.uniform() < 0.3},
        down={name: rate() for name in mobile},
        up=up,
    )


def random_case(structure: int, seed: int, fastest: float, columns: int = 3) -> Case:
    """A random model on a random grid under a random season; equal structures have equal shapes."""
    random = np.random.default_rng(seed)
    edges = np.cumsum(np.exp(random.uniform(np.log(0.005), np.log(0.5), (1, 3, 7)[structure % 3])))
    grid = Grid(np.concatenate([[0.0], edges]))
    phases = ("solid", "dissolved", "sessile")
    pools = tuple(Pool(f"p{i}", "anything", phases[i % 3], 10.0, i % 2 == 0) for i in range(1 + structure % 5))
    process = random_process(structure, grid, columns, random, fastest)
    case = bare_case(grid, process, pools, columns, random.uniform(0.0, 2.0, 12))
    rows = case.rows
    placement = random.dirichlet(np.ones(rows), size=2)[..., None]
    quality = random.dirichlet(np.ones(len(pools)), size=2)[..., None]
    amount = random.uniform(0.0, 2.0, (12, 2, columns)) * (random.uniform(size=(12, 2, columns)) < 0.7)
    mass = random.uniform(500.0, 1800.0, (len(grid), 1)) * grid.thickness[:, None]
    events = ploughing(grid, mass, random.uniform(0.0, 1.2 * grid.bottom), random.uniform(), random.uniform())
    setup = dataclasses.replace(
        case.setup,
        amount=amount,
        placement=placement,
        quality=quality,
        events=dataclasses.replace(events, keeps={}),
    )
    start = random.uniform(0.0, 1.0, case.state.carbon.shape) * (random.uniform(size=case.state.carbon.shape) < 0.8)
    return dataclasses.replace(case, setup=setup, state=State(start, {}))
