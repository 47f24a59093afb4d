"""From checked rows to profiles: each profile is complete, or there are reasons why it is not one."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.columns import DEPTH_TOLERANCE_CM, HORIZON_FIELDS, NUMERIC
from mollisol.soil.depths import check_carbon, check_depths
from mollisol.soil.formats.rows import Rows
from mollisol.soil.gaps import fill_gaps as fill_profile_gaps
from mollisol.soil.problems import Problem
from mollisol.soil.profile import Profile

ORGANIC_SOIL_CARBON = 12.0
"""Carbon (%) from which a profile's reader is asked whether it is g/kg: organic soil begins at 12-20 %."""


def assemble(
    rows: Rows, wanted: Collection[str] | None = None, *, fill_gaps: bool = False
) -> tuple[list[Profile], list[Problem]]:
    """Return the profiles of `rows` (or those `wanted`) that are sound, and what is wrong with the others."""
    sound, problems = sort_out(rows, wanted, fill_gaps=fill_gaps)
    profiles = [_profile(rows, profile_id, order) for profile_id, order in sound.items()]
    return [fill_profile_gaps(profile) for profile in profiles] if fill_gaps else profiles, problems


def sort_out(
    rows: Rows, wanted: Collection[str] | None = None, *, fill_gaps: bool = False
) -> tuple[dict[str, NDArray[np.intp]], list[Problem]]:
    """Return the rows of each sound profile from the surface down, and what is wrong with the other profiles.

    With `fill_gaps`, gaps in depth and in carbon count as sound; nothing is filled here.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for row, profile_id in enumerate(rows.profile_ids):
        members[profile_id].append(row)
    wrong: dict[str, list[Problem]] = defaultdict(list)
    for row, problem in rows.problems:
        profile_id = rows.profile_ids[row]
        wrong[profile_id].append(dataclasses.replace(problem, profile_id=profile_id))

    sound: dict[str, NDArray[np.intp]] = {}
    problems: list[Problem] = []
    for profile_id, all_rows in members.items():
        if wanted is not None and profile_id not in wanted:
            continue
        index = np.array([row for row in all_rows if rows.keep[row]], dtype=np.intp)
        found = wrong.get(profile_id, [])
        if index.size == 0:
            line = rows.table.lines[all_rows[0]]
            message = "no layer of the profile lies below the surface of the mineral soil"
            found = [*found, Problem(message, "leave this profile out", rows.table.file, line, None, profile_id)]
        depths_known = not np.isnan(rows.values["top_cm"][index] + rows.values["bottom_cm"][index]).any()
        if index.size and depths_known:
            order = index[np.lexsort((rows.values["bottom_cm"][index], rows.values["top_cm"][index]))]
            found = [*found, *check_depths(rows, order, fill_gaps=fill_gaps)]
            found += check_carbon(rows, order, fill_gaps=fill_gaps) if not found else []
            found += _check_place(rows, order)
        if found:
            # A column that serves two fields reports its bad cells twice.
            problems += list(dict.fromkeys(found))
            continue
        sound[profile_id] = order
    return sound, problems


def joined_tops(top: NDArray[np.float64], bottom: NDArray[np.float64], first: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (row,) upper limits, cm, of which those that differ from a limit by rounding only are that limit.

    `first` tells the rows with which a profile begins: their limit is the surface.
    """
    above = np.where(first, 0.0, np.concatenate([[0.0], bottom[:-1]]))
    return np.where(np.abs(top - above) <= DEPTH_TOLERANCE_CM, above, top)


def _check_place(rows: Rows, order: np.ndarray) -> list[Problem]:
    problems = []
    for name in ("latitude", "longitude"):
        given = rows.values[name][order]
        known = order[~np.isnan(given)]
        if known.size and np.any(rows.values[name][known] != rows.values[name][known[0]]):
            row = known[np.flatnonzero(rows.values[name][known] != rows.values[name][known[0]])[0]]
            message = (
                f"the profile is at {rows.values[name][row]:g} here and at {rows.values[name][known[0]]:g} in line "
                f"{rows.table.lines[known[0]]}"
            )
            remedy = "give all horizons of a profile one place, or the profiles different names"
            key = rows.columns.get(name, name)
            line = rows.table.lines[row]
            problems.append(Problem(message, remedy, rows.table.file, line, key, rows.profile_ids[row]))
    return problems


def _profile(rows: Rows, profile_id: str, order: np.ndarray) -> Profile:
    arrays = {name: rows.values[name][order] for name in HORIZON_FIELDS}
    arrays["top_cm"] = joined_tops(arrays["top_cm"], arrays["bottom_cm"], np.arange(order.size) == 0)
    flags = {name: tuple(flag[row] for row in order) for name, flag in rows.flags.items()}
    return Profile(
        profile_id=profile_id,
        **arrays,
        latitude=_single(rows, "latitude", order),
        longitude=_single(rows, "longitude", order),
        source=tuple(rows.source[row] for row in order),
        file=rows.table.file,
        lines=tuple(rows.table.lines[row] for row in order),
        columns={name: column for name, column in rows.columns.items() if name in NUMERIC},
        flags={name: flag for name, flag in flags.items() if any(flag)},
        notes=(*rows.notes.get(profile_id, ()), *_notes(rows, order)),
    )


def _single(rows: Rows, name: str, order: np.ndarray) -> float:
    given = rows.values[name][order]
    known = given[~np.isnan(given)]
    return float(known[0]) if known.size else float("nan")


def _notes(rows: Rows, order: np.ndarray) -> list[str]:
    carbon = rows.values["organic_carbon_percent"][order]
    rich = carbon[carbon > ORGANIC_SOIL_CARBON]
    if rich.size and rows.columns.get("organic_carbon_percent") == "organic_carbon_percent":
        return [f"{rich.max():g} % of organic carbon is organic soil; if it is g/kg, use organic_carbon_g_kg"]
    return []
