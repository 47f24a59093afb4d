"""Writes what people read of a simulation: figures, summary and report."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mollisol.show import FilledValue, Horizon, ReportContext, RootStatement
    from mollisol.study import StudySpec
    from mollisol.study.schema import PracticePart
    from mollisol.study.simulation import Simulation

NAMES = {
    "bulk_density": "bulk density",
    "coarse_fraction": "coarse fragments",
    "organic_carbon": "organic carbon",
    "ph": "pH",
}
"""Names of soil properties that differ from their keys."""

UNTOLD = ("organic_carbon_error", "mineral_mass", "delta14c")
"""Properties that follow from others, or that nothing fills where they are missing."""


def write_results(spec: StudySpec, done: Simulation, folder: Path, compared: Sequence[str] = ()) -> Path:
    """Write figures, `summary.csv`, `tradeoffs.csv` and `report.html` into a folder and return the report's path.

    Parameters
    ----------
    compared : what a comparison of the practices said, where there was one.
    """
    from mollisol.show import write_figures, write_report, write_summary, write_tradeoffs

    context = replace(report_context(spec, done), compared=compared)
    figures = write_figures(done.result, context, folder / "figures")
    write_summary(done.result, folder / "summary.csv")
    if context.tradeoffs is not None:
        write_tradeoffs(context.tradeoffs, folder / "tradeoffs.csv")
    report: Path = write_report(done.result, context, figures, folder / "report.html")
    return report


def report_context(spec: StudySpec, done: Simulation) -> ReportContext:
    """Collect what the report tells beside the result."""
    from mollisol.show import InitialState, MeasuredProfile, ReportContext
    from mollisol.study.run import versions
    from mollisol.study.tradeoffs import study_ledger

    layers, start, sampled = done.layers, done.start, done.sampled_radiocarbon
    residual = float(done.result["balance_residual"].max())
    return ReportContext(
        name=spec.name,
        latitude=spec.site.latitude,
        longitude=spec.site.longitude,
        elevation_m=spec.site.elevation_m,
        years=(spec.years.start, spec.years.end),
        model=spec.model.name,
        slots=done.slots,
        parameters=len(done.drawn),
        seed=spec.seed,
        rotation_years=done.rotation_years,
        measured=MeasuredProfile(
            soc=layers.organic_carbon,
            error=layers.organic_carbon_error,
            depth=layers.measured_depth,
            horizons=horizons(done),
            source=done.source,
            delta14c=layers.delta14c,
            modelled_delta14c=sampled.delta14c if sampled else None,
            delta14c_year=sampled.year if sampled else None,
        ),
        initial=InitialState(
            kind=spec.initial,
            chosen=done.initial_soc,
            equilibrium=np.median(start.equilibrium, axis=1),
            balance_factor=np.median(start.balance[1:], axis=1) if spec.initial == "balanced" else None,
            text=INITIAL_TEXT[spec.initial],
            warnings=start.warnings,
            measured_trend=done.measured_trend,
        ),
        defaults_used=spec.defaults_used,
        filled=filled_values(done),
        warnings=done.warnings,
        roots=root_statements(spec, done),
        permanence=None if done.permanence is None else done.permanence(),
        tradeoffs=study_ledger(spec, done),
        practice_notes=practice_notes(spec),
        parameters_from=parameters_text(done),
        calibrated=any(done.parameter_sets.values()),
        conditioned=done.conditioned,
        history=history_text(spec),
        sources=[*done.sources, *(f"Chosen for the study: {note}" for note in done.notes)],
        versions={**versions(), "largest budget error": f"{residual:.1e} kg C/m2"},
        command=f"mollisol run {shlex.quote(spec.source.name)} -o results --members {spec.ensemble} --seed {spec.seed}",
    )


INITIAL_TEXT = {
    "equilibrium": (
        "The run starts from the steady state of the oldest management that the study tells of, carried through the "
        "later ones to the first year. The measured profile is not used. That the soil had reached a steady state is "
        "an assumption."
    ),
    "measured": (
        "The model was carried through the past; then each layer was scaled to the measured organic carbon, with the "
        "pools in the proportions that the model gave them. Below the last sample the model's own shape goes on. "
        "Nothing makes this state fit the model, so a part of what follows may be the model drifting to its own level."
    ),
    "balanced": (
        "The loss of mineral-associated carbon was multiplied by a factor that is smooth in depth, positive and the "
        "same in the baseline and all practices, so that the past leads to the measured profile within its error. A "
        "steady state of the oldest management is an assumption; so is that the misfit lies in this loss and not in "
        "the inputs."
    ),
}
"""How each initial state is made, for a reader who does not know the model."""


def horizons(done: Simulation) -> list[Horizon]:
    """Return the sampled horizons with their carbon."""
    from mollisol.show import Horizon
    from mollisol.soil.filling import complete

    profile, stocks = done.profile, complete(done.profile).organic_carbon
    limits = zip(profile.top_cm, profile.bottom_cm, stocks, strict=True)
    return [Horizon(float(top), float(bottom), float(stock)) for top, bottom, stock in limits if np.isfinite(stock)]


def filled_values(done: Simulation) -> list[FilledValue]:
    """Return what was not measured, with neighbouring layers of the same origin joined."""
    from mollisol.show import FilledValue

    edges = 100.0 * done.layers.grid.edges
    found = []
    for variable, flags in done.layers.flags.items():
        if variable in UNTOLD:
            continue
        first = 0
        for i in range(1, len(flags) + 1):
            if i == len(flags) or flags[i] != flags[first]:
                if flags[first]:
                    name = NAMES.get(variable, variable)
                    found.append(
                        FilledValue(name, float(edges[first]), float(edges[i]), flags[first].replace("_", " "))
                    )
                first = i
    return found


def root_statements(spec: StudySpec, done: Simulation) -> list[RootStatement]:
    """Return how the roots of each crop of the baseline are spread over depth."""
    from mollisol.plants import crop
    from mollisol.practices import RootChoice
    from mollisol.show import RootStatement
    from mollisol.study.plans import baseline_plan

    plan = baseline_plan(spec)
    own = {entry.crop: entry.roots for entry in plan.rotation if entry.roots is not None}
    words = {"logistic": "Schenk-Jackson logistic", "fan": "Fan logistic", "jackson": "Jackson beta"}
    statements = []
    for name in done.crops:
        kind, parameters = own.get(name, RootChoice()).of(crop(name))
        told = ", ".join(
            f"{key} {100 * value:.3g} cm" if key in ("d50", "d95", "deepest", "e_fold") else f"{key} {value}"
            for key, value in parameters.items()
        )
        statements.append(RootStatement(name.replace("_", " "), words.get(kind, kind.replace("_", " ")), told))
    return statements


def practice_notes(spec: StudySpec) -> dict[str, str]:
    """Return what each compared practice is, by its name in the result."""
    from mollisol.practices import practice

    def told(part: PracticePart) -> str:
        about = practice(part.practice).about.rstrip(".")
        given = [f"{key} {value}" for key, value in part.parameters.items()]
        given += [f"from {part.year}"] if part.year is not None else []
        return f"{about} ({', '.join(given)})." if given else f"{about}."

    return {one.name: " ".join(map(told, one.parts)) for one in spec.practices}


def parameters_text(done: Simulation) -> str:
    """Say which calibrated parameters the members were drawn from, and how they are shared out over structures."""
    sentences = []
    members = done.result["structure"].values.tolist() if done.structures else []
    for name, made in done.parameter_sets.items():
        begin = ""
        if name:
            begin = f"Structure {name.replace('_', ' ')} ({members.count(name)} of {len(members)} members): "
        if made is None:
            sentences += [f"{begin}parameters from published ranges."] if name else []
            continue
        sentences.append(
            f"{begin}{len(made.parameters)} parameters are joint draws of the calibrated set {made.name} "
            f"({made.path.name}, SHA-256 {made.sha256[:12]}), the others from published ranges."
        )
    return " ".join(sentences)


def history_text(spec: StudySpec) -> str:
    """Say which past the initial state assumes."""
    if not spec.history:
        return "The study tells nothing of the past: the present plan is taken to have always held."
    periods = []
    for i, period in enumerate(spec.history):
        what = period.land_use or "-".join(entry.crop.replace("_", " ") for entry in period.crops or ())
        until = spec.history[i + 1].start if i + 1 < len(spec.history) else spec.years.start
        begins = "until" if i == 0 else f"{period.start} to"
        periods.append(f"{what} {begins} {until}")
    return "Past management: " + "; ".join(periods) + ". The first is taken to have lasted until steady state."
