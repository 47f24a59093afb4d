"""Writing tables: the profile in the plain format, and any table, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mollisol.soil.columns import HORIZON_FIELDS, PLAIN_COLUMNS
from mollisol.soil.profile import FILLED_GAP, Profile
from mollisol.units import InputError
from mollisol.units.files import atomic_write


def write_profile(profile: Profile | Iterable[Profile], path: str | Path) -> None:
    """Write one or several profiles as the plain table (CSV, UTF-8); reading it back gives the same numbers.

    Only what was observed is written: horizons and values that filled a gap are left out.

    Raises
    ------
    InputError
        If some profiles give carbon in percent and others as a stock, or the file cannot be written.
    """
    profiles = [profile] if isinstance(profile, Profile) else list(profile)
    rows = [row for each in profiles for row in _rows(each)]
    used = [name for name in PLAIN_COLUMNS if any(row.get(name, "") for row in rows)]
    if {"organic_carbon_percent", "organic_carbon_stock_kg_m2"} <= set(used):
        raise InputError(
            "carbon is given in percent and as a stock; a table holds one of them",
            file=str(path),
            remedy="write these profiles to two files",
        )
    write_table({name: [row.get(name, "") for row in rows] for name in used}, path)


def write_table(columns: Mapping[str, Sequence[object]], path: str | Path) -> None:
    """Write columns as CSV under a temporary name and move it into place; NaN is written as an empty cell."""
    try:
        with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*([_cell(value) for value in column] for column in columns.values()), strict=True))
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", file=str(path), remedy="name a folder that can be written to"
        ) from error


def _rows(profile: Profile) -> list[dict[str, str]]:
    rows = []
    for at in range(len(profile)):
        if profile.flag("top_cm")[at] in FILLED_GAP:
            continue
        row = {"profile_id": profile.profile_id, "source": profile.source[at] if profile.source else ""}
        for name in HORIZON_FIELDS:
            if profile.flag(name)[at] not in FILLED_GAP:
                row[name] = _cell(getattr(profile, name)[at])
        row["latitude"], row["longitude"] = _cell(profile.latitude), _cell(profile.longitude)
        rows.append(row)
    return rows


def _cell(value: object) -> str:
    if isinstance(value, float | np.floating):
        # repr gives the shortest text that reads back as the same number.
        return "" if np.isnan(value) else repr(float(value))
    return str(value)
