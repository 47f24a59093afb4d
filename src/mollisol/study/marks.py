"""Names of what is marked in a study's run: a practice's, a crop's, a year's or a depth's carbon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mollisol.units import InputError, nearest

if TYPE_CHECKING:
    from mollisol.study.schema import StudySpec

KEYS = ("practice", "source", "year", "depth_cm")
BASELINE = "baseline"
SURFACE_WORD = "surface"
EXAMPLE = '"practice=cover_crop, year=2026-2030, depth_cm=0-30"'


@dataclass(frozen=True)
class MarkedInput:
    """What is marked, by name.

    Attributes
    ----------
    text : as the user wrote it.
    practice : in whose field; without a source, what it brings beyond the baseline.
    source : words of a source's name, such as 'rye', 'wheat roots' or 'cattle_manure'; None for all.
    years : first and last calendar year; None for all of the run.
    depth_cm : interval of depth in which it enters, `surface` for the litter; None for all.
    """

    text: str
    practice: str = BASELINE
    source: str | None = None
    years: tuple[int, int] | None = None
    depth_cm: tuple[float, float] | str | None = None


def parse_mark(text: str) -> MarkedInput:
    """Read a mark such as 'practice=cover_crop, year=2026-2030, depth_cm=0-30, source=rye roots'.

    Raises
    ------
    InputError
        For an unknown key or a value that cannot be read.

    Examples
    --------
    >>> parse_mark("source=wheat roots, year=2026").years
    (2026, 2026)
    """
    given: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise _wrong(f"'{part.strip()}' in the mark '{text}' is not KEY=VALUE")
        if key not in KEYS:
            close = nearest(key, KEYS)
            raise _wrong(f"unknown key '{key}' in the mark '{text}'{f': did you mean {close}?' if close else ''}")
        if key in given:
            raise _wrong(f"'{key}' is there twice in the mark '{text}'")
        given[key] = value
    years = _interval(given["year"], "year", text) if "year" in given else None
    depth: tuple[float, float] | str | None = None
    if "depth_cm" in given:
        depth = given["depth_cm"]
        depth = depth if depth == SURFACE_WORD else _interval(depth, "depth_cm", text)
    return MarkedInput(
        text,
        given.get("practice", BASELINE),
        given.get("source"),
        None if years is None else (int(years[0]), int(years[1])),
        depth,
    )


def _wrong(message: str) -> InputError:
    return InputError(message, key="--mark", remedy=f"keys are {', '.join(KEYS)}, as in {EXAMPLE}")


def _interval(value: str, key: str, text: str) -> tuple[float, float]:
    number = r"\d+" if key == "year" else r"\d+(?:\.\d+)?"
    found = re.fullmatch(rf"({number})(?:\s*-\s*({number}))?", value)
    if found is None or (key != "year" and found[2] is None):
        example = "2026 or 2026-2030" if key == "year" else f"0-30, or {SURFACE_WORD}"
        raise _wrong(f"{key} '{value}' in the mark '{text}' cannot be read; write it as {example}")
    low, high = float(found[1]), float(found[2] or found[1])
    if high < low or (key != "year" and high == low):
        raise _wrong(f"{key} '{value}' in the mark '{text}' ends before it begins")
    return low, high


def check_mark(spec: StudySpec, one: MarkedInput) -> None:
    """Raise `InputError` where a study has no such practice, or not those years."""
    names = [BASELINE, *(practice.name for practice in spec.practices)]
    if one.practice not in names:
        close = nearest(one.practice, names)
        hint = f"did you mean '{close}'? " if close else ""
        raise InputError(
            f"unknown practice '{one.practice}' in the mark '{one.text}'",
            key="--mark",
            remedy=f"{hint}the study's are {', '.join(names)}",
        )
    if one.years is not None and not spec.years.start <= one.years[0] <= one.years[1] <= spec.years.end:
        raise InputError(
            f"the mark '{one.text}' names years outside the run, {spec.years.start} to {spec.years.end}", key="--mark"
        )
