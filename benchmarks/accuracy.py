"""Error of the stepping after 100 years of seasonal forcing, against a tight solution of the same system."""

from __future__ import annotations

import numpy as np

from benchmarks.measure import Figure
from benchmarks.system import make_system
from mollisol.column import configure
from mollisol.column.tiles import DEFAULT_STEPS, simulate

YEARS = 100
RTOL, ATOL = 1e-7, 1e-13


def figures() -> list[Figure]:
    """Largest relative error of a layer's SOC, from an empty soil: all of its carbon came in under the stepping."""
    configure()
    from benchmarks.ode import Ode

    system = make_system(1)
    exact = Ode(system).run(YEARS, RTOL, ATOL)[1:].sum(axis=1)[:, 0]
    found = []
    for steps in (1, DEFAULT_STEPS, 2 * DEFAULT_STEPS):
        _, annual = simulate(system.model, system.setup, system.state, YEARS, steps=steps)
        error = np.abs(annual.soc[-1, :, 0] / exact - 1.0)
        worst = int(np.argmax(error))
        found.append(
            Figure(
                f"error in time, {steps} step{'s' if steps > 1 else ''} a month",
                100.0 * float(error[worst]),
                "% of a layer's SOC",
                0.5 if steps == DEFAULT_STEPS else None,
                True,
                f"worst layer {100 * system.grid.edges[worst]:.0f}-{100 * system.grid.edges[worst + 1]:.0f} cm; "
                f"median layer {100 * np.median(error):.2f} %",
            )
        )
    return found
