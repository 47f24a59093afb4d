"""Incubations: a jar of soil at constant temperature and moisture, through the model's own rates and step.

    x_new = x_old + h B(x_old + y_old) x_new,    y_new = y_old + h B(x_old + y_old) y_new

x is the soil's own carbon and y what was added: both follow the one operator of their sum, so the carbon dioxide of
each is known exactly, and what the added carbon does to the loss of the soil's own (priming) is the difference from a
jar without it. A jar is one layer without roots, rain, fauna or neighbours; nothing else is special about it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.column.backend import configure, require_float64
from mollisol.column.model import Model
from mollisol.column.setup import Events, Setup, check_setup, columns_of, drivers_of, prepared, source_of
from mollisol.column.simulate import State
from mollisol.column.step import month_step
from mollisol.processes import NoProcess
from mollisol.processes.oxygen import ATMOSPHERE
from mollisol.units import DAYS_PER_YEAR, RunError

Array = NDArray[np.float64]

LEFT_OUT = ("bioturbation", "dissolved_transport", "nonlocal", "erosion")
"""Slots of what moves carbon between layers."""

STEPS_PER_DAY = 4
"""Implicit steps of a day; rates follow the state daily. Warm dissolved carbon turns over in two days."""


@dataclass(frozen=True, eq=False)
class Jar:
    """A sample of soil.

    Attributes
    ----------
    thickness : of the soil in the jar, m; oxygen diffuses into it from above.
    depth : the soil's own in the field, m; where a model imposes a decline with depth, the sample keeps it.
    carbon : (pool, column), kg C/m3.
    soil : {name: (2, column)} soil-bound properties and state, of the (empty) surface and of the sample.
    """

    thickness: float
    depth: float
    carbon: Array
    soil: Mapping[str, Array]

    def scaled(self, total: ArrayLike) -> Jar:
        """Return the jar with as much carbon (kg C/m3) as was measured, in the same pools."""
        return dataclasses.replace(self, carbon=self.carbon * (np.asarray(total) / self.carbon.sum(axis=0)))

    def with_soil(self, **values: ArrayLike) -> Jar:
        """Return the jar with properties of the sample replaced, such as `aggregation=0` for sieved soil."""
        soil = dict(self.soil)
        for name, value in values.items():
            if name not in soil:
                raise RunError(f"the sample has no soil property '{name}'; it has {', '.join(sorted(soil))}")
            new = np.broadcast_to(np.asarray(value, dtype=np.float64), soil[name][1:].shape)
            soil[name] = np.concatenate([soil[name][:1], new])
        return dataclasses.replace(self, soil=soil)


@dataclass(frozen=True, eq=False)
class Incubation:
    """What an incubation gave.

    Attributes
    ----------
    days : (time,) end of each day.
    native, added : (time, column) cumulative carbon dioxide of the soil's own and of the added carbon, kg C/m3 of soil.
    carbon : (pool, column) at the end, kg C/m3, of both.
    carbon_added : (pool, column) at the end, of the added carbon alone.
    residual : (column,) start + added - left - respired, kg C/m3: rounding.
    """

    days: Array
    native: Array
    added: Array
    carbon: Array
    carbon_added: Array
    residual: Array

    def at(self, days: ArrayLike) -> tuple[Array, Array]:
        """Return (time, column) native and added carbon dioxide by given days, linear between the ends of days."""
        wanted = np.asarray(days, dtype=np.float64)
        known = np.concatenate([[0.0], self.days])

        def read(series: Array) -> Array:
            full = np.concatenate([np.zeros_like(series[:1]), series])
            return np.stack([np.interp(wanted, known, column) for column in full.T], axis=-1)

        return read(self.native), read(self.added)


def sample(setup: Setup, state: State, layer: int, *, thickness: float = 0.03) -> Jar:
    """Take a sample of a layer (0 is the uppermost one of the soil) of simulated columns.

    Parameters
    ----------
    setup, state : of the columns; the state's carbon per volume is the sample's.
    thickness : height of the soil in the jar, m.
    """
    row = layer + 1
    soil = {name: np.asarray(value)[[0, row]] for name, value in {**setup.soil, **state.soil}.items()}
    carbon = np.asarray(state.carbon)[row] / np.asarray(setup.thickness)[row]
    return Jar(thickness, float(np.asarray(setup.depth)[row, 0]), carbon, soil)


def incubate(
    model: Model,
    jar: Jar,
    days: int,
    *,
    temperature: float,
    water: ArrayLike,
    matric_potential: float,
    oxygen: float = ATMOSPHERE,
    additions: Mapping[str, ArrayLike] | None = None,
    forcing: Mapping[str, ArrayLike] | None = None,
    steps_per_day: int = STEPS_PER_DAY,
) -> Incubation:
    """Incubate a sample.

    Parameters
    ----------
    model : any; its processes of transport are left out, for a jar has one layer.
    jar : the sample, see `sample`; its columns may differ.
    days : whole days.
    temperature : degC.
    water : m3/m3, scalar or (column,).
    matric_potential : MPa, negative.
    oxygen : of the air above the soil, m3/m3.
    additions : {pool: kg C/m3} mixed in at the start.
    forcing : other drivers that a process reads, {name: value in the sample}.
    steps_per_day : implicit steps.

    Returns
    -------
    Incubation

    Raises
    ------
    RunError
        If the model lacks a pool that is added to, or a driver.

    Examples
    --------
    >>> jar = sample(setup, steady.state, layer=12)                                  # doctest: +SKIP
    >>> fed = incubate(model, jar, 160, temperature=20, water=0.3, matric_potential=-0.1,
    ...                additions={"fast_litter": 1.3})                               # doctest: +SKIP
    >>> fed.native[-1] / incubate(model, jar, 160, temperature=20, water=0.3,
    ...                           matric_potential=-0.1).native[-1]                  # doctest: +SKIP
    """
    configure()
    require_float64()
    model = _in_a_jar(model)
    names = model.pool_names
    unknown = set(additions or {}) - set(names)
    if unknown:
        raise RunError(f"{model.name} has no pool {', '.join(sorted(unknown))}; pools: {', '.join(names)}")
    given = {
        "temperature": temperature,
        "water": water,
        "relative_saturation": np.asarray(water) / jar.soil["porosity"][1],
        "matric_potential": matric_potential,
        "air_filled_porosity": jar.soil["porosity"][1] - np.asarray(water),
        "headspace_oxygen": oxygen / ATMOSPHERE,
        **dict.fromkeys(("percolation", "infiltration", "root_respiration", "root_density"), 0.0),
        **(forcing or {}),
    }
    setup, soil = _setup(jar, model, given)
    amounts = {pool: np.atleast_1d(np.asarray(amount, dtype=np.float64)) for pool, amount in (additions or {}).items()}
    columns = max(columns_of(setup, model), jar.carbon.shape[-1], *(amount.size for amount in amounts.values()))
    carbon = np.zeros((2, 2, len(names), columns))  # (native, added), row, pool, column
    carbon[0, 1] = jar.carbon * jar.thickness
    for pool, amount in amounts.items():
        carbon[1, 1, names.index(pool)] = amount * jar.thickness
    wide = {name: np.broadcast_to(value, (2, columns)) for name, value in soil.items()}
    check_setup(setup, model, wide)
    end, respired = _run(model, setup, carbon, wide, days, steps_per_day)
    left, gone = np.asarray(end) / jar.thickness, np.asarray(respired) / jar.thickness
    budget = carbon.sum(axis=(0, 1, 2)) / jar.thickness - left.sum(axis=(0, 1, 2)) - gone[-1].sum(axis=0)
    return Incubation(np.arange(1.0, days + 1.0), gone[:, 0], gone[:, 1], left.sum(axis=0)[1], left[1, 1], budget)


def _in_a_jar(model: Model) -> Model:
    kept = tuple(NoProcess() if process.slot in LEFT_OUT else process for process in model.processes)
    return dataclasses.replace(model, processes=kept)


def _setup(jar: Jar, model: Model, given: Mapping[str, Any]) -> tuple[Setup, dict[str, Array]]:
    """Arrays of one layer without inputs; the soil-bound state apart from the properties that stay."""
    owned = model.initial_soil(2, 1)
    state = {name: jar.soil.get(name, start) for name, start in owned.items()}
    properties = {name: value for name, value in jar.soil.items() if name not in owned}
    forcing = {name: np.broadcast_to(value, (1, 2, np.size(value))) for name, value in given.items()}
    thickness, depth = np.array([[0.0], [jar.thickness]]), np.array([[0.0], [jar.depth]])
    # a source of nothing: what is added is in the jar from the start
    quality = np.zeros((1, len(model.pools), 1))
    quality[0, 0] = 1.0
    placement = np.array([0.0, 1.0])[None, :, None]
    nothing = np.zeros((1, 1, 1))
    return Setup(thickness, depth, properties, forcing, nothing, placement, quality, Events.none(2), (0,)), state


@partial(jax.jit, static_argnames=("days", "steps"))
def _run(model: Model, setup: Setup, carbon: Any, soil: Mapping[str, Any], days: int, steps: int) -> tuple[Any, Any]:
    """Return the final (native or added, row, pool, column) and the cumulative (day, native or added, column)."""
    setup = prepared(setup, model)
    day_length = 1.0 / DAYS_PER_YEAR

    def day(carry: tuple[Any, Any, Any], _: None) -> tuple[tuple[Any, Any, Any], Any]:
        parts, state, gone = carry
        drivers = drivers_of(setup, state, jnp.zeros((), int))
        rates = model.rates(jnp.sum(parts, axis=0), drivers)
        source = source_of(setup, jnp.zeros((), int))
        step = partial(month_step, model, rates, source=source, years=day_length, steps=steps)
        new, mean = jax.vmap(lambda part: step(carbon=part))(parts)
        gone = gone + day_length * jax.vmap(lambda part: rates.respiration(model.by_name(part))[1])(mean)
        moved = model.advance_soil(state, drivers, day_length)
        moved = {name: jnp.broadcast_to(moved[name], value.shape) for name, value in state.items()}
        return (new, moved, gone), gone

    start = (jnp.asarray(carbon), dict(soil), jnp.zeros_like(carbon[:, 0, 0]))
    (end, _, _), respired = jax.lax.scan(day, start, None, length=days)
    return end, respired
