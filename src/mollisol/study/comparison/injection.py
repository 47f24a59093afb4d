"""Carbon that is placed deep, under other choices of what the depth does to it.

The residual depth scalar and the factor b(z) stand for what is not known of the soil at its depth; whether they hold
for carbon that is brought there from outside is not known either. Under the other choices the layers that it is placed
in have the surface's scalar, or no factor, in the practice and in the baseline beside it: what was there before decays
at other rates on both sides alike, so that the difference is what becomes of the carbon that was brought.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management
from mollisol.study.choices import BALANCE_LEFT_OUT, SURFACE_SCALAR
from mollisol.study.comparison.program import Columns, Program, run_batches, sources_of
from mollisol.study.comparison.programs import BASELINE
from mollisol.study.soil_moves import SCALAR

if TYPE_CHECKING:
    from mollisol.study.comparison.runs import Runs

Array = NDArray[np.float64]

DEEP = 0.25
"""m; carbon counts as placed deep where most of it comes to lie below what is ploughed every year."""


def deep_rows(management: Management, thickness: Array) -> Array:
    """Return (row,) how far each layer is one into which carbon is brought deep, 0 to 1; zeros where none is.

    Parameters
    ----------
    thickness : (layer,), m.
    """
    found = np.zeros(len(thickness) + 1)
    below = np.concatenate([[0.0], np.clip((np.cumsum(thickness) - DEEP) / thickness, 0.0, 1.0)])
    for source in sources_of(management)["additions"]:
        share = management.depth[source]
        if share @ below <= 0.5:
            continue
        density = np.concatenate([[0.0], share[1:] / thickness])
        found = np.maximum(found, density / density.max())
    return found


def injected_choices(runs: Runs, few: NDArray[np.int64]) -> dict[str, dict[str, Array]]:
    """Return {practice: {choice: (a few members,)}} the gain of the whole profile at the end, kg C/m2.

    Only practices that place carbon deep are there, and only choices that make a difference: a model without a residual
    scalar has none to bring along, and without `balanced` there is no factor.
    """
    ready = runs.ready
    found: dict[str, dict[str, Array]] = {}
    fields, thickness = ready.fields, ready.place.grid.thickness
    wanted = [SURFACE_SCALAR] * has_scalar(ready.model) + [BALANCE_LEFT_OUT] * (ready.spec.initial == "balanced")
    for program in runs.programs:
        if not program.deep.any() or not wanted:
            continue
        owners = fields.owner[program.patches]
        cases, columns = [], []
        for name in ready.names[1:]:
            own = np.flatnonzero(owners == fields.names.index(name))
            if not program.deep[own].any():
                continue
            rows = np.max([deep_rows(program.managements[int(one)], thickness) for one in own], axis=0)
            for choice in wanted:
                cases.append((name, choice, own))
                columns.append(_columns(program, own, rows, choice, few))
        total = np.concatenate([np.empty(len(one)) for one in columns])

        def take(index: NDArray[np.int64], final: Any, annual: Any, total: Array = total) -> None:
            total[index] = annual.soc[-1].sum(axis=0)

        run_batches(program, Columns.joined(columns), runs.years, take, least=runs.least)
        first = 0
        for name, choice, own in cases:
            end = total[first : first + (1 + len(own)) * len(few)].reshape(1 + len(own), len(few))
            first += end.size
            gain = fields.share[program.patches[own]] @ end[1:] - end[0]
            found.setdefault(name, {})[choice] = gain
    return found


def has_scalar(model: Any) -> bool:
    """Whether decomposition falls with depth by the residual scalar."""
    return any(process.name == "depth_scalar" for process in model.processes)


def _columns(program: Program, own: NDArray[np.int64], rows: Array, choice: str, few: NDArray[np.int64]) -> Columns:
    """Return the baseline and then the patches of a practice, all members of each, in the soil of a choice."""
    plain = Columns.of(np.append(BASELINE, own), few)
    soil: Mapping[str, Array]
    if choice == SURFACE_SCALAR:
        depth = np.concatenate([[0.0], program.ready.place.grid.centres])
        soil = {SCALAR: np.repeat((depth * (1.0 - rows))[:, None], len(plain), axis=1)}
    else:
        balance = program.ready.start.balance[:, plain.member]
        soil = {"balance": balance + rows[:, None] * (1.0 - balance)}
    return Columns(plain.member, plain.patch, soil)
