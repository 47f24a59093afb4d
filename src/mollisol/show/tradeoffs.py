"""Trade-offs beside the carbon: the tables of the report, and `tradeoffs.csv`."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import fields
from pathlib import Path

import numpy as np

from mollisol.practices.tradeoffs import CHANGE, IN_PART, NOT_KNOWN, QUANTITIES, RUN, Band, Ledger, Row
from mollisol.practices.tradeoffs.risks import RISKS
from mollisol.show.files import write_atomically
from mollisol.show.tables import Cell, Table
from mollisol.show.tables import Row as TableRow
from mollisol.show.view import BASELINE
from mollisol.show.wording import interval, number, title

KG_PER_MG = 1000.0

Column = tuple[str, str, float, int]

GASES: tuple[Column, ...] = (
    ("Net effect, Mg CO₂e/ha", "net_greenhouse_effect", 1.0 / KG_PER_MG, 2),
    ("of which soil carbon", "soil_carbon_dioxide", 1.0 / KG_PER_MG, 2),
    ("N₂O, kg/ha", "nitrous_oxide", 1.0, 1),
    ("CH₄, kg/ha", "methane", 1.0, 1),
    ("Diesel, L/ha", "diesel", 1.0, 0),
    ("CO₂ of diesel, kg/ha", "diesel_carbon_dioxide", 1.0, 0),
    ("Apart: CO₂ bound by rock, Mg/ha", "inorganic_removal", 1.0 / KG_PER_MG, 2),
)
"""Heading, quantity, factor and decimals of each column of the report's table of gases."""

FIELD: tuple[Column, ...] = (
    ("Yield, %", "yield_effect", 1.0, 0),
    ("Water use, mm", "evapotranspiration", 1.0, 0),
    ("Water deficit, mm", "water_deficit", 1.0, 0),
    ("N tied up, kg/ha", "nitrogen_tied_up", 1.0, 0),
    ("N supplied less tied up", "nitrogen_balance", 1.0, 0),
    ("P tied up, kg/ha", "phosphorus_tied_up", 1.0, 1),
    ("P supplied less tied up", "phosphorus_balance", 1.0, 0),
)
"""The same of the table of yield, water and nutrients."""

RISK_HEADING = "Risks that rise"


def write_tradeoffs(found: Ledger, path: Path) -> Path:
    """Write the whole ledger as CSV (complete or not at all) and return the path.

    A number that is not known is an empty cell. Sources stand in the row of the mean over the run, not in each year's.
    """
    text = io.StringIO(newline="")
    names = [one.name for one in fields(Row)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in found.rows():
        source = "source" if row.year != RUN else ""
        writer.writerow(["" if name == source else _number(getattr(row, name)) for name in names])
    write_atomically(Path(path), text.getvalue().encode("utf-8"))
    return Path(path)


def _number(value: object) -> object:
    if not isinstance(value, float):
        return value
    return "" if math.isnan(value) else f"{value + 0.0:.6g}"


def gas_table(found: Ledger | None) -> Table | None:
    """Return how each practice changes greenhouse gases and fuel, mean per year over the run.

    None where there is no ledger, or nothing but the baseline in it.
    """
    return _table(found, GASES)


def field_table(found: Ledger | None) -> Table | None:
    """Return how each practice changes yield, water, nutrients and risks, mean per year over the run; else None."""
    table = _table(found, FIELD)
    if table is None or found is None:
        return None
    rows = [
        TableRow(row.heading, [*row.cells, _risks(found, practice)])
        for row, (practice, _) in zip(table.rows, _others(found), strict=True)
    ]
    return Table([*table.columns, RISK_HEADING], rows)


def _table(found: Ledger | None, columns: tuple[Column, ...]) -> Table | None:
    if found is None or len(found.bands) < 2:
        return None
    rows = [
        TableRow(
            title(practice), [_cell(bands[name, CHANGE], factor, decimals) for _, name, factor, decimals in columns]
        )
        for practice, bands in _others(found)
    ]
    return Table(["", *(heading for heading, *_ in columns)], rows)


def _cell(band: Band, factor: float, decimals: int) -> Cell:
    low, best, high = (factor * float(end[-1]) for end in (band.low, band.best, band.high))
    nothing_told = band.status[-1] == IN_PART and low == best == high == 0.0
    if band.status[-1] == NOT_KNOWN or nothing_told:
        return Cell(NOT_KNOWN)
    notes = []
    if not np.isnan(low) and number(low, decimals) != number(high, decimals):
        notes.append(interval(low, high, decimals))
    if band.status[-1] == IN_PART:
        notes.append(IN_PART)
    return Cell(number(best, decimals, signed=True), tuple(notes))


def _risks(found: Ledger, practice: str) -> Cell:
    """Name the risks that grow; in the second line those that may, and how many nobody knows."""
    grow, may, unknown = [], [], 0
    for (name, kind), band in found.bands[practice].items():
        if kind != CHANGE or not name.startswith("risk_"):
            continue
        if np.isnan(band.best[-1]):
            unknown += 1
        elif band.best[-1] > 0.0:
            grow.append(QUANTITIES[name][1])
        elif band.high[-1] > 0.0:
            may.append(QUANTITIES[name][1])
    notes = [f"may: {', '.join(may)}"] if may else []
    if unknown and not grow and not may:
        return Cell(NOT_KNOWN if unknown == len(RISKS) else "none known", tuple(notes))
    notes += [f"{unknown} {NOT_KNOWN}"] if unknown else []
    return Cell(", ".join(grow) or "none", tuple(notes))


def left_out(found: Ledger | None) -> dict[str, str]:
    """Return what the net effect of each practice leaves out because it is not known, by practice."""
    if found is None:
        return {}
    missing = {name: bands["net_greenhouse_effect", CHANGE].missing for name, bands in _others(found)}
    return {name: ", ".join(parts) for name, parts in missing.items() if parts}


def _others(found: Ledger) -> list[tuple[str, dict[tuple[str, str], Band]]]:
    return [(name, dict(bands)) for name, bands in found.bands.items() if name != BASELINE]
