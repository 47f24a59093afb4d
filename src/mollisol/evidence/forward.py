"""What the model says of sites: carbon and radiocarbon by depth in the year of sampling, differentiable and fast.

A calibration evaluates hundreds of sites thousands of times, so each site is its yearly operator: the months' rates
averaged, tillage as a fast mixing of the rows that it reaches.

    0 = u + B x              before the land was cropped (block-tridiagonal solution, exact)
    x' = x + h (u + B x')    since then, and for carbon times fraction modern from 50,000 years ago on

B is filled by the same processes as in a run; only the season's covariance of rates and stocks, and the moment of
tillage within the year, are lost (`docs/evidence.md` states by how much).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.air import FIRST_YEAR, mean_fraction, zone_of
from mollisol.clocks.conventions import MEAN_LIFE, REFERENCE_YEAR
from mollisol.column.model import Model
from mollisol.column.rates import Rates
from mollisol.column.setup import Setup, drivers_of, prepared, source_of
from mollisol.column.step import System, factored, implicit_step
from mollisol.evidence.memory import remembered
from mollisol.evidence.sites import SiteColumns
from mollisol.processes.pools import MINERAL_POOLS

Array = Any

CROPPED_FROM = 1900.0
"""Year in which the croplands of a compilation were taken into use, where nothing is told."""

LAST_YEAR = 2014.0
STRIDES = ((-10050.0, 1000.0), (-50.0, 250.0), (CROPPED_FROM, 50.0))
"""(until, step) of the past, years; from then on 10 years to 1950 and single ones after it."""

FOR_EVER = 1e9
"""A step (yr) after which a soil is in its steady state."""

MIXED = 6.0
"""Exchange between neighbouring rows of a ploughed layer, 1/yr: a yearly full mixing leaves no gradient for long."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=[
        "setup", "before", "aggregation", "aggregation_before", "mixing", "mixing_before", "mass", "bnpp",
        "old_air", "air", "year", "depths",
    ],
    meta_fields=[],
)  # fmt: skip
@dataclass(frozen=True)
class Sites:
    """Arrays of the sites of a calibration; see `SiteColumns`.

    Attributes
    ----------
    old_air, air : (step, site) fraction modern of the steps before and since `CROPPED_FROM`.
    year : (site,) number of the step of `air` at whose end a site was sampled.
    depths : (depth, layer) share of each layer that lies in a report depth.
    """

    setup: Setup
    before: Setup
    aggregation: Array
    aggregation_before: Array
    mixing: Array
    mixing_before: Array
    mass: Array
    bnpp: Array
    old_air: Array
    air: Array
    year: Array
    depths: Array


class Predicted(NamedTuple):
    """What the model says of sites at their sampling.

    Attributes
    ----------
    soc : (depth, site) kg C/m2.
    delta14c : (depth, site) permil.
    mineral : (depth, site) share of the carbon that is on minerals.
    bnpp : (depth, site) below-ground net primary productivity, kg C/m2/yr.
    """

    soc: Array
    delta14c: Array
    mineral: Array
    bnpp: Array


def bounds() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the years between the steps before `CROPPED_FROM`, and since."""
    years = [FIRST_YEAR]
    for until, step in STRIDES:
        count = round((until - years[-1]) / step)
        years += list(np.linspace(years[-1], until, count + 1)[1:])
    since = [*np.arange(CROPPED_FROM, 1950.0, 10.0), *np.arange(1950.0, LAST_YEAR + 1.0)]
    return np.array(years), np.array(since)


def sites_of(columns: SiteColumns, year: NDArray[np.float64], edges: NDArray[np.float64]) -> Sites:
    """Return the arrays of sites sampled in calendar years (site,), for report depths between `edges` (m)."""
    before, since = bounds()
    zones = [zone_of(float(latitude)) for latitude in columns.latitude]
    known = {zone: (mean_fraction(before, zone), mean_fraction(since, zone)) for zone in set(zones)}
    depths = np.stack([columns.grid.depth_share(b) - columns.grid.depth_share(a) for a, b in pairwise(edges)])
    end = np.clip(np.round(year) + 1.0, since[1], since[-1])
    made = Sites(
        columns.setup, columns.before, columns.aggregation, columns.aggregation_before, columns.mixing,
        columns.mixing_before, columns.mass, columns.bnpp,
        np.stack([known[zone][0] for zone in zones], axis=-1), np.stack([known[zone][1] for zone in zones], axis=-1),
        np.searchsorted(since[1:], end), depths,
    )  # fmt: skip
    arrays: Sites = jax.tree_util.tree_map(jnp.asarray, made)
    return arrays


def yearly(
    model: Model, setup: Setup, aggregation: Array, mixing: Array, mass: Array, carbon: Array, balance: Array
) -> tuple[Rates, Array]:
    """Return the rates averaged over the months, tillage included, and the input (row, pool, column) of a year.

    Parameters
    ----------
    carbon : (row, pool, column) at which rates that follow the state are taken.
    balance : (row, column), factor on the loss of mineral carbon.
    """
    return rates_of_year(model, made_ready(model, setup, aggregation, balance), mixing, mass, carbon)


def made_ready(model: Model, setup: Setup, aggregation: Array, balance: Array) -> Setup:
    """Return the set-up with what the processes derive from the drivers alone; arguments as of `yearly`."""
    soil = {**setup.soil, "balance": balance, "aggregation": aggregation}
    return prepared(dataclasses.replace(setup, soil=soil), model)


def rates_of_year(model: Model, setup: Setup, mixing: Array, mass: Array, carbon: Array) -> tuple[Rates, Array]:
    """Return the rates and the input of a year, as `yearly`, for a set-up that is made ready."""
    months = jnp.arange(12)
    by_month = jax.vmap(lambda month: model.rates(carbon, drivers_of(setup, remembered(setup, month), month)))(months)
    like = carbon[:, 0]

    def mean(rate: Array) -> Array:
        return jnp.broadcast_to(jnp.mean(rate, axis=0), like.shape)

    tables = {
        name: {key: mean(rate) for key, rate in getattr(by_month, name).items()}
        for name in ("transfer", "carried", "respired", "export", "down", "up")
    }
    rates = dataclasses.replace(
        Rates(**tables), kernel={key: jnp.mean(value, axis=0) for key, value in by_month.kernel.items()}
    )
    sources = [source_of(setup, month) for month in range(12)]
    fed = [
        None if sources[0][pool] is None else sum(source[pool] for source in sources) / 12.0  # type: ignore[misc]
        for pool in range(len(model.pools))
    ]
    return _ploughed(model, rates, mixing, mass, like), tuple(fed)


def _ploughed(model: Model, rates: Rates, mixing: Array, mass: Array, like: Array) -> Rates:
    """Add what tillage mixes, between neighbouring rows in proportion to their mass, and the litter that it buries."""
    worked = jnp.minimum(mixing[1:-1], mixing[2:])
    both = mass[:-1] + mass[1:]
    zero = jnp.zeros_like(like[:1])
    down = jnp.concatenate([mixing[:1] + zero, MIXED * worked * mass[1:] / both + zero, zero])
    up = jnp.concatenate([zero, zero, MIXED * worked * mass[:-1] / both + zero])
    for pool in model.pools:
        rates = rates.add_transport(pool.name, down, up)
    return rates


def steady(model: Model, rates: Rates, source: Array, like: Array) -> Array:
    """Return x = -B^-1 u, (row, pool, column)."""
    system = factored(model, rates, like[:, 0], FOR_EVER)
    return implicit_step(model, rates, system, jnp.zeros_like(like), source, FOR_EVER)


def walk(
    model: Model, rates: Rates, source: Any, tracers: Array, signature: Array, lengths: NDArray[np.float64]
) -> Any:
    """Step tracers through constant rates.

    Parameters
    ----------
    tracers : (tracer, row, pool, column); signature : (step, tracer, column) of the inputs.
    lengths : (step,) yr; steps of one length share one factorisation.

    Returns
    -------
    (step, tracer, row, pool, column).
    """
    kept = []
    start = 0
    while start < len(lengths):
        h = float(lengths[start])
        end = start + int(np.argmin(np.append(np.isclose(lengths[start:], h), False)))
        system: System = factored(model, rates, tracers[0, :, 0], h)

        def one(now: Array, marks: Array, system: System = system, h: float = h) -> tuple[Array, Array]:
            def alone(carbon: Array, mark: Array) -> Array:
                marked = tuple(None if fresh is None else fresh * mark for fresh in source)
                return implicit_step(model, rates, system, carbon, marked, h)

            new = jax.vmap(alone)(now, marks)
            return new, new

        tracers, states = jax.lax.scan(one, tracers, signature[start:end])
        kept.append(states)
        start = end
    return jnp.concatenate(kept)


def predict(model: Model, sites: Sites, log_balance: Array, passes: int = 1) -> Predicted:
    """Return what the model says of the sites.

    Parameters
    ----------
    model : parameters scalar or (site,).
    sites : see there.
    log_balance : (row, site) or broadcast to it, logarithm of a site's own factor on the loss of mineral carbon.
    passes : how often rates that follow the state are taken anew at the steady state.
    """
    rows, count = sites.setup.thickness.shape[0], sites.mass.shape[-1]
    nothing = jnp.zeros((rows, len(model.pools), count))
    balance = jnp.exp(jnp.broadcast_to(log_balance, (rows, count)))

    def operator(native: bool, carbon: Array) -> tuple[Rates, Array]:
        own = (
            (sites.before, sites.aggregation_before, sites.mixing_before)
            if native
            else (sites.setup, sites.aggregation, sites.mixing)
        )
        return yearly(model, *own, sites.mass, carbon, balance)

    rates, source = operator(True, nothing)
    native = steady(model, rates, source, nothing)
    for _ in range(passes - 1):
        rates, source = operator(True, native)
        native = steady(model, rates, source, nothing)
    before, since = bounds()
    first = native * sites.old_air[0]
    old = walk(model, rates, source, first[None], sites.old_air[:, None], np.diff(before))[-1, 0]
    rates, source = operator(False, nothing)
    if passes > 1:
        rates, source = operator(False, steady(model, rates, source, nothing))
    both = jnp.stack([native, old])
    marks = jnp.stack([jnp.ones_like(sites.air), sites.air], axis=1)
    states = walk(model, rates, source, both, marks, np.diff(since))
    # (step, tracer, row, pool, site) at each site's year
    return sampled(model, sites, jnp.take_along_axis(states, sites.year[None, None, None, None, :], axis=0)[0])


def sampled(model: Model, sites: Sites, at: Array) -> Predicted:
    """Return what is found in the sites at their year: `at` (carbon or carbon times modern, row, pool, site)."""
    counted = jnp.asarray([pool.counts_as_soc for pool in model.pools], dtype=at.dtype)[:, None]
    bound = jnp.asarray([name in MINERAL_POOLS for name in model.pool_names], dtype=at.dtype)[:, None]
    carbon, modern = (sites.depths @ jnp.sum(at[i, 1:] * counted, axis=1) for i in (0, 1))
    mineral = sites.depths @ jnp.sum(at[0, 1:] * bound, axis=1)
    year = jnp.asarray(bounds()[1][1:])[sites.year]
    delta = 1000.0 * (modern / carbon * jnp.exp((REFERENCE_YEAR - year) / MEAN_LIFE.value) - 1.0)
    return Predicted(carbon, delta, mineral / carbon, sites.depths @ sites.bnpp)


def with_parameters(model: Model, values: Mapping[str, Array]) -> Model:
    """Return the model with parameters replaced, by `slot.parameter`; scalars or (column,)."""
    processes = []
    for process in model.processes:
        own = {key.split(".")[1]: value for key, value in values.items() if key.split(".")[0] == process.slot}
        processes.append(dataclasses.replace(process, **own) if own else process)
    return dataclasses.replace(model, processes=tuple(processes))
