"""A field and plans on it for tests of the trade-offs ledger."""

from __future__ import annotations

import numpy as np

from mollisol.grid import Grid
from mollisol.practices import CropYear, Plan, Tillage, apply_together, as_timeline, compile_management
from mollisol.practices.tradeoffs import Case, Part, Site, Water

GRID = Grid()
YEARS = (2025, 2034)
PLOUGHED = Plan(
    (CropYear("maize", yield_t_ha=9.0), CropYear("soybean", yield_t_ha=3.0)), 2025, Tillage("mouldboard_plough", 0.2)
)


def field(clay=0.22, sand=0.3, temperature=9.0, rain=900.0, demand=750.0):
    """A site whose soil is the same at every depth."""
    return Site(GRID, np.full(len(GRID), clay), np.full(len(GRID), sand), temperature, rain, demand)


def parts_of(line):
    return (Part(1.0, line, compile_management(line, YEARS, GRID, 42.0)),)


def case(*requests, plan=PLOUGHED, gain=0.0, members=5, water=None, pyrogenic=None, name=None):
    """A plan with practices (name, parameters), storing `gain` kg C/m2/yr on average over its members."""
    line = apply_together(plan, requests) if requests else as_timeline(plan)
    years = YEARS[1] - YEARS[0] + 1
    spread = np.linspace(0.5, 1.5, members) if members > 1 else np.ones(1)
    soc = 10.0 + gain * np.arange(years + 1) * spread[:, None]
    begun = tuple((one if isinstance(one, str) else one.name, given.get("year", 2025)) for one, given in requests)
    label = name or " + ".join(one for one, _ in begun) or "baseline"
    return Case(label, begun, parts_of(line), line, soc, pyrogenic, water)


RAINY = Water(evapotranspiration=600.0, potential=750.0, drainage=250.0, runoff=50.0)
DRIER = Water(evapotranspiration=640.0, potential=750.0, drainage=215.0, runoff=45.0)
