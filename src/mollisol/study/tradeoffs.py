"""The trade-offs of a simulated study: what the ledger of `mollisol.practices.tradeoffs` asks for, from a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import ClimateMeans, Timeline, compile_management
from mollisol.practices.patches import patches_of
from mollisol.practices.tradeoffs import Case, Ledger, Part, Site, Water, ledger
from mollisol.study.plans import timelines
from mollisol.study.schema import StudySpec

if TYPE_CHECKING:
    import xarray as xr

    from mollisol.climate import DepthClimate
    from mollisol.study.columns import Place
    from mollisol.study.simulation import Simulation

Array = NDArray[np.float64]

MM_PER_M = 1000.0
BASELINE = "baseline"


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What the ledger needs of soil and climate: the site, each plan's water by name, and the climate's means."""

    site: Site
    water: Mapping[str, Water]
    means: ClimateMeans


def surroundings(
    place: Place, climate: DepthClimate, names: Sequence[str], by_name: Callable[[Array], Array]
) -> Surroundings:
    """Return the surroundings from the mean year's climate at depth.

    Parameters
    ----------
    place : soil and climate of the site.
    climate : of the columns of all plans.
    names : of the plans.
    by_name : turns (..., column) into (name, ...), the mean over the parts of each field.
    """
    temperature, precipitation = (np.asarray(one, dtype=np.float64) for one in place.means)

    def yearly(flux: Array) -> Array:
        # a month's flux is its total times 12, so the mean over the months is the year's total
        return MM_PER_M * by_name(flux.mean(axis=0, keepdims=True))[:, 0]

    used, potential = yearly(climate.evapotranspiration), yearly(climate.potential_evapotranspiration)
    drained, ran = yearly(climate.percolation[:, -1]), yearly(climate.runoff)
    water = {
        name: Water(float(used[i]), float(potential[i]), float(drained[i]), float(ran[i]))
        for i, name in enumerate(names)
    }
    site = Site(
        place.grid,
        place.layers.clay,
        place.layers.sand,
        float(temperature.mean()),
        float(precipitation.sum()),
        float(potential[list(names).index(BASELINE)]),
    )
    return Surroundings(site, water, place.means)


def study_ledger(spec: StudySpec, done: Simulation) -> Ledger | None:
    """Return the trade-offs of a study's plans; None where the run does not tell its surroundings.

    Plans are compiled at the best estimate of their parameters; the carbon stored is that of every member that is
    finite in all plans. See `mollisol.practices.tradeoffs.ledger`.
    """
    return None if done.surroundings is None else ledger_of(spec, done.surroundings, done.result)


def ledger_of(spec: StudySpec, found: Surroundings, result: xr.Dataset) -> Ledger:
    """Return the trade-offs of a study's plans from its surroundings and a result; see `study_ledger`."""
    soc = result["soc"].transpose("practice", "member", "time", "layer").values.sum(axis=-1)
    usable = np.isfinite(soc).all(axis=(0, 2))
    char = None
    if "carbon" in result and "pyrogenic" in result["pool"].values:
        kept = result["carbon"].sel(pool="pyrogenic")
        char = kept.transpose("practice", "member", "time", "layer").values.sum(axis=-1)
    asked = {one.name: one for one in spec.practices}
    cases = {}
    for i, (name, line) in enumerate(timelines(spec).items()):
        parts = asked[name].parts if name in asked else ()
        begun = tuple((part.practice, part.year or spec.years.start) for part in parts)
        own = None if char is None else char[i][usable]
        cases[name] = Case(name, begun, _parts(spec, line, found), line, soc[i][usable], own, found.water.get(name))
    baseline = cases.pop(BASELINE)
    return ledger(found.site, baseline, list(cases.values()))


def _parts(spec: StudySpec, line: Timeline, found: Surroundings) -> tuple[Part, ...]:
    years = (spec.years.start, spec.years.end)
    return tuple(
        Part(
            patch.share,
            patch.timeline,
            compile_management(patch.timeline, years, found.site.grid, spec.site.latitude, found.means),
        )
        for patch in patches_of(line)
    )
