"""What soil carbon is made of at a moment: its living share, and the nitrogen that it ties up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def microbial_quotient(model: Any, carbon: Array) -> Array:
    """Return living carbon / SOC (layer, column), dimensionless; NaN in a layer without carbon.

    Parameters
    ----------
    model : its pools say what is alive (dormant microbes are) and what counts as SOC.
    carbon : (row, pool, column), kg C/m2.
    """
    living = np.array([pool.living for pool in model.pools], dtype=np.float64)
    counted = np.array([pool.counts_as_soc for pool in model.pools], dtype=np.float64)
    alive = np.einsum("lpc,p->lc", carbon[1:], living)
    soc = np.einsum("lpc,p->lc", carbon[1:], counted)
    there = soc > 0.0
    return np.where(there, alive / np.where(there, soc, 1.0), np.nan)


def organic_nitrogen(model: Any, carbon: Array) -> Array:
    """Return the nitrogen that SOC ties up (layer, column), kg N/m2, by the C:N of each pool.

    Parameters
    ----------
    model, carbon : as for `microbial_quotient`.
    """
    content = np.array([pool.counts_as_soc / pool.carbon_to_nitrogen for pool in model.pools], dtype=np.float64)
    return np.asarray(np.einsum("lpc,p->lc", carbon[1:], content))
