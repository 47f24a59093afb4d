"""Time of the steady state of a 24-month management cycle."""

from __future__ import annotations

import numpy as np

from benchmarks.measure import Figure, median_seconds
from benchmarks.speed import MICROBIAL
from benchmarks.system import CYCLE, make_system
from mollisol.column.equilibrium import equilibrium

COLUMNS = 256


def figures() -> list[Figure]:
    """Milliseconds per column of a batch, with the default model and with microbes."""
    return [one_model("first_order", "", 5.0), one_model(MICROBIAL, " with microbes", None)]


def one_model(depolymerisation: str, called: str, target: float | None) -> Figure:
    """Measure the steady state of a batch with one model; with microbes, the check that it holds is part of it."""
    system = make_system(COLUMNS, slots={"depolymerisation": depolymerisation})

    def run() -> object:
        return equilibrium(system.model, system.setup, system.state, CYCLE)

    found = equilibrium(system.model, system.setup, system.state, CYCLE)
    return Figure(
        f"steady state{called}, {COLUMNS} columns",
        1e3 * median_seconds(run) / COLUMNS,
        "ms/column",
        target,
        True,
        f"24-month cycle, {int(np.max(found.iterations))} iterations, largest change {np.max(found.change):.0e}",
    )
