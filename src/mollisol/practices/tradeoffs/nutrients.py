"""Nitrogen and phosphorus that a plan brings to the field, and that stored carbon ties up.

    tied up    N = d(SOC without char)/dt / (C:N),   P = d(SOC without char)/dt / (C:P)            kg/ha/yr
    amendment  N = C / (C:N of the material),        P = N / (N:P of the material)
    fixed      N = shoot dry matter of a legume x 20 kg N/t

A loss of carbon sets nutrients free (negative). Char counts neither as binding nor as bringing nutrients: little of its
nitrogen is released.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources

import numpy as np

from mollisol.plants import LITTER_POOLS, CropCarbon, amendment, cover_crop_carbon, crop
from mollisol.plants.nitrogen import UNFERTILISED, NitrogenParameters
from mollisol.practices.changes import NutrientChange, of_kind
from mollisol.practices.tradeoffs.band import (
    Array,
    Band,
    Range,
    activity,
    exact,
    not_known,
    of_members,
    ranges_of,
    together,
    unknown,
    with_mean,
)
from mollisol.practices.tradeoffs.case import Case, Part
from mollisol.practices.values import best
from mollisol.units import MG_HA_PER_KG_M2, parameter

KG_HA_PER_KG_M2 = 1000.0 * MG_HA_PER_KG_M2

FIXING = ("soybean", "pea", "hairy_vetch", "alfalfa", "red_clover")
"""Crops that fix nitrogen."""


@dataclass(frozen=True)
class NutrientParameters:
    """Numbers of nutrients; lower and upper are the published range."""

    carbon_to_nitrogen: float = parameter(
        12.0, "1", 10.0, 12.5, "stable humus C:N:P:S 10000:833:200:143 (Kirkby et al. 2013); 10-12 of stabilised SOC",
        confidence="opened", about="carbon per nitrogen of stabilised SOC, by mass",
    )  # fmt: skip
    carbon_to_phosphorus: float = parameter(
        50.0, "1", 45.0, 90.0, "stable humus C:N:P:S 10000:833:200:143 (Kirkby et al. 2013); P:C 0.016 of "
        "nutrient-rich SOM, less elsewhere (Tipping et al. 2016)", confidence="opened",
        about="carbon per organic phosphorus of stabilised SOC, by mass",
    )  # fmt: skip
    fixation: float = parameter(
        20.0, "kg N t-1", 12.0, 27.0, "nitrogen fixed per ton of legume shoots (Peoples et al. 2009)",
        confidence="high", about="nitrogen fixed per ton of a legume's dry shoots",
    )  # fmt: skip
    fertiliser: float = parameter(
        1.0, "1", 0.3, 2.0, "a study does not tell its fertiliser: 100 kg N/ha/yr of a crop that gets it is an order",
        confidence="low", about="mineral nitrogen relative to what plants.nitrogen assumes",
    )  # fmt: skip
    composition: float = parameter(
        1.0, "1", 0.75, 1.3, "spread of nitrogen within a kind of manure or compost", confidence="medium",
        about="nitrogen of an amendment relative to the table",
    )  # fmt: skip
    residue: float = parameter(
        1.0, "1", 0.5, 1.75, "95 % range of residue nitrogen (IPCC 2019, Table 11.1A: 75 %)", confidence="high",
        about="nitrogen of residues relative to the crop's table",
    )  # fmt: skip


@cache
def nitrogen_to_phosphorus() -> Mapping[str, Range]:
    """Return N:P by mass of every amendment of the table, by name."""
    text = (resources.files("mollisol.practices.tradeoffs") / "amendment_nutrients.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        values = [row[f"nitrogen_to_phosphorus{end}"] for end in ("_low", "", "_high")]
        low, ratio, high = (float(value) if value else math.nan for value in values)
        found[row["name"]] = Range(low, ratio, high, row["source"], row["confidence"])
    return found


def _cover(part: Part, year: int) -> CropCarbon | None:
    """Return the carbon of the cover crop sown in a year; None where there is none."""
    green = part.plan(year).crop_year(year).cover_crop
    if green is None or (green.first_year is not None and year < green.first_year):
        return None
    return cover_crop_carbon(crop(green.crop), green.carbon_t_ha)


def fertiliser_nitrogen(part: Part) -> Array:
    """Return (year,) the mineral nitrogen that the plan's crops are taken to get, kg N/ha/yr."""
    amount = KG_HA_PER_KG_M2 * NitrogenParameters().fertiliser
    bare = [one.crop in FIXING or crop(one.crop).group in UNFERTILISED for one in part.management.harvest]
    return np.where(bare, 0.0, amount)


GIVEN = "the practice's own amounts"


UNTOLD = "a study does not tell its mineral phosphorus"


def given_nutrient(part: Part, name: str) -> Array:
    """Return (year,) what practices bring of a nutrient in mineral form, kg/ha/yr of the element."""
    found = np.zeros(len(part.years))
    for at, year in enumerate(part.years):
        for change in of_kind(part.plan(year).changes, NutrientChange):
            found[at] += best(change.supply.get(name, 0.0)) * change.share(year)
    return found


def fixed_shoots(part: Part) -> Array:
    """Return (year,) dry shoots of legumes, cover crops among them, t/ha/yr."""
    shoots = np.zeros(len(part.years))
    for at, (year, main) in enumerate(zip(part.years, part.management.harvest, strict=True)):
        for one in (main, _cover(part, year)):
            if one is not None and one.crop in FIXING:
                shoots[at] += MG_HA_PER_KG_M2 * (one.product + one.straw) / crop(one.crop).carbon
    return shoots


def amendment_nitrogen(part: Part) -> dict[str, Array]:
    """Return (year,) nitrogen of each amendment without char, kg N/ha/yr."""
    found: dict[str, Array] = {}
    for at, year in enumerate(part.years):
        for one in part.plan(year).applied(year):
            if _char(one.amendment) > 0.0:
                continue
            nitrogen = KG_HA_PER_KG_M2 * best(one.carbon) / amendment(one.amendment).carbon_to_nitrogen
            found.setdefault(one.amendment, np.zeros(len(part.years)))[at] += nitrogen
    return found


def residue_nitrogen(part: Part) -> Array:
    """Return (year,) nitrogen in residues and dead roots of annuals and cover crops, kg N/ha/yr.

    As in the inventories, perennials count only when they are renewed, which a plan does not tell: they are left out.
    """
    found = np.zeros(len(part.years))
    for at, (year, main) in enumerate(zip(part.years, part.management.harvest, strict=True)):
        plant, cover = crop(main.crop), _cover(part, year)
        if not plant.perennial:
            found[at] += main.straw_returned / plant.straw_carbon_to_nitrogen
            found[at] += main.roots / plant.root_carbon_to_nitrogen
        if cover is not None:
            plant = crop(cover.crop)
            green = plant.cover_crop
            shoot = green.carbon_to_nitrogen if green else plant.straw_carbon_to_nitrogen
            root = green.root_carbon_to_nitrogen if green else plant.root_carbon_to_nitrogen
            found[at] += cover.straw_returned / shoot + cover.roots / root
    return KG_HA_PER_KG_M2 * found


def _char(name: str) -> float:
    return float(amendment(name).quality[LITTER_POOLS.index("pyrogenic")])


def char_input(part: Part) -> Array:
    """Return (year,) the char that a plan brings, kg C/m2/yr."""
    pool = LITTER_POOLS.index("pyrogenic")
    return np.asarray(part.management.yearly() @ part.management.quality[:, pool])


def stored_without_char(case: Case, baseline: Case) -> Array:
    """Return (member, period) the yearly gain of SOC without char over the baseline, kg C/ha/yr.

    Where a run did not keep its pools, all char that was brought is taken to be there still: it decays over centuries.
    """

    def organic(one: Case) -> Array:
        if one.pyrogenic is not None:
            return one.soc - one.pyrogenic
        brought = np.concatenate([[0.0], np.cumsum(one.mean_of(char_input))])
        return np.asarray(one.soc - brought)

    gain = np.diff(organic(case) - organic(baseline), axis=-1)
    return with_mean(KG_HA_PER_KG_M2 * gain)


def tied_up(case: Case, baseline: Case, parameters: NutrientParameters | None = None) -> dict[str, Band]:
    """Return nitrogen and phosphorus tied up more than in the baseline, kg/ha/yr; negative where set free."""
    known = ranges_of(parameters or NutrientParameters())
    carbon = of_members(stored_without_char(case, baseline), "carbon stored, from the run")
    found = {}
    for name in ("nitrogen", "phosphorus"):
        ratio = known[f"carbon_to_{name}"]
        share = Range(1.0 / ratio.high, 1.0 / ratio.best, 1.0 / ratio.low, ratio.source, ratio.confidence)
        found[name] = carbon.by(share)
    return found


def supplied(case: Case, baseline: Case | None, parameters: NutrientParameters | None = None) -> dict[str, Band]:
    """Return what a plan brings by kind, or brings more than the baseline, kg/ha/yr.

    Keys: `nitrogen_amendments`, `phosphorus_amendments`, `nitrogen_fixed`, `nitrogen_fertiliser`,
    `phosphorus_fertiliser`, `nitrogen_residues`.
    """
    known = ranges_of(parameters or NutrientParameters())
    nothing = np.zeros(len(case.years))

    def more(amounts: Callable[[Part], Array]) -> Array:
        own = case.mean_of(amounts)
        return with_mean(own if baseline is None else own - baseline.mean_of(amounts))

    own, other = (
        case.mean_of_each(amendment_nitrogen),
        {} if baseline is None else baseline.mean_of_each(amendment_nitrogen),
    )
    nitrogen, phosphorus = {}, {}
    for name in dict.fromkeys([*own, *other]):
        amount = with_mean(own.get(name, nothing) - other.get(name, nothing))
        nitrogen[name] = activity(amount, known["composition"])
        ratio = nitrogen_to_phosphorus().get(name, not_known(f"N:P of {name}"))
        share = Range(1.0 / ratio.high, 1.0 / ratio.best, 1.0 / ratio.low, ratio.source, ratio.confidence)
        phosphorus[name] = activity(amount, share)
    none = {"": exact(with_mean(nothing))}
    given = {name: exact(more(partial(given_nutrient, name=name)), GIVEN) for name in ("nitrogen", "phosphorus")}
    assumed = activity(more(fertiliser_nitrogen), known["fertiliser"])
    return {
        "nitrogen_amendments": together(nitrogen or none),
        "phosphorus_amendments": together(phosphorus or none),
        "nitrogen_fixed": activity(more(fixed_shoots), known["fixation"]),
        "nitrogen_fertiliser": together({"of the crops": assumed, "of the practice": given["nitrogen"]}),
        "phosphorus_fertiliser": given["phosphorus"] if baseline else unknown(len(nothing) + 1, UNTOLD),
        "nitrogen_residues": activity(more(residue_nitrogen), known["residue"]),
    }
