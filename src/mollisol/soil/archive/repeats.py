"""Which profiles repeat another: the same place, the same depths, the same values.

Two profiles are the same one where all of this holds:

- both have coordinates, which differ by at most 0.01 degrees in latitude and in longitude;
- their years of sampling, where both have one, differ by at most one;
- their horizons with organic carbon have the same limits, rounded to whole cm, and are equally many;
- in these horizons, every value that both have agrees: exactly within one import, and between imports within the
  rounding that is usual in publications (`ArchiveVariable.rounding`: 0.005 % carbon, 0.005 kg/m2, 0.005 g/cm3, 0.5 %
  of texture or stones, 0.05 of pH, 0.5 permil);
- at least three values agree, sand, silt and clay of a horizon counted as one (texture is often that of a whole site),
  so that one shallow sample is not taken for another by chance; or both have the same name.

Of the same profiles, the one that was imported first (in its file: the one that stands first) is the original; the
others name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mollisol.soil.archive.database import arrow_table, connect, parquet
from mollisol.soil.archive.variables import CARBON, COMPARED
from mollisol.soil.columns import TEXTURE

PLACE_DEGREES = 0.01
"""Coordinates nearer than this are one place: sources round them to two decimals (1 km)."""
YEARS_APART = 1.0
LEAST_VALUES = 3
FLOATING = 1.0 + 1e-9
"""Differences of exactly one rounding count as equal, whatever the last bit."""


def find_repeats(
    layers: dict[str, Any], profiles: dict[str, Any], before: Sequence[tuple[Path, Path]]
) -> list[str | None]:
    """Return (profile,) the key of the profile that each repeats, None where it is the first of its kind.

    Parameters
    ----------
    layers, profiles : columns of an import.
    before : layers and profiles files of the imports before it.
    """
    connection = connect()
    columns = ("key", "profile_id", "ordinal", "latitude", "longitude", "sample_year")
    connection.register("new_profiles", arrow_table({name: profiles[name] for name in columns}))
    kept = ("key", "top_m", "bottom_m", *(variable.name for variable in COMPARED))
    connection.register("new_layers", arrow_table({name: layers[name] for name in kept}))
    _gather(connection, before)
    found = connection.execute(_PAIRS).fetchall()
    connection.close()
    root: dict[str, str] = {}
    # Ordered by the later profile: what it resembles has been settled before.
    for earlier, later in found:
        root.setdefault(later, root.get(earlier, earlier))
    return [root.get(key) for key in profiles["key"]]


def _gather(connection: Any, before: Sequence[tuple[Path, Path]]) -> None:
    """Make tables `profile` (rank in the order of import), `layer` (those with carbon) and `shape` (the depths)."""
    names = "key, profile_id, ordinal, latitude, longitude, sample_year"
    parts = [f"SELECT TRUE AS own, 0 AS number, {names} FROM new_profiles"]
    values = ", ".join(variable.name for variable in COMPARED)
    layers = [f"SELECT key, top_m, bottom_m, {values} FROM new_layers"]
    for number, (layer_file, profile_file) in enumerate(before):
        parts.append(f"SELECT FALSE, {number}, {names} FROM {parquet([profile_file])}")
        layers.append(f"SELECT key, top_m, bottom_m, {values} FROM {parquet([layer_file])}")
    carbon = " OR ".join(f"{variable.name} IS NOT NULL" for variable in CARBON)
    connection.execute(
        f"""
        CREATE TABLE profile AS
            SELECT row_number() OVER (ORDER BY own, number, ordinal) AS rank, *
            FROM ({" UNION ALL ".join(parts)}) WHERE latitude IS NOT NULL AND longitude IS NOT NULL;
        CREATE TABLE layer AS
            SELECT rank, row_number() OVER (PARTITION BY rank ORDER BY top_m) AS place,
                   round(100 * top_m)::INTEGER || '-' || round(100 * bottom_m)::INTEGER AS depths, {values}
            FROM ({" UNION ALL ".join(layers)}) JOIN profile USING (key) WHERE {carbon};
        CREATE TABLE shape AS
            SELECT p.*, s.depths, s.first_carbon, floor(latitude / {PLACE_DEGREES})::INTEGER AS row,
                   floor(longitude / {PLACE_DEGREES})::INTEGER AS col
            FROM profile p JOIN (
                SELECT rank, string_agg(depths, ',' ORDER BY place) AS depths,
                       min(organic_carbon_kg_kg) FILTER (place = 1) AS first_carbon
                FROM layer GROUP BY rank
            ) s USING (rank);
        """
    )


def _pairs() -> str:
    """Return the SQL for the pairs of keys of the same profiles, ordered by the later and then the earlier."""
    agree, differ = {}, []
    for variable in COMPARED:
        apart = f"abs(a.{variable.name} - b.{variable.name})"
        most = f"CASE WHEN own THEN 0 ELSE {variable.rounding * FLOATING!r} END"
        agree[variable.field] = f"coalesce({apart} <= {most}, FALSE)"
        differ.append(f"coalesce({apart} > {most}, FALSE)")
    texture = " OR ".join(agree[field] for field in TEXTURE)
    counted = [f"({texture})::INTEGER", *(f"{sql}::INTEGER" for field, sql in agree.items() if field not in TEXTURE)]
    near = PLACE_DEGREES * FLOATING
    rounding = CARBON[0].rounding * FLOATING
    # The cells of a grid of one tolerance's width keep the pairs few: what is near lies in the same or the next cell.
    return f"""
        WITH near AS (
            SELECT a.rank AS earlier, b.rank AS later, a.own, a.profile_id = b.profile_id AS namesake
            FROM (SELECT *, row + up AS near_row, col + across AS near_col FROM shape,
                  (VALUES (-1), (0), (1)) AS v(up), (VALUES (-1), (0), (1)) AS h(across)) a
            JOIN (SELECT * FROM shape WHERE own) b
              ON a.near_row = b.row AND a.near_col = b.col AND a.depths = b.depths AND a.rank < b.rank
            WHERE abs(a.latitude - b.latitude) <= {near!r} AND abs(a.longitude - b.longitude) <= {near!r}
              AND coalesce(abs(a.sample_year - b.sample_year) <= {YEARS_APART!r}, TRUE)
              AND coalesce(abs(a.first_carbon - b.first_carbon) <= {rounding!r}, TRUE)
        ), same AS (
            SELECT earlier, later
            FROM near JOIN layer a ON a.rank = earlier JOIN layer b ON b.rank = later AND b.place = a.place
            GROUP BY earlier, later
            HAVING NOT bool_or({" OR ".join(differ)})
               AND (any_value(namesake) OR sum({" + ".join(counted)}) >= {LEAST_VALUES})
        )
        SELECT e.key, l.key FROM same JOIN profile e ON e.rank = earlier JOIN profile l ON l.rank = later
        ORDER BY later, earlier
    """


_PAIRS = _pairs()
