"""What is wrong with a table: one entry per problem, with its place and its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mollisol.units import InputError

LISTED = 8
"""How many further problems an error message names."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a horizon, a profile or a file.

    Attributes
    ----------
    message : what was given and why it cannot be.
    remedy : what to do about it.
    file : the file it is in.
    line : its line, the header being line 1; None where it concerns a whole file.
    key : the column, as the file calls it.
    profile_id : the profile, or None where the whole file is concerned.
    """

    message: str
    remedy: str
    file: str
    line: int | None = None
    key: str | None = None
    profile_id: str | None = None

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line is not None else self.file
        return f"{place}, '{self.key}': {self.message}" if self.key else f"{place}: {self.message}"


def raise_problems(problems: Sequence[Problem]) -> None:
    """Raise the first problem as an InputError that also lists those that follow; do nothing if there is none."""
    if not problems:
        return
    ordered = sorted(problems, key=lambda problem: -1 if problem.line is None else problem.line)
    first, rest = ordered[0], ordered[1:]
    message = first.message
    if rest:
        named = "".join(f"\n  also {problem}" for problem in rest[:LISTED])
        more = f"\n  and {len(rest) - LISTED} more" if len(rest) > LISTED else ""
        message = f"{message}{named}{more}"
    raise InputError(message, file=first.file, line=first.line, key=first.key, remedy=first.remedy)
