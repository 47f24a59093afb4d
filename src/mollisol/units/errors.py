"""Errors that a user can act on: what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MollisolError(Exception):
    """Base of every error that Mollisol raises on purpose. `exit_code` is what the command returns."""

    exit_code = 1


class RunError(MollisolError):
    """The input was acceptable but the run failed (exit code 1)."""


class InputError(MollisolError):
    """The user's input is wrong (exit code 2).

    Parameters
    ----------
    message : what was given and what is wrong with it.
    file : the file it is in.
    line : its line in the file, counted from 1 (the header of a table is line 1).
    key : the key or column.
    remedy : what to do about it.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        key: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.message, self.file, self.line, self.key, self.remedy = message, file, line, key, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"line {self.line}" if self.line is not None else None,
                f"'{self.key}'" if self.key else None,
            )
            if part
        )
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}\n  What to do: {self.remedy}" if self.remedy else text


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name that is most like `name`, or None where none is close.

    Examples
    --------
    >>> nearest("weat", ["wheat", "maize"])
    'wheat'
    """
    match = difflib.get_close_matches(name.lower(), list(allowed), n=1, cutoff=0.5)
    return match[0] if match else None
