"""What an archive holds: one record for each import, in the file that makes an archive of a folder."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mollisol.units import InputError
from mollisol.units.files import write_text

MANIFEST = "archive.json"
FORMAT = "mollisol profile archive"
VERSION = 1
"""Version of the archive's layout; a program refuses one that it does not know."""


@dataclass(frozen=True)
class ImportRecord:
    """How a file came into the archive.

    Attributes
    ----------
    number : 1 for the first import; its folder bears it.
    dataset : name under which its profiles stand; their keys begin with it.
    file : name of the file, without its folder.
    sha256 : hash of the file, and of each file read beside it, by name.
    date : when, UTC.
    reader : the format that it was read as.
    version : of Mollisol.
    rows_read, rows_kept, rows_refused, rows_above : rows of the table, layers kept, rows of refused profiles, rows
        above the mineral soil of kept ones.
    profiles_read, profiles_kept, profiles_refused : profiles.
    with_gaps : of those kept, how many have gaps in depth or in carbon.
    repeats : of those kept, how many repeat another profile of the archive.
    reasons : why profiles were refused, with how often; `refused.csv` beside the data names each.
    """

    number: int
    dataset: str
    file: str
    sha256: Mapping[str, str]
    date: str
    reader: str
    version: str
    rows_read: int
    rows_kept: int
    rows_refused: int
    rows_above: int
    profiles_read: int
    profiles_kept: int
    profiles_refused: int
    with_gaps: int
    repeats: int
    reasons: Mapping[str, int]

    @property
    def folder(self) -> str:
        """Folder of its files, inside the archive."""
        return f"imports/{self.number:04d}"


def read_records(folder: str | Path) -> tuple[ImportRecord, ...]:
    """Return the records of an archive, the oldest first.

    Raises
    ------
    InputError
        If the folder is no archive, or one that this version cannot read.
    """
    place = Path(folder) / MANIFEST
    try:
        found: Any = json.loads(place.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise ValueError(found["format"])
        if found["version"] != VERSION:
            raise InputError(
                f"the archive has layout {found['version']!r}, this program knows {VERSION}",
                file=str(place),
                remedy="use the version of Mollisol that made it, or import the files again",
            )
        return tuple(ImportRecord(**record) for record in found["imports"])
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            "is no archive of profiles",
            file=str(folder),
            remedy="name the folder of an archive; the first 'mollisol archive import' makes one",
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(place), remedy="check the file") from error
    except (ValueError, TypeError, KeyError, UnicodeDecodeError) as error:
        raise InputError(
            f"is damaged or is not the list of an archive's imports ({error})",
            file=str(place),
            remedy="restore the file from a copy, or import the files again into a new archive",
        ) from None


def write_records(folder: Path, records: tuple[ImportRecord, ...]) -> None:
    """Replace the list of imports at once: what it does not name is no part of the archive."""
    content = {"format": FORMAT, "version": VERSION, "imports": [dataclasses.asdict(record) for record in records]}
    write_text(folder / MANIFEST, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def hash_of(path: str | Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal digits."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
