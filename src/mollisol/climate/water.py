"""Soil water by layer through time: a cycle of years that repeats for ever, or a series."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from mollisol.climate.parameters import DepthParameters, numbers
from mollisol.climate.periodic import fixed_point
from mollisol.climate.series import Array
from mollisol.climate.water_step import Soil, water_step
from mollisol.grid import Grid
from mollisol.units import InputError, RunError

TOLERANCE = 1e-8
"""m of water: largest change of a layer from one cycle to the next."""

DRIEST = 14e3
"""kPa; respiration of mineral soils ceases at about -14 MPa (Manzoni et al. 2012, Ecology 93:930): how much drier a
soil is does not matter, and would weigh heavily in a mean of logarithms."""

REPEATS = 3
"""Cycles that are just run, from field capacity, before Newton's iteration: most soils forget their start in fewer."""


class HydraulicsLike(Protocol):
    """What the water needs of `mollisol.soil.hydraulics.Hydraulics`; each (layer, column)."""

    @property
    def wilting_point(self) -> Array:
        """Water content at 1500 kPa, m3/m3 of total volume."""

    @property
    def field_capacity(self) -> Array:
        """Water content at 33 kPa, m3/m3 of total volume."""

    @property
    def saturation(self) -> Array:
        """Water content at 0 kPa, m3/m3 of total volume."""

    @property
    def saturated_conductivity(self) -> Array:
        """Hydraulic conductivity at saturation, m/yr."""

    @property
    def air_entry(self) -> Array:
        """Tension at which the retention curve reaches saturation, kPa, positive."""

    @property
    def retention_exponent(self) -> Array:
        """Exponent b of the retention curve, 1."""


class WaterRun(NamedTuple):
    """Soil water, month by month; fluxes in m per month.

    Attributes
    ----------
    storage : (month, layer, column) mean over the month, m.
    log_saturation, log_saturation_square : (month, layer, column) means over the month of ln(theta / theta_s) at the
        days' ends, and of its square; soil drier than `DRIEST` counts as that dry.
    daily_saturation, daily_log_saturation : (month, step, layer, column) theta / theta_s and that logarithm at the
        days' ends, in single precision.
    percolation, uptake : (month, layer, column).
    infiltration, runoff, evaporation : (month, column).
    final : (layer, column) storage at the end, m.
    """

    storage: jax.Array
    log_saturation: jax.Array
    log_saturation_square: jax.Array
    daily_saturation: jax.Array
    daily_log_saturation: jax.Array
    percolation: jax.Array
    uptake: jax.Array
    infiltration: jax.Array
    runoff: jax.Array
    evaporation: jax.Array
    final: jax.Array


def water_soil(hydraulics: HydraulicsLike, grid: Grid, parameters: DepthParameters) -> Soil:
    """Return the soil in the units of the water step.

    Raises
    ------
    InputError
        If a layer's hydraulic properties are missing or out of order.
    """
    shape = np.shape(hydraulics.saturation)
    names = ("wilting_point", "field_capacity", "saturation", "saturated_conductivity", "retention_exponent")
    wilting, field, full, ks, b = (np.asarray(getattr(hydraulics, name), dtype=np.float64) for name in names)
    sound = (wilting > 0.0) & (field > wilting) & (full > field) & (full < 1.0) & (ks > 0.0) & (b > 0.0)
    if len(shape) != 2 or shape[0] != len(grid):
        raise InputError(f"hydraulic properties have shape {shape}, the grid has {len(grid)} layers",
                         key="hydraulics", remedy="give (layer, column)")  # fmt: skip
    if not np.all(sound):
        layer, column = (int(i) for i in np.argwhere(~sound)[0])
        raise InputError(
            f"layer {layer}, column {column}: wilting point {wilting[layer, column]:.3g}, field capacity "
            f"{field[layer, column]:.3g}, saturation {full[layer, column]:.3g} m3/m3, Ks {ks[layer, column]:.3g} m/yr",
            key="hydraulics", remedy="they must be positive and increase in this order; check the texture",
        )  # fmt: skip
    thickness = grid.thickness[:, None]
    reach = parameters.water.evaporation_depth
    # Drying falls off linearly to nothing at the evaporation depth.
    cumulative = np.minimum(grid.edges / reach, 1.0)
    share = np.diff(2.0 * cumulative - cumulative**2)
    driest = full * (np.asarray(hydraulics.air_entry) / DRIEST) ** (1.0 / b)
    storages = (full, field, wilting, parameters.water.air_dry * wilting, driest)
    arrays = (*(s * thickness for s in storages), ks, 2.0 * b + 3.0, np.broadcast_to(share[:, None], shape))
    return Soil(*(jnp.asarray(np.ascontiguousarray(a)) for a in arrays))


@partial(jax.jit, static_argnames=("keep",))
def _run(storage: jax.Array, forcing: Any, soil: Soil, water: Any, keep: bool = True) -> Any:
    def day(carry: Any, now: Any, cover: jax.Array, roots: jax.Array) -> Any:
        held, sums = carry
        liquid, demand, length = now
        held, flux = water_step(held, liquid, demand, cover, roots, length, soil, water)
        if not keep:
            return (held, None), None
        log = jnp.log(jnp.maximum(held, soil.driest) / soil.full)
        sums = jax.tree.map(jnp.add, sums, ((held * length, log * length, log**2 * length), flux))
        return (held, sums), ((held / soil.full).astype(jnp.float32), log.astype(jnp.float32))

    def month(held: jax.Array, now: Any) -> Any:
        liquid, demand, days, cover, roots = now
        sums = None
        if keep:
            _, flux = jax.eval_shape(water_step, held, liquid[0], demand[0], cover, roots, days[0], soil, water)
            sums = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), ((held, held, held), flux))
        (held, sums), daily = jax.lax.scan(lambda c, x: day(c, x, cover, roots), (held, sums), (liquid, demand, days))
        return held, ((*(mean / days.sum() for mean in sums[0]), *daily), sums[1]) if keep else None

    return jax.lax.scan(month, storage, forcing)


@partial(jax.jit)
def _settle(start: jax.Array, forcing: Any, soil: Soil, water: Any) -> tuple[jax.Array, jax.Array]:
    def cycle(held: jax.Array) -> jax.Array:
        return jnp.asarray(_run(held, forcing, soil, water, keep=False)[0])

    # Only evaporation takes a layer below wilting point, where nothing else would move it.
    lower = jnp.where(soil.evaporation_share > 0.0, soil.dry, soil.wilting)
    return fixed_point(cycle, start, lower, soil.full, TOLERANCE)


def soil_water(
    liquid: ArrayLike,
    demand: ArrayLike,
    days: ArrayLike,
    hydraulics: HydraulicsLike,
    grid: Grid,
    root_share: ArrayLike,
    cover: ArrayLike,
    *,
    initial: ArrayLike | None = None,
    parameters: DepthParameters | None = None,
) -> WaterRun:
    """Water of every layer, by months of daily steps.

    Infiltration up to a varying capacity, gravity drainage from layer to layer with the conductivity of
    Campbell's power law down to wilting point, back-up of what does not fit and runoff of the rest, evaporation
    from the top, uptake by the root profile with stress and compensation, free drainage at the bottom. Water
    does not rise by capillarity and does not freeze.

    Parameters
    ----------
    liquid, demand : (month, step, column) rain and melt, and potential evapotranspiration, m per step.
    days : (month, step) length of the steps, days; 0 is padding.
    hydraulics : (layer, column) properties, as of `mollisol.soil`.
    grid : layers.
    root_share : (month, layer, column), the share of the roots in each layer; scaled to sum to 1.
    cover : (month, column) share of the demand that acts through plants, 0-1.
    initial : (layer, column) storage, m. None: the months are a cycle that repeats for ever.

    Returns
    -------
    WaterRun

    Raises
    ------
    InputError
        If properties are impossible.
    RunError
        If no periodic state was found.
    """
    parameters = parameters or DepthParameters()
    soil = water_soil(hydraulics, grid, parameters)
    roots = np.asarray(root_share, dtype=np.float64)
    total = roots.sum(axis=1, keepdims=True)
    roots = roots / np.where(total > 0.0, total, 1.0)
    water = numbers(parameters.water)
    forcing = tuple(jnp.asarray(a) for a in (liquid, demand, days, cover, roots))
    if initial is not None:
        final, out = _run(jnp.asarray(initial), forcing, soil, water)
        return _water_run(final, out)
    start = soil.field
    for _ in range(REPEATS):
        final, out = _run(start, forcing, soil, water)
        if float(jnp.max(jnp.abs(final - start))) <= _reachable(TOLERANCE, final.dtype):
            return _water_run(final, out)
        start = final
    start, change = _settle(start, forcing, soil, water)
    if not np.all(np.asarray(change) <= _reachable(TOLERANCE, start.dtype)):
        column = int(np.argmax(np.asarray(change)))
        raise RunError(f"soil water of column {column} has no periodic state: it still changes by "
                       f"{float(change[column]) * 1e3:.2g} mm a cycle")  # fmt: skip
    return _water_run(*_run(start, forcing, soil, water))


def _water_run(final: jax.Array, out: Any) -> WaterRun:
    state, flux = out
    return WaterRun._make(
        [*state, flux.percolation, flux.uptake, flux.infiltration, flux.runoff, flux.evaporation, final]
    )


def _reachable(tolerance: float, dtype: Any) -> float:
    """Return the tolerance, or what rounding allows where the run is not in float64."""
    return max(tolerance, 64.0 * float(jnp.finfo(dtype).eps))
