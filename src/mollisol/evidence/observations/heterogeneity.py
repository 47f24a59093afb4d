"""How far one profile stands for its site: what the errors of `errors` were computed from, to be computed again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.evidence.observations.errors import TOPSOIL
from mollisol.evidence.observations.he2016 import FILE, OPEN_LAND
from mollisol.evidence.observations.land_use import he2016_land_use
from mollisol.evidence.observations.profiles import ProfileObservations
from mollisol.evidence.observations.sheet import read_sheet
from mollisol.evidence.observations.split import distance

Array = NDArray[np.float64]

TOGETHER = 2.0
"""km; profiles nearer than this are neighbours."""

DEPTHS = np.array([0.05, 0.15, 0.3, 0.5, 0.7, 0.9])
"""m; the depths at which neighbours are compared."""


@dataclass(frozen=True)
class Heterogeneity:
    """Standard deviation of one profile about its site, above and below 0.2 m.

    Attributes
    ----------
    soc : relative, of the carbon density.
    delta14c : permil.
    studies : number of studies with neighbours that both have Delta14C.
    """

    soc: tuple[float, float]
    delta14c: tuple[float, float]
    studies: tuple[int, int]


def heterogeneity(profiles: ProfileObservations) -> Heterogeneity:
    """Compute the spread between neighbouring profiles of one study, land use and year.

    For each pair and depth d = (a - b) / sqrt 2, of ln(carbon density) or Delta14C; its root mean square by study, and
    the median over studies, so that no study with many profiles decides.
    """
    above = DEPTHS < TOPSOIL
    soc, delta = (_at(profiles, values) for values in (np.log(profiles.soc), profiles.delta14c))
    spread: dict[tuple[str, int], dict[str, list[Array]]] = {}
    for first, second in _neighbours(profiles):
        for name, values in (("soc", soc), ("delta14c", delta)):
            difference = (values[first] - values[second]) / np.sqrt(2.0)
            for part, depths in enumerate((above, ~above)):
                known = difference[depths][np.isfinite(difference[depths])]
                by_study = spread.setdefault((name, part), {})
                if known.size:
                    by_study.setdefault(str(profiles.study[first]), []).append(known)

    def median(name: str, part: int) -> float:
        by_study = spread.get((name, part), {})
        each = [float(np.sqrt(np.mean(np.concatenate(parts) ** 2))) for parts in by_study.values()]
        return float(np.median(each)) if each else np.nan

    return Heterogeneity(
        (median("soc", 0), median("soc", 1)),
        (median("delta14c", 0), median("delta14c", 1)),
        (len(spread.get(("delta14c", 0), {})), len(spread.get(("delta14c", 1), {}))),
    )


def _at(profiles: ProfileObservations, values: Array) -> Array:
    """Return (profile, depth) the value of the layer that holds each depth, NaN where none does."""
    found = np.full((len(profiles), DEPTHS.size), np.nan)
    for row in range(len(profiles)):
        of = profiles.layers_of(row)
        for column, depth in enumerate(DEPTHS):
            inside = of[(profiles.top[of] <= depth) & (profiles.bottom[of] > depth)]
            if inside.size:
                found[row, column] = values[inside[0]]
    return found


def _neighbours(profiles: ProfileObservations) -> list[tuple[int, int]]:
    pairs = []
    for first in range(len(profiles)):
        others = np.arange(first + 1, len(profiles))
        apart = distance(
            profiles.latitude[first], profiles.longitude[first], profiles.latitude[others], profiles.longitude[others]
        )
        same = (profiles.study[others] == profiles.study[first]) & (apart < TOGETHER)
        same &= (profiles.land_use[others] == profiles.land_use[first]) & (
            profiles.year[others] == profiles.year[first]
        )
        pairs += [(first, int(other)) for other in others[same]]
    return pairs


def density_filling(folder: str | Path) -> tuple[float, float, int, int]:
    """Compute how far filled bulk densities of He et al. 2016 are from measured ones.

    The compilation fills from carbon alone: its own filled layers give that function, which is read at the carbon of
    the layers with a measured density.

    Returns
    -------
    Standard deviation of ln(measured / filled) of mineral layers of cropland and grassland, and of other land but peat;
    the number of layers of each.
    """
    sheet = read_sheet(folder, FILE)
    carbon, filled, measured = (sheet.number(name) for name in ("pct_C", "BulkDensity", "BulkDensity_original"))
    told = zip(sheet.text("pc_dataset_name"), sheet.text("Site"), sheet.text("VegTypeCodeStr_Local"), strict=True)
    use = np.array([he2016_land_use(*one) for one in told])
    mineral = (sheet.number("Layer_top_norm") >= 0.0) & (carbon > 0.0) & (use != "peatland")
    given = mineral & np.isfinite(filled) & np.isnan(measured)
    known, first = np.unique(carbon[given], return_index=True)
    logarithm = np.log(measured / np.interp(carbon, known, filled[given][first]))
    parts = [mineral & np.isfinite(measured) & (np.isin(use, OPEN_LAND) == open_land) for open_land in (True, False)]
    spread = [float(logarithm[part].std(ddof=1)) for part in parts]
    return spread[0], spread[1], int(parts[0].sum()), int(parts[1].sum())


def scatter(year: ArrayLike, stock: ArrayLike) -> float:
    """Return the relative scatter of a series of stocks about a quadratic curve of time; NaN for fewer than 5.

    sqrt(sum of squared residuals of ln(stock) / (n - 3)).
    """
    time, value = np.asarray(year, dtype=np.float64), np.asarray(stock, dtype=np.float64)
    known = np.isfinite(time) & (value > 0.0)
    if np.unique(time[known]).size < 5:
        return float("nan")
    scaled = (time[known] - time[known].mean()) / time[known].std()
    curve = np.polynomial.Polynomial.fit(scaled, np.log(value[known]), 2)
    residual = np.log(value[known]) - curve(scaled)
    return float(np.sqrt((residual**2).sum() / (known.sum() - 3)))
