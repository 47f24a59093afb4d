"""The simulation of a study: from files to plans, columns, initial state, years and the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure
from mollisol.grid import Grid
from mollisol.study.draws import draw, drawn_model
from mollisol.study.erosion import past_losses
from mollisol.study.field import Fields
from mollisol.study.plans import baseline_plan, history_plans, timelines
from mollisol.study.result import by_plan, dataset, yearly
from mollisol.study.schema import StudySpec
from mollisol.study.tradeoffs import Surroundings, surroundings
from mollisol.units import MONTHS_PER_YEAR, parameters_of

if TYPE_CHECKING:
    import xarray as xr

    from mollisol.climate import Climate
    from mollisol.clocks import Permanence
    from mollisol.practices import Timeline
    from mollisol.soil import Profile, SoilLayers
    from mollisol.study.columns import Place
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
    permanence : how long what enters at the end of the baseline stays; None where the study leaves it out.
    surroundings : the site and each plan's water, for the trade-offs.
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
    permanence: Permanence | None = None
    surroundings: Surroundings | None = None


def read_inputs(spec: StudySpec, drawn: dict[str, Array] | None = None) -> tuple[Profile, Climate, dict[str, Timeline]]:
    """Read and check everything that a study names: profile, climate and plans, before anything is computed.

    Where `drawn` is given, the practices' own parameters are drawn for the members and put into it by name.

    Raises
    ------
    InputError
        Naming file, line and column of what is wrong.
    """
    from mollisol.climate import read_climate
    from mollisol.soil import read_profile

    return read_profile(spec.profile), read_climate(spec.climate), timelines(spec, drawn)


def simulate_study(spec: StudySpec, progress: Progress | None = None) -> Simulation:
    """Simulate a checked study; see `Simulation`.

    Raises
    ------
    InputError
        If profile, climate or plans are wrong.
    RunError
        If a member has no steady state, or JAX is not in double precision.
    """
    configure()
    from mollisol.column.setup import with_soil
    from mollisol.column.simulate import State
    from mollisol.column.tiles import DEFAULT_STEPS, simulate
    from mollisol.models import build
    from mollisol.plants.allocation import AllocationParameters
    from mollisol.processes.protection_capacity import mineral_loading
    from mollisol.soil import harmonise
    from mollisol.soil.settling import SettlingParameters
    from mollisol.study.columns import assemble, dated_forcing, make_place, read_by, typical_forcing
    from mollisol.study.composition import microbial_quotient, organic_nitrogen
    from mollisol.study.equal_mass import soc_at_equal_mass
    from mollisol.study.initial import Past, make_start, soc_of
    from mollisol.study.inputs import managed
    from mollisol.study.moving import moving_run
    from mollisol.study.process_factors import scaled_model
    from mollisol.study.rock import removal
    from mollisol.study.soil_course import with_moved_soil
    from mollisol.study.soil_moves import change_by_choice, moving_state, settling_setup, soil_moves, with_choices

    def tell(stage: str) -> Callable[[float], None] | None:
        return None if progress is None else (lambda share: progress(stage, share))

    grid = Grid() if spec.grid is None else Grid(spec.grid)
    own_draws: dict[str, Array] = {}
    profile, climate, lines = read_inputs(spec, own_draws)
    layers = harmonise(profile, grid)
    minerals = spec.soil.on(grid) if spec.soil else None
    place = make_place(layers, climate, spec.site.latitude, spec.site.elevation_m, minerals)
    years = (spec.years.start, spec.years.end)
    members, steps = spec.ensemble, spec.steps_per_month or DEFAULT_STEPS

    names = list(lines)
    model, drawn = drawn_model(build(spec.model.name, spec.model.slots), members, spec.seed, spec.model.parameters)
    own = Fields.of(lines)
    chosen = with_choices(lines, model, spec.initial == "balanced")
    # the last: from the measured state
    fields = Fields.of({**lines, **chosen, " measured": lines["baseline"]})
    inputs = managed(place, fields.timelines, years)
    plans = len(fields)
    moves = soil_moves(place, fields, inputs.managements, years)
    scales = parameters_of(AllocationParameters)
    above = draw("above_ground_scale", scales["above_ground_scale"], members, spec.seed)
    below = draw("below_ground_scale", scales["below_ground_scale"], members, spec.seed)
    drawn |= {"inputs.above_ground_scale": above, "inputs.below_ground_scale": below} | own_draws

    if progress is not None:
        progress("climate at depth", 0.0)
    past_plans = history_plans(spec) or [baseline_plan(spec)]
    past = Past(place, past_plans, spec.years.start, spec.erosion, past_losses(spec))
    typical, mean_climate = typical_forcing(place, [*inputs.managements, *past.managements])
    typical = read_by(model, typical)
    if model.mover() is None:
        del typical["runoff"]
    past.prepare(model, {name: value[..., plans:] for name, value in typical.items()}, above, below, steps)
    now = {name: value[..., :plans] for name, value in typical.items()}
    forcing, continued = dated_forcing(place, now, inputs.managements, years)
    if moves is not None and moves.works:

        def rebuilt(moved: Place, management: Any) -> Mapping[str, Array]:
            mean = read_by(model, typical_forcing(moved, [management])[0])
            return dated_forcing(moved, {name: mean[name] for name in forcing}, [management], years)[0]

        forcing = with_moved_soil(place, forcing, inputs.managements, rebuilt)
    start = make_start(spec.initial, place, past, tell("initial state"))

    balance = np.tile(start.balance, (1, plans))
    balance[:, -members:] = 1.0
    setup = assemble(place, model.pool_names, inputs, forcing, above, below, balance)
    repeated = _repeat_model(scaled_model(model, inputs.managements), plans)
    carbon = np.tile(start.state.carbon, (1, 1, plans))
    carbon[..., -members:] = start.measured_state.carbon
    state = State(carbon, {name: np.tile(value, (1, plans)) for name, value in start.state.soil.items()})
    if moves is not None:
        known = parameters_of(SettlingParameters)
        settle = {name: draw(name, known[name], members, spec.seed) for name in ("swelling", "settling_time")}
        drawn |= {f"soil.{name}": value for name, value in settle.items()}
        setup = settling_setup(setup, moves, fields, settle["swelling"], settle["settling_time"])
    if start.material is not None and start.measured_material is not None:
        setup, state = moving_run(spec, fields, members, setup, state, start.material, start.measured_material)
    if moves is not None:
        setup, state = moving_state(setup, state)
    count = years[1] - years[0] + 1
    final, annual = simulate(
        repeated, setup, state, count, steps=steps, keep_pools=spec.output.pools, progress=tell("years")
    )

    sampled, clocks, permanence = None, {}, None
    if spec.output.radiocarbon or spec.isotopes.carbon13 is not None:
        from mollisol.study.radiocarbon import clocks_of_study

        sources, told_of = inputs.managements[0].sources, tell("radiocarbon")
        clocks, sampled = clocks_of_study(
            spec, repeated, sources, own, past, start, setup, state, steps, profile, told_of
        )
        clocks = clocks if spec.output.radiocarbon else {"delta13c": clocks["delta13c"]}
    if spec.output.permanence:
        from mollisol.study.permanence import permanence_of_run

        window = (count, min(baseline_plan(spec).cycle_years, count))
        permanence = permanence_of_run(repeated, setup, final, members, grid, window, steps)
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
        profile,
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
        _profile_source(profile),
        [f"Profile: {_profile_source(profile)}", f"Climate: {spec.climate.name} ({climate.resolution})"],
        sampled,
        permanence,
        surroundings(place, mean_climate, names, lambda flux: told(fields.mean(flux[..., :plans]), 1)[:, 0]),
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


def _repeat_model(model: Any, plans: int) -> Any:
    import jax

    return jax.tree_util.tree_map(lambda leaf: np.tile(leaf, plans), model)


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
