"""Tillage and work on the soil itself as the engine's events: one for each kind of work, whoever does it when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.column.events import exchange_map, inversion_map, mixing_map
from mollisol.column.setup import Events
from mollisol.grid import Grid
from mollisol.practices import Management
from mollisol.practices.soil_work import SoilWork
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, InputError

if TYPE_CHECKING:
    from mollisol.study.columns import Place

Array = NDArray[np.float64]
Tilled = tuple[float, float, float, float]


def events_of(place: Place, managements: Sequence[Management], members: int) -> Events:
    """Return the events of the plans, in the order in which they are done: what moves soil, then the tillage.

    Tillage moves soil properties with the carbon in the columns of plans that turn, mix or exchange soil, and not in
    others: what was measured there is taken to be what tillage has left.

    Raises
    ------
    InputError
        Where an amendment is heavier than the soil that it goes into.
    """
    tillages = tillage_kinds(managements)
    works, done = ordered_works(managements)
    rows = len(place.grid) + 1
    if not tillages and not works:
        return Events.none(rows)
    kinds = len(works) + len(tillages)
    happens = np.concatenate(
        [np.zeros((managements[0].months, len(works), len(managements))), tillage_dates(managements, tillages)], axis=1
    )
    for month, kind, plan in done:
        happens[month, kind, plan] = 1.0
    made = [mapped(place, one) for one in works]
    made += [mixing_map(place.grid, place.mass, depth, mixing, burial) for depth, mixing, burial, _ in tillages]
    broken = [_share(place.grid, one.depth, one.breakage) for one in works]
    broken += [_share(place.grid, depth, breakage) for depth, _, _, breakage in tillages]
    moves = np.ones((kinds, len(managements)))
    moves[len(works) :] = [any(work.kind != "addition" for _, work in m.soil_work) for m in managements]
    added = [added_by(place, one) for one in works] + [np.zeros(rows)] * len(tillages)
    loose = [_share(place.grid, one.depth, one.loosening) for one in works] + [np.zeros(rows)] * len(tillages)
    return Events(
        np.repeat(happens, members, axis=-1),
        np.stack([carbon for carbon, _ in made])[..., None],
        np.stack([soil for _, soil in made])[..., None],
        {"aggregation": 1.0 - np.stack(broken)[..., None]},
        np.repeat(moves, members, axis=-1) if works else None,
        np.stack(added)[..., None] if works else None,
        _brings(works, np.stack(added)[..., None]) if works else {},
        np.stack(loose)[..., None] if works else None,
    )


def _tilled(management: Management) -> Array:
    one = management
    return np.stack([one.tillage_depth, one.tillage_mixing, one.tillage_burial, one.tillage_breakage], axis=-1)


def tillage_kinds(managements: Sequence[Management]) -> list[Tilled]:
    """Return the kinds of ordinary tillage of the plans (depth in m, mixing, burial, breakage), in one order."""
    return sorted({tuple(row) for one in managements for row in _tilled(one) if row[0] > 0.0})


def tillage_dates(managements: Sequence[Management], kinds: Sequence[Tilled]) -> Array:
    """Return (month, kind, plan) 1 where a plan tills in a month."""
    found = np.zeros((managements[0].months, len(kinds), len(managements)))
    for plan, one in enumerate(managements):
        done = _tilled(one)
        for number, kind in enumerate(kinds):
            found[:, number, plan] = np.all(done == kind, axis=1)
    return found


def ordered_works(managements: Sequence[Management]) -> tuple[list[SoilWork], list[tuple[int, int, int]]]:
    """Return the kinds of work on the soil in one order that suits all plans, and (month, kind, plan) of each doing.

    Works of one month are done in their order; a kind that one plan does before and another after the same other kind
    appears twice.
    """
    kinds: list[SoilWork] = []
    done = []
    for plan, management in enumerate(managements):
        position, now = 0, -1
        for month, work in management.soil_work:
            position, now = (position, now) if month == now else (0, month)
            effect = work.effect
            later = [i for i in range(position, len(kinds)) if kinds[i] == effect]
            if not later:
                kinds.append(effect)
                later = [len(kinds) - 1]
            done.append((month, later[0], plan))
            position = later[0] + 1
    return kinds, done


def mapped(place: Place, work: SoilWork) -> tuple[Array, Array]:
    """Return the maps (row, row) of carbon and of soil properties of a work."""
    grid = place.grid
    if work.kind == "inversion":
        return inversion_map(grid, work.depth, work.mixing, work.burial)
    if work.kind == "mixing":
        return mixing_map(grid, place.mass, work.depth, work.mixing, work.burial)
    if work.kind == "exchange":
        assert work.lower is not None
        carbon = exchange_map(grid, (work.top, work.depth), work.lower, work.share)
        volume = np.concatenate([[1.0], grid.thickness])
        soil = carbon * volume[None, :] / volume[:, None]
        return carbon, soil / soil.sum(axis=1, keepdims=True)
    same = np.eye(len(grid) + 1)
    return same, same


def _share(grid: Grid, depth: float, effect: float) -> Array:
    return np.concatenate([[0.0], effect * grid.depth_share(depth)])


def added_by(place: Place, work: SoilWork) -> Array:
    """Return (row,) the mass that a work brings, kg/m2, even over its depths."""
    rows = np.zeros(len(place.grid) + 1)
    if work.material is None:
        return rows
    inside = refuse_heavier(place.grid, place.mass, work.material.name, work.material.mass, work.top, work.depth)
    rows[1:] = work.material.mass * inside * place.grid.thickness / np.sum(inside * place.grid.thickness)
    return rows


def refuse_heavier(
    grid: Grid, mass: Array, name: str, brought: float, top: float, bottom: float, key: str = "t_ha"
) -> Array:
    """Raise `InputError` where material (kg/m2) is heavier than the soil from top to bottom (m); `key` is to blame.

    Returns
    -------
    (layer,) the share of each layer that lies between them.
    """
    inside = np.asarray(grid.depth_share(bottom) - grid.depth_share(top))
    there = float(np.sum(inside * mass))
    if brought > there:
        raise InputError(
            f"{MG_HA_PER_KG_M2 * brought:g} t/ha of {name} are heavier than the soil of "
            f"{CM_PER_M * top:g}-{CM_PER_M * bottom:g} cm ({MG_HA_PER_KG_M2 * there:.0f} t/ha)",
            key=key,
            remedy="bring less, or work it into a thicker layer",
        )
    return inside


def _brings(works: Sequence[SoilWork], added: Array) -> dict[str, tuple[Array, Array]]:
    """Return what the added material is made of, see `Events.brings`."""
    found: dict[str, tuple[Array, Array]] = {}
    for k, work in enumerate(works):
        # added mineral material holds no organic matter
        given = {**work.material.properties, "mineral_share": 1.0, "organic_carbon": 0.0} if work.material else {}
        for name, value in given.items():
            if name not in found:
                found[name] = np.zeros_like(added), np.zeros_like(added)
            found[name][0][k], found[name][1][k] = added[k], value
    return found
