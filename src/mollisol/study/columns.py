"""From plans, soil and climate to the arrays of a run: columns = plans x members, the plan varying slowest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.climate import Climate, DepthClimate, at_depth, climatology, monthly, read_climate
from mollisol.climate.litter import litter_saturation_at
from mollisol.climate.parameters import DepthParameters, numbers
from mollisol.column.model import Model
from mollisol.column.setup import Setup, vertical
from mollisol.grid import Grid
from mollisol.plants import LITTER_POOLS, nitrogen_supply
from mollisol.practices import ClimateMeans, Management
from mollisol.soil import Minerals, SoilLayers, fine_earth_mass, minerals_of
from mollisol.soil.organic_matter import MATTER_PER_CARBON
from mollisol.study.inputs import Inputs, shared
from mollisol.study.plan_climate import (
    changed,
    dated_states,
    knots_of,
    mean_climate,
    series_of,
    states_of,
    unchanged,
)
from mollisol.study.process_factors import factor_forcing, with_oxygen
from mollisol.study.soil_events import events_of
from mollisol.units import MONTHS_PER_YEAR, InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Place:
    """The soil and climate of a site.

    Attributes
    ----------
    grid, layers : the soil on the layers; minerals : what they are beside their texture.
    mass : (layer,) fine earth, kg/m2.
    climate : as read; means : its monthly means.
    latitude, elevation : degrees and m.
    """

    grid: Grid
    layers: SoilLayers
    minerals: Minerals
    mass: Array
    climate: Climate
    means: ClimateMeans
    latitude: float
    elevation: float


def make_place(
    layers: SoilLayers,
    climate: Climate,
    latitude: float,
    elevation: float,
    minerals: Mapping[str, Array] | None = None,
) -> Place:
    """Put a site together from its soil and climate; `minerals` (layer,) is what is known of them by name."""
    mean = climatology(climate)
    mass = fine_earth_mass(layers.bulk_density / 1000.0, layers.grid.thickness, 100.0 * layers.coarse_fraction)
    made_of = minerals_of(layers, latitude, minerals)
    means = (mean.temperature, mean.precipitation)
    return Place(layers.grid, layers, made_of, mass, climate, means, latitude, elevation)


LONGEST_ROTATION = 12
"""Years; of a longer one, and of rotations that do not repeat within `MOST_PHASES`, soil water sees the mean year."""

MOST_PHASES = 60

WITHIN_MONTH = ("temperature_", "log_suction_", "saturation_", "relative_saturation")
"""How the names of the forcing begin that says what varies within the month."""


TOGETHER = 8
"""Columns whose climate at depth is computed together at least."""


def climate_at_depth(
    place: Place,
    climate: Climate,
    managements: Sequence[Management],
    first_year: int = 0,
    soils: Sequence[Place] | None = None,
) -> DepthClimate:
    """Return the climate of each plan's column: plans differ in their roots and in how they cover the ground.

    `first_year` is that of the managements, needed for a series; `soils` are the places of the columns where their soil
    has moved.
    """
    own = soils if soils is not None else [place]
    hydraulics, count = [one.layers.hydraulics() for one in own], len(managements)
    # rounded up: each number of columns is compiled anew
    turn = np.minimum(np.arange(-(-count // TOGETHER) * TOGETHER), count - 1)

    def wide(values: Sequence[Array]) -> Array:
        return np.broadcast_to(np.stack(values, axis=-1), (len(values[0]), count))[:, turn]

    stacked: dict[str, Any] = {
        name: wide([getattr(one, name) for one in hydraulics])
        for name, value in vars(hydraulics[0]).items()
        if isinstance(value, np.ndarray)
    }
    found = at_depth(
        climate.map_arrays(lambda value: value[:, turn] if value.ndim == 2 and value.shape[1] == count else value),
        replace(hydraulics[0], **stacked),
        grid=place.grid,
        latitude=place.latitude,
        sand=wide([one.layers.sand for one in own]),
        bulk_density=wide([one.mass / one.grid.thickness / 1000.0 for one in own]),
        root_share=np.stack([m.root_share for m in managements], axis=-1)[:, turn],
        organic_matter=wide([_organic(one.layers) for one in own]),
        cover=_cover(managements, climate, first_year)[:, turn],
        elevation=place.elevation,
    )
    cut: DepthClimate = _cut(found, len(turn), count)
    return replace(cut, within_month=_cut(found.within_month, len(turn), count))


def _cut(found: Any, columns: int, count: int) -> Any:
    """Return a dataclass with the first columns of its arrays (..., column)."""
    arrays = {name: value for name, value in vars(found).items() if np.ndim(value) > 1 and value.shape[-1] == columns}
    return replace(found, **{name: value[..., :count] for name, value in arrays.items()})


def _organic(layers: SoilLayers) -> Array:
    """Return (layer,) organic matter, kg/kg; below the last sample it is that sample's."""
    carbon = layers.organic_carbon_percent
    known = np.flatnonzero(~np.isnan(carbon))
    percent = carbon[np.minimum(np.arange(len(carbon)), known[-1])]
    return np.asarray(np.minimum(percent / 100.0 * MATTER_PER_CARBON.value, 1.0))


def _cover(managements: Sequence[Management], climate: Climate, first_year: int) -> Array:
    """Return ground cover (month, plan): by date for a series, else of the years of the plans' rotations."""
    years = [np.minimum(m.cover.reshape(-1, MONTHS_PER_YEAR), 1.0) for m in managements]
    use = [m.water_use.reshape(-1, MONTHS_PER_YEAR) if m.water_use.size else np.ones((1, 1)) for m in managements]
    cycles = [_cycle(one) for one in years]
    if climate.resolution != "climatology":
        month = monthly(climate).time.astype("datetime64[M]").astype(int)
        row, calendar = month // MONTHS_PER_YEAR + 1970 - first_year, month % MONTHS_PER_YEAR
        dated = []
        for one, cycle, factor in zip(years, cycles, use, strict=True):
            # before and after the plan's own years its last rotation goes on, in its phase
            inside = (row >= 0) & (row < len(one))
            turned = cycle[(row - len(one)) % len(cycle), calendar]
            found = np.where(inside, one[np.clip(row, 0, len(one) - 1), calendar], turned)
            dated.append(np.minimum(found * factor[np.clip(row, 0, len(factor) - 1), 0], 1.0))
        return np.stack(dated, axis=-1)
    # a use of water that changes over the years counts with its mean: the rotation's years stay apart
    cycles = [np.minimum(cycle * factor.mean(), 1.0) for cycle, factor in zip(cycles, use, strict=True)]
    length = math.lcm(*(len(cycle) for cycle in cycles))
    if length > MOST_PHASES:
        cycles, length = [cycle.mean(axis=0, keepdims=True) for cycle in cycles], 1
    repeated = [np.tile(cycle, (length // len(cycle), 1)).ravel() for cycle in cycles]
    return np.stack(repeated, axis=-1)


def _cycle(years: Array) -> Array:
    """Return the rotation's years (year, 12), which the last years of a plan repeat; their mean where none do."""
    count = len(years)
    for length in range(1, LONGEST_ROTATION + 1):
        # enough years that no part of a longer rotation is taken for the whole
        last = years[-(LONGEST_ROTATION + length) :] if count > LONGEST_ROTATION else years
        told = len(last) >= LONGEST_ROTATION + length or (count <= LONGEST_ROTATION and count % length == 0)
        if told and np.array_equal(last[length:], last[:-length]):
            return np.asarray(last[-length:])
    return np.asarray(years.mean(axis=0, keepdims=True))


def forcing_of(climate: DepthClimate, porosity: Array) -> dict[str, Array]:
    """Return the engine's forcing (month, row, plan) from the climate at depth; row 0 is the surface."""

    def rows(surface: Array | float, below: Array) -> Array:
        top = np.broadcast_to(np.asarray(surface, dtype=np.float64), below[:, 0].shape)
        return np.concatenate([top[:, None], below], axis=1)

    months, within = climate.temperature, climate.within_month
    amplitude = within.diurnal_amplitude
    known = {"temperature_diurnal_amplitude": amplitude} if np.all(np.isfinite(amplitude)) else {}
    return {
        **known,
        "temperature_deviation": within.temperature_deviation,
        **{f"log_suction_fifth_{i + 1}": within.log_suction_fifths[:, i] for i in range(5)},
        "temperature_log_suction_covariance": within.temperature_log_suction_covariance,
        "relative_saturation": within.saturation,
        **{f"saturation_fifth_{i + 1}": within.saturation_fifths[:, i] for i in range(5)},
        "temperature_saturation_covariance": within.temperature_saturation_covariance,
        "temperature": rows(climate.surface_temperature, climate.temperature),
        "matric_potential": rows(climate.surface_matric_potential, climate.matric_potential),
        "water": rows(climate.water[:, 0], climate.water),
        "air_filled_porosity": rows(np.broadcast_to(porosity[0], months[:, 0].shape), climate.air_filled_porosity),
        "percolation": rows(climate.infiltration, climate.percolation),
        "infiltration": rows(climate.infiltration, np.zeros_like(months)),
        "runoff": rows(climate.runoff, np.zeros_like(months)),
    }


def typical_forcing(
    place: Place, managements: Sequence[Management], soils: Sequence[Place] | None = None
) -> tuple[dict[str, Array], DepthClimate]:
    """Return forcing (12, row, plan) under the climatology, and the climate at depth that it comes from.

    Where plans change the climate or irrigate, it is that of their last year. `soils` as for `climate_at_depth`.
    """
    climate = mean_climate(place.climate, [states_of(one, place.means) for one in managements])
    mean = climate_at_depth(place, climate, managements, soils=soils)
    own = soils if soils is not None else [place]
    return forcing_of(mean, np.stack([one.layers.hydraulics().saturation for one in own], axis=-1)), mean


def read_by(model: Model, forcing: Mapping[str, Array]) -> dict[str, Array]:
    """Leave out what varies within the month where no process of the model reads it: it is most of the forcing."""
    read = reads_within_month(model)
    return {name: value for name, value in forcing.items() if name in read or not name.startswith(WITHIN_MONTH)}


def reads_within_month(model: Model) -> frozenset[str]:
    """Return the names of the forcing that says what varies within the month, as far as a process reads them."""
    read = {item.removeprefix("forcing.") for one in model.processes for item in (*one.reads, *_optional(one))}
    return frozenset(name for name in read if name.startswith(WITHIN_MONTH))


def _optional(process: Any) -> tuple[str, ...]:
    return getattr(process, "optional", ())


def dated_forcing(
    place: Place, typical: Mapping[str, Array], managements: Sequence[Management], years: tuple[int, int]
) -> tuple[Mapping[str, Array], str]:
    """Return forcing for a run, and how the climate was continued ("" where nothing was).

    A series that overlaps the run is used by date; what it does not cover takes its climatology. Plans that change the
    climate, or irrigate, in some years only take that of each year.
    """
    states = [states_of(one, place.means) for one in managements]
    wanted = np.arange(np.datetime64(f"{years[0]:04d}-01"), np.datetime64(f"{years[1] + 1:04d}-01")).astype(int)
    turning = [plan for plan, one in enumerate(states) if np.any(one != one[:1])]
    own = {name: value[np.arange(len(wanted)) % MONTHS_PER_YEAR] for name, value in typical.items()} if turning else {}
    if turning:
        # one call for the years of all plans: each number of columns is compiled anew
        knots = [knots_of(states[plan]) for plan in turning]
        several = changed(climatology(place.climate), np.concatenate([made for made, _ in knots]))
        owners = [managements[plan] for plan, (made, _) in zip(turning, knots, strict=True) for _ in made]
        found = _forcing(place, climate_at_depth(place, several, owners))
        begin = 0
        for plan, (made, weights) in zip(turning, knots, strict=True):
            for name in own:
                value = np.einsum("yk,mrk->ymr", weights, found[name][..., begin : begin + len(made)])
                own[name][..., plan] = value.reshape(len(wanted), -1)
            begin += len(made)
    told = ""
    if place.climate.resolution != "climatology":
        inside, position = _overlap(place.climate, wanted)
        if not inside.any():
            told = "The climate series does not overlap the run: its climatology is used throughout."
        else:
            own = own or {name: value[np.arange(len(wanted)) % MONTHS_PER_YEAR] for name, value in typical.items()}
            series = _dated(place.climate, states, years)
            dated = _forcing(place, climate_at_depth(place, series, managements, years[0]))
            for name, value in own.items():
                value[inside] = dated[name][position[inside]]
            outside = int((~inside).sum())
            if outside:
                told = (
                    f"{outside} of {len(wanted)} months lie outside the climate series: its climatology is used there."
                )
    for plan, management in enumerate(managements):
        scenario = series_of(management)
        if scenario is not None:
            own = own or {name: value[np.arange(len(wanted)) % MONTHS_PER_YEAR] for name, value in typical.items()}
            _put_series(place, management, plan, *scenario, own, wanted, years)
    return own or typical, told


def _forcing(place: Place, climate: DepthClimate) -> dict[str, Array]:
    return forcing_of(climate, place.layers.hydraulics().saturation)


def _overlap(climate: Climate, wanted: Array) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which months of the run a series has, and where."""
    first = monthly(climate).time.astype("datetime64[M]").astype(int)
    position = np.searchsorted(first, wanted)
    return (position < len(first)) & (first[np.minimum(position, len(first) - 1)] == wanted), position


def _dated(climate: Climate, states: Sequence[Array], years: tuple[int, int]) -> Climate:
    """Return a series as the plans change it by date; itself where none does."""
    if all(np.array_equal(one, unchanged(len(one))) for one in states):
        return climate
    return changed(climate, dated_states(climate, states, years[0]))


def _put_series(
    place: Place,
    management: Management,
    plan: int,
    file: str,
    course: Array,
    own: dict[str, Array],
    wanted: Array,
    years: tuple[int, int],
) -> None:
    """Put the climate of a scenario's series into the forcing of its plan, in the years in which it holds."""
    scenario = read_climate(Path(file))
    inside, position = _overlap(scenario, wanted)
    inside = inside & np.repeat(course > 0.0, MONTHS_PER_YEAR)
    if not inside.any():
        raise InputError(
            "the scenario does not overlap the run",
            file=Path(file).name,
            key="file",
            remedy=f"give months from {years[0]} to {years[1]}, or twelve rows with `month` 1-12",
        )
    dated = _forcing(place, climate_at_depth(place, scenario, [management], years[0]))
    for name, value in own.items():
        value[inside, ..., plan] = dated[name][position[inside]][..., 0]


LITTER_POROSITY = 0.9
"""m3/m3 of the litter on the surface."""

WILTING = -1.5
"""MPa; matric potential at the wilting point."""


def soil_of(place: Place) -> dict[str, Array]:
    """Return the soil-bound properties (row, 1) that the processes read."""
    layers, hydraulics = place.layers, place.layers.hydraulics()
    litter = numbers(DepthParameters().litter)

    def rows(surface: float, below: Array) -> Array:
        return np.concatenate([[surface], below])[:, None]

    return {
        "clay": rows(0.0, layers.clay),
        "silt": rows(0.0, layers.silt),
        "fine_earth": rows(1.0, place.mass / place.grid.thickness),
        "bulk_density": rows(1.0, layers.bulk_density),
        "porosity": rows(LITTER_POROSITY, hydraulics.saturation),
        # drained litter is full, as its relative saturation counts
        "field_capacity": rows(LITTER_POROSITY, hydraulics.field_capacity),
        "wilting_point": rows(LITTER_POROSITY * litter_saturation_at(WILTING, litter), hydraulics.wilting_point),
        "binds": rows(0.0, np.ones(len(layers))),
        "balance": rows(1.0, np.ones(len(layers))),
        "high_charge": rows(0.0, place.minerals.high_charge),
        "oxides": rows(0.0, place.minerals.oxides),
        "ph": rows(place.minerals.ph[0], place.minerals.ph),
        "weathering": rows(1.0, place.minerals.weathering),
        "illuvial": rows(0.0, place.minerals.illuvial),
        "coarse": rows(0.0, layers.coarse_fraction),
        "mineral_share": rows(0.0, layers.mineral_mass / place.mass),
    }


def assemble(
    place: Place,
    pools: Sequence[str],
    inputs: Inputs,
    forcing: Mapping[str, Array],
    above: Array,
    below: Array,
    balance: Array,
) -> Setup:
    """Put the arrays of a run together.

    Parameters
    ----------
    pools : names of the model's pools.
    inputs : management of the plans.
    forcing : (month, row, plan).
    above, below : (member,) scales of the inputs.
    balance : (row, plan * member) or (row, 1), factor on the loss of mineral carbon.
    """
    members = len(above)
    thickness, depth = vertical(place.grid)
    columns = {name: np.repeat(value, members, axis=-1) for name, value in forcing.items()}
    columns["root_respiration"] = inputs.root_respiration(below)
    columns["root_density"] = np.repeat(root_density_of(place, inputs.managements), members, axis=-1)
    columns["nitrogen_supply"] = shared(nitrogen_of(place, inputs.managements), members)
    columns |= factor_forcing(inputs.managements, members)
    columns = with_oxygen(columns, inputs.managements, members)
    names = list(pools)
    litter = inputs.shares("quality", members)
    quality = np.zeros((len(litter), len(names), litter.shape[-1]))
    quality[:, [names.index(pool) for pool in LITTER_POOLS]] = litter
    return Setup(
        thickness,
        depth,
        {**soil_of(place), "balance": balance},
        columns,
        inputs.amount(above, below),
        inputs.shares("depth", members),
        quality,
        events_of(place, inputs.managements, members),
        tuple(names.index(pool) for pool in LITTER_POOLS),
    )


def root_density_of(place: Place, managements: Sequence[Management]) -> Array:
    """Return the share of the roots per m of depth of each plan, (1, row, plan)."""
    share = np.stack([m.root_share for m in managements], axis=-1) / place.grid.thickness[:, None]
    return np.concatenate([np.zeros((1, len(managements))), share])[None]


def nitrogen_of(place: Place, managements: Sequence[Management]) -> Array:
    """Return the mineral nitrogen of each plan (month, row, plan), kg N/m2/yr; one month where all are alike."""
    yearly = np.stack(
        [nitrogen_supply([year.crop for year in m.harvest], place.grid.edges) for m in managements], axis=-1
    )
    for number, one in enumerate(managements):
        if one.nitrogen.any():
            rows = yearly[..., number] / yearly[..., number].sum(axis=1, keepdims=True)
            # what is tied up comes out of what is there
            whole = np.maximum(yearly[..., number].sum(axis=1) + one.nitrogen, 0.0)
            yearly[..., number] = rows * whole[:, None]
    if np.all(yearly == yearly[:1]):
        return yearly[:1]
    return np.repeat(yearly, MONTHS_PER_YEAR, axis=0)
