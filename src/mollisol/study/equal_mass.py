"""Carbon at equal mineral mass: every practice read at the baseline's initial masses, layer by layer.

Mineral mass is cumulated from the surface, and carbon with it, even in each layer as in the model itself; a profile
whose mass ends before the baseline's goes on as its last layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


def at_equal_mass(carbon: Array, mass: Array, reference: Array) -> Array:
    """Return the carbon that lies in the reference's layers of mass.

        C_i = sum_j C_j (overlap of mass layer j with reference layer i) / m_j

    Parameters
    ----------
    carbon, mass : (layer, n), kg C/m2 and kg/m2 of mineral soil.
    reference : (layer,), kg/m2 of mineral soil in the layers of the reference.

    Returns
    -------
    (layer, n), kg C/m2.

    Source
    ------
    Wendt & Hauser 2013, Eur. J. Soil Sci. 64:58-65, with straight lines instead of a spline.

    Examples
    --------
    >>> at_equal_mass(np.array([[3.0], [2.0]]), np.array([[110.0], [120.0]]), np.array([100.0, 120.0])).round(3).T
    array([[2.727, 2.106]])
    """
    lower = np.cumsum(mass, axis=0)
    upper = np.concatenate([np.zeros_like(lower[:1]), lower[:-1]])
    end = np.cumsum(reference)
    begin = np.concatenate([[0.0], end[:-1]])
    reach = lower.copy()
    reach[-1] = np.maximum(lower[-1], end[-1])
    found = np.empty_like(carbon)
    for i in range(len(reference)):
        overlap = np.minimum(reach, end[i]) - np.maximum(upper, begin[i])
        found[i] = np.sum(np.maximum(overlap, 0.0) * carbon / mass, axis=0)
    return found


def soc_at_equal_mass(soc: Array, mass: Array) -> Array:
    """Return SOC (practice, member, time, layer) at the mineral mass of the baseline's layers at the start."""
    shape = soc.shape
    reference = mass[0, 0, 0]
    flat = [np.moveaxis(one.reshape(-1, shape[-1]), 0, -1) for one in (soc, mass)]
    return np.moveaxis(at_equal_mass(flat[0], flat[1], reference), 0, -1).reshape(shape)


def equal_mass(result: xr.Dataset) -> xr.DataArray:
    """Return the SOC of a result (practice, member, time, layer) at equal mineral mass, kg C/m2.

    Layers are those of the baseline at the start: what lies in them by mass, at whatever depth it lies now.
    """
    found = soc_at_equal_mass(result["soc"].to_numpy(), result["mineral_mass"].to_numpy())
    return result["soc"].copy(data=found)
