"""Kellogg Soil Survey Laboratory tables (NCSS): the SoilWeb snapshot's names, or those of the Lab Data Mart."""

from __future__ import annotations

import numpy as np

from mollisol.soil.formats.conversions import coarse_volume_from_mass
from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Array, Rows
from mollisol.soil.problems import Problem, raise_problems
from mollisol.soil.tables import Table
from mollisol.units import Parameter

REQUIRED = ("pedon_key", "hzn_top", "hzn_bot")
# By field, the column's name in the snapshot, then in the Lab Data Mart.
COLUMNS = {
    "bulk_density_g_cm3": ("db_13b", "bulk_density_third_bar"),
    "clay_percent": ("clay", "clay_total"),
    "silt_percent": ("silt", "silt_total"),
    "sand_percent": ("sand", "sand_total"),
    "ph_h2o": ("ph_h2o",),
    "latitude": ("y", "latitude_decimal_degrees"),
    "longitude": ("x", "longitude_decimal_degrees"),
}
ORGANIC = ("oc", "organic_carbon_walkley_black")
ESTIMATED = ("estimated_oc", "estimated_organic_carbon")
TOTAL, CARBONATE = ("c_tot", "total_carbon_ncs"), ("caco3", "caco3_lt_2_mm")
CARBON_OF_CARBONATE = Parameter(
    0.12, "kg/kg", 0.1199, 0.1201, "molar masses, 12.011 of 100.087 g/mol", confidence="high",
    about="Carbon in calcium carbonate.",
)  # fmt: skip
ESTIMATED_BY_LABORATORY = "organic_carbon_estimated_by_laboratory"
TOTAL_LESS_CARBONATE = "total_carbon_less_carbonate"


def read(table: Table) -> Rows:
    """Read horizons, their site in the same row: carbon %, fine-earth density at 1/3 bar, texture %, stones % of mass.

    Organic carbon is the measured one; where that is missing the laboratory's estimate, else total carbon less 0.12
    times the calcium carbonate, each flagged.
    """
    rows = Rows(table)
    raise_problems([*rows.require(REQUIRED, "NCSS/KSSL"), *_carbon_problems(rows)])
    pedons = rows.text("pedlabsampnum") if "pedlabsampnum" in table.columns else rows.text("pedon_key")
    rows.profile_ids = [name or key for name, key in zip(pedons, rows.text("pedon_key"), strict=True)]
    rows.number("top_cm", "hzn_top")
    rows.number("bottom_cm", "hzn_bot")
    for field, names in COLUMNS.items():
        column = _present(rows, names)
        if column is not None:
            rows.number(field, column)
    _carbon(rows)
    if "frags" in table.columns:
        coarse_volume_from_mass(rows, rows.parse("frags") / 100.0, np.full(len(table), np.nan), "frags")
    rows.source = ["NCSS/KSSL"] * len(table)
    rows.drop_above_surface()
    return rows


def _carbon(rows: Rows) -> None:
    organic, estimated, total, carbonate = (
        _parse(rows, names) for names in (ORGANIC, ESTIMATED, TOTAL, CARBONATE)
    )  # fmt: skip
    remainder = total - CARBON_OF_CARBONATE.value * carbonate
    # Less than nothing means that the two figures, each with its error, exclude each other: carbon is not known.
    remainder = np.where(remainder >= 0.0, remainder, np.nan)
    by_laboratory = np.isnan(organic) & ~np.isnan(estimated)
    by_difference = np.isnan(organic) & np.isnan(estimated) & ~np.isnan(remainder)
    rows.values["organic_carbon_percent"] = np.where(
        by_laboratory, estimated, np.where(by_difference, remainder, organic)
    )
    rows.columns["organic_carbon_percent"] = next(
        name for name in (_present(rows, names) for names in (ORGANIC, ESTIMATED, TOTAL)) if name is not None
    )
    rows.flags["organic_carbon_percent"] = [
        ESTIMATED_BY_LABORATORY if laboratory else TOTAL_LESS_CARBONATE if difference else ""
        for laboratory, difference in zip(by_laboratory, by_difference, strict=True)
    ]


def _carbon_problems(rows: Rows) -> list[Problem]:
    if any(_present(rows, names) for names in (ORGANIC, ESTIMATED)) or all(
        _present(rows, names) for names in (TOTAL, CARBONATE)
    ):
        return []
    return [
        Problem(
            "there is no column for organic carbon in this NCSS/KSSL table",
            f"add one of {', '.join((*ORGANIC, *ESTIMATED))}, or total carbon ({TOTAL[0]}) with carbonate "
            f"({CARBONATE[0]})",
            rows.table.file,
            1,
            ORGANIC[0],
        )
    ]


def _present(rows: Rows, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in rows.table.columns), None)


def _parse(rows: Rows, names: tuple[str, ...]) -> Array:
    column = _present(rows, names)
    return np.full(len(rows.table), np.nan) if column is None else rows.parse(column)


FORMAT = Format("kssl", "NCSS/KSSL", ("pedon_key", "hzn_top", "hzn_bot"), read)
