"""Nitrous oxide: emission factors of the IPCC on the nitrogen of a plan, and published effects of practices.

    direct    EF1 (F_synthetic) + EF1' (F_organic + F_residues + F_mineralised)            x 44/28,  kg N2O/ha/yr
    indirect  EF4 (0.11 F_synthetic + 0.21 F_organic) + EF5 Frac_leach (all F)             x 44/28
    practice  effect (%) x (direct emission of the baseline + background)

EF1 depends on whether the climate is wet: rain above potential evapotranspiration, or above 1000 mm where it is
tropical. Nitrogen set free where carbon is lost counts (F_mineralised); what stored carbon ties up is not credited,
as in the inventories. Source: IPCC 2019 Refinement, Vol. 4, Tables 11.1 and 11.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mollisol.practices.tradeoffs.band import Band, Range, of_members, ranges_of, together
from mollisol.practices.tradeoffs.case import Case, Site
from mollisol.practices.tradeoffs.effects import effect_over_time
from mollisol.practices.tradeoffs.nutrients import stored_without_char, supplied
from mollisol.units import parameter

N2O_PER_N = 44.0 / 28.0
"""Mass of N2O per mass of its nitrogen."""

_TABLE = "IPCC 2019 Refinement, Vol. 4, Table 11."


@dataclass(frozen=True)
class NitrousOxideParameters:
    """Emission factors; lower and upper are the published 95 % range."""

    wet_synthetic: float = parameter(
        0.016, "kg N kg-1 N", 0.013, 0.019, _TABLE + "1, synthetic, wet", confidence="high",
        about="EF1 of mineral fertiliser in a wet climate",
    )  # fmt: skip
    wet_other: float = parameter(
        0.006, "kg N kg-1 N", 0.001, 0.011, _TABLE + "1, other nitrogen, wet", confidence="high",
        about="EF1 of manure, residues and mineralisation in a wet climate",
    )  # fmt: skip
    dry: float = parameter(
        0.005,
        "kg N kg-1 N",
        0.0,
        0.011,
        _TABLE + "1, all nitrogen, dry",
        confidence="high",
        about="EF1 in a dry climate",
    )
    aggregate: float = parameter(
        0.010, "kg N kg-1 N", 0.002, 0.018, _TABLE + "1, aggregated", confidence="opened",
        about="EF1 where the climate is not told apart",
    )  # fmt: skip
    flooded: float = parameter(
        0.004, "kg N kg-1 N", 0.0, 0.029, _TABLE + "1, flooded rice", confidence="opened", about="EF1 of flooded rice"
    )
    volatile_wet: float = parameter(
        0.014, "kg N kg-1 N", 0.011, 0.017, _TABLE + "3, EF4, wet", confidence="high",
        about="EF4 of ammonia that is deposited, wet climate",
    )  # fmt: skip
    volatile_dry: float = parameter(
        0.005, "kg N kg-1 N", 0.0, 0.011, _TABLE + "3, EF4, dry", confidence="high",
        about="EF4 of ammonia that is deposited, dry climate",
    )  # fmt: skip
    leached: float = parameter(
        0.011,
        "kg N kg-1 N",
        0.0,
        0.020,
        _TABLE + "3, EF5",
        confidence="opened",
        about="EF5 of nitrogen that is leached",
    )
    lost_synthetic: float = parameter(
        0.11,
        "1",
        0.02,
        0.33,
        _TABLE + "3, Frac_GASF",
        confidence="high",
        about="share of mineral fertiliser that volatilises",
    )
    lost_organic: float = parameter(
        0.21,
        "1",
        0.0,
        0.31,
        _TABLE + "3, Frac_GASM",
        confidence="high",
        about="share of organic nitrogen that volatilises",
    )
    leaching: float = parameter(
        0.24, "1", 0.01, 0.73, _TABLE + "3, Frac_LEACH, wet climates", confidence="high",
        about="share of nitrogen that leaches where rain exceeds what the soil holds; none in dry climates",
    )  # fmt: skip
    background: float = parameter(
        1.0, "kg N ha-1 yr-1", 0.3, 1.8, "IPCC default 1; cereals of China 0.98 +- 0.83 (Abdalla et al. 2022)",
        confidence="opened", about="emission of unfertilised cropland",
    )  # fmt: skip
    mineralised: float = parameter(
        0.1, "kg N kg-1 C", 0.067, 0.125, "C:N 10 (8-15) of cropland, IPCC 2019 Vol. 4, eq. 11.8", confidence="high",
        about="nitrogen mineralised per carbon lost",
    )  # fmt: skip


def emission_factor(site: Site, synthetic: bool, parameters: NitrousOxideParameters | None = None) -> Range:
    """Return EF1 at a site, of mineral fertiliser or of any other nitrogen, kg N2O-N per kg N."""
    known = ranges_of(parameters or NitrousOxideParameters())
    if not site.wet:
        return known["dry"]
    return known["wet_synthetic" if synthetic else "wet_other"]


def _mineralised(case: Case, baseline: Case, factor: Range) -> Band:
    """Return the nitrogen set free by a loss of carbon against the baseline, kg N/ha/yr; a gain counts as none."""
    lost = np.maximum(-stored_without_char(case, baseline), 0.0)
    return of_members(lost, "carbon lost, from the run").by(factor)


def _nitrogen(case: Case, baseline: Case | None, mineral: Range) -> dict[str, Band]:
    brought = supplied(case, baseline)
    found = {
        "fertiliser": brought["nitrogen_fertiliser"],
        "amendments": brought["nitrogen_amendments"],
        "residues": brought["nitrogen_residues"],
    }
    if baseline is not None:
        found["carbon lost"] = _mineralised(case, baseline, mineral)
    return found


def direct(
    site: Site, case: Case, baseline: Case | None = None, parameters: NitrousOxideParameters | None = None
) -> Band:
    """Return the direct N2O from the nitrogen of a plan, or its difference to the baseline, kg N2O/ha/yr."""
    known = ranges_of(parameters or NitrousOxideParameters())
    terms = {
        name: band.by(emission_factor(site, name == "fertiliser", parameters)).times(N2O_PER_N)
        for name, band in _nitrogen(case, baseline, known["mineralised"]).items()
    }
    return together(terms)


def indirect(
    site: Site, case: Case, baseline: Case | None = None, parameters: NitrousOxideParameters | None = None
) -> Band:
    """Return the N2O from nitrogen that left the field as ammonia or nitrate, kg N2O/ha/yr."""
    known = ranges_of(parameters or NitrousOxideParameters())
    volatile = known["volatile_wet" if site.wet else "volatile_dry"]
    terms = {}
    for name, band in _nitrogen(case, baseline, known["mineralised"]).items():
        lost = {"fertiliser": "lost_synthetic", "amendments": "lost_organic"}.get(name)
        if lost:
            terms[f"ammonia of {name}"] = band.by(known[lost]).by(volatile).times(N2O_PER_N)
        if site.wet:
            terms[f"nitrate of {name}"] = band.by(known["leaching"]).by(known["leached"]).times(N2O_PER_N)
    return together(terms)


def of_practice(site: Site, case: Case, baseline: Case, parameters: NitrousOxideParameters | None = None) -> Band:
    """Return what a practice changes beyond its nitrogen, kg N2O/ha/yr: a published share of the soil's emission."""
    known = ranges_of(parameters or NitrousOxideParameters())
    emitted = direct(site, baseline, None, parameters).best / N2O_PER_N
    share = effect_over_time("nitrous_oxide", site, case, baseline)
    # the yearly share of the yearly emission; its uncertainty far exceeds that of the emission
    base = (emitted[:-1].mean() + known["background"].best) * N2O_PER_N / 100.0
    changed = share.times(base)
    return replace(changed, sources=(*changed.sources, known["background"].source) if changed.sources else ())
