"""Climates of the plans of a study: irrigation and changes of the climate, year by year.

A plan's climate of a year is its site's with a change of each calendar month (K, factors, mm). Where the changes of a
plan are the same in all years it has one mean year; else its forcing is that of a few years, with what lies between
them interpolated, under the same drawn weather.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.climate import Climate, climatology, read_climate
from mollisol.practices import ClimateMeans, Management
from mollisol.units import MONTHS_PER_YEAR

Array = NDArray[np.float64]

WARMING, RAIN, DEMAND, IRRIGATION = range(4)
KINDS = 4
"""Of a state (KINDS, 12): warming in K, factors on rain and on demand, irrigation in mm, January first."""

MOST_STATES = 4
"""Different years of a plan that are each computed; of more, as many evenly spaced ones are, and interpolated."""


def unchanged(years: int = 1) -> Array:
    """Return (year, KINDS, 12) of a plan that leaves the climate as it is."""
    state = np.zeros((years, KINDS, MONTHS_PER_YEAR))
    state[:, (RAIN, DEMAND)] = 1.0
    return state


def states_of(management: Management, means: ClimateMeans) -> Array:
    """Return (year, KINDS, 12) what a plan changes in each year; `means` are the site's monthly means."""
    years = len(management.years)
    state = unchanged(years)
    if management.irrigation.size:
        state[:, IRRIGATION] = management.irrigation.reshape(years, MONTHS_PER_YEAR)
    for one in management.climates:
        warming, rain, demand = one.warming, one.rain, one.demand
        if one.file:
            read = read_climate(Path(one.file))
            if read.resolution != "climatology":
                continue
            warming = warming + read.temperature - np.asarray(means[0])
            own = np.asarray(means[1])
            rain = rain * np.where(own > 0.0, read.precipitation / np.where(own > 0.0, own, 1.0), 1.0)
        course = one.course[:, None]
        state[:, WARMING] += course * warming
        state[:, RAIN] *= 1.0 + course * (rain - 1.0)
        state[:, DEMAND] *= 1.0 + course * (demand - 1.0)
    return state


def series_of(management: Management) -> tuple[str, Array] | None:
    """Return the file of a climate series that replaces the study's, and the course (year,); None without."""
    for one in management.climates:
        if one.file and read_climate(Path(one.file)).resolution != "climatology":
            return one.file, one.course
    return None


def changed(climate: Climate, states: Array) -> Climate:
    """Return the climate of several plans: arrays (time, plan).

    Parameters
    ----------
    climate : of the site, (time,).
    states : (plan, KINDS, 12) for a climatology, or (time, KINDS, plan).
    """
    if states.shape[1:] == (KINDS, MONTHS_PER_YEAR):
        at = np.moveaxis(states, 0, -1)[:, climate.months - 1]
    else:
        at = np.moveaxis(states, 1, 0)
    warming, rain, demand, irrigation = at
    # irrigation is a total of the month; a day has its part
    share = 1.0 if climate.resolution != "daily" else 12.0 / 365.25

    def warmer(values: Array | None) -> Array | None:
        return None if values is None else values[:, None] + warming

    def wide(values: Array | None) -> Array | None:
        return None if values is None else np.repeat(values[:, None], at.shape[-1], axis=1)

    return replace(
        climate,
        temperature=climate.temperature[:, None] + warming,
        precipitation=climate.precipitation[:, None] * rain + share * irrigation,
        temperature_min=warmer(climate.temperature_min),
        temperature_max=warmer(climate.temperature_max),
        pet=None if climate.pet is None else climate.pet[:, None] * demand,
        radiation=wide(climate.radiation),
        wind=wide(climate.wind),
        relative_humidity=wide(climate.relative_humidity),
        temperature_deviation=wide(climate.temperature_deviation),
    )


def dated_states(climate: Climate, states: Sequence[Array], first_year: int) -> Array:
    """Return (time, KINDS, plan) the changes at the dates of a series; none before the run, the last ones after it."""
    month = climate.time.astype("datetime64[M]").astype(int)
    row, calendar = month // MONTHS_PER_YEAR + 1970 - first_year, month % MONTHS_PER_YEAR
    found = []
    for one in states:
        own = np.concatenate([unchanged(), one])
        found.append(own[np.clip(row + 1, 0, len(one)), :, calendar])
    return np.stack(found, axis=-1)


def knots_of(states: Array) -> tuple[Array, Array]:
    """Return the states (knot, KINDS, 12) to compute, and the weights (year, knot) by which years are made of them."""
    unique, which = np.unique(states.reshape(len(states), -1), axis=0, return_inverse=True)
    if len(unique) <= MOST_STATES:
        return unique.reshape(-1, *states.shape[1:]), np.eye(len(unique))[which.ravel()]
    # a course: how far each year is from the first, from 0 to 1
    start = states[0]
    scale = np.abs(states - start).max(axis=0).clip(min=1e-12)
    far = (np.abs(states - start) / scale).mean(axis=(1, 2))
    order = np.argsort(far, kind="stable")
    picked = order[np.linspace(0, len(order) - 1, MOST_STATES).round().astype(int)]
    at = far[picked]
    weights = np.zeros((len(states), MOST_STATES))
    place = np.clip(np.searchsorted(at, far, side="right") - 1, 0, MOST_STATES - 2)
    width = at[place + 1] - at[place]
    share = np.where(width > 0.0, (far - at[place]) / np.where(width > 0.0, width, 1.0), 0.0)
    years = np.arange(len(states))
    weights[years, place] = 1.0 - share
    weights[years, place + 1] += share
    return states[picked], weights


def mean_climate(climate: Climate, states: Sequence[Array]) -> Climate:
    """Return the climatology of the plans' last years."""
    mean = climatology(climate)
    last = np.stack([one[-1] for one in states])
    return mean if np.array_equal(last, unchanged().repeat(len(last), axis=0)) else changed(mean, last)
