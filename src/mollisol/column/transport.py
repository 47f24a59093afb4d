"""Finite-volume transport: diffusion and advection between layers as first-order rates.

    F = q c - D w dc/dz,     c = x / (w dz)

with x the carbon of a layer (kg C/m2), dz its thickness (m), w what carries the carbon per total volume (fine-earth
mass for mixing of soil, water content for dissolved carbon), D the diffusivity (m2/yr) and q the flux of the
carrier (w m/yr, positive down). The interface flux is that of exponential fitting (Scharfetter & Gummel 1969):

    F = G [ B(-Pe) c_above - B(Pe) c_below ],   G = (D w)_interface / distance,  Pe = q / G,  B(s) = s / (e^s - 1)

which is central for small and upwind for large Peclet numbers. Both coefficients are >= 0 for any grid, so the
operator stays compartmental. (D w) at an interface is the distance-weighted harmonic mean. No flux crosses the
top; through the bottom only the carrier's flux leaves (free drainage, no gradient).
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array

_LARGEST_PECLET = 600.0  # e^600 is still finite in float64; beyond it the flux is upwind to rounding


def bernoulli(s: Array) -> Array:
    """B(s) = s / (e^s - 1), with B(0) = 1; accurate and differentiable everywhere."""
    small = jnp.abs(s) < 1e-4
    safe = jnp.where(small, 1.0, s)
    return jnp.where(small, 1.0 - s / 2.0 + s * s / 12.0, safe / jnp.expm1(safe))


def harmonic_mean(value: Array, thickness: Array) -> Array:
    """Distance-weighted harmonic mean of neighbouring layers: (layer, column) to (layer - 1, column).

    Zero where either neighbour is zero.
    """
    above, below = value[:-1], value[1:]
    dz_above, dz_below = thickness[:-1], thickness[1:]
    product = above * below
    denominator = dz_above * below + dz_below * above
    return jnp.where(product > 0.0, (dz_above + dz_below) * product / jnp.where(product > 0.0, denominator, 1.0), 0.0)


def finite_volume(
    thickness: Array, diffusivity: Array, weight: Array, flux: Array | None = None
) -> tuple[Array, Array]:
    """Rates at which carbon leaves each soil layer downwards and upwards.

    Parameters
    ----------
    thickness : (layer, 1), m.
    diffusivity : (layer, column), m2/yr, at the middle of each layer.
    weight : (layer, column), the carrier per total volume.
    flux : (layer, column), carrier's flux through the bottom of each layer, weight x m/yr, positive down; None
        for no advection.

    Returns
    -------
    down, up : (layer, column), 1/yr; up of the first layer is 0; down of the last is what leaves the profile.
    """
    # a parameter may differ between columns that share their soil and water
    diffusivity, weight = jnp.broadcast_arrays(diffusivity, weight)
    if flux is not None:
        diffusivity, weight, flux = jnp.broadcast_arrays(diffusivity, weight, flux)
    distance = 0.5 * (thickness[:-1] + thickness[1:])
    conductance = harmonic_mean(diffusivity * weight, thickness) / distance
    store = weight * thickness
    edge = jnp.zeros_like(store[:1])
    if flux is None:
        down = jnp.concatenate([conductance / store[:-1], edge])
        return down, jnp.concatenate([edge, conductance / store[1:]])
    inner = flux[:-1]
    floor = jnp.maximum(jnp.abs(inner) / _LARGEST_PECLET, 1e-30)
    mixed = jnp.maximum(conductance, floor)
    peclet = inner / mixed
    outward = mixed * bernoulli(-peclet)
    # B(Pe) = B(-Pe) - Pe, but that difference loses all digits where advection rules
    backward = mixed * bernoulli(peclet)
    bottom = jnp.maximum(flux[-1:], 0.0)
    return jnp.concatenate([outward, bottom]) / store, jnp.concatenate([edge, backward]) / store
