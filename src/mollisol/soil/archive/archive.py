"""An archive of profiles, open to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mollisol.soil.archive.database import LAYERS, PROFILES, connect, parquet
from mollisol.soil.archive.export import plain_columns
from mollisol.soil.archive.records import ImportRecord, read_records
from mollisol.soil.archive.selection import SOURCE_FITS, Selection
from mollisol.soil.archive.variables import MEASURED
from mollisol.soil.assembly import assemble
from mollisol.soil.checks import check_values
from mollisol.soil.formats import plain
from mollisol.soil.land_use import CLASSES
from mollisol.soil.problems import raise_problems
from mollisol.soil.profile import Profile
from mollisol.soil.tables import Table
from mollisol.units import InputError, nearest


@dataclass(frozen=True)
class LeftOut:
    """How many profiles meet a selection but for having gaps, or repeating another."""

    gaps: int
    repeats: int


class Archive:
    """An archive as it stands when it is opened; what is imported later is seen by opening it again.

    Parameters
    ----------
    folder : folder of the archive.

    Raises
    ------
    InputError
        If the folder is no archive, or a file of it is missing.

    Examples
    --------
    >>> import tempfile
    >>> from mollisol.soil.archive import Selection, import_profiles
    >>> folder = Path(tempfile.mkdtemp())
    >>> table = folder / "field.csv"
    >>> _ = table.write_text("profile_id,top_cm,bottom_cm,organic_carbon_percent\\np,0,30,1.2\\np,30,60,0.5\\n")
    >>> _ = import_profiles(folder / "archive", table)
    >>> Archive(folder / "archive").profiles(Selection(depth_m=0.5))[0].organic_carbon_percent
    array([1.2, 0.5])
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.imports: tuple[ImportRecord, ...] = read_records(folder)
        self._connection: Any = None

    def select(self, selection: Selection | None = None) -> Any:
        """Return the profiles that are wanted as an Arrow table, in the order of their import.

        Columns: key, dataset, profile_id, source, reader, latitude, longitude, sample_year, land_use (class),
        land_use_given (word of the source), horizons, depth_m, by what can be measured `..._depth_m` and
        `..._throughout_m`, gaps, and in `repeats` the key of the profile that it repeats.
        """
        return self._asked("SELECT p.* FROM profiles p", selection, "p.import_number, p.ordinal")

    def layers(self, selection: Selection | None = None) -> Any:
        """Return the layers of the profiles that are wanted as an Arrow table, from the surface down, in SI units.

        Columns: key, top_m, bottom_m, what was measured, sample_year, latitude, longitude, source, line of the file,
        and in `converted` how values that are no plain measurement were made.
        """
        sql = "SELECT l.*, p.latitude, p.longitude FROM layers l JOIN profiles p USING (key)"
        return self._asked(sql, selection, "p.import_number, p.ordinal, l.top_m")

    def left_out(self, selection: Selection) -> LeftOut:
        """Return how many further profiles `gaps` and `repeats` would add, each by itself."""
        condition, values = selection.condition()
        with_gaps, with_repeats = _hidden(replace(selection, gaps=True)), _hidden(replace(selection, repeats=True))
        query = f"""
            SELECT count(*) FILTER (gaps AND {with_gaps}), count(*) FILTER (repeats IS NOT NULL AND {with_repeats})
            FROM profiles WHERE {condition}
        """
        ((gaps, repeats),) = self._rows(query, values)
        return LeftOut(0 if selection.gaps else gaps, 0 if selection.repeats else repeats)

    def profiles(self, selection: Selection | None = None) -> list[Profile]:
        """Return the profiles that are wanted as they would be read from the plain table.

        Gaps, where the selection asks for profiles that have some, are filled and flagged as in `read_profile`.
        """
        chosen = selection or Selection()
        columns = plain_columns(self.layers(chosen), str(self.folder))
        size = len(columns["profile_id"])
        if not size:
            return []
        rows = plain.read(Table(str(self.folder), columns, range(2, size + 2)))
        check_values(rows)
        profiles, problems = assemble(rows, fill_gaps=chosen.gaps)
        raise_problems(problems)
        return profiles

    def _asked(self, sql: str, selection: Selection | None, order: str) -> Any:
        chosen = selection or Selection()
        self._check_words(chosen)
        condition, values = chosen.condition()
        # The condition names columns of the profiles; keys are enough to join the layers to them.
        wanted = f"p.key IN (SELECT key FROM profiles WHERE {condition} AND {_hidden(chosen)})"
        query = f"{sql} WHERE {wanted} ORDER BY {order}"
        return self._database().sql(query, params=values).to_arrow_table()

    def _check_words(self, selection: Selection) -> None:
        """Refuse a land use or a source that nothing in the archive has, naming the nearest."""
        if selection.land_use:
            found = self._rows("SELECT DISTINCT lower(land_use_given) FROM profiles")
            words = {word for (word,) in found if word} | set(CLASSES)
            for word in selection.land_use:
                if word.lower() not in words:
                    raise _unknown("land use", "land_use", word, words, ", ".join(CLASSES))
        for word in selection.source:
            query = f"SELECT 1 FROM profiles WHERE {SOURCE_FITS} LIMIT 1"
            if not self._rows(query, [word.lower()] * 3):
                datasets = [record.dataset for record in self.imports]
                found = self._rows("SELECT DISTINCT source FROM profiles")
                sources = {source for (source,) in found if source}
                raise _unknown("source", "source", word, {*datasets, *sources}, ", ".join(datasets))

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        # All rows are fetched: a connection with an unread result takes no further question.
        rows: list[tuple[Any, ...]] = self._database().execute(query, list(values)).fetchall()
        return rows

    def _database(self) -> Any:
        if self._connection is None:
            files = [self.folder / record.folder for record in self.imports]
            missing = [path / name for path in files for name in (LAYERS, PROFILES) if not (path / name).is_file()]
            if missing or not files:
                raise InputError(
                    "a file of the archive is missing" if missing else "the archive is empty",
                    file=str(missing[0] if missing else self.folder),
                    remedy="restore it from a copy, or import the files again into a new archive"
                    if missing
                    else "import a file into it",
                )
            import duckdb

            connection = connect()
            try:
                for view, name in (("profiles", PROFILES), ("layers", LAYERS)):
                    connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {parquet([p / name for p in files])}")
            except duckdb.Error as error:
                raise InputError(
                    f"a file of the archive is damaged: {str(error).splitlines()[0]}",
                    file=str(self.folder),
                    remedy="restore it from a copy, or import the files again into a new archive",
                ) from None
            self._connection = connection
        return self._connection


def measured_in(profile: dict[str, Any]) -> list[str]:
    """Return what was measured in a profile of `Archive.select`, by the names of `MEASURED`."""
    return [name for name in MEASURED if profile[f"{name}_depth_m"] is not None]


def _hidden(selection: Selection) -> str:
    """SQL that keeps out what the selection does not ask for."""
    parts = ["NOT gaps"] * (not selection.gaps) + ["repeats IS NULL"] * (not selection.repeats)
    return " AND ".join(parts) or "TRUE"


def _unknown(what: str, key: str, word: str, allowed: set[str], listed: str) -> InputError:
    like = nearest(word, sorted(allowed))
    meant = f"did you mean {like!r}? " if like else ""
    return InputError(f"no profile of the archive has the {what} {word!r}", key=key, remedy=f"{meant}Known: {listed}")
