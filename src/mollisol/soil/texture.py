"""Texture classes of the USDA triangle."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import InputError

TEXTURE_CLASSES = (
    "sand", "loamy sand", "sandy loam", "loam", "silt loam", "silt",
    "sandy clay loam", "clay loam", "silty clay loam", "sandy clay", "silty clay", "clay",
)  # fmt: skip
"""The twelve classes."""


def texture_class(sand: ArrayLike, clay: ArrayLike) -> NDArray[np.str_]:
    """Return the USDA texture class of soil, "" where sand or clay is NaN.

    Parameters
    ----------
    sand, clay : mass fractions of the fine mineral earth, 0-1; silt is the rest.

    Source
    ------
    Soil Science Division Staff 2017, Soil Survey Manual (USDA Handbook 18), chapter 3.

    Examples
    --------
    >>> texture_class([0.4, 0.1], [0.2, 0.6]).tolist()
    ['loam', 'clay']
    """
    shaped = np.broadcast_arrays(np.asarray(sand, dtype=np.float64), np.asarray(clay, dtype=np.float64))
    # Percent to ten digits, so that 0.28 on a border is the border's 28.
    s, c = (np.round(100.0 * value, 10) for value in shaped)
    z = np.round(100.0 - s - c, 10)
    if np.any((s < 0.0) | (c < 0.0) | (z < -1e-6)):
        raise InputError("sand and clay must be mass fractions that sum to at most 1", key="sand")
    conditions = (
        (z + 1.5 * c < 15.0),
        (z + 2.0 * c < 30.0),
        ((c >= 7.0) & (c < 20.0) & (s > 52.0)) | ((c < 7.0) & (z < 50.0)),
        (c >= 7.0) & (c < 27.0) & (z >= 28.0) & (z < 50.0) & (s <= 52.0),
        ((z >= 50.0) & (c >= 12.0) & (c < 27.0)) | ((z >= 50.0) & (z < 80.0) & (c < 12.0)),
        (z >= 80.0) & (c < 12.0),
        (c >= 20.0) & (c < 35.0) & (z < 28.0) & (s > 45.0),
        (c >= 27.0) & (c < 40.0) & (s > 20.0) & (s <= 45.0),
        (c >= 27.0) & (c < 40.0) & (s <= 20.0),
        (c >= 35.0) & (s > 45.0),
        (c >= 40.0) & (z >= 40.0),
        (c >= 40.0) & (s <= 45.0) & (z < 40.0),
    )
    return np.select(conditions, TEXTURE_CLASSES, default="")
