"""A small joint likelihood: a few sites on a coarse grid, with what is measured in them made up from the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from engine_cases import graded_grid, profile_case
from mollisol.clocks.air import mean_fraction
from mollisol.column.idle import idle_pools, without
from mollisol.evidence.forward import Sites, bounds
from mollisol.evidence.likelihood import Joint, ProfileData
from mollisol.evidence.space import space_of

EDGES = np.array([0.0, 0.2, 0.4, 0.7, 1.0])
NAMES = ("depolymerisation.mineral", "persistence.share", "persistence.release", "energy.e_fold")
SPREAD = ("site_input", "site_rate")


def small_joint(
    sites: int = 8,
    layers: int = 6,
    studies: int = 4,
    slots: Mapping[str, str] | None = None,
    names: Sequence[str] = NAMES,
    passes: int = 1,
) -> Joint:
    """Return the joint likelihood of made-up sites; its values are the model's own at the best estimates."""
    case = profile_case(graded_grid(layers), sites, rotation=False, tillage=False, slots=slots)
    fed = tuple(int(i) for i in np.flatnonzero(np.asarray(case.setup.quality).any(axis=(0, 2))))
    setup = dataclasses.replace(case.setup, fed=fed)
    idle = idle_pools(case.model, setup, case.state)
    model, setup, _ = without(case.model, setup, case.state, idle)
    before, since = (mean_fraction(years, "north_1")[:, None].repeat(sites, axis=1) for years in bounds())
    grid = case.grid
    depths = np.stack([grid.depth_share(b) - grid.depth_share(a) for a, b in pairwise(EDGES)])
    rows = layers + 1
    mass = np.asarray(setup.soil["fine_earth"])[1:] * grid.thickness[:, None] * np.ones((1, sites))
    ones, nothing = np.ones((rows, sites)), np.zeros((rows, sites))
    years = np.linspace(1975, 2012, sites).round()
    made = Sites(
        setup, setup, ones, ones, nothing, nothing, mass, np.ones((layers, sites)), before, since,
        np.searchsorted(bounds()[1][1:], years + 1.0), depths,
    )  # fmt: skip
    arrays = jax.tree_util.tree_map(jnp.asarray, made)
    shape = (sites, len(EDGES) - 1)
    empty = ProfileData(
        jnp.zeros(shape), jnp.full(shape, 0.1), jnp.zeros(shape), jnp.full(shape, 20.0),
        jnp.asarray(np.arange(sites) % studies),
    )  # fmt: skip
    joint = Joint(model, space_of(model, names, SPREAD), arrays, empty, passes=passes)
    found = jax.jit(Joint.predicted)(joint, joint.space.values(jnp.zeros(len(joint.space))))
    profiles = empty._replace(log_soc=jnp.log(found.soc).T, delta14c=found.delta14c.T)
    return dataclasses.replace(joint, profiles=profiles)
