"""Sites of a compilation as columns: what is known of each, and stated assumptions for what is not.

A compilation gives place, mean temperature, precipitation, land use, carbon and sometimes clay. The rest is assumed,
the same way for every site: the year's course of temperature and rain (`course`), texture where it is missing, roots
and productivity from the land use and the climate, as in a study that gives no yields. What these assumptions get
wrong is part of a site's own error in the likelihood (`likelihood`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.units import parameter, parameters_of

if TYPE_CHECKING:
    from mollisol.column.setup import Setup
    from mollisol.evidence.observations.profiles import ProfilesAtDepths

Array = NDArray[np.float64]

NATIVE = "grassland"
"""Land use that came before cropland: what cropland of the temperate zone was taken from most often."""

CLEARED = 100.0
"""Years for which a cropland without a told history has been cropped."""


@dataclass(frozen=True)
class SiteAssumptions:
    """What is assumed of a site where nothing is known."""

    amplitude: float = parameter(
        0.25, "degC/degree", 0.1, 0.5, "half range of monthly means over latitude: Rothamsted 7 degC at 52 N, "
        "Manhattan (Kansas) 14 at 39 N, Champaign 13 at 40 N", confidence="computed",
        about="half the yearly range of monthly temperature per degree of latitude",
    )  # fmt: skip
    clay: float = parameter(0.22, "kg/kg", 0.05, 0.6, "median of cropland layers of SoDaH", confidence="computed")
    silt: float = parameter(0.40, "kg/kg", 0.05, 0.8, "median of cropland layers of SoDaH", confidence="computed")


@dataclass(frozen=True, eq=False)
class SiteColumns:
    """Columns of sites: each site's own land use, and what came before it.

    Attributes
    ----------
    grid : layers.
    setup, before : present land use and the one before, a column for each site; months are those of a mean year.
    aggregation, aggregation_before : (row, site) mean state of aggregates over the year.
    mixing, mixing_before : (row, site) share of a row that tillage reaches, and of the surface litter that it buries.
    mass : (layer, site) fine earth, kg/m2.
    bnpp : (layer, site) below-ground net primary productivity, kg C/m2/yr.
    cropped : (site,) years under the present land use; infinite where it has always been so.
    latitude : (site,) degrees.
    """

    grid: Grid
    setup: Setup
    before: Setup
    aggregation: Array
    aggregation_before: Array
    mixing: Array
    mixing_before: Array
    mass: Array
    bnpp: Array
    cropped: Array
    latitude: Array

    def __len__(self) -> int:
        return int(self.latitude.size)


def course(mean: float, total: float, latitude: float, amplitude: float) -> tuple[Array, Array]:
    """Return monthly temperature (12,) degC and rain (12,) mm of a site of which the year's are known.

    Temperature is a cosine with its peak in July, north, or January; rain falls evenly.
    """
    warm = np.cos(2.0 * np.pi * (np.arange(12) - 6.0) / 12.0)
    return mean + amplitude * latitude * warm, np.full(12, total / 12.0)


def columns_of_sites(
    profiles: ProfilesAtDepths, model: Any, grid: Grid | None = None, assumptions: SiteAssumptions | None = None
) -> SiteColumns:
    """Set up the columns of profiles.

    Parameters
    ----------
    profiles : with latitude, mean temperature and precipitation; their carbon sets hydraulic properties only.
    model : the pools of which receive the inputs.
    grid : layers.
    assumptions : for what is missing.
    """
    from mollisol.practices.plan import land_use_plan

    grid, assumed = grid or Grid(), assumptions or SiteAssumptions()
    observed = profiles.profiles
    places = [place_of(profiles, i, grid, assumed) for i in range(len(observed))]
    uses = ["cropland" if use == "cropland" else NATIVE for use in observed.land_use]
    present, mixing, aggregation, mass, bnpp = columns_of_places(
        places, [land_use_plan(use, 2000) for use in uses], model
    )
    cropped = np.where(np.array(uses) == "cropland", CLEARED, np.inf)
    if np.all(np.isinf(cropped)):
        before, mixing_before, aggregation_before = present, mixing, aggregation
    else:
        plans = [land_use_plan(NATIVE, 2000)] * len(places)
        before, mixing_before, aggregation_before, _, _ = columns_of_places(places, plans, model)
    return SiteColumns(
        grid, present, before, aggregation, aggregation_before, mixing, mixing_before, mass, bnpp, cropped,
        np.asarray(observed.latitude, dtype=np.float64),
    )  # fmt: skip


def place_of(profiles: ProfilesAtDepths, site: int, grid: Grid, assumed: SiteAssumptions) -> Any:
    """Return the place of a profile: what is known of it, and what is assumed."""
    from mollisol.climate import Climate
    from mollisol.soil import profile_of
    from mollisol.soil.harmonise import harmonise
    from mollisol.study.columns import make_place

    one = profiles.profiles
    latitude = float(one.latitude[site])
    warm, rain = course(float(one.mean_temperature[site]), float(one.precipitation[site]), latitude, assumed.amplitude)
    climate = Climate("climatology", np.arange(1, 13), warm, rain)
    clay = np.where(np.isfinite(profiles.clay[site]), profiles.clay[site], np.nan)
    clay = np.full(len(clay), assumed.clay if np.all(np.isnan(clay)) else np.nanmean(clay))
    silt = np.minimum(assumed.silt, 0.95 - clay)
    soc = _continued(profiles.soc[site])
    percent = 100.0 * soc / 1350.0
    layers = harmonise(
        profile_of(
            list(100.0 * profiles.edges[:-1]), list(100.0 * profiles.edges[1:]), list(percent),
            bulk_density_g_cm3=np.full(len(percent), 1.35), clay_percent=100.0 * clay, silt_percent=100.0 * silt,
            sand_percent=100.0 * (1.0 - clay - silt),
        ),
        grid,
    )  # fmt: skip
    return make_place(layers, climate, latitude, 0.0)


def _continued(soc: Array) -> Array:
    """Fill what is missing from the nearest depth above, else below; it serves water retention only."""
    filled = soc.copy()
    known = np.flatnonzero(np.isfinite(soc))
    if not known.size:
        return np.full(len(soc), 8.0)
    for i in range(len(soc)):
        if not np.isfinite(soc[i]):
            filled[i] = soc[known[np.searchsorted(known, i) - 1]] if i > known[0] else soc[known[0]]
    return np.clip(filled, 0.5, 80.0)


def columns_of_places(
    places: Sequence[Any], plans: Sequence[Any], model: Any, events: bool = False
) -> tuple[Any, Array, Array, Array, Array]:
    """Return the set-up with a column for each place, what tillage does, aggregation, mass and productivity.

    With `events` the set-up keeps the moments of tillage, as a run has them; the yearly operator has it as a mixing.
    """
    from mollisol.climate import Climate, at_depth
    from mollisol.study.columns import assemble, forcing_of, read_by
    from mollisol.study.inputs import cycled

    inputs = [cycled(place, plan, plan.from_year) for place, plan in zip(places, plans, strict=True)]
    managements = [one.managements[0] for one in inputs]
    grid = places[0].grid
    hydraulics = [place.layers.hydraulics() for place in places]
    stacked = dataclasses.replace(
        hydraulics[0],
        **{
            name: np.stack([getattr(one, name) for one in hydraulics], axis=1)
            for name, value in vars(hydraulics[0]).items()
            if isinstance(value, np.ndarray)
        },
    )
    climate = Climate(
        "climatology",
        np.arange(1, 13),
        np.stack([place.climate.temperature for place in places], axis=1),
        np.stack([place.climate.precipitation for place in places], axis=1),
    )
    depth = at_depth(
        climate,
        stacked,
        grid=grid,
        latitude=np.array([place.latitude for place in places]),
        sand=np.stack([place.layers.sand for place in places], axis=1),
        bulk_density=np.stack([place.mass for place in places], axis=1) / grid.thickness[:, None] / 1000.0,
        root_share=np.stack([m.root_share for m in managements], axis=-1),
        organic_matter=0.02,
        cover=np.minimum(np.stack([m.cover for m in managements], axis=-1), 1.0),
    )
    porosity = stacked.saturation
    forcing = read_by(model, forcing_of(depth, porosity))
    ones = np.ones(1)
    setups = []
    for i, (place, own) in enumerate(zip(places, inputs, strict=True)):
        mine = {name: value[..., i : i + 1] if value.shape[-1] > 1 else value for name, value in forcing.items()}
        setups.append(assemble(place, model.pool_names, own, mine, ones, ones, np.ones((len(grid) + 1, 1))))
    mixing = np.stack([_worked(grid, m) for m in managements], axis=-1)
    aggregation = np.stack([_aggregation(grid, m) for m in managements], axis=-1)
    mass = np.stack([place.mass for place in places], axis=-1)
    bnpp = np.stack([m.bnpp_by_row().mean(axis=0)[1:] for m in managements], axis=-1)
    return _joined(setups, events), mixing, aggregation, mass, bnpp


def _joined(setups: Sequence[Any], events: bool) -> Any:
    """Return one set-up with the columns of all, with their events or none."""
    import jax

    from mollisol.column.setup import Events

    rows = len(setups[0].thickness)
    plain = setups if events else [dataclasses.replace(one, events=Events.none(rows)) for one in setups]

    def join(*leaves: Array) -> Array:
        if len(leaves) == 1 or all(leaf is leaves[0] or np.array_equal(leaf, leaves[0]) for leaf in leaves[1:]):
            return np.asarray(leaves[0])
        return np.concatenate(leaves, axis=-1)

    joined = jax.tree_util.tree_map(join, *plain)
    fed = tuple(int(i) for i in np.flatnonzero(np.asarray(joined.quality).any(axis=(0, 2))))
    return dataclasses.replace(joined, fed=fed)


def _worked(grid: Grid, management: Any) -> Array:
    """Share of each row (row,) that the year's deepest tillage mixes; of the surface, what it buries."""
    i = int(np.argmax(management.tillage_depth))
    depth, burial = float(management.tillage_depth[i]), float(management.tillage_burial[i])
    if depth <= 0.0:
        return np.zeros(len(grid) + 1)
    return np.concatenate([[burial], grid.depth_share(depth) * management.tillage_mixing[i]])


def _aggregation(grid: Grid, management: Any) -> Array:
    """Mean aggregation (row,) over a year whose deepest tillage breaks it and that recovers in between."""
    from mollisol.processes.occlusion import AggregateOcclusion

    i = int(np.argmax(management.tillage_depth))
    depth = float(management.tillage_depth[i])
    if depth <= 0.0:
        return np.ones(len(grid) + 1)
    broken = np.concatenate([[0.0], management.tillage_breakage[i] * grid.depth_share(depth)])
    recovery = parameters_of(AggregateOcclusion)["recovery"].value
    left = np.exp(-1.0 / recovery)
    # 1 - a after the yearly break is d: d = 1 - (1 - d left)(1 - broken)
    lacking = broken / (1.0 - left * (1.0 - broken))
    return np.asarray(1.0 - lacking * recovery * (1.0 - left))


def select_sites(columns: SiteColumns, index: Array) -> SiteColumns:
    """Return some of the sites."""
    from mollisol.column.setup import select_columns

    chosen: Mapping[str, Any] = {
        field.name: getattr(columns, field.name) for field in dataclasses.fields(columns) if field.name != "grid"
    }
    return SiteColumns(columns.grid, **select_columns(dict(chosen), np.asarray(index)))
