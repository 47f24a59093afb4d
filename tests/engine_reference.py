"""An independent solution of dx/dt = u + B(x) x: an explicit Runge-Kutta method of order 8 at tight tolerances.

The right-hand side is summed flow by flow from the rates, by code that shares nothing with the stepper, and B follows
the state within the month.
"""

from __future__ import annotations

from typing import Any

import diffrax
import jax
import jax.numpy as jnp

from engine_cases import Case
from mollisol.column import Model, Rates, State
from mollisol.column.events import apply_events
from mollisol.column.setup import drivers_of, source_of, stacked_source


def flow(model: Model, rates: Rates, carbon: Any) -> Any:
    """B x (row, pool, column), kg C/m2/yr."""
    amount = model.by_name(carbon)
    change = {name: jnp.zeros_like(carbon[:, 0]) for name in model.pool_names}
    for (to, source), rate in rates.transfer.items():
        moved = rate * amount[source]
        change[to], change[source] = change[to] + moved, change[source] - moved
    for (to, source), rate in rates.carried.items():
        moved = rate * amount[source]
        kernel = jnp.broadcast_to(rates.kernel[to, source], (len(moved), *moved.shape))
        arrives = jnp.einsum("ijc,jc->ic", kernel, moved)
        change[to], change[source] = change[to] + arrives, change[source] - moved
    lost = [*rates.respired.items(), *((pool, rate) for (_, pool), rate in rates.export.items())]
    for pool, rate in lost:
        change[pool] = change[pool] - rate * amount[pool]
    for pool, rate in rates.down.items():
        moved = rate * amount[pool]
        change[pool] = (change[pool] - moved).at[1:].add(moved[:-1])
    for pool, rate in rates.up.items():
        moved = rate * amount[pool]
        change[pool] = (change[pool] - moved).at[:-1].add(moved[1:])
    return jnp.stack([change[name] for name in model.pool_names], axis=1)


def tight_solution(case: Case, state: State, years: int, tolerance: float = 1e-10) -> Any:
    """Carbon (row, pool, column) after whole years; forcing is constant within each month."""
    setup, model = case.ready(), case.model

    def right(_: Any, carbon: Any, month_and_soil: Any) -> Any:
        month, soil = month_and_soil
        rates = model.rates(carbon, drivers_of(setup, soil, month))
        return flow(model, rates, carbon) + stacked_source(source_of(setup, month), carbon)

    def month(carry: Any, number: Any) -> tuple[Any, None]:
        carbon, soil = apply_events(setup.events, *carry, number)
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(right),
            diffrax.Dopri8(),
            0.0,
            1.0 / 12.0,
            None,
            carbon,
            args=(number, soil),
            saveat=diffrax.SaveAt(t1=True),
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=1e-3 * tolerance),
            max_steps=100_000,
        )
        return (solution.ys[0], model.advance_soil(soil, drivers_of(setup, soil, number), 1.0 / 12.0)), None

    @jax.jit
    def run(carbon: Any, soil: Any) -> Any:
        return jax.lax.scan(month, (carbon, soil), jnp.arange(12 * years))[0][0]

    return run(jnp.asarray(state.carbon), {name: jnp.asarray(value) for name, value in state.soil.items()})
