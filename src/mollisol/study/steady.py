"""The steady state of a study's present plan under its climatology: where hypotheses and samples are compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure
from mollisol.grid import Grid

if TYPE_CHECKING:
    from mollisol.column import Model, Setup, State
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]

TERMS = ("stress", "flexibility", "legacy", "diversity")
"""The physiological hypotheses of the slot `variability`."""


@dataclass(frozen=True, eq=False)
class SteadyProfile:
    """A profile in the steady state of its plan.

    Attributes
    ----------
    model : as solved; its parameters may differ by column.
    grid : layers of the soil.
    setup : arrays of the plan's cycle.
    state : at the beginning of the cycle.
    """

    model: Model
    grid: Grid
    setup: Setup
    state: State

    @property
    def soc(self) -> Array:
        """(layer, column) soil organic carbon, kg C/m2."""
        from mollisol.study.initial import soc_of

        return soc_of(self.state.carbon, self.model)

    def between(self, top: float, bottom: float) -> Array:
        """(column,) soil organic carbon between two depths (m), kg C/m2."""
        share = self.grid.depth_share(bottom) - self.grid.depth_share(top)
        return np.asarray(share @ self.soc)


def steady_profile(spec: StudySpec, model: Model, columns: int = 1) -> SteadyProfile:
    """Solve a study's present plan, as if it had always held, for a model.

    Parameters
    ----------
    spec : a checked study; its history and practices play no part.
    model : its parameters are scalars or (column,).
    columns : how many.

    Raises
    ------
    RunError
        Where a column has no steady state.
    """
    configure()
    from mollisol.column import State
    from mollisol.column.tiles import DEFAULT_STEPS
    from mollisol.soil import harmonise
    from mollisol.study.columns import make_place, typical_forcing
    from mollisol.study.initial import Past
    from mollisol.study.plans import baseline_plan
    from mollisol.study.prepared import read_inputs

    grid = Grid() if spec.grid is None else Grid(spec.grid)
    profile, climate, _ = read_inputs(spec)
    place = make_place(harmonise(profile, grid), climate, spec.site.latitude, spec.site.elevation_m)
    past = Past(place, [baseline_plan(spec)], spec.years.start, spec.erosion)
    forcing, _ = typical_forcing(place, past.managements)
    same = np.ones(columns)
    past.prepare(model, forcing, same, same, spec.steps_per_month or DEFAULT_STEPS)
    rows = len(grid) + 1
    guess = State(np.zeros((rows, len(model.pools), columns)), model.initial_soil(rows, columns))
    steady, _ = past.run(np.ones((rows, columns)), guess)
    if model.mover() is not None:
        past.material = past.extend(steady.carbon)
        steady, _ = past.run(np.ones((rows, columns)), steady)
    return SteadyProfile(model, grid, past.moving(past.steady, 0), steady)


def variability_combinations(
    spec: StudySpec, strength: float = 1.0, slots: dict[str, str] | None = None
) -> tuple[list[tuple[str, ...]], SteadyProfile]:
    """Solve all sixteen combinations of the four physiological hypotheses of variability on one site.

    Parameters
    ----------
    spec : a checked study.
    strength : of each hypothesis that is on.
    slots : other alternatives of the model.

    Returns
    -------
    For each column the hypotheses that are on (none in the first), and the steady profile.
    """
    import dataclasses

    from mollisol.models import build

    chosen = [
        tuple(term for term, on in zip(TERMS, flags, strict=True) if on)
        for flags in sorted(product((False, True), repeat=len(TERMS)), key=lambda f: (sum(f), [not on for on in f]))
    ]
    values: dict[str, Any] = {
        term: np.array([strength if term in one else 0.0 for one in chosen], dtype=np.float64) for term in TERMS
    }
    model = build("whole_profile", {**(slots or {}), "variability": "physiological"})
    processes = tuple(
        dataclasses.replace(process, **values) if process.slot == "variability" else process
        for process in model.processes
    )
    model = dataclasses.replace(model, processes=processes)
    return chosen, steady_profile(spec, model, len(chosen))
