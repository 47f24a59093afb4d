"""Pendleton and Sanborn, and the inputs and climate of Broadbalk and Hoosfield: one table of months by treatment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mollisol.evidence.observations.errors import ObservationError
from mollisol.evidence.observations.experiments.table import (
    MANURE_HUMIFIED,
    PLANT_DECOMPOSABLE,
    CarbonInput,
    Experiment,
    Site,
    Stock,
)
from mollisol.evidence.observations.sheet import Array, read_sheet
from mollisol.evidence.observations.split import group_of
from mollisol.units import CM_PER_M, InputError

FILE = "lte/somic_lte_monthly.csv"
T_HA_TO_KG_M2 = 0.1
MONTHS = 12
MANURE_DECOMPOSABLE = 0.49


@dataclass(frozen=True)
class Told:
    """What the table does not tell of an experiment.

    Attributes
    ----------
    first : year and month of the table's month 1, from the known dates of its samplings.
    """

    prefix: str
    first: tuple[int, int]
    start: int
    before: str
    tillage: str
    tillage_depth: float
    treatments: dict[str, str]


TOLD = {
    "broadbalk": Told(
        "bb", (1843, 10), 1843, "arable for centuries", "mouldboard plough", 0.23,
        {"3": "plot 3", "5": "plot 5", "8": "plot 8", "22": "plot 2.2", "21": "plot 2.1"},
    ),
    "hoosfield": Told(
        "hoos", (1852, 1), 1852, "arable for centuries", "mouldboard plough", 0.23,
        {"6": "unfertilised", "7_1": "manure 1852-1871", "7_2": "manure"},
    ),
    "pendleton": Told(
        "expt_pendleton_", (1931, 1), 1931, "dryland wheat after prairie of the 1880s", "mouldboard plough", 0.2,
        {
            "fB_N0": "straw burnt in autumn, no N", "sB_N0": "straw burnt in spring, no N",
            "sB_N45": "straw burnt in spring, 45 kg N", "sB_N90": "straw burnt in spring, 90 kg N",
            "nB_N0": "straw kept, no N", "nB_N45": "straw kept, 45 kg N", "nB_N90": "straw kept, 90 kg N",
            "nB_PV": "straw kept, pea vine", "nB_MN": "straw kept, manure",
        },
    ),
    "sanborn": Told(
        "expt_sanborn_", (1888, 1), 1888, "arable after prairie", "mouldboard plough", 0.2,
        {
            "cmn": "maize, nothing", "cmf": "maize, manure", "cwn": "wheat, nothing", "cwf": "wheat, manure",
            "cwm": "wheat, full mineral fertiliser",
        },
    ),
}  # fmt: skip


CLIMATE_OF = {"broadbalk": "hoosfield"}
"""Experiments whose climate is another's of the table."""


@dataclass(frozen=True)
class Month:
    """Rows of one treatment: month count, stock (kg C/m2), plant and manure carbon (kg C/m2), climate."""

    count: Array
    stock: Array
    plant: Array
    manure: Array
    climate: dict[str, Array]
    depth: float
    clay: float
    latitude: float
    longitude: float


def read_months(folder: str | Path) -> dict[str, Month]:
    """Read the table by treatment (t C/ha in it).

    Manure and plant carbon are the columns `fym` and `litter`. Where these are not told (Hoosfield), manure is what
    the humified column implies, added.mac / 0.02, and the plants' the rest. The three columns of the mixture are not
    used otherwise: for manure at Pendleton they add up to 1.47 times its carbon, with 49 % humified in place of 2 %.

    Raises
    ------
    InputError
        If the file is absent or lacks a column.
    """
    sheet = read_sheet(folder, FILE)
    names = np.array(sheet.text("exp"))
    columns = {
        name: sheet.number(name)
        for name in (
            "time", "temp", "precip", "pet", "measured.soc", "fym", "litter", "added.spm", "added.ipm", "added.mac",
            "clay", "depth", "lat", "long",
        )
    }  # fmt: skip
    found = {}
    for name in sorted(set(names)):
        at = {column: values[names == name] for column, values in columns.items()}
        total = at["added.spm"] + at["added.ipm"] + at["added.mac"]
        if np.nansum(at["litter"]) > 0.0:
            plant, manure = np.nan_to_num(at["litter"]), np.nan_to_num(at["fym"])
        else:
            manure = at["added.mac"] / MANURE_HUMIFIED
            plant = total - manure
        found[str(name)] = Month(
            count=at["time"],
            stock=at["measured.soc"] * T_HA_TO_KG_M2,
            plant=plant * T_HA_TO_KG_M2,
            manure=manure * T_HA_TO_KG_M2,
            climate={
                "temperature": at["temp"], "precipitation": at["precip"], "potential_evapotranspiration": at["pet"],
            },
            depth=float(at["depth"][0]) / CM_PER_M,
            clay=float(at["clay"][0]) / 100.0,
            latitude=float(at["lat"][0]),
            longitude=float(at["long"][0]),
        )  # fmt: skip
    return found


def site_of(experiment: str, months: dict[str, Month], group: str, source: str) -> Site:
    """Return the site of an experiment of the table, with its climate by calendar month.

    Broadbalk has Hoosfield's climate, 1 km away: its own rows have the rain of one month beside the temperature of the
    next, and pan evaporation (4/3 of Hoosfield's) in place of potential evapotranspiration.
    """
    told = TOLD[experiment]
    one = _treatments(experiment, months)[0][1]
    weather = _treatments(CLIMATE_OF.get(experiment, experiment), months)
    if not weather:
        raise InputError(f"the table does not hold {CLIMATE_OF[experiment]!r}", file=FILE, key="exp")
    first, of = TOLD[CLIMATE_OF.get(experiment, experiment)].first, weather[0][1]
    calendar = (first[1] - 1 + of.count.astype(int) - 1) % MONTHS
    means = {name: _calendar_means(values, calendar) for name, values in of.climate.items()}
    return Site(
        experiment=experiment,
        group=group,
        latitude=one.latitude,
        longitude=one.longitude,
        clay=one.clay,
        mean_temperature=float(means["temperature"].mean()),
        precipitation=float(means["precipitation"].sum()),
        start=told.start,
        before=told.before,
        tillage=told.tillage,
        tillage_depth=told.tillage_depth,
        source=source,
        months=means,
    )


def _calendar_means(values: Array, calendar: np.ndarray) -> Array:
    return np.array([values[calendar == month].mean() for month in range(MONTHS)])


def inputs_of(experiment: str, months: dict[str, Month]) -> tuple[CarbonInput, ...]:
    """Return the yearly inputs of the treatments of an experiment of the table, by calendar year."""
    first = TOLD[experiment].first
    found = []
    for name, one in _treatments(experiment, months):
        year = first[0] + (first[1] - 1 + one.count.astype(int) - 1) // MONTHS
        for source, carbon, decomposable, humified in (
            ("crop residues and roots", one.plant, PLANT_DECOMPOSABLE, 0.0),
            ("farmyard manure", one.manure, MANURE_DECOMPOSABLE, MANURE_HUMIFIED),
        ):
            if carbon.sum() <= 0.0:
                continue
            for of in np.unique(year):
                amount = float(carbon[year == of].sum())
                found.append(CarbonInput(experiment, name, int(of), source, amount, decomposable, humified))
    return tuple(found)


def read_monthly(folder: str | Path, experiment: str) -> Experiment:
    """Read Pendleton or Sanborn from the table; the first stock of each treatment is measured as the others.

    Raises
    ------
    InputError
        If the file is absent, lacks a column or does not hold the experiment.
    """
    months = read_months(folder)
    if not _treatments(experiment, months):
        raise InputError(f"the table does not hold {experiment!r}", file=str(Path(folder) / FILE), key="exp")
    relative = getattr(ObservationError(), experiment)
    first, stocks = TOLD[experiment].first, []
    for name, one in _treatments(experiment, months):
        for row in np.flatnonzero(np.isfinite(one.stock)):
            year = first[0] + (first[1] - 1 + one.count[row] - 0.5) / MONTHS
            value = float(one.stock[row])
            stocks.append(
                Stock(
                    experiment, name, float(year), 0.0, one.depth, np.nan, value, value * relative, 1, "fixed depth",
                    measured=not (experiment == "sanborn" and year < 1900.0),
                )
            )  # fmt: skip
    source = "data of the SOMic package (Woolf & Lehmann 2019, Sci. Rep. 9:6522)"
    site = site_of(experiment, months, group_of(experiment), source)
    treatments = {name: name for name, _ in _treatments(experiment, months)}
    notes: tuple[str, ...] = (
        "the climate is one mean year",
        "inputs are modelled from yields by the source; plants of both kinds together",
    )
    if experiment == "sanborn":
        notes += ("the stock of 1888 is one value for all treatments, estimated from grassland nearby",)
    return Experiment(site, treatments, tuple(stocks), inputs_of(experiment, months), notes)


def _treatments(experiment: str, months: dict[str, Month]) -> list[tuple[str, Month]]:
    told = TOLD[experiment]
    return [(name, months[told.prefix + key]) for key, name in told.treatments.items() if told.prefix + key in months]
