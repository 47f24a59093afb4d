"""The initial state: what the model makes of the past, what was measured, and how the two are brought together.

- `equilibrium`: the steady state of the oldest known management, then the past as told, to the first year.
- `measured`: the same, with each layer scaled to the observed SOC; pools keep the model's proportions.
- `balanced`: the loss of mineral carbon is multiplied by a factor b(z) so that the past leads to the observed SOC.

log b is a Gaussian process over depth (mean 0, standard deviation such that [1/3, 3] holds 95 %, correlation length
0.3 m): smooth, and fitted to the observations within their error, not through them. Below the last sample b stays as
it is there, so the model's own shape goes on, scaled.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.column.equilibrium import equilibrium
from mollisol.column.setup import Setup, select_columns
from mollisol.column.simulate import State
from mollisol.column.tiles import advance
from mollisol.practices import Management, Plan
from mollisol.processes.pools import MINERAL_POOLS
from mollisol.study.columns import Place, assemble
from mollisol.study.erosion import Erosion
from mollisol.study.factor_fit import fit_factor, rows_of, unfinished
from mollisol.study.inputs import Inputs, cycled, managed
from mollisol.study.moving import Material, material_of, moving_setup, nothing_yet

Array = NDArray[np.float64]

SPREAD = math.log(3.0) / 1.96
"""Standard deviation of log b: a factor of 3 is at the edge of 95 %."""

CORRELATION_LENGTH = 0.3
"""m; soil properties change over a few decimetres (horizons)."""

LARGEST_FACTOR = 3.0

STEPS = 8
"""Runs of the past at most, to find b."""


@dataclass(frozen=True, eq=False)
class Start:
    """The start of a run for every member.

    Attributes
    ----------
    state : carbon (row, pool, member) and soil-bound state.
    balance : (row, member), the factor b; ones unless balanced.
    equilibrium : (layer, member) SOC after the past without any adjustment, kg C/m2.
    measured_state : the state scaled to the observations, for the trend that it would have.
    warnings : what is doubtful, in sentences.
    material, measured_material : soil that moves in from outside, for the two states; None where none moves.
    steady : the periodic state of the oldest known management, from which the past begins.
    """

    state: State
    balance: Array
    equilibrium: Array
    measured_state: State
    warnings: list[str] = field(default_factory=list)
    material: Material | None = None
    measured_material: Material | None = None
    steady: State | None = None

    def joined(self, other: Start) -> Start:
        """Return the start of these members and then of others; the steady state of the past is left out."""

        def beside(mine: Any, theirs: Any) -> Any:
            return None if mine is None else np.concatenate([mine, theirs], axis=-1)

        def states(mine: State, theirs: State) -> State:
            soil = {name: beside(value, theirs.soil[name]) for name, value in mine.soil.items()}
            return State(beside(mine.carbon, theirs.carbon), soil)

        def materials(mine: Material | None, theirs: Material | None) -> Material | None:
            if mine is None or theirs is None:
                return None
            return Material(beside(mine.below, theirs.below), beside(mine.deposited, theirs.deposited))

        return Start(
            states(self.state, other.state),
            beside(self.balance, other.balance),
            beside(self.equilibrium, other.equilibrium),
            states(self.measured_state, other.measured_state),
            self.warnings,
            materials(self.material, other.material),
            materials(self.measured_material, other.measured_material),
        )


def soc_of(carbon: Array, model: Any) -> Array:
    """Return (layer, column) SOC of (row, pool, column) of a model's pools."""
    counted = np.array([pool.counts_as_soc for pool in model.pools], dtype=np.float64)
    return np.asarray(np.einsum("lpc,p->lc", carbon[1:], counted))


class Past:
    """Runs the past of a field for given balance factors: steady state, then each later period."""

    def __init__(
        self,
        place: Place,
        plans: Sequence[Plan],
        end: int,
        erosion: Erosion | None = None,
        losses: Sequence[float] | None = None,
    ) -> None:
        """`erosion` and `losses` (kg/m2/yr of each plan) say what a model whose surface moves is to do."""
        self.place, self.end, self.plans = place, end, list(plans)
        self.erosion = erosion or Erosion()
        self.losses = list(losses) if losses is not None else [self.erosion.loss] * len(self.plans)
        self.material: Material | None = None
        self.first = cycled(place, plans[0], plans[0].from_year)
        self.later: Inputs | None = None
        if len(plans) > 1:
            # one common window for all periods, so that they share one compiled program
            length = math.lcm(*(plan.cycle_years for plan in plans[1:]))
            origin = plans[1].from_year
            moved = [((origin, replace(plan, from_year=origin)),) for plan in plans[1:]]
            self.later = managed(place, moved, (origin, origin + length - 1))

    @property
    def managements(self) -> list[Management]:
        """The oldest management, then each later period's."""
        return self.first.managements + (self.later.managements if self.later else [])

    def prepare(self, model: Any, forcing: Mapping[str, Array], above: Array, below: Array, steps: int) -> None:
        """Set up the runs: forcing (12, row, plan) in the order of `managements`, (member,) scales of the inputs."""
        self.model, self.steps, self.members = model, steps, len(above)
        ones = np.ones((len(self.place.grid) + 1, 1))
        oldest = {name: value[..., :1] for name, value in forcing.items()}
        names = model.pool_names
        self.steady = assemble(self.place, names, self.first, oldest, above, below, ones)
        self.periods: list[tuple[Setup, int]] = []
        if self.later is None:
            return
        setup = assemble(
            self.place, names, self.later, {name: value[..., 1:] for name, value in forcing.items()}, above, below, ones
        )
        starts = [plan.from_year for plan in self.plans[1:]] + [self.end]
        columns = self.members * len(self.later.managements)
        for i in range(len(self.later.managements)):
            index = np.arange(i * self.members, (i + 1) * self.members)
            own = select_columns(setup, index) if columns > 1 else setup
            self.periods.append((own, starts[i + 1] - starts[i]))

    def run(self, balance: Array, guess: State) -> tuple[State, State]:
        """Return the steady state and the state at the end of the past, for balance (row, member)."""
        setup = self.moving(replace(self.steady, soil={**self.steady.soil, "balance": balance}), 0)
        names = [f"member {i + 1}" for i in range(self.members)]
        months = self.first.managements[0].months
        steady = equilibrium(self.model, setup, guess, months, steps=self.steps, names=names).state
        state = steady
        for number, (own, years) in enumerate(self.periods, start=1):
            setup = self.moving(replace(own, soil={**own.soil, "balance": balance}), number)
            state = advance(self.model, setup, state, years, steps=self.steps)
        return steady, state

    def mineral_pools(self) -> list[int]:
        """Return the pools whose loss the factor scales."""
        return [i for i, name in enumerate(self.model.pool_names) if name in MINERAL_POOLS]

    def select(self, index: NDArray[np.int64]) -> Past:
        """Return the prepared past of some members, in an order of their own."""
        own = copy.copy(self)
        own.model, own.members = select_columns(self.model, index), len(index)
        own.steady = select_columns(self.steady, index)
        own.periods = [(select_columns(setup, index), years) for setup, years in self.periods]
        if self.material is not None:
            material = self.material
            own.material = Material(material.below[:, index], material.deposited[:, index])
        return own

    def extend(self, carbon: Array) -> Material:
        """Take what enters from below, and what arrives, from a state (row, pool, member) without erosion."""
        return material_of(self.erosion, self.model, carbon, self.place.mass)

    def moving(self, setup: Setup, plan: int) -> Setup:
        """Add the motion of the surface under a plan; it rests as long as what enters from below is not known."""
        if self.model.mover() is None:
            return setup
        material = self.material or nothing_yet(self.model, self.members)
        loss = np.full((1, 1), self.losses[plan])
        return moving_setup(setup, self.erosion, loss, material, moves=self.material is not None)


def observed(place: Place) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return (layer,) SOC of whole layers and its relative error, NaN where less than half was sampled, and a mask."""
    layers = place.layers
    share = layers.measured
    with np.errstate(invalid="ignore", divide="ignore"):
        soc = np.where(share >= 0.5, layers.organic_carbon / share, np.nan)
        relative = np.where(share >= 0.5, layers.organic_carbon_error / layers.organic_carbon, np.nan)
    known = np.isfinite(soc) & (soc > 0.0)
    return soc, np.maximum(relative, 0.02), known


def make_start(
    kind: str,
    place: Place,
    past: Past,
    progress: Callable[[float], None] | None = None,
) -> Start:
    """Make the initial state of every member.

    Parameters
    ----------
    kind : "equilibrium", "measured" or "balanced".
    """
    if past.model.mover() is None:
        return _made(kind, place, past, progress)
    still = _made(kind, place, past, progress)
    past.material = past.extend(still.state.carbon)
    measured = past.extend(still.measured_state.carbon)
    return replace(_made(kind, place, past, progress), material=past.material, measured_material=measured)


def _made(kind: str, place: Place, past: Past, progress: Callable[[float], None] | None) -> Start:
    ones = np.ones((len(place.grid) + 1, past.members))
    steady, plain = nothing_known(place, past)
    soc = soc_of(plain.carbon, past.model)
    measured_state = scaled_to(place, past.model, plain)
    if kind == "equilibrium":
        return Start(plain, ones, soc, measured_state, steady=steady)
    if kind == "measured":
        return Start(measured_state, ones, soc, measured_state, steady=steady)
    balance, steady, state, warnings = _balance(place, past, steady, plain, progress)
    return Start(state, balance, soc, scaled_to(place, past.model, state), warnings, steady=steady)


def nothing_known(place: Place, past: Past) -> tuple[State, State]:
    """Return the steady state and the state at the end of the past, without any factor."""
    rows = len(place.grid) + 1
    nothing = np.zeros((rows, len(past.model.pools), past.members))
    guess = State(nothing, past.model.initial_soil(rows, past.members))
    return past.run(np.ones((rows, past.members)), guess)


def scaled_to(place: Place, model: Any, state: State) -> State:
    """Scale each layer to the observed SOC; below the last sample the model's shape goes on from there."""
    soc, _, known = observed(place)
    modelled = soc_of(state.carbon, model)
    if not known.any():
        return state
    ratio = np.full(modelled.shape, np.nan)
    ratio[known] = soc[known, None] / modelled[known]
    index = np.flatnonzero(known)
    # a layer without a sample takes the ratio of the nearest one above it, or of the first
    above = np.array([index[max(int(np.searchsorted(index, i, side="right")) - 1, 0)] for i in range(len(soc))])
    carbon = state.carbon.copy()
    carbon[1:] = carbon[1:] * ratio[above][:, None]
    return State(carbon, state.soil)


def _balance(
    place: Place,
    past: Past,
    steady: State,
    plain: State,
    progress: Callable[[float], None] | None,
) -> tuple[Array, State, State, list[str]]:
    soc, relative, known = observed(place)
    depth = place.grid.centres
    covariance = SPREAD**2 * np.exp(-np.abs(depth[:, None] - depth[None]) / CORRELATION_LENGTH)
    # a first guess: carbon of a layer answers to the factor there, as far as it is on minerals
    mineral = plain.carbon[1:, past.mineral_pools()].sum(axis=1) / soc_of(plain.carbon, past.model)
    slope = -np.eye(len(depth))[known][..., None] * mineral[None]
    fit = fit_factor(
        past,
        lambda state: np.asarray(np.log(soc_of(state.carbon, past.model)[known])),
        (np.log(soc[known]), np.log1p(relative[known])),
        covariance[None],
        int(np.flatnonzero(known)[-1]),
        slope,
        (steady, plain),
        STEPS,
        progress,
    )
    factor = np.exp(fit.log_factor)
    warnings = doubts(place, factor, soc_of(fit.state.carbon, past.model)) + unfinished(fit)
    return rows_of(fit.log_factor), fit.steady, fit.state, warnings


def doubts(place: Place, factor: Array, soc: Array) -> list[str]:
    """Return what is doubtful of factors and SOC (layer, member) that were fitted to the profile, in sentences."""
    observed_soc, relative, known = observed(place)
    edges = 100.0 * place.grid.edges
    typical, fitted = np.median(factor, axis=1), np.median(soc, axis=1)

    def where(mask: NDArray[np.bool_]) -> str:
        return ", ".join(f"{edges[i]:g}-{edges[i + 1]:g} cm" for i in np.flatnonzero(mask))

    warnings = []
    outside = (typical > LARGEST_FACTOR) | (typical < 1.0 / LARGEST_FACTOR)
    if outside.any():
        warnings.append(
            f"The factor on the loss of mineral carbon leaves 1/3 to 3 in {where(outside)} "
            f"(it ranges from {typical.min():.2f} to {typical.max():.2f}): the model does not explain this soil there. "
            "Consider 'initial: measured'."
        )
    missed = np.zeros_like(known)
    missed[known] = np.abs(np.log(fitted[known] / observed_soc[known])) > 2.0 * np.log1p(relative[known])
    if missed.any():
        warnings.append(
            f"The balanced profile misses the measurement by more than two standard errors in {where(missed)}. "
            "Consider 'initial: measured'."
        )
    return warnings
