"""Incubations in the joint likelihood: the share of a jar's carbon that was respired, and what added carbon primed.

    x_new = x + h B(x + y) x_new,    y_new = y + h B(x + y) y_new,    h grows from hours to weeks

x is the soil's own carbon, y what was added (`models.incubation`). The pools of a jar are those that the model has at
the sample's depth in a stated temperate place, at the parameters in question, scaled to the jar's carbon. Soil in a
jar decays some ten times as fast as in the field, and the place stands for all places, so the model's own error is wide
and shared by the jars of a study: incubations may tell pools and contrasts apart, but never how old carbon gets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.column.model import Model
from mollisol.column.setup import Setup, drivers_of, prepared
from mollisol.column.step import factored, implicit_step
from mollisol.evidence.forward import steady, walk, with_parameters, yearly
from mollisol.evidence.jar_columns import Jars, Reference, jars_from
from mollisol.evidence.sites import CLEARED
from mollisol.grid import Grid
from mollisol.models.incubation import LEFT_OUT
from mollisol.processes import NoProcess
from mollisol.units import RunError

if TYPE_CHECKING:
    from mollisol.evidence.observations.split import Side

Array = Any

STRIDE = 10.0
"""Years of a step of the reference's cropland."""


class Respired(NamedTuple):
    """What the model says: (observation,) share of the soil's own carbon respired, and (ratio,) priming ratios."""

    share: Array
    ratio: Array


def jars_of(folder: str | Path, model: Model, side: Side = "fit", grid: Grid | None = None) -> Jars:
    """Read and set up the jars of one side.

    Parameters
    ----------
    folder : of the measurements, see `observations.incubations`.
    model : whose processes and pools the jars have.
    side : "fit" or "test".
    grid : layers of the reference place.

    Raises
    ------
    InputError
        Where the folder lacks a file.
    """
    from mollisol.evidence.observations.incubations import read_incubations

    return jars_from([jar for jar in read_incubations(folder) if jar.side == side], model, grid)


def in_a_jar(model: Model) -> Model:
    """Return the model without what moves carbon between layers."""
    kept = tuple(NoProcess() if process.slot in LEFT_OUT else process for process in model.processes)
    return dataclasses.replace(model, processes=kept)


def reference_carbon(model: Model, reference: Reference, pools: Sequence[str], passes: int = 1) -> Array:
    """Return (row, pool, use) the carbon of the reference: steady under grass, cropland for `CLEARED` years since.

    Parameters
    ----------
    model : with its parameters; it may lack pools of `pools` that stay empty.
    pools : of the model that the reference was made for.
    passes : how often rates that follow the state are taken, at least once.

    Raises
    ------
    RunError
        For a model that a few passes do not settle; give `simulated` its steady state instead.
    """
    if passes < 1 or model.nonlinear:
        raise RunError(f"{model.name} has no steady state after {passes} passes: give the jars' reference carbon")
    rows, count = reference.setup.thickness.shape[0], reference.mass.shape[-1]
    nothing, ones = jnp.zeros((rows, len(model.pools), count)), jnp.ones((rows, count))
    kept = np.array([pools.index(name) for name in model.pool_names])

    def fitting(setup: Setup) -> Setup:
        fed = tuple(i for i, pool in enumerate(kept) if setup.fed is None or pool in setup.fed)
        return dataclasses.replace(setup, quality=setup.quality[:, kept], fed=fed)

    before, present = fitting(reference.before), fitting(reference.setup)
    native = nothing
    for _ in range(passes):
        rates, source = yearly(
            model, before, reference.aggregation_before, reference.mixing_before, reference.mass, native, ones
        )
        native = steady(model, rates, source, nothing)
    now = native if passes > 1 else nothing
    rates, source = yearly(model, present, reference.aggregation, reference.mixing, reference.mass, now, ones)
    lengths = np.full(round(CLEARED / STRIDE), STRIDE)
    signature = jnp.ones((len(lengths), 1, count))
    return walk(model, rates, source, native[None], signature, lengths)[-1, 0]


def incubated(
    model: Model, setup: Setup, state: Mapping[str, Array], parts: Array, lengths: Array
) -> tuple[Array, Array]:
    """Incubate jars through the model's own rates, taken anew at every implicit step.

    Parameters
    ----------
    model : without transport (`in_a_jar`).
    setup, state : two rows, empty surface and sample.
    parts : (part, 2, pool, jar) kg C/m2 at the start; the soil's own first, then what was added.
    lengths : (step,) yr.

    Returns
    -------
    (step, part, jar) cumulative carbon dioxide, kg C/m2, and the parts at the end.
    """
    setup = prepared(setup, model)
    nothing = (None,) * len(model.pools)

    def one(carry: tuple[Array, Any, Array], h: Array) -> tuple[tuple[Array, Any, Array], Array]:
        parts, state, gone = carry
        drivers = drivers_of(setup, state, jnp.zeros((), int))
        rates = model.rates(jnp.sum(parts, axis=0), drivers)
        system = factored(model, rates, parts[0, :, 0], h)
        parts = jax.vmap(lambda part: implicit_step(model, rates, system, part, nothing, h))(parts)
        gone = gone + h * jax.vmap(lambda part: jnp.sum(rates.respiration(model.by_name(part)), axis=0))(parts)
        moved = model.advance_soil(state, drivers, h)
        moved = {name: jnp.broadcast_to(moved[name], value.shape) for name, value in state.items()}
        return (parts, moved, gone), gone

    start = (parts, dict(state), jnp.zeros((parts.shape[0], parts.shape[-1])))
    (end, _, _), respired = jax.lax.scan(one, start, lengths)
    return respired, end


def simulated(
    model: Model, values: Mapping[str, Array], jars: Jars, reference: Array | None = None, passes: int = 1
) -> Respired:
    """Return what the model says of jars.

    Parameters
    ----------
    model : may lack pools of the jars' that stay empty.
    values : {slot.parameter: scalar}.
    jars : see there.
    reference : (row, pool, use) kg C/m2 that lends the pools; where none is given, `reference_carbon` of the jars' own.
    passes : see there.
    """
    model = with_parameters(model, values)
    kept = np.array([jars.pools.index(name) for name in model.pool_names])
    carbon = reference_carbon(model, jars.reference, jars.pools, passes) if reference is None else reference
    volume = jars.reference.setup.thickness[jars.row, 0]
    native = carbon[jars.row, :, jars.use].T / volume
    counted = jnp.asarray([pool.counts_as_soc for pool in model.pools], dtype=native.dtype)[:, None]
    # the analysis of a sample finds what counts as soil carbon; the rest is not in the jar
    native = native * counted
    there = jnp.sum(native, axis=0)
    total = jnp.where(jars.carbon > 0.0, jars.carbon, there)
    native = native * (total / there)
    height = jars.setup.thickness[1, 0]
    parts = height * jnp.concatenate([native[None], jars.added[:, kept]])
    parts = jnp.stack([jnp.zeros_like(parts), parts], axis=1)
    setup = dataclasses.replace(jars.setup, quality=jars.setup.quality[:, kept])
    gone, _ = incubated(in_a_jar(model), setup, jars.state, parts, jars.lengths)
    # (step + 1, jar) share of the soil's own carbon
    share = jnp.concatenate([jnp.zeros_like(gone[:1, 0]), gone[:, 0]]) / (total * height)

    def at(column: Array, before: Array, weight: Array) -> Array:
        return share[before, column] * (1.0 - weight) + share[before + 1, column] * weight

    primed = at(jars.primed, jars.ratio_before, jars.ratio_weight)
    control = at(jars.control, jars.ratio_before, jars.ratio_weight)
    return Respired(at(jars.column, jars.before, jars.weight), primed / control)


def log_likelihood(joint: Any, values: dict[str, Array], jars: Jars) -> Array:
    """Logarithm of the density of the shares respired and of the priming ratios.

    A jar with an addition enters by the ratio to its control alone, so that what both get wrong falls out.
    """
    from mollisol.evidence.likelihood import LOG_2PI

    own = {name: values[name] for name in joint.space.model_names}
    found = simulated(joint.model, own, jars, passes=joint.passes)
    residual = jnp.log(jars.share) - jnp.log(found.share)
    total = (
        jnp.sum(jnp.log(jnp.diagonal(jars.whitener)))
        - 0.5 * jnp.sum((jars.whitener @ residual) ** 2)
        - 0.5 * len(residual) * LOG_2PI
    )
    off = (jnp.log(jars.ratio) - jnp.log(found.ratio)) / jars.ratio_error
    return total - jnp.sum(0.5 * off**2 + jnp.log(jars.ratio_error) + 0.5 * LOG_2PI)
