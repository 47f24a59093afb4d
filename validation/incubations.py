"""Incubations of surface and subsoil, with cellulose, low oxygen and warming, through the model's own rates.

`python -m validation.incubations [DATA_FOLDER] [--markdown FILE] [--json FILE]`

Three studies of the soil incubation database SIDb: cellulose added to soil of 60-80 cm (Fontaine et al. 2007), topsoil
and subsoil, sieved or not, in air and in 5 % oxygen (Salome et al. 2010), topsoil and subsoil at 25 and 35 degC
(Gillabel et al. 2010). Each jar gets the pools that the model has at the sample's depth in the steady state of the
site, scaled to the measured carbon; temperature, moisture, oxygen and time are those of the experiment. What the
database does not tell of the sites is assumed in `SITES`; nothing is fitted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

Array = NDArray[np.float64]

FOLDER = "incubation/sidb"
GRAMS_PER_KG = 1000.0
CELLULOSE = 1.0
"""g C/kg soil; the database does not tell how much was added."""

MODELS: dict[str, dict[str, str]] = {
    "default": {},
    "fresh carbon limit": {"priming": "fresh_carbon_limit", "energy": "none"},
    "microbial": {"depolymerisation": "reverse_michaelis_menten", "energy": "none"},
}
"""Models by the slots that differ from the default; one whose alternatives do not exist is left out."""

VARIANTS: dict[str, tuple[float, bool]] = {"priming 1": (1.0, False), "no depth scalar": (0.0, True)}
"""Jars of the default with another strength of priming, or with the sample as if it came from the surface, where
nothing declines with depth; the steady state is the default's."""


@dataclass(frozen=True)
class SiteOf:
    """What a study needs beside the database: where, what grew, the mean climate, the soil by depth, the moisture.

    Attributes
    ----------
    horizons : top and bottom cm, organic carbon %, clay %, silt %.
    tension : of the water in the jars, kPa; None where `water_per_mass` (kg/kg) is given.
    """

    latitude: float
    longitude: float
    mean_temperature: float
    precipitation: float
    crops: list[dict[str, Any]]
    horizons: list[tuple[float, float, float, float, float]]
    tension: float | None = None
    water_per_mass: float | None = None
    tillage: dict[str, Any] | None = field(default_factory=lambda: {"depth_cm": 25, "every_years": 1})


SITES = {
    # carbon as in the database; silt, climate and yield assumed; the subsoil sample stands for the profile
    "Fontaine2007": SiteOf(
        45.1, 2.7, 8.0, 1000.0, [{"crop": "perennial_grass", "yield_dry_t_ha": 6.0}], [(0, 100, 2.33, 34, 40)],
        tension=100.0, tillage=None,
    ),
    "Salome2010": SiteOf(
        48.8, 2.1, 11.0, 650.0, [{"crop": "wheat", "yield_t_ha": 7.0}, {"crop": "maize", "yield_t_ha": 8.0}],
        [(0, 30, 1.256, 17.5, 53), (30, 100, 0.339, 23, 47)], water_per_mass=0.19,
    ),
    "Gillabel2010": SiteOf(
        50.9, 4.7, 10.0, 775.0, [{"crop": "barley", "yield_t_ha": 6.5}],
        [(0, 30, 0.92, 10, 76.8), (30, 110, 0.16, 14.8, 74.8)], tension=33.0,
    ),
}  # fmt: skip
SEASONAL_AMPLITUDE = 8.0
"""degC of the mean air temperature; western Europe."""


@dataclass(frozen=True)
class Treatment:
    """A jar as the database describes it: depth in m, degC, oxygen m3/m3, and its cumulative carbon dioxide."""

    study: str
    name: str
    depth: float
    temperature: float
    oxygen: float
    sieved: bool
    cellulose: float
    days: Array
    measured: Array

    @property
    def length(self) -> int:
        """Whole days of the incubation."""
        return int(np.ceil(self.days[-1]))


def read_study(folder: Path, study: str) -> list[Treatment]:
    """Read the treatments of a study; the measured is mg of the soil's own carbon per g of it."""
    from mollisol.evidence.observations.incubations import read_incubations

    return [
        Treatment(
            study,
            jar.name,
            jar.depth,
            jar.temperature,
            jar.oxygen,
            bool(jar.sieved),
            CELLULOSE if jar.amended == "cellulose" else 0.0,
            jar.days,
            GRAMS_PER_KG * jar.respired,
        )
        for jar in read_incubations(folder, [study])
    ]


def _horizon(study: str, depth_cm: float) -> tuple[float, float, float, float, float]:
    return next(one for one in SITES[study].horizons if one[0] <= depth_cm < one[1])


def study_of(study: str, folder: Path) -> Any:
    """Write a study's site as a study file and load it: a mean climate, even rain, and the crops for ever."""
    from mollisol import load_study

    site = SITES[study]
    months = np.arange(12)
    temperature = site.mean_temperature - SEASONAL_AMPLITUDE * np.cos(2.0 * np.pi * (months - 0.5) / 12.0)
    climate = [f"{m + 1},{t:.2f},{site.precipitation / 12.0:.1f}" for m, t in zip(months, temperature, strict=True)]
    (folder / "climate.csv").write_text("month,temperature_c,precipitation_mm\n" + "\n".join(climate) + "\n")
    head = "profile_id,top_cm,bottom_cm,organic_carbon_percent,clay_percent,silt_percent\n"
    (folder / "profile.csv").write_text(head + "".join(f"{study},{','.join(map(str, h))}\n" for h in site.horizons))
    written = {
        "name": study,
        "site": {"latitude": site.latitude, "longitude": site.longitude},
        "profile": "profile.csv",
        "climate": "climate.csv",
        "years": {"start": 2001, "end": 2002},
        "crops": site.crops,
        **({"tillage": site.tillage} if site.tillage else {}),
        "ensemble": 1,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(written))
    return load_study(folder / "study.yaml").spec


def simulate(
    treatment: Treatment, profile: Any, priming: float | None = None, at_surface: bool = False
) -> tuple[float, float, float]:
    """Simulate a treatment from a steady profile, if so wanted with another strength of priming or at the surface.

    Returns
    -------
    Carbon dioxide of the soil's own carbon at the measured end, mg per g of it; microbial carbon of the sample, mg/g C;
    its modelled over its measured carbon.
    """
    from mollisol.models.incubation import incubate, sample
    from mollisol.soil.hydraulics import hydraulics

    site, horizon = SITES[treatment.study], _horizon(treatment.study, 100.0 * treatment.depth)
    layer = int(np.searchsorted(profile.grid.edges, treatment.depth, side="right")) - 1
    jar = sample(profile.setup, profile.state, layer)
    density = float(jar.soil["fine_earth"][1, 0])
    measured = horizon[2] / 100.0 * density
    ratio = float(jar.carbon.sum() / measured)
    jar = jar.scaled(measured)
    if treatment.sieved:
        jar = jar.with_soil(aggregation=0.0)
    if at_surface:
        jar = dataclasses.replace(jar, depth=0.0)
    own = hydraulics(1.0 - (horizon[3] + horizon[4]) / 100.0, horizon[3] / 100.0, horizon[2])
    if site.tension is None:
        assert site.water_per_mass is not None
        water = min(site.water_per_mass * density / 1000.0, 0.95 * float(jar.soil["porosity"][1, 0]))
    else:
        water = float(own.water_content(site.tension))
    model = profile.model
    if priming is not None:
        processes = [dataclasses.replace(p, strength=priming) if p.slot == "priming" else p for p in model.processes]
        model = dataclasses.replace(model, processes=tuple(processes))
    done = incubate(
        model,
        jar,
        treatment.length,
        temperature=treatment.temperature,
        water=water,
        matric_potential=-float(own.tension(water)) / 1000.0,
        oxygen=treatment.oxygen,
        additions={"fast_litter": treatment.cellulose / GRAMS_PER_KG * density},
    )
    native, _ = done.at([treatment.days[-1]])
    microbes = float(jar.carbon[model.pool_names.index("microbial"), 0])
    return GRAMS_PER_KG * float(native[0, 0]) / measured, GRAMS_PER_KG * microbes / measured, ratio


def models() -> dict[str, Any]:
    """Return the models whose alternatives exist, each at the best estimates that a study of it would take."""
    from mollisol.evidence.forward import with_parameters
    from mollisol.models import build
    from mollisol.models.parameter_sets import chosen_set
    from mollisol.models.registry import SLOTS

    there = {n: s for n, s in MODELS.items() if all(alternative in SLOTS[slot] for slot, alternative in s.items())}
    made = {}
    for name, slots in there.items():
        own = chosen_set(None, "whole_profile", slots)
        best = {} if own is None else dict(zip(own.parameters, own.best.tolist(), strict=True))
        made[name] = with_parameters(build("whole_profile", slots), best)
    return made


def validate(folder: Path) -> dict[str, Any]:
    """Simulate every treatment with every model; return the figures at the end of each incubation."""
    from mollisol.study.steady import steady_profile
    from mollisol.units import MollisolError

    rows: list[dict[str, Any]] = []
    refused: dict[str, str] = {}
    built = models()
    for study in SITES:
        treatments = read_study(folder, study)
        found: list[dict[str, Any]] = [
            {
                "study": study,
                "treatment": t.name,
                "depth_cm": round(100.0 * t.depth, 3),
                "days": float(t.days[-1]),
                "measured": float(t.measured[-1]),
            }
            for t in treatments
        ]
        with tempfile.TemporaryDirectory() as temporary:
            spec = study_of(study, Path(temporary))
            for name, model in built.items():
                try:
                    profile = steady_profile(spec, model)
                except MollisolError as error:
                    refused[f"{study}, {name}"] = str(error).splitlines()[0]
                    continue
                for row, treatment in zip(found, treatments, strict=True):
                    row[name], row[f"microbes, {name}"], row[f"stock, {name}"] = simulate(treatment, profile)
                    for variant, (priming, at_surface) in VARIANTS.items() if name == "default" else ():
                        row[f"default, {variant}"] = simulate(treatment, profile, priming, at_surface)[0]
        rows += found
    return {"rows": rows, "refused": refused, "models": list(built)}


CONTRASTS = (
    ("cellulose / control, 60-80 cm", ("Fontaine2007", "cellulose"), ("Fontaine2007", "control")),
    ("subsoil / topsoil, undisturbed", ("Salome2010", "sub_undisturbed"), ("Salome2010", "surf_undisturbed")),
    ("subsoil / topsoil, sieved", ("Salome2010", "sub_disturbed"), ("Salome2010", "surf_disturbed")),
    ("sieved / undisturbed, topsoil", ("Salome2010", "surf_disturbed"), ("Salome2010", "surf_undisturbed")),
    ("sieved / undisturbed, subsoil", ("Salome2010", "sub_disturbed"), ("Salome2010", "sub_undisturbed")),
    ("5 % / 19 % oxygen, sieved subsoil", ("Salome2010", "sub_disturbed_lowO2"), ("Salome2010", "sub_disturbed")),
    ("35 / 25 degC, topsoil", ("Gillabel2010", "C_Top_35"), ("Gillabel2010", "C_Top_25")),
    ("35 / 25 degC, subsoil", ("Gillabel2010", "C_Sub_35"), ("Gillabel2010", "C_Sub_25")),
    ("subsoil / topsoil, 25 degC", ("Gillabel2010", "C_Sub_25"), ("Gillabel2010", "C_Top_25")),
)
"""Name, numerator and denominator of the contrasts between treatments."""


def contrasts(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the ratios between treatments, measured and by model."""
    table = {(row["study"], row["treatment"]): row for row in result["rows"]}
    made = []
    for name, upper, lower in CONTRASTS:
        above, below = table[upper], table[lower]
        shared = [column for column in ("measured", *_columns(result)) if column in above and column in below]
        made.append({"contrast": name, **{column: above[column] / below[column] for column in shared}})
    return made


def _columns(result: dict[str, Any]) -> list[str]:
    return ["default", *(f"default, {variant}" for variant in VARIANTS), *result["models"][1:]]


def markdown(result: dict[str, Any]) -> str:
    """Write the figures as tables: amounts, contrasts between treatments, and the samples as they start."""
    columns = _columns(result)

    def cell(row: dict[str, Any], column: str, form: str) -> str:
        return format(row[column], form) if column in row else "-"

    lines = [
        "Carbon dioxide of the soil's own carbon at the end, mg per g of soil carbon.",
        "",
        "| study | treatment | days | measured | " + " | ".join(columns) + " |",
        "|---|---|---|---|" + "---|" * len(columns),
    ]
    for row in result["rows"]:
        cells = " | ".join(cell(row, column, ".1f") for column in ("measured", *columns))
        lines.append(f"| {row['study']} | {row['treatment']} | {row['days']:.0f} | {cells} |")
    lines += ["", "| contrast | measured | " + " | ".join(columns) + " |", "|---|---|" + "---|" * len(columns)]
    for one in contrasts(result):
        lines.append(f"| {one['contrast']} | " + " | ".join(cell(one, c, ".2f") for c in ("measured", *columns)) + " |")
    named = result["models"]
    lines += [
        "",
        "The samples as the model has them: microbial carbon, mg per g of soil carbon / modelled over measured carbon.",
        "",
        "| study | depth cm | " + " | ".join(named) + " |",
        "|---|---|" + "---|" * len(named),
    ]
    samples = {(row["study"], row["depth_cm"]): row for row in result["rows"]}
    for (study, depth), row in samples.items():
        cells = [f"{cell(row, f'microbes, {n}', '.1f')} / {cell(row, f'stock, {n}', '.2f')}" for n in named]
        lines.append(f"| {study} | {depth:g} | {' | '.join(cells)} |")
    if result["refused"]:
        lines += ["", *(f"- {name}: {why}" for name, why in result["refused"].items())]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the validation and print its tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("data_folder", nargs="?", type=Path, default=default)
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(arguments)
    if not (given.data_folder / FOLDER).is_dir():
        print(f"{given.data_folder / FOLDER} is absent: nothing to compare with", file=sys.stderr)
        return 2
    result = validate(given.data_folder)
    print(markdown(result))
    if given.markdown:
        given.markdown.write_text(markdown(result), encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
