"""A practice as its YAML file describes it: parameters, the actions that it is made of, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mollisol.plants import AMENDMENTS, CROPS, OPERATIONS
from mollisol.plants.tables import CONFIDENCES, unknown
from mollisol.practices.actions import ACTIONS
from mollisol.practices.parameter import DISTRIBUTIONS, DRAWN_KINDS, KINDS, Draw, PracticeParameter
from mollisol.practices.yaml_file import YamlFile
from mollisol.units import InputError

_LISTS: Mapping[str, Mapping[str, Any]] = {"crop": CROPS, "amendment": AMENDMENTS, "operation": OPERATIONS}

STRENGTHS = ("strong", "moderate", "weak", "none")
"""How well the effect of a practice on soil carbon is shown by measurements."""

RESERVED = ("year", "until", "area", "label", "practice")
"""Keys of a study's practice that are no parameters of it."""

Actions = tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class Evidence:
    """How well the effect is shown: `strength` of `STRENGTHS`, in words, and the sources."""

    strength: str = "none"
    about: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Practice:
    """A practice: what it is, how it works, its parameters, and the actions that it is made of.

    Attributes
    ----------
    actions : (name, arguments); an argument "$name" is the value of that parameter.
    conditions : for each action {parameter: values with which it is done}; empty = always.
    challenges, risks : sentences.
    evidence : how well its effect is shown.
    driver : whether it is no practice but something that happens to the field.
    file : where it was read, for messages; None where it was not read from one.
    """

    name: str
    about: str
    mechanism: str
    parameters: Mapping[str, PracticeParameter]
    actions: Actions
    conditions: tuple[Mapping[str, tuple[Any, ...]], ...] = ()
    challenges: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    driver: bool = False
    file: YamlFile | None = field(default=None, compare=False, repr=False)

    def values(self, given: Mapping[str, Any] | None = None, draw: Draw | None = None) -> dict[str, Any]:
        """Return the values of all parameters: those given, checked, and the defaults or draws of the others.

        Raises
        ------
        InputError
            For an unknown parameter (names the nearest), a value out of range, or two ways to say one amount.
        """
        asked = dict(given or {})
        for name in asked:
            if name not in self.parameters:
                raise unknown(
                    f"parameter of {self.name}",
                    name,
                    [*self.parameters, "year", "until", "area"],
                    f"see 'mollisol practices {self.name}'",
                )
        for name in asked:
            twice = [other for other in self.parameters[name].instead_of if other in asked]
            if twice:
                raise InputError(
                    f"{self.name}: {name} and {twice[0]} say the same amount twice", key=name, remedy="keep one"
                )
        replaced = {other for name in asked for other in self.parameters[name].instead_of}
        chosen: dict[str, Any] = {}
        for name, declared in self.parameters.items():
            if name in asked:
                chosen[name] = declared.resolve(self.name, declared.check(asked[name]), draw)
            else:
                chosen[name] = None if name in replaced else declared.resolve(self.name, None, draw)
        return chosen

    def arguments(self, given: Mapping[str, Any] | None = None, draw: Draw | None = None) -> Actions:
        """Return the actions that are done, with their arguments filled in."""
        return tuple((name, arguments) for _, name, arguments in self.numbered(given, draw))

    def numbered(
        self, given: Mapping[str, Any] | None = None, draw: Draw | None = None
    ) -> tuple[tuple[int, str, Mapping[str, Any]], ...]:
        """Return the actions that are done, each with its place in the list, and its arguments filled in."""
        values = self.values(given, draw)

        def filled(argument: Any) -> Any:
            if isinstance(argument, str) and argument.startswith("$"):
                return values[argument[1:]]
            if isinstance(argument, dict):
                return {key: filled(value) for key, value in argument.items()}
            if isinstance(argument, list):
                return [filled(value) for value in argument]
            return argument

        conditions = self.conditions or ({},) * len(self.actions)
        return tuple(
            (index, name, {key: filled(value) for key, value in arguments.items()})
            for index, ((name, arguments), when) in enumerate(zip(self.actions, conditions, strict=True))
            if all(_met(values[key], allowed) for key, allowed in when.items())
        )

    def blamed(self, error: InputError, index: int, given: Collection[str]) -> InputError:
        """Return an error of an action with the place to blame: the study's parameter, or this practice's own file.

        Parameters
        ----------
        error : of the action, whose `key` is the argument that is wrong.
        index : place of the action in the list.
        given : parameters that the user gave in the study.
        """
        name, arguments = self.actions[index]
        if error.key is None or error.key not in arguments:
            return error
        said = arguments[error.key]
        named = said[1:] if isinstance(said, str) and said.startswith("$") else None
        if error.file is not None or named in given:
            return InputError(
                error.message, file=error.file, line=error.line, key=named or error.key, remedy=error.remedy
            )
        if self.file is None:
            return error
        path = ("parameters", named, "value") if named else ("actions", index, name, error.key)
        line = self.file.line(*path) or self.file.line("actions", index, name)
        return InputError(error.message, file=self.file.name, line=line, key=named or error.key, remedy=error.remedy)


GIVEN, ABSENT = "given", "absent"
"""Instead of values, what `when` may ask of a parameter without a default: whether it has a value."""


def _met(value: Any, allowed: tuple[Any, ...]) -> bool:
    if allowed == (GIVEN,):
        return value is not None
    return value is None if allowed == (ABSENT,) else value in allowed


_KEYS = {
    "parameter": {
        "kind", "value", "unit", "lower", "upper", "choices", "instead_of", "distribution", "spread", "source",
        "confidence", "about",
    },
    "practice": {
        "name", "about", "mechanism", "challenges", "risks", "evidence", "driver", "parameters", "actions",
    },
    "evidence": {"strength", "about", "sources"},
}  # fmt: skip


def _fault(file: YamlFile, message: str, *path: str | int, remedy: str | None = None) -> InputError:
    key = next((str(one) for one in reversed(path) if isinstance(one, str)), None)
    return InputError(message, file=file.name, line=file.line(*path), key=key, remedy=remedy)


def _refuse_unknown(file: YamlFile, found: Mapping[str, Any], known: str, *path: str | int) -> None:
    for key in found:
        if key not in _KEYS[known]:
            error = unknown("key", key, _KEYS[known], "see the practices of the library")
            raise _fault(file, error.message, *path, key, remedy=error.remedy)


def _parameter(file: YamlFile, name: str, row: Any) -> PracticeParameter:
    path = ("parameters", name)
    if not isinstance(row, dict):
        raise _fault(file, "a parameter needs value, unit, lower, upper, source and confidence", *path)
    _refuse_unknown(file, row, "parameter", *path)
    if name in RESERVED:
        raise _fault(file, "the name is taken by the study file", *path, remedy="choose another name")
    kind = row.get("kind", "number")
    if kind not in KINDS:
        raise _fault(file, f"unknown kind '{kind}'", *path, "kind", remedy=f"use {', '.join(KINDS)}")
    needed = ["value", "source", "confidence", "about"]
    needed += {"name": ["choices"], "month": [], "file": [], "crops": []}.get(kind, ["unit", "lower", "upper"])
    missing = [key for key in needed if key not in row]
    if missing:
        raise _fault(file, f"the parameter lacks {', '.join(missing)}", *path)
    if row["confidence"] not in CONFIDENCES:
        remedy = f"use one of: {', '.join(CONFIDENCES)}"
        raise _fault(file, f"unknown confidence '{row['confidence']}'", *path, "confidence", remedy=remedy)
    choices: tuple[str, ...] = ()
    if kind == "name":
        choices = _choices(row["choices"])
    declared = PracticeParameter(
        name,
        kind,
        row["value"],
        str(row.get("unit", "1")),
        row.get("lower"),
        row.get("upper"),
        choices,
        tuple(row.get("instead_of", ())),
        row["source"],
        row["confidence"],
        row["about"],
        *_distribution(file, kind, row, path),
    )
    if declared.value is not None:
        try:
            declared.check(declared.value)
        except InputError as error:
            message = f"the default is not allowed: {error.message}"
            raise _fault(file, message, *path, "value", remedy=error.remedy) from None
    return declared


def _choices(listed: Any) -> tuple[str, ...]:
    """Return allowed names; a name of a table stands for all of its rows."""
    names = [listed] if isinstance(listed, str) else list(listed)
    return tuple(name for one in names for name in _LISTS.get(one, (one,)))


def _distribution(file: YamlFile, kind: str, row: Mapping[str, Any], path: tuple[str, ...]) -> tuple[str, float]:
    shape, spread = row.get("distribution", "fixed"), row.get("spread", 0.0)
    if shape not in DISTRIBUTIONS:
        remedy = f"use one of: {', '.join(DISTRIBUTIONS)}"
        raise _fault(file, f"unknown distribution '{shape}'", *path, "distribution", remedy=remedy)
    if shape != "fixed" and kind not in DRAWN_KINDS:
        raise _fault(file, f"a parameter of the kind '{kind}' is not drawn", *path, "distribution")
    if shape in ("normal", "lognormal", "logit") and not (isinstance(spread, int | float) and spread > 0.0):
        raise _fault(file, f"the distribution '{shape}' needs a spread above 0", *path, "distribution")
    if shape == "logit" and not row["lower"] < row["value"] < row["upper"]:
        raise _fault(file, "a logit distribution needs its value between the bounds", *path, "value")
    return shape, float(spread)


def _action(
    file: YamlFile, index: int, entry: Any, parameters: Mapping[str, PracticeParameter]
) -> tuple[str, Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
    path = ("actions", index)
    names = [key for key in entry if key != "when"] if isinstance(entry, dict) else []
    if len(names) != 1:
        raise _fault(file, "an action is one name with its arguments", *path)
    name = names[0]
    arguments = entry[name] or {}
    if name not in ACTIONS:
        error = unknown("action", name, ACTIONS, f"actions are {', '.join(sorted(ACTIONS))}")
        raise _fault(file, error.message, *path, name, remedy=error.remedy)
    takes = ACTIONS[name].arguments
    for key, value in arguments.items():
        if key not in takes:
            raise _fault(file, unknown(f"argument of {name}", key, takes, "").message, *path, name, key)
        for argument, one in _references(key, value):
            if one not in parameters:
                error = unknown("parameter", one, parameters, "")
                raise _fault(file, error.message, *path, name, key)
            _refuse_other_unit(file, name, argument, parameters[one], (*path, name, key))
    lacking = [key for key, needed in takes.items() if needed and key not in arguments]
    if lacking:
        raise _fault(file, f"the action lacks {', '.join(lacking)}", *path, name)
    when: dict[str, tuple[Any, ...]] = {}
    for key, allowed in (entry.get("when") or {}).items():
        if key not in parameters:
            raise _fault(file, unknown("parameter", key, parameters, "").message, *path, "when", key)
        when[key] = tuple(allowed) if isinstance(allowed, list) else (allowed,)
        known = (*parameters[key].choices, GIVEN, ABSENT)
        wrong = [one for one in when[key] if parameters[key].kind == "name" and one not in known]
        if wrong:
            error = unknown(key, wrong[0], parameters[key].choices, "")
            raise _fault(file, error.message, *path, "when", key)
    return name, arguments, when


def _references(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (argument, parameter) of every "$name" in an argument, however deep it stands."""
    if isinstance(value, str) and value.startswith("$"):
        yield key, value[1:]
    elif isinstance(value, dict):
        for inner, one in value.items():
            yield from _references(str(inner), one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(key, one)


_UNITS = (
    ("_cm", r"cm", "cm"),
    ("_t_ha", r"t( [\w ]+)?/ha(/yr)?", "t/ha"),
    ("_kg_ha", r"kg( \w+)?/ha(/yr)?", "kg/ha"),
    ("_kg_m3", r"kg/m3", "kg/m3"),
    ("_mm", r"mm(/yr)?", "mm"),
    ("_years", r"yr", "yr"),
    ("_k", r"K", "K"),
    ("_pyrolysis_c", r"degC", "degC"),
    ("_percent", r"%", "%"),
    ("_change", r"pH|1", "pH"),
    ("_slope", r"1/pH", "1/pH"),
    ("_ph", r"pH|1", "pH"),
    ("_dissolution", r"1/yr", "1/yr"),
    ("_growth_rate", r"1/yr", "1/yr"),
    ("_carbon_dioxide", r"(kg|t) CO2/(kg|t)", "t CO2/t"),
    ("", r"1|kg/kg|mol/mol|fraction.*|share.*", "1"),
)
"""The unit of what an argument takes, by the end of the argument's name: as it is written, and in words."""


def _refuse_other_unit(file: YamlFile, action: str, key: str, given: PracticeParameter, path: tuple[Any, ...]) -> None:
    """Refuse a parameter whose unit is not that of the argument that it fills."""
    if given.kind not in ("number", "integer", "depths", "months", "chance"):
        return
    _, written, wanted = next(one for one in _UNITS if f"_{key}".endswith(one[0]))
    if not re.fullmatch(written, given.unit):
        raise _fault(
            file,
            f"'{given.name}' is in {given.unit}, {action} takes its {key} in {wanted}"
            + (" (a share or a factor)" if wanted == "1" else ""),
            *path,
            remedy=f"declare '{given.name}' in {wanted}",
        )


def _sentences(file: YamlFile, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    given = data.get(key) or []
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise _fault(file, f"{key} must be a sentence or a list of sentences", key)
    return tuple(" ".join(one.split()) for one in listed)


def _evidence(file: YamlFile, given: Any) -> Evidence:
    if given is None:
        return Evidence()
    if not isinstance(given, dict):
        raise _fault(file, "evidence needs its strength and its sources", "evidence")
    _refuse_unknown(file, given, "evidence", "evidence")
    strength = str(given.get("strength", "none"))
    if strength not in STRENGTHS:
        remedy = f"use one of: {', '.join(STRENGTHS)}"
        raise _fault(file, f"unknown strength '{strength}'", "evidence", "strength", remedy=remedy)
    sources = given.get("sources") or []
    if strength != "none" and not sources:
        raise _fault(file, f"evidence that is {strength} needs its sources", "evidence")
    return Evidence(strength, " ".join(str(given.get("about", "")).split()), tuple(map(str, sources)))


def parse_practice(file: YamlFile) -> Practice:
    """Return the practice that a YAML file describes.

    Raises
    ------
    InputError
        Names file, line and key of what is missing, unknown or out of range.
    """
    data = file.data
    if not isinstance(data, dict):
        raise InputError("a practice is a mapping of keys", file=file.name, remedy="see the library's files")
    _refuse_unknown(file, data, "practice")
    missing = sorted({"name", "about", "mechanism", "actions"} - set(data))
    if missing:
        raise InputError(f"the practice lacks {', '.join(missing)}", file=file.name)
    rows = data.get("parameters") or {}
    parameters = {name: _parameter(file, name, row) for name, row in rows.items()}
    for name, declared in parameters.items():
        for other in declared.instead_of:
            if other not in parameters:
                raise _fault(file, f"unknown parameter '{other}'", "parameters", name, "instead_of")
    if not isinstance(data["actions"], list):
        raise _fault(file, "actions must be a list", "actions")
    entries: Sequence[Any] = [_action(file, index, one, parameters) for index, one in enumerate(data["actions"])]
    return Practice(
        data["name"],
        data["about"],
        data["mechanism"],
        parameters,
        tuple((name, arguments) for name, arguments, _ in entries),
        tuple(when for _, _, when in entries),
        _sentences(file, data, "challenges"),
        _sentences(file, data, "risks"),
        _evidence(file, data.get("evidence")),
        bool(data.get("driver", False)),
        file,
    )
