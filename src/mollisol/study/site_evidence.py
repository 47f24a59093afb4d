"""What was measured at a site, horizon by horizon, for conditioning an initial state on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.units import CM_PER_M, InputError, Parameter

if TYPE_CHECKING:
    from mollisol.grid import Grid
    from mollisol.soil import Profile

Array = NDArray[np.float64]

RADIOCARBON_ERROR = Parameter(
    50.0, "permil", 5.0, 300.0, "He et al. 2016: RMSE of models 50 permil above, 100 below", "medium",
    about="Standard deviation of Delta14C around the model, where a parameter set does not say.",
)  # fmt: skip


MINERAL_ERROR = Parameter(
    0.1, "1", 0.02, 0.3,
    "chosen: recoveries of fractions have quartiles 0.87 and 1.00 (Georgiou et al. 2022), and a pool is no fraction",
    "low", about="Standard deviation of the measured share of mineral-associated carbon around the model's.",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class SiteEvidence:
    """Horizons with measured carbon.

    Attributes
    ----------
    top_cm, bottom_cm : (horizon,) limits, cm; the lowest ends with the grid.
    share : (horizon, layer) share of each layer that lies in a horizon.
    log_soc : (horizon,) logarithm of the carbon stock, kg C/m2; error : its standard deviation.
    delta14c : (horizon,) permil, NaN where not measured; None without any.
    year : of the radiocarbon's sampling.
    mineral : (horizon,) share of mineral-associated carbon, NaN where not measured; None without any.
    radiocarbon_error : permil, for parameters without a spread of their own; mineral_error : of the share.
    """

    top_cm: Array
    bottom_cm: Array
    share: Array
    log_soc: Array
    error: Array
    delta14c: Array | None
    year: int | None
    mineral: Array | None = None
    radiocarbon_error: float = RADIOCARBON_ERROR.value
    mineral_error: float = MINERAL_ERROR.value

    @property
    def last_layer(self) -> int:
        """The deepest layer of which at least half lies in horizons that were measured."""
        return int(np.flatnonzero(self.share.sum(axis=0) >= 0.5)[-1])

    def log_stock(self, soc: Array) -> Array:
        """Return the logarithm of the horizons' carbon (horizon, column) of (layer, column) SOC."""
        return np.asarray(np.log(self.share @ soc))

    def weights(self, soc: Array) -> Array:
        """Return which share of a horizon's carbon lies in each layer, (horizon, layer, column)."""
        parts = self.share[:, :, None] * soc[None]
        return np.asarray(parts / parts.sum(axis=1, keepdims=True))

    def stocks(self, soc: Array) -> Array:
        """Return carbon of the horizons, and of the soil below the last one, (horizon + 1, column), kg C/m2."""
        bottom = np.flatnonzero(self.share.sum(axis=0) > 0.0)[-1]
        rest = np.ones(self.share.shape[1])
        rest[: bottom + 1] = 0.0
        rest[bottom] = 1.0 - min(float(self.share[:, bottom].sum()), 1.0)
        return np.concatenate([self.share @ soc, rest[None] @ soc])


def site_evidence(profile: Profile, grid: Grid) -> SiteEvidence:
    """Return what a profile tells of the layers of a grid; horizons that filled a gap are no evidence.

    Raises
    ------
    InputError
        Where no horizon within the grid has carbon.
    """
    from mollisol.soil.filling import complete
    from mollisol.soil.measurement_error import relative_error
    from mollisol.soil.profile import FILLED_GAP
    from mollisol.study.radiocarbon import year_of_radiocarbon

    whole = complete(profile)
    filled = [
        any(profile.flag(name)[i] in FILLED_GAP for name in ("organic_carbon_percent", "organic_carbon_stock_kg_m2"))
        for i in range(len(profile))
    ]
    inside = np.minimum(profile.bottom_cm / CM_PER_M, grid.bottom)
    carbon = np.asarray(whole.organic_carbon)
    known = profile.has_carbon & ~np.array(filled) & (profile.top_cm / CM_PER_M < grid.bottom) & (carbon > 0.0)
    if not known.any():
        raise InputError(
            "no horizon within the grid has measured carbon, so nothing can be conditioned on",
            file=profile.file or None,
            key="organic_carbon_percent",
            remedy="use 'condition: none'",
        )
    top, bottom = profile.top_cm[known] / CM_PER_M, inside[known]
    share = np.stack([grid.depth_share(b) - grid.depth_share(a) for a, b in zip(top, bottom, strict=True)])
    part = (bottom - top) / profile.thickness[known]
    delta, mineral = profile.delta14c_permil[known], profile.mineral_carbon_percent[known] / 100.0
    mineral[[profile.flag("mineral_carbon_percent")[i] in FILLED_GAP for i in np.flatnonzero(known)]] = np.nan
    delta[[profile.flag("delta14c_permil")[i] in FILLED_GAP for i in np.flatnonzero(known)]] = np.nan
    return SiteEvidence(
        profile.top_cm[known],
        bottom * CM_PER_M,
        share,
        np.log(carbon[known] * part),
        np.log1p(relative_error(whole)[known]),
        delta if np.isfinite(delta).any() else None,
        year_of_radiocarbon(profile),
        mineral if np.isfinite(mineral).any() else None,
    )
