"""The profiles that a validation predicts: all of the test side, deep ones of experiments, samples of mineral shares.

They come from several sources and are put together, so that one compiled function predicts all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.model import Model
from mollisol.evidence.forward import Sites, sites_of
from mollisol.evidence.observations.profiles import LAYER_FIELDS, PROFILE_FIELDS, ProfileObservations, ProfilesAtDepths
from mollisol.evidence.sites import SiteAssumptions, columns_of_sites

Array = NDArray[np.float64]

USES = ("cropland", "grassland")
PER_STUDY = 8
"""Profiles of a study without radiocarbon that are taken, the deepest first: NEON has 164 of one tundra."""

SAMPLES = 3
"""Samples of mineral shares of a study and land use that are taken, evenly over clay + silt."""

OTHERS = 1
"""Profiles of a study and other land use, for the profile of all biomes."""

CLAY_OF_FINE = SiteAssumptions().clay / (SiteAssumptions().clay + SiteAssumptions().silt)
"""Share of clay in clay + silt where only their sum is told."""

UNDATED = 2010.0
"""Year of a profile that has none; without radiocarbon it decides nothing."""

KINDS = ("radiocarbon", "carbon", "experiment", "minerals", "other")


@dataclasses.dataclass(frozen=True, eq=False)
class Blind:
    """Profiles and their columns.

    Attributes
    ----------
    profiles : on report depths.
    kind : (site,) of `KINDS`: with radiocarbon, without, of an experiment, sample of a mineral share, of another biome.
    share : (site,) measured mineral-associated share of a sample; NaN elsewhere.
    clay_silt : (site,) of a sample.
    sites : their columns.
    """

    profiles: ProfilesAtDepths
    kind: NDArray[np.str_]
    share: Array
    clay_silt: Array
    sites: Sites

    def of(self, *kinds: str) -> NDArray[np.intp]:
        """Return the numbers of the sites of some kinds."""
        return np.flatnonzero(np.isin(self.kind, kinds))


def blind(folder: str | Path, model: Model, say: Callable[[str], None]) -> Blind:
    """Read and set up everything that is predicted by profile.

    Raises
    ------
    InputError
        Where the folder lacks a file.
    """
    from mollisol.evidence.observations.carbon_profiles import read_sodah
    from mollisol.evidence.observations.he2016 import read_he2016

    dated = _placed(read_he2016(folder).of(side="test"))
    open_land = np.isin(dated.land_use, USES)
    sampled, share, clay_silt = mineral_samples(folder)
    parts = {
        "radiocarbon": dated.select(open_land),
        "carbon": some(_placed(read_sodah(folder).of(side="test", land_use=USES)), PER_STUDY),
        "experiment": deep_experiments(folder),
        "minerals": sampled,
        "other": some(dated.select(~open_land), OTHERS),
    }
    everything = joined(list(parts.values()))
    kind = np.concatenate([np.full(len(part), name) for name, part in parts.items()])
    depths = everything.at_depths()
    told = ", ".join(f"{len(part)} {name}" for name, part in parts.items())
    say(f"soil and climate at depth of {len(everything)} profiles ({told})")
    year = np.where(np.isfinite(everything.year), everything.year, UNDATED)
    sites = sites_of(columns_of_sites(depths, model), year, depths.edges)
    whole = np.full((2, len(everything)), np.nan)
    whole[:, kind == "minerals"] = share, clay_silt
    clay = np.full(len(everything), np.nan)
    clay[kind == "minerals"] = np.nanmean(depths.clay[kind == "minerals"], axis=1)
    return Blind(depths, kind, whole[0], whole[1], with_texture(sites, clay, whole[1]))


def _placed(profiles: ProfileObservations) -> ProfileObservations:
    known = [profiles.mean_temperature, profiles.precipitation, profiles.latitude]
    return profiles.select(np.all(np.isfinite(known), axis=0))


def some(profiles: ProfileObservations, most: int) -> ProfileObservations:
    """Return at most so many profiles of each study and land use, the deepest first."""
    depth = profiles.depth_of(np.isfinite(profiles.soc))
    keep = np.zeros(len(profiles), dtype=np.bool_)
    for study in sorted(set(zip(profiles.group.tolist(), profiles.land_use.tolist(), strict=True))):
        rows = np.flatnonzero((profiles.group == study[0]) & (profiles.land_use == study[1]) & (depth > 0.0))
        keep[rows[np.argsort(-depth[rows], kind="stable")][:most]] = True
    return profiles.select(keep)


def joined(parts: list[ProfileObservations]) -> ProfileObservations:
    """Return profiles of several sources as one."""
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in (*PROFILE_FIELDS, *LAYER_FIELDS)
    }
    rows = np.concatenate([part.profile + start for part, start in zip(parts, starts, strict=True)])
    return ProfileObservations(source="several", profile=rows, **columns)


def _single(source: str, rows: list[dict[str, Any]], layers: list[dict[str, Any]]) -> ProfileObservations:
    """Return profiles from rows of plain values; what a row lacks is missing."""
    names = ("id", "study", "doi", "group", "land_use")
    made: dict[str, Any] = {name: np.array([str(row.get(name, "")) for row in rows]) for name in names}
    made |= {
        name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)
        for name in PROFILE_FIELDS
        if name not in names
    }
    made |= {name: np.array([one.get(name, np.nan) for one in layers], dtype=np.float64) for name in LAYER_FIELDS}
    made["density_measured"] = np.ones(len(layers), dtype=np.bool_)
    return ProfileObservations(
        source=source, profile=np.array([one["profile"] for one in layers], dtype=np.intp), **made
    )


def deep_experiments(folder: str | Path) -> ProfileObservations:
    """Return Kellogg's and Silsoe's treatments as profiles of cropland.

    Silsoe has neither climate nor clay in the data: Rothamsted's, 25 km away, stand in.
    """
    from mollisol.evidence.observations.experiments import read_experiments

    found = {
        one.site.experiment: one for one in read_experiments(folder, ["kellogg", "silsoe", "hoosfield"]).experiments
    }
    near = found.pop("hoosfield").site
    rows: list[dict[str, Any]] = []
    layers: list[dict[str, Any]] = []
    for name, one in found.items():
        site = one.site if np.isfinite(one.site.mean_temperature) else near
        for treatment in one.treatments:
            own = sorted((s for s in one.stocks if s.treatment == treatment), key=lambda s: s.top)
            for s in own:
                density = s.stock / (s.bottom - s.top)
                layers.append(
                    {
                        "profile": len(rows), "top": s.top, "bottom": s.bottom, "carbon": s.carbon, "soc": density,
                        "soc_error": s.error / s.stock, "clay": one.site.clay if site is one.site else near.clay,
                    }
                )  # fmt: skip
            rows.append(
                {
                    "id": f"{name}, {treatment}", "study": name, "group": one.site.group, "land_use": "cropland",
                    "latitude": one.site.latitude, "longitude": one.site.longitude,
                    "mean_temperature": site.mean_temperature, "precipitation": site.precipitation,
                    "year": next((s.year for s in own if np.isfinite(s.year)), UNDATED),
                }
            )  # fmt: skip
    return _single("experiments", rows, layers)


def mineral_samples(folder: str | Path) -> tuple[ProfileObservations, Array, Array]:
    """Return samples of mineral shares as profiles of one layer, their shares and their clay + silt."""
    from mollisol.evidence.observations.minerals import read_minerals

    table = read_minerals(folder).of(side="test")
    good = np.isin(table.land_use, USES) & np.isfinite(table.share) & np.isfinite(table.clay_silt)
    good &= np.all(np.isfinite([table.latitude, table.mean_temperature, table.precipitation]), axis=0)
    chosen: list[int] = []
    for study in sorted(set(zip(table.group[good].tolist(), table.land_use[good].tolist(), strict=True))):
        rows = np.flatnonzero(good & (table.group == study[0]) & (table.land_use == study[1]))
        ordered = rows[np.argsort(table.clay_silt[rows], kind="stable")]
        chosen += ordered[np.unique(np.linspace(0, ordered.size - 1, SAMPLES).round().astype(int))].tolist()
    rows_of = [
        {
            "id": f"{table.study[i]} {i}", "study": table.study[i], "group": table.group[i],
            "land_use": table.land_use[i], "latitude": table.latitude[i],
            "longitude": table.longitude[i], "year": UNDATED,
            "mean_temperature": table.mean_temperature[i], "precipitation": table.precipitation[i],
        }
        for i in chosen
    ]  # fmt: skip
    clay = np.where(np.isfinite(table.clay), table.clay, CLAY_OF_FINE * table.clay_silt)
    clay = np.minimum(clay, table.clay_silt)
    layers = [
        {"profile": n, "top": 0.0, "bottom": 0.3, "carbon": table.carbon[i], "soc": 1350.0 * table.carbon[i],
         "soc_error": 0.2, "clay": clay[i]}
        for n, i in enumerate(chosen)
    ]  # fmt: skip
    return _single("minerals", rows_of, layers), table.share[chosen], table.clay_silt[chosen]


def with_texture(sites: Sites, clay: Array, clay_silt: Array) -> Sites:
    """Return the sites with clay and silt (site,) where their sum is known, for minerals; water keeps its own."""
    known = np.isfinite(clay_silt)

    def own(setup: Any) -> Any:
        soil = dict(setup.soil)
        shape = (soil["clay"].shape[0], known.size)
        for name, value in (("clay", clay), ("silt", clay_silt - clay)):
            mineral = known & (np.arange(shape[0]) > 0)[:, None]
            soil[name] = jnp.where(mineral, jnp.nan_to_num(value), jnp.broadcast_to(soil[name], shape))
        return dataclasses.replace(setup, soil=soil)

    made: Sites = jax.tree_util.tree_map(
        jnp.asarray, dataclasses.replace(sites, setup=own(sites.setup), before=own(sites.before))
    )
    return made
