"""Single claims about practices: biochar, no-till by depth and by mass, one inversion, shallow roots, a stop.

Each function returns lines of Markdown with what was published beside what the model says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from validation.practice_effects import MG_HA, between

Array = NDArray[np.float64]

HOOSFIELD = {10: 24.9, 41: 16.4, 74: 13.5, 93: 11.2, 103: 14.9, 110: 12.1, 126: 11.9}
"""Mg C/ha in 0-23 cm more than in the unmanured plot, by years after the last of 20 years of farmyard manure, 1871
(Hoosfield barley, Rothamsted; e-RA, HBSOC1852, CC BY 4.0)."""

HOOSFIELD_30 = 33.4
"""Mg C/ha in 0-23 cm more than in the unmanured plot after 30 years of farmyard manure, 1882 (same source)."""

MANURE_CARBON = 3.0
"""t C/ha/yr in 35 t/ha of fresh farmyard manure, as RothC takes it for Hoosfield (quoted)."""

WITHOUT = [{"crop": "wheat", "inputs": {"above_t_c_ha": 0.0, "below_t_c_ha": 0.0}}]
"""A rotation that brings nothing."""

INVERSION_YEARS = 60
GRASS_YIELD = 12.0
"""t dry matter/ha/yr of switchgrass, a good stand."""


def claims(
    sites: Mapping[str, Mapping[str, Any]], studies: Mapping[str, Path], parameters: str | None = None
) -> list[str]:
    """Return all claims as lines; those of runs of their own are made on the demo's site and at Silsoe."""
    parts = [biochar(), no_till(sites), shallow_roots(sites)]
    if "konza" in sites:
        parts.append(inversion(studies["konza"], parameters))
    if "silsoe" in sites:
        parts += [hoosfield(studies["silsoe"], parameters), stopped(studies["silsoe"], parameters)]
    parts.append(stands({name: studies[name] for name in ("konza", "silsoe") if name in sites}, parameters))
    return [line for part in parts for line in (*part, "")][:-1]


def char_left(hydrogen_to_carbon: float, temperature: float, years: float) -> float:
    """Return the share of a biochar that is left after years at a temperature, by the practice's own persistence."""
    from mollisol.practices.biochar import permanent_share, persistence
    from validation.inputs import operator

    matrix, names = operator(temperature)
    made = persistence(permanent_share(hydrogen_to_carbon))
    rates, at = matrix.copy(), names.index("pyrogenic")
    rates[:, at] *= made.factor
    start = np.zeros(len(names))
    start[names.index("fast_litter")], start[at] = made.labile, 1.0 - made.labile
    return float((expm(years * rates) @ start).sum())


def biochar() -> list[str]:
    """Return what is left of biochar beside both published relations."""
    from validation.inputs import WANG, WOOLF, compare

    found = {row["years"]: row["model"] for row in compare()["biochar"]}
    pairs = ", ".join(f"{years} yr {share:.3f} / {found[years]:.3f}" for years, share in WANG.items())
    permanent = ", ".join(f"{h:g} {share:.3f} / {char_left(h, 14.9, 100.0):.3f}" for h, share in WOOLF.items())
    return [
        f"**Biochar.** Share left, published / model, without transport. Wang et al. 2016, 10 degC: {pairs}. After 100 "
        f"years at 14.9 degC by H/C (Woolf et al. 2021): {permanent}."
    ]


def no_till(sites: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return no-till by depth, at fixed depth and at equal mineral mass."""
    lines = [
        "**No-till.** Mg C/ha after 20 years, best estimate:",
        "",
        "| site | 0-10 | 10-20 | 20-40 | 0-30, fixed depth | 0-30, equal mass | whole, fixed | whole, equal mass |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, site in sites.items():
        one = site["practices"].get("no_till")
        if one is None:
            continue
        fixed, mass = np.array(one["gain"])[0], np.array(one["equal_mass"])[0]
        cells = [between(fixed, *depth) for depth in ((0.0, 10.0), (10.0, 20.0), (20.0, 40.0), (0.0, 30.0))]
        cells += [between(mass, 0.0, 30.0), fixed[-1], mass[-1]]
        lines.append(f"| {name} | " + " | ".join(f"{float(value):+.2f}" for value in cells) + " |")
    return lines


def shallow_roots(sites: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what drifting cultivars lose below 30 cm."""
    cells = [
        f"{name} {between(site['practices']['cultivar_drift']['gain'], 30.0, 200.0)[0]:+.2f}"
        for name, site in sites.items()
        if "cultivar_drift" in site["practices"]
    ]
    return [f"**Shallow roots.** Cultivars that drift that way, below 30 cm after 20 of 40 years: {', '.join(cells)}."]


def best_runs(study: Path, years: int, practices: Sequence[Any], parameters: str | None, **changes: Any) -> Any:
    """Return the runs of practices, by name or as sets, with the best estimate over some years."""
    from mollisol.study import load_spec
    from mollisol.study.comparison import asked_practices
    from mollisol.study.comparison.runs import run_plans
    from mollisol.study.prepared import prepare_plans
    from mollisol.study.schema import Output

    spec = load_spec(study)
    model = spec.model if parameters is None else spec.model.model_copy(update={"parameter_set": parameters})
    span = spec.years.model_copy(update={"end": spec.years.start + years - 1})
    names = [one for one in practices if isinstance(one, str)]
    own = tuple(one for one in practices if not isinstance(one, str))
    new = {"ensemble": 1, "years": span, "practices": own, "model": model, "output": Output(pools=False)}
    spec, _ = asked_practices(spec.model_copy(update={**new, **changes}), names=names)
    return run_plans(prepare_plans(spec, best=True), 1)


def bare_fallow() -> tuple[Any, ...]:
    """Return a rotation that brings nothing."""
    from mollisol.study.plan import CropEntry

    return tuple(CropEntry(**one) for one in WITHOUT)


def inversion(study: Path, parameters: str | None) -> list[str]:
    """Return what one inversion does with the crops that follow, and without anything that enters."""
    lines = ["**One full inversion to 30 cm.** Difference to the untouched field, Mg C/ha:", ""]
    lines += ["| years | 0-10 | 10-30 | whole | whole, no inputs | whole SOC without inputs, untouched / inverted |"]
    lines += ["|---|---|---|---|---|---|"]
    usual = best_runs(study, INVERSION_YEARS, ["full_inversion_tillage"], parameters)
    bare = best_runs(study, INVERSION_YEARS, ["full_inversion_tillage"], parameters, crops=bare_fallow())
    grid = usual.ready.place.grid
    share = {depth: grid.depth_share(depth) for depth in (0.1, 0.3)}
    gain, least = (MG_HA * (one.soc[1, 0] - one.soc[0, 0]) for one in (usual, bare))
    stock = MG_HA * bare.soc[:2, 0].sum(axis=-1)
    for year in (1, 5, 10, 20, 40, INVERSION_YEARS):
        top = float(gain[year] @ share[0.1])
        cells = [top, float(gain[year] @ share[0.3]) - top, float(gain[year].sum()), float(least[year].sum())]
        told = " | ".join(f"{value:+.2f}" for value in cells)
        lines.append(f"| {year} | {told} | {stock[0, year]:.1f} / {stock[1, year]:.1f} |")
    return lines


def hoosfield(study: Path, parameters: str | None) -> list[str]:
    """Return what manure does in 30 years under the sky of Rothamsted, and what is left of that of 20 years."""
    from mollisol.study import load_spec
    from mollisol.study.schema import PracticePart, PracticeSet

    first = load_spec(study).years.start
    manure = {"practice": "manure_surface", "amendment": "farmyard_manure", "carbon_t_ha": MANURE_CARBON}
    sets = (
        PracticeSet(name="always", parts=(PracticePart(**manure),)),
        PracticeSet(name="20 years", parts=(PracticePart(**manure, until=first + 19),)),
    )
    runs = best_runs(study, 127 + 19, sets, parameters)
    top = runs.ready.place.grid.depth_share(0.23)
    gain = MG_HA * (runs.soc[1:, 0] - runs.soc[0, 0]) @ top
    lines = [
        f"**Manure, and manure that stops.** {MANURE_CARBON:g} t C/ha of farmyard manure a year at Silsoe, and at "
        "Hoosfield 30 km away, Mg C/ha in 0-23 cm more than without:",
        "",
        "| | measured | model |",
        "|---|---|---|",
        f"| after 30 years | {HOOSFIELD_30:g} | {gain[0, 30]:.1f} |",
    ]
    for years, value in HOOSFIELD.items():
        lines.append(f"| {years} years after 20 years of it | {value:g} | {gain[1, 20 + years]:.1f} |")
    return lines


def stands(studies: Mapping[str, Path], parameters: str | None) -> list[str]:
    """Return what a perennial grass does that grows as the climate says, and one that yields what is harvested."""
    from mollisol.study.schema import PracticePart, PracticeSet

    sets = (
        PracticeSet(name="default", parts=(PracticePart(practice="perennial_grass"),)),
        PracticeSet(name="yields", parts=(PracticePart(practice="perennial_grass", yield_dry_t_ha=GRASS_YIELD),)),
    )
    cells = []
    for name, study in studies.items():
        runs = best_runs(study, 20, sets, parameters)
        top = runs.ready.place.grid.depth_share(0.3)
        end, base = runs.soc[1:, 0, -1], runs.soc[0, 0, -1]
        for which, one in zip(("as the climate says", f"with {GRASS_YIELD:g} t/ha"), end, strict=True):
            share = 100.0 * float((one - base) @ top / (base @ top))
            cells.append(f"{name}, {which}: {share:+.1f} %, {MG_HA * float((one - base).sum()):+.1f}")
    return [f"**Growth of perennial grass**, change of 0-30 cm and Mg C/ha of the whole profile: {'; '.join(cells)}."]


def stopped(study: Path, parameters: str | None) -> list[str]:
    """Return how much of a gain is left after a stop."""
    from mollisol.study.comparison.runs import STOP_YEARS, left_after_stop

    names = ["cover_crop", "residue_retention", "grassland_conversion", "biochar_surface"]
    runs = best_runs(study, 20, names, parameters)
    left = left_after_stop(runs, 1)[1:, :, 0]
    cells = [
        f"{name} {', '.join(f'{value:.2f}' for value in one)}"
        for name, one in zip(runs.ready.names[1:], left, strict=True)
    ]
    return [
        f"**Other practices stopped after 20 years** at Silsoe, share of the gain left after "
        f"{', '.join(map(str, STOP_YEARS))} years: {'; '.join(cells)}."
    ]
