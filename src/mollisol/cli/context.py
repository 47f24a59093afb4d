"""From a simulated study to what its report says beside the result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mollisol.units import CM_PER_M

if TYPE_CHECKING:
    from mollisol.show import FilledValue, Horizon, InitialState, MeasuredProfile, ReportContext, RootStatement
    from mollisol.soil import SoilLayers
    from mollisol.study import StudySpec
    from mollisol.study.schema import PracticePart
    from mollisol.study.simulation import Simulation

PLAIN_NAMES = {
    "organic_carbon": "carbon stock",
    "organic_carbon_percent": "organic carbon",
    "bulk_density": "bulk density",
    "coarse_fraction": "coarse fragments",
    "ph": "pH",
}
"""Soil properties in words, where the name is not one; those left out of the report are in `UNTOLD`."""

UNTOLD = ("organic_carbon_error", "mineral_mass", "delta14c")
"""Layer properties that follow from others or that nothing fills."""

HOW = {
    "equilibrium": "The run starts from the model's steady state under the past management, as it is.",
    "measured": "The run starts from the measured carbon, split into pools as the model's steady state splits it.",
    "balanced": (
        "The run starts from a steady state that meets the measured carbon within its error: the loss of "
        "mineral-associated carbon is multiplied by a factor that is smooth over depth and the same for all "
        "practices. That the past management had led to a steady state is an assumption."
    ),
}
"""How each kind of initial state is made."""


def report_context(spec: StudySpec, done: Simulation, folder: Path) -> ReportContext:
    """Return what the report of a study says beside its result.

    Parameters
    ----------
    spec : the checked study.
    done : its simulation.
    folder : where the results are written, for the command that repeats the run.
    """
    from mollisol.show import ReportContext
    from mollisol.study.run import versions

    chosen = {f"chosen for the study #{i}": note for i, note in enumerate(done.notes, start=1)}
    return ReportContext(
        name=spec.name,
        latitude=spec.site.latitude,
        longitude=spec.site.longitude,
        elevation_m=spec.site.elevation_m,
        years=(spec.years.start, spec.years.end),
        model=spec.model.name,
        slots=done.slots,
        parameters=len(done.drawn) if spec.ensemble > 1 else 0,
        seed=spec.seed,
        rotation_years=done.rotation_years,
        measured=_measured(done),
        initial=_initial(spec, done),
        defaults_used={**spec.defaults_used, **chosen},
        filled=list(_filled(done.layers)),
        warnings=done.warnings,
        roots=list(_roots(spec, done)),
        practice_notes={one.name: "; ".join(map(_practice, one.parts)) for one in spec.practices},
        history=_history(spec),
        sources=list(_sources(spec, done)),
        versions=versions(),
        command=f"mollisol run {spec.source.name} -o {folder.name} --members {spec.ensemble} --seed {spec.seed}",
    )


def _measured(done: Simulation) -> MeasuredProfile:
    from mollisol.show import MeasuredProfile

    layers = done.layers
    years = f", sampled {layers.sample_year:.0f}" if np.isfinite(layers.sample_year) else ""
    source = ", ".join(dict.fromkeys(one for one in done.profile.source if one))
    return MeasuredProfile(
        soc=layers.organic_carbon,
        error=layers.organic_carbon_error,
        depth=layers.measured_depth,
        horizons=list(_horizons(done)),
        source=f"{source or done.profile.profile_id}{years}",
    )


def _horizons(done: Simulation) -> Iterator[Horizon]:
    from mollisol.show import Horizon
    from mollisol.soil.filling import complete

    profile, stocks = done.profile, complete(done.profile).organic_carbon
    for at, stock in enumerate(stocks):
        if np.isfinite(stock):
            yield Horizon(float(profile.top_cm[at]), float(profile.bottom_cm[at]), float(stock))


def _initial(spec: StudySpec, done: Simulation) -> InitialState:
    from mollisol.show import InitialState

    balanced = spec.initial == "balanced"
    return InitialState(
        kind=spec.initial,
        chosen=done.initial_soc,
        equilibrium=np.median(done.start.equilibrium, axis=1),
        # Row 0 is the surface litter, which has no mineral carbon.
        balance_factor=np.median(done.start.balance[1:], axis=1) if balanced else None,
        text=HOW[spec.initial],
        measured_trend=done.measured_trend,
    )


def _filled(layers: SoilLayers) -> Iterator[FilledValue]:
    """Join neighbouring layers that the same function filled."""
    from mollisol.show import FilledValue

    edges = layers.grid.edges * CM_PER_M
    for name, flags in layers.flags.items():
        if name in UNTOLD:
            continue
        start = 0
        for at in range(1, len(flags) + 1):
            if at < len(flags) and flags[at] == flags[start]:
                continue
            if flags[start]:
                yield FilledValue(PLAIN_NAMES.get(name, name), float(edges[start]), float(edges[at]), flags[start])
            start = at


def _roots(spec: StudySpec, done: Simulation) -> Iterator[RootStatement]:
    """State the roots of each crop of the baseline, those that the study gives before the crop's own."""
    from mollisol.plants import crop
    from mollisol.practices import RootChoice
    from mollisol.show import RootStatement

    given = {entry.crop: entry.roots for entry in spec.crops if entry.roots is not None}
    for name in done.crops:
        own = given.get(name)
        choice = RootChoice(own.kind, own.parameters()) if own is not None else RootChoice()
        kind, parameters = choice.of(crop(name))
        shown = ", ".join(f"{key} {_figure(value)}" for key, value in parameters.items())
        yield RootStatement(name, f"{kind}{' (given)' if own is not None else ''}", shown or "default parameters")


def _figure(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_figure, value))}]"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _practice(part: PracticePart) -> str:
    from mollisol.practices import practice

    given = [f"{key} {value}" for key, value in part.parameters.items()]
    if part.year is not None:
        given.append(f"from {part.year}")
    about = practice(part.practice).about.rstrip(".")
    return f"{about} ({', '.join(given)})" if given else about


def _history(spec: StudySpec) -> str:
    if not spec.history:
        return "No history is given: the present plan is taken to have always held."
    told = []
    for period in spec.history:
        use = period.land_use or " - ".join(entry.crop for entry in period.crops or ())
        tilled = f", tilled to {period.tillage.depth_cm:g} cm" if period.tillage is not None else ""
        told.append(f"from {period.start} {use}{tilled}")
    return f"The past: {'; '.join(told)}. The first of these is taken to have held until a steady state was reached."


def _sources(spec: StudySpec, done: Simulation) -> Iterator[str]:
    profile = ", ".join(dict.fromkeys(one for one in done.profile.source if one))
    yield f"Profile: {spec.profile.name}{f' ({profile})' if profile else ''}"
    yield f"Climate: {spec.climate.name}"
