"""Mineral-associated carbon of 0-30 cm by clay and silt, and rates of accrual (Georgiou et al. 2022)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.observations.errors import ObservationError
from mollisol.evidence.observations.land_use import FRACTIONS, UNKNOWN
from mollisol.evidence.observations.quartiles import Quartiles, quartiles
from mollisol.evidence.observations.sheet import Array, read_sheet
from mollisol.evidence.observations.split import Side, group_of, sides
from mollisol.units import CM_PER_M

FILE = "maom/georgiou2022_moc_synthesis_0-30cm.csv"
ACCRUAL_FILE = "maom/synthesis_accrual.csv"

BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Limits of the bins of clay + silt, share of the mass."""

HIGHEST_SHARE = 1.1
"""Shares of mineral-associated in all carbon up to this are recovery errors and count as 1; above, the row is wrong."""

T_HA_TO_KG_M2 = 0.1


@dataclass(frozen=True, eq=False)
class MineralObservations:
    """Samples with a mineral-associated share; every array is (sample,), NaN where missing.

    Attributes
    ----------
    study, group, land_use, mineral_type, method : names; mineral type "high" or "low" activity; method of separation.
    latitude, longitude, mean_temperature, precipitation : degrees, degC, mm/yr.
    top, bottom : m.
    clay_silt, clay : share of the mass, 1.
    carbon : organic carbon, kg/kg.
    share : mineral-associated over all organic carbon, 1.
    share_error : its standard error, 1.
    loading : mineral-associated carbon per clay + silt, kg/kg.
    notes : what was left out.
    """

    study: NDArray[np.str_]
    group: NDArray[np.str_]
    land_use: NDArray[np.str_]
    mineral_type: NDArray[np.str_]
    method: NDArray[np.str_]
    latitude: Array
    longitude: Array
    mean_temperature: Array
    precipitation: Array
    top: Array
    bottom: Array
    clay_silt: Array
    clay: Array
    carbon: Array
    share: Array
    share_error: Array
    loading: Array
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.study.size)

    @property
    def side(self) -> NDArray[np.str_]:
        """(sample,) "fit" or "test"."""
        return sides(self.group)

    def of(self, *, side: Side | None = None, land_use: str | None = None) -> MineralObservations:
        """Return the samples of a side and a land use."""
        keep = np.ones(len(self), dtype=np.bool_)
        if side is not None:
            keep &= self.side == side
        if land_use is not None:
            keep &= self.land_use == land_use
        names = [field.name for field in dataclasses.fields(self) if field.name != "notes"]
        return dataclasses.replace(self, **{name: getattr(self, name)[keep] for name in names})

    def by_texture(self, name: str = "share", bins: tuple[float, ...] = BINS) -> Quartiles:
        """Return the quartiles of `share` or `loading` by clay + silt; (bin,) in place of depth."""
        values = getattr(self, name)
        columns = [
            np.where((self.clay_silt >= low) & (self.clay_silt < high + (high == bins[-1]) * 1e-3), values, np.nan)
            for low, high in pairwise(bins)
        ]
        return quartiles(np.stack(columns, axis=1), self.group)


def read_minerals(folder: str | Path) -> MineralObservations:
    """Read the synthesis of mineral-associated carbon (Georgiou et al. 2022, Nat. Commun. 13:3797).

    share = mineral-associated / bulk carbon. Up to 1.1 it counts as 1 (recovery); rows above, or without both
    carbons, are left out. Rows whose depth is not told are those of 0-20 or 0-30 cm of the synthesis and keep NaN.

    Raises
    ------
    InputError
        If the file is absent or lacks a column.
    """
    sheet = read_sheet(folder, FILE)
    bulk, mineral = sheet.number("Bulk.C"), sheet.number("SiltClayC")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = mineral / bulk
    clay_silt = np.minimum(sheet.number("SiltClayPercent") / 100.0, 1.0)
    with np.errstate(invalid="ignore"):
        keep = np.isfinite(share) & (share <= HIGHEST_SHARE) & (share > 0.0)
    year = [str(int(one)) if np.isfinite(one) else "" for one in sheet.number("Year")]
    study = np.array([f"{author}_{of}" for author, of in zip(sheet.text("Author"), year, strict=True)])
    kinds = {"HM": "high", "LM": "low"}
    read = {
        "study": study,
        "group": np.array([group_of(one) for one in study]),
        "land_use": np.array([FRACTIONS.get(one, UNKNOWN) for one in sheet.text("Vegetation")]),
        "mineral_type": np.array([kinds.get(one, UNKNOWN) for one in sheet.text("MineralType")]),
        "method": np.array(sheet.text("frc_method")),
        "latitude": sheet.number("Lat"),
        "longitude": sheet.number("Lon"),
        "mean_temperature": sheet.number("MAT"),
        "precipitation": sheet.number("MAP"),
        "top": sheet.number("Top.depth") / CM_PER_M,
        "bottom": sheet.number("Bottom.depth") / CM_PER_M,
        "clay_silt": clay_silt,
        "clay": sheet.number("Clay") / 100.0,
        "carbon": bulk / 1000.0,
        "share": np.minimum(share, 1.0),
        "share_error": np.full(len(sheet), ObservationError().fraction),
        "loading": mineral / 1000.0 / clay_silt,
    }
    above = int((share > HIGHEST_SHARE).sum())
    notes = (
        f"{above} samples left out with more mineral-associated than bulk carbon (share above {HIGHEST_SHARE:g})",
        f"{int(np.isnan(share).sum())} samples left out without both carbons",
    )
    return MineralObservations(**{name: values[keep] for name, values in read.items()}, notes=notes)


@dataclass(frozen=True, eq=False)
class Accrual:
    """Rates of accrual after a change of use or management; every array is (row,).

    Attributes
    ----------
    study, group, vegetation, management : as told.
    years : duration, yr.
    clay_silt : share of the mass, 1.
    saturation : share of the mineral capacity that is filled, 1.
    rate : accrual, kg C/m2/yr.
    """

    study: NDArray[np.str_]
    group: NDArray[np.str_]
    vegetation: NDArray[np.str_]
    management: NDArray[np.str_]
    years: Array
    clay_silt: Array
    saturation: Array
    rate: Array

    @property
    def side(self) -> NDArray[np.str_]:
        """(row,) "fit" or "test"."""
        return sides(self.group)


def read_accrual(folder: str | Path) -> Accrual:
    """Read the 103 rates of accrual against saturation (t C/ha/yr in the table).

    Raises
    ------
    InputError
        If the file is absent or lacks a column.
    """
    sheet = read_sheet(folder, ACCRUAL_FILE)
    study = sheet.text("study")
    return Accrual(
        study=np.array(study),
        group=np.array([group_of(one) for one in study]),
        vegetation=np.array(sheet.text("vegetation")),
        management=np.array(sheet.text("management_detailed")),
        years=sheet.number("time"),
        clay_silt=sheet.number("pro_cs") / 100.0,
        saturation=sheet.number("saturation_percent") / 100.0,
        rate=sheet.number("rate_stock") * T_HA_TO_KG_M2,
    )
