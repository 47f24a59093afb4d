"""Site-years per second of the whole profile, at one step per month and at the default."""

from __future__ import annotations

from functools import cache

from benchmarks.measure import Figure, timed
from benchmarks.system import make_system
from mollisol.column.tiles import DEFAULT_STEPS, simulate

YEARS = {1: 100, 100: 100, 10_000: 50}
"""Years run for each number of columns; a run lasts seconds."""

TARGETS = {(10_000, 1): 150_000.0, (10_000, DEFAULT_STEPS): 60_000.0}


MICROBIAL = "reverse_michaelis_menten"
"""Depolymerisation by microbes."""

SLOWER = 4.0
"""How many times slower than the default the model with microbes may be."""


@cache
def measured(columns: int, steps: int, depolymerisation: str = "first_order") -> tuple[float, float]:
    """Return site-years per second, and CPU seconds per 1,000 site-years, which other work does not change much.

    Whole runs, results moved to NumPy, compilation left out.
    """
    system = make_system(columns, slots={"depolymerisation": depolymerisation})
    years = YEARS[columns]

    def run() -> None:
        simulate(system.model, system.setup, system.state, years, steps=steps, keep_pools=False)

    run()
    seconds, cpu = timed(run)
    return columns * years / seconds, 1000.0 * cpu / (columns * years)


def figures() -> list[Figure]:
    """Speed for 1, 100 and 10,000 columns."""
    found = []
    for columns in YEARS:
        for steps in (1, DEFAULT_STEPS):
            speed, cpu = measured(columns, steps)
            name = (
                f"speed, {columns:,} column{'s' if columns > 1 else ''}, {steps} step{'s' if steps > 1 else ''} a month"
            )
            note = f"{YEARS[columns]} years; {1e3 * cpu:.3g} ms of CPU per 1,000 site-years"
            found.append(Figure(name, speed, "site-years/s", TARGETS.get((columns, steps)), note=note))
    return [*found, *microbial()]


def microbial() -> list[Figure]:
    """Speed of the model with microbes, and how many times the default's time it takes."""
    columns = 10_000
    default, microbes = measured(columns, DEFAULT_STEPS), measured(columns, DEFAULT_STEPS, MICROBIAL)
    where = f"{columns:,} columns, {DEFAULT_STEPS} steps a month"
    note = f"{YEARS[columns]} years; {1e3 * microbes[1]:.3g} ms of CPU per 1,000 site-years"
    times = f"{microbes[1] / default[1]:.2f} times the CPU time"
    return [
        Figure(f"speed with microbes, {where}", microbes[0], "site-years/s", note=note),
        Figure("time with microbes over the default's", default[0] / microbes[0], "times", SLOWER, True, times),
    ]
