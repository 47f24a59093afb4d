"""The atmosphere's radiocarbon from 50,000 years ago to 2100, by zone.

Calibration curves of tree rings, corals and caves to 1947 (IntCal20 in the north, SHCal20 in the south), means of whole
years of five zones from 1950 on, then a scenario, shifted so that it goes on from the zone's last observation. Between
the nodes of the tables values are linear; the tables say from where they are and how far a thinned curve is off.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.clocks.conventions import fraction_modern
from mollisol.units import InputError, nearest

if TYPE_CHECKING:
    Array = NDArray[np.float64]

ZONES = {"north_1": 40.0, "north_2": 15.0, "north_3": 0.0, "south_3": -10.0, "south_1_2": -90.0}
"""Southern bounds of the post-bomb zones, degrees north. Hua et al. 2022 draw them at about 40 N, at the mean position
of the tropical convergence in the northern summer, at the equator, and at its position in the southern summer, which
shifts with longitude: the two bounds in the tropics are rounded means. Name the zone where the map is known better."""

FIRST_YEAR = -48050.0
"""50,000 years before 1950; before that the curve's first value is not trusted."""

JOINT = 3.0
"""Years over which a calibration curve is led to the first post-bomb mean, 6 permil off in the south."""

SCENARIOS = {"ssp126": "rcp26", "ssp245": "rcp45", "ssp460": "rcp60", "ssp585": "rcp85"}
"""Scenarios by the names of their successors, which were made for the same radiative forcing in 2100."""

DEFAULT_FUTURE = "ssp245"


def zone_of(latitude: float) -> str:
    """Return the post-bomb zone of a latitude, degrees north.

    Raises
    ------
    InputError
        For a latitude that does not exist.
    """
    if not -90.0 <= latitude <= 90.0:
        raise InputError(f"got {latitude}", key="latitude", remedy="give degrees from -90 to 90")
    return next(zone for zone, bound in ZONES.items() if latitude >= bound)


def atmosphere(
    year: ArrayLike, latitude: float | None = None, *, zone: str | None = None, future: str = DEFAULT_FUTURE
) -> Array:
    """Return the atmosphere's Delta14C in a year.

    Parameters
    ----------
    year : CE, decimal, any shape; from -48050 (50,000 years before 1950). After 2100 the scenario stays as it ended.
    latitude : degrees north; chooses the zone unless that is given. The northern mid-latitudes where neither is.
    zone : one of `ZONES`.
    future : one of `SCENARIOS`, or the names that these have there.

    Returns
    -------
    Delta14C, permil, in the shape of `year`.

    Raises
    ------
    InputError
        For a year before the curve, and for a zone or scenario that does not exist.

    Examples
    --------
    >>> atmosphere([1900.5, 1964.5], latitude=50).round().tolist()
    [-4.0, 846.0]
    """
    wanted = np.asarray(year, dtype=np.float64)
    if not np.all(wanted >= FIRST_YEAR):
        raise InputError(
            f"nothing is known of the atmosphere's radiocarbon in {np.min(wanted):g}",
            key="year",
            remedy=f"give years from {FIRST_YEAR:g} on",
        )
    if zone is None:
        zone = zone_of(45.0 if latitude is None else latitude)
    nodes, values = curve(_known(zone, ZONES, "zone"), _scenario(future))
    return np.asarray(np.interp(wanted, nodes, values))


def mean_fraction(bounds: ArrayLike, zone: str, future: str = DEFAULT_FUTURE) -> Array:
    """Return the mean fraction modern of the atmosphere between years (bound,), (bound - 1,).

    By the midpoint rule in parts of a year, or in a hundred parts where that is longer.
    """
    edges = np.asarray(bounds, dtype=np.float64)
    means = np.empty(len(edges) - 1)
    for i in range(len(means)):
        parts = max(int(np.ceil(min(edges[i + 1] - edges[i], 100.0))), 1)
        middle = edges[i] + (np.arange(parts) + 0.5) * (edges[i + 1] - edges[i]) / parts
        means[i] = fraction_modern(atmosphere(middle, zone=zone, future=future), middle).mean()
    return means


@cache
def curve(zone: str, scenario: str) -> tuple[Array, Array]:
    """Return the nodes (year CE, rising) and Delta14C (permil) of a zone's whole curve."""
    _, old = table("intcal20" if zone.startswith("north") else "shcal20")
    names, bomb = table("bomb")
    ahead_names, ahead = table("future")
    observed = np.stack([bomb[:, 0] + 0.5, bomb[:, names.index(zone)]], axis=-1)
    path = np.stack([ahead[:, 0] + 0.5, ahead[:, ahead_names.index(scenario)]], axis=-1)
    last, value = observed[-1]
    path[:, 1] += value - np.interp(last, path[:, 0], path[:, 1])
    led_from = observed[0, 0] - JOINT
    before = np.append(old[old[:, 0] < led_from], [[led_from, np.interp(led_from, old[:, 0], old[:, 1])]], axis=0)
    joined = np.concatenate([before, observed, path[path[:, 0] > last]])
    return joined[:, 0], joined[:, 1]


@cache
def table(name: str) -> tuple[list[str], Array]:
    """Return the header and the rows of a table of this room."""
    text = (resources.files("mollisol.clocks") / "tables" / f"{name}.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return lines[0].split(","), np.array([line.split(",") for line in lines[1:]], dtype=np.float64)


def _scenario(name: str) -> str:
    known = {**SCENARIOS, **{old: old for old in SCENARIOS.values()}}
    return known[_known(name, known, "future")]


def _known(name: str, allowed: dict[str, float] | dict[str, str], key: str) -> str:
    if name not in allowed:
        close = nearest(name, list(allowed))
        hint = f"; did you mean '{close}'?" if close else ""
        raise InputError(f"unknown {key} '{name}'{hint}", key=key, remedy=f"one of {', '.join(allowed)}")
    return name
