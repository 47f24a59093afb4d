"""What becomes of each kind of input: marked pulses through the default model against published shares.

`python -m validation.inputs [--parameters SET] [--markdown FILE] [--json FILE]`

A pulse of one kind (roots, rhizodeposits, straw, manure, compost, biochar) enters a topsoil and nothing follows it. At
frozen rates the model is linear, so the pulse alone is x(t) = exp(t B) u, exactly. There is no transport, depth scalar
or limit of oxygen; temperature is that of each comparison (10 degC, where the model's rates hold, if its source names
none). Particulate is litter; mineral-associated is mineral and microbial carbon, as size fractionation finds them.
Parameters are those of the set that a study takes, none of which was fitted to these figures. What was published stands
in this file; no data are read.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from mollisol.models.parameter_sets import PRIORS, chosen_set
from mollisol.units import MONTHS_PER_YEAR

Array = NDArray[np.float64]

IN_PLACE = ("temperature", "carbon_use_efficiency", "depolymerisation", "protection", "persistence", "occlusion")
"""Slots that act on a pulse in a jar of topsoil; the others move it or slow it by depth, water and oxygen."""

CLAY, SILT, AGGREGATION = 0.2, 0.4, 0.5
PARTICULATE = ("fast_litter", "slow_litter", "resistant_litter")
ASSOCIATED = ("mineral", "stable_mineral", "microbial")

VILLARINO = {"straw": (0.07, None), "roots": (0.09, 0.19), "rhizodeposits": (0.46, None)}
"""Shares of the input found as mineral-associated and as particulate carbon (Villarino et al. 2021, tracers). How long
after, and how much of the rhizodeposits was respired before they could be counted as input, differs between their
studies."""

HUMIFIED = {
    "cattle_manure": 0.64, "pig_manure": 0.61, "poultry_litter": 0.47, "horse_manure": 0.49, "green_compost": 0.82,
    "food_compost": 0.77, "biosolids": 0.46, "cattle_slurry": 0.45, "digestate": 0.53,
}  # fmt: skip
"""Share of an amendment's carbon that is left after a year (AMG, doi 10.1111/sum.12856)."""

WANG = {1: 0.969, 10: 0.953, 50: 0.887, 100: 0.810, 200: 0.677, 500: 0.395}
"""Share of biochar left after years: 3 % with 108 d and 97 % with 556 yr (Wang et al. 2016), at the incubations' own
temperatures, which the model's rate of char takes for 10 degC."""

WOOLF = {0.2: 0.917, 0.4: 0.790, 0.6: 0.663}
"""Share of biochar left after 100 years at 14.9 degC, by its ratio of hydrogen to carbon (Woolf et al. 2021)."""


def qualities() -> dict[str, dict[str, float]]:
    """Return {kind: {pool: share}} of every kind of input, as the package makes them."""
    from mollisol.plants import AMENDMENTS, LITTER_POOLS, crop, rhizodeposit_quality, root_quality, straw_quality

    wheat = crop("wheat")
    rows = {
        "straw": straw_quality(wheat),
        "roots": root_quality(wheat),
        "rhizodeposits": rhizodeposit_quality(),
        **{name: one.quality for name, one in AMENDMENTS.items()},
    }
    return {kind: dict(zip(LITTER_POOLS, map(float, row), strict=True)) for kind, row in rows.items()}


def operator(
    temperature: float,
    slots: Mapping[str, str] | None = None,
    loading: float = 0.0,
    parameters: str | None = PRIORS,
    **soil: float,
) -> tuple[Array, list[str]]:
    """Return B (pool, pool), 1/yr, of a topsoil at a temperature (degC), and the pools' names.

    Parameters
    ----------
    slots : alternatives that differ from the default model's.
    loading : carbon that minerals hold already over their capacity.
    parameters : set whose best estimates are taken; None for the one that a study takes.
    soil : properties of the soil in place of the defaults of this module (clay, silt, aggregation).
    """
    from mollisol.column import Drivers, dense_operator
    from mollisol.column.backend import configure
    from mollisol.evidence.forward import with_parameters
    from mollisol.models import build

    configure()
    whole = build("whole_profile", slots)
    made = chosen_set(parameters, "whole_profile", slots or {})
    if made is not None:
        whole = with_parameters(whole, dict(zip(made.parameters, made.best.tolist(), strict=True)))
    kept = tuple(process for process in whole.processes if process.slot in IN_PLACE)
    model = dataclasses.replace(whole, processes=kept)
    known = {
        "clay": CLAY, "silt": SILT, "aggregation": AGGREGATION, "binds": 1.0, "balance": 1.0, "fine_earth": 1300.0,
        "high_charge": 1.0, "oxides": 0.0, "ph": 6.5, "weathering": 1.0, "illuvial": 0.0, **soil,
    }  # fmt: skip
    shape = np.ones((1, 1))
    drivers = Drivers(
        0.2 * shape,
        0.1 * shape,
        {name: value * shape for name, value in known.items()},
        {"temperature": temperature * shape, "root_respiration": 0.05 * shape},
    )
    for process in kept:
        if hasattr(process, "prepare"):
            drivers = dataclasses.replace(drivers, forcing={**drivers.forcing, **process.prepare(drivers)})
    held = np.zeros((1, len(model.pools), 1))
    if loading:
        held[0, model.pool_names.index("mineral")] = loading * drivers.forcing["mineral_capacity"]
    rates = model.rates(held, drivers)
    return dense_operator(model, rates, 1), list(model.pool_names)


def fate(quality: Mapping[str, float], years: float, system: tuple[Array, list[str]]) -> dict[str, float]:
    """Return the shares of a pulse that are particulate, mineral-associated, char, dissolved and respired."""
    matrix, names = system
    pulse = np.array([quality.get(name, 0.0) for name in names])
    left = dict(zip(names, expm(years * matrix) @ pulse, strict=True))
    found = {
        "particulate": sum(left[pool] for pool in PARTICULATE),
        "associated": sum(left[pool] for pool in ASSOCIATED),
        "char": left["pyrogenic"],
        "dissolved": left["dissolved"],
    }
    return {**found, "respired": 1.0 - sum(found.values())}


def compare(parameters: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every comparison, with a parameter set; None for the one that a study takes."""
    kinds = qualities()
    cool, mild, warm = (operator(temperature, parameters=parameters) for temperature in (10.0, 15.0, 20.0))
    tracers = []
    for kind, (associated, particulate) in VILLARINO.items():
        row: dict[str, Any] = {"input": kind, "published MAOC": associated, "published POC": particulate}
        for years in (0.5, 1.0, 2.0):
            for name, system in (("10 degC", cool), ("20 degC", warm)):
                one = fate(kinds[kind], years, system)
                row[f"{years:g} yr, {name}"] = (round(one["associated"], 3), round(one["particulate"], 3))
        kept = 1.0 - fate(kinds[kind], 1.0 / MONTHS_PER_YEAR, cool)["respired"]
        row["1 yr, of what a month left"] = round(fate(kinds[kind], 1.0, cool)["associated"] / kept, 3)
        tracers.append(row)
    amendments = [
        {"input": kind, "published": share, **{
            f"{t:g} degC": round(1.0 - fate(kinds[kind], 1.0, system)["respired"], 3)
            for t, system in ((10.0, cool), (15.0, mild))
        }}
        for kind, share in HUMIFIED.items()
    ]  # fmt: skip
    char = kinds["biochar_wood"]
    remains = [
        {"years": years, "published": share, "model": round(1.0 - fate(char, years, cool)["respired"], 3)}
        for years, share in WANG.items()
    ]
    century = 1.0 - fate(char, 100.0, operator(14.9, parameters=parameters))["respired"]
    permanent = [{"H/C": ratio, "published": share, "model": round(century, 3)} for ratio, share in WOOLF.items()]
    made = [
        {"input": kind, **{name: round(value, 3) for name, value in fate(kinds[kind], 1.0, cool).items()}}
        for kind in kinds
    ]
    return {"tracers": tracers, "amendments": amendments, "biochar": remains, "permanence": permanent, "kinds": made}


TITLES = {
    "tracers": "Mineral-associated and particulate shares of tracers (Villarino et al. 2021)",
    "amendments": "Share of amendments left after a year (AMG)",
    "biochar": "Share of biochar left (Wang et al. 2016)",
    "permanence": "Share of biochar left after 100 years at 14.9 degC (Woolf et al. 2021)",
    "kinds": "Every kind of input after a year at 10 degC",
}


def markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows with equal keys as a table."""
    listed = list(rows)
    head = list(listed[0])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in listed:
        lines.append("| " + " | ".join(map(_cell, row.values())) + " |")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return " / ".join(map(_cell, value))
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def main(arguments: list[str]) -> int:
    """Compare, print the tables and write the files that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", nargs="?", help="not read: what was published stands in the module")
    parser.add_argument("--parameters", help="parameter set, or priors; the one that a study takes where left out")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    found = compare(options.parameters)
    text = "\n\n".join(f"### {TITLES[name]}\n\n{markdown(rows)}" for name, rows in found.items())
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
