"""Pools that stay empty through a run take no computing: no input reaches them and nothing is in them.

Char without biochar is one. Which pools those are follows from what feeds them and from the flows between pools, for
all columns of a run together, so that practices still differ in arrays only.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column.model import Model
from mollisol.column.setup import Setup, drivers_of, prepared
from mollisol.column.simulate import State

Array = Any


def idle_pools(model: Model, setup: Setup, state: State) -> tuple[int, ...]:
    """Return the numbers of the pools that no input, flow or moving soil brings carbon to.

    None where it is not known what is fed, or where soil from outside may hold any pool.
    """
    if setup.fed is None or setup.motion is not None:
        return ()
    held = np.any(np.asarray(state.carbon) != 0.0, axis=(0, 2))
    if held.all():
        return ()
    number = {name: i for i, name in enumerate(model.pool_names)}
    rates = jax.eval_shape(_first_month, model, setup, state)
    flows = [(number[to], number[source]) for to, source in (*rates.transfer, *rates.carried)]
    reached = set(setup.fed) | set(np.flatnonzero(held).tolist())
    while more := {to for to, source in flows if source in reached} - reached:
        reached |= more
    return tuple(i for i in range(len(number)) if i not in reached)


def _first_month(model: Model, setup: Setup, state: State) -> Any:
    """Return the rates of the first month; JAX traces it once for each structure and shape."""
    return model.rates(state.carbon, drivers_of(prepared(setup, model), state.soil, jnp.zeros((), int)))


def without(model: Model, setup: Setup, state: State, idle: tuple[int, ...]) -> tuple[Model, Setup, State]:
    """Return the run without its idle pools, whose names the model keeps."""
    if not idle:
        return model, setup, state
    kept = [i for i in range(len(model.pools)) if i not in idle]
    names = tuple(model.pool_names[i] for i in idle)
    return (
        dataclasses.replace(model, pools=tuple(model.pools[i] for i in kept), idle=names),
        dataclasses.replace(
            setup,
            quality=np.asarray(setup.quality)[:, kept],
            fed=tuple(kept.index(i) for i in setup.fed or ()),
        ),
        state._replace(carbon=np.asarray(state.carbon)[:, kept]),
    )


def with_idle(carbon: Array, idle: tuple[int, ...]) -> Array:
    """Put the idle pools back, empty, into (..., row, pool, column)."""
    if not idle:
        return carbon
    size = carbon.shape[-2] + len(idle)
    whole = np.zeros((*carbon.shape[:-2], size, carbon.shape[-1]), carbon.dtype)
    whole[..., [i for i in range(size) if i not in idle], :] = carbon
    return whole
