"""The same work by other programs in the same run: scipy's BDF on the same system, and RothC in Python."""

from __future__ import annotations

import numpy as np

from benchmarks.measure import Figure, median_seconds
from benchmarks.speed import measured
from mollisol.column import configure

ROTHC_YEARS, BDF_YEARS = 100, 2
RTOL, ATOL = 1e-3, 1e-6


def rothc() -> float:
    """Site-years per second of pyRothC: five pools in one layer, monthly."""
    from pyRothC.RothC import RothC

    month = np.arange(12)
    temperature = 10.0 + 11.0 * np.sin(2.0 * np.pi * (month - 3.5) / 12.0)

    def run() -> None:
        RothC(temperature, np.full(12, 65.0), np.full(12, 50.0), years=ROTHC_YEARS).compute()

    return ROTHC_YEARS / median_seconds(run)


def bdf() -> float:
    """Site-years per second of scipy's BDF on one column, compiled right-hand side and Jacobian, its own tolerances."""
    from benchmarks.ode import Ode
    from benchmarks.system import make_system

    ode = Ode(make_system(1))
    ode.run(1, RTOL, ATOL)
    return BDF_YEARS / median_seconds(lambda: ode.run(BDF_YEARS, RTOL, ATOL))


def figures() -> list[Figure]:
    """Speed of the others, and how many times the engine's default stepping is faster per site-year."""
    from mollisol.column.tiles import DEFAULT_STEPS

    configure()
    own, slow, classic = measured(10_000, DEFAULT_STEPS)[0], bdf(), rothc()
    return [
        Figure("pyRothC 0.0.4, 5 pools, 1 layer", classic, "site-years/s", note="monthly, odeint"),
        Figure("scipy BDF, same system", slow, "site-years/s", note=f"one column, rtol {RTOL:g}, Jacobian given"),
        Figure("faster than pyRothC, default steps", own / classic, "times", 30.0, note="10,000 columns"),
        Figure("faster than scipy BDF, default steps", own / slow, "times", note="10,000 columns"),
    ]
