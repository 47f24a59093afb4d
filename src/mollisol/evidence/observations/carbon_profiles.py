"""Profiles with carbon but no radiocarbon: SoDaH (NEON pits, LTER, CZO) and the Africa Soil Profiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.observations.depths import without_overlap
from mollisol.evidence.observations.errors import soc_relative_error
from mollisol.evidence.observations.he2016 import KG_M3_PER_G_CM3, OPEN_LAND
from mollisol.evidence.observations.land_use import SODAH, UNKNOWN
from mollisol.evidence.observations.profiles import ProfileObservations
from mollisol.evidence.observations.sheet import Sheet, source_file
from mollisol.evidence.observations.split import group_of
from mollisol.soil.formats.rows import Rows
from mollisol.soil.reading import read_rows
from mollisol.units import CM_PER_M

SODAH_FILE = "profiles/sodah_layers_soc.csv"
AFSP_FILE = "profiles/afsp_horizons_soc.csv"

ELSEWHERE = ("KBS",)
"""Sites of SoDaH that are read as experiments and must not count twice."""


def read_sodah(folder: str | Path) -> ProfileObservations:
    """Read the layers of SoDaH with carbon, without the sites that are read as experiments (Kellogg).

    Land use is that of `land_cover` of the profile's first layer; climate is that of the site.

    Raises
    ------
    InputError
        If the file is absent or no SoDaH table.
    """
    rows, _ = read_rows(source_file(folder, SODAH_FILE))
    sheet = Sheet(rows.table)
    use = [SODAH.get(cover, UNKNOWN) for cover in sheet.text("land_cover")]
    sites = sheet.text("site_code")
    keep = ~np.isin(sites, ELSEWHERE)
    climate = (sheet.number("mat"), sheet.number("map"))
    return _profiles("sodah", rows, keep, sites, use, climate)


def read_afsp(folder: str | Path) -> ProfileObservations:
    """Read the Africa Soil Profiles; their land use is not told, so it is "unknown". No climate either.

    All are one group of the split: their reports overlap in space.

    Raises
    ------
    InputError
        If the file is absent or no such table.
    """
    rows, _ = read_rows(source_file(folder, AFSP_FILE))
    missing = np.full(len(rows.table), np.nan)
    everything = np.ones(len(rows.table), dtype=np.bool_)
    studies, uses = ["afsp"] * len(rows.table), [UNKNOWN] * len(rows.table)
    return _profiles("afsp", rows, everything, studies, uses, (missing, missing))


def _profiles(
    source: str,
    rows: Rows,
    keep: NDArray[np.bool_],
    studies: list[str],
    uses: list[str],
    climate: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> ProfileObservations:
    value = rows.values
    spoilt = np.zeros(len(rows.table), dtype=np.bool_)
    spoilt[[row for row, _ in rows.problems]] = True
    wanted = keep & rows.keep & ~spoilt & np.isfinite(value["organic_carbon_percent"])
    of_profile: dict[str, list[int]] = {}
    for row in np.flatnonzero(wanted):
        of_profile.setdefault(rows.profile_ids[row], []).append(int(row))
    kept = []
    for members in of_profile.values():
        of = np.array(members, dtype=np.intp)
        chosen = of[without_overlap(value["top_cm"][of] / CM_PER_M, value["bottom_cm"][of] / CM_PER_M)]
        if chosen.size:
            kept.append(chosen)
    head, layers = np.array([of[0] for of in kept], dtype=np.intp), np.concatenate(kept)
    profile = np.repeat(np.arange(len(kept)), [of.size for of in kept])

    stones = np.nan_to_num(value["coarse_fragments_percent"][layers]) / 100.0
    density = value["bulk_density_g_cm3"][layers] * KG_M3_PER_G_CM3 * (1.0 - stones)
    carbon = value["organic_carbon_percent"][layers] / 100.0
    soc, use = carbon * density, np.array([uses[row] for row in head])
    top, bottom = value["top_cm"][layers] / CM_PER_M, value["bottom_cm"][layers] / CM_PER_M
    measured = np.isfinite(density)
    relative = soc_relative_error(0.5 * (top + bottom), measured, np.isin(use, OPEN_LAND)[profile])
    nothing = np.full(layers.size, np.nan)
    return ProfileObservations(
        source=source,
        id=np.array([rows.profile_ids[row] for row in head]),
        study=np.array([studies[row] for row in head]),
        doi=np.full(head.size, ""),
        group=np.array([group_of(studies[row]) for row in head]),
        land_use=use,
        latitude=value["latitude"][head],
        longitude=value["longitude"][head],
        mean_temperature=climate[0][head],
        precipitation=climate[1][head],
        year=value["sample_year"][head],
        profile=profile,
        top=top,
        bottom=bottom,
        carbon=carbon,
        soc=soc,
        soc_error=np.where(np.isfinite(soc), relative, np.nan),
        density_measured=measured,
        delta14c=nothing,
        delta14c_error=nothing,
        clay=value["clay_percent"][layers] / 100.0,
        ph=value["ph_h2o"][layers],
        notes=(f"{int((keep & rows.keep & spoilt).sum())} layers left out that have something wrong",),
    )
