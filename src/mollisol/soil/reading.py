"""Reading soil profiles from every supported format."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from mollisol.soil.assembly import assemble
from mollisol.soil.checks import check_values
from mollisol.soil.formats import Rows, format_of
from mollisol.soil.formats.israd import LAYER_FILE
from mollisol.soil.problems import Problem, raise_problems
from mollisol.soil.profile import Profile
from mollisol.soil.tables import read_table
from mollisol.units import InputError, nearest

IDS_LISTED = 8


@dataclass(frozen=True)
class Scan:
    """What a file of profiles holds.

    Attributes
    ----------
    file : where it was read.
    format : name of its format.
    profiles : the sound profiles.
    problems : what is wrong with each horizon of the others.
    """

    file: str
    format: str
    profiles: tuple[Profile, ...]
    problems: tuple[Problem, ...]

    @property
    def rejected(self) -> dict[str, list[Problem]]:
        """The reasons why a profile is none, by profile."""
        reasons: dict[str, list[Problem]] = {}
        for problem in self.problems:
            reasons.setdefault(problem.profile_id or "", []).append(problem)
        return reasons


def read_profile(path: str | Path, profile_id: str | None = None, fill_gaps: bool = False) -> Profile:
    """Read one profile; the format is found from the table's columns.

    Parameters
    ----------
    path : a CSV or Parquet file, or a folder of ISRaD template tables.
    profile_id : which profile, where the file holds several.
    fill_gaps : fill depth gaps and holes in carbon by interpolation (flagged) instead of refusing them.

    Raises
    ------
    InputError
        If the file is no table of profiles, holds several and none is named, or the profile has anything wrong:
        the message names file, line, column and remedy.
    """
    rows, _ = read_rows(path)
    known = list(dict.fromkeys(rows.profile_ids))
    if profile_id is None and len(known) > 1:
        first = ", ".join(repr(name) for name in known[:IDS_LISTED])
        more = f" and {len(known) - IDS_LISTED} more" if len(known) > IDS_LISTED else ""
        raise InputError(
            f"the file holds {len(known)} profiles: {first}{more}",
            file=rows.table.file,
            key="profile_id",
            remedy="name the one to read (profile_id), or read all with read_profiles",
        )
    if profile_id is not None and profile_id not in known:
        like = nearest(profile_id, known)
        first = ", ".join(repr(name) for name in known[:IDS_LISTED])
        raise InputError(
            f"there is no profile {profile_id!r}; the first are {first}",
            file=rows.table.file,
            key="profile_id",
            remedy=f"did you mean {like!r}?" if like else "name one of the profiles of this file",
        )
    wanted = {profile_id if profile_id is not None else known[0]}
    profiles, problems = assemble(rows, wanted, fill_gaps=fill_gaps)
    raise_problems(problems)
    return profiles[0]


def read_profiles(path: str | Path, fill_gaps: bool = False) -> list[Profile]:
    """Read every profile of a file or folder; refuse the file if any has something wrong.

    `scan_profiles` reads the sound ones and gives the reasons for the others.
    """
    scan = scan_profiles(path, fill_gaps=fill_gaps)
    raise_problems(scan.problems)
    return list(scan.profiles)


def scan_profiles(path: str | Path, fill_gaps: bool = False, profile_ids: Collection[str] | None = None) -> Scan:
    """Read the sound profiles of a file or folder, with a reason for every horizon that spoils another.

    A file that cannot be read as a table, or lacks a column, still raises an InputError.
    """
    rows, name = read_rows(path)
    profiles, problems = assemble(rows, profile_ids, fill_gaps=fill_gaps)
    return Scan(rows.table.file, name, tuple(profiles), tuple(problems))


def read_rows(path: str | Path) -> tuple[Rows, str]:
    """Return the rows of a file or folder with every value checked, and its format's name; profiles are not yet made.

    Raises
    ------
    InputError
        If the file cannot be read as a table, is of no known format, or lacks a column.
    """
    place = Path(path)
    if place.is_dir():
        if not (place / LAYER_FILE).is_file():
            raise InputError(
                f"the folder has no {LAYER_FILE}",
                file=str(path),
                remedy="give a table of profiles, or a folder of ISRaD template tables",
            )
        place = place / LAYER_FILE
    table = read_table(place)
    found = format_of(table)
    rows = found.read(table)
    check_values(rows)
    return rows, found.name
