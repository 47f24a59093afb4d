"""Diesel of the field work, and its CO2: from the implement, its depth and the texture that it goes through.

    draft   D = sum_layers F_i (A + B S + C S^2) / w  dz                                       N per m of width
    fuel    V = V_0 + eta D 10^4 m2/ha / E                                                      L/ha a pass

with S the speed (km/h), w the spacing of the tools (m), dz in cm, F_i the factor of the texture (fine, medium or
coarse), eta the fuel's energy per energy of draft, E the energy of diesel (MJ/L) and V_0 what moves the tractor.
Draft is summed layer by layer, so a deeper pass never needs less. Driven implements take litres per cm instead.
Source: ASABE D497 (A, B, C, F and their expected range), in the table `implements.csv`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.plants import amendment, crop
from mollisol.practices.tradeoffs.band import Array, Band, Range, activity, not_known, ranges_of, together, with_mean
from mollisol.practices.tradeoffs.case import Case, Part, Site
from mollisol.practices.values import best
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, MONTHS_PER_YEAR, parameter

M2_PER_HA = 1e4
FINE_CLAY = 0.35
"""kg/kg of clay from which a soil counts as fine (FAO texture classes)."""

COARSE_CLAY, COARSE_SAND = 0.18, 0.65
"""kg/kg: less clay and more sand than these count as coarse (FAO texture classes)."""

SEEDBED_DEPTH = 0.08
"""m of the passes that make a seedbed after primary tillage."""


@dataclass(frozen=True)
class DieselParameters:
    """Numbers of fuel use; lower and upper are the published range."""

    energy: float = parameter(
        38.6,
        "MJ L-1",
        35.0,
        40.0,
        "higher heating value, as Holos uses it",
        confidence="high",
        about="energy of diesel",
    )
    fuel_per_draft: float = parameter(
        4.0, "1", 3.0, 5.5, "3.3 at full load (ASABE D497: 0.223 L per kWh at the shaft, 0.72 of it at the drawbar), "
        "4.7 with a tractive efficiency of 0.65 and an engine's of 0.33", confidence="medium",
        about="energy of the fuel per energy of draft",
    )  # fmt: skip
    pass_over: float = parameter(
        2.0, "L ha-1", 1.0, 3.5, "light passes of SoilManageR 1.0 (roller, harrow: 2.3 L/ha)", confidence="medium",
        about="fuel of a pass that moves no soil",
    )  # fmt: skip
    other_work: float = parameter(
        38.0, "L ha-1 yr-1", 34.0, 49.0, "what no-till needs: 1.3-1.9 GJ/ha/yr (Holos 4, Table 50)",
        confidence="opened", about="sowing, fertilising, spraying and harvest of a crop",
    )  # fmt: skip
    cover_crop: float = parameter(
        5.0, "L ha-1 yr-1", 3.0, 9.0, "drill 3.3 L/ha, roller 2.3 L/ha (SoilManageR 1.0)", confidence="opened",
        about="sowing and ending a cover crop",
    )  # fmt: skip
    spreading: float = parameter(
        0.4, "L t-1", 0.2, 0.7, "11.4 L/ha of a manure spreader (SoilManageR 1.0) at about 25 t/ha",
        confidence="medium", about="loading, field transport and spreading of a ton of fresh material",
    )  # fmt: skip
    combustion: float = parameter(
        2.68, "kg CO2 L-1", 2.6, 2.75, "IPCC 2006, 74.1 kg CO2/GJ with 36 MJ/L net", confidence="high",
        about="CO2 of burned diesel",
    )  # fmt: skip
    upstream: float = parameter(
        0.6, "kg CO2 L-1", 0.3, 0.8, "production and transport of diesel, life-cycle data bases", confidence="medium",
        about="CO2 of making diesel",
    )  # fmt: skip


@dataclass(frozen=True)
class Implement:
    """An implement: its draft per tool and cm of depth, or the litres that it takes per cm.

    Attributes
    ----------
    kind : "draft" or "driven".
    a, b, c : N per tool (or m of width) and cm, with the speed in km/h.
    spacing : m of width for each tool, 1 where `a` is per m of width.
    texture : factors in fine, medium and coarse soil.
    speed : km/h; spread : expected range of the draft, relative.
    litres_per_cm : of a driven implement in fine soil, L/ha per cm of depth.
    seedbed_passes : light passes that follow before sowing.
    """

    name: str
    kind: str
    a: float
    b: float
    c: float
    spacing: float
    texture: tuple[float, float, float]
    speed: float
    spread: float
    litres_per_cm: float
    seedbed_passes: int
    source: str
    confidence: str


def _number(text: str) -> float:
    return float(text) if text else math.nan


@cache
def implements() -> Mapping[str, Implement]:
    """Return every implement of the table, by name."""
    text = (resources.files("mollisol.practices.tradeoffs") / "implements.csv").read_text("utf-8")
    return {
        row["name"]: Implement(
            name=row["name"],
            kind=row["kind"],
            a=_number(row["a"]),
            b=_number(row["b"]),
            c=_number(row["c"]),
            spacing=_number(row["spacing"]),
            texture=(float(row["fine"]), float(row["medium"]), float(row["coarse"])),
            speed=float(row["speed"]),
            spread=float(row["spread"]),
            litres_per_cm=_number(row["litres_per_cm"]),
            seedbed_passes=int(row["seedbed_passes"]),
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def texture_class(clay: Array, sand: Array) -> NDArray[np.int64]:
    """Return 0 (fine), 1 (medium) or 2 (coarse) of each layer from clay and sand, kg/kg."""
    coarse = (np.asarray(clay) < COARSE_CLAY) & (np.asarray(sand) > COARSE_SAND)
    return np.where(np.asarray(clay) >= FINE_CLAY, 0, np.where(coarse, 2, 1)).astype(np.int64)


def _worked(grid: Grid, depth: float) -> Array:
    """Return (layer,) cm of each layer that a pass to a depth (m) goes through."""
    return np.asarray(CM_PER_M * grid.thickness * grid.depth_share(depth))


def draft(tool: Implement, depth: float, site: Site) -> float:
    """Return the draft of an implement at a depth (m), N per m of width.

    Examples
    --------
    >>> import numpy as np
    >>> loam = Site(Grid([0.0, 0.5]), np.array([0.2]), np.array([0.4]), 9.0, 700.0, 650.0)
    >>> round(draft(implements()["mouldboard_plough"], 0.2, loam))  # 0.7 (652 + 5.1 x 49) 20
    12626
    """
    factor = np.asarray(tool.texture)[texture_class(site.clay, site.sand)]
    per_cm = (tool.a + tool.b * tool.speed + tool.c * tool.speed**2) / tool.spacing
    return float(per_cm * (factor * _worked(site.grid, depth)).sum())


def fuel_of_pass(name: str, depth: float, site: Site, parameters: DieselParameters | None = None) -> Range:
    """Return the diesel of one pass of an implement to a depth (m), L/ha, with its range."""
    if name not in implements():
        return not_known(f"no draft is known of {name}")
    known, tool = ranges_of(parameters or DieselParameters()), implements()[name]
    # the pass of a no-till drill is the sowing that the other work counts
    rolling = Range(0.0, 0.0, 0.0, "") if name == "direct_drill" else known["pass_over"]
    if tool.kind == "driven":
        factor = np.asarray(tool.texture)[texture_class(site.clay, site.sand)]
        moved = tool.litres_per_cm * float((factor * _worked(site.grid, depth)).sum())
        down = up = tool.spread
    else:
        ratio = known["fuel_per_draft"]
        moved = draft(tool, depth, site) * M2_PER_HA / 1e6 * ratio.best / known["energy"].best
        down = math.hypot(tool.spread, 1.0 - ratio.low / ratio.best)
        up = math.hypot(tool.spread, ratio.high / ratio.best - 1.0)
    low, high = moved * max(1.0 - down, 0.0), moved * (1.0 + up)
    return Range(rolling.low + low, rolling.best + moved, rolling.high + high, tool.source, tool.confidence)


Work = tuple[str, float]
"""A kind of work: an implement and its depth (m), or one of `KINDS` with depth 0."""

TOOLS = {"inversion": "mouldboard_plough", "mixing": "spading_machine", "exchange": "subsoiler"}
"""With what work on the soil itself is done; a ditch for straw is opened by a plough."""

KINDS = ("other_work", "cover_crop", "spreading", "pass_over")


def work_of(part: Part) -> dict[Work, Array]:
    """Return how much of each kind of work is done (year,): passes, crops, or t/ha of what is spread."""
    years = part.years
    found: dict[Work, Array] = {}

    def add(kind: Work, at: int, amount: float) -> None:
        found.setdefault(kind, np.zeros(len(years)))[at] += amount

    def till(name: str, depth: float, at: int) -> None:
        add((name, depth), at, 1.0)
        tool = implements().get(name)
        if tool is not None and tool.seedbed_passes:
            add(("seedbed_harrow", min(SEEDBED_DEPTH, depth)), at, tool.seedbed_passes)

    depths = part.management.tillage_depth.reshape(len(years), MONTHS_PER_YEAR)
    for at, year in enumerate(years):
        plan = part.plan(year)
        entry = plan.crop_year(year)
        if not crop(entry.crop).natural:
            add(("other_work", 0.0), at, 1.0)
        if entry.cover_crop and (entry.cover_crop.first_year is None or year >= entry.cover_crop.first_year):
            add(("cover_crop", 0.0), at, 1.0)
        if plan.tillage is not None and depths[at].any():
            till(plan.tillage.name, float(depths[at].max()), at)
        for work in plan.soil_work:
            if not work.due(year):
                continue
            if work.material is not None:
                add(("spreading", 0.0), at, MG_HA_PER_KG_M2 * work.material.mass)
                add(("injector", work.depth) if work.top > 0.0 else ("pass_over", 0.0), at, 1.0)
            else:
                till("mouldboard_plough" if plan.ditch is not None else TOOLS[work.kind], work.bottom, at)
        if plan.ditch is not None and year >= plan.ditch.starts:
            add(("pass_over", 0.0), at, 1.0)  # the straw is gathered on the whole field
        for one in plan.applied(year):
            material = amendment(one.amendment)
            add(("spreading", 0.0), at, MG_HA_PER_KG_M2 * best(one.carbon) / (material.carbon * material.dry_matter))
            injected = one.bottom is not None and one.bottom > SEEDBED_DEPTH
            add(("injector", float(one.bottom)) if injected and one.bottom else ("pass_over", 0.0), at, 1.0)
    return found


def diesel(site: Site, case: Case, baseline: Case | None = None, parameters: DieselParameters | None = None) -> Band:
    """Return the diesel of a plan's field work, L/ha/yr, or what it needs more than the baseline.

    Work that both do cancels with its uncertainty.
    """
    known = ranges_of(parameters or DieselParameters())
    own, other = case.mean_of_each(work_of), {} if baseline is None else baseline.mean_of_each(work_of)
    parts: dict[str, Band] = {}
    for kind in dict.fromkeys([*own, *other]):
        nothing = np.zeros(len(case.years))
        amount = own.get(kind, nothing) - other.get(kind, nothing)
        name, depth = kind
        factor = known[name] if name in KINDS else fuel_of_pass(name, depth, site, parameters)
        parts[f"{name} at {CM_PER_M * depth:g} cm" if depth else name] = activity(with_mean(amount), factor)
    return together(parts) if parts else activity(np.zeros(len(case.years) + 1), not_known(""))


def carbon_dioxide(fuel: Band, parameters: DieselParameters | None = None) -> Band:
    """Return the CO2 of an amount of diesel (L/ha/yr), its making included, kg CO2/ha/yr."""
    known = ranges_of(parameters or DieselParameters())
    burned, made = known["combustion"], known["upstream"]
    low, best, high = burned.low + made.low, burned.best + made.best, burned.high + made.high
    return fuel.by(Range(low, best, high, f"{burned.source}; {made.source}", made.confidence))
