"""The frame trial of Ultuna (Sweden, 1956-): 15 treatments, 0-20 cm, stocks of an equivalent mineral mass."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mollisol.evidence.observations.errors import ObservationError
from mollisol.evidence.observations.experiments.table import (
    PLANT_DECOMPOSABLE,
    CarbonInput,
    Experiment,
    Site,
    Stock,
)
from mollisol.evidence.observations.sheet import Array, Sheet, read_sheet
from mollisol.evidence.observations.split import group_of

SOC = "lte/ultuna/SweSOC_SOC.csv"
YIELDS = "lte/ultuna/SweSOC_Yields.csv"
AMENDMENTS = "lte/ultuna/SweSOC_Amendments.csv"
WEATHER = "lte/ultuna/SweSOC_Ultuna.csv"
YEAR_COLUMN = "SOC (kg C ha-1) 0-20cm"
BARE_FALLOW = "Bare fallow"
DEPTH = 0.2
KG_HA_TO_KG_M2 = 1e-4

CROP_SOURCES = {"CS": "stubble", "CR": "roots", "CE": "rhizodeposits"}
"""Columns of the yearly inputs from crops, kg C/ha; roots are those to 40 cm."""


def read_ultuna(folder: str | Path) -> Experiment:
    """Read Ultuna: stocks (kg C/ha in the table), inputs from crops and amendments 1956-2009, weather by month.

    All treatments share the one value of 1956. Inputs after 2009 are not in the data.

    Raises
    ------
    InputError
        If one of the four files is absent or lacks a column.
    """
    soc = read_sheet(folder, SOC)
    names = [name for name in soc.table.columns if name != YEAR_COLUMN]
    years = soc.number(YEAR_COLUMN)
    relative = ObservationError().ultuna
    stocks = [
        Stock(
            "ultuna",
            name.strip(),
            float(year),
            0.0,
            DEPTH,
            np.nan,
            float(value),
            float(value * relative),
            4,
            "equivalent mass",
        )
        for name in names
        for year, value in zip(years, soc.number(name) * KG_HA_TO_KG_M2, strict=True)
        if np.isfinite(value)
    ]
    numbered = {number: name.strip() for number, name in enumerate(names, start=1)}
    weather = read_sheet(folder, WEATHER)
    series, start, months = _by_month(weather)
    site = Site(
        experiment="ultuna",
        group=group_of("ultuna"),
        latitude=59.82,
        longitude=17.65,
        clay=0.365,
        mean_temperature=float(months["temperature"].mean()),
        precipitation=float(months["precipitation"].sum()),
        start=1956,
        before="arable for centuries",
        tillage="dug by hand",
        tillage_depth=0.2,
        source="Ultuna long-term soil organic matter experiment (SLU), as published with ICBM; clay from Kätterer et "
        "al. 2011, Agric. Ecosyst. Environ. 141:184-192",
        months=months,
        series=series,
        series_start=start,
    )
    notes = (
        "the one value of 1956 is shared by all treatments",
        "inputs end in 2009, stocks in 2019; maize every year from 2000 on",
        "the stock is that of the mineral mass that lay in 0-20 cm in 1956: its depth grows to 0.28 m with sludge",
    )
    treatments = {name: name for name in numbered.values()}
    return Experiment(site, treatments, tuple(stocks), tuple(_inputs(folder, numbered)), notes)


def _inputs(folder: str | Path, numbered: dict[int, str]) -> list[CarbonInput]:
    found = []
    crops = read_sheet(folder, YIELDS, units_row=True)
    for column, source in CROP_SOURCES.items():
        for treat, year, carbon in zip(crops.number("treat"), crops.number("year"), crops.number(column), strict=True):
            if np.isfinite(carbon):
                name = numbered[int(treat)]
                amount = carbon * KG_HA_TO_KG_M2
                found.append(CarbonInput("ultuna", name, int(year), source, amount, PLANT_DECOMPOSABLE, 0.0))
    added = read_sheet(folder, AMENDMENTS, units_row=True)
    kinds = added.text("amendment type")
    rows = zip(added.number("treat"), added.number("year"), added.number("amendment"), kinds, strict=True)
    for treat, year, carbon, kind in rows:
        if np.isfinite(carbon):
            # nitrogen is in the treatment's name, not in the material's
            source = kind.removesuffix("+N").strip().lower()
            found.append(CarbonInput("ultuna", numbered[int(treat)], int(year), source, carbon * KG_HA_TO_KG_M2))
    return found


def _by_month(weather: Sheet) -> tuple[dict[str, Array], tuple[int, int], dict[str, Array]]:
    """Return monthly means and sums in order, the first month, and the means by calendar month."""
    year, month = weather.number("year").astype(int), weather.number("month").astype(int)
    count = (year - year[0]) * 12 + month - month[0]
    days = np.bincount(count).astype(np.float64)
    temperature = _summed(count, weather.number("air_temp_deg_C")) / days
    precipitation = _summed(count, weather.number("precipitation_mm"))
    calendar = (month[0] - 1 + np.arange(days.size)) % 12
    months = {
        name: np.array([np.nanmean(values[calendar == one]) for one in range(12)])
        for name, values in (("temperature", temperature), ("precipitation", precipitation))
    }
    series = {"temperature": temperature, "precipitation": precipitation}
    return series, (int(year[0]), int(month[0])), months


def _summed(count: np.ndarray, values: Array) -> Array:
    """Return sums by month; a month with a missing day is missing."""
    return np.asarray(np.bincount(count, weights=values), dtype=np.float64)
