"""Radiocarbon, 13C and ages of a study's runs: from 50,000 years ago through the told past to the end of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks import carbon13_marks, delta13c, initial_radiocarbon, radiocarbon_marks, radiocarbon_of
from mollisol.clocks.carbon13 import periodic_carbon13
from mollisol.clocks.periodic import periodic_ages
from mollisol.clocks.profile import ratio
from mollisol.clocks.radiocarbon import radiocarbon_at, ratio_to_delta, soil_of
from mollisol.column.setup import Setup, select_columns
from mollisol.column.simulate import State
from mollisol.column.tracer import Marks, advance_traced, trace
from mollisol.study.isotopes import Labels, labels_of
from mollisol.study.result import by_plan
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.soil import Profile
    from mollisol.study.field import Fields
    from mollisol.study.initial import Past, Start
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]


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


def marks_of(sources: tuple[str, ...], labels: Labels, first: int, last: int) -> Marks:
    """Return the marks of a study's inputs over calendar years: radiocarbon, age, and 13C where it is followed."""
    marks: Marks = radiocarbon_marks(sources, labels.air, first, last).with_age()
    if labels.carbon13 is None:
        return marks
    inputs = np.asarray(marks.inputs)
    heavy = np.broadcast_to(carbon13_marks(sources, labels.carbon13).inputs, inputs[:, :1].shape)
    ageing = np.append(np.asarray(marks.ageing), [[0.0]], axis=0)
    return Marks(np.concatenate([inputs, heavy], axis=1), ageing)


def past_tracers(
    past: Past, start: Start, labels: Labels, sampled: int | None = None
) -> tuple[Array, SampledRadiocarbon | None]:
    """Carry radiocarbon, age and 13C through the past to the start of the run.

    The oldest known management has 50,000 years of atmosphere behind it; the later periods are run as they are told.
    Where the initial state was scaled to the measured carbon, its signatures are those of the state before.

    Parameters
    ----------
    past, start, labels : of the study.
    sampled : year in the middle of which the profile was sampled.

    Returns
    -------
    Carbon times fraction modern, carbon times age, and 13C where it is followed, (tracer, row, pool, member); and the
    radiocarbon at the end of the year `sampled`, None where that is not in the past.
    """
    assert start.steady is not None
    air, model, steps = labels.air, past.model, past.steps
    setup = _balanced(past, past.steady, start.balance, 0)
    first = past.first.managements[0]
    begins = past.plans[1].from_year if past.periods else past.end
    modern, cycle = initial_radiocarbon(model, setup, start.steady, first.months, first.sources, air, begins, steps)
    known = [modern, periodic_ages(cycle)]
    if labels.carbon13 is not None:
        known.append(periodic_carbon13(cycle, first.sources, labels.carbon13))
    state, tracers = start.steady, np.stack(known)
    wanted = None if sampled is None or sampled >= past.end else sampled + 1
    found = None
    if wanted is not None and wanted <= begins:
        earlier = radiocarbon_at(cycle, state, first.sources, air, wanted)
        found = _soil_delta(model, earlier, np.asarray(state.carbon), wanted)
    now = begins
    for number, (own, years) in enumerate(past.periods, start=1):
        assert past.later is not None
        marks = marks_of(past.later.managements[0].sources, labels, begins, past.end - 1)
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
    seen = None if found is None or sampled is None else SampledRadiocarbon(sampled, found)
    return np.asarray(content * start.state.carbon), seen


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
    labels: Labels,
    years: tuple[int, int],
    steps: int,
    fields: Fields,
    members: int,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Array]:
    """Run a study's years with radiocarbon, age and 13C on its carbon.

    Parameters
    ----------
    model, setup, state, steps : of the run.
    tracers : (tracer, row, pool, column) at its start, see `past_tracers`.
    sources : names of the set-up's sources.
    years : first and last.
    fields, members : what the columns are.

    Returns
    -------
    Variables of `result.nc` by name, of the means over each practice's patches, (time, layer, column) or (time,
    column); NaN where there is no carbon, and for fluxes at the start.
    """
    marks, count = marks_of(sources, labels, *years), years[1] - years[0] + 1
    _, _, traced = trace(model, setup, marks, state, tracers, count, steps=steps, keep_pools=False, progress=progress)
    # patches are mixed as carbon is: by amounts
    traced = fields.annual(traced, members)
    carbon, tracers = fields.mean(state.carbon, members), fields.mean(tracers, members)
    found = radiocarbon_of(model, State(carbon, {}), tracers[0], traced, years[0])

    def whole(array: Array, later: Array) -> Array:
        return np.concatenate([soil_of(model, np.asarray(array))[None], later])

    def flux(yearly: Array) -> Array:
        return np.concatenate([np.full_like(yearly[:1], np.nan), yearly])

    stock = whole(carbon, traced.soc)
    respired = flux(found.respired)
    values = {
        "delta14c": found.soil,
        "mean_age": ratio(whole(tracers[1], traced.traced_soc[:, 1]), stock),
        "respired_delta14c": respired[:, 1:],
        "surface_respired_delta14c": respired[:, 0],
        "respired_age": flux(ratio(traced.traced_respiration[:, 1, 1:], traced.respiration[:, 1:])),
        "dissolved_delta14c": found.dissolved,
        "leached_delta14c": flux(found.leached),
    }
    if labels.carbon13 is not None:
        values["delta13c"] = delta13c(whole(tracers[2], traced.traced_soc[:, 2]), stock)
    return values


def clocks_of_study(
    spec: StudySpec,
    model: Any,
    sources: tuple[str, ...],
    fields: Fields,
    past: Past,
    start: Start,
    setup: Setup,
    state: State,
    steps: int,
    profile: Profile,
    progress: Callable[[float], None] | None = None,
) -> tuple[dict[str, Array], SampledRadiocarbon | None]:
    """Return the clocks of a study's plans, and the baseline's radiocarbon in the year of sampling where measured.

    Parameters
    ----------
    model, setup, state : of the run; its first columns are the patches of `fields` with all members.
    fields : patches of the practices, the baseline first.
    past, start : of the members.

    Returns
    -------
    Variables of `result.nc` in its dimensions, and what `past_tracers` returns, or the run's own.
    """
    members, labels = past.members, labels_of(spec)
    own = np.arange(len(fields) * members)
    model, setup, state = (select_columns(tree, own) for tree in (model, setup, state))
    year, years = year_of_radiocarbon(profile), (spec.years.start, spec.years.end)
    begun, sampled = past_tracers(past, start, labels, year)
    tracers = np.tile(begun, (1, 1, 1, len(fields)))
    found = clocks_of_run(model, setup, state, tracers, sources, labels, years, steps, fields, members, progress)
    values = {name: by_plan(value, len(fields.names), members) for name, value in found.items()}
    if year is not None and sampled is None and years[0] <= year <= years[1]:
        sampled = SampledRadiocarbon(year, values["delta14c"][0, :, year + 1 - years[0]].T)
    return values, sampled
