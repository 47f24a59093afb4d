"""The system that is measured: the default model on ploughed arable soils that differ in climate, texture and yield."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.column import Events, Grid, Model, Setup, State, mixing_map
from mollisol.column.setup import vertical
from mollisol.models.whole_profile import POOLS, whole_profile

Array = np.ndarray
NAMES = tuple(pool.name for pool in POOLS)
CYCLE = 24
"""Months of the management cycle: two crops, ploughed every year."""


@dataclass(frozen=True)
class System:
    """A model, the arrays of its run, and an empty start."""

    model: Model
    setup: Setup
    state: State
    grid: Grid


def make_system(columns: int, seed: int = 1, slots: Mapping[str, str] | None = None) -> System:
    """Return the system for a number of columns; the first ones are the same for every number.

    Alternatives in `slots` must need no other drivers and add no pools.
    """
    grid = Grid()
    thickness, depth = vertical(grid)
    random = np.random.default_rng(seed)
    # one row a column, so that a column does not depend on how many there are
    warmer, finer, wetter, richer = (random.normal(size=(columns, 4)) * np.array([2.0, 0.05, 0.01, 0.2])).T
    soil = soils(depth, finer)
    state = State(np.zeros((len(depth), len(POOLS), columns)), {"aggregation": np.ones((len(depth), columns))})
    amount, placement, quality = inputs(grid, np.exp(richer))
    fed = tuple(int(pool) for pool in np.flatnonzero(quality.any(axis=(0, 2))))
    density = soil["fine_earth"][1:, 0]
    events = ploughing(grid, density * grid.thickness)
    forcing = climate(depth, soil["porosity"], warmer, wetter)
    return System(
        whole_profile(slots),
        Setup(thickness, depth, soil, forcing, amount, placement, quality, events, fed),
        state,
        grid,
    )


def soils(depth: Array, finer: Array) -> dict[str, Array]:
    """Texture and density (row, column); row 0 is the surface, where nothing binds carbon."""
    clay = np.clip(0.22 + 0.08 * depth + finer, 0.05, 0.5)
    density = np.broadcast_to(1250.0 + 250.0 * np.minimum(depth, 1.0), clay.shape)
    binds = np.ones_like(depth)
    binds[0] = 0.0
    return {
        "clay": clay,
        "silt": np.full_like(clay, 0.45),
        "oxides": np.zeros_like(depth),
        "fine_earth": density.copy(),
        "porosity": 1.0 - density / 2650.0,
        "binds": binds,
        "balance": np.ones_like(depth),
    }


def climate(depth: Array, porosity: Array, warmer: Array, wetter: Array) -> dict[str, Array]:
    """A temperate climatology (12, row, column): annual wave damped with depth, wet winters."""
    month, z = np.arange(12)[:, None, None], depth[None]
    winter = np.cos(2.0 * np.pi * (month - 1) / 12.0)
    wave = np.exp(-z / 2.1) * np.sin(2.0 * np.pi * (month - 3.5) / 12.0 - z / 2.1)
    water = np.minimum(0.28 + wetter + 0.06 * winter * np.exp(-z), porosity[None] - 0.01)
    roots = np.exp(-z / 0.3) * (z > 0.0)
    full = np.zeros_like(water)
    return {
        "temperature": 10.0 + warmer + 11.0 * wave + full,
        "water": water,
        "matric_potential": -0.033 * (water / 0.3) ** -6,
        "air_filled_porosity": porosity[None] - water,
        "percolation": np.maximum(0.25 * (1.0 + winter), 0.02) * np.exp(-z) + full,
        "infiltration": np.full((12, len(depth), 1), 0.6),
        "root_respiration": 0.5 * np.maximum(0.0, -winter) * roots / roots.sum(axis=1, keepdims=True),
    }


def inputs(grid: Grid, richer: Array) -> tuple[Array, Array, Array]:
    """Straw, roots and rhizodeposits of two crops: amount (24, source, column), placement and quality."""
    amount = np.zeros((CYCLE, 3, 1))
    for year, (harvest, straw, sown, ripe, roots) in enumerate([(7, 0.25, 3, 8, 0.15), (8, 0.20, 4, 9, 0.12)]):
        amount[12 * year + harvest, 0] = 12.0 * straw
        amount[12 * year + sown : 12 * year + ripe, 1] = 12.0 * roots / (ripe - sown)
    amount[:, 2] = 0.65 * amount[:, 1]
    share = np.diff(1.0 - 0.961 ** (100.0 * grid.edges))
    placement = np.zeros((3, len(grid) + 1, 1))
    placement[0, 0] = 1.0
    placement[1:, 1:, 0] = share / share.sum()
    quality = np.zeros((3, len(POOLS), 1))
    quality[0, :2, 0] = 0.65, 0.35
    quality[1, :3, 0] = 0.50, 0.40, 0.10
    quality[2, NAMES.index("dissolved")] = 1.0
    return amount * richer, placement, quality


def ploughing(grid: Grid, mass: Array) -> Events:
    """Ploughing to 20 cm every October."""
    carbon, soil = mixing_map(grid, mass, 0.2, 0.95, 0.95)
    happens = np.zeros((12, 1, 1))
    happens[9] = 1.0
    kept: Any = np.concatenate([[1.0], 1.0 - grid.depth_share(0.2)])
    return Events(happens, carbon[None, :, :, None], soil[None, :, :, None], {"aggregation": kept[None, :, None]})
