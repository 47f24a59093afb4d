"""Which plans share a compiled program: those whose soil and climate stay as they are, and all others.

Soil that moves, or drivers that go by date where the baseline's do not, cost time and memory in every column that is
run with them; so the practices that need them are run apart, each program with the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management
from mollisol.study.comparison.program import Program, sources_of
from mollisol.study.erosion import Erosion
from mollisol.units import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from mollisol.column.setup import Events
    from mollisol.study.columns import Place
    from mollisol.study.prepared import PreparedPlans

Array = NDArray[np.float64]
Index = NDArray[np.int64]

BASELINE = 0
"""Number of the baseline among the practices, and of its patch in every program."""


def programs_of(ready: PreparedPlans, *, apart: bool = True) -> list[Program]:
    """Return one program, or two where some plans need soil that moves or drivers by date and others do not.

    With `apart` False all plans are run as those that need more: for few members a second program is no gain. Groups of
    drivers then come from one patch in each column.
    """
    special = _needs_more(ready)
    owners = ready.fields.owner
    whole = np.array([special[owners == owner].any() for owner in owners])
    if special[BASELINE] or not whole.any():
        return [_program(ready, np.arange(len(owners)), moves=bool(special[BASELINE]), apart=apart)]
    simple = np.flatnonzero(~whole)
    if not apart:
        return [_program(ready, np.arange(len(owners)), moves=True, apart=False)]
    rest = np.append(BASELINE, np.flatnonzero(whole))
    return [_program(ready, simple, moves=False), _program(ready, rest, moves=True)]


def _needs_more(ready: PreparedPlans) -> NDArray[np.bool_]:
    """Return (patch,) whether its soil moves, or its drivers go by date and the baseline's do not."""
    found = np.zeros(len(ready.fields), dtype=np.bool_)
    if ready.start.material is not None:
        return np.ones_like(found)
    if ready.moves is not None:
        found |= np.any(ready.moves.target != ready.moves.start[None], axis=(0, 1))
        found |= [bool(one.soil_work) for one in ready.inputs.managements]
    dated = np.zeros_like(found)
    for value in ready.forcing.values():
        years = value.reshape(-1, MONTHS_PER_YEAR, *value.shape[1:])
        dated |= np.any(years != years[:1], axis=(0, 1, 2))
    scaled = [any(one.process == "oxygen" for one in management.factors) for management in ready.inputs.managements]
    return np.asarray(found | ((dated | scaled) & ~dated[BASELINE]))


def _program(ready: PreparedPlans, patches: Index, *, moves: bool, apart: bool = True) -> Program:
    from mollisol.study.comparison.injection import deep_rows
    from mollisol.study.moving import losses
    from mollisol.study.process_factors import factor_forcing

    managements = [ready.inputs.managements[one] for one in patches]
    forcing = {name: value[..., patches] for name, value in ready.forcing.items()}
    if not moves and all(np.array_equal(_first_year(one), one) for one in forcing.values()):
        forcing = {name: value[:MONTHS_PER_YEAR] for name, value in forcing.items()}
    if moves and managements:
        forcing = {name: _by_date(value, managements[0].months) for name, value in forcing.items()}
    factors = {
        name: np.reshape(value, (*value.shape[:2], len(patches), ready.members))
        for name, value in factor_forcing(managements, ready.members).items()
    }
    sources = [sources_of(one) for one in managements]
    events, added, kind, breaks = split_events(ready.place, managements, apart=apart)
    target = None
    if moves and ready.moves is not None:
        target = ready.moves.target[..., patches]
    loss = losses(ready.spec, ready.fields, 1)[:, patches] if ready.start.material is not None else None
    thickness = ready.place.grid.thickness
    deep = np.array([deep_rows(one, thickness).any() for one in managements])
    return Program(
        ready, patches, managements, forcing, factors, events, added, kind, breaks,
        max(len(one["inputs"]) for one in sources), max(len(one["additions"]) for one in sources), moves, target, loss,
        deep,
    )  # fmt: skip


def _first_year(value: Array) -> Array:
    return value[np.arange(len(value)) % MONTHS_PER_YEAR]


def _by_date(value: Array, months: int) -> Array:
    return value if len(value) == months else value[np.arange(months) % MONTHS_PER_YEAR]


def split_events(
    place: Place, managements: Sequence[Management], *, apart: bool = True
) -> tuple[Events, NDArray[np.bool_], Index, NDArray[np.bool_]]:
    """Return the events of plans, whose dates are (month, kind, plan) and whose maps are by event; see `Program`.

    With `apart` True a kind of work on layers is two events, one after the other: what it does to them, and what it
    breaks; one that adds minerals is one. A plan tills in one way in a month: what tillage breaks comes after what all
    kinds of it do to layers, so that one plan's layers and another's breaking are in the order of a plan's own.
    """
    from mollisol.column.setup import Events
    from mollisol.study.soil_events import events_of, ordered_works

    events = events_of(place, managements, 1)
    kinds = np.asarray(events.happens).shape[1]
    works = ordered_works(managements)[0]
    added = np.array([one.kind == "addition" for one in works] + [False] * (kinds - len(works)), dtype=np.bool_)
    if not apart:
        return events, added, np.arange(kinds), np.zeros(kinds, dtype=np.bool_)
    tills = np.arange(len(works), kinds)
    kind = np.concatenate([np.repeat(np.arange(len(works)), np.where(added[: len(works)], 1, 2)), tills, tills])
    breaks = np.array([one in kind[:position] for position, one in enumerate(kind)], dtype=np.bool_)
    moves = ~breaks & ~added[kind]

    def given(value: Array, where: NDArray[np.bool_], instead: Array | float) -> Array:
        own: Array = np.asarray(value)[kind]
        own[where] = instead
        return own

    same = np.eye(len(place.grid) + 1)[..., None]
    found = Events(
        events.happens,
        given(events.carbon_map, breaks, same),
        given(events.soil_map, breaks, same),
        {name: given(one, moves, 1.0) for name, one in events.keeps.items()},
        None if events.moves_soil is None else given(events.moves_soil, breaks, 0.0),
        None if events.adds is None else given(events.adds, breaks, 0.0),
        {name: (given(m, breaks, 0.0), given(v, breaks, 0.0)) for name, (m, v) in events.brings.items()},
        None if events.loosens is None else given(events.loosens, breaks, 0.0),
    )
    return found, added, kind, breaks


def eroded(erosion: Erosion | None, names: Sequence[str]) -> Erosion | None:
    """Return the erosion of a study with the practices that are compared."""
    if erosion is None:
        return None
    kept = {name: loss for name, loss in erosion.practices.items() if name in names}
    return erosion.model_copy(update={"practices": kept})


def afterwards(program: Program, first_year: int, kept: Sequence[str] = ("pyrogenic",)) -> Program:
    """Return the program of the years after the run, in which every plan is the baseline's on the soil as it then is.

    Parameters
    ----------
    first_year : of as many years as the run has.
    kept : processes that stay scaled: how persistent a char is does not end with bringing it.
    """
    from mollisol.study.inputs import managed
    from mollisol.study.plans import baseline_plan
    from mollisol.study.soil_events import ordered_works, tillage_dates, tillage_kinds

    ready, count = program.ready, len(program.patches)
    months, length = program.managements[0].months, program.managements[0].months // MONTHS_PER_YEAR
    plan = baseline_plan(ready.spec)
    line = ((plan.from_year, plan),)
    later = managed(ready.place, [line], (first_year, first_year + length - 1)).managements[0]
    moved = np.array([bool(one.soil_work) for one in program.managements])
    own = np.where(moved, np.arange(count), BASELINE)
    forcing = {name: _first_year(value[-MONTHS_PER_YEAR:])[..., own] for name, value in program.forcing.items()}
    forcing = {n: _by_date(value, len(program.forcing[n])) for n, value in forcing.items()}
    factors = {}
    for name, value in program.factors.items():
        stays = name.startswith("managed_strength_") or any(f"_{one}_" in name for one in kept)
        factors[name] = np.broadcast_to(value[-1:], value.shape) if stays else np.zeros_like(value)
    works, tillages = ordered_works(program.managements)[0], tillage_kinds(program.managements)
    happens = np.zeros((months, len(works) + len(tillages), count))
    happens[:, len(works) :] = tillage_dates([later], tillages)
    moves = program.events.moves_soil
    target = None if program.target is None else np.repeat(program.target[..., :1], count, axis=-1)
    loss = None if program.loss is None else np.repeat(program.loss[:, :1], count, axis=-1)
    return replace(
        program, managements=[later] * count, forcing=forcing, factors=factors, target=target, loss=loss,
        events=replace(program.events, happens=happens, moves_soil=moves),
    )  # fmt: skip
