"""How well the carbon of a horizon is known: one standard deviation, from what was measured and what was filled.

The relative variance of a stock is the sum of those of its factors (delta method, as in Goidts et al. 2009):
carbon, bulk density, fine-earth share of the volume, and how far one pit stands for its field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.filling import Horizons
from mollisol.soil.pedotransfer import NEAREST_HORIZON, PEDOTRANSFER
from mollisol.soil.profile import FILLED_GAP
from mollisol.units import parameter

GOIDTS = "Goidts et al. 2009, Eur. J. Soil Sci. 60:723-739: coefficients of variation of stocks 5-35 % by scale"
UNCERTAINTY_OF_DENSITY = (
    "analytical uncertainty of bulk density of about 6 % (study of a 100 x 100 m arable plot: Investigation of "
    "uncertainty in organic carbon stock estimates on a field scale)"
)


@dataclass(frozen=True)
class MeasurementError:
    """Relative errors of what a stock is made of."""

    carbon: float = parameter(
        0.05, "1", 0.01, 0.2, f"between laboratories; {GOIDTS}", confidence="low",
        about="Relative standard deviation of a measured carbon concentration.",
    )  # fmt: skip
    density: float = parameter(
        0.06, "1", 0.02, 0.15, UNCERTAINTY_OF_DENSITY, confidence="medium",
        about="Relative standard deviation of a measured bulk density.",
    )  # fmt: skip
    stones: float = parameter(
        0.25, "1", 0.05, 0.6, f"predominant beside carbon in stony soil; {GOIDTS}", confidence="low",
        about="Relative standard deviation of measured coarse fragments.",
    )  # fmt: skip
    place: float = parameter(
        0.10, "1", 0.0, 0.35, GOIDTS, confidence="low",
        about="Relative standard deviation between one pit and the mean of its field.",
    )  # fmt: skip
    interpolated: float = parameter(
        0.30, "1", 0.1, 0.6, "as far as carbon differs between neighbouring horizons", confidence="low",
        about="Relative standard deviation of carbon that was interpolated over a gap.",
    )  # fmt: skip
    shape: float = parameter(
        0.5, "1", 0.0, 1.0, "chosen here: the curve and the step bracket the truth", confidence="low",
        about="Share of the difference between the curve and a constant horizon that counts as error.",
    )  # fmt: skip


def relative_error(horizons: Horizons, model: MeasurementError | None = None) -> NDArray[np.float64]:
    """Return (horizon,) the relative standard deviation of each horizon's stock of carbon, 1."""
    model = MeasurementError() if model is None else model
    profile, flags = horizons.profile, horizons.flags
    given_stock = np.isnan(profile.organic_carbon_percent)
    name = "organic_carbon_stock_kg_m2" if given_stock.all() else "organic_carbon_percent"
    filled_carbon = np.array([flag in FILLED_GAP for flag in flags[name]])
    carbon = np.where(filled_carbon, model.interpolated, model.carbon)

    density = np.full(len(profile), model.density)
    for row, flag in enumerate(flags["bulk_density_g_cm3"]):
        if flag in PEDOTRANSFER or flag == NEAREST_HORIZON or flag in FILLED_GAP:
            error = PEDOTRANSFER[flag if flag in PEDOTRANSFER else "adams_1973"].error
            density[row] = error.value / horizons.bulk_density[row]

    coarse = horizons.coarse / 100.0
    stones = model.stones * coarse
    for row, flag in enumerate(flags["coarse_fragments_percent"]):
        if flag in PEDOTRANSFER:
            stones[row] = PEDOTRANSFER[flag].error.value / 100.0
    volume = stones / (1.0 - coarse)
    # A stock that was given holds its density and stones already; its own error is taken to be as large.
    return np.asarray(np.sqrt(carbon**2 + density**2 + volume**2 + model.place**2))
