"""SoDaH layer tables (Soils Data Harmonization, Wieder et al. 2021): sites, plots and treatments in one table."""

from __future__ import annotations

import numpy as np

from mollisol.soil.columns import DEPTH_TOLERANCE_CM
from mollisol.soil.formats.conversions import coarse_volume_from_mass, fine_earth_density_where_missing
from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Array, Rows
from mollisol.soil.problems import raise_problems
from mollisol.soil.tables import Table

REQUIRED = ("site_code", "layer_top", "layer_bot", "lyr_soc")
DESIGN = (
    "site_code", "location_name", "google_dir", "L1", "L2", "L3", "L4", "L5", "tx_L1", "tx_L2", "tx_L3",
    "observation_date",
)  # fmt: skip
"""The columns that tell one sampled place and time from another; SoDaH has no name for a profile."""


def read(table: Table) -> Rows:
    """Read SoDaH layers: carbon %, fine-earth density g/cm3 (`bd_samp`; `bd_tot` includes stones), texture %.

    `coarse_frac` is read as a share of the mass, in percent; data sets whose values never exceed 1 give fractions.
    """
    rows = Rows(table)
    raise_problems(rows.require(REQUIRED, "SoDaH"))
    rows.number("top_cm", "layer_top")
    rows.number("bottom_cm", "layer_bot")
    _litter_counted_upwards(rows)
    rows.number("organic_carbon_percent", "lyr_soc")
    rows.number("bulk_density_g_cm3", "bd_samp")
    rows.number("clay_percent", "clay")
    rows.number("silt_percent", "silt")
    rows.number("sand_percent", "sand")
    rows.number("ph_h2o", "ph_h2o")
    rows.number("latitude", "lat")
    rows.number("longitude", "long")
    _coarse(rows)
    fine_earth_density_where_missing(rows, "bd_tot")
    _sample_year(rows)
    rows.profile_ids = _profile_ids(rows)
    rows.source = [f"SoDaH {name}".strip() for name in rows.text("data_file")]
    rows.land_use = rows.codes("land_cover")
    rows.drop_above_surface()
    return rows


def _coarse(rows: Rows) -> None:
    if "coarse_frac" not in rows.table.columns:
        return
    given = rows.parse("coarse_frac")
    share = given / 100.0
    sets = np.array(rows.text("google_dir"))
    for name in np.unique(sets[~np.isnan(given)]):
        inside = sets == name
        if 0.0 < np.nanmax(given[inside]) <= 1.0:
            share[inside] = given[inside]
    whole = rows.parse("bd_tot") if "bd_tot" in rows.table.columns else np.full(len(rows.table), np.nan)
    coarse_volume_from_mass(rows, share, whole, "coarse_frac")


def _sample_year(rows: Rows) -> None:
    years = np.full(len(rows.table), np.nan)
    for row, date in enumerate(rows.text("observation_date")):
        if date[:4].isdigit() and len(date) >= 4:
            years[row] = float(date[:4])
    rows.values["sample_year"] = years
    rows.columns["sample_year"] = "observation_date"


def _profile_ids(rows: Rows) -> list[str]:
    """Name each profile by its place in the design; replicates at one place are told apart by their depths.

    A row continues the last profile of its place that ends where the row begins, else the last one that it does
    not overlap; otherwise it starts a new one.
    """
    top, bottom = rows.values["top_cm"], rows.values["bottom_cm"]
    design = list(zip(*(_level(rows, name) for name in DESIGN), strict=True))
    open_profiles: dict[tuple[str, ...], list[list[int]]] = {}
    member: list[tuple[tuple[str, ...], int]] = []
    for row, place in enumerate(design):
        profiles = open_profiles.setdefault(place, [])
        chosen = _fitting(profiles, row, top, bottom)
        if chosen is None:
            profiles.append([])
            chosen = len(profiles) - 1
        profiles[chosen].append(row)
        member.append((place, chosen))
    names = {place: "/".join(part for part in place if part) for place in open_profiles}
    return [names[place] + (f"#{number + 1}" if len(open_profiles[place]) > 1 else "") for place, number in member]


def _level(rows: Rows, name: str) -> list[str]:
    """Return a design column, without the cells whose level is not named: those are labels of single samples."""
    cells = rows.text(name)
    if f"{name}_level" not in rows.table.columns:
        return cells
    return [cell if level else "" for cell, level in zip(cells, rows.text(f"{name}_level"), strict=True)]


def _litter_counted_upwards(rows: Rows) -> None:
    """Turn litter whose height above the soil is given as a positive top (10 to 0 cm) into negative depths."""
    top, bottom = rows.values["top_cm"], rows.values["bottom_cm"]
    organic = np.array([name.startswith("O") for name in rows.text("hzn")])
    upwards = (top > bottom) & (bottom >= 0.0) & (organic | (bottom == 0.0))
    rows.values["top_cm"] = np.where(upwards, -top, top)
    rows.values["bottom_cm"] = np.where(upwards, -bottom, bottom)


def _fitting(profiles: list[list[int]], row: int, top: Array, bottom: Array) -> int | None:
    free = None
    for number in range(len(profiles) - 1, -1, -1):
        others = np.array(profiles[number])
        if np.any((top[others] < bottom[row] - DEPTH_TOLERANCE_CM) & (bottom[others] > top[row] + DEPTH_TOLERANCE_CM)):
            continue
        if abs(bottom[others[-1]] - top[row]) < DEPTH_TOLERANCE_CM:
            return number
        free = number if free is None else free
    return free


FORMAT = Format("sodah", "SoDaH", ("layer_top", "layer_bot", "lyr_soc"), read)
