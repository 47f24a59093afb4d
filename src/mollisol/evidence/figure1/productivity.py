"""Below-ground productivity by depth: published exponentials, other tails, and of a site from its climate."""

from __future__ import annotations

from functools import cache

import numpy as np

from mollisol.evidence.figure1.table import EDGES, PER, Array, FigureRow, line_rows
from mollisol.grid import Grid
from mollisol.plants.roots import cumulative_roots
from mollisol.units import Parameter

XIAO = "Xiao et al. 2023, Table S4 as coded by Sierra et al. 2024"
ALL_BIOMES = Parameter(0.164, "m", 0.02, 1.0, XIAO, "opened", about="e-fold of productivity with depth, all biomes")
CROPLAND = Parameter(0.175, "m", 0.02, 1.0, XIAO, "opened", about="e-fold of productivity with depth, croplands")
TOTAL = Parameter(
    0.183, "kg/m2/yr", 0.05, 0.5, "Xiao et al. 2023: 1.1 Mg C/ha/yr in 0-20 cm are about 60 % of it", "computed",
    about="below-ground net primary productivity, mean of all biomes",
)  # fmt: skip
SHALLOW = Parameter(50.0, "yr", 20.0, 100.0, "framework of the project, its figure 1b, read off", "medium")
DEEP = Parameter(4000.0, "yr", 2000.0, 10000.0, "framework of the project, its figure 1b: more than this", "medium")

TAILS = {
    "e-fold 16.4 cm": ("exponential", {"e_fold": ALL_BIOMES.value}, f"{XIAO}: all biomes"),
    "β 0.961": ("jackson", {}, "Jackson et al. 1996: crops, and close to the mean of biomes"),
    "heavy tail": ("power_law", {}, "power law with half of it above 17 cm; 13 % below 1 m, as the exponential misses"),
}
"""Ways to spread the productivity over depth, by name: family, parameters, source; the first is the figure's line."""


def tail_share(name: str) -> Array:
    """Return (depth,) the share of the productivity above 2 m in each depth, of one of `TAILS`."""
    kind, parameters, _ = TAILS[name]
    above = cumulative_roots(kind, parameters, EDGES)
    return np.asarray(np.diff(above) / above[-1])


def productivity_rows() -> list[FigureRow]:
    """Return the shares of panel a."""
    rows = []
    for name, (_, _, source) in TAILS.items():
        share = 100.0 * tail_share(name) * PER / np.diff(EDGES)
        rows += line_rows("a", f"BNPP, {name}", "share", "% of 0-2 m by 20 cm", share, source)
    return rows


def computed_turnover(stock: Array, count: int, source: str) -> list[FigureRow]:
    """Return turnover times (panel b) of median stocks (depth,), kg C/m2, over the mean productivity, for each tail."""
    rows = []
    for name in TAILS:
        times = stock / (TOTAL.value * tail_share(name))
        told = f"{source} (median of {count} to 2 m) over {TOTAL.value:g} kg C/m2/yr ({TOTAL.source})"
        rows += line_rows("b", f"stock / BNPP, {name}", "turnover", "yr", times, told)
    return rows


def _range() -> list[FigureRow]:
    nan = float("nan")
    ends = ((0.0, 20.0, SHALLOW), (150.0, 200.0, DEEP))
    return [
        FigureRow("b", "framework", "turnover", "yr", top, bottom, nan, one.value, nan, nan, 0, one.source)
        for top, bottom, one in ends
    ]


FRAMEWORK = _range()
"""What the framework's figure shows: the two ends of its curve."""


@cache
def _grid() -> Grid:
    return Grid(EDGES)


def site_productivity(land_use: str, temperature: float, precipitation: float, latitude: float) -> Array:
    """Return (depth,) below-ground productivity of a site (kg C/m2/yr), as in a study that gives no yields."""
    from mollisol.evidence.sites import SiteAssumptions, course
    from mollisol.practices import compile_cycle
    from mollisol.practices.plan import land_use_plan

    amplitude = SiteAssumptions().amplitude
    means = course(float(temperature), float(precipitation), float(latitude), amplitude)
    plan = land_use_plan(land_use, 2000)
    compiled = compile_cycle(plan, _grid(), float(latitude), plan.from_year, means)
    return np.asarray(compiled.bnpp_by_row().mean(axis=0)[1:])
