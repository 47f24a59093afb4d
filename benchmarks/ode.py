"""The same system as an ordinary differential equation, for scipy: drivers constant in a month, rates continuous."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.integrate import solve_ivp

from benchmarks.system import System
from mollisol.column.events import apply_events
from mollisol.column.setup import drivers_of, prepared, source_of, stacked_source

Array = Any


def tendency(model: Any, rates: Any, carbon: Array) -> Array:
    """B x of (row, pool, column) from the rates alone, without the engine's step."""
    names = model.pool_names
    x = model.by_name(carbon)
    change = {name: jnp.zeros_like(carbon[:, 0]) for name in names}
    for (to, source), rate in rates.transfer.items():
        change[source] -= rate * x[source]
        change[to] += rate * x[source]
    for pool, rate in rates.respired.items():
        change[pool] -= rate * x[pool]
    for (_, pool), rate in rates.export.items():
        change[pool] -= rate * x[pool]
    nothing = jnp.zeros_like(carbon[:1, 0])
    for pool, rate in rates.down.items():
        flow = rate * x[pool]
        change[pool] += jnp.concatenate([nothing, flow[:-1]]) - flow
    for pool, rate in rates.up.items():
        flow = rate * x[pool]
        change[pool] += jnp.concatenate([flow[1:], nothing]) - flow
    return jnp.stack([change[name] for name in names], axis=1)


class Ode:
    """One column of a system as dx/dt = f(x) within each month."""

    def __init__(self, system: System) -> None:
        self.model, self.state = system.model, system.state
        self.setup = prepared(jax.tree_util.tree_map(jnp.asarray, system.setup), system.model)
        self.shape = system.state.carbon.shape

        def change(flat: Array, month: Array, soil: dict[str, Array]) -> Array:
            carbon = flat.reshape(self.shape)
            rates = self.model.rates(carbon, drivers_of(self.setup, soil, month))
            return (tendency(self.model, rates, carbon) + stacked_source(source_of(self.setup, month), carbon)).ravel()

        self.change: Callable[..., Array] = jax.jit(change)
        self.jacobian: Callable[..., Array] = jax.jit(jax.jacfwd(change))
        self.act = jax.jit(lambda carbon, soil, month: apply_events(self.setup.events, carbon, soil, month))
        self.age = jax.jit(
            lambda soil, month: self.model.advance_soil(soil, drivers_of(self.setup, soil, month), 1.0 / 12.0)
        )

    def run(self, years: int, rtol: float, atol: float) -> np.ndarray:
        """Return the carbon (row, pool, column) after some years."""
        carbon, soil = jnp.asarray(self.state.carbon), jax.tree_util.tree_map(jnp.asarray, dict(self.state.soil))
        for number in range(12 * years):
            month = jnp.asarray(number)
            carbon, soil = self.act(carbon, soil, month)
            solved = solve_ivp(
                lambda _, x, month=month, soil=soil: np.asarray(self.change(x, month, soil)),
                (0.0, 1.0 / 12.0),
                np.asarray(carbon).ravel(),
                method="BDF",
                jac=lambda _, x, month=month, soil=soil: np.asarray(self.jacobian(x, month, soil)),
                t_eval=[1.0 / 12.0],
                rtol=rtol,
                atol=atol,
            )
            if not solved.success:
                raise RuntimeError(f"scipy's BDF stopped in month {number}: {solved.message}")
            carbon = jnp.asarray(solved.y[:, -1].reshape(self.shape))
            soil = self.age(soil, month)
        return np.asarray(carbon)
