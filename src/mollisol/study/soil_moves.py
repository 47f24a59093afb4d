"""What of a study's soil moves: how loose tillage keeps it, what work turns, mixes or adds, and what stays behind.

Nothing here happens, and nothing is computed, where no plan moves soil and all till as the baseline does.

The residual depth scalar stays with its depth and the factor b(z) moves with the soil; no measurement says which is
right, so that practices that move soil are run once more under each of the other choices (`CHOICES`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.motion import carrying_soil
from mollisol.column.settling import Settling
from mollisol.column.setup import Setup
from mollisol.column.simulate import State
from mollisol.practices import Management, Timeline, patches_of, plan_in_force
from mollisol.practices.soil_schedule import looseness
from mollisol.study.choices import BALANCE_STAYS, CHOICES, SCALAR_MOVES

if TYPE_CHECKING:
    from mollisol.study.columns import Place
    from mollisol.study.field import Fields

Array = NDArray[np.float64]

SCALAR = "scalar_depth"


@dataclass(frozen=True, eq=False)
class SoilMoves:
    """How the soil of a run moves.

    Attributes
    ----------
    start : (row, 1), looseness of the soil as it was measured.
    target : (year, row, patch), looseness to which each year's tillage leads; one year where all are alike.
    works : whether any plan moves soil by more than settling.
    """

    start: Array
    target: Array
    works: bool


def moves_soil(line: Timeline) -> bool:
    """Whether any plan of a field does work on the soil itself."""
    return any(plan.soil_work for patch in patches_of(line) for _, plan in patch.timeline)


def with_choices(lines: Mapping[str, Timeline], model: Any, balanced: bool) -> dict[str, Timeline]:
    """Return the practices that move soil once more for each choice that makes a difference, by ' CHOICE: NAME'."""
    scaled = any(process.name == "depth_scalar" for process in model.processes)
    wanted = [SCALAR_MOVES] * scaled + [BALANCE_STAYS] * balanced
    moving = [name for name, line in lines.items() if moves_soil(line)]
    return {f" {choice}: {name}": lines[name] for name in moving for choice in wanted}


def soil_moves(
    place: Place, fields: Fields, managements: Sequence[Management], years: tuple[int, int]
) -> SoilMoves | None:
    """Return how the soil of a run moves, or None where it does not."""
    known: dict[int, Array] = {}

    def of_year(line: Timeline, year: int) -> Array:
        plan = plan_in_force(line, year)
        if id(plan) not in known:
            known[id(plan)] = looseness(plan, place.grid)
        return known[id(plan)]

    span = range(years[0], years[1] + 1)
    below = np.stack([np.stack([of_year(line, year) for line in fields.timelines], axis=-1) for year in span])
    target = np.concatenate([np.zeros_like(below[:, :1]), below], axis=1)
    start = target[0, :, :1]
    works = any(m.soil_work for m in managements)
    if not works and np.array_equal(target, np.broadcast_to(start, target.shape)):
        return None
    if np.array_equal(target, np.broadcast_to(target[:1], target.shape)):
        target = target[:1]
    return SoilMoves(start, target, works)


def settling_setup(setup: Setup, moves: SoilMoves, fields: Fields, swelling: Array, time: Array) -> Setup:
    """Return the set-up whose soil settles and moves.

    Parameters
    ----------
    swelling, time : (member,) of `SettlingParameters`.
    """
    members, patches = len(swelling), len(fields)
    target, travels = np.repeat(moves.target, members, axis=-1), travelling(fields)
    wide = {name: np.repeat(one, members) for name, one in travels.items()} if moves.works else None
    return settling_columns(setup, moves.start, target, np.tile(swelling, patches), np.tile(time, patches), wide)


def travelling(fields: Fields) -> dict[str, Array]:
    """Return (patch,) 1 where the residual scalar, and where the factor b(z), moves with the soil."""
    named = np.array(fields.names)[fields.owner]
    scalar = np.char.startswith(named, f" {SCALAR_MOVES}: ").astype(np.float64)
    stays = np.char.startswith(named, f" {BALANCE_STAYS}: ")
    return {SCALAR: scalar, "balance": 1.0 - stays.astype(np.float64)}


def settling_columns(
    setup: Setup, start: Array, target: Array, swelling: Array, time: Array, travels: Mapping[str, Array] | None
) -> Setup:
    """Return the set-up of columns whose soil settles, and moves where `travels` says what goes with it.

    Parameters
    ----------
    start : (row, 1); target : (year, row, column); swelling, time : (column,).
    travels : (column,) by property; None where nothing but settling moves soil.
    """
    density = np.asarray(setup.soil["fine_earth"])
    soil = {**setup.soil, "looseness": start, "specific_volume": 1.0 / (density * (1.0 + swelling * start))}
    settling = Settling(target, swelling, time)
    if travels is None:
        # tillage moves soil properties only where work has moved the soil before: here in no column
        still = np.zeros((np.shape(setup.events.happens)[1], 1))
        return replace(setup, soil=soil, settling=settling, events=replace(setup.events, moves_soil=still))
    return replace(setup, soil={**soil, SCALAR: setup.depth}, settling=settling, travels=dict(travels))


def moving_state(setup: Setup, state: State) -> tuple[Setup, State]:
    """Return set-up and state of a run that carries its soil; tillage of eroding soil moves it in all columns."""
    if setup.motion is not None:
        setup = replace(setup, events=replace(setup.events, moves_soil=None))
    return setup, carrying_soil(setup, state)


def change_by_choice(fields: Fields, names: Sequence[str], soc: Array, members: int) -> Array:
    """Return (practice, choice, member, layer) the change of SOC against the baseline under each choice, kg C/m2.

    Parameters
    ----------
    fields : of the run.
    names : practices of the result, the baseline first.
    soc : (layer, practice * member) at the end, of all fields.
    """
    split = soc.reshape(len(soc), -1, members)
    at = {name: number for number, name in enumerate(fields.names)}
    base = split[:, at[names[0]]]
    found = [[split[:, at.get(f" {choice}: {name}", at[name])] - base for choice in CHOICES] for name in names]
    return np.moveaxis(np.array(found), 2, 3)
