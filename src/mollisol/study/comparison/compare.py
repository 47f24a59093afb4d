"""A comparison of practices on one site: gains by depth and time, what drives them, how long they last, how certain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure
from mollisol.study.biomass import biomass
from mollisol.study.choices import AS_SET, CHOICES
from mollisol.study.comparison.asked import Skipped
from mollisol.study.comparison.attribution import Attribution, attribute
from mollisol.study.comparison.injection import injected_choices
from mollisol.study.comparison.programs import BASELINE
from mollisol.study.comparison.runs import STOP_YEARS, Runs, few_members, left_after_stop, run_plans
from mollisol.study.equal_mass import soc_at_equal_mass
from mollisol.study.prepared import PreparedPlans, prepare_plans
from mollisol.study.schema import DEFAULT_MODEL, ENSEMBLE, StudySpec
from mollisol.study.structures import heaviest, structure_studies
from mollisol.units import MG_HA_PER_KG_M2, MollisolError

if TYPE_CHECKING:
    import xarray as xr

    from mollisol.practices.tradeoffs import Ledger

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

EDGES = (0.0, 0.3, 1.0, 2.0)
"""Interfaces of the intervals of depth, m."""

FEW = 8
"""Members for what is told of the few: other choices of what moves, and what is left after a stop."""

OTHER_MEMBERS = 4
"""Members under the other model, beside its best estimate."""

UNCHANGED = 1e-6
"""Mg C/ha in any layer, up to which a practice changes nothing: two programs round in their own ways."""

DECADE = 10
"""Years between the times that are told."""

MICROBIAL = {"depolymerisation": "microbial_dormancy"}
"""What makes the default model one whose microbes limit decomposition."""


@dataclass(frozen=True, eq=False)
class OtherModel:
    """The same practices under another model.

    Attributes
    ----------
    name : of the model.
    gain : (practice, member) of the whole profile at the end, Mg C/ha; None where the model could not be run.
    problem : why it could not.
    """

    name: str
    gain: Array | None = None
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Practices against the baseline. Amounts are Mg C/ha; the baseline is no practice here.

    Attributes
    ----------
    spec : the study with these practices.
    names : of the practices; drivers : of them, what is no practice but happens to the field.
    years : (time,) years since the start that are told; the last is the end of the run.
    edges : interfaces of the intervals of depth, m; arrays have one more, the whole profile, as the last.
    gain, gain_equal_mass : (practice, interval, time, member), at fixed depth and at equal mineral mass.
    baseline : (interval, time, member), SOC of the baseline.
    layers : (practice, layer, member), gain at the end.
    pools : names; pool_gain : (practice, interval, pool), mean over the members at the end.
    left_years, left : (practice, year, a few members), share of the gain left so long after a stop; NaN for drivers.
    attribution : what drove the differences at the end, of the best estimate, kg C/m2.
    choices : by practice that moves soil or places carbon deep, by structural choice, (a few members,) gain at the
        end.
    few : numbers of these members among those of `gain`; the best estimate, where it is none of them, is left out.
    other : the same under another model; None where it was not asked for.
    ledger : trade-offs; skipped : practices that cannot be done here.
    unchanged : practices that change nothing on this field.
    result : SOC, surface litter and mineral mass of every plan, as in `result.nc`.
    programs : how many programs were compiled for the runs of the study's own model.
    warnings : what the reader should doubt.
    """

    spec: StudySpec
    names: tuple[str, ...]
    drivers: tuple[str, ...]
    years: tuple[int, ...]
    edges: tuple[float, ...]
    gain: Array
    gain_equal_mass: Array
    baseline: Array
    layers: Array
    pools: tuple[str, ...]
    pool_gain: Array
    left_years: tuple[int, ...]
    left: Array
    attribution: Attribution
    choices: Mapping[str, Mapping[str, Array]]
    few: NDArray[np.int64]
    other: OtherModel | None
    ledger: Ledger | None
    result: xr.Dataset
    programs: int
    skipped: Sequence[Skipped] = ()
    unchanged: tuple[str, ...] = ()
    warnings: Sequence[str] = field(default_factory=list)

    @property
    def members(self) -> int:
        """How many members the ensemble has."""
        return int(self.gain.shape[-1])


def compare_study(
    spec: StudySpec,
    skipped: Sequence[Skipped] = (),
    *,
    other_model: bool = True,
    progress: Progress | None = None,
) -> Comparison:
    """Compare the practices of a study with its baseline; see `Comparison`.

    Parameters
    ----------
    spec : a study whose practices can be done, as `asked_practices` returns it.
    skipped : those that cannot, to be told.
    other_model : whether the practices are also run, for a few members, under the microbial model (under the default
        one where the study's own is microbial).

    Raises
    ------
    InputError, RunError
        As for a run of the study.
    """
    configure()
    own = [one for _, one in structure_studies(spec)] if spec.model.name == ENSEMBLE else [spec]
    main = heaviest(spec)

    def tell(stage: str) -> Callable[[float], None] | None:
        return None if progress is None else (lambda share: progress(stage, share))

    parts, leading, ready = [], None, None
    for one in own:
        ready = prepare_plans(one, progress, best=True, like=ready)
        runs = run_plans(ready, FEW, tell("years"))
        parts.append(_gains(runs))
        if one.model == main.model and leading is None:
            leading = runs
    assert leading is not None
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    names = tuple(one.name for one in spec.practices)
    drivers = _drivers(spec)
    left = left_after_stop(leading, FEW, tell("after a stop"))[1:]
    left[[names.index(name) for name in drivers]] = np.nan
    edges = tuple([edge for edge in EDGES if edge < leading.ready.place.grid.bottom - 1e-9])
    edges = (*edges, leading.ready.place.grid.bottom)
    attribution = attribute(leading, edges, range(1, len(names) + 1), tell("attribution"))
    few = few_members(leading.ready, FEW)
    other = _under_other(spec, leading.ready, progress) if other_model else None
    changed = np.any(np.abs(joined["layers"]) > UNCHANGED, axis=(1, 2))
    result = _dataset(spec, leading, parts, joined)
    return Comparison(
        spec, names, drivers, told_years(leading.years), edges, joined["gain"], joined["gain_equal_mass"],
        joined["baseline"], joined["layers"], leading.ready.model.pool_names, joined["pools"].mean(axis=-1),
        STOP_YEARS, left, attribution, _choices(leading, few), few[few < leading.drawn.stop], other,
        _ledger(spec, leading, result), result, len(leading.programs), tuple(skipped),
        tuple(name for name, moved in zip(names, changed, strict=True) if not moved), leading.ready.start.warnings,
    )  # fmt: skip


def told_years(years: int) -> tuple[int, ...]:
    """Return the years since the start that are told: each decade, and the end.

    Examples
    --------
    >>> told_years(51)
    (10, 20, 30, 40, 51)
    """
    return (*(year for year in range(DECADE, years - DECADE // 2 + 1, DECADE) if year < years), years)


def _intervals(ready: PreparedPlans) -> Array:
    """Return (interval, layer) the share of each layer in each interval; the last is the whole profile."""
    grid = ready.place.grid
    edges = [edge for edge in EDGES if edge < grid.bottom - 1e-9] + [grid.bottom]
    parts = [grid.depth_share(low) - grid.depth_share(top) for top, low in pairwise(edges)]
    return np.stack([*parts, np.ones(len(grid))])


def _gains(runs: Runs) -> dict[str, Array]:
    """Return the arrays of a comparison, with the member last."""
    ready, drawn = runs.ready, runs.drawn
    share, count = _intervals(ready), len(ready.names)
    times = [0, *told_years(runs.years)]
    soc, mass = runs.soc[:count, drawn][:, :, times], runs.mass[:count, drawn][:, :, times]
    found = {}
    for name, stock in (("gain", soc), ("gain_equal_mass", soc_at_equal_mass(soc, mass))):
        by_interval = MG_HA_PER_KG_M2 * np.einsum("pmtl,il->pitm", stock[:, :, 1:], share)
        found[name] = by_interval[1:] - by_interval[BASELINE]
        if name == "gain":
            found["baseline"] = by_interval[BASELINE]
    end = MG_HA_PER_KG_M2 * np.moveaxis(soc[:, :, -1], 1, -1)
    found["layers"] = end[1:] - end[BASELINE]
    pools = MG_HA_PER_KG_M2 * np.einsum("pmlk,il->pikm", runs.ended[:count, drawn], share)
    found["pools"] = pools[1:] - pools[BASELINE]
    found["soc"] = np.moveaxis(runs.soc[:count, drawn], 1, -1)
    found["mass"] = np.moveaxis(runs.mass[:count, drawn], 1, -1)
    found["surface"] = np.moveaxis(runs.surface[:count, drawn], 1, -1)
    for name, wood in biomass(ready.inputs.managements, ready.fields, count, ready.members).items():
        found[name] = np.moveaxis(wood[:, drawn], 1, -1)
    return found


def _choices(runs: Runs, few: NDArray[np.int64]) -> dict[str, dict[str, Array]]:
    """Return the gains of practices that move soil, or place carbon deep, under each choice, Mg C/ha, few members."""
    at = {name: number for number, name in enumerate(runs.names)}
    base = runs.soc[BASELINE, few, -1].sum(axis=-1)
    found: dict[str, dict[str, Array]] = {}
    for name in runs.ready.names[1:]:
        under = {c: at[f" {c}: {name}"] for c in CHOICES if f" {c}: {name}" in at}
        if under:
            each = {AS_SET: at[name], **under}
            found[name] = {c: MG_HA_PER_KG_M2 * (runs.soc[row, few, -1].sum(axis=-1) - base) for c, row in each.items()}
    for name, deep in injected_choices(runs, few).items():
        as_set = {AS_SET: MG_HA_PER_KG_M2 * (runs.soc[at[name], few, -1].sum(axis=-1) - base)}
        found[name] = {**as_set, **found.get(name, {}), **{c: MG_HA_PER_KG_M2 * own for c, own in deep.items()}}
    return {name: found[name] for name in runs.ready.names[1:] if name in found}


def other_study(spec: StudySpec) -> tuple[str, StudySpec]:
    """Return the name of the other model, and the study with it: the microbial one, or the default for a microbial."""
    own = spec.model
    microbial = "microbial" in own.slots.get("depolymerisation", "") or "reverse" in own.slots.get(
        "depolymerisation", ""
    )
    if own.name != DEFAULT_MODEL or microbial:
        kept = {name: one for name, one in own.slots.items() if name == "erosion"}
        name, choice = "the default model", own.model_copy(update={"name": DEFAULT_MODEL, "slots": kept})
    else:
        name = "the microbial model"
        choice = own.model_copy(update={"slots": {**own.slots, **MICROBIAL}})
    choice = choice.model_copy(update={"parameter_set": "priors" if own.parameter_set == "priors" else None})
    update = {"model": choice, "ensemble": min(OTHER_MEMBERS, spec.ensemble), "part": None, "condition": "none"}
    return name, spec.model_copy(update=update)


def _under_other(spec: StudySpec, main: PreparedPlans, progress: Progress | None) -> OtherModel:
    name, study = other_study(main.spec.model_copy(update={"practices": spec.practices}))

    def told(stage: str, share: float) -> None:
        if progress is not None:
            progress(f"{name}: {stage}", share)

    try:
        ready = prepare_plans(study, told, best=True, choices=False, like=main)
        runs = run_plans(ready, 1, lambda share: told("years", share), apart=False)
    except MollisolError as error:
        return OtherModel(name, problem=str(error))
    whole = MG_HA_PER_KG_M2 * runs.soc[: len(spec.practices) + 1, :, -1].sum(axis=-1)
    return OtherModel(name, whole[1:] - whole[BASELINE])


def _drivers(spec: StudySpec) -> tuple[str, ...]:
    from mollisol.practices import practice

    folder = spec.source.parent
    return tuple(one.name for one in spec.practices if all(practice(p.practice, folder).driver for p in one.parts))


def _dataset(
    spec: StudySpec, runs: Runs, parts: Sequence[Mapping[str, Array]], joined: Mapping[str, Array]
) -> xr.Dataset:
    from mollisol.study.result import dataset

    by_name = {"soc": "soc", "mineral_mass": "mass", "surface_litter": "surface"}
    by_name |= {name: name for name in ("biomass_carbon",) if name in joined}
    values = {name: np.moveaxis(joined[key], -1, 1) for name, key in by_name.items()}
    members = sum(part["gain"].shape[-1] for part in parts)
    about = {"title": spec.name, "model": spec.model.name, "source": "mollisol", "initial": spec.initial}
    years = (spec.years.start, spec.years.end)
    return dataset(values, runs.ready.names, members, runs.ready.place.grid, [], years, about)


def _ledger(spec: StudySpec, runs: Runs, result: xr.Dataset) -> Ledger:
    from mollisol.study.result import by_plan
    from mollisol.study.tradeoffs import ledger_of, surroundings

    ready, plans, count = runs.ready, len(runs.ready.fields), len(runs.ready.names)

    def told(flux: Array) -> Array:
        return by_plan(ready.fields.mean(flux[..., :plans])[..., :count], count, 1)[:, 0]

    return ledger_of(spec, surroundings(ready.place, ready.mean_climate, ready.names, told), result)
