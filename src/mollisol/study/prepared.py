"""A study made ready: from files to plans, columns, drawn parameters, initial state and the set-up of its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure
from mollisol.grid import Grid
from mollisol.study.draws import drawn_for
from mollisol.study.erosion import past_losses
from mollisol.study.field import Fields
from mollisol.study.plans import baseline_plan, history_plans, timelines
from mollisol.study.schema import StudySpec
from mollisol.study.structures import heaviest
from mollisol.units import parameters_of

if TYPE_CHECKING:
    from mollisol.climate import Climate, DepthClimate
    from mollisol.column.setup import Setup
    from mollisol.column.simulate import State
    from mollisol.models.parameter_sets import ParameterSet
    from mollisol.practices import Timeline
    from mollisol.practices.parameter import Draw
    from mollisol.soil import Profile
    from mollisol.study.columns import Place
    from mollisol.study.conditioning import Conditioned
    from mollisol.study.initial import Past, Start
    from mollisol.study.inputs import Inputs
    from mollisol.study.site_drivers import SiteDrivers
    from mollisol.study.soil_moves import SoilMoves

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PreparedRun:
    """A study up to its first year. Columns are patches x members; the last patch starts from the measured state.

    Attributes
    ----------
    spec : the checked study.
    profile, climate : as read; place : what they make, on the layers.
    names : of the plans; own : their patches; fields : all patches of the run, among them other choices and the last.
    model : drawn, by member; repeated : by column.
    drawn : values of the drawn parameters, (member,) by name.
    below : (member,) scale of the below-ground inputs.
    inputs : management of every patch.
    moves : soil that is moved; None where none is.
    past, start : what came before, and the initial state.
    setup, state : of the run.
    mean_climate : at depth, of every patch; continued : how a series that is too short goes on.
    steps : implicit steps per month.
    parameter_set : that the members come from; None for priors.
    conditioned : what the site's profile said of the members; None where it was not asked.
    """

    spec: StudySpec
    profile: Profile
    climate: Climate
    place: Place
    names: list[str]
    own: Fields
    fields: Fields
    model: Any
    repeated: Any
    drawn: dict[str, Array]
    below: Array
    inputs: Inputs
    moves: SoilMoves | None
    past: Past
    start: Start
    setup: Setup
    state: State
    mean_climate: DepthClimate
    continued: str
    steps: int
    parameter_set: ParameterSet | None = None
    conditioned: Conditioned | None = None

    @property
    def years(self) -> int:
        """How many years the run has."""
        return self.spec.years.end - self.spec.years.start + 1

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.inputs.managements[0].sources


@dataclass(frozen=True, eq=False)
class PreparedPlans:
    """A study up to its first year, before columns are put together: see `PreparedRun`, and beside it

    Attributes
    ----------
    above : (member,) scale of the above-ground inputs.
    drivers : the climate at depth.
    best : whether the last member is the best estimate, which is no member of the ensemble.
    """

    spec: StudySpec
    profile: Profile
    climate: Climate
    place: Place
    names: list[str]
    own: Fields
    fields: Fields
    model: Any
    drawn: dict[str, Array]
    above: Array
    below: Array
    inputs: Inputs
    moves: SoilMoves | None
    past: Past
    start: Start
    drivers: SiteDrivers
    steps: int
    parameter_set: ParameterSet | None = None
    conditioned: Conditioned | None = None
    best: bool = False

    @property
    def forcing(self) -> Mapping[str, Array]:
        """Site-bound drivers (month, row, patch); a year's months stand for every year."""
        return self.drivers.forcing

    @property
    def mean_climate(self) -> DepthClimate:
        """The mean year at depth, of the patches and then of the past."""
        return self.drivers.mean_climate

    @property
    def continued(self) -> str:
        """How a series that is too short goes on."""
        return self.drivers.continued

    @property
    def members(self) -> int:
        """How many members there are, the best estimate among them."""
        return len(self.above)

    def settling(self) -> dict[str, Array]:
        """Return (member,) the parameters with which soil settles."""
        from mollisol.soil.settling import SettlingParameters

        known = parameters_of(SettlingParameters)
        found = {name: drawn_for(self.spec, name, known[name]) for name in ("swelling", "settling_time")}
        return {n: np.append(one, known[n].value) if self.best else one for n, one in found.items()}


def read_inputs(
    spec: StudySpec, drawn: dict[str, Array] | None = None, draw: Draw | None = None
) -> tuple[Profile, Climate, dict[str, Timeline]]:
    """Read and check everything that a study names: profile, climate and plans, before anything is computed.

    Where `drawn` is given, the practices' own parameters are drawn for the members and put into it by name; `draw`
    gives them instead.

    Raises
    ------
    InputError
        Naming file, line and column of what is wrong.
    """
    from mollisol.climate import read_climate
    from mollisol.soil import read_profile
    from mollisol.study.crosscheck import check_masses

    profile = read_profile(spec.profile)
    check_masses(spec, profile)
    return profile, read_climate(spec.climate), timelines(spec, drawn, draw)


def prepare_run(spec: StudySpec, progress: Callable[[str, float], None] | None = None) -> PreparedRun:
    """Make a checked study ready for its first year; the past is run. Of an ensemble of models, the heaviest.

    Raises
    ------
    InputError
        If profile, climate or plans are wrong.
    RunError
        If a member has no steady state, or JAX is not in double precision.
    """
    from mollisol.column.simulate import State
    from mollisol.study.columns import assemble
    from mollisol.study.moving import moving_run
    from mollisol.study.process_factors import scaled_model
    from mollisol.study.soil_moves import moving_state, settling_setup

    ready = prepare_plans(spec, progress, measured=True)
    spec, place, fields, model, inputs = ready.spec, ready.place, ready.fields, ready.model, ready.inputs
    start, moves, members, plans = ready.start, ready.moves, ready.members, len(ready.fields)
    balance = np.tile(start.balance, (1, plans))
    balance[:, -members:] = 1.0
    setup = assemble(place, model.pool_names, inputs, ready.forcing, ready.above, ready.below, balance)
    repeated = repeat_model(scaled_model(model, inputs.managements), plans)
    carbon = np.tile(start.state.carbon, (1, 1, plans))
    carbon[..., -members:] = start.measured_state.carbon
    state = State(carbon, {name: np.tile(value, (1, plans)) for name, value in start.state.soil.items()})
    drawn = ready.drawn
    if moves is not None:
        settle = ready.settling()
        drawn = drawn | {f"soil.{name}": value for name, value in settle.items()}
        setup = settling_setup(setup, moves, fields, settle["swelling"], settle["settling_time"])
    if start.material is not None and start.measured_material is not None:
        setup, state = moving_run(spec, fields, members, setup, state, start.material, start.measured_material)
    if moves is not None:
        setup, state = moving_state(setup, state)
    return PreparedRun(
        spec, ready.profile, ready.climate, place, ready.names, ready.own, fields, model, repeated, drawn, ready.below,
        inputs, moves, ready.past, start, setup, state, ready.mean_climate, ready.continued, ready.steps,
        ready.parameter_set, ready.conditioned,
    )  # fmt: skip


def prepare_plans(
    spec: StudySpec,
    progress: Callable[[str, float], None] | None = None,
    *,
    measured: bool = False,
    best: bool = False,
    choices: bool = True,
    like: PreparedPlans | None = None,
) -> PreparedPlans:
    """Make the plans of a checked study ready, run their past and make their start; see `prepare_run`.

    Parameters
    ----------
    measured : add the baseline once more, as the last patch, for a start from the measured state.
    best : add the best estimate as a last member to the members of an ensemble.
    choices : whether practices that move soil are there once more for each other choice of what moves with it.
    like : the same study, ready under another model or with other members: its climate at depth is taken over.
    """
    configure()
    spec = heaviest(spec)
    from mollisol.column.tiles import DEFAULT_STEPS
    from mollisol.soil import harmonise
    from mollisol.study.columns import make_place
    from mollisol.study.conditioning import candidates_for, condition
    from mollisol.study.initial import Past, make_start
    from mollisol.study.inputs import managed
    from mollisol.study.isotopes import labels_of
    from mollisol.study.members import draw_members
    from mollisol.study.plans import with_best
    from mollisol.study.site_drivers import site_drivers
    from mollisol.study.site_evidence import site_evidence
    from mollisol.study.soil_moves import soil_moves, with_choices

    tell = None if progress is None else (lambda share: progress("initial state", share))
    grid = Grid() if spec.grid is None else Grid(spec.grid)
    best = best and (spec.part or (0, spec.ensemble))[1] > 1
    own_draws: dict[str, Array] = {}
    profile, climate, lines = read_inputs(spec, own_draws, with_best(spec, own_draws) if best else None)
    layers = harmonise(profile, grid)
    minerals = spec.soil.on(grid) if spec.soil else None
    place = make_place(layers, climate, spec.site.latitude, spec.site.elevation_m, minerals)
    years = (spec.years.start, spec.years.end)
    members, steps = spec.ensemble, spec.steps_per_month or DEFAULT_STEPS

    names = list(lines)
    weighed = spec.condition == "site" and (spec.part or (0, members))[1] > 1
    candidates = draw_members(spec, candidates_for(members) if weighed else 1)
    estimate = draw_members(spec.model_copy(update={"ensemble": 1, "part": None})) if best else None
    if estimate is not None and not weighed:
        candidates = candidates.joined(estimate)
    model, above, below = candidates.model, candidates.above, candidates.below
    own = Fields.of(lines)
    chosen = with_choices(lines, model, spec.initial == "balanced") if choices else {}
    # the last: from the measured state
    fields = Fields.of({**lines, **chosen, **({" measured": lines["baseline"]} if measured else {})})
    inputs = managed(place, fields.timelines, years)
    moves = soil_moves(place, fields, inputs.managements, years)

    if progress is not None:
        progress("climate at depth", 0.0)
    past_plans = history_plans(spec) or [baseline_plan(spec)]
    losses = past_losses(spec)
    past = Past(place, past_plans, spec.years.start, spec.erosion, losses)
    drivers = None
    if like is not None and like.fields.names[: len(fields.names)] == fields.names:
        drivers = like.drivers.for_model(model, len(fields))
    if drivers is None:
        drivers = site_drivers(place, model, inputs.managements, past.managements, moves, years)
    before = drivers.past
    past.prepare(model, before, above, below, steps)
    conditioned = None
    if weighed:
        evidence, labels = site_evidence(profile, grid), labels_of(spec)
        start, past, candidates, conditioned = condition(
            place, past, candidates, evidence, members, spec.seed, labels, tell
        )
        if estimate is not None:
            alone = Past(place, past_plans, spec.years.start, spec.erosion, losses)
            alone.prepare(estimate.model, before, estimate.above, estimate.below, steps)
            start, candidates = start.joined(make_start(spec.initial, place, alone)), candidates.joined(estimate)
        model, above, below = candidates.model, candidates.above, candidates.below
    else:
        start = make_start(spec.initial, place, past, tell)
        if spec.condition == "site":
            start.warnings.append("One member cannot be conditioned on the site's profile: it is the best estimate.")
    return PreparedPlans(
        spec, profile, climate, place, names, own, fields, model, candidates.drawn | own_draws, above, below, inputs,
        moves, past, start, drivers, steps, candidates.parameter_set, conditioned, best,
    )  # fmt: skip


def repeat_model(model: Any, plans: int) -> Any:
    """Return a model of (member,) parameters for plans x members."""
    import jax

    return jax.tree_util.tree_map(lambda leaf: np.tile(leaf, plans), model)
