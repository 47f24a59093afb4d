"""Depth distribution of roots: the cumulative share Y(z) of the roots above depth z (m), Y(0) = 0.

- jackson      Y = 1 - beta^(100 z)                                   Jackson et al. 1996
- exponential  Y = 1 - exp(-z / b)                                    Xiao et al. 2023
- logistic     Y = 1 / (1 + (z / d50)^c), c = log(1/19) / log(d95 / d50)   Schenk & Jackson 2002
- fan          Y = 1 / (1 + (z/d50)^c) + (1 - 1 / (1 + (dm/d50)^c)) z / dm, 1 below dm   Fan et al. 2016
- power_law    Y = 1 - (1 + z / s)^-a, s = d50 / (2^(1/a) - 1): the heavy tail, Y -> 1 as z^-a
- table        linear between the user's points, nothing below the last

The tail decides the deep turnover times (beta = 0.961 leaves 1.9 % of the roots below 1 m, the logistic of
wheat 5 %), so every result has to say which was used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.grid import Grid
from mollisol.plants.tables import unknown, within
from mollisol.units import CM_PER_M, InputError, Parameter

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RootDistribution:
    """A shape of the root profile: its cumulative function and its parameters with default, range and source."""

    name: str
    cumulative: Callable[..., Array]
    parameters: Mapping[str, Parameter]


def _jackson(depth: Array, beta: Array) -> Array:
    return -np.expm1(CM_PER_M * depth * np.log(beta))


def _exponential(depth: Array, e_fold: Array) -> Array:
    return -np.expm1(-depth / e_fold)


def _logistic(depth: Array, d50: Array, d95: Array) -> Array:
    # (z / d50)^-c' with c' > 0 is infinite at the surface, where Y = 0: the reciprocal form is finite.
    exponent = np.log(19.0) / np.log(d95 / d50)
    ratio = (depth / d50) ** exponent
    return np.asarray(ratio / (1.0 + ratio), dtype=np.float64)


def _fan(depth: Array, d50: Array, d95: Array, deepest: Array) -> Array:
    inside = np.minimum(depth, deepest)
    missing = 1.0 - _logistic(deepest, d50, d95)
    return _logistic(inside, d50, d95) + missing * inside / deepest


def _power_law(depth: Array, d50: Array, exponent: Array) -> Array:
    scale = d50 / (2.0 ** (1.0 / exponent) - 1.0)
    return -np.expm1(-exponent * np.log1p(depth / scale))


_D50 = Parameter(0.17, "m", 0.02, 2.0, "Fan et al. 2016 (wheat), quoted", "low", "lognormal", 0.25)
_D95 = Parameter(1.04, "m", 0.05, 20.0, "Fan et al. 2016 (wheat), quoted", "low", "lognormal", 0.25)

ROOT_DISTRIBUTIONS: Mapping[str, RootDistribution] = {
    "jackson": RootDistribution(
        "jackson",
        _jackson,
        {"beta": Parameter(0.961, "1", 0.7, 0.999, "Jackson et al. 1996, crops", "high", "logit", 0.1)},
    ),
    "exponential": RootDistribution(
        "exponential",
        _exponential,
        {
            "e_fold": Parameter(
                0.175, "m", 0.02, 3.0, "Xiao et al. 2023, croplands 17.5 +- 1.8 cm", "opened", "normal", 0.018
            )
        },
    ),
    "logistic": RootDistribution("logistic", _logistic, {"d50": _D50, "d95": _D95}),
    "fan": RootDistribution(
        "fan",
        _fan,
        {
            "d50": _D50,
            "d95": _D95,
            "deepest": Parameter(1.5, "m", 0.1, 10.0, "Fan et al. 2016 (wheat), quoted", "low"),
        },
    ),
    "power_law": RootDistribution(
        "power_law",
        _power_law,
        {
            "d50": _D50,
            "exponent": Parameter(
                1.2,
                "1",
                0.3,
                10.0,
                "leaves 13 % below 1 m, within the 20 % of BNPP that the exponential of Xiao et al. 2023 misses",
                "low",
                "lognormal",
                0.3,
            ),
        },
    ),
    "table": RootDistribution("table", lambda depth: depth, {}),
}
"""Every shape by name; "table" takes the user's `depth` and `share`."""


def _table(depth: Array, parameters: Mapping[str, Any]) -> Array:
    if set(parameters) != {"depth", "share"}:
        raise InputError("a root table needs 'depth' (m) and 'share'", key="roots")
    nodes = np.asarray(parameters["depth"], dtype=np.float64)
    share = np.asarray(parameters["share"], dtype=np.float64)
    good = nodes.ndim == 1 and nodes.size == share.shape[0] and np.all(np.isfinite(nodes))
    if not (good and np.all(np.diff(nodes) > 0.0) and nodes[0] > 0.0):
        raise InputError("the depths of a root table must increase from above 0, one for each share", key="depth")
    if not (np.all(np.isfinite(share)) and np.all(share >= 0.0) and np.all(share.sum(axis=0) > 0.0)):
        raise InputError("the shares of a root table must not be negative, and not all zero", key="share")
    summed = np.concatenate([np.zeros((1, *share.shape[1:])), np.cumsum(share / share.sum(axis=0), axis=0)])
    edges = np.concatenate([[0.0], nodes])
    flat = summed.reshape(edges.size, -1)
    columns = [np.interp(depth, edges, flat[:, i]) for i in range(flat.shape[1])]
    return np.stack(columns, axis=-1).reshape(depth.shape + share.shape[1:])


def cumulative_roots(kind: str, parameters: Mapping[str, Any], depth: ArrayLike) -> Array:
    """Return the share of all roots that lies above `depth`.

    Parameters
    ----------
    kind : a name of `ROOT_DISTRIBUTIONS`.
    parameters : its parameters, each a number or (column,); absent ones take their default. For "table":
        `depth`, (n,) lower depths of the user's intervals in m, and `share`, (n,) or (n, column), the roots in
        each (any unit, scaled to their sum).
    depth : (n,) m, positive down.

    Returns
    -------
    (n,), or (n, column) where a parameter has columns.

    Raises
    ------
    InputError
        For an unknown kind or parameter, or a value out of its range.
    """
    if kind not in ROOT_DISTRIBUTIONS:
        raise unknown("root distribution", kind, ROOT_DISTRIBUTIONS, "choose one of the listed shapes")
    depths = np.asarray(depth, dtype=np.float64)
    if kind == "table":
        return _table(depths, parameters)
    shape = ROOT_DISTRIBUTIONS[kind]
    for name in parameters:
        if name not in shape.parameters:
            raise unknown(f"parameter of '{kind}' roots", name, shape.parameters, "remove or rename it")
    values: dict[str, Array] = {}
    for name, declared in shape.parameters.items():
        array = np.asarray(parameters.get(name, declared.value), dtype=np.float64)
        for extreme in (array.min(), array.max()):
            within(float(extreme), declared.lower, declared.upper, name, declared.unit)
        values[name] = array
    if "d95" in values and not np.all(values["d95"] > values["d50"]):
        raise InputError("d95 must lie below d50", key="d95", remedy="give the depth above which 95 % lie")
    columns = max(array.ndim for array in values.values())
    return shape.cumulative(depths.reshape(depths.shape + (1,) * columns), **values)


def root_share(kind: str, parameters: Mapping[str, Any], grid: Grid) -> Array:
    """Return (layer,) or (layer, column): the share of the grid's roots in each layer, summing to 1.

    What lies below the grid's bottom (`truncated_share`) is spread over the layers in proportion.

    Examples
    --------
    >>> root_share("jackson", {"beta": 0.961}, Grid([0, 0.2, 1.0])).round(3).tolist()
    [0.559, 0.441]
    """
    within_grid = cumulative_roots(kind, parameters, grid.edges)
    if not np.all(within_grid[-1] > 0.0):
        raise InputError("no roots lie in the grid", key="roots")
    return np.asarray(np.diff(within_grid, axis=0) / within_grid[-1], dtype=np.float64)


def truncated_share(kind: str, parameters: Mapping[str, Any], grid: Grid) -> Array:
    """Return the share (a number or (column,)) of all roots that the distribution puts below the grid."""
    return np.asarray(1.0 - cumulative_roots(kind, parameters, grid.edges[-1:])[0], dtype=np.float64)
