"""What practices do to processes, as forcing: for each process and each change a course over months and a strength.

    factor = product over changes of (1 + course x strength)

Course (month, 1, column) and strength (1, row, column) are apart, so that a hundred years of two thousand columns are
small. Columns that a change does not touch have a strength of 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management
from mollisol.processes.managed import course_name, strength_name, with_managed

Array = NDArray[np.float64]


def _numbered(managements: Sequence[Management]) -> dict[tuple[str, int], dict[int, Any]]:
    """Return {(process, number of the change): {plan: factor}}."""
    found: dict[tuple[str, int], dict[int, Any]] = {}
    for plan, one in enumerate(managements):
        count: dict[str, int] = {}
        for factor in one.factors:
            number = count.get(factor.process, 0)
            count[factor.process] = number + 1
            found.setdefault((factor.process, number), {})[plan] = factor
    return found


def factor_forcing(managements: Sequence[Management], members: int) -> dict[str, Array]:
    """Return the forcing by which processes are scaled; empty where no practice scales any."""
    forcing: dict[str, Array] = {}
    plans, (months, rows) = len(managements), managements[0].root_respiration.shape
    for (process, number), by_plan in _numbered(managements).items():
        if process == "oxygen":
            continue
        course, strength = np.zeros((months, 1, plans)), np.zeros((1, rows, plans, members))
        for plan, factor in by_plan.items():
            course[:, 0, plan] = factor.course
            drawn = factor.strength if factor.strength.shape[-1] == 1 else factor.strength[:, 1:]
            strength[0, :, plan] = drawn
        constant = np.all(course == course[:1])
        forcing[course_name(process, number)] = np.repeat(course[:1] if constant else course, members, axis=-1)
        forcing[strength_name(process, number)] = strength.reshape(1, rows, -1)
    return forcing


def with_oxygen(forcing: dict[str, Array], managements: Sequence[Management], members: int) -> dict[str, Array]:
    """Return forcing (month, row, plan * member) whose air-filled pores are scaled where a practice says so."""
    found = forcing.get("air_filled_porosity")
    if found is None or not any(one.process == "oxygen" for each in managements for one in each.factors):
        return forcing
    months = managements[0].months
    air = np.broadcast_to(found[np.arange(months) % len(found)], (months, *found.shape[1:])).copy()
    for plan, each in enumerate(managements):
        own = air[..., plan * members : (plan + 1) * members]
        for one in each.factors:
            if one.process == "oxygen":
                drawn = one.strength if one.strength.shape[-1] == 1 else one.strength[:, 1:]
                own *= 1.0 + one.course[:, None, None] * drawn
    return {**forcing, "air_filled_porosity": air}


def scaled_model(model: Any, managements: Sequence[Management]) -> Any:
    """Return the model with what applies the practices' factors; itself where no practice scales a process."""
    named = sorted({one.process for each in managements for one in each.factors} - {"oxygen"})
    return with_managed(model) if named else model
