"""Names in a study against the tables of the other rooms: crops, implements, amendments, models, practices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mollisol.practices.values import best
from mollisol.study import registry
from mollisol.study.erosion import erosion_problems, unknown_practices
from mollisol.study.isotopes import unknown_labels
from mollisol.study.plan import Amendment, CropEntry, Tillage
from mollisol.study.problems import Problem, to_error, unknown_name
from mollisol.study.schema import ENSEMBLE, ModelChoice, PracticePart, PracticeSet, StudyFile, StudySpec
from mollisol.study.yaml_reader import KeyPath
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, InputError, Parameter

if TYPE_CHECKING:
    from mollisol.soil import Profile


def check_names(written: StudyFile, folder: Path | None = None) -> list[Problem]:
    """Return the problem of every name that is in no table.

    Parameters
    ----------
    written : a study file whose shape is right.
    folder : of the study, where the user's own practices lie.
    """
    problems = [
        *_crops(written.crops, ("crops",)),
        *_tillage(written.tillage, ("tillage",)),
        *_amendments(written.amendments, ("amendments",)),
    ]
    for i, period in enumerate(written.history):
        path: KeyPath = ("history", i)
        if period.land_use is not None and period.land_use not in registry.land_uses():
            known = registry.land_uses()
            problems.append(
                unknown_name("land use", period.land_use, known, (*path, "land_use"), f"known are {', '.join(known)}")
            )
        problems += _crops(period.crops or (), (*path, "crops"))
        problems += _tillage(period.tillage, (*path, "tillage"))
        problems += _amendments(period.amendments, (*path, "amendments"))
    problems += unknown_labels(written)
    problems += _model(written.model)
    if written.model.name in registry.model_names():
        problems += erosion_problems(written, dict(registry.model_slots(written.model.name)))
    for i, parts in enumerate(written.practices):
        for j, part in enumerate(parts):
            problems += _practice(part, ("practices", i, j), written, folder)
    return problems


def check_plans(spec: StudySpec) -> list[Problem]:
    """Return why plans cannot be carried out: a cover crop without a gap, practices that contradict each other.

    Parameters
    ----------
    spec : a study whose names exist.
    """
    from mollisol.grid import Grid
    from mollisol.practices.compile import check_depths
    from mollisol.practices.schedule import check_depths_given
    from mollisol.study.plans import baseline_plan, history_plans, requests_of, timelines

    problems = list(unknown_practices(spec))
    for key, build in (("crops", baseline_plan), ("history", history_plans)):
        try:
            build(spec)
        except InputError as error:
            problems.append(Problem((key,), error.message, error.remedy))
    if problems:
        return problems
    grid, folder = Grid() if spec.grid is None else Grid(spec.grid), spec.source.parent
    for i, practice in enumerate(spec.practices):
        try:
            check_depths_given(requests_of(practice), grid, folder)
            for line in timelines(spec.model_copy(update={"practices": (practice,)})).values():
                check_depths(line, grid)
        except InputError as error:
            problems.append(_blamed(error, i, practice, folder))
    return problems


def _blamed(error: InputError, index: int, practice: PracticeSet, folder: Path) -> Problem:
    """Return the problem of a practice at its key in the study; raise the error where it is in the user's own file."""
    from mollisol.practices.library import own_file

    if error.file is not None and own_file(Path(error.file).stem, folder) is not None:
        raise error
    at = [j for j, part in enumerate(practice.parts) if error.key in part.parameters]
    place: KeyPath = ("practices", index, at[0], str(error.key)) if at else ("practices", index)
    message = error.message if error.file is None else f"{error.message} (the default of '{error.key}')"
    return Problem(place, message, error.remedy)


def check_masses(spec: StudySpec, profile: Profile) -> None:
    """Raise `InputError` where more is brought to some depth than the soil weighs there."""
    from mollisol.grid import Grid
    from mollisol.practices import practice
    from mollisol.soil import harmonise
    from mollisol.study.plans import requests_of
    from mollisol.study.soil_events import refuse_heavier
    from mollisol.study.yaml_reader import read_yaml

    grid, folder = Grid() if spec.grid is None else Grid(spec.grid), spec.source.parent
    soil: list[Any] = []

    def check(brought: Mapping[str, Any]) -> None:
        # as it is weighed: what is told as carbon weighs more than that
        key = next((one for one in ("fresh_t_ha", "t_ha", "carbon_t_ha") if brought.get(one) is not None), None)
        if key is None or brought.get("depth_cm") is None:
            return
        soil[:] = soil or [harmonise(profile, grid).mineral_mass]
        name = brought.get("name") or brought.get("amendment") or "biochar"
        top, bottom = (depth / CM_PER_M for depth in brought["depth_cm"])
        refuse_heavier(grid, soil[0], name, best(brought[key]) / MG_HA_PER_KG_M2, top, bottom, key)

    for i, amendment in enumerate(spec.amendments):
        try:
            check(amendment.model_dump())
        except InputError as error:
            problem = Problem(("amendments", i, error.key or ""), error.message, error.remedy)
            raise to_error([problem], read_yaml(spec.source)) from None
    for i, one in enumerate(spec.practices):
        for part, (name, given) in zip(one.parts, requests_of(one), strict=True):
            known = practice(name, folder)
            for index, action, arguments in known.numbered(part.parameters):
                if action not in ("add_mineral", "add_amendment", "add_biochar"):
                    continue
                try:
                    check(arguments)
                except InputError as error:
                    raised = known.blamed(error, index, given)
                    raise to_error([_blamed(raised, i, one, folder)], read_yaml(spec.source)) from None


def _crops(entries: Iterable[CropEntry], path: KeyPath) -> Iterator[Problem]:
    known = registry.crop_names()
    for i, entry in enumerate(entries):
        named = [(entry.crop, (*path, i, "crop"))]
        if entry.cover_crop is not None:
            named.append((entry.cover_crop.crop, (*path, i, "cover_crop", "crop")))
        for name, place in named:
            if name not in known:
                yield unknown_name("crop", name, known, place, "see 'mollisol crops' for the list")


def _tillage(tillage: Tillage | None, path: KeyPath) -> Iterator[Problem]:
    if tillage is None:
        return
    known = registry.tillage_operations()
    if tillage.operation is not None and tillage.operation not in known:
        place = (*path, "operation")
        yield unknown_name("operation", tillage.operation, list(known), place, f"known are {', '.join(known)}")
        return
    fits = [name for name, (least, most) in known.items() if least <= tillage.depth_cm <= most]
    if tillage.operation is not None and tillage.operation not in fits:
        least, most = known[tillage.operation]
        yield Problem(
            (*path, "depth_cm"),
            f"given {tillage.depth_cm:g}, allowed for '{tillage.operation}' is {least:g} to {most:g} cm",
            f"operations that work at {tillage.depth_cm:g} cm: {', '.join(fits)}" if fits else None,
        )
    if not fits and tillage.operation is None:
        least, most = min(low for low, _ in known.values()), max(high for _, high in known.values())
        yield Problem((*path, "depth_cm"), f"given {tillage.depth_cm:g}, implements work at {least:g} to {most:g} cm")


def _amendments(entries: Iterable[Amendment], path: KeyPath) -> Iterator[Problem]:
    known = registry.amendment_names()
    for i, entry in enumerate(entries):
        if entry.amendment not in known:
            place = (*path, i, "amendment")
            yield unknown_name("amendment", entry.amendment, known, place, f"known are {', '.join(known)}")


def _model(choice: ModelChoice) -> Iterator[Problem]:
    known = registry.model_names()
    if choice.name not in known:
        yield unknown_name("model", choice.name, known, ("model", "name"), f"known are {', '.join(known)}")
        return
    if choice.name == ENSEMBLE:
        for slot in choice.slots:
            yield Problem(("model", "slots", slot), "an ensemble's structures fill the slots", "leave this out")
        if choice.parameter_set is not None:
            yield Problem(("model", "parameter_set"), "an ensemble's structures name their own", "leave this out")
        return
    if choice.ensemble is not None:
        yield Problem(("model", "ensemble"), f"goes with 'name: {ENSEMBLE}', not with '{choice.name}'")
    slots = registry.model_slots(choice.name)
    for slot, alternative in choice.slots.items():
        path: KeyPath = ("model", "slots", slot)
        if slot not in slots:
            yield Problem(path, f"the model '{choice.name}' has no slot '{slot}'")
        elif alternative not in slots[slot]:
            allowed = list(slots[slot])
            yield unknown_name("alternative", alternative, allowed, path, f"'{slot}' takes {', '.join(allowed)}")
        else:
            continue
        return
    try:
        registry.check_slots(choice.name, choice.slots)
    except InputError as error:
        yield Problem(("model", "slots", error.key or ""), error.message, error.remedy)
        return
    if not choice.parameters:
        return
    yield from parameter_problems(choice, registry.model_parameters(choice.name, choice.slots))


def parameter_problems(choice: ModelChoice, parameters: Mapping[str, Parameter]) -> Iterator[Problem]:
    """Find values of parameters that the model does not have, or that lie outside its bounds."""
    for name, value in choice.parameters.items():
        path: KeyPath = ("model", "parameters", name)
        if name not in parameters:
            yield unknown_name("parameter", name, list(parameters), path, "see 'mollisol models whole_profile'")
        elif not parameters[name].lower <= value <= parameters[name].upper:
            one = parameters[name]
            yield Problem(path, f"given {value:g}, allowed is {one.lower:g} to {one.upper:g} {one.unit}")


def _practice(part: PracticePart, path: KeyPath, written: StudyFile, folder: Path | None) -> Iterator[Problem]:
    try:
        exists = registry.has_practice(part.practice, folder)
    except InputError as error:
        yield Problem((*path, "practice"), error.message, error.remedy)
        return
    if not exists:
        known = registry.practice_names(folder)
        yield unknown_name(
            "practice", part.practice, known, (*path, "practice"), "see 'mollisol practices' for the list"
        )
        return
    for key, year in (("year", part.year), ("until", part.until)):
        if year is not None and not written.years.start <= year <= written.years.end:
            yield Problem(
                (*path, key),
                f"given {year}, allowed is a year of the run, {written.years.start} to {written.years.end}",
            )
    try:
        registry.practice_values(part.practice, part.parameters, folder)
    except InputError as error:
        if error.file is not None:  # it is in the practice's own file
            raise
        at = (error.key,) if error.key else _named_in(error.message, part.parameters)
        yield Problem((*path, *at), error.message, error.remedy)


def _named_in(message: str, parameters: Iterable[str]) -> KeyPath:
    """Return the parameter that a message names, so that its line is told."""
    return next(((name,) for name in parameters if f"'{name}'" in message), ())
