"""Bringing a file of profiles into an archive: all of it or nothing."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from mollisol.soil.archive.contents import Contents, contents_of
from mollisol.soil.archive.database import LAYERS, PROFILES, arrow_table, write_parquet
from mollisol.soil.archive.records import MANIFEST, ImportRecord, hash_of, read_records, write_records
from mollisol.soil.archive.repeats import find_repeats
from mollisol.soil.formats.israd import LAYER_FILE
from mollisol.soil.reading import read_rows
from mollisol.soil.writing import write_table
from mollisol.units import InputError, RunError
from mollisol.units.files import prepare_folder, to_disk

REFUSED = "refused.csv"
LOCK = ".lock"

Progress = Callable[[str, float], None]


def import_profiles(
    archive: str | Path, file: str | Path, *, dataset: str | None = None, progress: Progress | None = None
) -> tuple[ImportRecord, bool]:
    """Read a file of any supported format into an archive, which is made if it does not exist.

    A killed or failed import leaves the archive as it was: the files of an import are written first, and belong to
    the archive once its list of imports, replaced at once, names them.

    Parameters
    ----------
    archive : folder of the archive.
    file : CSV or Parquet file, or a folder of ISRaD template tables.
    dataset : name under which the profiles stand in the archive; the file's own name where not given.
    progress : called with what is being done and the share that is done.

    Returns
    -------
    The record of the import, and whether it is new: a file that is in the archive already is not imported again.

    Raises
    ------
    InputError
        If the file cannot be read, none of its profiles is sound, or another dataset has the name.
    RunError
        If another import is at work in the archive.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> table = folder / "field.csv"
    >>> _ = table.write_text("profile_id,top_cm,bottom_cm,organic_carbon_percent\\np,0,30,1.2\\np,30,60,0.5\\n")
    >>> record, new = import_profiles(folder / "archive", table)
    >>> record.dataset, record.rows_kept, new
    ('field', 2, True)
    """
    tell = progress or (lambda what, done: None)
    folder, given = Path(archive), Path(file)
    # A folder that is no archive must be told before minutes of reading.
    records = _existing(folder)
    tell("reading", 0.0)
    rows, reader = read_rows(given)
    hashes = {Path(name).name: hash_of(name) for name in (rows.table.file, *rows.beside)}
    if (known := _same_file(records, hashes)) is not None:
        return known, False
    name = _dataset_name(records, dataset, given)
    tell("checking", 0.4)
    contents = contents_of(rows, name)
    if not contents.profiles["key"]:
        first = contents.refused[0]
        raise InputError(
            f"none of the {contents.profiles_read} profiles is sound; first: {first.message}",
            file=first.file,
            line=first.line,
            key=first.key,
            remedy=first.remedy,
        )
    prepare_folder(folder)
    with _alone(folder):
        # Another import may have come between.
        records = _existing(folder)
        if (known := _same_file(records, hashes)) is not None:
            return known, False
        _dataset_name(records, name, given)
        tell("looking for repeats", 0.7)
        before = [(folder / one.folder / LAYERS, folder / one.folder / PROFILES) for one in records]
        repeats = find_repeats(contents.layers, contents.profiles, before)
        record = ImportRecord(
            number=len(records) + 1,
            dataset=name,
            file=given.name,
            sha256=hashes,
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            reader=reader,
            version=version("mollisol"),
            rows_read=contents.rows_read,
            rows_kept=int(contents.layers["top_m"].size),
            rows_refused=contents.rows_refused,
            rows_above=contents.rows_above,
            profiles_read=contents.profiles_read,
            profiles_kept=len(repeats),
            profiles_refused=contents.profiles_read - len(repeats),
            with_gaps=int(np.sum(contents.profiles["gaps"])),
            repeats=sum(one is not None for one in repeats),
            reasons=contents.reasons,
        )
        tell("writing", 0.9)
        _store(folder, records, record, contents, repeats)
    return record, True


def _existing(folder: Path) -> tuple[ImportRecord, ...]:
    """Return the records of the archive; none where the folder is empty or is not there yet."""
    if not folder.exists():
        return ()
    # A first import that was killed leaves no more than its lock and its unfinished files.
    if (
        folder.is_dir()
        and not (folder / MANIFEST).exists()
        and {path.name for path in folder.iterdir()} <= {LOCK, "imports"}
    ):
        return ()
    if folder.is_dir() and not (folder / MANIFEST).exists():
        raise InputError(
            "the folder holds other things and is no archive",
            file=str(folder),
            remedy="give a new or empty folder, or an archive",
        )
    return read_records(folder)


def _same_file(records: tuple[ImportRecord, ...], hashes: dict[str, str]) -> ImportRecord | None:
    wanted = sorted(hashes.values())
    return next((record for record in records if sorted(record.sha256.values()) == wanted), None)


def _dataset_name(records: tuple[ImportRecord, ...], dataset: str | None, file: Path) -> str:
    if dataset is None:
        # The tables of an ISRaD entry are known by their folder.
        path = file.resolve()
        dataset = path.name if path.is_dir() else path.parent.name if path.name == LAYER_FILE else path.stem
    if not re.fullmatch(r"[^/\s\x00-\x1f][^/\x00-\x1f]*", dataset) or dataset != dataset.strip():
        raise InputError(
            f"{dataset!r} cannot name a dataset", key="name", remedy="give a name without slash, such as my-survey"
        )
    taken = next((record for record in records if record.dataset == dataset), None)
    if taken is not None:
        raise InputError(
            f"the archive has a dataset {dataset!r} from another file or state of it ({taken.file}, {taken.date})",
            file=str(file),
            remedy="give this one another name (--name); what repeats the profiles of the other will be marked",
        )
    return dataset


def _store(
    folder: Path,
    records: tuple[ImportRecord, ...],
    record: ImportRecord,
    contents: Contents,
    repeats: list[str | None],
) -> None:
    place = folder / "imports"
    place.mkdir(exist_ok=True)
    listed = {Path(one.folder).name for one in records}
    # What an import that was killed has left is no part of the archive.
    for path in place.iterdir():
        if path.name not in listed:
            shutil.rmtree(path)
    unfinished = place / f".{record.number:04d}.{secrets.token_hex(6)}.partial"
    unfinished.mkdir()
    try:
        size = len(repeats)
        constant = {"dataset": [record.dataset] * size, "reader": [record.reader] * size}
        number = {"import_number": np.full(size, record.number)}
        profiles = {**contents.profiles, **constant, **number, "repeats": repeats}
        write_parquet(arrow_table(profiles), unfinished / PROFILES)
        layers = {name: column for name, column in contents.layers.items() if name != "first"}
        write_parquet(arrow_table(layers), unfinished / LAYERS)
        write_table(_refused_table(contents), unfinished / REFUSED)
        for path in (*unfinished.iterdir(), unfinished):
            to_disk(path)
        unfinished.rename(folder / record.folder)
        to_disk(place)
        write_records(folder, (*records, record))
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _refused_table(contents: Contents) -> dict[str, list[object]]:
    refused = contents.refused
    return {
        "profile_id": [problem.profile_id or "" for problem in refused],
        "line": ["" if problem.line is None else problem.line for problem in refused],
        "column": [problem.key or "" for problem in refused],
        "problem": [problem.message for problem in refused],
        "remedy": [problem.remedy for problem in refused],
    }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other imports out; the system lifts the lock when the process ends, however it ends."""
    import fcntl

    with (folder / LOCK).open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"{folder}: another import is at work in this archive; try again when it is done") from None
        yield
