"""Which practices a comparison is of, and which of them cannot be done on the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mollisol.grid import Grid
from mollisol.study.comparison.programs import eroded
from mollisol.study.schema import PracticePart, PracticeSet, StudySpec
from mollisol.units import InputError

if TYPE_CHECKING:
    from mollisol.study.columns import Place


@dataclass(frozen=True)
class Skipped:
    """A practice that is not compared, and why."""

    name: str
    reason: str


def asked_practices(
    spec: StudySpec, *, everything: bool = False, names: Sequence[str] = ()
) -> tuple[StudySpec, list[Skipped]]:
    """Return the study with the practices to compare, and those that cannot be done on its site.

    Parameters
    ----------
    spec : a checked study.
    everything : its own practices, and all others of the library with their defaults.
    names : these practices instead of its own, as the study has them or with their defaults.

    Raises
    ------
    InputError
        For an unknown practice, and where none is left to compare.
    """
    from mollisol.practices import list_practices, practice

    own = {one.name: one for one in spec.practices}
    folder = spec.source.parent
    wanted = dict(own) if everything or not names else {}
    for name in [*(list_practices() if everything else ()), *names]:
        if name in wanted:
            continue
        if name not in own:
            practice(name, folder)
        wanted[name] = own.get(name) or PracticeSet(name=name, parts=(PracticePart(practice=name),))
    if not wanted:
        raise InputError(
            "the study has no practices to compare",
            key="practices",
            remedy="list some, or compare the whole library (--all) or some of it (--practices NAME,NAME)",
        )
    place = _place(spec)
    kept, skipped = [], []
    for one in wanted.values():
        reason = _why_not(spec.model_copy(update={"practices": (one,)}), place)
        if reason:
            skipped.append(Skipped(one.name, reason))
        else:
            kept.append(one)
    if not kept:
        told = "; ".join(f"{one.name}: {one.reason}" for one in skipped)
        raise InputError(f"none of the practices can be done here ({told})", key="practices")
    made = spec.model_copy(
        update={"practices": tuple(kept), "erosion": eroded(spec.erosion, [one.name for one in kept])}
    )
    return made, skipped


def _place(spec: StudySpec) -> Place:
    from mollisol.climate import read_climate
    from mollisol.soil import harmonise, read_profile
    from mollisol.study.columns import make_place

    grid = Grid() if spec.grid is None else Grid(spec.grid)
    layers = harmonise(read_profile(spec.profile), grid)
    minerals = spec.soil.on(grid) if spec.soil else None
    return make_place(layers, read_climate(spec.climate), spec.site.latitude, spec.site.elevation_m, minerals)


def _why_not(spec: StudySpec, place: Place) -> str:
    """Return why the one practice of a study cannot be done; "" where it can."""
    from mollisol.practices import compile_management, patches_of
    from mollisol.practices.compile import check_depths
    from mollisol.study.plan_climate import series_of
    from mollisol.study.plans import timelines
    from mollisol.study.soil_events import events_of

    years = (spec.years.start, spec.years.end)
    try:
        line = timelines(spec)[spec.practices[0].name]
        check_depths(line, place.grid)
        for patch in patches_of(line):
            management = compile_management(patch.timeline, years, place.grid, place.latitude, place.means)
            events_of(place, [management], 1)
            series_of(management)
    except InputError as error:
        return f"{error.message}" + (f" ({error.remedy})" if error.remedy else "")
    return ""
