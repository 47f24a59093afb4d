"""The library of practices: each a YAML file that composes actions with parameters and their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from mollisol.plants import AMENDMENTS, CROPS, OPERATIONS
from mollisol.plants.tables import CONFIDENCES, unknown
from mollisol.practices.actions import ACTIONS
from mollisol.practices.yaml_file import YamlFile, read_yaml
from mollisol.units import InputError

KINDS = ("number", "integer", "name", "month", "depths")
"""What a practice's parameter may be; "depths" is a pair [upper, lower]."""

_LISTS: Mapping[str, Mapping[str, Any]] = {"crop": CROPS, "amendment": AMENDMENTS, "operation": OPERATIONS}


@dataclass(frozen=True)
class PracticeParameter:
    """A parameter of a practice, with what is known about it.

    Attributes
    ----------
    kind : one of `KINDS`; a "name" is one of `choices`.
    value : default; None = not used unless given.
    unit, lower, upper : of a number, an integer or depths.
    instead_of : the parameters of which giving this one takes the place (other ways to say an amount).
    """

    name: str
    kind: str
    value: Any
    unit: str
    lower: float | None
    upper: float | None
    choices: tuple[str, ...]
    instead_of: tuple[str, ...]
    source: str
    confidence: str
    about: str

    def check(self, value: Any) -> Any:
        """Return a user's value if it is allowed; raise `InputError` otherwise."""
        if self.kind == "month":
            months = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 12
            if value == "harvest" or months:
                return value
            raise InputError(f"got {value}", key=self.name, remedy="give a month from 1 to 12, or 'harvest'")
        if self.kind == "name":
            if value not in self.choices:
                raise unknown(self.name, value, self.choices, f"'{self.name}' must be one of the known names")
            return value
        if self.kind == "depths":
            if not isinstance(value, (list, tuple)) or len(value) != 2:
                raise InputError(f"got {value}", key=self.name, remedy=f"give [upper, lower] in {self.unit}")
            pair = [self._number(one) for one in value]
            if not pair[0] < pair[1]:
                raise InputError(f"got {value}", key=self.name, remedy="give the upper depth first")
            return pair
        number = self._number(value)
        if self.kind == "integer":
            if number != int(number):
                raise InputError(f"got {value}", key=self.name, remedy="give a whole number")
            return int(number)
        return number

    def _number(self, value: Any) -> float:
        assert self.lower is not None
        assert self.upper is not None
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not good or not self.lower <= value <= self.upper:
            raise InputError(
                f"got {value!r}",
                key=self.name,
                remedy=f"give a number from {self.lower:g} to {self.upper:g}"
                + (f" {self.unit}" if self.unit != "1" else ""),
            )
        return float(value)


@dataclass(frozen=True)
class Practice:
    """A practice: what it is, how it works, its parameters, and the actions that it is made of.

    `actions` are (name, arguments); an argument "$name" is the value of that parameter.
    """

    name: str
    about: str
    mechanism: str
    parameters: Mapping[str, PracticeParameter]
    actions: tuple[tuple[str, Mapping[str, Any]], ...]

    def values(self, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the values of all parameters: those given, checked, and the defaults of the others.

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
                    [*self.parameters, "year"],
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
                chosen[name] = declared.check(asked[name])
            else:
                chosen[name] = None if name in replaced else declared.value
        return chosen

    def arguments(self, given: Mapping[str, Any] | None = None) -> list[tuple[str, dict[str, Any]]]:
        """Return the actions with the values of the parameters put in."""
        values = self.values(given)

        def filled(argument: Any) -> Any:
            if isinstance(argument, str) and argument.startswith("$"):
                return values[argument[1:]]
            if isinstance(argument, dict):
                return {key: filled(value) for key, value in argument.items()}
            if isinstance(argument, list):
                return [filled(value) for value in argument]
            return argument

        return [
            (name, {key: filled(value) for key, value in given_arguments.items()})
            for name, given_arguments in self.actions
        ]


_KEYS = {
    "parameter": {
        "kind", "value", "unit", "lower", "upper", "choices", "instead_of", "source", "confidence", "about",
    },
    "practice": {"name", "about", "mechanism", "parameters", "actions"},
}  # fmt: skip


def _fault(file: YamlFile, message: str, *path: str | int, remedy: str | None = None) -> InputError:
    key = next((str(one) for one in reversed(path) if isinstance(one, str)), None)
    return InputError(message, file=file.name, line=file.line(*path), key=key, remedy=remedy)


def _parameter(file: YamlFile, name: str, row: Any) -> PracticeParameter:
    path = ("parameters", name)
    if not isinstance(row, dict):
        raise _fault(file, "a parameter needs value, unit, lower, upper, source and confidence", *path)
    for key in row:
        if key not in _KEYS["parameter"]:
            error = unknown("key", key, _KEYS["parameter"], "see the practices of the library")
            raise _fault(file, error.message, *path, key)
    kind = row.get("kind", "number")
    if kind not in KINDS:
        raise _fault(file, f"unknown kind '{kind}'", *path, "kind", remedy=f"use {', '.join(KINDS)}")
    needed = ["value", "source", "confidence", "about"]
    needed += {"name": ["choices"], "month": []}.get(kind, ["unit", "lower", "upper"])
    missing = [key for key in needed if key not in row]
    if missing:
        raise _fault(file, f"the parameter lacks {', '.join(missing)}", *path)
    if row["confidence"] not in CONFIDENCES:
        remedy = f"use one of: {', '.join(CONFIDENCES)}"
        raise _fault(file, f"unknown confidence '{row['confidence']}'", *path, "confidence", remedy=remedy)
    choices: tuple[str, ...] = ()
    if kind == "name":
        listed = row["choices"]
        choices = tuple(_LISTS[listed]) if isinstance(listed, str) and listed in _LISTS else tuple(listed)
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
    )
    if declared.value is not None:
        try:
            declared.check(declared.value)
        except InputError as error:
            message = f"the default is not allowed: {error.message}"
            raise _fault(file, message, *path, "value", remedy=error.remedy) from None
    return declared


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
    for key in data:
        if key not in _KEYS["practice"]:
            error = unknown("key", key, _KEYS["practice"], "")
            raise _fault(file, error.message, key)
    missing = sorted({"name", "about", "mechanism", "actions"} - set(data))
    if missing:
        raise InputError(f"the practice lacks {', '.join(missing)}", file=file.name)
    rows = data.get("parameters") or {}
    parameters = {name: _parameter(file, name, row) for name, row in rows.items()}
    for name, declared in parameters.items():
        for other in declared.instead_of:
            if other not in parameters:
                raise _fault(file, f"unknown parameter '{other}'", "parameters", name, "instead_of")
    actions = []
    if not isinstance(data["actions"], list):
        raise _fault(file, "actions must be a list", "actions")
    for index, entry in enumerate(data["actions"]):
        path = ("actions", index)
        if not isinstance(entry, dict) or len(entry) != 1:
            raise _fault(file, "an action is one name with its arguments", *path)
        name, arguments = next(iter(entry.items()))
        if name not in ACTIONS:
            raise _fault(file, unknown("action", name, ACTIONS, "").message, *path, name)
        takes = ACTIONS[name].arguments
        for key, value in (arguments or {}).items():
            if key not in takes:
                raise _fault(file, unknown(f"argument of {name}", key, takes, "").message, *path, name, key)
            named = isinstance(value, str) and value.startswith("$")
            if named and value[1:] not in parameters:
                error = unknown("parameter", value[1:], parameters, "")
                raise _fault(file, error.message, *path, name, key)
        lacking = [key for key, needed in takes.items() if needed and key not in (arguments or {})]
        if lacking:
            raise _fault(file, f"the action lacks {', '.join(lacking)}", *path, name)
        actions.append((name, arguments or {}))
    return Practice(data["name"], data["about"], data["mechanism"], parameters, tuple(actions))


@cache
def _library() -> Mapping[str, Practice]:
    folder = resources.files("mollisol.practices") / "library"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".yaml"):
            practice_ = parse_practice(YamlFile(entry.read_text("utf-8"), entry.name))
            found[practice_.name] = practice_
    return found


def list_practices() -> tuple[str, ...]:
    """Return the names of the library's practices."""
    return tuple(_library())


def practice(name: str) -> Practice:
    """Return a practice of the library.

    Raises
    ------
    InputError
        If there is none of that name; names the nearest.

    Examples
    --------
    >>> practice("no_till").actions[0][0]
    'set_tillage'
    """
    if name not in _library():
        raise unknown("practice", name, _library(), "see 'mollisol practices' for the list")
    return _library()[name]


def load_practice(path: str | Path) -> Practice:
    """Return the practice of a user's own YAML file."""
    return parse_practice(read_yaml(path))
