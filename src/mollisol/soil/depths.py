"""Checks of a profile's depths: order, duplicates, overlaps, gaps, and how deep carbon is known."""

from __future__ import annotations

import numpy as np

from mollisol.soil.columns import DEPTH_TOLERANCE_CM, MINIMUM_DEPTH_CM
from mollisol.soil.formats.rows import Array, Rows
from mollisol.soil.problems import Problem

GAP_REMEDY = "add the missing horizon, or ask for gaps to be filled (fill_gaps=True); what is filled is flagged"


def check_depths(rows: Rows, order: np.ndarray, *, fill_gaps: bool) -> list[Problem]:
    """Return what is wrong with the depths of one profile, whose rows are `order`, sorted by their tops."""
    top, bottom = rows.values["top_cm"][order], rows.values["bottom_cm"][order]
    problems = []
    for row in np.flatnonzero(top >= bottom):
        at = int(row)
        problems.append(
            _problem(
                rows,
                order[at],
                "bottom_cm",
                f"the horizon ends at {bottom[at]:g} cm and begins at {top[at]:g} cm",
                "give limits that increase with depth, in cm below the surface",
            )
        )
    if problems:
        return problems
    for above in range(len(order) - 1):
        problems += _between(rows, order, top, bottom, above, fill_gaps)
    if top[0] > DEPTH_TOLERANCE_CM and not fill_gaps:
        problems.append(
            _problem(
                rows,
                order[0],
                "top_cm",
                f"the profile begins at {top[0]:g} cm: there is a gap between the surface and its first horizon",
                GAP_REMEDY,
            )
        )
    return problems


def _between(rows: Rows, order: np.ndarray, top: Array, bottom: Array, at: int, fill_gaps: bool) -> list[Problem]:
    """Compare a horizon with the one below."""
    other = rows.table.lines[order[at]]
    if top[at + 1] == top[at] and bottom[at + 1] == bottom[at]:
        message = f"the horizon {top[at]:g}-{bottom[at]:g} cm is already given in line {other}"
        return [_problem(rows, order[at + 1], "top_cm", message, "keep one of the two rows")]
    if top[at + 1] < bottom[at] - DEPTH_TOLERANCE_CM:
        message = f"the horizon begins at {top[at + 1]:g} cm and overlaps {top[at]:g}-{bottom[at]:g} cm of line {other}"
        return [_problem(rows, order[at + 1], "top_cm", message, "let every horizon begin where the last ends")]
    if top[at + 1] > bottom[at] + DEPTH_TOLERANCE_CM and not fill_gaps:
        message = f"there is a gap from {bottom[at]:g} cm (line {other}) to {top[at + 1]:g} cm"
        return [_problem(rows, order[at + 1], "top_cm", message, GAP_REMEDY)]
    return []


def check_carbon(rows: Rows, order: np.ndarray, *, fill_gaps: bool) -> list[Problem]:
    """Return what is wrong with where carbon is known: nowhere, with a hole, or too near the surface only."""
    name = "organic_carbon_percent"
    stock = rows.values["organic_carbon_stock_kg_m2"][order]
    if "organic_carbon_stock_kg_m2" in rows.columns:
        name = "organic_carbon_stock_kg_m2"
    known = ~(np.isnan(rows.values["organic_carbon_percent"][order]) & np.isnan(stock))
    if not known.any():
        remedy = "give organic carbon at least for the upper horizons"
        return [_problem(rows, order[0], name, "no horizon of the profile has organic carbon", remedy)]
    deepest = int(np.flatnonzero(known)[-1])
    problems = []
    if not fill_gaps:
        problems = [
            _problem(rows, order[at], name, "organic carbon is missing above a horizon that has it", GAP_REMEDY)
            for at in np.flatnonzero(~known[:deepest])
        ]
    depth = rows.values["bottom_cm"][order][deepest]
    if depth < MINIMUM_DEPTH_CM:
        problems.append(
            _problem(
                rows,
                order[deepest],
                name,
                f"organic carbon is known to {depth:g} cm only, too shallow for a profile",
                f"give horizons to at least {MINIMUM_DEPTH_CM:g} cm; 1 m or more tells something about depth",
            )
        )
    return problems


def _problem(rows: Rows, row: int, name: str, message: str, remedy: str) -> Problem:
    key = rows.columns.get(name, name)
    return Problem(message, remedy, rows.table.file, rows.table.lines[row], key, rows.profile_ids[row])
