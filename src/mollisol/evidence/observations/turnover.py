"""Stock over below-ground productivity and 14C age by 20 cm to 1 m: the table of Sierra et al. 2024 (910 profiles)."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.observations.carbon_profiles import read_sodah
from mollisol.evidence.observations.he2016 import read_he2016
from mollisol.evidence.observations.land_use import BIOMES, UNKNOWN
from mollisol.evidence.observations.minerals import read_minerals
from mollisol.evidence.observations.sheet import Array, read_sheet
from mollisol.evidence.observations.split import NEAR, Side, distance, group_of, sides, study_key

FILE = "turnover/soilradiocarbon_age_transit_5layers.csv"
BIOME_FILE = "turnover/transit_time_by_depth_biome.csv"
DEPTHS_CM = (20, 40, 60, 80, 100)
EDGES = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
"""Limits of the table's depths, m."""

FLOOR = (309.0, 312.0)
"""yr; about 310 yr is what the table's model gave where the radiocarbon could not tell: such an age is a limit, no
measurement."""


@dataclass(frozen=True, eq=False)
class TurnoverObservations:
    """Profiles of the table.

    Attributes
    ----------
    id, biome, land_use, group : (profile,) names. The biome is that of a map at the coordinates.
    latitude, longitude : (profile,) degrees.
    turnover : (profile, depth) carbon stock over below-ground net primary productivity, yr; NaN where 0 or missing.
    age : (profile, depth) mean age from 14C, yr.
    age_at_floor : (profile, depth) whether the age is the floor of the model behind the table.
    matched : (profile,) whether the group is that of a profile at the same place in another source.
    """

    id: NDArray[np.str_]
    biome: NDArray[np.str_]
    land_use: NDArray[np.str_]
    group: NDArray[np.str_]
    latitude: Array
    longitude: Array
    turnover: Array
    age: Array
    age_at_floor: NDArray[np.bool_]
    matched: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.id.size)

    @property
    def side(self) -> NDArray[np.str_]:
        """(profile,) "fit" or "test"."""
        return sides(self.group)

    def of(
        self, *, side: Side | None = None, land_use: str | None = None, biome: str | None = None
    ) -> TurnoverObservations:
        """Return the profiles of a side, a land use, a biome."""
        keep = np.ones(len(self), dtype=np.bool_)
        for wanted, have in ((side, self.side), (land_use, self.land_use), (biome, self.biome)):
            if wanted is not None:
                keep &= have == wanted
        return dataclasses.replace(self, **{f.name: getattr(self, f.name)[keep] for f in dataclasses.fields(self)})


def read_turnover(folder: str | Path) -> TurnoverObservations:
    """Read the turnover table.

    A turnover time of 0 is a missing value. A profile nearer than 5 km to one of He et al. 2016, of SoDaH or of the
    mineral shares belongs to that study's group. The others make groups by place: those that hang together by steps of
    less than 5 km, named by the first of them, or by the nearest of them that belongs to a study.

    Raises
    ------
    InputError
        If the table or one of those three sources is absent.
    """
    sheet = read_sheet(folder, FILE)
    ids, biome = sheet.text("profile"), sheet.text("Biome")
    latitude, longitude = sheet.number("pro_lat"), sheet.number("pro_long")
    turnover = np.stack([sheet.number(f"TransitTime_{depth}") for depth in DEPTHS_CM], axis=1)
    age = np.stack([sheet.number(f"MeanAge{depth}cm") for depth in DEPTHS_CM], axis=1)
    group, matched = _groups(folder, ids, latitude, longitude)
    return TurnoverObservations(
        id=np.array(ids),
        biome=np.array(biome),
        land_use=np.array([BIOMES.get(one, UNKNOWN) for one in biome]),
        group=group,
        latitude=latitude,
        longitude=longitude,
        turnover=np.where(turnover > 0.0, turnover, np.nan),
        age=np.where(age > 0.0, age, np.nan),
        age_at_floor=(age > FLOOR[0]) & (age < FLOOR[1]),
        matched=matched,
    )


def _groups(
    folder: str | Path, ids: list[str], latitude: Array, longitude: Array
) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
    he2016, sodah, minerals = read_he2016(folder), read_sodah(folder), read_minerals(folder)
    places = np.stack(
        [
            np.concatenate([he2016.latitude, sodah.latitude, minerals.latitude]),
            np.concatenate([he2016.longitude, sodah.longitude, minerals.longitude]),
        ]
    )
    names = np.concatenate([he2016.group, sodah.group, minerals.group])
    placed = np.isfinite(places).all(axis=0)
    places, names = places[:, placed], names[placed]
    group = np.full(len(ids), "", dtype=object)
    nearest = np.full(len(ids), np.inf)
    for row in range(len(ids)):
        apart = distance(latitude[row], longitude[row], places[0], places[1])
        group[row], nearest[row] = names[apart.argmin()], apart.min()
    matched = nearest < NEAR
    for cluster in _clusters(latitude, longitude):
        of = np.array(cluster)
        known_there = of[matched[of]]
        if known_there.size == 0:
            group[of] = min(_place(ids[row]) for row in cluster)
            continue
        for row in of[~matched[of]]:
            apart = distance(latitude[row], longitude[row], latitude[known_there], longitude[known_there])
            group[row] = group[known_there[apart.argmin()]]
    return group.astype(np.str_), matched


def _place(name: str) -> str:
    """Return the name of a place without the coordinates that the table appends; numbered places are one study's."""
    key = study_key(re.split(r"[:_]-?\d+\.", name)[0])
    return group_of(f"place {key}" if re.search("[a-z]", key) else "place numbered")


def _clusters(latitude: Array, longitude: Array) -> list[list[int]]:
    """Return rows whose places hang together by steps of less than 5 km."""
    left = set(range(latitude.size))
    clusters = []
    while left:
        open_rows, cluster = [left.pop()], []
        while open_rows:
            row = open_rows.pop()
            cluster.append(row)
            rest = np.array(sorted(left), dtype=np.intp)
            near = rest[distance(latitude[row], longitude[row], latitude[rest], longitude[rest]) < NEAR]
            left -= set(near.tolist())
            open_rows += near.tolist()
        clusters.append(sorted(cluster))
    return clusters


def read_biome_means(folder: str | Path) -> dict[str, tuple[Array, Array]]:
    """Return the published means and their standard errors by biome, each (depth,), yr: a check, too tailed to fit.

    Raises
    ------
    InputError
        If the table is absent.
    """
    sheet = read_sheet(folder, BIOME_FILE)
    biome, depth = sheet.text("Biome"), sheet.number("Depth")
    mean, error = sheet.number("mean"), sheet.number("se")
    found = {}
    for name in sorted(set(biome)):
        rows = np.flatnonzero(np.array(biome) == name)
        rows = rows[np.argsort(depth[rows])]
        found[name] = (mean[rows], error[rows])
    return found
