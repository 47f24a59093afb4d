"""Observed layers on report depths, keeping their mass; what is less than half sampled stays missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.soil.spline import mass_preserving_spline

Array = NDArray[np.float64]

REPORT_EDGES = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0])
"""Limits of the report depths, m."""

LEAST_SAMPLED = 0.5
"""Share of a report depth that must have been sampled."""

TOLERANCE = 0.005
"""m; layers that overlap by more than this are two samples of one depth."""


def without_overlap(top: ArrayLike, bottom: ArrayLike) -> NDArray[np.intp]:
    """Return the rows, from the surface down, of layers of which none overlaps the one above; the upper is kept.

    Parameters
    ----------
    top, bottom : (layer,) m below the mineral surface; layers that begin above it or have no thickness are left out.
    """
    upper, lower = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    kept: list[int] = []
    for row in np.lexsort((lower, upper)):
        if not (upper[row] >= 0.0 and lower[row] > upper[row]):
            continue
        if kept and upper[row] < lower[kept[-1]] - TOLERANCE:
            continue
        kept.append(int(row))
    return np.array(kept, dtype=np.intp)


def sampled_share(top: Array, bottom: Array, known: NDArray[np.bool_], edges: Array = REPORT_EDGES) -> Array:
    """Return (depth,) the share of each report depth that lies in layers with a known value."""
    lower = np.minimum(bottom[:, None], edges[1:])
    upper = np.maximum(top[:, None], edges[:-1])
    return np.asarray((np.maximum(lower - upper, 0.0) * known[:, None]).sum(axis=0) / np.diff(edges))


def density_at_depths(top: Array, bottom: Array, density: Array, edges: Array = REPORT_EDGES) -> Array:
    """Return (depth,) the mean of a density (kg/m3) over report depths, through the mass-preserving spline.

    Every layer keeps its mass exactly. Missing where less than half of the depth was sampled.

    Parameters
    ----------
    top, bottom : (layer,) m, in order, without overlap.
    density : (layer,) NaN where missing.
    edges : (depth + 1,) m.
    """
    known = np.isfinite(density)
    if not known.any():
        return np.full(edges.size - 1, np.nan)
    means = mass_preserving_spline(*_apart(top[known], bottom[known]), density[known], edges, exact=True)
    return np.where(sampled_share(top, bottom, known, edges) >= LEAST_SAMPLED, means, np.nan)


def content_at_depths(top: Array, bottom: Array, content: Array, density: Array, edges: Array = REPORT_EDGES) -> Array:
    """Return (depth,) the mean of a property of carbon (such as Delta14C) over report depths, by the carbon in them.

    Within a layer the property is one; its weight is the carbon of the layer's part in the depth, from the spline, or
    the thickness where a profile has no carbon. Missing where less than half of the depth was sampled.
    """
    known = np.isfinite(content)
    if not known.any():
        return np.full(edges.size - 1, np.nan)
    cuts = np.unique(np.concatenate([top, bottom, edges]))
    width, middle = np.diff(cuts), 0.5 * (cuts[:-1] + cuts[1:])
    layer = np.searchsorted(top, middle, side="right") - 1
    inside = (layer >= 0) & (middle < bottom[np.maximum(layer, 0)])
    weight = np.where(inside, width, 0.0)
    if np.all(np.isfinite(density[known])):
        whole = np.isfinite(density)
        fine = mass_preserving_spline(*_apart(top[whole], bottom[whole]), density[whole], cuts, exact=True)
        weight = weight * np.nan_to_num(fine)
    weight = weight * known[np.maximum(layer, 0)]
    depth = np.searchsorted(edges, middle, side="right") - 1
    sums = np.zeros((2, edges.size - 1))
    within = (depth >= 0) & (depth < edges.size - 1)
    np.add.at(sums[0], depth[within], weight[within])
    value = np.where(known, content, 0.0)[np.maximum(layer, 0)]
    np.add.at(sums[1], depth[within], (weight * value)[within])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums[1] / sums[0]
    return np.where(sampled_share(top, bottom, known, edges) >= LEAST_SAMPLED, means, np.nan)


def _apart(top: Array, bottom: Array) -> tuple[Array, Array]:
    """Return limits of layers of which none begins above the end of the last by a rounding."""
    return top, np.minimum(bottom, np.append(top[1:], np.inf))
