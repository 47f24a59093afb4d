"""Radiocarbon of every pool and layer through time: carbon times fraction modern as a tracer of the run.

Inputs carry the atmosphere's fraction modern of the year in which they grew: crops that of their own year, manure,
compost, straw and char that of earlier ones (`tables/source_age.csv`). Fraction modern does not decay (see
`conventions`), so amounts follow the operator of carbon alone, through tillage, filling minerals and eroding soil.
The past before the first known management is walked from 50,000 years ago through the periodic state's own map.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.air import DEFAULT_FUTURE, FIRST_YEAR, mean_fraction
from mollisol.clocks.conventions import delta14c
from mollisol.clocks.periodic import Cycle, after_long_past, cycle_of
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.column.model import Model
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State
    from mollisol.column.tracer import Marks, Traced

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Air:
    """The air that plants of a place breathe.

    Attributes
    ----------
    zone : post-bomb zone, see `air.ZONES`.
    future : scenario, see `air.SCENARIOS`.
    """

    zone: str
    future: str = DEFAULT_FUTURE

    def of_years(self, first: int, last: int, age: float = 0.0) -> Array:
        """Return (year,) the fraction modern of what took up carbon `age` years before each calendar year."""
        return mean_fraction(np.arange(first, last + 2) - age, self.zone, self.future)


@cache
def source_ages() -> dict[str, float]:
    """Return the age of the carbon (yr) of each amendment, by name."""
    text = (resources.files("mollisol.clocks") / "tables" / "source_age.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {row["name"]: float(row["age_yr"]) for row in csv.DictReader(lines)}


def age_of(source: str) -> float:
    """Return the age of the carbon (yr) of an input, by the name of its source: 'green_compost surface', 'wheat roots'.

    Examples
    --------
    >>> age_of("biochar_wood incorporated"), age_of("maize roots")
    (20.0, 0.0)
    """
    return source_ages().get(source.split(" ")[0], 0.0)


def radiocarbon_marks(sources: Sequence[str], air: Air, first: int, last: int) -> Marks:
    """Return the marks of the inputs over calendar years: one tracer, the fraction modern of each source."""
    from mollisol.column.tracer import Marks

    by_age = {age: air.of_years(first, last, age) for age in {age_of(name) for name in sources}}
    yearly = np.stack([by_age[age_of(name)] for name in sources], axis=-1)
    return Marks(np.repeat(yearly, MONTHS_PER_YEAR, axis=0)[:, None, :, None])


def initial_radiocarbon(
    model: Model, setup: Setup, state: State, months: int, sources: Sequence[str], air: Air, year: int, steps: int
) -> tuple[Array, Cycle]:
    """Return carbon times fraction modern (row, pool, column) at the periodic state of a cycle.

    Parameters
    ----------
    model, setup, steps : as in the run; `state` is periodic.
    months : length of the cycle.
    sources : names of the set-up's sources.
    air : of the place.
    year : at whose beginning the periodic state holds; 50,000 years of atmosphere went before.

    Returns
    -------
    Kg C/m2 of modern carbon, and the cycle, for other clocks.
    """
    cycle = cycle_of(model, setup, state, months, list(source_groups(sources).values()), steps)
    return radiocarbon_at(cycle, state, sources, air, year), cycle


def radiocarbon_at(cycle: Cycle, state: State, sources: Sequence[str], air: Air, year: int) -> Array:
    """Return carbon times fraction modern (row, pool, column) at the beginning of a year of the periodic state.

    Parameters
    ----------
    cycle : of the state; one cycle begins in `year`.
    state, sources, air : as for `initial_radiocarbon`.
    """
    ages = [age_of(name) for name in source_groups(sources)]

    def signature(bounds: Array, group: int) -> Array:
        return mean_fraction(np.maximum(bounds - ages[group], FIRST_YEAR), air.zone, air.future)

    begin = np.array([FIRST_YEAR, FIRST_YEAR + 1.0])
    # carbon that is older still hardly holds any 14C today; it begins as old as the curve does
    first = np.asarray(state.carbon) * mean_fraction(begin, air.zone, air.future)[0]
    return after_long_past(cycle, signature, FIRST_YEAR, year, first)


def source_groups(sources: Sequence[str]) -> dict[str, list[int]]:
    """Return the crops, amendments and land uses that feed a set-up, each with the numbers of its sources.

    Examples
    --------
    >>> source_groups(["maize roots", "cattle_manure surface", "maize straw"])
    {'maize': [0, 2], 'cattle_manure': [1]}
    """
    groups: dict[str, list[int]] = {}
    for number, name in enumerate(sources):
        groups.setdefault(name.split(" ")[0], []).append(number)
    return groups


def soil_of(model: Model, amount: Array) -> Array:
    """Return (layer, column) of an amount (row, pool, column) in the pools that count as soil organic carbon."""
    counted = np.array([pool.counts_as_soc for pool in model.pools], dtype=np.float64)
    return np.asarray(np.einsum("rpc,p->rc", amount[1:], counted))


def dissolved_of(model: Model, amount: Array) -> Array:
    """Return (layer, column) of an amount (row, pool, column) in the pools that move with the water."""
    mobile = np.array([pool.phase == "dissolved" for pool in model.pools], dtype=np.float64)
    return np.asarray(np.einsum("rpc,p->rc", amount[1:], mobile))


def ratio_to_delta(modern: Array, stock: Array, year: Array | float) -> Array:
    """Return Delta14C (permil) of an amount times fraction modern and the amount; NaN where that is zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return delta14c(np.where(stock > 0.0, modern / np.where(stock > 0.0, stock, 1.0), np.nan), year)


@dataclass(frozen=True, eq=False)
class Radiocarbon:
    """Delta14C (permil) of a run, by year; NaN where there is no carbon or no flux.

    Attributes
    ----------
    soil : (time, layer, column) of soil organic carbon, at the start and at the end of each year.
    pools : (year, row, pool, column) at the end of each year; no rows where pools were not kept.
    dissolved : (time, layer, column) of dissolved carbon, at the start and at the end of each year.
    respired : (year, row, column) of the carbon dioxide from decomposition, mean of each year.
    leached : (year, column) of dissolved carbon that leaves at the bottom.
    """

    soil: Array
    pools: Array
    dissolved: Array
    respired: Array
    leached: Array


def radiocarbon_of(model: Model, start: State, tracers: Array, traced: Traced, first_year: int) -> Radiocarbon:
    """Return the Delta14C of a run.

    Parameters
    ----------
    start, tracers : carbon and carbon times fraction modern (row, pool, column) at the beginning.
    traced : the run; its first tracer is radiocarbon.
    first_year : of the run.
    """
    carbon = np.asarray(start.carbon)
    stock = np.concatenate([soil_of(model, carbon)[None], traced.soc])
    modern = np.concatenate([soil_of(model, tracers)[None], traced.traced_soc[:, 0]])
    dissolved = np.concatenate([dissolved_of(model, carbon)[None], traced.dissolved])
    modern_dissolved = np.concatenate([dissolved_of(model, tracers)[None], traced.traced_dissolved[:, 0]])
    time = first_year + np.arange(len(stock), dtype=np.float64)
    middle = time[:-1] + 0.5
    return Radiocarbon(
        ratio_to_delta(modern, stock, time[:, None, None]),
        ratio_to_delta(traced.tracers[:, 0], traced.carbon, time[1:, None, None, None]),
        ratio_to_delta(modern_dissolved, dissolved, time[:, None, None]),
        ratio_to_delta(traced.traced_respiration[:, 0], traced.respiration, middle[:, None, None]),
        ratio_to_delta(traced.traced_leaching[:, 0], traced.leaching, middle[:, None]),
    )
