"""Elasticities of the steady state's carbon by depth: its exact gradient, through the cycle's fixed point.

    elasticity = d ln SOC / d ln p

by the implicit-function rule of `column.equilibrium`: monthly steps, tillage events and all.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.units import MONTHS_PER_YEAR, parameters_of

if TYPE_CHECKING:
    from mollisol.column.model import Model
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]


def steady_elasticities(spec: StudySpec, model: Model, names: list[str], edges: Array) -> Array:
    """Return (interval + 1, name) elasticities of the SOC of a study's present plan in its steady state.

    Parameters
    ----------
    spec : a checked study.
    model : at the parameters at which the gradient is wanted, (1,) or scalar.
    names : parameters, `slot.parameter`.
    edges : limits of the intervals, m; the last row of the result is that of their sum.

    Raises
    ------
    RunError
        Where there is no steady state.
    """
    import jax
    import jax.numpy as jnp

    from mollisol.column.equilibrium import solve_tile
    from mollisol.column.tiles import DEFAULT_STEPS
    from mollisol.evidence.forward import with_parameters
    from mollisol.study.plans import baseline_plan
    from mollisol.study.steady import steady_profile

    solved = steady_profile(spec, model)
    months = MONTHS_PER_YEAR * baseline_plan(spec).cycle_years
    values = values_of(solved.model, names)
    share = np.stack([solved.grid.depth_share(b) - solved.grid.depth_share(a) for a, b in pairwise(edges)])
    share = np.concatenate([share, share.sum(axis=0, keepdims=True)])
    counted = jnp.asarray([pool.counts_as_soc for pool in model.pools], dtype=jnp.float64)
    steps = spec.steps_per_month or DEFAULT_STEPS

    def log_soc(logs: Array, setup: Any, state: Any) -> Any:
        own = {name: values[i] * jnp.exp(logs[i])[None] for i, name in enumerate(names)}
        found = solve_tile(with_parameters(solved.model, own), setup, state, months, steps)
        return jnp.log(share @ jnp.einsum("lpc,p->l", found.state.carbon[1:], counted))

    run = jax.jit(jax.jacrev(log_soc))
    setup = jax.tree_util.tree_map(jnp.asarray, solved.setup)
    return np.asarray(run(jnp.zeros(len(names)), setup, solved.state))


def values_of(model: Model, names: list[str]) -> Array:
    """Return (name,) values of a model's parameters."""
    known = {
        f"{one.slot}.{name}": float(np.mean(getattr(one, name)))
        for one in model.processes
        for name in parameters_of(one)
    }
    return np.array([known[name] for name in names])
