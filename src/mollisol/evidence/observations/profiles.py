"""Profiles with carbon and radiocarbon by layer, as plain arrays: what a calibration compares a column with."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.evidence.observations.depths import REPORT_EDGES, content_at_depths, density_at_depths, sampled_share
from mollisol.evidence.observations.split import Side, sides

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Names = NDArray[np.str_]

PROFILE_FIELDS = (
    "id", "study", "doi", "group", "land_use", "latitude", "longitude", "mean_temperature", "precipitation", "year",
)  # fmt: skip
LAYER_FIELDS = (
    "top", "bottom", "carbon", "soc", "soc_error", "density_measured", "delta14c", "delta14c_error", "clay", "ph",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ProfileObservations:
    """Profiles and their layers; NaN where missing. Layers of a profile stand together, from the surface down.

    Attributes
    ----------
    source : name of the source.
    id, study, doi, group, land_use : (profile,) names; `group` decides the side (`split`).
    latitude, longitude : (profile,) degrees.
    mean_temperature : (profile,) degC.
    precipitation : (profile,) mm/yr.
    year : (profile,) in which it was sampled.
    profile : (layer,) the row of the layer's profile.
    top, bottom : (layer,) m below the mineral surface.
    carbon : (layer,) organic carbon per mass of fine earth, kg/kg.
    soc : (layer,) organic carbon per volume of soil, kg C/m3.
    soc_error : (layer,) relative standard error of `soc` as that of the site, 1.
    density_measured : (layer,) whether the bulk density was measured; else it was filled.
    delta14c, delta14c_error : (layer,) permil, in the year of sampling; its error as that of the site.
    clay : (layer,) share of the mass, 1.
    ph : (layer,) in water.
    notes : what was left out, and why.
    """

    source: str
    id: Names
    study: Names
    doi: Names
    group: Names
    land_use: Names
    latitude: Array
    longitude: Array
    mean_temperature: Array
    precipitation: Array
    year: Array
    profile: NDArray[np.intp]
    top: Array
    bottom: Array
    carbon: Array
    soc: Array
    soc_error: Array
    density_measured: Mask
    delta14c: Array
    delta14c_error: Array
    clay: Array
    ph: Array
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.id.size)

    @property
    def side(self) -> Names:
        """(profile,) "fit" or "test"."""
        return sides(self.group)

    def layers_of(self, profile: int) -> NDArray[np.intp]:
        """Return the rows of a profile's layers, from the surface down."""
        return np.flatnonzero(self.profile == profile)

    def select(self, keep: ArrayLike) -> ProfileObservations:
        """Return the profiles where (profile,) `keep` is true."""
        chosen = np.asarray(keep, dtype=np.bool_)
        layers = chosen[self.profile]
        new = (np.cumsum(chosen) - 1)[self.profile[layers]]
        changed = {name: getattr(self, name)[chosen] for name in PROFILE_FIELDS}
        changed |= {name: getattr(self, name)[layers] for name in LAYER_FIELDS}
        return dataclasses.replace(self, profile=new, **changed)

    def of(
        self, *, side: Side | None = None, land_use: str | Sequence[str] | None = None, down_to: float | None = None
    ) -> ProfileObservations:
        """Return the profiles of a side, of land uses, that have both carbon per volume and Delta14C down to a depth.

        A depth (m) counts as reached where a layer that holds both ends within 0.02 m of it or below.
        """
        keep = np.ones(len(self), dtype=np.bool_)
        if side is not None:
            keep &= self.side == side
        if land_use is not None:
            keep &= np.isin(self.land_use, [land_use] if isinstance(land_use, str) else list(land_use))
        if down_to is not None:
            keep &= self.depth_of(np.isfinite(self.soc) & np.isfinite(self.delta14c)) >= down_to - 0.02
        return self.select(keep)

    def depth_of(self, known: ArrayLike) -> Array:
        """Return (profile,) the lower end of the deepest layer where (layer,) `known` is true, m; 0 where none is."""
        deepest = np.zeros(len(self))
        where = np.asarray(known, dtype=np.bool_)
        np.maximum.at(deepest, self.profile[where], self.bottom[where])
        return deepest

    def at_depths(self, edges: Array = REPORT_EDGES) -> ProfilesAtDepths:
        """Return the profiles on report depths (m); a depth that is less than half sampled is missing."""
        shape = (len(self), edges.size - 1)
        made = {name: np.full(shape, np.nan) for name in AT_DEPTHS}
        for row in range(len(self)):
            of = self.layers_of(row)
            top, bottom, soc, delta = self.top[of], self.bottom[of], self.soc[of], self.delta14c[of]
            if not of.size:
                continue
            made["soc"][row] = density_at_depths(top, bottom, soc, edges)
            made["delta14c"][row] = content_at_depths(top, bottom, delta, soc, edges)
            # errors of a site's place are shared by its layers: they do not average out over depth
            made["soc_error"][row] = content_at_depths(top, bottom, self.soc_error[of], soc, edges)
            made["delta14c_error"][row] = content_at_depths(top, bottom, self.delta14c_error[of], soc, edges)
            made["clay"][row] = content_at_depths(top, bottom, self.clay[of], np.full(of.size, np.nan), edges)
            made["sampled"][row] = sampled_share(top, bottom, np.isfinite(soc), edges)
        return ProfilesAtDepths(self, edges, **made)


AT_DEPTHS = ("soc", "soc_error", "delta14c", "delta14c_error", "clay", "sampled")


@dataclass(frozen=True, eq=False)
class ProfilesAtDepths:
    """Profiles on report depths.

    Attributes
    ----------
    profiles : the profiles.
    edges : (depth + 1,) m.
    soc, delta14c : (profile, depth) kg C/m3 and permil.
    soc_error, delta14c_error : (profile, depth) relative, 1, and permil.
    clay : (profile, depth) 1.
    sampled : (profile, depth) share of the depth with carbon per volume.
    """

    profiles: ProfileObservations
    edges: Array
    soc: Array
    soc_error: Array
    delta14c: Array
    delta14c_error: Array
    clay: Array
    sampled: Array

    @property
    def stock(self) -> Array:
        """(profile, depth) organic carbon of the report depth, kg C/m2."""
        return np.asarray(self.soc * np.diff(self.edges))
