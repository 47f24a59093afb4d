"""What is measured of the first figure: from a folder of data, or the figures from it that come with the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.figure1.productivity import FRAMEWORK, computed_turnover, productivity_rows, site_productivity
from mollisol.evidence.figure1.table import EDGES, PER, Array, FigureRow, read_rows, spread_rows
from mollisol.evidence.observations.carbon_profiles import read_afsp, read_sodah
from mollisol.evidence.observations.he2016 import read_he2016
from mollisol.evidence.observations.profiles import ProfileObservations, ProfilesAtDepths
from mollisol.evidence.observations.sheet import read_sheet
from mollisol.evidence.observations.turnover import read_turnover
from mollisol.units import CM_PER_M

SHIPPED = "measured.csv"
ROOTS_FILE = "roots/sodah_neon_megapit_roots.csv"
LAND_USES = ("cropland", "grassland", "forest")
"""Land uses of which the model knows a vegetation."""

DEEP = 1.75
"""m; a profile that ends above it says nothing of 1.5-2 m."""

KG_M2_TO_MG_HA = 10.0

NEON = "NEON megapits (SoDaH 2021): live roots of all diameters, pits of 1.75 m or deeper"
PROFILES = "SoDaH 2021 (NEON, CZO, LTER) and the compilation of He et al. 2016: profiles with carbon and bulk density"
AFRICA = "Africa Soil Profiles (ISRIC): profiles with carbon and bulk density to 2 m"
RATIOS = "Data of Sierra et al. 2024 (910 profiles of ISRaD): stock / BNPP"
CLIMATE = "productivity of their climate (Miami model), allocation and roots of the package's plants"


@dataclass(frozen=True, eq=False)
class Measured:
    """The measured part of the figure.

    Attributes
    ----------
    rows : of the table.
    bnpp, soc : (point,) below-ground productivity, Mg C/ha/yr, and SOC, Mg C/ha, by 20 cm of soil; empty where the
        package's own figures are shown.
    land_use : (point,).
    """

    rows: list[FigureRow]
    bnpp: Array = field(default_factory=lambda: np.zeros(0))
    soc: Array = field(default_factory=lambda: np.zeros(0))
    land_use: NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, dtype=np.str_))


def shipped() -> Measured:
    """Return the figures that come with the package, all medians and quartiles over profiles."""
    return Measured(read_rows(SHIPPED))


def measured(folder: str | Path) -> Measured:
    """Compute the figures from a folder of data.

    Raises
    ------
    InputError
        If a source is absent or cannot be read.
    """
    profiles = [read_sodah(folder), read_he2016(folder)]
    at_depths = [one.at_depths(EDGES) for one in profiles]
    africa = read_afsp(folder)
    deep = africa.select(africa.depth_of(np.isfinite(africa.soc)) >= DEEP).at_depths(EDGES)
    stocks = np.concatenate([one.stock for one in at_depths])
    rows = spread_rows("a", "root biomass", "share", "% of 0-2 m by 20 cm", _shares(root_biomass(folder)), NEON)
    rows += productivity_rows()
    for name, values, source in (("SOC", stocks, PROFILES), ("SOC, Africa", deep.stock, AFRICA)):
        rows += spread_rows("a", name, "share", "% of 0-2 m by 20 cm", _shares(values), source)
    rows += _turnover(folder)
    rows += FRAMEWORK
    whole = _whole(stocks)
    rows += computed_turnover(np.median(whole, axis=0), len(whole), PROFILES)
    bnpp, soc, use, layer = _points(at_depths)
    medians = _by_land_use(bnpp, soc, use, layer)
    rows += medians + fit_rows(bnpp, soc, layer, medians)
    return Measured(rows, bnpp, soc, use)


def root_biomass(folder: str | Path) -> Array:
    """Return (pit, depth) live root biomass, g/m2, of the NEON pits that reach `DEEP`.

    A depth that was dug and has no row for live roots had none.
    """
    sheet = read_sheet(folder, ROOTS_FILE)
    top, bottom = (sheet.number(name) / CM_PER_M for name in ("layer_top", "layer_bot"))
    mass = sheet.number("bgb")
    pits, live = np.array(sheet.text("L1")), np.array(sheet.text("bgb_type")) == "live"
    found = []
    for pit in np.unique(pits):
        of = (pits == pit) & np.isfinite(mass)
        if not of.any() or np.max(bottom[of]) < DEEP:
            continue
        own = of & live
        overlap = np.minimum(bottom[own, None], EDGES[1:]) - np.maximum(top[own, None], EDGES[:-1])
        share = np.maximum(overlap, 0.0) / (bottom - top)[own, None]
        found.append(mass[own] @ share)
    return np.array(found)


def _whole(stocks: Array) -> Array:
    """Return the profiles whose every depth is known and that hold carbon."""
    return np.asarray(stocks[np.isfinite(stocks).all(axis=1) & (stocks.sum(axis=1) > 0.0)])


def _shares(amounts: Array) -> Array:
    """Return (profile, depth) the share of 0-2 m, % for each 20 cm of soil, of the profiles that are whole."""
    whole = _whole(amounts)
    return np.asarray(100.0 * whole / whole.sum(axis=1, keepdims=True) * PER / np.diff(EDGES))


def _turnover(folder: str | Path) -> list[FigureRow]:
    table = read_turnover(folder)
    rows = []
    for series, chosen in (("all biomes", table), ("cropland", table.of(land_use="cropland"))):
        values = np.full((len(chosen), len(EDGES) - 1), np.nan)
        values[:, : chosen.turnover.shape[1]] = chosen.turnover
        rows += spread_rows("b", series, "turnover", "yr", values, RATIOS)
    return rows


def _points(at_depths: list[ProfilesAtDepths]) -> tuple[Array, Array, NDArray[np.str_], NDArray[np.intp]]:
    """Return productivity, carbon, land use and number of the depth of every depth of every profile."""
    found: list[list[Any]] = [[], [], [], []]
    for one in at_depths:
        observed: ProfileObservations = one.profiles
        climate = np.isfinite(observed.mean_temperature) & np.isfinite(observed.precipitation)
        usable = np.isin(observed.land_use, LAND_USES) & climate & np.isfinite(observed.latitude)
        for row in np.flatnonzero(usable & (one.stock[:, 0] > 0.0)):
            known = np.flatnonzero(one.stock[row] > 0.0)
            flux = site_productivity(
                str(observed.land_use[row]), observed.mean_temperature[row], observed.precipitation[row],
                observed.latitude[row],
            )  # fmt: skip
            thick = PER / np.diff(EDGES)[known]
            found[0].append(flux[known] * thick * KG_M2_TO_MG_HA)
            found[1].append(one.stock[row, known] * thick * KG_M2_TO_MG_HA)
            found[2].append(np.full(known.size, observed.land_use[row]))
            found[3].append(known)
    bnpp, soc, use, layer = (np.concatenate(part) for part in found)
    return bnpp, soc, use, layer


def _by_land_use(bnpp: Array, soc: Array, use: NDArray[np.str_], layer: NDArray[np.intp]) -> list[FigureRow]:
    rows = []
    for name in LAND_USES:
        for quantity, unit, value, source in (
            ("soc", "Mg C/ha by 20 cm", soc, PROFILES),
            ("bnpp", "Mg C/ha/yr by 20 cm", bnpp, f"sites of the same profiles: {CLIMATE}"),
        ):
            parts = [value[(use == name) & (layer == i)] for i in range(len(EDGES) - 1)]
            ragged = np.full((max(map(len, parts)), len(parts)), np.nan)
            for i, part in enumerate(parts):
                ragged[: len(part), i] = part
            rows += spread_rows("c", name, quantity, unit, ragged, source)
    return rows


def fit_rows(bnpp: Array, soc: Array, layer: NDArray[np.intp], medians: list[FigureRow]) -> list[FigureRow]:
    """Return R2 and slope of log SOC against log BNPP over all points, R2 within depths and of the medians.

    Within depths both are measured from their depth's mean: what is left when depth itself explains nothing.
    """
    x, y = np.log(bnpp), np.log(soc)
    inside = [y - _means(y, layer), x - _means(x, layer)]
    middle = [np.log([row.median for row in medians if row.quantity == name]) for name in ("bnpp", "soc")]
    found = {
        "R2, all depths": float(np.corrcoef(x, y)[0, 1] ** 2),
        "R2, medians": float(np.corrcoef(middle[0], middle[1])[0, 1] ** 2),
        "R2, within depths": float(np.corrcoef(inside[0], inside[1])[0, 1] ** 2),
        "slope": float(np.polyfit(x, y, 1)[0]),
        "intercept": float(np.polyfit(x / np.log(10.0), y / np.log(10.0), 1)[1]),
    }
    nan = float("nan")
    return [
        FigureRow("c", "all land uses", name, "1", 0.0, 200.0, nan, value, nan, nan, soc.size, PROFILES)
        for name, value in found.items()
    ]


def _means(value: Array, group: NDArray[np.intp]) -> Array:
    count = np.maximum(np.bincount(group), 1)
    return np.asarray((np.bincount(group, weights=value) / count)[group])
