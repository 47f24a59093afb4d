"""Many samples of a study at once, by the yearly operator of each plan (`evidence.forward`).

0 = u + B x              the oldest management, then the past, in steps of five years
x' = x + h (u + B x')    the run, in steps of a year; B is taken anew every ten years, u is of the year
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.simulate import State
from mollisol.column.step import factored, implicit_step
from mollisol.column.tiles import spread
from mollisol.evidence.forward import made_ready, rates_of_year, steady
from mollisol.evidence.sensitivity.fields import FieldYears
from mollisol.practices.builder import ABOVE, BELOW
from mollisol.study.initial import Past

Array = Any
Progress = Callable[[float], None]

WIDTH = 128
"""Samples of a tile."""

PASSES = 2
"""How often the steady state's rates that follow the state are taken anew."""

STRETCH = 10
"""Steps between which rates that follow the state stay as they are."""

PAST_STEP = 5.0
"""yr."""


@dataclass(frozen=True, eq=False)
class Samples:
    """What differs between samples.

    Attributes
    ----------
    model : with (sample,) parameters.
    above, below : (sample,) scales of the inputs, yields included.
    upper, lower : (property, sample) how far each property lies towards its upper and its lower value.
    density : (sample,) what the profile's measured stock is multiplied by.
    """

    model: Any
    above: NDArray[np.float64]
    below: NDArray[np.float64]
    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    density: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.above)


@lru_cache(maxsize=64)
def _runner(structure: Any, changed: tuple[tuple[int, int], ...], stepping: bool) -> Callable[..., Any]:
    """Return the function of a tile: steps in time, or the steady state."""

    def ready(tree: Any) -> tuple[Any, ...]:
        leaves = list(tree["leaves"])
        for (leaf, number), high, low in zip(changed, tree["high"], tree["low"], strict=True):
            leaves[leaf] = leaves[leaf] + high * tree["upper"][number] + low * tree["lower"][number]
        setup, aggregation, mixing, mass, amount = jax.tree_util.tree_unflatten(structure, leaves)
        mark = tree["mark"]
        amount = amount * jnp.where(mark == ABOVE, tree["above"], jnp.where(mark == BELOW, tree["below"], 1.0))
        forcing = {**setup.forcing, "root_respiration": setup.forcing["root_respiration"] * tree["below"]}
        return dataclasses.replace(setup, forcing=forcing), aggregation, mixing, mass, amount

    def sources(setup: Any, amount: Array) -> tuple[Array | None, ...]:
        placed = amount[:, None] * setup.placement
        return tuple(
            jnp.sum(placed * setup.quality[:, pool, None], axis=0) if setup.fed is None or pool in setup.fed else None
            for pool in range(setup.quality.shape[1])
        )

    def run(tree: Any) -> Array:
        model, balance = tree["model"], tree["balance"]
        setup, aggregation, mixing, mass, amount = ready(tree)
        start = tree["start"]
        prepared = made_ready(model, setup, aggregation, balance)

        def rates_at(carbon: Array) -> Any:
            return rates_of_year(model, prepared, mixing, mass, carbon)[0]

        if not stepping:
            found = jnp.zeros_like(start)
            for _ in range(PASSES):
                found = steady(model, rates_at(found), sources(setup, jnp.mean(amount, axis=0)), jnp.zeros_like(found))
            return found
        count, h = tree["count"], tree["h"]

        def stretch(number: Array, carbon: Array) -> Array:
            rates = rates_at(carbon)
            system = factored(model, rates, carbon[:, 0], h)

            def step(year: Array, now: Array) -> Array:
                fresh = sources(setup, amount[year % amount.shape[0]])
                return implicit_step(model, rates, system, now, fresh, h)

            first = number * STRETCH
            return jax.lax.fori_loop(first, jnp.minimum(first + STRETCH, count), step, carbon)

        return jax.lax.fori_loop(0, -(-count // STRETCH), stretch, start)

    return run


def course(
    field: FieldYears,
    samples: Samples,
    balance: Array,
    start: Array,
    h: float = 0.0,
    count: int = 0,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Return carbon (row, pool, sample): the steady state of a plan (h = 0), or what it makes of a start.

    Parameters
    ----------
    field : the plan.
    balance : (row, sample) or (row, 1), factor on the loss of mineral carbon.
    start : (row, pool, sample) kg C/m2.
    h, count : length (yr) and number of the steps.
    """
    tree = {
        "leaves": field.leaves,
        "high": [high for _, _, high, _ in field.changes],
        "low": [low for _, _, _, low in field.changes],
        # a property's row is an array of its own, so that tiles are cut along samples alone
        "upper": list(samples.upper),
        "lower": list(samples.lower),
        "above": samples.above,
        "below": samples.below,
        "model": samples.model,
        "balance": balance,
        "start": start,
        "count": np.int64(count),
        "h": np.float64(h),
        "mark": field.mark[:, None],
    }
    changed = tuple((leaf, number) for leaf, number, _, _ in field.changes)
    function = _runner(field.structure, changed, h > 0.0)
    return np.asarray(spread(function, tree, len(samples), WIDTH, progress))


class YearlyPast(Past):
    """The past of a field by yearly operators in place of months.

    A profile whose measured stock is multiplied by d has its model's carbon divided by d for the comparison.
    """

    def __init__(self, samples: Samples, told: Sequence[tuple[FieldYears, int]]) -> None:
        """`told` is the plans of the past, oldest first, with how many years each held."""
        self.model, self.samples, self.told = samples.model, samples, list(told)
        self.members = len(samples)

    def run(self, balance: Array, guess: State) -> tuple[State, State]:
        """Return the steady state and the state at the end of the past, over d, for balance (row, sample)."""
        (oldest, _), *later = self.told
        steady_carbon = course(oldest, self.samples, balance, np.zeros_like(guess.carbon))
        carbon = steady_carbon
        for field, years in later:
            count = max(1, round(years / PAST_STEP))
            carbon = course(field, self.samples, balance, carbon, PAST_STEP if years >= PAST_STEP else 1.0, count)
        return State(steady_carbon / self.samples.density, {}), State(carbon / self.samples.density, {})
