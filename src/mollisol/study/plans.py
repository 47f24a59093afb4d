"""From the checked study file to the plans of the field: the baseline, its practices and its past."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Plan, apply_together
from mollisol.practices.parameter import Draw
from mollisol.practices.plan import Application, CoverCrop, CropYear, RootChoice, Tillage, Timeline, land_use_plan
from mollisol.study.schema import PracticeSet, StudySpec
from mollisol.units import CM_PER_M, Parameter

Array = NDArray[np.float64]


def crop_year(entry: Any) -> CropYear:
    """Return one year of a rotation."""
    limits = entry.constraints
    roots = RootChoice(entry.roots.kind, entry.roots.parameters()) if entry.roots is not None else None
    return CropYear(
        entry.crop,
        yield_t_ha=entry.yield_t_ha,
        yield_dry_t_ha=entry.yield_dry_t_ha,
        above_t_ha=entry.inputs.above_t_c_ha if entry.inputs else None,
        below_t_ha=entry.inputs.below_t_c_ha if entry.inputs else None,
        residue_removed=entry.residue_removed,
        residue_burned=(limits.fire or 0.0) if limits else 0.0,
        cover_crop=_cover_crop(entry.cover_crop),
        nutrients=limits.nutrients if limits else None,
        ph=limits.ph if limits else None,
        salinity=limits.salinity_ds_m if limits else None,
        roots=roots,
    )


def _cover_crop(given: Any) -> CoverCrop | None:
    if given is None:
        return None
    if given.carbon_t_ha is not None:
        return CoverCrop(given.crop, given.carbon_t_ha)
    from mollisol.practices import practice

    return CoverCrop(given.crop, practice("cover_crop").values({})["carbon_t_ha"])


def _tillage(given: Any) -> Tillage | None:
    if given is None:
        return None
    return Tillage(given.operation, given.depth_cm / CM_PER_M, given.every_years, given.month)


def _application(given: Any) -> Application:
    from mollisol.plants import amendment_carbon

    carbon = amendment_carbon(
        given.amendment, t_ha=given.t_ha, fresh_t_ha=given.fresh_t_ha, carbon_t_ha=given.carbon_t_ha
    )
    top, bottom = (d / CM_PER_M for d in given.depth_cm) if given.depth_cm else (None, None)
    return Application(given.amendment, carbon, top, bottom, given.month, given.every_years)


def _plan(source: Any, from_year: int) -> Plan:
    return Plan(
        tuple(crop_year(entry) for entry in source.crops),
        from_year,
        _tillage(source.tillage),
        tuple(_application(one) for one in source.amendments),
    )


def baseline_plan(spec: StudySpec) -> Plan:
    """Return the present plan; its first crop grows in the first year of the run."""
    return _plan(spec, spec.years.start)


def history_plans(spec: StudySpec) -> list[Plan]:
    """Return the plans of the past, oldest first; empty where the study tells nothing of it."""
    return [
        land_use_plan(period.land_use, period.start) if period.land_use else _plan(period, period.start)
        for period in spec.history
    ]


def timelines(spec: StudySpec, drawn: dict[str, Array] | None = None, draw: Draw | None = None) -> dict[str, Timeline]:
    """Return the time line of the baseline and of each practice, by name.

    Parameters
    ----------
    spec : the study.
    drawn : where given, and where there are several members, the practices' own parameters are drawn and put into it,
        (member,) by `practice.parameter`; else plans hold best estimates.
    draw : gives the practices' own parameters, in place of `drawn`.
    """
    plan = baseline_plan(spec)
    if draw is None and drawn is not None and (spec.part or (0, spec.ensemble))[1] > 1:
        draw = _drawer(spec, drawn)
    lines: dict[str, Timeline] = {"baseline": ((plan.from_year, plan),)}
    for one in spec.practices:
        lines[one.name] = apply_together(plan, requests_of(one), spec.years.start, folder=spec.source.parent, draw=draw)
    return lines


def requests_of(one: PracticeSet) -> list[tuple[str, dict[str, Any]]]:
    """Return the practices of a set with the user's parameters, years and area among them."""
    requests = []
    for part in one.parts:
        own = dict(part.parameters)
        own |= {key: year for key, year in (("year", part.year), ("until", part.until)) if year is not None}
        own |= {} if part.area is None else {"area": part.area}
        requests.append((part.practice, own))
    return requests


def _drawer(spec: StudySpec, drawn: dict[str, Array]) -> Draw:
    """Return what draws a practice's parameter: the same under one name wherever it is asked for."""
    from mollisol.study.draws import drawn_for

    def values(name: str, known: Parameter) -> Array:
        if name not in drawn:
            drawn[name] = drawn_for(spec, name, known)
        return np.concatenate([[known.value], drawn[name]])

    return values


def with_best(spec: StudySpec, drawn: dict[str, Array]) -> Draw:
    """Return what draws a practice's parameter for the members and, as the last of them, for the best estimate.

    Parameters
    ----------
    drawn : what is drawn is put into it, (member,) by `practice.parameter`, without the best estimate.
    """
    values = _drawer(spec, drawn)
    return lambda name, known: np.append(values(name, known), known.value)
