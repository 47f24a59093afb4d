"""Mineral nitrogen that reaches a field from outside its soil: deposition, fixation and fertiliser.

    supply(year) = deposition + free fixation + fertiliser (crops that get it) + what legumes leave,    kg N/m2/yr

It enters the surface litter and the soil from the top, falling off with depth. A yield presupposes its fertiliser, so
an arable crop that fixes no nitrogen is taken as fertilised; land that nobody harvests is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.plants.crops import crop
from mollisol.units import parameter

Array = NDArray[np.float64]

UNFERTILISED = ("legume", "natural")
"""Groups of crops that are taken to get no mineral nitrogen."""


@dataclass(frozen=True)
class NitrogenParameters:
    """Numbers of the supply of mineral nitrogen."""

    deposition: float = parameter(
        0.0010, "kg N m-2 yr-1", 0.0001, 0.005, "wet and dry deposition on temperate cropland, 5-20 kg/ha/yr",
        confidence="medium", about="nitrogen from the atmosphere",
    )  # fmt: skip
    free_fixation: float = parameter(
        0.0005, "kg N m-2 yr-1", 0.0, 0.002, "free-living fixation, about 5 kg/ha/yr (Herridge et al. 2008)",
        confidence="medium", about="nitrogen that free-living microbes fix",
    )  # fmt: skip
    fertiliser: float = parameter(
        0.010, "kg N m-2 yr-1", 0.0, 0.040, "100 kg/ha/yr, of the order of mineral nitrogen on temperate cereals; a "
        "study does not tell it", confidence="low", about="mineral fertiliser of a crop that gets it",
    )  # fmt: skip
    legume: float = parameter(
        0.004, "kg N m-2 yr-1", 0.0, 0.02, "grain legumes fix 110-230 kg/ha/yr, most of which leaves with the grain "
        "(Herridge et al. 2008)", confidence="low", about="mineral nitrogen that a legume leaves in the soil",
    )  # fmt: skip
    on_litter: float = parameter(
        0.2, "1", 0.0, 1.0, "what falls on residue is washed into the soil within days; no share at hand",
        confidence="low", about="share of the supply in reach of the surface litter",
    )  # fmt: skip
    e_fold: float = parameter(
        0.2, "m", 0.02, 1.0, "most mineral nitrogen of a fertilised profile lies within plough depth",
        confidence="low", about="depth over which the supply falls by the factor e",
    )  # fmt: skip


def nitrogen_supply(crops: Sequence[str], edges: ArrayLike, parameters: NitrogenParameters | None = None) -> Array:
    """Return mineral nitrogen from outside (year, row), kg N/m2/yr; row 0 is the surface litter.

    Parameters
    ----------
    crops : main crop of each year.
    edges : depths of the layers' interfaces, m.
    parameters : the numbers; defaults where None.

    Examples
    --------
    >>> float(nitrogen_supply(["wheat"], [0.0, 0.2, 2.0]).sum().round(6))
    0.0115
    """
    known = parameters or NitrogenParameters()
    below = np.exp(-np.asarray(edges, dtype=np.float64) / known.e_fold)
    share = -np.diff(below) / (below[0] - below[-1])
    rows = np.concatenate([[known.on_litter], (1.0 - known.on_litter) * share])
    amount = []
    for name in crops:
        group = crop(name).group
        left = known.legume if group == "legume" else 0.0
        fertilised = 0.0 if group in UNFERTILISED else known.fertiliser
        amount.append(known.deposition + known.free_fixation + left + fertilised)
    return np.asarray(np.array(amount)[:, None] * rows)
