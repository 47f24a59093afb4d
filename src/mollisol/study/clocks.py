"""The clocks of a study's present plan at its steady state, by depth: turnover, ages, transit times, permanence, 14C.

The soil is that of the run: its past is brought together with what was measured as `initial` says, and the factor on
the loss of mineral carbon that comes of it is kept. The present plan is then taken to hold for ever, under the
climatology.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.profile import PERMANENCE_YEARS as YEARS
from mollisol.grid import Grid
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2

if TYPE_CHECKING:
    from mollisol.clocks.profile import ProfileClocks
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]

INTERVALS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)
"""Interfaces of the rows, m, as of the published profiles to 1 m."""


@dataclass(frozen=True, eq=False)
class StudyClocks:
    """Clocks of the best estimate of a study.

    Attributes
    ----------
    profile : clocks of the one column.
    edges : intervals of depth of the table.
    bnpp : (layer,) below-ground productivity, kg C/m2/yr.
    delta14c : (interval,) of soil organic carbon at the beginning of the first year, permil; NaN where there is none.
    carried_age : (interval,) mean age of it, carried through the cycle itself, yr: the check on the others.
    warnings : what is doubtful of the soil's initial state.
    """

    profile: ProfileClocks
    edges: Grid
    bnpp: Array
    delta14c: Array
    carried_age: Array
    warnings: list[str]

    def table(self) -> list[dict[str, Any]]:
        """Rows by interval of depth; a row `surface` for the litter comes first."""
        own, edges = self.profile, self.edges
        left, _ = own.permanence(edges, YEARS)
        median = own.transit_time_quantile(edges, 0.5)
        soc, bnpp = own.grid.remap(own.soc[:, 0], edges), own.grid.remap(self.bnpp, edges)
        turnover, age, respired = (
            value[:, 0] for value in (own.turnover(edges), own.soc_age(edges), own.respired_age(edges))
        )
        permanent = [
            {f"left_{year:.0f}_yr": float(share) for year, share in zip(YEARS, row, strict=True)} for row in left
        ]
        nothing = dict.fromkeys(
            (
                "soc_mg_ha",
                "turnover_yr",
                "turnover_bnpp_yr",
                "mean_age_yr",
                "carried_age_yr",
                "respired_age_yr",
                "delta14c_permil",
            )
        )
        rows = [{"depth_cm": "surface", **nothing, "median_transit_time_yr": float(median[0]), **permanent[0]}]
        for i, (top, bottom) in enumerate(pairwise(edges.edges)):
            rows.append(
                {
                    "depth_cm": f"{CM_PER_M * top:g}-{CM_PER_M * bottom:g}",
                    "soc_mg_ha": MG_HA_PER_KG_M2 * float(soc[i]),
                    "turnover_yr": float(turnover[i]),
                    "turnover_bnpp_yr": float(soc[i] / bnpp[i]) if bnpp[i] > 0.0 else np.nan,
                    "mean_age_yr": float(age[i]),
                    "carried_age_yr": float(self.carried_age[i]),
                    "respired_age_yr": float(respired[i]),
                    "delta14c_permil": float(self.delta14c[i]),
                    "median_transit_time_yr": float(median[i + 1]),
                    **permanent[i + 1],
                }
            )
        return rows


def study_clocks(spec: StudySpec, progress: Callable[[str, float], None] | None = None) -> StudyClocks:
    """Find the clocks of a checked study.

    Raises
    ------
    InputError
        If profile, climate or plans are wrong.
    RunError
        If the present plan has no steady state.
    """
    from dataclasses import replace

    from mollisol.clocks import Air, initial_radiocarbon, layer_ages, profile_clocks
    from mollisol.clocks.air import zone_of
    from mollisol.clocks.periodic import periodic_ages
    from mollisol.clocks.radiocarbon import ratio_to_delta
    from mollisol.column.backend import configure
    from mollisol.column.simulate import State
    from mollisol.column.tiles import DEFAULT_STEPS
    from mollisol.models import build
    from mollisol.soil import harmonise
    from mollisol.study.columns import make_place, read_by, typical_forcing
    from mollisol.study.draws import drawn_model
    from mollisol.study.erosion import past_losses
    from mollisol.study.initial import Past, make_start, soc_of
    from mollisol.study.plans import baseline_plan, history_plans
    from mollisol.study.simulation import read_inputs

    configure()
    tell = (lambda stage, share: None) if progress is None else progress
    grid = Grid() if spec.grid is None else Grid(spec.grid)
    profile, climate, _ = read_inputs(spec)
    place = make_place(
        harmonise(profile, grid),
        climate,
        spec.site.latitude,
        spec.site.elevation_m,
        spec.soil.on(grid) if spec.soil else None,
    )
    steps = spec.steps_per_month or DEFAULT_STEPS
    model, _ = drawn_model(build(spec.model.name, spec.model.slots), 1, spec.seed, spec.model.parameters)
    one = np.ones(1)

    def prepared(past: Past) -> Past:
        forcing, _ = typical_forcing(place, past.managements)
        forcing = read_by(model, forcing)
        if model.mover() is None:
            del forcing["runoff"]
        past.prepare(model, forcing, one, one, steps)
        return past

    told = history_plans(spec) or [baseline_plan(spec)]
    past = prepared(Past(place, told, spec.years.start, spec.erosion, past_losses(spec)))
    start = make_start(spec.initial, place, past, lambda share: tell("initial state", share))
    present = prepared(Past(place, [baseline_plan(spec)], spec.years.start, spec.erosion))
    present.material = start.material
    tell("steady state", 0.0)
    rows = len(grid) + 1
    guess = State(start.state.carbon, model.initial_soil(rows, 1))
    state, _ = present.run(start.balance, guess)
    setup = present.moving(replace(present.steady, soil={**present.steady.soil, "balance": start.balance}), 0)
    management = present.first.managements[0]
    months = management.months
    tell("clocks", 0.5)
    found = profile_clocks(model, grid, setup, state, months, steps=steps)
    air = Air(zone_of(spec.site.latitude))
    modern, cycle = initial_radiocarbon(model, setup, state, months, management.sources, air, spec.years.start, steps)
    edges = Grid([edge for edge in INTERVALS if edge < grid.bottom - 1e-9] + [grid.bottom])
    stock = soc_of(state.carbon, model)
    aged = layer_ages(model, state.carbon, periodic_ages(cycle)) * stock
    total = grid.remap(stock[:, 0], edges)
    delta = ratio_to_delta(grid.remap(soc_of(modern, model)[:, 0], edges), total, float(spec.years.start))
    bnpp = (management.amount.mean(axis=0) * management.below_ground) @ management.depth[:, 1:]
    carried = grid.remap(np.nan_to_num(aged[:, 0]), edges) / total
    return StudyClocks(found, edges, np.asarray(bnpp), delta, carried, list(start.warnings))
