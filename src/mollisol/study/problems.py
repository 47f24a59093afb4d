"""What is wrong with a study file, gathered and told at once, each with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mollisol.study.fields import explain_unknown, unit_free
from mollisol.study.yaml_reader import Document, KeyPath, show_path
from mollisol.units import InputError, nearest

MOST_SHOWN = 10
"""Problems that one message lists."""


@dataclass(frozen=True)
class Problem:
    """One mistake: the path of the key, what is wrong, and what to do."""

    path: KeyPath
    message: str
    remedy: str | None = None


def unknown_name(kind: str, name: str, known: Sequence[str], path: KeyPath, listing: str) -> Problem:
    """Make the problem of a name that is in no table, with the nearest one that is."""
    close = nearest(name, known)
    hint = f"did you mean '{close}'? " if close else ""
    return Problem(path, f"unknown {kind} '{name}'", f"{hint}{listing}")


def from_validation(error: ValidationError, before: KeyPath = ()) -> list[Problem]:
    """Turn pydantic's errors into problems; `before` is the path of the section that was checked."""
    found: list[Problem] = []
    for entry in error.errors(include_url=False):
        path = (*before, *entry["loc"])
        context: Mapping[str, Any] = entry.get("ctx", {})
        if entry["type"] == "study_keys":
            found += _key_problems(path, context)
        elif entry["type"] == "study":
            found.append(Problem((*path, *(context.get("at") or ())), context["text"], context.get("remedy")))
        else:
            found.append(Problem(path, entry["msg"]))
    return found


def _key_problems(path: KeyPath, context: Mapping[str, Any]) -> list[Problem]:
    about: Mapping[str, str] = context["keys"]
    found = []
    for key in context["unknown"]:
        close = explain_unknown(key, list(about))
        remedy = f"known keys here: {', '.join(about)}"
        if close and unit_free(close) == unit_free(key):
            remedy = f"write it as '{close}' ({about[close]}); {remedy}"
        elif close:
            remedy = f"did you mean '{close}'? {remedy}"
        found.append(Problem((*path, key), "unknown key", remedy))
    # A misspelt key is told once, not a second time as a missing one.
    meant = {explain_unknown(key, list(about)) for key in context["unknown"]}
    for key, what in context["missing"].items():
        if key not in meant:
            found.append(Problem((*path, key), "is missing", f"give '{key}': {what}"))
    return found


def to_error(problems: Sequence[Problem], document: Document) -> InputError:
    """Join problems into one error that begins with the first in the file.

    Parameters
    ----------
    problems : at least one.
    document : the file, for the lines.
    """
    placed = sorted(
        ((document.locate(problem.path)[1], _key(problem.path, document), problem) for problem in problems),
        key=lambda entry: entry[0],
    )
    (line, key, first), others = placed[0], placed[1:]
    remedy = first.remedy or ("give what is allowed" if others else "")
    for other_line, other_key, other in others[:MOST_SHOWN]:
        hint = f" ({other.remedy})" if other.remedy else ""
        remedy += f"\n  Also line {other_line}, '{other_key}': {other.message}{hint}"
    if len(others) > MOST_SHOWN:
        remedy += f"\n  ... and {len(others) - MOST_SHOWN} more"
    return InputError(first.message, file=document.file, line=line, key=key, remedy=remedy or None)


def _key(path: KeyPath, document: Document) -> str:
    """Name the key as the file has it; a missing key keeps its own name after its section."""
    found, _ = document.locate(path)
    last = path[-1] if path else ""
    if isinstance(last, str) and (not found or found[-1] != last) and _is_missing(path, found, document):
        found = (*found, last)
    return show_path(found)


def _is_missing(path: KeyPath, found: KeyPath, document: Document) -> bool:
    """Tell a key that is not written in a mapping from the step of a shorthand that was written out."""
    value: Any = document.data
    for step in found:
        value = value[step]
    return isinstance(value, dict) and path[-1] not in value
