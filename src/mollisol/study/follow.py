"""What becomes of marked inputs of a study.

The run with the best estimate is traced: the marked carbon, and all that entered since the start (new carbon; what was
there is native). Beside it runs the same field without the marked input: how its other carbon differs is priming, and
all else by which rates follow the state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.study.marks import BASELINE, SURFACE_WORD, MarkedInput, check_mark
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, MONTHS_PER_YEAR, InputError, nearest

if TYPE_CHECKING:
    from mollisol.clocks import Mark
    from mollisol.study.prepared import PreparedRun
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]

TOLD_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Years after the first marked one at whose end the fate is told, beside the end of the run."""


@dataclass(frozen=True, eq=False)
class Followed:
    """The fate of one marked input, kg C/m2, at the ends of the told years.

    Attributes
    ----------
    mark : what was marked.
    sources : names of the inputs that it took; `depth` in words where it enters.
    years : (moment,) calendar year at whose end each holds.
    edges : intervals of depth.
    pools : names.
    entered : (moment,) marked carbon until then.
    stored : (moment, 1 + interval, pool), of the marked carbon, the surface litter first.
    respired, leached : (moment,), of it until then; the rest of it left with soil or water from the surface.
    native, new : (moment, 1 + interval), all carbon that was there at the start, and that has entered since.
    primed : (moment, 1 + interval), change of the carbon without the mark against a run without the marked input.
    """

    mark: MarkedInput
    sources: tuple[str, ...]
    depth: str
    years: NDArray[np.int64]
    edges: Grid
    pools: tuple[str, ...]
    entered: Array
    stored: Array
    respired: Array
    leached: Array
    native: Array
    new: Array
    primed: Array

    @property
    def places(self) -> list[str]:
        """Names of the surface litter and of the intervals, cm."""
        edges = CM_PER_M * self.edges.edges
        return [SURFACE_WORD, *(f"{top:g}-{bottom:g}" for top, bottom in pairwise(edges))]

    def table(self) -> list[dict[str, Any]]:
        """Rows by moment: amounts in Mg C/ha, shares of what has entered in percent."""
        rows = []
        for i, year in enumerate(self.years):
            share = 100.0 / self.entered[i]
            left = self.stored[i].sum(axis=1)
            gone = {"respired": self.respired[i], "leached": self.leached[i]}
            other = self.entered[i] - left.sum() - sum(gone.values())
            rows.append(
                {
                    "mark": self.mark.text,
                    "year": int(year),
                    "entered_mg_ha": MG_HA_PER_KG_M2 * float(self.entered[i]),
                    "left_percent": share * float(left.sum()),
                    **{f"in_{place}_percent": share * float(left[j]) for j, place in enumerate(self.places)},
                    **{f"{name}_percent": share * float(value) for name, value in gone.items()},
                    # rounding of sums over years and rows is no flux
                    "with_soil_and_runoff_percent": share * float(other) if share * other > 1e-6 else 0.0,
                    **{
                        f"as_{pool}_percent": share * float(self.stored[i, :, j].sum())
                        for j, pool in enumerate(self.pools)
                    },
                    "native_mg_ha": MG_HA_PER_KG_M2 * float(self.native[i].sum()),
                    "new_mg_ha": MG_HA_PER_KG_M2 * float(self.new[i].sum()),
                    "primed_mg_ha": MG_HA_PER_KG_M2 * float(self.primed[i].sum()),
                }
            )
        return rows


def follow(
    spec: StudySpec, marked: Sequence[MarkedInput], progress: Callable[[str, float], None] | None = None
) -> list[Followed]:
    """Follow marked inputs of a checked study through its run, with the best estimate.

    Raises
    ------
    InputError
        For a practice, source, year or depth that the run does not have.
    """
    for one in marked:
        check_mark(spec, one)
    from mollisol.study.prepared import prepare_run

    run = prepare_run(spec.model_copy(update={"ensemble": 1}), progress)
    found = []
    for number, one in enumerate(marked):
        if progress is not None:
            progress("marked inputs", number / len(marked))
        found.append(_followed(run, one))
    return found


def _followed(run: PreparedRun, one: MarkedInput) -> Followed:
    from mollisol.clocks import Mark, fate, without
    from mollisol.column.setup import select_columns
    from mollisol.study.permanence import intervals_of

    own, grid = np.flatnonzero(run.fields.owner == run.fields.names.index(one.practice)), run.place.grid
    share = run.fields.share[own]
    model, setup, state = (select_columns(tree, own) for tree in (run.repeated, run.setup, run.state))
    mark, sources, depth = _mark_of(run, one, own)
    first, length = run.spec.years.start, run.years
    found = fate(model, setup, state, [mark, Mark()], length, steps=run.steps)
    # two marks again, so that one compiled program does both
    bare = fate(model, without(setup, mark, length), state, [Mark(), Mark()], length, steps=run.steps)
    begin = 0 if mark.years is None else mark.years[0]
    after = sorted({min(begin + year, length) for year in TOLD_YEARS} | {length})
    moments = np.array([moment for moment in after if (found.entered[moment, 0] @ share) > 0.0])
    if not moments.size:
        raise InputError(f"nothing enters that the mark '{one.text}' names ({', '.join(sources)})", key="--mark")
    edges = intervals_of(grid)

    def mean(array: Array) -> Array:
        return np.asarray(array[moments] @ share)

    def placed(rows: Array) -> Array:
        # (moment, row, ...) to the litter and the intervals
        below = grid.remap(np.moveaxis(rows[:, 1:], 1, 0), edges)
        return np.concatenate([rows[:, :1], np.moveaxis(below, 0, 1)], axis=1)

    carbon, new = mean(found.carbon), mean(found.stored[:, 1])
    stored = mean(found.stored[:, 0])
    primed = carbon - stored - mean(bare.carbon)
    return Followed(
        one,
        sources,
        depth,
        first - 1 + moments,
        edges,
        tuple(model.pool_names),
        mean(found.entered[:, 0]),
        placed(stored),
        mean(found.respired[:, 0].sum(axis=1)),
        mean(found.leached[:, 0]),
        placed((carbon - new).sum(axis=2)),
        placed(new.sum(axis=2)),
        placed(primed.sum(axis=2)),
    )


def _mark_of(run: PreparedRun, one: MarkedInput, own: NDArray[np.int64]) -> tuple[Mark, tuple[str, ...], str]:
    """Turn names into numbers: the mark, the sources that it takes and the depth at which they enter, in words."""
    from mollisol.clocks import Mark

    names, amount = run.sources, np.asarray(run.setup.amount)
    used = [i for i in range(len(names)) if np.any(amount[:, i][:, own] > 0.0)]
    part: Array | None = None
    if one.source is not None:
        words = set(one.source.split())
        taken = [i for i in used if words <= set(names[i].split())]
        if not taken:
            known = [names[i] for i in used]
            close = nearest(one.source, sorted({word for name in known for word in name.split()} | set(known)))
            hint = f"did you mean '{close}'? " if close else ""
            raise InputError(
                f"no input is called '{one.source}' in the mark '{one.text}'",
                key="--mark",
                remedy=f"{hint}inputs of {one.practice} are {', '.join(known)}",
            )
    elif one.practice == BASELINE:
        taken = used
    else:
        # what the practice brings to a source beyond what the baseline brings to it
        own_amount = amount[..., own] @ run.fields.share[own]
        base = amount[..., int(np.flatnonzero(run.fields.owner == 0)[0])]
        more = np.where(own_amount > 0.0, 1.0 - base / np.where(own_amount > 0.0, own_amount, 1.0), 0.0)
        part = np.clip(more, 0.0, 1.0)
        part[part < 1e-12] = 0.0
        taken = [i for i in used if np.any(part[:, i] > 0.0)]
        if not taken:
            raise InputError(
                f"{one.practice} brings no carbon that the baseline does not bring (mark '{one.text}')",
                key="--mark",
                remedy="name a source to mark what it has in common with the baseline",
            )
        months = np.arange(MONTHS_PER_YEAR * run.years) % len(part)
        part = part[months]
    rows, depth = _rows_of(run.place.grid, one)
    years = None if one.years is None else (one.years[0] - run.spec.years.start, one.years[1] - run.spec.years.start)
    mark = Mark(tuple(taken), years, rows)
    return replace(mark, part=part), tuple(names[i] for i in taken), depth


def _rows_of(grid: Grid, one: MarkedInput) -> tuple[tuple[int, ...] | None, str]:
    """Rows of the engine in an interval of depth: those whose middle lies in it."""
    if one.depth_cm is None:
        return None, "all depths"
    if isinstance(one.depth_cm, str):
        return (0,), "the surface"
    top, bottom = (depth / CM_PER_M for depth in one.depth_cm)
    inside = np.flatnonzero((grid.centres >= top) & (grid.centres <= bottom))
    if not inside.size:
        edges = ", ".join(f"{CM_PER_M * edge:g}" for edge in grid.edges)
        raise InputError(
            f"the mark '{one.text}' holds no layer's middle", key="--mark", remedy=f"layers end at {edges} cm"
        )
    upper, lower = CM_PER_M * grid.edges[[inside[0], inside[-1] + 1]]
    return tuple(int(layer) + 1 for layer in inside), f"{upper:g}-{lower:g} cm"
