"""The library of practices: each a YAML file that composes actions with parameters and their sources.

A user's own practice is such a file beside the study, or in a folder `practices` beside it, called by the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from mollisol.plants.tables import unknown
from mollisol.practices.definition import Evidence, Practice, parse_practice
from mollisol.practices.parameter import KINDS, PracticeParameter
from mollisol.practices.yaml_file import YamlFile, read_yaml
from mollisol.units import InputError

__all__ = [
    "KINDS", "Evidence", "Practice", "PracticeParameter", "list_practices", "load_practice", "own_file",
    "own_practices", "parse_practice", "practice",
]  # fmt: skip

OWN_FOLDER = "practices"
"""Folder beside a study in which a user's own practices may lie."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


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


def own_file(name: str, folder: Path | None) -> Path | None:
    """Return the file of a user's own practice, beside the study or in `practices` beside it; None where there is none.

    Raises
    ------
    InputError
        If the file is a link that leads out of the study's folder.
    """
    if folder is None or not _NAME.fullmatch(name):
        return None
    home = folder.resolve()
    for place in (home, home / OWN_FOLDER):
        file = place / f"{name}.yaml"
        if file.is_file():
            if not file.resolve().is_relative_to(home):
                raise InputError(f"'{file.name}' leads out of the study's folder", remedy="copy the file there")
            return file
    return None


def own_practices(folder: Path | None) -> list[str]:
    """Return the names of the practices in the folder `practices` beside a study."""
    place = None if folder is None else folder / OWN_FOLDER
    return sorted(file.stem for file in place.glob("*.yaml")) if place is not None and place.is_dir() else []


def practice(name: str, folder: Path | None = None) -> Practice:
    """Return a practice of the library, or a user's own one.

    Parameters
    ----------
    name : of the practice.
    folder : of the study, where the user's own practices lie.

    Raises
    ------
    InputError
        If there is none of that name (names the nearest), if a file of the user's takes a name of the library, or if
        something is wrong in that file.

    Examples
    --------
    >>> practice("no_till").actions[0][0]
    'set_tillage'
    """
    file = own_file(name, folder)
    if file is not None and name in _library():
        raise InputError(
            f"a practice '{name}' is in the library already", file=file.name, key="name", remedy="choose another name"
        )
    if file is not None:
        own = load_practice(file)
        if own.name != name:
            raise InputError(
                f"the practice in it is called '{own.name}'", file=file.name, key="name", remedy=f"call it '{name}'"
            )
        return own
    if name not in _library():
        known = [*_library(), *own_practices(folder)]
        raise unknown("practice", name, known, "see 'mollisol practices' for the list")
    return _library()[name]


def load_practice(path: str | Path) -> Practice:
    """Return the practice of a user's own YAML file."""
    return parse_practice(read_yaml(path))
