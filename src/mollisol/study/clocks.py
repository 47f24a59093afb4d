"""The clocks of a study's present plan at its steady state, by depth: turnover, ages, transit times, permanence, 14C.

The soil is that of the run: its past is brought together with what was measured as `initial` says, and the factor on
the loss of mineral carbon that comes of it is kept. The present plan is then taken to hold for ever, under the
climatology. Measured radiocarbon stands beside that of the model's past in the year of sampling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.clocks.transits import PERMANENCE_YEARS, Permanence
from mollisol.grid import Grid
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2

if TYPE_CHECKING:
    from mollisol.clocks.profile import ProfileClocks
    from mollisol.study.prepared import PreparedRun
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sampled:
    """Radiocarbon of the intervals of depth in the year of sampling, (interval,) permil, NaN where none was measured.

    Attributes
    ----------
    year : of sampling.
    measured, modelled : Delta14C of the soil organic carbon of the layers that were measured.
    """

    year: int
    measured: Array
    modelled: Array


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
    permanence : of what enters, by interval.
    sampled : radiocarbon as measured and as modelled then; None where none was measured before the run.
    warnings : what is doubtful of the soil's initial state.
    """

    profile: ProfileClocks
    edges: Grid
    bnpp: Array
    delta14c: Array
    carried_age: Array
    permanence: Permanence
    sampled: Sampled | None
    warnings: list[str]

    @property
    def largest_difference(self) -> float:
        """Largest relative difference between the ages of the effective operator and those that were carried."""
        return float(np.nanmax(np.abs(self.profile.soc_age(self.edges)[:, 0] / self.carried_age - 1.0)))

    def table(self) -> list[dict[str, Any]]:
        """Rows by interval of depth; a row `surface` for the litter comes first."""
        own, edges, stays = self.profile, self.edges, self.permanence
        soc, bnpp = own.grid.remap(own.soc[:, 0], edges), own.grid.remap(self.bnpp, edges)
        turnover, age, respired = (
            value[:, 0] for value in (own.turnover(edges), own.soc_age(edges), own.respired_age(edges))
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            by_bnpp = np.where(bnpp > 0.0, soc / bnpp, np.nan)
        nothing = np.full(len(edges), np.nan)
        by_depth = {
            "soc_mg_ha": MG_HA_PER_KG_M2 * soc,
            "turnover_yr": turnover,
            "turnover_bnpp_yr": by_bnpp,
            "mean_age_yr": age,
            "carried_age_yr": self.carried_age,
            "respired_age_yr": respired,
            "delta14c_permil": self.delta14c,
            "measured_delta14c_permil": nothing if self.sampled is None else self.sampled.measured,
            "modelled_delta14c_permil": nothing if self.sampled is None else self.sampled.modelled,
        }
        of_inputs = {
            "median_transit_time_yr": stays.transit[0, :, 1],
            **{f"left_{year:.0f}_yr": stays.left_after(year)[0] for year in PERMANENCE_YEARS},
        }
        surface = dict.fromkeys(by_depth) | {name: float(value[0]) for name, value in of_inputs.items()}
        rows = [{"depth_cm": "surface", **surface}]
        for i, (top, bottom) in enumerate(pairwise(edges.edges)):
            here = {name: float(value[i]) for name, value in by_depth.items()}
            here |= {name: float(value[i + 1]) for name, value in of_inputs.items()}
            rows.append({"depth_cm": f"{CM_PER_M * top:g}-{CM_PER_M * bottom:g}", **here})
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

    from mollisol.clocks import initial_radiocarbon, layer_ages, profile_clocks
    from mollisol.clocks.periodic import periodic_ages
    from mollisol.clocks.radiocarbon import ratio_to_delta
    from mollisol.column.simulate import State
    from mollisol.study.columns import read_by, typical_forcing
    from mollisol.study.initial import Past, soc_of
    from mollisol.study.isotopes import labels_of
    from mollisol.study.permanence import intervals_of
    from mollisol.study.plans import baseline_plan
    from mollisol.study.prepared import prepare_run

    tell = (lambda stage, share: None) if progress is None else progress
    ready = prepare_run(_baseline_alone(spec), progress)
    model, start, grid, steps = ready.model, ready.start, ready.place.grid, ready.steps
    present = Past(ready.place, [baseline_plan(spec)], spec.years.start, spec.erosion)
    forcing = read_by(model, typical_forcing(ready.place, present.managements)[0])
    if model.mover() is None:
        del forcing["runoff"]
    present.prepare(model, forcing, np.ones(1), np.ones(1), steps)
    present.material = start.material
    tell("steady state", 0.0)
    guess = State(start.state.carbon, model.initial_soil(len(grid) + 1, 1))
    state, _ = present.run(start.balance, guess)
    setup = present.moving(replace(present.steady, soil={**present.steady.soil, "balance": start.balance}), 0)
    management = present.first.managements[0]
    months = management.months
    tell("clocks", 0.5)
    found = profile_clocks(model, grid, setup, state, months, steps=steps)
    air = labels_of(spec).air
    modern, cycle = initial_radiocarbon(model, setup, state, months, management.sources, air, spec.years.start, steps)
    edges = intervals_of(grid)
    stock = soc_of(state.carbon, model)
    aged = layer_ages(model, state.carbon, periodic_ages(cycle)) * stock
    total = grid.remap(stock[:, 0], edges)
    delta = ratio_to_delta(grid.remap(soc_of(modern, model)[:, 0], edges), total, float(spec.years.start))
    bnpp = (management.amount.mean(axis=0) * management.below_ground) @ management.depth[:, 1:]
    carried = grid.remap(np.nan_to_num(aged[:, 0]), edges) / total
    return StudyClocks(
        found,
        edges,
        np.asarray(bnpp),
        delta,
        carried,
        found.curves(edges),
        _sampled(ready, edges),
        list(start.warnings),
    )


def _baseline_alone(spec: StudySpec) -> StudySpec:
    """Return the study of the best estimate without its practices."""
    still = spec.erosion and spec.erosion.model_copy(update={"practices": {}})
    changed = {"ensemble": 1, "part": None, "practices": (), "erosion": still, "condition": "none"}
    return spec.model_copy(update=changed)


def _sampled(ready: PreparedRun, edges: Grid) -> Sampled | None:
    """Return measured and modelled radiocarbon by interval, each the mean of the measured layers by their carbon."""
    from mollisol.study.isotopes import labels_of
    from mollisol.study.radiocarbon import past_tracers, year_of_radiocarbon

    layers, year = ready.place.layers, year_of_radiocarbon(ready.profile)
    if year is None or year >= ready.spec.years.start:
        return None
    _, found = past_tracers(ready.past, ready.start, labels_of(ready.spec), year)
    measured = layers.delta14c
    known = np.isfinite(measured) & np.isfinite(layers.organic_carbon)
    if found is None or not known.any():
        return None
    carbon = np.where(known, layers.organic_carbon, 0.0)
    whole = ready.place.grid.remap(carbon, edges)

    def joined(values: Array) -> Array:
        amount = ready.place.grid.remap(np.where(known, carbon * values, 0.0), edges)
        return np.where(whole > 0.0, amount / np.where(whole > 0.0, whole, 1.0), np.nan)

    return Sampled(year, joined(measured), joined(found.delta14c[:, 0]))
