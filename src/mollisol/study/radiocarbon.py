"""Radiocarbon and mean ages of a study's runs: from 50,000 years ago through the told past to the end of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks import Air, initial_radiocarbon, radiocarbon_marks, radiocarbon_of
from mollisol.clocks.air import zone_of
from mollisol.clocks.periodic import periodic_ages
from mollisol.clocks.radiocarbon import radiocarbon_at, ratio_to_delta, soil_of
from mollisol.column.setup import Setup
from mollisol.column.simulate import State
from mollisol.column.tracer import advance_traced, trace
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.soil import Profile
    from mollisol.study.initial import Past, Start

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clocks:
    """Clocks of a run.

    Attributes
    ----------
    delta14c : (time, layer, column), permil, of soil organic carbon in the year itself.
    mean_age : (time, layer, column), yr; NaN where there is no carbon.
    """

    delta14c: Array
    mean_age: Array


@dataclass(frozen=True, eq=False)
class SampledRadiocarbon:
    """The model's radiocarbon where and when the profile was sampled.

    Attributes
    ----------
    year : of sampling; the model's value is that of its end.
    delta14c : (layer, member), permil.
    """

    year: int
    delta14c: Array


def year_of_radiocarbon(profile: Profile) -> int | None:
    """Return the year in which the radiocarbon of a profile was sampled, the middle one of several; None without."""
    measured = np.isfinite(profile.delta14c_permil)
    if profile.sample_year is None:
        return None
    years = profile.sample_year[measured & np.isfinite(profile.sample_year)]
    return int(np.median(years)) if years.size else None


def past_tracers(past: Past, start: Start, latitude: float, sampled: int | None = None) -> tuple[Array, Array | None]:
    """Carry radiocarbon and age through the past to the start of the run.

    The oldest known management has 50,000 years of atmosphere behind it; the later periods are run as they are told.
    Where the initial state was scaled to the measured carbon, its signatures are those of the state before.

    Parameters
    ----------
    past, start : of the study.
    sampled : year in the middle of which the profile was sampled.

    Returns
    -------
    Carbon times fraction modern, and carbon times age, (2, row, pool, member); and Delta14C (layer, member), permil, at
    the end of the year `sampled`, None where that is not in the past.
    """
    assert start.steady is not None
    air, model, steps = Air(zone_of(latitude)), past.model, past.steps
    setup = _balanced(past, past.steady, start.balance, 0)
    first = past.first.managements[0]
    begins = past.plans[1].from_year if past.periods else past.end
    modern, cycle = initial_radiocarbon(model, setup, start.steady, first.months, first.sources, air, begins, steps)
    state, tracers = start.steady, np.stack([modern, periodic_ages(cycle)])
    wanted = None if sampled is None or sampled >= past.end else sampled + 1
    found = None
    if wanted is not None and wanted <= begins:
        earlier = radiocarbon_at(cycle, state, first.sources, air, wanted)
        found = _soil_delta(model, earlier, np.asarray(state.carbon), wanted)
    now = begins
    for number, (own, years) in enumerate(past.periods, start=1):
        assert past.later is not None
        marks = radiocarbon_marks(past.later.managements[0].sources, air, begins, past.end - 1).with_age()
        setup, from_year = _balanced(past, own, start.balance, number), now
        until = from_year + years
        stops = [until] if wanted is None or not from_year < wanted < until else [wanted, until]
        for stop in stops:
            state, tracers = advance_traced(
                model, setup, marks, state, tracers, stop - now,
                first_month=MONTHS_PER_YEAR * (now - from_year),
                marked_month=MONTHS_PER_YEAR * (now - begins),
                steps=steps,
            )  # fmt: skip
            now = stop
            if now == wanted:
                found = _soil_delta(model, tracers[0], np.asarray(state.carbon), now)
    there = np.asarray(state.carbon) > 0.0
    content = np.where(there, tracers / np.where(there, state.carbon, 1.0), 0.0)
    return np.asarray(content * start.state.carbon), found


def _soil_delta(model: Any, modern: Array, carbon: Array, year: int) -> Array:
    """Return Delta14C (layer, column), permil, of the soil organic carbon at the beginning of a year."""
    return ratio_to_delta(soil_of(model, modern), soil_of(model, carbon), float(year))


def _balanced(past: Past, setup: Setup, balance: Array, plan: int) -> Setup:
    return past.moving(replace(setup, soil={**setup.soil, "balance": balance}), plan)


def clocks_of_run(
    model: Any,
    setup: Setup,
    state: State,
    tracers: Array,
    sources: tuple[str, ...],
    latitude: float,
    years: tuple[int, int],
    steps: int,
    progress: Callable[[float], None] | None = None,
) -> Clocks:
    """Run a study's years with radiocarbon and age on its carbon.

    Parameters
    ----------
    model, setup, state, steps : of the run.
    tracers : (2, row, pool, column) at its start, see `past_tracers`.
    sources : names of the set-up's sources.
    years : first and last.
    """
    marks = radiocarbon_marks(sources, Air(zone_of(latitude)), *years).with_age()
    count = years[1] - years[0] + 1
    _, _, traced = trace(model, setup, marks, state, tracers, count, steps=steps, keep_pools=False, progress=progress)
    found = radiocarbon_of(model, state, tracers[0], traced, years[0])

    def whole(array: Array, later: Array) -> Array:
        return np.concatenate([soil_of(model, np.asarray(array))[None], later])

    stock = whole(state.carbon, traced.soc)
    aged = whole(tracers[1], traced.traced_soc[:, 1])
    age = np.where(stock > 0.0, aged / np.where(stock > 0.0, stock, 1.0), np.nan)
    return Clocks(found.soil, age)
