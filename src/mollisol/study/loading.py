"""Read a study file, check it against what the other rooms know, and say what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mollisol.study.crosscheck import check_names, check_plans
from mollisol.study.erosion import eroding_model
from mollisol.study.fields import Section
from mollisol.study.model_files import placed_model
from mollisol.study.names import BASELINE, make_unique, name_of
from mollisol.study.paths import resolve_file
from mollisol.study.problems import Problem, from_validation, to_error
from mollisol.study.registry import STUDY_KEYS, practice_files, practice_values
from mollisol.study.schema import Period, PracticePart, PracticeSet, StudyFile, StudySpec
from mollisol.study.yaml_reader import Document, KeyPath, read_yaml, show_path
from mollisol.units import nearest

SELF_EVIDENT = ("baseline", "practices", "amendments", "cover_crop", "slots", "label", "until", "area", "condition")
"""Keys whose absence means that there is none of it; they are not listed as defaults."""


def load_spec(path: str | Path, allow_outside: bool = False) -> StudySpec:
    """Read and check a study file; nothing is run and nothing is written.

    Parameters
    ----------
    path : the YAML file.
    allow_outside : whether the files it names may lie outside its folder.

    Returns
    -------
    StudySpec: every key checked, paths absolute, practice names unique, defaults listed.

    Raises
    ------
    InputError
        Names file, line and key of the first mistake, what was given, what is allowed and the nearest known
        name; further mistakes of the same kind are listed after it.
    """
    document = read_yaml(path)
    _refuse(_empty_values(document), document)
    written, sections = _check_shape(document)
    folder = Path(path).absolute().parent
    problems = check_names(written, folder)
    files: dict[str, Path] = {}
    for key in ("profile", "climate"):
        found, problem = resolve_file(getattr(written, key), folder, (key,), allow_outside)
        if found is not None:
            files[key] = found
        if problem is not None:
            problems.append(problem)
    problems += _label_problems(written)
    _refuse(problems, document)
    placed, problems = _place_files(written, folder, allow_outside)
    model, wrong = placed_model(written.model, folder, allow_outside)
    _refuse(problems + wrong, document)
    common = {name: getattr(written, name) for name in StudyFile.model_fields if name in StudySpec.model_fields}
    spec = StudySpec(
        **{
            **common,
            **files,
            "practices": _name_practices(placed),
            "model": eroding_model(written.model_copy(update={"model": model})),
            "source": Path(path).absolute(),
            "sections": sections,
            "defaults_used": dict(_defaults(written, (), folder)),
        }
    )
    _refuse(check_plans(spec), document)
    return spec


def _refuse(problems: list[Problem], document: Document) -> None:
    if problems:
        raise to_error(problems, document)


def _empty_values(document: Document) -> list[Problem]:
    """Find keys without a value: a forgotten value is not a wish for the default."""
    problems = []
    for path in document.lines:
        if not path or _at(document.data, path) is not None:
            continue
        remedy = "give a value, or remove the line to use the default"
        if str(path[-1]).isdigit() and isinstance(path[-1], str):
            # `{yield_t_ha: 3,0}` is two keys to YAML, the second of them `0`.
            remedy = "write decimals with a point: 3.0"
        problems.append(Problem(path, "has no value", remedy))
    return problems


def _at(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data[step]
    return data


def _check_shape(document: Document) -> tuple[StudyFile, Mapping[str, Any]]:
    """Check keys, types and ranges of the file and of the keys that other rooms registered."""
    problems: list[Problem] = []
    sections: dict[str, Any] = {}
    own = {key: value for key, value in document.data.items() if key not in STUDY_KEYS}
    for key in document.data.keys() & STUDY_KEYS.keys():
        try:
            sections[key] = STUDY_KEYS[key].schema.model_validate(document.data[key])
        except ValidationError as error:
            problems += from_validation(error, (key,))
    for key in [key for key in own if key not in StudyFile.known_keys()]:
        close = nearest(key, STUDY_KEYS)
        if close and not nearest(key, StudyFile.known_keys()):
            problems.append(Problem((key,), "unknown key", f"did you mean '{close}'?"))
            del own[key]
    written = None
    try:
        written = StudyFile.model_validate(own)
    except ValidationError as error:
        problems += from_validation(error)
    _refuse(problems, document)
    assert written is not None
    return written, sections


def _place_files(written: StudyFile, folder: Path, allow_outside: bool) -> tuple[StudyFile, list[Problem]]:
    """Return the study with the files that its practices name as absolute paths."""
    problems: list[Problem] = []
    sets = []
    for i, parts in enumerate(written.practices):
        placed = []
        for j, part in enumerate(parts):
            given = part.parameters
            for key in practice_files(part.practice, folder):
                if key not in given:
                    continue
                found, problem = resolve_file(str(given[key]), folder, ("practices", i, j, key), allow_outside)
                problems += [] if problem is None else [problem]
                given[key] = str(found)
            written_part = {**part.model_dump(exclude_unset=True), **given}
            placed.append(PracticePart.model_validate(written_part) if given else part)
        sets.append(tuple(placed))
    return written.model_copy(update={"practices": tuple(sets)}), problems


def _label_problems(written: StudyFile) -> Iterator[Problem]:
    """Find labels that would pass for the plan itself."""
    for i, parts in enumerate(written.practices):
        for j, part in enumerate(parts):
            if part.label == BASELINE:
                yield Problem(
                    ("practices", i, j, "label"),
                    f"the label '{BASELINE}' belongs to the plan itself",
                    "choose another label",
                )


def _name_practices(written: StudyFile) -> tuple[PracticeSet, ...]:
    names = make_unique(
        name_of([part.practice for part in parts], [part.label for part in parts]) for parts in written.practices
    )
    return tuple(PracticeSet(name=name, parts=parts) for name, parts in zip(names, written.practices, strict=True))


def _defaults(value: Section, path: KeyPath, folder: Path) -> Iterator[tuple[str, Any]]:
    """List what was not given and what stands for it, key by key, down through sections and lists."""
    for name, field in type(value).model_fields.items():
        inner, key = getattr(value, name), (*path, field.alias or name)
        if isinstance(inner, Section):
            yield from _defaults(inner, key, folder)
        elif name in value.model_fields_set:
            if isinstance(inner, tuple):
                yield from _defaults_of_entries(inner, key, folder)
        elif name not in SELF_EVIDENT and not (isinstance(value, Period) and value.land_use):
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            shown = extra.get("if_absent", inner)
            if shown not in (None, {}):
                yield show_path(key), shown
    if isinstance(value, PracticePart):
        for name, used in practice_values(value.practice, value.parameters, folder).items():
            if name not in value.parameters and used is not None:
                yield show_path((*path, name)), used


def _defaults_of_entries(entries: tuple[Any, ...], path: KeyPath, folder: Path) -> Iterator[tuple[str, Any]]:
    """List the defaults of a list's entries, those that all entries share but once."""
    found: list[dict[str, Any]] = []
    for i, entry in enumerate(entries):
        here = (*path, i)
        if isinstance(entry, tuple):
            # A practice alone in its place is written without a list of its own.
            single = len(entry) == 1
            alone = _defaults(entry[0], here, folder) if single else _defaults_of_entries(entry, here, folder)
            yield from alone
        elif isinstance(entry, Section):
            found.append({key.removeprefix(show_path(here)): shown for key, shown in _defaults(entry, here, folder)})
    shared = {
        key: shown
        for key, shown in (found[0].items() if found else ())
        if all(key in one and one[key] == shown for one in found) and not isinstance(entries[0], PracticePart)
    }
    for key, shown in shared.items():
        yield f"{show_path(path)}{key}", shown
    for i, one in enumerate(found):
        for key, shown in one.items():
            if key not in shared:
                yield f"{show_path((*path, i))}{key}", shown
