"""Rothamsted from its own archive: Broadbalk, Hoosfield, Highfield bare fallow, ley-arable of Highfield and Fosters.

All lie within 2 km on one soil and share their weather: they are one group of the split.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path

import numpy as np

from mollisol.evidence.observations.errors import ObservationError
from mollisol.evidence.observations.experiments.monthly import inputs_of, read_months, site_of
from mollisol.evidence.observations.experiments.table import CarbonInput, Experiment, Site, Stock, combined, mean_of
from mollisol.evidence.observations.sheet import Sheet, read_sheet, source_file
from mollisol.evidence.observations.split import group_of
from mollisol.evidence.observations.workbook import read_workbook
from mollisol.units import InputError

BROADBALK = "lte/rothamsted_era/rbk1__BKSOC1843__02-BKSOC1843-data.xlsx"
HOOSFIELD = "lte/rothamsted_era/rhb2__HBSOC1852__01-HBSOC1852-data.csv"
FALLOW = "lte/rothamsted_era/rrs1__SOILCN5914__01-SOILCN5914__soil_data.csv"
LEY_ARABLE = {
    "highfield ley-arable": "lte/rothamsted_era/rrn1__SOC4814__01-HLA-SOC4814__soil_data.csv",
    "fosters ley-arable": "lte/rothamsted_era/rrn2__SOC5014__01-FLASOC5014__soil_data.csv",
}
DEPTH = 0.23
T_HA_TO_KG_M2 = 0.1
KG_M3_PER_G_CM3 = 1000.0
LICENCE = "Rothamsted Research, e-RA, CC BY 4.0"

PLOTS = {"Plot 3": "plot 3", "Plot 5": "plot 5", "Plot 8": "plot 8", "Plot 2.2": "plot 2.2", "Plot 2.1": "plot 2.1"}
"""Columns of the sheet of Broadbalk by the plots whose inputs are known; plot 1 has none."""

ESTIMATED = {(plot, 1843) for plot in PLOTS.values()} | {("plot 2.1", 1884)}
"""Starting values that the archive estimated (red in its sheet)."""

PLOUGHED_BY_MISTAKE = ("[G]", "[Gc]")
"""Permanent grass of Highfield that was ploughed in 1963; the archive says to leave it out."""


def group() -> str:
    """Return the group of everything at Rothamsted."""
    return group_of("rothamsted")


def read_broadbalk(folder: str | Path) -> Experiment:
    """Read Broadbalk's continuous wheat, 0-23 cm, 1843-2015 (t C/ha, of an equivalent mass in manured plots).

    Inputs and climate are those of the monthly table, 1843-2009; its stocks repeat these and are not read.

    Raises
    ------
    InputError
        If one of the two files is absent or not as published.
    """
    path = source_file(folder, BROADBALK)
    rows = read_workbook(path, "Data")
    begin = next((at for at, row in enumerate(rows) if row.get("A", "").startswith("Calculated SOC t ha-1")), None)
    if begin is None:
        raise InputError("the sheet has no part 'Calculated SOC t ha-1'", file=str(path), remedy="give version 2")
    head = next(row for row in rows[begin:] if row.get("A") == "Year")
    columns = {letter: PLOTS[name] for letter, name in head.items() if name in PLOTS}
    relative, stocks, year = ObservationError().broadbalk, [], 0
    for row in rows[rows.index(head) + 1 :]:
        told = re.match(r"(\d{4})(\(\d\))?$", row.get("A", ""))
        if row.get("A") and not told:
            break
        if not row:
            break
        # the year of the start of plot 2.1 stands in the sheet's first part only
        year = int(told[1]) if told else 1884
        for letter, plot in columns.items():
            cell = row.get(letter, "ns")
            if cell != "ns":
                value = float(cell) * T_HA_TO_KG_M2
                measured = (plot, year) not in ESTIMATED
                stocks.append(
                    Stock(
                        "broadbalk", plot, float(year), 0.0, DEPTH, np.nan, value, value * relative, 1,
                        "equivalent mass", measured,
                    )
                )  # fmt: skip
    months = read_months(folder)
    site = site_of("broadbalk", months, group(), f"Broadbalk SOC 1843-2015, {LICENCE}; inputs: SOMic package")
    treatments = {
        "plot 3": "nothing", "plot 5": "PK", "plot 8": "N3PK", "plot 2.2": "manure 35 t/ha since 1843",
        "plot 2.1": "manure 35 t/ha since 1885",
    }  # fmt: skip
    notes = (
        "starting values of 1843 and 1884 are estimates of the archive",
        "1865 is derived from nitrogen and the C:N of 1893",
        "bare-fallowed one year in five 1926-1967; manure not given then; the inputs do not show it",
    )
    return Experiment(site, treatments, tuple(stocks), inputs_of("broadbalk", months), notes)


def read_hoosfield(folder: str | Path) -> Experiment:
    """Read Hoosfield's continuous barley, 0-23 cm, 1852-1998 (t C/ha); inputs and climate from the monthly table.

    Raises
    ------
    InputError
        If one of the two files is absent or not as published.
    """
    path = source_file(folder, HOOSFIELD)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    head = next((at for at, row in enumerate(rows) if "Unfertilized" in row), None)
    if head is None:
        raise InputError("the table has no column 'Unfertilized'", file=str(path), remedy="give it as published")
    names = {"Unfertilized": "unfertilised", "FYM": "manure", "FYM 1852-1871": "manure 1852-1871"}
    columns = {at: names[cell] for at, cell in enumerate(rows[head]) if cell in names}
    relative, stocks = ObservationError().hoosfield, []
    for row in rows[head + 1 :]:
        if len(row) < 2 or not row[1].isdigit():
            break
        for at, name in columns.items():
            value = float(row[at]) * T_HA_TO_KG_M2
            stocks.append(
                Stock(
                    "hoosfield", name, float(row[1]), 0.0, DEPTH, np.nan, value, value * relative, 1,
                    "equivalent mass", measured=int(row[1]) > 1852,
                )
            )  # fmt: skip
    months = read_months(folder)
    site = site_of("hoosfield", months, group(), f"Hoosfield SOC 1852-1998, {LICENCE}; inputs: SOMic package")
    notes = (
        "the value of 1852 is an estimate of the archive",
        "the monthly table's stocks differ (33.8 t/ha at the start) and are not read",
    )
    return Experiment(site, {n: n for n in columns.values()}, tuple(stocks), inputs_of("hoosfield", months), notes)


def read_bare_fallow(folder: str | Path) -> Experiment:
    """Read Highfield bare fallow, 0-23 cm, 1959-2014: four sub-plots, ploughed out of grass of before 1838, no input.

    Raises
    ------
    InputError
        If the file, or the monthly table with the climate, is absent or lacks a column.
    """
    sheet = read_sheet(folder, FALLOW)
    year, stock, carbon = sheet.number("sample_year"), sheet.number("SOC_stock") * T_HA_TO_KG_M2, sheet.number("%SOC")
    relative, stocks = ObservationError().broadbalk, []
    for of in np.unique(year):
        mean, error, count = mean_of(list(stock[year == of]))
        share = mean_of(list(carbon[year == of]))[0] / 100.0
        of_mean = combined(error, mean, relative / np.sqrt(count))
        stocks.append(
            Stock(
                "highfield bare fallow",
                "bare fallow",
                float(of),
                0.0,
                DEPTH,
                share,
                mean,
                of_mean,
                count,
                "fixed depth",
            )
        )
    inputs = [CarbonInput("highfield bare fallow", "bare fallow", int(of), "none", 0.0) for of in range(1960, 2015)]
    site = _highfield(folder, "highfield bare fallow", 1959, "permanent grass since before 1838")
    notes = (
        "the stock of 1959 is that of the grassland, in 2,172 t/ha of soil; from 1978 on 2,864 t/ha lie in 0-23 cm, so "
        "that later stocks come from more soil",
    )
    return Experiment(site, {"bare fallow": "kept bare, dug or ploughed"}, tuple(stocks), tuple(inputs), notes)


def read_ley_arable(folder: str | Path, experiment: str) -> Experiment:
    """Read a ley-arable experiment, 0-23 cm, 1948-2014: means over blocks of each rotation and year, % carbon.

    The bulk density is told for permanent grass and continuous arable only (Fosters: arable and reseeded grass); other
    rotations have a concentration and no stock. Inputs are not in the data.

    Raises
    ------
    InputError
        If the file, or the monthly table with the climate, is absent or lacks a column.
    """
    sheet = read_sheet(folder, LEY_ARABLE[experiment])
    code = np.array(sheet.text("rotation_factor_level_code"))
    kind = np.array(sheet.text("rotation_type"))
    year, carbon, density = sheet.number("year"), sheet.number("percent_soc") / 100.0, sheet.number("bulk_density")
    relative, stocks = ObservationError().broadbalk, []
    usable = np.isfinite(carbon) & np.isfinite(year) & (code != "") & ~np.isin(code, PLOUGHED_BY_MISTAKE)
    for rotation in sorted(set(code[usable])):
        for of in np.unique(year[usable & (code == rotation)]):
            rows = usable & (code == rotation) & (year == of)
            mean, error, count = mean_of(list(carbon[rows]))
            weight = mean_of(list(density[rows]))[0] * KG_M3_PER_G_CM3 * DEPTH
            of_mean = combined(error * weight, mean * weight, relative / np.sqrt(count))
            stocks.append(
                Stock(
                    experiment, str(rotation), float(of), 0.0, DEPTH, mean, mean * weight, of_mean, count, "fixed depth"
                )
            )
    before = "permanent grass since before 1838" if experiment.startswith("high") else "arable for centuries"
    site = _highfield(folder, experiment, 1948, before)
    treatments = {str(one): str(kind[np.flatnonzero(usable & (code == one))[0]]) for one in sorted(set(code[usable]))}
    notes = (
        "bulk density is interpolated by the archive from weights of 2000",
        "no carbon inputs in the data",
        *(("permanent grass that was ploughed by mistake is left out",) if _has_mistake(sheet) else ()),
    )
    return Experiment(site, treatments, tuple(stocks), (), notes)


def _has_mistake(sheet: Sheet) -> bool:
    return bool(np.isin(sheet.text("rotation_factor_level_code"), PLOUGHED_BY_MISTAKE).any())


def _highfield(folder: str | Path, experiment: str, start: int, before: str) -> Site:
    """Return the site of an experiment that has Broadbalk's weather."""
    source = f"{experiment} soil data, {LICENCE}; clay and climate as Broadbalk"
    site = site_of("broadbalk", read_months(folder), group(), source)
    place = (51.812922, -0.379079) if experiment.startswith("fosters") else (51.802777, -0.366025)
    return dataclasses.replace(
        site, experiment=experiment, start=start, before=before, latitude=place[0], longitude=place[1]
    )
