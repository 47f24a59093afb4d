"""A study as a function of standard scores: (factor, sample) to carbon and effects by depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.sensitivity.factors import Factor, correlation_of, factors_of
from mollisol.grid import Grid
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, InputError

if TYPE_CHECKING:
    from mollisol.evidence.sensitivity.fields import FieldYears
    from mollisol.models.parameter_sets import ParameterSet
    from mollisol.study.columns import Place
    from mollisol.study.field import Fields
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

EDGES = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0])
STEADY, BASELINE = "steady state", "baseline"


@dataclass(frozen=True, eq=False)
class StudyFunction:
    """A study whose factors can be varied; call it with standard scores (factor, sample).

    Attributes
    ----------
    spec, place, model : of the study; the model at its best estimates.
    factors : what varies; correlation : of their scores.
    parameter_set : that the study's members come from; None for the priors.
    fields : the baseline and the practices, as patches.
    past, patches : their years; `spans` the years of each period of the past.
    properties : numbers of the factors that change arrays.
    left_out : practices that cannot be told this way, with why.
    doubts : what is doubtful of the initial state of the samples last run.
    """

    spec: StudySpec
    place: Place
    model: Any
    factors: list[Factor]
    correlation: Array
    parameter_set: ParameterSet | None
    fields: Fields
    past: list[FieldYears]
    spans: list[int]
    patches: list[FieldYears]
    properties: list[int]
    left_out: dict[str, str]
    doubts: list[str] = field(default_factory=list)

    @property
    def quantities(self) -> list[str]:
        """What is predicted: the present plan's steady state, the baseline at the end, and each practice's effect."""
        return [STEADY, BASELINE, *self.fields.names[1:]]

    @property
    def depths(self) -> list[str]:
        """Intervals, cm, and the whole profile."""
        edges = CM_PER_M * EDGES
        return [*(f"{top:g}-{bottom:g}" for top, bottom in pairwise(edges)), f"0-{edges[-1]:g}"]

    def __call__(self, z: Array, progress: Progress | None = None) -> Array:
        """Return (quantity, depth, sample), Mg C/ha, for standard scores (factor, sample)."""
        from mollisol.column.simulate import State
        from mollisol.evidence.sensitivity.walk import YearlyPast, course
        from mollisol.study.initial import make_start, soc_of

        if z.shape[1] == 1:
            # tiles are cut along a column axis of at least two
            return self(np.repeat(z, 2, axis=1), progress)[..., :1]
        samples = self._samples(z)
        count = len(samples)

        def tell(stage: str) -> Callable[[float], None] | None:
            return None if progress is None else (lambda share: progress(stage, share))

        rows = len(self.place.grid) + 1
        nothing = np.zeros((rows, len(self.model.pools), count))
        ones = np.ones((rows, 1))
        steady = course(self.patches[0], samples, ones, nothing, progress=tell("steady state"))
        past = YearlyPast(samples, list(zip(self.past, self.spans, strict=True)))
        start = make_start(self.spec.initial, self.place, past, tell("initial state"))
        self.doubts[:] = start.warnings
        begun = State(start.state.carbon * samples.density, {}).carbon
        years = self.spec.years.end - self.spec.years.start + 1
        ended = []
        for number, patch in enumerate(self.patches):
            if progress is not None:
                progress("years", number / len(self.patches))
            ended.append(soc_of(course(patch, samples, start.balance, begun, 1.0, years), self.model))
        last = self.fields.mean(np.concatenate(ended, axis=-1), count).reshape(rows - 1, -1, count)
        found = [soc_of(steady, self.model), last[:, 0], *np.moveaxis(last[:, 1:] - last[:, :1], 1, 0)]
        share = np.stack([self.place.grid.depth_share(b) - self.place.grid.depth_share(a) for a, b in pairwise(EDGES)])
        share = np.concatenate([share, self.place.grid.depth_share(float(EDGES[-1]))[None]])
        return np.asarray(MG_HA_PER_KG_M2 * np.einsum("dl,qls->qds", share, np.stack(found)))

    def _samples(self, z: Array) -> Any:
        from mollisol.evidence.forward import with_parameters
        from mollisol.evidence.sensitivity.walk import Samples

        values = {one.name: one.value(z[i]) for i, one in enumerate(self.factors)}
        own = {one.name: values[one.name] for one in self.factors if one.kind == "model"}
        weights = np.stack([self.factors[i].weights(z[i]) for i in self.properties], axis=1)
        yields = values["inputs.yields"]
        return Samples(
            with_parameters(self.model, own),
            values["inputs.above_ground_scale"] * yields,
            values["inputs.below_ground_scale"] * yields,
            weights[0],
            weights[1],
            values["profile.bulk_density"] * values["profile.carbon"],
        )


def study_function(spec: StudySpec, progress: Progress | None = None) -> StudyFunction:
    """Make a checked study a function of its factors.

    Of an ensemble of models it is the one that weighs most. Left out are practices that move the soil itself and the
    conditioning on a site's profile.

    Raises
    ------
    InputError
        For a model whose microbes limit decomposition, or whose surface moves: a year's operator cannot tell those.
    """
    from mollisol.column.backend import configure

    configure()
    from mollisol.evidence.sensitivity.fields import fields_of, practice_parameters
    from mollisol.models import build
    from mollisol.models.parameter_sets import chosen_set
    from mollisol.soil import harmonise
    from mollisol.study.columns import make_place
    from mollisol.study.draws import drawn_model
    from mollisol.study.field import Fields
    from mollisol.study.plans import baseline_plan, history_plans
    from mollisol.study.prepared import read_inputs
    from mollisol.study.process_factors import scaled_model
    from mollisol.study.soil_moves import moves_soil
    from mollisol.study.structures import heaviest

    spec = heaviest(spec)
    choice = spec.model
    plain = build(choice.name, choice.slots)
    if plain.nonlinear or plain.mover() is not None:
        why = "microbes limit decomposition" if plain.nonlinear else "the surface moves"
        slot = "depolymerisation: first_order" if plain.nonlinear else "erosion: none"
        raise InputError(f"where {why}, a year has no operator of its own", key="model", remedy=f"use '{slot}'")
    profile, climate, lines = read_inputs(spec)
    grid = Grid() if spec.grid is None else Grid(spec.grid)
    layers = harmonise(profile, grid)
    minerals = spec.soil.on(grid) if spec.soil else None
    place = make_place(layers, climate, spec.site.latitude, spec.site.elevation_m, minerals)
    moving = {name: "it moves the soil itself" for name, line in lines.items() if moves_soil(line)}
    lines = {name: line for name, line in lines.items() if name not in moving}
    chosen = chosen_set(choice.parameter_set, choice.name, choice.slots)
    model, _ = drawn_model(plain, 1, spec.seed, choice.parameters, chosen)
    used = {name: known for name, known in practice_parameters(spec).items() if _used(name, spec, moving)}
    filled = any(layers.flags.get("bulk_density_g_cm3", ())[: max(1, int(np.sum(layers.measured > 0.5)))])
    factors = factors_of(plain, choice.parameters, chosen, used, filled)
    fields = Fields.of(lines)
    past_plans = history_plans(spec) or [baseline_plan(spec)]
    if progress is not None:
        progress("properties", 0.0)
    years = (spec.years.start, spec.years.end)
    past, patches, properties = fields_of(place, fields, past_plans, years, model, factors, spec)
    ends = [*(plan.from_year for plan in past_plans[1:]), spec.years.start]
    spans = [end - plan.from_year for plan, end in zip(past_plans, ends, strict=True)]
    from mollisol.practices import compile_management

    managements = [compile_management(line, years, grid, place.latitude, place.means) for line in fields.timelines]
    return StudyFunction(
        spec, place, scaled_model(model, managements), factors, correlation_of(factors, chosen), chosen, fields, past,
        spans, patches, properties, moving,
    )  # fmt: skip


def _used(name: str, spec: StudySpec, moving: dict[str, str]) -> bool:
    """Whether a practice's parameter belongs to a practice that is not left out."""
    own = name.split(".")[0]
    return any(part.practice == own for one in spec.practices if one.name not in moving for part in one.parts)
