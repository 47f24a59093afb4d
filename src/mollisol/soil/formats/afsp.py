"""Africa Soil Profiles and other tables in the same column codes (`SOURCEID`, `UHDICM`, `LHDICM`, `ORCDRC`...)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Rows
from mollisol.soil.problems import raise_problems
from mollisol.soil.tables import Table, read_table
from mollisol.units import InputError

REQUIRED = ("SOURCEID", "UHDICM", "LHDICM", "ORCDRC")
LATITUDES, LONGITUDES = ("LATWGS84", "LATGDA94"), ("LONWGS84", "LONGDA94")


def read(table: Table) -> Rows:
    """Read horizons (carbon g/kg, density t/m3, texture % of mass, stones % of volume) and the sites beside them."""
    rows = Rows(table)
    raise_problems(rows.require(REQUIRED, "Africa Soil Profiles"))
    rows.profile_ids = rows.text("SOURCEID")
    rows.number("top_cm", "UHDICM")
    rows.number("bottom_cm", "LHDICM")
    rows.number("organic_carbon_percent", "ORCDRC", divide=10.0)
    rows.number("bulk_density_g_cm3", "BLD")
    rows.number("clay_percent", "CLYPPT")
    rows.number("silt_percent", "SLTPPT")
    rows.number("sand_percent", "SNDPPT")
    rows.number("coarse_fragments_percent", "CRFVOL")
    rows.number("ph_h2o", "PHIHOX")
    rows.source = [Path(table.file).name] * len(table)
    _read_sites(rows)
    rows.drop_above_surface()
    return rows


def _read_sites(rows: Rows) -> None:
    """Add coordinates and year from the table of sites in the same folder, if there is one."""
    sites = _sites_table(Path(rows.table.file))
    if sites is None:
        return
    beside = Rows(sites)
    rows.beside.append(sites.file)
    latitude = next((name for name in LATITUDES if name in sites.columns), None)
    longitude = next((name for name in LONGITUDES if name in sites.columns), None)
    place = {site: row for row, site in enumerate(beside.text("SOURCEID"))}
    row_of = np.array([place.get(profile_id, -1) for profile_id in rows.profile_ids])
    for name, column in (("latitude", latitude), ("longitude", longitude)):
        if column is not None:
            values = np.append(beside.parse(column), np.nan)
            rows.values[name] = values[row_of]
            rows.columns[name] = column
    years = [float(date[:4]) if date[:4].isdigit() else np.nan for date in beside.text("DATE")]
    rows.values["sample_year"] = np.append(np.array(years), np.nan)[row_of]
    rows.columns["sample_year"] = "DATE"
    # A cell of the sites' table concerns every horizon of its profile.
    for site_row, problem in beside.problems:
        rows.problems.extend((int(row), problem) for row in np.flatnonzero(row_of == site_row))


def _sites_table(horizons: Path) -> Table | None:
    family = horizons.name.split("_horizons")[0]
    for candidate in (horizons.with_name(f"{family}_sites.csv"), horizons.with_name("sites.csv")):
        if candidate.is_file() and candidate != horizons:
            table = read_table(candidate)
            if "SOURCEID" not in table.columns:
                raise InputError(
                    "the table of sites has no column for their names",
                    file=str(candidate),
                    line=1,
                    key="SOURCEID",
                    remedy="name the sites as in the table of horizons, or move this file elsewhere",
                )
            return table
    return None


FORMAT = Format("afsp", "Africa Soil Profiles", ("SOURCEID", "UHDICM", "LHDICM"), read)
