"""Time of the steady state of a 24-month management cycle."""

from __future__ import annotations

import numpy as np

from benchmarks.measure import Figure, median_seconds
from benchmarks.system import CYCLE, make_system
from mollisol.column.equilibrium import equilibrium

COLUMNS = 256


def figures() -> list[Figure]:
    """Milliseconds per column of a batch."""
    system = make_system(COLUMNS)

    def run() -> object:
        return equilibrium(system.model, system.setup, system.state, CYCLE)

    found = equilibrium(system.model, system.setup, system.state, CYCLE)
    return [
        Figure(
            f"steady state, {COLUMNS} columns",
            1e3 * median_seconds(run) / COLUMNS,
            "ms/column",
            5.0,
            True,
            f"24-month cycle, {int(np.max(found.iterations))} iterations, largest change {np.max(found.change):.0e}",
        )
    ]
