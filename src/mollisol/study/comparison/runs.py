"""The runs of a comparison: every plan for every member, moved soil under other choices, and what follows a stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.study.comparison.program import Columns, Program, least_columns, run_batches
from mollisol.study.comparison.programs import BASELINE, afterwards, programs_of

if TYPE_CHECKING:
    from mollisol.column.simulate import State
    from mollisol.study.prepared import PreparedPlans

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Progress = Callable[[float], None]

STOP_YEARS = (10, 50, 100)
"""Years after the end of the run at which is told what is left of a gain."""


@dataclass(frozen=True, eq=False)
class Runs:
    """What the plans of a study come to; NaN where something was not run.

    Attributes
    ----------
    ready : the study's plans; the last member is the best estimate where it says so.
    programs : compiled programs that they were run with.
    least : columns that a batch has at least.
    names : of the practices, the baseline first, and then ' CHOICE: NAME' of what was run under other choices.
    soc, mass : (practice, member, time, layer), kg C/m2 and kg/m2 of mineral soil.
    surface : (practice, member, time), kg C/m2.
    ended : (practice, member, layer, pool), carbon at the end, kg C/m2.
    finals : by program, the state at the end, (..., patch * member).
    """

    ready: PreparedPlans
    programs: Sequence[Program]
    least: int
    names: tuple[str, ...]
    soc: Array
    mass: Array
    surface: Array
    ended: Array
    finals: Sequence[State]

    @property
    def years(self) -> int:
        """How many years were run."""
        return int(self.soc.shape[2]) - 1

    @property
    def drawn(self) -> slice:
        """The members of the ensemble, without the best estimate that is none of them."""
        return slice(0, self.ready.members - int(self.ready.best))

    @property
    def best(self) -> int:
        """Number of the best estimate."""
        return self.ready.members - 1 if self.ready.best else 0


def run_plans(ready: PreparedPlans, few: int, progress: Progress | None = None, *, apart: bool = True) -> Runs:
    """Run all plans of a study.

    Parameters
    ----------
    ready : the plans.
    few : how many members are run under the other choices of what moves with the soil, the best estimate among them.
    apart : whether plans whose soil rests have a program of their own, see `programs_of`.
    """
    from mollisol.study.initial import soc_of

    programs = programs_of(ready, apart=apart)
    fields, members = ready.fields, ready.members
    chosen = np.array([fields.names[owner].startswith(" ") for owner in fields.owner])
    years = ready.spec.years.end - ready.spec.years.start + 1
    layers = len(ready.place.grid)
    soc = np.full((years + 1, layers, len(fields), members), np.nan)
    mass = np.broadcast_to(ready.place.layers.mineral_mass[:, None, None], soc.shape).copy()
    surface = np.full((years + 1, len(fields), members), np.nan)
    ended = np.full((*ready.start.state.carbon.shape[:2], len(fields), members), np.nan)
    soc[0] = soc_of(ready.start.state.carbon, ready.model)[:, None]
    surface[0] = ready.start.state.carbon[0].sum(axis=0)
    some = few_members(ready, few)
    tables = []
    for program in programs:
        own = np.arange(len(program.patches))
        under = chosen[program.patches]
        every, again = Columns.of(own[~under], np.arange(members)), Columns.of(own[under], some)
        tables.append(
            Columns(
                np.append(every.member, again.member),
                {name: np.append(every.patch[name], again.patch[name]) for name in every.patch},
            )
        )
    least = least_columns(max(map(len, tables)))
    finals: list[State] = []
    for number, (program, columns) in enumerate(zip(programs, tables, strict=True)):
        patch, member = program.patches[columns.patch["inputs"]], columns.member
        kept: list[State] = []

        def take(index: Index, final: State, annual: object, patch: Index = patch, member: Index = member) -> None:
            at = patch[index], member[index]
            soc[1:, :, at[0], at[1]] = annual.soc  # type: ignore[attr-defined]
            surface[1:, at[0], at[1]] = annual.surface  # type: ignore[attr-defined]
            if annual.mass is not None:  # type: ignore[attr-defined]
                mass[1:, :, at[0], at[1]] = annual.mass  # type: ignore[attr-defined]
            ended[:, :, at[0], at[1]] = final.carbon
            kept.append(final)  # noqa: B023

        def told(share: float, number: int = number) -> None:
            if progress is not None:
                progress((number + share) / len(programs))

        run_batches(program, columns, years, take, least=least, progress=told)
        finals.append(_joined(kept))

    def of_practices(value: Array) -> Array:
        flat = value.reshape(*value.shape[:-2], -1)
        mean = fields.mean(flat, members)
        return np.asarray(mean).reshape(*value.shape[:-2], len(fields.names), members)

    def ordered(value: Array) -> Array:
        return np.moveaxis(of_practices(value), (-2, -1), (0, 1))

    return Runs(
        ready, programs, least, fields.names, ordered(soc), ordered(mass), ordered(surface), ordered(ended[1:]), finals
    )  # fmt: skip


def few_members(ready: PreparedPlans, few: int) -> Index:
    """Return the numbers of a few members, the best estimate among them; draws are in a random order."""
    drawn = ready.members - int(ready.best)
    if not ready.best or few >= ready.members:
        return np.arange(min(few, ready.members))
    return np.append(np.arange(min(few - 1, drawn)), ready.members - 1)


def _joined(states: Sequence[State]) -> State:
    import jax

    found: State = jax.tree_util.tree_map(lambda *parts: np.concatenate(parts, axis=-1), *states)
    return found


def left_after_stop(runs: Runs, few: int, progress: Progress | None = None) -> Array:
    """Return the share of each practice's gain that is left after `STOP_YEARS`, (practice, year, a few members).

    From the end of the run on every field is farmed as the baseline is, on its soil and with its carbon as they then
    are. NaN where a practice gains nothing.
    """
    ready, years = runs.ready, runs.years
    some, fields = few_members(ready, few), ready.fields
    real = [owner for owner, name in enumerate(fields.names) if not name.startswith(" ")]
    turns = math.ceil(STOP_YEARS[-1] / years)
    whole = np.full((turns * years + 1, len(fields), len(some)), np.nan)
    for number, program in enumerate(runs.programs):
        own = np.flatnonzero(np.isin(fields.owner[program.patches], real))
        columns = Columns.of(own, some)
        # those of all plans come first in the run, patch by patch
        at = (np.repeat(np.arange(len(own)), len(some)) * ready.members + np.tile(some, len(own))).astype(np.int64)
        state = _columns(runs.finals[number], at)
        patch, place = program.patches[columns.patch["inputs"]], np.tile(np.arange(len(some)), len(own))
        start = np.einsum("rpc,p->c", state.carbon[1:], _counted(ready))
        whole[0, patch, place] = start
        for turn in range(turns):
            later = afterwards(program, ready.spec.years.end + 1 + turn * years)
            kept: list[State] = []

            def take(
                index: Index,
                final: State,
                annual: object,
                turn: int = turn,
                patch: Index = patch,
                place: Index = place,
                kept: list[State] = kept,
            ) -> None:
                rows = slice(1 + turn * years, 1 + (turn + 1) * years)
                whole[rows, patch[index], place[index]] = annual.soc.sum(axis=1)  # type: ignore[attr-defined]
                kept.append(final)

            run_batches(later, columns, years, take, least=runs.least, state=state)
            state = _joined(kept)
            if progress is not None:
                progress((number + (turn + 1) / turns) / len(runs.programs))
    practice = np.asarray(fields.mean(whole.reshape(len(whole), -1), len(some)))
    practice = practice.reshape(len(whole), len(fields.names), len(some))[:, : len(real)]
    gain = practice - practice[:, [BASELINE]]
    gained = np.where(gain[0] > NOTHING, gain[0], np.nan)
    return np.moveaxis(gain[list(STOP_YEARS)] / gained, 0, 1)


NOTHING = 1e-3
"""kg C/m2; a gain below it (10 kg/ha) is none of which a share could be left."""


def _counted(ready: PreparedPlans) -> Array:
    return np.array([pool.counts_as_soc for pool in ready.model.pools], dtype=np.float64)


def _columns(state: State, index: Index) -> State:
    from mollisol.column.setup import select_columns

    found: State = select_columns(state, index)
    return found
