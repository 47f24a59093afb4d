"""Methane: published changes on drained soil, and the IPCC's factors where rice may be flooded.

    rice    E = 1.19 kg/ha/day x 113 days x SF_w x (1 + sum_i ROA_i CFOA_i)^0.59                        kg CH4/ha/yr

ROA_i is organic material (t dry matter/ha, straw as such, manure and compost fresh) and CFOA_i its weight. The study
does not tell whether rice stands in water: the range reaches from upland rice (no emission) to continuous flooding.
Source: IPCC 2019 Refinement, Vol. 4, Tables 5.11 to 5.14.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mollisol.plants import amendment, crop
from mollisol.practices.tradeoffs.band import Array, Band, Range, activity, ranges_of, together, with_mean
from mollisol.practices.tradeoffs.case import Case, Part, Site
from mollisol.practices.tradeoffs.effects import effect_over_time
from mollisol.practices.values import best
from mollisol.units import MG_HA_PER_KG_M2, parameter

_TABLE = "IPCC 2019 Refinement, Vol. 4, Table 5."


@dataclass(frozen=True)
class MethaneParameters:
    """Numbers of methane; lower and upper are the published range."""

    rice: float = parameter(
        1.19, "kg ha-1 d-1", 0.80, 1.76, _TABLE + "11, world", confidence="high",
        about="methane of flooded rice without organic material",
    )  # fmt: skip
    season: float = parameter(
        113.0, "d", 74.0, 152.0, _TABLE + "11A, world", confidence="high", about="days under rice"
    )
    water: float = parameter(
        0.60, "1", 0.0, 1.0, _TABLE + "12, irrigated and not told apart; upland rice 0, continuous flooding 1",
        confidence="high", about="factor of the water regime",
    )  # fmt: skip
    straw: float = parameter(
        0.19, "1", 0.11, 0.28, _TABLE + "14, straw worked in long before flooding", confidence="high",
        about="weight of straw beside that of straw worked in just before flooding",
    )  # fmt: skip
    compost: float = parameter(0.17, "1", 0.09, 0.29, _TABLE + "14, compost", confidence="high", about="of compost")
    manure: float = parameter(
        0.21, "1", 0.15, 0.28, _TABLE + "14, farmyard manure", confidence="high", about="of manure"
    )
    green_manure: float = parameter(
        0.45, "1", 0.36, 0.57, _TABLE + "14, green manure", confidence="high", about="of a cover crop"
    )
    power: float = parameter(
        0.59, "1", 0.5, 0.7, _TABLE + "14, equation 5.3", confidence="high", about="power of organic material"
    )


def _organic(part: Part, values: MethaneParameters) -> Array:
    """Return (year,) organic material of years under rice, weighted as straw just before flooding, t/ha; else NaN."""
    found = np.full(len(part.years), np.nan)
    for at, (year, main) in enumerate(zip(part.years, part.management.harvest, strict=True)):
        if main.crop != "rice":
            continue
        plan, plant = part.plan(year), crop(main.crop)
        weighted = values.straw * MG_HA_PER_KG_M2 * main.straw_returned / plant.carbon
        green = plan.crop_year(year).cover_crop
        if green is not None:
            weighted += values.green_manure * green.carbon_t_ha / crop(green.crop).carbon
        for one in plan.applied(year):
            material = amendment(one.amendment)
            fresh = MG_HA_PER_KG_M2 * best(one.carbon) / material.carbon / material.dry_matter
            if "biochar" not in one.amendment:
                weighted += (values.compost if "compost" in one.amendment else values.manure) * fresh
        found[at] = weighted
    return found


def rice_methane(case: Case, baseline: Case | None = None, parameters: MethaneParameters | None = None) -> Band:
    """Return the methane of the years under rice, or its difference to the baseline, kg CH4/ha/yr."""
    values = parameters or MethaneParameters()
    known = ranges_of(values)

    def organic_factor(part: Part) -> Array:
        organic = _organic(part, values)
        grown = np.isfinite(organic)
        return np.where(grown, (1.0 + np.where(grown, organic, 0.0)) ** values.power, 0.0)

    amount = case.mean_of(organic_factor)
    if baseline is not None:
        amount = amount - baseline.mean_of(organic_factor)
    day, days, water = known["rice"], known["season"], known["water"]
    emission = activity(with_mean(amount), day).by(Range(days.low, days.best, days.high, days.source, "high"))
    return emission.by(water)


def methane(site: Site, case: Case, baseline: Case, parameters: MethaneParameters | None = None) -> Band:
    """Return the change of methane against the baseline, kg CH4/ha/yr; positive is emission."""
    published = effect_over_time("methane", site, case, baseline)
    if not any(
        harvest.crop == "rice" for part in (*case.parts, *baseline.parts) for harvest in part.management.harvest
    ):
        return published
    rice = rice_methane(case, baseline, parameters)
    return replace(together({"drained soil": published, "rice": rice}), confidence="low")
