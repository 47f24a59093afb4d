"""Conversions between definitions of bulk density and coarse fragments, each flagged where it is used."""

from __future__ import annotations

import numpy as np

from mollisol.soil.formats.rows import Array, Rows
from mollisol.units import Parameter

STONE_DENSITY = Parameter(
    2.65,
    "g/cm3",
    2.4,
    3.0,
    "density of quartz; the value that stone corrections use (Poeplau et al. 2017, SOIL 3:61-66, uses 2.6)",
    confidence="high",
    about="Density of coarse fragments.",
)
FINE_EARTH_FROM_WHOLE_SOIL = "fine_earth_density_from_whole_soil"
VOLUME_FROM_MASS = "coarse_volume_from_mass"


def fine_earth_density_where_missing(rows: Rows, column: str) -> None:
    """Where fine-earth density is missing, take it from the density of the whole soil in `column`.

    With R the coarse fragments' share of the volume (0 where unknown) and 2.65 g/cm3 their density,
    BD = (BD_whole - 2.65 R) / (1 - R). Where that is not positive the two figures exclude each other: a problem.
    """
    if column not in rows.table.columns:
        return
    whole = rows.parse(column)
    stones = np.nan_to_num(rows.values["coarse_fragments_percent"]) / 100.0
    with np.errstate(divide="ignore", invalid="ignore"):
        fine = (whole - STONE_DENSITY.value * stones) / (1.0 - stones)
    used = np.isnan(rows.values["bulk_density_g_cm3"]) & ~np.isnan(whole)
    for row in np.flatnonzero(used & ~(fine > 0.0)):
        rows.problem(
            int(row),
            f"a whole-soil density of {whole[row]:g} g/cm3 leaves no mass for the fine earth between "
            f"{100 * stones[row]:g} % of stones",
            "check the density and the coarse fragments",
            column,
        )
    used &= fine > 0.0
    rows.values["bulk_density_g_cm3"] = np.where(used, fine, rows.values["bulk_density_g_cm3"])
    rows.columns.setdefault("bulk_density_g_cm3", column)
    _flag(rows, "bulk_density_g_cm3", used, FINE_EARTH_FROM_WHOLE_SOIL)


def coarse_volume_from_mass(rows: Rows, share: Array, whole_density: Array, column: str) -> None:
    """Turn the coarse fragments' share of the mass into % of the volume.

    With m the share of the mass, the volume is m BD_whole / 2.65, or (m / 2.65) / (m / 2.65 + (1 - m) / BD) where
    the density of the fine earth is known instead. Where neither is known the volume stays missing.
    """
    fine = rows.values["bulk_density_g_cm3"]
    stones = share / STONE_DENSITY.value
    with np.errstate(divide="ignore", invalid="ignore"):
        from_fine = stones / (stones + (1.0 - share) / fine)
    volume = np.where(np.isnan(fine), stones * whole_density, from_fine)
    volume = np.where(share == 0.0, 0.0, volume)
    rows.values["coarse_fragments_percent"] = 100.0 * volume
    rows.columns["coarse_fragments_percent"] = column
    _flag(rows, "coarse_fragments_percent", ~np.isnan(volume) & (share > 0.0), VOLUME_FROM_MASS)


def _flag(rows: Rows, name: str, where: np.ndarray, flag: str) -> None:
    flags = rows.flags.setdefault(name, [""] * len(rows.table))
    for row in np.flatnonzero(where):
        flags[row] = flag
