"""ISRaD template tables (International Soil Radiocarbon Database): a folder with `layer.csv` and its companions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mollisol.soil.formats.conversions import coarse_volume_from_mass, fine_earth_density_where_missing
from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Rows
from mollisol.soil.problems import raise_problems
from mollisol.soil.tables import Table, read_table

REQUIRED = ("entry_name", "site_name", "pro_name", "lyr_top", "lyr_bot", "lyr_c_org")
LAYER_FILE = "layer.csv"


def read(table: Table) -> Rows:
    """Read layers (carbon %, density g/cm3, coarse fragments % of mass, Delta14C) and coordinates beside them.

    Layers above the mineral soil have negative depths in this template; they are left out and noted.
    """
    rows = Rows(table)
    raise_problems(rows.require(REQUIRED, "ISRaD layer"))
    names = [rows.text(name) for name in ("entry_name", "site_name", "pro_name")]
    rows.profile_ids = ["/".join(parts) for parts in zip(*names, strict=True)]
    rows.number("top_cm", "lyr_top")
    rows.number("bottom_cm", "lyr_bot")
    rows.number("organic_carbon_percent", "lyr_c_org")
    rows.number("bulk_density_g_cm3", "lyr_bd_samp")
    rows.number("clay_percent", "lyr_clay_tot_psa")
    rows.number("silt_percent", "lyr_silt_tot_psa")
    rows.number("sand_percent", "lyr_sand_tot_psa")
    rows.number("ph_h2o", "lyr_ph_h2o")
    rows.number("delta14c_permil", "lyr_14c")
    rows.number("sample_year", "lyr_obs_date_y")
    if "lyr_coarse_tot" in table.columns:
        share = rows.parse("lyr_coarse_tot") / 100.0
        whole = rows.parse("lyr_bd_tot") if "lyr_bd_tot" in table.columns else np.full(len(table), np.nan)
        coarse_volume_from_mass(rows, share, whole, "lyr_coarse_tot")
    fine_earth_density_where_missing(rows, "lyr_bd_tot")
    rows.source = [f"ISRaD {entry}" for entry in names[0]]
    _beside(rows, "site.csv", ("entry_name", "site_name"), ("site_lat", "site_long"))
    _beside(rows, "profile.csv", ("entry_name", "site_name", "pro_name"), ("pro_lat", "pro_long"), "pro_land_cover")
    rows.drop_above_surface()
    return rows


def _beside(rows: Rows, file: str, key: tuple[str, ...], columns: tuple[str, str], land_use: str = "") -> None:
    """Take coordinates and land cover from a companion table, where it exists; a profile's own replace its site's."""
    place = Path(rows.table.file).with_name(file)
    if not place.is_file():
        return
    beside = Rows(read_table(place))
    rows.beside.append(str(place))
    wanted = list(zip(*(rows.text(name) for name in key), strict=True))
    found = {name: row for row, name in enumerate(zip(*(beside.text(name) for name in key), strict=True))}
    row_of = np.array([found.get(name, -1) for name in wanted])
    if land_use in beside.table.columns:
        covers = [*beside.codes(land_use), ""]
        rows.land_use = [covers[row] for row in row_of]
    if not set(columns) <= set(beside.table.columns):
        return
    for name, column in zip(("latitude", "longitude"), columns, strict=True):
        given = np.append(beside.parse(column), np.nan)[row_of]
        rows.values[name] = np.where(np.isnan(given), rows.values[name], given)
        rows.columns[name] = column
    for beside_row, problem in beside.problems:
        rows.problems.extend((int(row), problem) for row in np.flatnonzero(row_of == beside_row))


FORMAT = Format("israd", "ISRaD template", ("pro_name", "lyr_top", "lyr_bot"), read)
