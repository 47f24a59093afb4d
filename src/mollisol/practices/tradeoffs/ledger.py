"""The ledger: for each practice and year, what it costs or brings beside the carbon, with ranges and sources.

Every quantity is there for every practice. What nobody knows is "not known": its numbers are missing, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mollisol.practices.tradeoffs import greenhouse, nitrous_oxide
from mollisol.practices.tradeoffs.band import Band, together
from mollisol.practices.tradeoffs.case import Case, Site
from mollisol.practices.tradeoffs.diesel import carbon_dioxide, diesel
from mollisol.practices.tradeoffs.effects import effect_over_time
from mollisol.practices.tradeoffs.methane import methane, rice_methane
from mollisol.practices.tradeoffs.nutrients import supplied, tied_up
from mollisol.practices.tradeoffs.risks import RISKS, risks
from mollisol.practices.tradeoffs.water import water
from mollisol.practices.tradeoffs.weathering import inorganic_removal
from mollisol.practices.tradeoffs.yield_effect import harvested_carbon, yield_effect

ABSOLUTE, CHANGE = "absolute", "change"
"""What a row tells: the plan's own amount, or its difference to the baseline."""

RUN = "run"
"""In place of the year: the mean over the run."""

_SUPPLY = {
    "nitrogen_amendments": "nitrogen brought with amendments",
    "phosphorus_amendments": "phosphorus brought with amendments",
    "nitrogen_fixed": "nitrogen fixed by legumes",
    "nitrogen_fertiliser": "mineral nitrogen",
    "phosphorus_fertiliser": "mineral phosphorus",
    "nitrogen_residues": "nitrogen in residues and roots",
}

QUANTITIES: Mapping[str, tuple[str, str]] = {
    "yield_effect": ("%", "yield of the main crop, as published"),
    "harvested_carbon": ("Mg C/ha/yr", "carbon harvested, as the plan says"),
    "evapotranspiration": ("mm/yr", "evapotranspiration"),
    "water_deficit": ("mm/yr", "potential less actual evapotranspiration"),
    "drainage": ("mm/yr", "drainage below the profile"),
    "runoff": ("mm/yr", "runoff"),
    "irrigation": ("mm/yr", "irrigation"),
    "nitrogen_tied_up": ("kg N/ha/yr", "nitrogen tied up in stored carbon"),
    "phosphorus_tied_up": ("kg P/ha/yr", "phosphorus tied up in stored carbon"),
    **{name: (f"kg {'P' if name.startswith('ph') else 'N'}/ha/yr", about) for name, about in _SUPPLY.items()},
    "nitrogen_balance": ("kg N/ha/yr", "nitrogen supplied less tied up"),
    "phosphorus_balance": ("kg P/ha/yr", "phosphorus supplied less tied up"),
    "nitrous_oxide": ("kg N2O/ha/yr", "N2O, the next three together"),
    "nitrous_oxide_direct": ("kg N2O/ha/yr", "N2O from the nitrogen of the plan"),
    "nitrous_oxide_indirect": ("kg N2O/ha/yr", "N2O from ammonia and nitrate that left the field"),
    "nitrous_oxide_practice": ("kg N2O/ha/yr", "N2O that the practice changes beyond its nitrogen, as published"),
    "methane": ("kg CH4/ha/yr", "methane"),
    "diesel": ("L/ha/yr", "diesel of the field work"),
    "diesel_carbon_dioxide": ("kg CO2/ha/yr", "CO2 of that diesel and of its making"),
    "carbonate_carbon_dioxide": ("kg CO2/ha/yr", "CO2 of lime"),
    "soil_carbon_dioxide": ("kg CO2e/ha/yr", "CO2 of the soil's carbon, negative where it is stored"),
    "inorganic_removal": ("kg CO2/ha/yr", "CO2 bound by the weathering of added rock, apart from the net effect"),
    "net_greenhouse_effect": ("kg CO2e/ha/yr", "soil carbon, N2O, CH4, diesel and lime together, positive = emission"),
    **{f"risk_{name}": ("flag", about) for name, about in RISKS.items()},
}
"""Every quantity: its unit, and what it is."""


@dataclass(frozen=True)
class Row:
    """A row of the table: numbers are NaN where `known` is "not known"."""

    practice: str
    year: str
    quantity: str
    kind: str
    low: float
    best: float
    high: float
    unit: str
    known: str
    missing: str
    source: str
    confidence: str


@dataclass(frozen=True, eq=False)
class Ledger:
    """The bands of every practice.

    Attributes
    ----------
    years : calendar years.
    bands : by practice, then by (quantity, kind); (period,) years and the mean over the run.
    """

    years: tuple[int, ...]
    bands: Mapping[str, Mapping[tuple[str, str], Band]]

    def rows(self, summary: bool = False) -> Iterator[Row]:
        """Yield the rows: each year and then the mean over the run, or with `summary` the mean alone."""
        names = [*map(str, self.years), RUN]
        wanted = range(len(names) - 1, len(names)) if summary else range(len(names))
        for practice, found in self.bands.items():
            for (quantity, kind), band in found.items():
                unit, status = QUANTITIES[quantity][0], band.status
                for at in wanted:
                    ends = (float(end[at]) for end in (band.low, band.best, band.high))
                    low, best, high = ends
                    text = (practice, names[at], quantity, kind, low, best, high, unit, status[at])
                    yield Row(*text, "; ".join(band.missing), band.source, band.confidence)

    def change(self, practice: str, quantity: str) -> Band:
        """Return how a practice changes a quantity."""
        return self.bands[practice][quantity, CHANGE]


def ledger(site: Site, baseline: Case, others: Sequence[Case]) -> Ledger:
    """Return the trade-offs of the baseline (absolute) and of each practice (absolute, and against the baseline).

    Parameters
    ----------
    site : the field.
    baseline, others : its plans with the carbon of the same members, so that they stay paired.
    """
    bands = {baseline.name: _absolute(site, baseline)}
    for case in others:
        bands[case.name] = _absolute(site, case) | _changes(site, case, baseline)
    return Ledger(baseline.years, bands)


def _absolute(site: Site, case: Case) -> dict[tuple[str, str], Band]:
    fuel = diesel(site, case)
    found = {
        "harvested_carbon": harvested_carbon(case),
        **water(site, case),
        **supplied(case, None),
        "nitrous_oxide_direct": nitrous_oxide.direct(site, case),
        "nitrous_oxide_indirect": nitrous_oxide.indirect(site, case),
        "diesel": fuel,
        "diesel_carbon_dioxide": carbon_dioxide(fuel),
        "inorganic_removal": inorganic_removal(case),
    }
    if any(year.crop == "rice" for part in case.parts for year in part.management.harvest):
        found["methane"] = rice_methane(case)
    return {(name, ABSOLUTE): found[name] for name in QUANTITIES if name in found}


def _changes(site: Site, case: Case, baseline: Case) -> dict[tuple[str, str], Band]:
    brought, bound = supplied(case, baseline), tied_up(case, baseline)
    fuel = together({"of the plan": diesel(site, case, baseline), **_beyond(site, case, baseline)})
    gases = {
        "nitrous_oxide_direct": nitrous_oxide.direct(site, case, baseline),
        "nitrous_oxide_indirect": nitrous_oxide.indirect(site, case, baseline),
        "nitrous_oxide_practice": nitrous_oxide.of_practice(site, case, baseline),
    }
    soil, burned = greenhouse.soil_carbon_dioxide(case, baseline), carbon_dioxide(fuel)
    lime, marsh = effect_over_time("carbonate", site, case, baseline), methane(site, case, baseline)
    terms = {
        "soil carbon": soil,
        **{
            QUANTITIES[name][1].split(",")[0]: greenhouse.equivalents(one, "nitrous_oxide")
            for name, one in gases.items()
        },
        "methane": greenhouse.equivalents(marsh, "methane"),
        "diesel": burned,
        "lime": lime,
    }
    found = {
        "yield_effect": yield_effect(site, case, baseline),
        "harvested_carbon": harvested_carbon(case, baseline),
        **water(site, case, baseline),
        **{f"{name}_tied_up": band for name, band in bound.items()},
        **brought,
        "nitrogen_balance": _balance("nitrogen", ("amendments", "fixed", "fertiliser"), brought, bound),
        "phosphorus_balance": _balance("phosphorus", ("amendments", "fertiliser"), brought, bound),
        "nitrous_oxide": together(gases),
        **gases,
        "methane": marsh,
        "diesel": fuel,
        "diesel_carbon_dioxide": burned,
        "carbonate_carbon_dioxide": lime,
        "soil_carbon_dioxide": soil,
        "inorganic_removal": inorganic_removal(case, baseline),
        "net_greenhouse_effect": greenhouse.net_effect(terms),
        **{f"risk_{name}": band for name, band in risks(case, baseline).items()},
    }
    return {(name, CHANGE): found[name] for name in QUANTITIES}


def _beyond(site: Site, case: Case, baseline: Case) -> dict[str, Band]:
    """Return the work that a plan does not hold; nothing where no practice acts."""
    if not case.practices:
        return {}
    return {"work that the plan does not hold": effect_over_time("diesel", site, case, baseline)}


def _balance(name: str, kinds: Sequence[str], brought: Mapping[str, Band], bound: Mapping[str, Band]) -> Band:
    parts = {kind: brought[f"{name}_{kind}"] for kind in kinds}
    return together({**parts, "tied up": bound[name].times(-1.0)})
