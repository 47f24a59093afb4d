"""The compilation of soil radiocarbon by He et al. (2016, Science 353:1419-1424): one row per layer."""

from __future__ import annotations

import numpy as np

from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Rows
from mollisol.soil.problems import raise_problems
from mollisol.soil.tables import Table

REQUIRED = ("pc_dataset_name", "ProfileID", "Layer_top_norm", "Layer_bottom_norm", "pct_C")


def read(table: Table) -> Rows:
    """Read layers: carbon %, measured density g/cm3, texture %, Delta14C, on depths from the top of the mineral soil.

    Only what was measured is read: `BulkDensity` is gap-filled, so `BulkDensity_original` is taken, and two kinds of
    zero that stand for a missing value count as missing (`_carbon`, `_radiocarbon`). Litter and peat, above the mineral
    soil, are left out and noted.
    """
    rows = Rows(table)
    raise_problems(rows.require(REQUIRED, "He et al. 2016"))
    studies = rows.text("pc_dataset_name")
    rows.profile_ids = [f"{study}/{name}" for study, name in zip(studies, rows.text("ProfileID"), strict=True)]
    rows.number("top_cm", "Layer_top_norm")
    rows.number("bottom_cm", "Layer_bottom_norm")
    _carbon(rows)
    rows.number("bulk_density_g_cm3", "BulkDensity_original")
    rows.number("clay_percent", "clay_pct")
    rows.number("silt_percent", "silt_pct")
    rows.number("sand_percent", "sand_pct")
    rows.number("ph_h2o", "PH_H2O")
    _radiocarbon(rows)
    rows.number("sample_year", "SampleYear")
    rows.number("latitude", "Lat")
    rows.number("longitude", "Lon")
    rows.source = [f"He et al. 2016, {study}" for study in studies]
    rows.land_use = rows.codes("VegTypeCodeStr_Local")
    rows.drop_above_surface()
    return rows


def _carbon(rows: Rows) -> None:
    """Read carbon; a zero whose original cell is empty was never measured."""
    rows.number("organic_carbon_percent", "pct_C")
    carbon = rows.values["organic_carbon_percent"]
    unmeasured = (carbon == 0.0) & ~_given(rows, "pct_C_original")
    rows.values["organic_carbon_percent"] = np.where(unmeasured, np.nan, carbon)


def _radiocarbon(rows: Rows) -> None:
    """Read Delta14C; a zero that no study gives, or beside a radiocarbon age of more than zero, is a placeholder."""
    rows.number("delta14c_permil", "D14C_BulkLayer")
    delta = rows.values["delta14c_permil"]
    old = np.array([cell.replace(".", "").strip("0").isdigit() for cell in rows.text("14C_age")], dtype=np.bool_)
    placeholder = (delta == 0.0) & (~_given(rows, "D14C_BulkLayer_text") | old)
    rows.values["delta14c_permil"] = np.where(placeholder, np.nan, delta)


def _given(rows: Rows, column: str) -> np.ndarray:
    """(row,) whether a cell holds anything; everywhere, where the file lacks the column."""
    if column not in rows.table.columns:
        return np.ones(len(rows.table), dtype=np.bool_)
    return np.array([bool(cell) for cell in rows.codes(column)], dtype=np.bool_)


FORMAT = Format(
    "he2016", "He et al. 2016", ("pc_dataset_name", "ProfileID", "Layer_top_norm", "Layer_bottom_norm"), read
)
