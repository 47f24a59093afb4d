"""The fields of a study as years: each plan's mean year and yearly inputs, and how properties change them.

A property that changes many arrays (clay: water, minerals, capacity) is tried at an upper and a lower value; in between
each array is taken to follow it linearly, several properties adding up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from numpy.typing import NDArray

from mollisol.column.setup import Events, Setup
from mollisol.evidence.sensitivity.factors import RECOVERY, Factor
from mollisol.evidence.sensitivity.tillage import aggregation_of, worked_by
from mollisol.practices import Management, Timeline, union_sources
from mollisol.study.columns import Place, assemble, read_by, typical_forcing
from mollisol.study.field import Fields
from mollisol.study.inputs import Inputs, cycled, managed
from mollisol.units import MONTHS_PER_YEAR, Parameter, parameters_of

if TYPE_CHECKING:
    from mollisol.practices import Plan
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]

Forcings = dict[tuple[object, ...], tuple[Place, Mapping[str, Array]]]
"""Typical forcing by what it depends on."""


@dataclass(frozen=True, eq=False)
class FieldYears:
    """One plan: arrays of its mean year, its inputs by year.

    Attributes
    ----------
    leaves : (setup of twelve months, aggregation (row, 1), mixing (row, 1), mass (layer, 1), amount (year, source, 1)),
        flattened; `structure` puts them together.
    mark : (source,) which scale of the inputs applies, see `Management.scaled`.
    changes : for each leaf and property that changes it: (number of the leaf, number of the property, difference at
        the upper value, at the lower value).
    """

    leaves: list[Array]
    structure: Any
    mark: Array
    changes: list[tuple[int, int, Array, Array]]

    @property
    def years(self) -> int:
        """Of its inputs."""
        return len(self.leaves[-1])


@dataclass(frozen=True, eq=False)
class Variant:
    """Plans of the past and the present on one version of the site.

    Attributes
    ----------
    past : by plan of the past, oldest first; patches : by patch of the fields.
    """

    past: list[tuple[list[Array], Any]]
    patches: list[tuple[list[Array], Any]]
    marks: tuple[Array, Array]


def practice_parameters(spec: StudySpec) -> dict[str, Parameter]:
    """Return what an ensemble would draw of the practices' own parameters, by `practice.parameter`."""
    from mollisol.study.plans import timelines

    asked: dict[str, Parameter] = {}

    def best(name: str, known: Parameter) -> Array:
        asked[name] = known
        return np.array([known.value])

    timelines(spec, draw=best)
    return {name: known for name, known in asked.items() if not name.endswith(".outcome")}


def lines_with(spec: StudySpec, values: Mapping[str, float]) -> dict[str, Timeline]:
    """Return the time lines with some of the practices' own parameters changed; the others at their best estimates."""
    from mollisol.study.plans import timelines

    return timelines(spec, draw=lambda name, known: np.array([values.get(name, known.value)]))


def with_texture(place: Place, factor: float) -> Place:
    """Return the place with its clay multiplied, silt and sand sharing what is left as before."""
    layers = place.layers
    clay = np.minimum(layers.clay * factor, 0.95)
    rest = (1.0 - clay) / np.maximum(1.0 - layers.clay, 1e-9)
    return remade(place, dataclasses.replace(layers, clay=clay, silt=layers.silt * rest, sand=layers.sand * rest))


def with_density(place: Place, factor: float) -> Place:
    """Return the place with its bulk density multiplied."""
    layers = place.layers
    denser = dataclasses.replace(
        layers, bulk_density=layers.bulk_density * factor, mineral_mass=layers.mineral_mass * factor
    )
    return remade(place, denser)


def remade(place: Place, layers: Any) -> Place:
    """Return a place of other layers."""
    from mollisol.soil import fine_earth_mass

    mass = fine_earth_mass(layers.bulk_density / 1000.0, layers.grid.thickness, 100.0 * layers.coarse_fraction)
    return dataclasses.replace(place, layers=layers, mass=mass)


def stretched(management: Management, edges: Array, factor: float) -> Management:
    """Return a management whose roots reach `factor` times as deep; what would lie below the grid is spread above."""

    def moved(share: Array) -> Array:
        # (..., layer): cumulative shares read at the depths from which the edges come
        above = np.concatenate([np.zeros((*share.shape[:-1], 1)), np.cumsum(share, axis=-1)], axis=-1)
        flat = above.reshape(-1, above.shape[-1])
        new = np.stack([np.interp(edges / factor, edges, one) for one in flat]).reshape(above.shape)
        found = np.diff(new, axis=-1)
        total, reached = share.sum(axis=-1, keepdims=True), found.sum(axis=-1, keepdims=True)
        return np.asarray(found * np.where(reached > 0.0, total / np.where(reached > 0.0, reached, 1.0), 0.0))

    depth = management.depth.copy()
    roots = management.below_ground
    depth[roots, 1:] = moved(management.depth[roots, 1:])
    respiration = management.root_respiration.copy()
    respiration[:, 1:] = moved(management.root_respiration[:, 1:])
    return dataclasses.replace(
        management, depth=depth, root_respiration=respiration, root_share=moved(management.root_share)
    )


def fields_of(
    place: Place,
    fields: Fields,
    past: Sequence[Plan],
    years: tuple[int, int],
    model: Any,
    factors: Sequence[Factor],
    spec: StudySpec,
) -> tuple[list[FieldYears], list[FieldYears], list[int]]:
    """Return the plans of the past and the patches of the fields, and the numbers of the factors that change arrays.

    Parameters
    ----------
    place, fields, past, years : of the study at its best estimates.
    model : the pools of which receive the inputs.
    factors : of which those of the profile and of practices are tried at two values.
    """
    known: Forcings = {}
    base = _variant(place, fields, past, years, model, known)
    properties, upper, lower = [], [], []
    for number, factor in enumerate(factors):
        if not factor.tried:
            continue
        properties.append(number)
        both = [
            _variant_at(place, fields, past, years, model, known, spec, factor.name, value) for value in factor.levels()
        ]
        upper.append(both[0])
        lower.append(both[1])
    plans = {group: len(getattr(base, group)) for group in ("past", "patches")}

    def differences(group: str, i: int) -> dict[tuple[int, int], tuple[Array, Array]]:
        found = {}
        for number in range(len(properties)):
            high, low = (getattr(one[number], group)[i][0] for one in (upper, lower))
            for leaf, own in enumerate(getattr(base, group)[i][0]):
                if not (np.array_equal(high[leaf], own) and np.array_equal(low[leaf], own)):
                    found[leaf, number] = (high[leaf] - own, low[leaf] - own)
        return found

    changes = {(group, i): differences(group, i) for group, count in plans.items() for i in range(count)}
    # all plans list what changes in any of them, so that they share one compiled program
    named = sorted({key for one in changes.values() for key in one})
    made = []
    for group, count in plans.items():
        found = []
        for i in range(count):
            leaves, structure = getattr(base, group)[i]
            told = []
            for leaf, number in named:
                none = np.zeros_like(leaves[leaf])
                high, low = changes[group, i].get((leaf, number), (none, none))
                told.append((leaf, number, high, low))
            found.append(FieldYears(leaves, structure, base.marks[group == "patches"], told))
        made.append(found)
    return made[0], made[1], properties


def _variant_at(
    place: Place,
    fields: Fields,
    past: Sequence[Plan],
    years: tuple[int, int],
    model: Any,
    known: Forcings,
    spec: StudySpec,
    name: str,
    value: float,
) -> Variant:
    if name == "profile.clay":
        return _variant(with_texture(place, value), fields, past, years, model, known)
    if name == "profile.bulk_density":
        return _variant(with_density(place, value), fields, past, years, model, known)
    if name == RECOVERY:
        return _variant(place, fields, past, years, model, known, recovery=value)
    if name == "profile.root_depth":
        return _variant(place, fields, past, years, model, known, roots=value)
    lines = lines_with(spec, {name.removeprefix("practice."): value})
    kept = {own: line for own, line in lines.items() if own in fields.names}
    return _variant(place, Fields.of(kept), past, years, model, known)


def _variant(
    place: Place,
    fields: Fields,
    past: Sequence[Plan],
    years: tuple[int, int],
    model: Any,
    known: Forcings,
    roots: float = 1.0,
    recovery: float | None = None,
) -> Variant:
    present = managed(place, fields.timelines, years).managements
    span = present[0].years
    earlier = [_one_year(cycled(place, plan, plan.from_year).managements[0]) for plan in past]
    # one source axis for all: a past is the same every year, so it can stand under any years
    together = union_sources([*present, *(dataclasses.replace(one, years=span) for one in earlier)])
    present = together[: len(present)]
    earlier = [dataclasses.replace(one, years=(0,)) for one in together[len(present) :]]
    if roots != 1.0:
        edges = place.grid.edges
        present, earlier = ([stretched(one, edges, roots) for one in group] for group in (present, earlier))
    forcing = _forcing(known, place, [*present, *earlier], model)
    count = len(present)
    groups = ((earlier, slice(count, None)), (present, slice(0, count)))
    made = [
        _plans(
            place, managements, {name: value[..., own] for name, value in forcing.items()}, model, recovery, len(span)
        )
        for managements, own in groups
    ]
    return Variant(made[0], made[1], (_marks(earlier[0]), _marks(present[0])))


def _forcing(known: Forcings, place: Place, managements: Sequence[Management], model: Any) -> Mapping[str, Array]:
    """Return the typical forcing of the plans; the same again where nothing that it depends on has changed."""
    seen = [(m.root_share, m.cover, m.water_use, m.irrigation) for m in managements]
    key = (id(place), *(part.tobytes() for one in seen for part in one))
    if key not in known:
        # the place is kept beside it, so that its identity belongs to nothing else
        known[key] = (place, read_by(model, typical_forcing(place, managements)[0]))
    return known[key][1]


def _one_year(management: Management) -> Management:
    """Return a cycle under a common year, so that plans of different lengths have a common source axis."""
    if len(management.years) == 1:
        return dataclasses.replace(management, years=(0,))
    shape = (len(management.years), MONTHS_PER_YEAR)

    def mean(value: Array) -> Array:
        return np.asarray(value.reshape(*shape, *value.shape[1:]).mean(axis=0))

    last = slice(-MONTHS_PER_YEAR, None)
    deepest = int(np.argmax(management.tillage_depth)) // MONTHS_PER_YEAR
    of_year = slice(deepest * MONTHS_PER_YEAR, (deepest + 1) * MONTHS_PER_YEAR)
    tillage = {
        name: getattr(management, name)[of_year]
        for name in ("tillage_depth", "tillage_mixing", "tillage_burial", "tillage_breakage")
    }
    return dataclasses.replace(
        management,
        years=(0,),
        amount=mean(management.amount),
        root_respiration=mean(management.root_respiration),
        cover=mean(management.cover),
        harvest=management.harvest[-1:],
        irrigation=management.irrigation[last],
        water_use=management.water_use[last] if management.water_use.size > 1 else management.water_use,
        nitrogen=management.nitrogen[-1:],
        biomass=management.biomass[-1:],
        factors=(),
        climates=(),
        **tillage,
    )


def _plans(
    place: Place,
    managements: Sequence[Management],
    forcing: Mapping[str, Array],
    model: Any,
    recovery: float | None,
    years: int,
) -> list[tuple[list[Array], Any]]:
    """Return the leaves and the structure of each plan."""
    from mollisol.column.setup import select_columns

    rows, ones = len(place.grid) + 1, np.ones(1)
    time = recovery or _recovery(model)
    setup = assemble(place, model.pool_names, Inputs(list(managements)), forcing, ones, ones, np.ones((rows, 1)))
    found = []
    for i, one in enumerate(managements):
        own: Setup = select_columns(setup, np.array([i])) if len(managements) > 1 else setup
        months = {name: _mean_year(value) for name, value in own.forcing.items()}
        amount = one.yearly()[np.arange(years) % len(one.years), :, None]
        bare = dataclasses.replace(own, forcing=months, amount=amount[:1], events=Events.none(rows))
        parts = (bare, aggregation_of(place.grid, one, time)[:, None], worked_by(place.grid, one)[:, None],
                 place.mass[:, None], amount)  # fmt: skip
        leaves, structure = jax.tree_util.tree_flatten(parts)
        found.append(([np.asarray(leaf, dtype=np.float64) for leaf in leaves], structure))
    return found


def _marks(management: Management) -> Array:
    return management.scaled.astype(np.float64)


def _recovery(model: Any) -> float:
    """Return the time constant of aggregation of a model at its best estimate, yr."""
    from mollisol.processes.occlusion import AggregateOcclusion

    own = next((one.recovery for one in model.processes if hasattr(one, "recovery")), None)
    return parameters_of(AggregateOcclusion)["recovery"].value if own is None else float(np.mean(own))


def _mean_year(value: Array) -> Array:
    """Return a forcing's mean year (12, ...), or its single month."""
    months = len(value)
    if months <= MONTHS_PER_YEAR:
        return value
    return np.asarray(value.reshape(months // MONTHS_PER_YEAR, MONTHS_PER_YEAR, *value.shape[1:]).mean(axis=0))
