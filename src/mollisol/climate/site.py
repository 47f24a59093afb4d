"""The soil and the place that the climate at depth is computed for, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.climate.parameters import DepthParameters
from mollisol.climate.series import Array
from mollisol.climate.thermal import MINERAL_DENSITY, ORGANIC_DENSITY
from mollisol.grid import Grid
from mollisol.units import MONTHS_PER_YEAR, InputError


@dataclass(frozen=True, eq=False)
class Site:
    """The soil and where it lies, as arrays (layer, column)."""

    hydraulics: Any
    grid: Grid
    latitude: ArrayLike
    elevation: ArrayLike
    sand: Array
    mineral: Array
    organic: Array
    roots: Array
    cover: Array
    parameters: DepthParameters

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.sand.shape[1])

    def plants(self, calendar: NDArray[np.int64], months: int) -> tuple[Array, Array]:
        """Return root shares and cover for the steps' months.

        Parameters
        ----------
        calendar : (month,) calendar months 1-12 of the steps: of a series, or of the years drawn for a climatology.
        months : of the series, or 12.

        Returns
        -------
        tuple
            Root shares (month, layer, column); cover (month, column), or (12 R, column) for a climatology.

        Raises
        ------
        InputError
            If they are given for other months.
        """
        drawn = len(calendar) != months
        roots, cover = self.roots, self.cover
        whole = len(cover) % MONTHS_PER_YEAR == 0 if drawn else len(cover) in (MONTHS_PER_YEAR, months)
        if not whole or len(roots) not in (MONTHS_PER_YEAR, months):
            raise InputError(
                f"root shares for {len(roots)} and cover for {len(cover)} months, the climate has {months}",
                key="root_share", remedy="give 12 months, or as many as the climate",
            )  # fmt: skip
        roots = roots[calendar - 1] if len(roots) == MONTHS_PER_YEAR else roots
        if drawn:
            # The years of a rotation begin in January, the drawn ones perhaps later in the year.
            return roots, np.roll(cover, 1 - calendar[0], axis=0)
        return roots, cover[calendar - 1] if len(cover) == MONTHS_PER_YEAR else cover

    def typical(self, calendar: NDArray[np.int64]) -> Site:
        """Return the site with the mean roots and cover of each calendar month, given those of a series' months."""

        def mean(values: Array) -> Array:
            if len(values) != len(calendar):
                return values
            return np.stack([values[calendar == month].mean(axis=0) for month in range(1, MONTHS_PER_YEAR + 1)])

        return replace(self, roots=mean(self.roots), cover=mean(self.cover))


def make_site(
    hydraulics: Any, grid: Grid, latitude: ArrayLike, elevation: ArrayLike, sand: ArrayLike, bulk_density: ArrayLike,
    organic_matter: ArrayLike, root_share: ArrayLike, cover: ArrayLike | None, parameters: DepthParameters,
) -> Site:  # fmt: skip
    """Broadcast and check what `at_depth` is given; see there.

    Raises
    ------
    InputError
        If a property is missing, impossible or of the wrong shape.
    """
    shape = np.shape(hydraulics.saturation)

    def field(values: ArrayLike, key: str, upper: float, remedy: str) -> Array:
        array = np.asarray(values, dtype=np.float64)
        array = array[:, None] if array.ndim == 1 and array.shape[0] == shape[0] else array
        array = np.array(np.broadcast_to(array, shape))
        if not np.all(array >= 0.0) or np.any(array > upper):
            wrong = array[~((array >= 0.0) & (array <= upper))].flat[0]
            raise InputError(f"{wrong:g} is outside 0 to {upper:g}", key=key, remedy=remedy)
        return array

    density = field(bulk_density, "bulk_density", 2.7, "give g/cm3") * 1000.0
    organic = field(organic_matter, "organic_matter", 1.0, "give a mass fraction, 0-1")
    roots = np.asarray(root_share, dtype=np.float64)
    if roots.shape[-2:] != shape or roots.ndim not in (2, 3) or not np.all(roots >= 0.0):
        raise InputError(f"root shares of shape {roots.shape} for a soil of {shape}, or negative or missing ones",
                         key="root_share", remedy="give (layer, column) or (month, layer, column)")  # fmt: skip
    roots = roots if roots.ndim == 3 else np.broadcast_to(roots, (12, *shape))
    given = np.asarray(parameters.water.cover if cover is None else cover, dtype=np.float64)
    if not np.all((given >= 0.0) & (given <= 1.0)):
        raise InputError("cover outside 0 to 1", key="cover", remedy="give the covered share of the ground")
    given = given if given.ndim == 2 else np.broadcast_to(given, (12, shape[1]))
    return Site(
        hydraulics, grid, latitude, elevation,
        field(sand, "sand", 1.0, "give a mass fraction, 0-1"),
        density * (1.0 - organic) / MINERAL_DENSITY, density * organic / ORGANIC_DENSITY,
        roots, np.broadcast_to(given, (given.shape[0], shape[1])), parameters,
    )  # fmt: skip
