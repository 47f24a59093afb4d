"""The best estimate of a study, made ready: its place, its model, its past and the state in which its run begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mollisol.column.backend import configure
from mollisol.grid import Grid
from mollisol.study.columns import Place, make_place, read_by, typical_forcing
from mollisol.study.erosion import past_losses
from mollisol.study.initial import Past, Start, make_start
from mollisol.study.members import draw_members
from mollisol.study.plans import baseline_plan, history_plans
from mollisol.study.structures import heaviest

if TYPE_CHECKING:
    from mollisol.practices import Timeline
    from mollisol.soil import Profile
    from mollisol.study.schema import StudySpec

Progress = Callable[[str, float], None]

ONE = np.ones(1)


@dataclass(frozen=True, eq=False)
class BestEstimate:
    """A study with one member, ready for its first year.

    Attributes
    ----------
    spec : the checked study.
    profile : as measured.
    place, model, steps : of its runs.
    lines : time line of every plan, by name.
    past : what came before, already run.
    start : the initial state.
    """

    spec: StudySpec
    profile: Profile
    place: Place
    model: Any
    steps: int
    lines: Mapping[str, Timeline]
    past: Past
    start: Start

    @property
    def grid(self) -> Grid:
        """Layers of the soil."""
        return self.place.grid


def prepared(past: Past, model: Any, steps: int) -> Past:
    """Set the runs of a past up for one member."""
    forcing, _ = typical_forcing(past.place, past.managements)
    forcing = read_by(model, forcing)
    if model.mover() is None:
        del forcing["runoff"]
    past.prepare(model, forcing, ONE, ONE, steps)
    return past


def best_estimate(spec: StudySpec, progress: Progress | None = None) -> BestEstimate:
    """Make a checked study ready, with one member.

    Raises
    ------
    InputError
        If profile, climate or plans are wrong.
    RunError
        If the oldest known management has no steady state.
    """
    configure()
    from mollisol.column.tiles import DEFAULT_STEPS
    from mollisol.soil import harmonise
    from mollisol.study.prepared import read_inputs

    tell = None if progress is None else (lambda share: progress("initial state", share))
    grid = Grid() if spec.grid is None else Grid(spec.grid)
    profile, climate, lines = read_inputs(spec)
    minerals = spec.soil.on(grid) if spec.soil else None
    place = make_place(harmonise(profile, grid), climate, spec.site.latitude, spec.site.elevation_m, minerals)
    steps = spec.steps_per_month or DEFAULT_STEPS
    spec = heaviest(spec)
    model = draw_members(spec.model_copy(update={"ensemble": 1, "part": None})).model
    told = history_plans(spec) or [baseline_plan(spec)]
    past = prepared(Past(place, told, spec.years.start, spec.erosion, past_losses(spec)), model, steps)
    start = make_start(spec.initial, place, past, tell)
    return BestEstimate(spec, profile, place, model, steps, lines, past, start)
