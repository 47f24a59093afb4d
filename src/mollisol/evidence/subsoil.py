"""What a fitted model says of subsoils: carbon, its age and turnover, and what more input below 30 cm would add."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.forward import made_ready, with_parameters
from mollisol.evidence.likelihood import Joint
from mollisol.evidence.settled import entering, follow, scaled_input, steady_state

Array = NDArray[np.float64]

SPANS = ((0.3, 1.0), (1.0, 2.0))
"""Depths, m."""

DEEP = 0.3
"""m; below it inputs are raised."""

MORE = 0.1
"""By how much inputs are raised."""

YEARS = 20

FIGURES = {
    "soc_30_100": ("SOC 30-100 cm", "Mg C/ha"),
    "soc_100_200": ("SOC 100-200 cm", "Mg C/ha"),
    "turnover_30_100": ("SOC over root input, 30-100 cm", "yr"),
    "delta14c_30_100": ("Delta14C 30-100 cm", "permil"),
    "delta14c_100_200": ("Delta14C 100-200 cm", "permil"),
    "gain": ("SOC 0-200 cm after 20 years with 10 % more input below 30 cm", "Mg C/ha"),
    "kept": ("share of that input still there", "%"),
}
"""What is shown of a model: {name: (label, unit)}."""


def shares(joint: Joint, top: float, bottom: float) -> Array:
    """Return (layer,) the share of each layer that lies between two depths, m."""
    edges = np.concatenate([[0.0], np.cumsum(np.asarray(joint.sites.setup.thickness)[1:, 0])])
    inside = np.minimum(edges[1:], bottom) - np.maximum(edges[:-1], top)
    return np.asarray(np.maximum(inside, 0.0) / np.diff(edges))


def subsoil(joint: Joint, z: Array, sites: NDArray[np.bool_]) -> dict[str, Array]:
    """Return {name of `FIGURES`: (draw,)} means over some sites, at draws (draw, axis) of the parameters."""
    spans = jnp.asarray(np.stack([shares(joint, *span) for span in SPANS]))
    below = jnp.asarray(shares(joint, DEEP, np.inf))
    wide = dataclasses.replace(joint, sites=dataclasses.replace(joint.sites, depths=spans))
    found = _figures(wide, jnp.asarray(z), below, jnp.asarray(sites, dtype=float))
    return {name: np.asarray(value) for name, value in found.items()}


@partial(jax.jit, static_argnums=())
def _figures(joint: Joint, z: Any, below: Any, sites: Any) -> Any:
    count = jnp.sum(sites)

    def one(point: Any) -> dict[str, Any]:
        values = joint.space.values(point)
        found = joint.predicted(values)
        soc = 10.0 * found.soc @ sites / count
        delta = (found.delta14c * found.soc) @ sites / (found.soc @ sites)
        gain, given = _gained(joint, values, below)
        return {
            "soc_30_100": soc[0], "soc_100_200": soc[1],
            "turnover_30_100": (found.soc[0] @ sites) / (found.bnpp[0] @ sites),
            "delta14c_30_100": delta[0], "delta14c_100_200": delta[1],
            "gain": 10.0 * gain @ sites / count, "kept": 100.0 * (gain @ sites) / (given @ sites),
        }  # fmt: skip

    return jax.lax.map(one, z)


def _gained(joint: Joint, values: dict[str, Any], below: Any) -> tuple[Any, Any]:
    """Return (site,) carbon that more input below adds to the steady state of the present land use, and that input."""
    sites = joint.sites
    model = with_parameters(joint.model, {name: values[name] for name in joint.space.model_names})
    ones = jnp.ones((sites.setup.thickness.shape[0], sites.mass.shape[-1]))
    ready = made_ready(model, scaled_input(sites.setup, values["productivity"]), sites.aggregation, ones)
    carbon, _ = steady_state(model, ready, sites.mixing, sites.mass)
    deep = MORE * jnp.concatenate([jnp.zeros(1), below])[:, None, None]

    def run(factor: Any) -> Any:
        def fed(_: Any, source: Any) -> Any:
            return ((1.0 + factor * deep) * entering(source, carbon))[None]

        return follow(model, ready, sites.mixing, sites.mass, carbon[None], jnp.zeros(YEARS), fed)[-1, 0]

    counted = jnp.asarray([pool.counts_as_soc for pool in model.pools])[:, None]
    without, with_more = jax.vmap(run)(jnp.asarray([0.0, 1.0]))
    gain = jnp.sum((with_more - without)[1:] * counted, axis=(0, 1))
    # all inputs of a row: what the sources of a year place there
    placed = jnp.sum(jnp.mean(ready.amount, axis=0)[:, None] * ready.placement, axis=0)
    return gain, YEARS * jnp.sum(deep[:, 0] * placed, axis=0)
