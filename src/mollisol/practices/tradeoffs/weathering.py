"""Carbon dioxide that added rock binds as it weathers, a ledger of its own beside the soil's organic carbon.

r_y = (1 - exp(-dissolution)) (left_(y-1) + brought_y) x carbon_dioxide                            kg CO2/ha/yr
"""

from __future__ import annotations

from dataclasses import dataclass

from mollisol.practices.soil_work import dissolved
from mollisol.practices.tradeoffs.band import Array, Band, activity, ranges_of, with_mean
from mollisol.practices.tradeoffs.case import Case, Part
from mollisol.units import parameter

KG_HA_PER_KG_M2 = 1e4


@dataclass(frozen=True)
class WeatheringParameters:
    """How far the pace of weathering is trusted; lower and upper are the range."""

    amount: float = parameter(
        1.0, "1", 0.0, 1.36, "10.5 +- 3.8 t CO2/ha in four years of basalt in the US corn belt (Beerling et al. 2024); "
        "none detected in Sabah (Larkin et al. 2022)", confidence="medium",
        about="carbon dioxide bound by weathering relative to the practice's own pace",
    )  # fmt: skip


def _bound(part: Part) -> Array:
    return KG_HA_PER_KG_M2 * dissolved(part.management.soil_work, len(part.years))


def inorganic_removal(case: Case, baseline: Case | None = None, parameters: WeatheringParameters | None = None) -> Band:
    """Return the carbon dioxide that weathering binds, or its difference to the baseline, kg CO2/ha/yr.

    It is no part of the net effect: see `mollisol.practices.tradeoffs.greenhouse`.
    """
    amount = case.mean_of(_bound) - (0.0 if baseline is None else baseline.mean_of(_bound))
    return activity(with_mean(amount), ranges_of(parameters or WeatheringParameters())["amount"])
