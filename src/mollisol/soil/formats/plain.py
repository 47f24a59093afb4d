"""The project's own profile table: one row per horizon, columns as in the contract."""

from __future__ import annotations

from mollisol.soil.columns import CARBON_GIVEN_AS, NUMERIC, PLAIN_COLUMNS
from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Rows
from mollisol.soil.problems import Problem, raise_problems
from mollisol.soil.tables import Table
from mollisol.units import nearest


def read(table: Table) -> Rows:
    """Read the plain table; every column must be known and carbon given in exactly one unit."""
    rows = Rows(table)
    raise_problems(_column_problems(rows))
    rows.profile_ids = rows.text("profile_id")
    for row, profile_id in enumerate(rows.profile_ids):
        if not profile_id:
            rows.problem(row, "the cell is empty", "name the profile in every row", "profile_id")
    for name in NUMERIC:
        rows.number(name, name, codes=False)
    rows.number("organic_carbon_percent", "organic_carbon_g_kg", divide=10.0, codes=False)
    rows.source = rows.text("source")
    return rows


def _column_problems(rows: Rows) -> list[Problem]:
    table = rows.table
    unknown = [name for name in table.columns if name not in PLAIN_COLUMNS]
    problems = rows.require(("profile_id", "top_cm", "bottom_cm"), "profile")
    given = [name for name in CARBON_GIVEN_AS if name in table.columns]
    if not given:
        like = next((name for name in unknown if nearest(name, CARBON_GIVEN_AS)), None)
        hint = f"; rename '{like}' if that is what it holds" if like else ""
        problems.append(
            Problem(
                "there is no column for organic carbon",
                f"add one of {', '.join(CARBON_GIVEN_AS)}{hint}",
                table.file,
                1,
                CARBON_GIVEN_AS[0],
            )
        )
    if len(given) > 1:
        problems.append(
            Problem(
                f"organic carbon is given in mixed units: {', '.join(given)}",
                "keep exactly one of these columns",
                table.file,
                1,
                given[1],
            )
        )
    for name in unknown:
        like = nearest(name, PLAIN_COLUMNS)
        meant = f"did you mean '{like}'? Otherwise remove it" if like else "remove it"
        known = ", ".join(PLAIN_COLUMNS)
        problems.append(Problem("the column is unknown", f"{meant}. Known columns: {known}", table.file, 1, name))
    return problems


FORMAT = Format("plain", "profile table", ("top_cm", "bottom_cm"), read)
