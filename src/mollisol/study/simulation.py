"""The simulation of a study: from files to plans, columns, initial state, years and the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure
from mollisol.grid import Grid
from mollisol.study.plans import baseline_plan
from mollisol.study.prepared import prepare_run
from mollisol.study.result import by_plan, dataset, yearly
from mollisol.study.schema import ENSEMBLE, StudySpec
from mollisol.study.structures import simulate_structures
from mollisol.study.tradeoffs import Surroundings, surroundings
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    import xarray as xr

    from mollisol.clocks import Permanence
    from mollisol.models.ensembles import Structure
    from mollisol.models.parameter_sets import ParameterSet
    from mollisol.soil import Profile, SoilLayers
    from mollisol.study.columns import Place
    from mollisol.study.conditioning import Conditioned
    from mollisol.study.initial import Start
    from mollisol.study.radiocarbon import SampledRadiocarbon

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

ROUNDING = 32 * np.finfo(np.float64).eps
"""Relative rounding of a sum over layers and pools."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """A simulated study with what a report tells beside the result.

    Attributes
    ----------
    result : as in `result.nc`.
    profile, layers : the measured profile, as read and on the layers.
    start : the initial state of every member.
    initial_soc : (layer,) SOC at the start, median of the members, kg C/m2.
    measured_trend : a sentence on the trend that the measured state would have.
    drawn : values of the drawn parameters, (member,) by `slot.parameter`.
    slots : alternative in each slot of the model.
    rotation_years : the window of the turnover times.
    crops : crops of the baseline (cover crops among them).
    notes : what was chosen for the user.
    warnings : what the reader should doubt.
    steps : implicit steps per month.
    source : where the profile comes from.
    sources : data and their origin, for the report.
    sampled_radiocarbon : the model's radiocarbon in the year of sampling, where the profile has it measured.
    permanence : finds how long what enters at the end of the baseline stays; None where the study leaves it out.
    surroundings : the site and each plan's water, for the trade-offs.
    parameter_sets : that the members were drawn from, by structure ("" where there is one model); None for priors.
    conditioned : what conditioning on the site's profile did, by structure; empty where there was none.
    structures : of an ensemble of models, by name.
    """

    result: xr.Dataset
    profile: Profile
    layers: SoilLayers
    start: Start
    initial_soc: Array
    measured_trend: str
    drawn: dict[str, Array]
    slots: dict[str, str]
    rotation_years: int
    crops: list[str]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    steps: int = 1
    source: str = ""
    sources: list[str] = field(default_factory=list)
    sampled_radiocarbon: SampledRadiocarbon | None = None
    permanence: Callable[[], Permanence] | None = None
    surroundings: Surroundings | None = None
    parameter_sets: Mapping[str, ParameterSet | None] = field(default_factory=dict)
    conditioned: Mapping[str, Conditioned] = field(default_factory=dict)
    structures: Mapping[str, Structure] = field(default_factory=dict)


def simulate_study(spec: StudySpec, progress: Progress | None = None) -> Simulation:
    """Simulate a checked study; see `Simulation`.

    Raises
    ------
    InputError
        If profile, climate or plans are wrong.
    RunError
        If a member has no steady state, or JAX is not in double precision.
    """
    if spec.model.name == ENSEMBLE:
        return simulate_structures(spec, progress)
    configure()
    from mollisol.column.setup import with_soil
    from mollisol.column.tiles import simulate
    from mollisol.processes.protection_capacity import mineral_loading
    from mollisol.study.biomass import biomass
    from mollisol.study.composition import microbial_quotient, organic_nitrogen
    from mollisol.study.equal_mass import soc_at_equal_mass
    from mollisol.study.initial import soc_of
    from mollisol.study.rock import removal
    from mollisol.study.soil_moves import change_by_choice

    def tell(stage: str) -> Callable[[float], None] | None:
        return None if progress is None else (lambda share: progress(stage, share))

    ready = prepare_run(spec, progress)
    place, fields, model, setup, state = ready.place, ready.fields, ready.model, ready.setup, ready.state
    repeated, inputs, past, start, moves = ready.repeated, ready.inputs, ready.past, ready.start, ready.moves
    layers, grid, names, drawn, steps = place.layers, place.grid, ready.names, ready.drawn, ready.steps
    members, plans, carbon, below = past.members, len(fields), state.carbon, ready.below
    mean_climate, continued, years = ready.mean_climate, ready.continued, (spec.years.start, spec.years.end)
    count = years[1] - years[0] + 1
    final, annual = simulate(
        repeated, setup, state, count, steps=steps, keep_pools=spec.output.pools, progress=tell("years")
    )

    clocks: dict[str, Array] = {}
    sampled, permanence = None, None
    if spec.output.radiocarbon or spec.isotopes.carbon13 is not None:
        from mollisol.study.radiocarbon import clocks_of_study

        sources, told_of = ready.sources, tell("radiocarbon")
        clocks, sampled = clocks_of_study(
            spec, repeated, sources, ready.own, past, start, setup, state, steps, ready.profile, told_of
        )
        clocks = clocks if spec.output.radiocarbon else {"delta13c": clocks["delta13c"]}
    if spec.output.permanence:
        from mollisol.study.permanence import permanence_of_run

        window = (count, min(baseline_plan(spec).cycle_years, count))
        # it takes time, and a report alone asks for it
        permanence = partial(permanence_of_run, repeated, setup, final, members, grid, window, steps)
    loading = fields.mean(mineral_loading(repeated, with_soil(setup, **final.soil), final), members)
    # from here on columns are practices, the means of their patches
    annual, carbon = fields.annual(annual, members), fields.mean(carbon, members)
    ended = fields.mean(final.carbon, members)

    def told(array: Array, width: int = members) -> Array:
        return by_plan(array[..., : len(names) * width], len(names), width)

    rotation = min(baseline_plan(spec).cycle_years, count)
    bnpp = told(fields.mean(_bnpp(inputs, below, rotation), members))
    values = _values(model, annual, carbon, bnpp, place, len(names), members, rotation)
    if moves is not None:
        values["soc_equal_mass"] = soc_at_equal_mass(values["soc"], values["mineral_mass"])
        if moves.works:
            values["soc_change_by_choice"] = change_by_choice(fields, names, annual.soc[-1], members)
    values |= removal(inputs.managements, fields, len(names), count)
    values |= biomass(inputs.managements, fields, len(names), members)
    values["mineral_loading"] = told(loading)
    for name, share in (("microbial_quotient", microbial_quotient), ("organic_nitrogen", organic_nitrogen)):
        values[name] = told(share(model, ended))
    values["soil_temperature"] = told(fields.mean(mean_climate.temperature[..., :plans]), 1)[:, 0]
    values["soil_moisture"] = told(fields.mean(mean_climate.water[..., :plans]), 1)[:, 0]
    if spec.output.pools:
        values["carbon"] = told(yearly(carbon[1:], annual.carbon[:, 1:]))
    values |= clocks
    soc0 = soc_of(carbon, model)
    result = dataset(
        values,
        names,
        members,
        grid,
        list(model.pool_names),
        years,
        {"title": spec.name, "model": spec.model.name, "source": "mollisol", "initial": spec.initial},
    )
    trend = annual.soc[-1, :, -members:].sum(axis=0) - soc0[:, -members:].sum(axis=0)
    return Simulation(
        result,
        ready.profile,
        layers,
        start,
        np.median(soc0[:, :members], axis=1),
        _trend(spec, trend, count),
        drawn,
        {process.slot: process.name for process in model.processes if process.slot},
        rotation,
        _crops(spec),
        sorted(
            {note for one in inputs.managements for note in one.notes} | {n for m in past.managements for n in m.notes}
        )
        + list(layers.notes)
        + list(place.minerals.notes),
        ([continued] if continued else []) + _deep(layers, grid) + _dry(layers, mean_climate.water[..., 0]),
        steps,
        _profile_source(ready.profile),
        [f"Profile: {_profile_source(ready.profile)}", f"Climate: {spec.climate.name} ({ready.climate.resolution})"],
        sampled,
        permanence,
        surroundings(place, mean_climate, names, lambda flux: told(fields.mean(flux[..., :plans]), 1)[:, 0]),
        {"": ready.parameter_set},
        {} if ready.conditioned is None else {"": ready.conditioned},
    )


def _profile_source(profile: Profile) -> str:
    named = [str(source) for source in dict.fromkeys(profile.source if profile.source is not None else []) if source]
    year = profile.sample_year
    when = sorted({int(y) for y in year[np.isfinite(year)]}) if year is not None else []
    text = "; ".join(named) or f"profile {profile.profile_id}"
    return f"{text}, sampled {', '.join(map(str, when))}" if when else text


def _values(
    model: Any, annual: Any, carbon: Array, bnpp: Array, place: Place, plans: int, members: int, rotation: int
) -> dict[str, Array]:
    """Arrays of the result by variable; `carbon` (row, pool, column) is the state at the start.

    Columns beyond those of the `plans` (other choices of what moves, the measured state) are no part of the result.
    """
    from mollisol.study.initial import soc_of

    own, window = slice(0, plans * members), slice(-rotation, None)

    def shaped(value: Array) -> Array:
        return by_plan(value[..., own], plans, members)

    def stocks(first: Array, rest: Array) -> Array:
        return shaped(yearly(first, rest))

    def flux(value: Array) -> Array:
        return shaped(yearly(np.full(value.shape[1:], np.nan), value))

    mass = np.broadcast_to(place.layers.mineral_mass[:, None], annual.soc.shape[1:])
    soc = shaped(annual.soc[window].mean(axis=0))
    return {
        "soc": stocks(soc_of(carbon, model), annual.soc),
        "surface_litter": stocks(carbon[0].sum(axis=0), annual.surface),
        "input": flux(annual.input[:, 1:]),
        "surface_input": flux(annual.input[:, 0]),
        "respiration": flux(annual.respiration[:, 1:]),
        "root_respiration": flux(annual.root_respiration[:, 1:]),
        "surface_respiration": flux(annual.respiration[:, 0]),
        "leaching": flux(annual.leaching),
        "runoff": flux(annual.runoff),
        "erosion": flux(annual.erosion),
        "deposition": flux(annual.deposition),
        "bottom_exchange": flux(annual.bottom_exchange),
        # the reader's sums round in another order than the engine's: allow for it
        "balance_residual": shaped(annual.residual + ROUNDING * annual.soc.sum(axis=1).max(axis=0)),
        "mineral_mass": stocks(mass, np.broadcast_to(mass, annual.soc.shape) if annual.mass is None else annual.mass),
        "turnover_time": _ratio(soc, shaped(annual.input[window, 1:].mean(axis=0))),
        "turnover_time_bnpp": _ratio(soc, bnpp),
        "loss_time": _ratio(soc, shaped(annual.respiration[window, 1:].mean(axis=0))),
        "bnpp": bnpp,
    }


def _ratio(stock: Array, flux: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(flux > 0.0, stock / np.where(flux > 0.0, flux, 1.0), np.inf)


def _bnpp(inputs: Any, below: Array, rotation: int) -> Array:
    """Below-ground productivity (layer, plan * member) of the last rotation, kg C/m2/yr."""
    found = inputs.below_ground(below, slice(-rotation * MONTHS_PER_YEAR, None))
    return np.asarray(np.moveaxis(found, -1, 0).reshape(found.shape[-1], -1))


def _trend(spec: StudySpec, change: Array, count: int) -> str:
    if spec.initial == "measured":
        return ""
    low, middle, high = 10.0 * np.quantile(change, [0.05, 0.5, 0.95]) / count
    return (
        f"Started from the measured profile instead, without any adjustment, the baseline would change by "
        f"{middle:+.2f} Mg C/ha a year (5-95 %: {low:+.2f} to {high:+.2f}) over 0-2 m during the run: "
        "what the model makes of the past and what was measured differ by that much."
    )


def _crops(spec: StudySpec) -> list[str]:
    plan = baseline_plan(spec)
    found: list[str] = []
    for entry in plan.rotation:
        for name in (entry.crop, entry.cover_crop.crop if entry.cover_crop else None):
            if name and name not in found:
                found.append(name)
    return found


def _deep(layers: SoilLayers, grid: Grid) -> list[str]:
    if layers.measured_depth >= grid.bottom - 1e-9:
        return []
    return [
        f"The profile was sampled to {100 * layers.measured_depth:.0f} cm; below, texture is carried down and carbon "
        "is the model's own."
    ]


DRY = 0.01
"""m3/m3 above the wilting point within which a layer counts as dry."""


def _dry(layers: SoilLayers, water: Array) -> list[str]:
    """Warn of layers that stay at the wilting point all year, from the baseline's (12, layer) water, m3/m3."""
    dry = np.all(water < layers.hydraulics().wilting_point + DRY, axis=0)
    if not dry.any():
        return []
    edges = 100.0 * layers.grid.edges
    first, last = np.flatnonzero(dry)[[0, -1]]
    return [
        f"The soil stays at the wilting point all year in {int(dry.sum())} of {len(dry)} layers, between "
        f"{edges[first]:g} and {edges[last + 1]:g} cm: no water percolates there, so no dissolved carbon moves or "
        "leaches and decomposition is slow. If the place is not that dry, check its rain and its evaporation."
    ]
