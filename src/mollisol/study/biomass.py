"""Carbon in the wood of trees: a store of its own, apart from the soil's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management
from mollisol.study.field import Fields

Array = NDArray[np.float64]


def biomass(managements: Sequence[Management], fields: Fields, practices: int, members: int) -> dict[str, Array]:
    """Return `biomass_carbon` (practice, member, time), kg C/m2, nothing at the start; empty where no tree stands.

    Parameters
    ----------
    managements : of the patches of `fields`, of whose practices the first ones are told.
    """
    if not any(one.biomass.any() for one in managements):
        return {}
    years = len(managements[0].years)
    wide = [one.biomass if one.biomass.shape[1] == 1 else one.biomass[:, 1:] for one in managements]
    stands = np.concatenate([np.broadcast_to(one, (years, members)) for one in wide], axis=-1)
    told = fields.mean(stands, members).reshape(years, -1, members)[:, :practices]
    return {"biomass_carbon": np.concatenate([np.zeros((practices, members, 1)), np.moveaxis(told, 0, -1)], axis=-1)}
