"""What the yearly operator of a calibration loses: its steady state beside that of the months of a run.

A calibration averages the months' rates and has tillage as a fast mixing (`forward`); a run has months, each with its
rates and its events, and a steady state that comes back after a year (`column.equilibrium`). Same sites, same
parameters, present land use for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure, require_float64
from mollisol.column.equilibrium import equilibrium
from mollisol.column.model import Model
from mollisol.column.setup import Setup, prepared
from mollisol.column.simulate import State, advance_month
from mollisol.column.tiles import DEFAULT_STEPS
from mollisol.evidence.forward import steady, with_parameters, yearly
from mollisol.evidence.sites import SiteAssumptions, columns_of_places, place_of
from mollisol.grid import Grid
from mollisol.models.parameter_sets import ParameterSet

Array = NDArray[np.float64]

SETTLED = 40
"""Passes after which the rates of every site follow their steady state."""


@dataclass(frozen=True, eq=False)
class YearlyError:
    """Carbon of the same sites under both.

    Attributes
    ----------
    land_use : of the sites.
    edges : (depth + 1,) m.
    monthly : (depth, site) kg C/m2, mean over the months of the periodic steady state.
    season : (depth, site) its range over the year, relative.
    yearly : (depth, site) the yearly operator's, with as many passes as the set was fitted with.
    settled : (depth, site) the same, its rates following the state until that stays.
    """

    land_use: str
    edges: Array
    monthly: Array
    season: Array
    yearly: Array
    settled: Array


def compared(data: str | Path, chosen: ParameterSet, land_use: str, count: int) -> YearlyError:
    """Solve some sites of the fit side, evenly over mean temperature, in both ways.

    Parameters
    ----------
    data : folder of the measurements.
    chosen : parameters, at their best estimates; it says how many passes it was fitted with.
    land_use : "cropland" or "grassland".
    count : how many sites.
    """
    from mollisol.evidence.observations.he2016 import read_he2016
    from mollisol.models import build
    from mollisol.practices.plan import land_use_plan

    configure()
    require_float64()
    found = read_he2016(data).of(side="fit", land_use=(land_use,))
    found = found.select(np.all(np.isfinite([found.mean_temperature, found.precipitation, found.latitude]), axis=0))
    order = np.argsort(found.mean_temperature, kind="stable")
    found = found.select(
        np.isin(np.arange(len(order)), order[np.linspace(0, len(order) - 1, count).round().astype(int)])
    )
    depths, grid = found.at_depths(), Grid()
    model = with_parameters(
        build("whole_profile", chosen.slots), dict(zip(chosen.parameters, chosen.best.tolist(), strict=True))
    )
    places = [place_of(depths, i, grid, SiteAssumptions()) for i in range(len(found))]
    plans = [land_use_plan(land_use, 2000)] * len(places)
    setup, mixing, aggregation, mass, _ = columns_of_places(places, plans, model, events=True)
    share = np.stack([grid.depth_share(b) - grid.depth_share(a) for a, b in pairwise(depths.edges)])
    by_month = share @ monthly(model, setup, len(places))
    passes = int(chosen.configuration.get("passes", 1)) or SETTLED
    held = partial(by_year, model, setup, jnp.asarray(aggregation), jnp.asarray(mixing), jnp.asarray(mass))
    mean = by_month.mean(axis=0)
    return YearlyError(
        land_use, np.asarray(depths.edges), mean, np.ptp(by_month, axis=0) / mean,
        share @ np.asarray(held(passes)), share @ np.asarray(held(SETTLED)),
    )  # fmt: skip


def counted(model: Model, carbon: Any) -> Any:
    """Return soil organic carbon (..., layer, column) of carbon (..., row, pool, column)."""
    counts = jnp.asarray([pool.counts_as_soc for pool in model.pools])[:, None]
    return jnp.sum(carbon[..., 1:, :, :] * counts, axis=-2)


def monthly(model: Model, setup: Setup, columns: int) -> Array:
    """Return (month, layer, column) carbon at the ends of the months of the periodic steady state, kg C/m2."""
    rows = setup.thickness.shape[0]
    guess = State(np.zeros((rows, len(model.pools), columns)), model.initial_soil(rows, columns))
    start = equilibrium(model, setup, guess, 12).state
    ready = prepared(jax.tree_util.tree_map(jnp.asarray, setup), model)

    def year(state: State) -> Any:
        def month(now: State, number: Any) -> tuple[State, Any]:
            new = advance_month(model, ready, now, number, DEFAULT_STEPS)[0]
            return new, new.carbon

        return jax.lax.scan(month, state, jnp.arange(12))[1]

    return np.asarray(counted(model, jax.jit(year)(start)))


def by_year(model: Model, setup: Setup, aggregation: Any, mixing: Any, mass: Any, passes: int) -> Any:
    """Return (layer, column) carbon of the yearly operator's steady state, its rates taken anew `passes` times."""
    columns = mass.shape[-1]
    nothing = jnp.zeros((setup.thickness.shape[0], len(model.pools), columns))
    ones = jnp.ones((setup.thickness.shape[0], columns))
    arrays = jax.tree_util.tree_map(jnp.asarray, setup)

    def run() -> Any:
        def once(_: Any, state: Any) -> Any:
            rates, source = yearly(model, arrays, aggregation, mixing, mass, state, ones)
            return steady(model, rates, source, nothing)

        return counted(model, jax.lax.fori_loop(0, passes, once, nothing))

    return jax.jit(run)()
