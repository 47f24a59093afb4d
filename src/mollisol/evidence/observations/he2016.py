"""Radiocarbon profiles: the compilation of He et al. 2016 (Science 353:1419-1424)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.observations.depths import without_overlap
from mollisol.evidence.observations.errors import delta14c_error, soc_relative_error
from mollisol.evidence.observations.land_use import UNKNOWN, he2016_land_use
from mollisol.evidence.observations.profiles import ProfileObservations
from mollisol.evidence.observations.sheet import Array, Sheet, source_file
from mollisol.evidence.observations.split import group_of
from mollisol.soil.formats.rows import Rows
from mollisol.soil.reading import read_rows
from mollisol.units import CM_PER_M

FILE = "radiocarbon/he2016_layers.csv"
OPEN_LAND = ("cropland", "grassland")
KG_M3_PER_G_CM3 = 1000.0


def read_he2016(folder: str | Path) -> ProfileObservations:
    """Read the profiles of the compilation of He et al. 2016.

    carbon per volume = pct_C / 100 x bulk density x 1000 kg/m3. No coarse fragments are given, so stony soils have too
    much. Depths are from the mineral surface (`Layer_top_norm`); organic layers above it are left out.

    Layers, depths and the cells that are no measurement are those of the reader of profiles (`soil.formats.he2016`);
    added here are gap-filled bulk densities, climate, laboratory errors and land use. Carbon of 0 is missing. A profile
    whose layers repeat the depths and the carbon of one of a lower number of the same place and year is left out: it is
    the same samples again, another fraction of them (as the residue after acid hydrolysis of Paul et al.). `14C_age` is
    not used: it disagrees with the Delta14C of its own row nearly everywhere, as a column sorted alone does.

    Raises
    ------
    InputError
        If the file is absent, lacks a column, or holds a text where a number belongs.
    """
    read, _ = read_rows(source_file(folder, FILE))
    sheet = Sheet(read.table)
    columns = _columns(read, sheet)
    rows_of = _rows(sheet.text("ProfileID"))
    # the compilation numbers the profiles of a study as it lists them, the whole soil before its fractions
    names = sorted(rows_of, key=lambda name: (len(name), name))

    kept: list[NDArray[np.intp]] = []
    seen: set[tuple[object, ...]] = set()
    dropped = {"overlapping": 0, "repeated": 0}
    for name in names:
        rows = rows_of[name]
        of = rows[without_overlap(columns["top"][rows], columns["bottom"][rows])]
        dropped["overlapping"] += int((columns["top"][rows] >= 0.0).sum()) - of.size
        if not of.size:
            continue
        fingerprint = _fingerprint(columns, sheet, of)
        if fingerprint in seen:
            dropped["repeated"] += 1
            continue
        if fingerprint:
            seen.add(fingerprint)
        kept.append(of)
    return _assembled(sheet, columns, kept, dropped)


def _columns(read: Rows, sheet: Sheet) -> dict[str, Array]:
    carbon = np.where(read.values["organic_carbon_percent"] > 0.0, read.values["organic_carbon_percent"], np.nan)
    measured = read.values["bulk_density_g_cm3"]
    density = np.where(np.isfinite(measured), measured, sheet.number("BulkDensity"))
    return {
        "top": read.values["top_cm"] / CM_PER_M,
        "bottom": read.values["bottom_cm"] / CM_PER_M,
        "carbon": carbon / 100.0,
        "density": density * KG_M3_PER_G_CM3,
        "measured": np.isfinite(measured).astype(np.float64),
        "delta14c": read.values["delta14c_permil"],
        "laboratory": sheet.number("D14C_err"),
        "clay": read.values["clay_percent"] / 100.0,
        "ph": read.values["ph_h2o"],
        "latitude": read.values["latitude"],
        "longitude": read.values["longitude"],
        "mean_temperature": sheet.number("MAT"),
        "precipitation": sheet.number("MAP"),
        "year": read.values["sample_year"],
    }


def _rows(ids: list[str]) -> dict[str, NDArray[np.intp]]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(ids):
        rows.setdefault(name, []).append(row)
    return {name: np.array(of, dtype=np.intp) for name, of in rows.items()}


def _fingerprint(columns: dict[str, Array], sheet: Sheet, rows: NDArray[np.intp]) -> tuple[object, ...]:
    """Return what two profiles of the same samples share; empty where the carbon of a layer is unknown."""
    carbon = columns["carbon"][rows]
    if np.isnan(carbon).any():
        return ()
    layers = np.stack([columns["top"][rows], columns["bottom"][rows], carbon])
    place = [columns[name][rows[0]] for name in ("latitude", "longitude", "year")]
    return (sheet.text("pc_dataset_name")[rows[0]], *np.round(place, 4), layers.round(6).tobytes())


def _assembled(
    sheet: Sheet, columns: dict[str, Array], kept: list[NDArray[np.intp]], dropped: dict[str, int]
) -> ProfileObservations:
    head = np.array([of[0] for of in kept], dtype=np.intp)
    layers = np.concatenate(kept)
    profile = np.repeat(np.arange(len(kept)), [of.size for of in kept])
    names, sites = sheet.text("pc_dataset_name"), sheet.text("Site")
    told, ids, dois = sheet.text("VegTypeCodeStr_Local"), sheet.text("ProfileID"), sheet.text("doi")
    use = np.array([he2016_land_use(names[row], sites[row], told[row]) for row in head])
    middle = 0.5 * (columns["top"] + columns["bottom"])[layers]
    measured = columns["measured"][layers] > 0.0
    soc = (columns["carbon"] * columns["density"])[layers]
    delta = columns["delta14c"][layers]
    relative = soc_relative_error(middle, measured, np.isin(use, OPEN_LAND)[profile])
    permil = delta14c_error(middle, columns["laboratory"][layers])
    return ProfileObservations(
        source="he2016",
        id=np.array([f"{names[row]} {ids[row]}" for row in head]),
        study=np.array([names[row] for row in head]),
        doi=np.array([dois[row] for row in head]),
        group=np.array([group_of(names[row]) for row in head]),
        land_use=use,
        **{
            name: columns[name][head] for name in ("latitude", "longitude", "mean_temperature", "precipitation", "year")
        },
        profile=profile,
        **{name: columns[name][layers] for name in ("top", "bottom", "carbon", "clay", "ph")},
        soc=soc,
        soc_error=np.where(np.isfinite(soc), relative, np.nan),
        density_measured=measured,
        delta14c=delta,
        delta14c_error=np.where(np.isfinite(delta), permil, np.nan),
        notes=(
            f"{dropped['repeated']} profiles left out that repeat the samples of another",
            f"{dropped['overlapping']} layers left out that overlap the one above or have no thickness",
            f"{int((use == UNKNOWN).sum())} profiles of unknown land use",
        ),
    )
