"""One implicit step on the coupled system, and the fluxes that it applies.

    x_new = x_old + h (u + B x_new)          (backward Euler)

Conservative to rounding, non-negative for any step, exact at the steady state. Within a month B is constant: it is
factored once and used for all `steps` steps of the month; the fluxes are those of the mean of the new states.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from mollisol.column.components import Group
from mollisol.column.model import Model, full
from mollisol.column.rates import Rates
from mollisol.column.setup import Source
from mollisol.column.solve import Factors, factor, substitute


class Fluxes(NamedTuple):
    """Fluxes over a time as applied, kg C/m2/yr.

    Attributes
    ----------
    respiration : (row, column), heterotrophic.
    leaching : (column,), dissolved carbon through the bottom.
    bottom_exchange : (column,), carbon through the bottom otherwise, positive into the profile.
    runoff : (column,), lateral losses.
    erosion, deposition : (column,), with the soil from and onto the surface; None where the surface never moves.
    """

    respiration: Array
    leaching: Array
    bottom_exchange: Array
    runoff: Array
    erosion: Array | None = None
    deposition: Array | None = None


class System(NamedTuple):
    """The factored operator of a month: a group's pools and factors, and the transfers between groups."""

    groups: tuple[Group, ...]
    factors: tuple[Factors, ...]


def losses(model: Model, rates: Rates, like: Array) -> dict[str, Array]:
    """Return {pool: (row, column)} the total rate at which each pool leaves its row, 1/yr."""
    total: dict[str, Array] = {name: jnp.zeros_like(like) for name in model.pool_names}
    for (_, source), rate in rates.transfer.items():
        total[source] = total[source] + rate
    for (_, source), rate in rates.carried.items():
        total[source] = total[source] + rate
    for table in (rates.respired, rates.down, rates.up):
        for pool, rate in table.items():
            total[pool] = total[pool] + rate
    for (_, pool), rate in rates.export.items():
        total[pool] = total[pool] + rate
    return total


def factored(model: Model, rates: Rates, like: Array, h: float | Array) -> System:
    """Factor 1/h - B for one step length h (yr); `like` is a (row, column) array of the state's shape and dtype."""
    names, groups, loss = model.pool_names, model.groups(rates), losses(model, rates, like)
    zero = jnp.zeros_like(like)
    factors = []
    for group in groups:
        size = len(group[0])

        def of(rate_of_pool: Mapping[str, Array], position: int, group: Group = group) -> Array:
            return _joined([full(rate_of_pool.get(names[c[position]], zero), like) for c in group])

        block: list[list[Array | None]] = [[None] * size for _ in range(size)]
        for i in range(size):
            block[i][i] = _joined([full(1.0 / h + loss[names[c[i]]], like) for c in group])
            for j in range(size):
                flows = [rates.transfer.get((names[c[i]], names[c[j]])) for c in group]
                if i != j and any(flow is not None for flow in flows):
                    block[i][j] = _joined([full(0.0 if f is None else f, like) for f in flows])
        factors.append(factor(block, *(tuple(of(one, i) for i in range(size)) for one in (rates.down, rates.up))))
    return System(groups, tuple(factors))


def _joined(arrays: list[Array]) -> Array:
    """Put the arrays of a group's components side by side, (row, component, column); that of a single one stays."""
    return arrays[0] if len(arrays) == 1 else jnp.stack(arrays, axis=1)


def implicit_step(model: Model, rates: Rates, system: System, carbon: Array, source: Source, h: float | Array) -> Array:
    """Advance (row, pool, column) by one step h (yr) under the input of each pool, (row, column) in kg C/m2/yr."""
    names = model.pool_names
    new: dict[int, Array] = {}
    for group, factors in zip(system.groups, system.factors, strict=True):
        size = len(group[0])
        rows = []
        for i in range(size):
            fed = []
            for component in group:
                pool = component[i]
                amount = carbon[:, pool] / h
                fresh = source[pool]
                if fresh is not None:
                    amount = amount + fresh
                for (to, frm), rate in rates.transfer.items():
                    origin = names.index(frm)
                    if names[pool] == to and origin not in component:
                        amount = amount + rate * new[origin]
                for (to, frm), rate in rates.carried.items():
                    if names[pool] == to:
                        amount = amount + jnp.sum(rates.kernel[to, frm] * (rate * new[names.index(frm)])[None], axis=1)
                fed.append(amount)
            rows.append(_joined(fed))
        solved = substitute(factors, tuple(rows))
        for position, component in enumerate(group):
            for i in range(size):
                new[component[i]] = solved[i] if len(group) == 1 else solved[i][:, position]
    return jnp.stack([new[p] for p in range(len(names))], axis=1)


def month_step(
    model: Model, rates: Rates, carbon: Array, source: Source, years: float, steps: int
) -> tuple[Array, Array]:
    """Advance by `years` in `steps` equal steps at constant rates and input.

    Returns
    -------
    The new state and the mean of the new states of the steps, both (row, pool, column): fluxes are rates times the
    latter.
    """
    h = years / steps
    system = factored(model, rates, carbon[:, 0], h)

    def one(state: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], None]:
        now, total = state
        new = implicit_step(model, rates, system, now, source, h)
        return (new, total + new), None

    if steps == 1:
        new = implicit_step(model, rates, system, carbon, source, h)
        return new, new
    (new, total), _ = jax.lax.scan(one, (carbon, jnp.zeros_like(carbon)), None, length=steps)
    return new, total / steps


def fluxes(model: Model, rates: Rates, mean: Array) -> Fluxes:
    """Fluxes of a step from the mean state (row, pool, column) that it applied its rates to."""
    named = model.by_name(mean)
    nothing = jnp.zeros_like(mean[0, 0])
    phase = {pool.name: pool.phase for pool in model.pools}
    leaching, solid = nothing, nothing
    for pool, rate in rates.down.items():
        out = full(rate, mean[:, 0])[-1] * named[pool][-1]
        if phase[pool] == "dissolved":
            leaching = leaching + out
        else:
            solid = solid - out
    runoff = nothing
    for (_, pool), rate in rates.export.items():
        runoff = runoff + jnp.sum(full(rate, mean[:, 0]) * named[pool], axis=0)
    respiration = full(rates.respiration(named), mean[:, 0])
    return Fluxes(respiration, leaching, solid, runoff)
