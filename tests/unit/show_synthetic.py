"""A made-up result with the shape of a real one: each layer gains its input and loses k x stock, yearly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import xarray as xr

from mollisol.clocks import Permanence
from mollisol.clocks.transits import CURVE_YEARS
from mollisol.grid import DEFAULT_EDGES, Grid
from mollisol.show import FilledValue, Horizon, InitialState, MeasuredProfile, ReportContext, RootStatement

PRACTICES = ("baseline", "cover_crop", "no_till", "manure_surface", "residue_removal")
LITTER_RATE = 1.5


def synthetic_result(practices=PRACTICES, members=10, years=51, edges=DEFAULT_EDGES, start=2025, seed=0, without=()):
    """A dataset as in result.nc whose yearly budget closes to rounding."""
    random = np.random.default_rng(seed)
    grid = Grid(edges)
    depth, thickness = grid.centres, grid.thickness
    count, layers = len(practices), len(grid)
    rate = (
        0.075 * np.exp(-depth / 0.36) * np.exp(random.normal(0, 0.18, members))[:, None] + 1.5e-4
    )  # (member, layer), 1/yr
    roots = np.diff(1.0 - 0.961 ** (grid.edges * 100.0))
    bnpp = 0.21 * roots * np.exp(random.normal(0, 0.12, members))[:, None]
    ploughed = np.where(depth < 0.2, thickness, 0.0)
    ploughed = 0.12 * ploughed / max(ploughed.sum(), 1e-9)
    initial = (7.4 * np.exp(-depth / 0.27) + 1.1 * np.exp(-depth / 2.0)) * thickness / 0.35
    soc = np.empty((count, members, years + 1, layers))
    input_, respiration = np.full_like(soc, np.nan), np.full_like(soc, np.nan)
    litter = np.empty((count, members, years + 1))
    surface_input, surface_respiration = np.full_like(litter, np.nan), np.full_like(litter, np.nan)
    effect = {
        "cover_crop": (1.22, 1.1),
        "no_till": (1.0, 1.0),
        "manure_surface": (1.1, 1.6),
        "residue_removal": (0.86, 0.4),
    }
    for p, name in enumerate(practices):
        below, above = effect.get(name, (1.0 + 0.05 * p, 1.0))
        if name == "baseline":
            below, above = 1.0, 1.0
        slower = np.ones(layers)
        if name == "no_till":
            slower = np.where(depth < 0.1, 0.87, np.where((depth > 0.15) & (depth < 0.3), 1.06, 1.0))
        response = 1.0 + (below - 1.0) * (1.0 + 0.5 * random.normal(0, 1, members))[:, None]
        flux = bnpp * response + ploughed * below
        soc[p, :, 0] = initial
        litter[p, :, 0] = 0.12
        for t in range(1, years + 1):
            weather = 1.0 + 0.08 * np.sin(1.7 * t)
            respiration[p, :, t] = rate * slower * soc[p, :, t - 1] * (1.0 + 0.05 * np.cos(2.3 * t))
            input_[p, :, t] = flux * weather
            soc[p, :, t] = soc[p, :, t - 1] + input_[p, :, t] - respiration[p, :, t]
            surface_input[p, :, t] = 0.16 * above * weather
            surface_respiration[p, :, t] = (1.0 - np.exp(-LITTER_RATE)) * litter[p, :, t - 1]
            litter[p, :, t] = litter[p, :, t - 1] + surface_input[p, :, t] - surface_respiration[p, :, t]
    month = np.arange(1, 13)
    wave = np.exp(-depth / 2.1)[None] * np.cos(2 * np.pi * (month[:, None] - 7.2) / 12 - depth[None] / 2.1)
    by_layer = ("practice", "member", "time", "layer")
    plain = ("practice", "member", "time")
    still = soc[:, :, -1]
    data = {
        "soc": (by_layer, soc),
        "surface_litter": (plain, litter),
        "input": (by_layer, input_),
        "surface_input": (plain, surface_input),
        "respiration": (by_layer, respiration),
        "surface_respiration": (plain, surface_respiration),
        "leaching": (plain, np.where(np.isnan(surface_input), np.nan, 0.0)),
        "bnpp": (("practice", "member", "layer"), np.broadcast_to(bnpp, still.shape).copy()),
        "turnover_time": (("practice", "member", "layer"), still / input_[:, :, -1]),
        "turnover_time_bnpp": (("practice", "member", "layer"), still / bnpp),
        "loss_time": (("practice", "member", "layer"), still / respiration[:, :, -1]),
        "balance_residual": (("practice", "member"), np.full((count, members), 3e-15)),
        "soil_temperature": (("practice", "month", "layer"), np.tile(9.6 + 12.5 * wave, (count, 1, 1))),
        "soil_moisture": (
            ("practice", "month", "layer"),
            np.tile(0.27 + 0.04 * depth / depth.max() - 0.07 * wave, (count, 1, 1)),
        ),
    }
    time = np.array([f"{start + n}-01-01" for n in range(years + 1)], dtype="datetime64[ns]")
    bounds = np.stack([grid.edges[:-1], grid.edges[1:]], axis=1)
    return xr.Dataset(
        {name: value for name, value in data.items() if name not in without},
        coords={
            "practice": list(practices),
            "member": np.arange(members),
            "time": time,
            "layer": depth,
            "month": month,
            "layer_bounds": (("layer", "bounds"), bounds),
        },
    )


def synthetic_context(result, name="Kellogg field 7", measured_depth=1.2, **changes):
    """A context that fits `synthetic_result`."""
    bounds = result["layer_bounds"].values
    grid = Grid(np.append(bounds[:, 0], bounds[-1, 1]))
    start = result["soc"].sel(practice="baseline").isel(time=0, member=0).values
    random = np.random.default_rng(5)
    horizons = []
    cuts = [0, 24, 41, 68, 95, 120, 150, 200]
    for top, bottom in pairwise(cuts):
        if bottom / 100.0 <= measured_depth + 1e-9 and bottom / 100.0 <= grid.bottom:
            stock = float(grid.remap(start, Grid([0, top / 100, bottom / 100] if top else [0, bottom / 100]))[-1])
            stock *= 1 + random.normal(0, 0.08)
            horizons.append(Horizon(top, bottom, stock, 0.12 * stock))
    depth = horizons[-1].bottom_cm / 100.0 if horizons else grid.bottom
    covered = grid.edges[1:] <= depth + 1e-9
    measured = np.where(covered, start * (1 + random.normal(0, 0.05, len(grid))), np.nan)
    factor = 1.0 + 0.6 * np.exp(-grid.centres / 0.5) - 0.25
    values = {
        "name": name,
        "latitude": 42.41,
        "longitude": -85.37,
        "elevation_m": 288.0,
        "years": (2025, 2025 + result.sizes["time"] - 2),
        "slots": {"depolymerisation": "first_order", "protection": "none", "moisture": "moyano", "oxygen": "none"},
        "parameters": 34,
        "seed": 20250101,
        "rotation_years": 2 if result.sizes["time"] > 3 else 1,
        "measured": MeasuredProfile(
            measured, 0.12 * measured, depth, horizons, "Pit 3, sampled 2013 (horizon samples)"
        ),
        "initial": InitialState(
            "balanced",
            start,
            start * (0.72 + 0.5 * grid.centres / grid.bottom),
            factor,
            "The carbon was set to a steady state of the past management. One factor on the loss of "
            "mineral-associated carbon, smooth in depth, was fitted so that this state meets the measured profile.",
            ["The fitted profile misses the measured one by more than its error in 41–68 cm."],
            "Starting from the measured profile, the baseline would lose 0.08 Mg C/ha a year over the first ten years.",
        ),
        "defaults_used": {"initial": "balanced", "ensemble": 50, "tillage.depth_cm": 20},
        "filled": [
            FilledValue("bulk density", 68, 120, "Manrique & Jones 1991 (from organic carbon)"),
            FilledValue("clay", 120, 200, "carried down from the last measured layer"),
        ],
        "warnings": ["The climate series ends in 2020; later years repeat its mean year."],
        "roots": [
            RootStatement("maize", "Jackson beta", "β = 0.961"),
            RootStatement("soybean", "Schenk-Jackson logistic", "d50 = 11 cm, c = −1.5"),
        ],
        "permanence": synthetic_permanence(grid),
        "practice_notes": {
            "cover_crop": "Hairy vetch between harvest and sowing, 2.0 t/ha of dry matter a year.",
            "no_till": "No tillage from 2025; residue stays on the surface.",
        },
        "history": "No past management was given: the present plan is taken to have always held.",
        "sources": ["Profile: made-up numbers for a test.", "Climate: made-up numbers for a test."],
        "versions": {"mollisol": "0.1.0", "jax": "0.10.0", "numpy": "2.3.0", "Python": "3.11"},
        "command": "mollisol run study.yaml -o out",
    }
    values.update(changes)
    return ReportContext(**values)


def synthetic_permanence(grid, members=3):
    """One pool a depth of entry, slower below; litter on the surface leaves within years."""
    edges = Grid([edge for edge in (0.0, 0.2, 0.6, 1.0) if edge < grid.bottom - 1e-9] + [grid.bottom])
    rate = np.concatenate([[1.0], 0.2 / (1.0 + 5.0 * edges.centres)])
    rate = rate * (1.0 + 0.1 * np.arange(members))[:, None]
    quarters = -np.log1p(-np.array([0.25, 0.5, 0.75]))
    return Permanence(edges, CURVE_YEARS, np.exp(-rate[..., None] * CURVE_YEARS), quarters / rate[..., None])


def small_result(start, end, edges=(0.0, 0.3, 1.0), practices=None):
    """Two moments only. `start`, `end`: (practice, member, layer) SOC, kg/m2."""
    soc = np.stack([np.asarray(start, float), np.asarray(end, float)], axis=2)
    grid = Grid(edges)
    names = practices or ["baseline", "one", "two", "three"][: soc.shape[0]]
    return xr.Dataset(
        {"soc": (("practice", "member", "time", "layer"), soc)},
        coords={
            "practice": list(names),
            "member": np.arange(soc.shape[1]),
            "time": np.array(["2025-01-01", "2026-01-01"], dtype="datetime64[ns]"),
            "layer": grid.centres,
            "layer_bounds": (("layer", "bounds"), np.stack([grid.edges[:-1], grid.edges[1:]], axis=1)),
        },
    )
