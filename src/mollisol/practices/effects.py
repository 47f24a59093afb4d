"""What the changes of a plan do in one year: factors on inputs, deeper roots, processes, water, nutrients, climate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.plants import LITTER_POOLS
from mollisol.plants.roots import cumulative_roots
from mollisol.plants.timing import local_month
from mollisol.practices.builder import Builder, covered_rows, weighted
from mollisol.practices.changes import (
    Change,
    ClimateChange,
    InputChange,
    NutrientChange,
    ProcessChange,
    RootChange,
    Standing,
    WaterChange,
    of_kind,
)
from mollisol.practices.management import ClimateCourse, ProcessFactor
from mollisol.practices.plan import Plan, Timeline, plan_in_force
from mollisol.practices.values import Value, best
from mollisol.units import MONTHS_PER_YEAR

Array = NDArray[np.float64]

KG_M2_PER_KG_HA = 1e-4


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a source: its share of the source's carbon (a number or (variant,)), where it enters, what it is."""

    share: Value
    depth: Array
    quality: Array
    label: str = ""


def input_factor(plan: Plan, part: str, name: str, year: int, always: bool) -> Value:
    """Return the factor on all that a part of a crop, or an amendment, brings."""
    factor: Value = 1.0
    for one in of_kind(plan.changes, InputChange):
        if one.touches(part, name) and one.bottom is None and not one.pools:
            factor = factor * one.at(year, always)
    return factor


def input_pieces(
    plan: Plan, part: str, name: str, year: int, always: bool, depth: Array, quality: Array, grid: Grid
) -> list[Piece]:
    """Split a source where changes touch some depths or pools of it only; shares may exceed 1 in sum."""
    pieces = [Piece(1.0, depth, quality)]
    for one in of_kind(plan.changes, InputChange):
        if not one.touches(part, name) or (one.bottom is None and not one.pools):
            continue
        factor = one.at(year, always)
        rows = covered_rows(grid, one.top, one.bottom)
        pools = np.array([not one.pools or pool in one.pools for pool in LITTER_POOLS], dtype=np.float64)
        pieces = [made for piece in pieces for made in _split(piece, rows, pools, factor)]
    return pieces


def _split(piece: Piece, rows: Array, pools: Array, factor: Value) -> list[Piece]:
    """Cut a piece at its borders in depth and quality, and scale what lies inside."""
    made = []
    for row, in_depth in ((rows, True), (1.0 - rows, False)):
        for pool, in_quality in ((pools, True), (1.0 - pools, False)):
            depth, quality = weighted(piece.depth, row), weighted(piece.quality, pool)
            there, made_of = depth.sum(axis=0), quality.sum(axis=0)
            share = there * made_of
            if not np.any(share > 0.0):
                continue
            # where a member has nothing here, any shares that sum to 1 will do for its zero
            depth = np.where(there > 0.0, depth / np.where(there > 0.0, there, 1.0), piece.depth)
            quality = np.where(made_of > 0.0, quality / np.where(made_of > 0.0, made_of, 1.0), piece.quality)
            inside = in_depth and in_quality
            scaled = piece.share * share * (factor if inside else 1.0)
            made.append(Piece(scaled, depth, quality, piece.label))
    return made


def root_pieces(
    changes: Sequence[Change], kind: str, parameters: dict[str, object], name: str, year: int, always: bool, grid: Grid
) -> list[tuple[float, Array]]:
    """Return (share, (layer,) or (layer, variant)) pairs: where the roots of a crop lie, and how many of them.

    While a change grows in, a part of the roots has the new distribution and the rest the old one.
    """
    pieces: list[tuple[float, Value]] = [(1.0, 1.0)]
    for one in of_kind(tuple(changes), RootChange):
        if one.name not in (None, name):
            continue
        share = one.share(year, always)
        grown = [(weight * share, stretch * one.factor) for weight, stretch in pieces]
        pieces = [(weight * (1.0 - share), stretch) for weight, stretch in pieces] + grown
    return [(weight, stretched_roots(kind, parameters, stretch, grid)) for weight, stretch in pieces if weight > 0.0]


def stretched_roots(kind: str, parameters: dict[str, object], stretch: Value, grid: Grid) -> Array:
    """Return (layer,) or (layer, variant): the roots' share of each layer, every depth of them times `stretch`."""

    def share(factor: float) -> Array:
        above = cumulative_roots(kind, parameters, grid.edges / factor)
        return np.asarray(np.diff(above) / above[-1])

    factors = np.atleast_1d(stretch)
    if len(factors) == 1:
        return share(float(factors[0]))
    return np.stack([share(float(one)) for one in factors], axis=-1)


def mean_roots(pieces: Sequence[tuple[float, Array]]) -> Array:
    """Return (layer,) the roots' share of each layer, of the best estimate."""
    return np.asarray(sum(weight * (one if one.ndim == 1 else one[:, 0]) for weight, one in pieces))


def place_year(out: Builder, plan: Plan, year: int, latitude: float, always: bool) -> None:
    """Add the irrigation, the use of water and the nutrients of one year."""
    months = out.months_of(year)
    for one in of_kind(plan.changes, WaterChange):
        share = one.share(year, always)
        calendar = [local_month(month, latitude) - 1 for month in range(1, MONTHS_PER_YEAR + 1)]
        amount = np.zeros(MONTHS_PER_YEAR)
        amount[calendar] = one.irrigation
        out.irrigation[months] += share * amount
        out.water_use[months] *= 1.0 + share * (one.use - 1.0)
    for stand in of_kind(plan.changes, Standing):
        out.stand(year, np.atleast_1d(stand.biomass) * stand.share(year, always))
    for nutrient in of_kind(plan.changes, NutrientChange):
        change = best(nutrient.supply.get("nitrogen", 0.0)) - best(nutrient.demand.get("nitrogen", 0.0))
        out.nitrogen[out.years.index(year)] += nutrient.share(year, always) * change * KG_M2_PER_KG_HA


def place_factors(out: Builder, timeline: Timeline, always: bool) -> None:
    """Add what scales processes and changes the climate over the whole window, one entry for each change."""
    found: list[tuple[Change, int, Array]] = []
    for number, year in enumerate(out.years):
        met: list[Change] = []
        for one in plan_in_force(timeline, year).changes:
            if not isinstance(one, ProcessChange | ClimateChange):
                continue
            # a practice makes an equal change in every plan of the time line; two in one plan are two
            repeat = met.count(one)
            met.append(one)
            course = next((array for other, count, array in found if count == repeat and other == one), None)
            if course is None:
                course = np.zeros(len(out.years))
                found.append((one, repeat, course))
            course[number] = one.share(year, always)
    for one, _, course in found:
        if isinstance(one, ProcessChange):
            rows = covered_rows(out.grid, one.top, one.bottom)[:, None]
            strength = rows * (np.atleast_1d(one.factor)[None, :] - 1.0)
            out.factors.append(ProcessFactor(one.process, np.repeat(course, MONTHS_PER_YEAR), strength))
        elif isinstance(one, ClimateChange):
            out.climates.append(
                ClimateCourse(course, np.array(one.warming), np.array(one.rain), np.array(one.demand), one.file or "")
            )
