"""Carbon dioxide that added rock binds as it weathers: a ledger of its own, apart from organic carbon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management
from mollisol.practices.soil_work import dissolved
from mollisol.study.field import Fields

Array = NDArray[np.float64]


def removal(managements: Sequence[Management], fields: Fields, practices: int, years: int) -> dict[str, Array]:
    """Return `inorganic_removal` (practice, time), kg CO2/m2/yr, NaN at the start; empty where no rock is brought.

    Parameters
    ----------
    managements : of the patches of `fields`, of whose practices the first ones are told.
    """
    if not any(work.material and work.material.carbon_dioxide for m in managements for _, work in m.soil_work):
        return {}
    yearly = np.stack([dissolved(m.soil_work, years) for m in managements], axis=-1)
    told = fields.mean(yearly)[:, :practices].T
    return {"inorganic_removal": np.concatenate([np.full((practices, 1), np.nan), told], axis=1)}
