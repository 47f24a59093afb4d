"""What drove the difference of a practice to the baseline: runs with every set of its changes, and Shapley values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.study.comparison.drivers import GROUPS, group_of_forcing
from mollisol.study.comparison.program import Columns, Program, run_batches
from mollisol.study.comparison.shapley import coalitions, shapley

if TYPE_CHECKING:
    from mollisol.study.comparison.runs import Runs

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Attribution:
    """Shapley values of the groups of changes, of the best estimate, at the end of the run.

    Attributes
    ----------
    practices : that were attributed.
    edges : interfaces of the intervals of depth, m.
    value : (practice, group, interval), kg C/m2; they sum to `total` over the groups.
    total : (practice, interval), difference of SOC to the baseline.
    """

    practices: tuple[str, ...]
    edges: tuple[float, ...]
    value: Array
    total: Array


def attribute(
    runs: Runs, edges: Sequence[float], wanted: Sequence[int], progress: Callable[[float], None] | None = None
) -> Attribution:
    """Attribute the differences of practices to the baseline.

    Parameters
    ----------
    runs : of the plans.
    edges : interfaces of intervals of depth, m.
    wanted : numbers of the practices.
    """
    fields, best = runs.ready.fields, runs.best
    grid = runs.ready.place.grid
    share = np.stack([grid.depth_share(low) - grid.depth_share(top) for top, low in pairwise(edges)])
    value = np.zeros((len(wanted), len(GROUPS), len(share)))
    total = np.zeros((len(wanted), len(share)))
    for program in runs.programs:
        owners = fields.owner[program.patches]
        changed = _changes(program, best)
        cases = []
        for row, practice in enumerate(wanted):
            patches = np.flatnonzero(owners == practice)
            if len(patches) == 0:
                continue
            groups = [name for name in GROUPS if changed[name][patches].any()]
            cases.append((row, patches, groups))
        if not cases:
            continue
        columns = _columns(cases, best)
        soc = np.empty((len(share), len(columns)))

        def take(index: Index, final: Any, annual: Any, soc: Array = soc) -> None:
            soc[:, index] = share @ annual.soc[-1]

        run_batches(program, columns, runs.years, take, least=runs.least, progress=progress)
        first = 0
        for row, patches, groups in cases:
            sets = 2 ** len(groups)
            own = soc[:, first : first + sets * len(patches)].reshape(len(share), sets, len(patches))
            of_field = np.einsum("isp,p->si", own, fields.share[program.patches[patches]])
            if groups:
                value[row, [GROUPS.index(name) for name in groups]] = shapley(of_field)
            total[row] = of_field[-1] - of_field[0]
            first += sets * len(patches)
    return Attribution(tuple(runs.names[one] for one in wanted), tuple(edges), value, total)


def _columns(cases: Sequence[tuple[int, Index, list[str]]], member: int) -> Columns:
    """Return the columns of every set of changes of every patch: practices, then sets, then patches."""
    patch: dict[str, list[int]] = {name: [] for name in GROUPS}
    for _, patches, groups in cases:
        for chosen in coalitions(len(groups)):
            made = dict(zip(groups, chosen, strict=True))
            for name in GROUPS:
                patch[name] += [int(one) if made.get(name, False) else 0 for one in patches]
    count = len(patch[GROUPS[0]])
    return Columns(np.full(count, member), {name: np.array(one, dtype=np.int64) for name, one in patch.items()})


def _changes(program: Program, member: int) -> Mapping[str, NDArray[np.bool_]]:
    """Return {group: (patch,)} whether a patch differs from the baseline's in any array of a group."""
    columns = Columns.of(np.arange(len(program.patches)), np.array([member]))
    _, setup, _ = program.setup(columns)

    def differs(value: Any) -> NDArray[np.bool_]:
        array = np.asarray(value)
        if array.shape[-1] == 1:
            return np.zeros(len(columns), dtype=np.bool_)
        return np.asarray(np.any(array != array[..., :1], axis=tuple(range(array.ndim - 1))))

    found = {name: np.zeros(len(columns), dtype=np.bool_) for name in GROUPS}
    for name, value in setup.forcing.items():
        found[group_of_forcing(name)] |= differs(value)
    for group, slots in (("inputs", slice(0, program.plants)), ("additions", slice(program.plants, None))):
        # what is never brought may differ in where it would be
        brought = np.any(np.asarray(setup.amount)[:, slots] > 0.0, axis=0)
        for shares in (setup.placement[slots], setup.quality[slots]):
            found[group] |= differs(np.where((brought | brought[:, :1])[:, None], shares, 0.0))
        found[group] |= differs(setup.amount[:, slots])
    kinds = np.asarray(program.events.happens)
    found["protection"] |= differs(kinds)
    found["rearrangement"] |= differs(kinds[:, ~program.added])
    if setup.settling is not None:
        found["rearrangement"] |= differs(setup.settling.target)
    for value in setup.travels.values():
        found["rearrangement"] |= differs(value)
    if setup.motion is not None:
        found["rearrangement"] |= differs(setup.motion.soil_loss)
    return found
