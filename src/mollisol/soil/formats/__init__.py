"""The supported formats of profile tables, one file each, and how a table's format is found."""

from __future__ import annotations

from mollisol.soil.columns import PLAIN_COLUMNS
from mollisol.soil.formats import afsp, he2016, israd, kssl, plain, sodah, wosis
from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Rows
from mollisol.soil.tables import Table
from mollisol.units import InputError

__all__ = ["FORMATS", "Format", "Rows", "format_of"]

FORMATS: tuple[Format, ...] = (
    plain.FORMAT,
    wosis.FORMAT,
    sodah.FORMAT,
    afsp.FORMAT,
    israd.FORMAT,
    he2016.FORMAT,
    kssl.FORMAT,
)


def format_of(table: Table) -> Format:
    """Return the format whose signature the table has; a table that has part of the plain one counts as plain.

    Raises
    ------
    InputError
        If the table looks like no supported format.
    """
    for candidate in FORMATS:
        if set(candidate.signature) <= set(table.columns):
            return candidate
    if set(PLAIN_COLUMNS) & set(table.columns):
        return plain.FORMAT
    known = "; ".join(f"{each.title}: {', '.join(each.signature)}" for each in FORMATS)
    raise InputError(
        f"this is no profile table that is known here: its columns are {', '.join(list(table.columns)[:12])}",
        file=table.file,
        line=1,
        remedy=f"give the columns that name a format ({known})",
    )
