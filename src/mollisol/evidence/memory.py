"""What the soil of sites remembers of a mean year: the periodic states of processes that follow their surroundings.

Aggregation is not among them: its mean over a year with tillage is part of the sites.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from mollisol.column.model import Model
from mollisol.column.setup import Setup, drivers_of, prepared
from mollisol.units import MONTHS_PER_YEAR

Array = Any

PREFIX = "remembered_"
"""How the monthly states are called among the forcing."""

YEARS = 150
"""Years after which memories of decades are periodic."""


def remembering(model: Model, setup: Setup) -> Setup:
    """Return the set-up with the states that its processes own, by month, at the model's own parameters."""
    owned = sorted(model.owned() - {"aggregation"})
    if not owned:
        return setup
    rows, columns = setup.thickness.shape[0], max(series.shape[-1] for series in setup.forcing.values())
    start = model.initial_soil(rows, columns)
    ready = prepared(jax.tree_util.tree_map(jnp.asarray, setup), model)

    def month(now: dict[str, Array], number: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        moved = model.advance_soil(now, drivers_of(ready, now, number), 1.0 / MONTHS_PER_YEAR)
        return {name: jnp.broadcast_to(moved[name], now[name].shape) for name in now}, now

    states = jax.lax.scan(month, start, jnp.arange(12 * YEARS))[1]
    return dataclasses.replace(
        setup, forcing={**setup.forcing, **{PREFIX + name: states[name][-12:] for name in owned}}
    )


def remembered(setup: Setup, month: Array) -> dict[str, Array]:
    """Return {state: (row, column)} of a month, of a set-up that remembers; else nothing."""
    return {
        name.removeprefix(PREFIX): series[month % series.shape[0]]
        for name, series in setup.forcing.items()
        if name.startswith(PREFIX)
    }
