"""Site-years per second of the whole profile, at one step per month and at the default."""

from __future__ import annotations

from benchmarks.measure import Figure, median_seconds
from benchmarks.system import make_system
from mollisol.column.tiles import DEFAULT_STEPS, simulate

YEARS = {1: 100, 100: 100, 10_000: 10}
"""Years run for each number of columns; a run lasts a second or so."""

TARGETS = {(10_000, 1): 150_000.0, (10_000, DEFAULT_STEPS): 60_000.0}


def site_years_per_second(columns: int, steps: int) -> float:
    """Time whole runs, results moved to NumPy, compilation left out."""
    system = make_system(columns)
    years = YEARS[columns]

    def run() -> None:
        simulate(system.model, system.setup, system.state, years, steps=steps, keep_pools=False)

    run()
    return columns * years / median_seconds(run)


def figures() -> list[Figure]:
    """Speed for 1, 100 and 10,000 columns."""
    return [
        Figure(
            f"speed, {columns:,} columns, {steps} step{'s' if steps > 1 else ''} a month",
            site_years_per_second(columns, steps),
            "site-years/s",
            TARGETS.get((columns, steps)),
        )
        for columns in YEARS
        for steps in (1, DEFAULT_STEPS)
    ]
