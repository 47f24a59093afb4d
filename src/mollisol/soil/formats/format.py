"""A format of profile tables: how it is recognised and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mollisol.soil.formats.rows import Rows
from mollisol.soil.tables import Table


@dataclass(frozen=True)
class Format:
    """One supported format.

    Attributes
    ----------
    name : short name.
    title : what people call it.
    signature : the columns that no other format has all of: a table that has them is read as this one.
    read : turns the table into rows in the units of the profile table; raises InputError for a column that is
        missing or unknown, and notes what is wrong with single cells.
    """

    name: str
    title: str
    signature: tuple[str, ...]
    read: Callable[[Table], Rows]
