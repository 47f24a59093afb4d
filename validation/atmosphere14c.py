"""Make the small tables of the atmosphere's radiocarbon that ship with `mollisol.clocks`, from the published series.

    python -m validation.atmosphere14c FOLDER

FOLDER holds `IntCal20.csv`, `SHCal20.csv`, `Hua2021_monthly_5zones.csv` and `Graven2015_C14_RCP_scenarios.csv`. Of the
calibration curves those years are kept between which a straight line stays within `tolerance` of every published value;
of the monthly post-bomb series the means of whole years; of the scenarios every fifth year.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOME = Path(__file__).resolve().parents[1] / "src" / "mollisol" / "clocks" / "tables"
BEFORE_PRESENT = 1950
FIRST_OF_THE_BOMB = 1950
SCENARIO_STEP = 5

CURVES = {
    "intcal20": ("IntCal20.csv", "Reimer et al. 2020, Radiocarbon 62:725-757, doi 10.1017/RDC.2020.41 (IntCal20)"),
    "shcal20": ("SHCal20.csv", "Hogg et al. 2020, Radiocarbon 62:759-778, doi 10.1017/RDC.2020.59 (SHCal20)"),
}
BOMB = "Hua et al. 2022, Radiocarbon 64:723-745, doi 10.1017/RDC.2021.95; means of whole years of the monthly series"
FUTURE = "Graven 2015, PNAS 112:9542-9545, doi 10.1073/pnas.1504467112; scenarios RCP 2.6, 4.5, 6.0, 8.5"


def tolerance(year: Array) -> Array:
    """Largest error of a thinned curve, permil: 2 in the last millennium, rising to 6 at 50,000 years."""
    age = BEFORE_PRESENT - year
    return np.clip(2.0 + 4.0 * (age - 1000.0) / 49000.0, 2.0, 6.0)


def read_curve(path: Path) -> tuple[Array, Array]:
    """Return year CE, rising, and Delta14C, permil, of a calibration curve."""
    with path.open(encoding="utf-8-sig") as file:
        rows = [(float(row["CAL.BP"]), float(row["Delta.14C"])) for row in csv.DictReader(file)]
    array = np.array(sorted(rows, reverse=True))
    return BEFORE_PRESENT - array[:, 0], array[:, 1]


def thinned(year: Array, value: Array) -> NDArray[np.int64]:
    """Return the numbers of the nodes: from each as far as one line passes all values in between closely enough."""
    allowed, kept, last = tolerance(year), [0], len(year) - 1
    while kept[-1] < last:
        start, low, high, best = kept[-1], -np.inf, np.inf, kept[-1] + 1
        for end in range(start + 1, last + 1):
            run, rise = year[end] - year[start], value[end] - value[start]
            if low <= rise / run <= high:
                best = end
            low, high = max(low, (rise - allowed[end]) / run), min(high, (rise + allowed[end]) / run)
            if low > high:
                break
        kept.append(best)
    return np.array(kept)


def yearly_zones(path: Path) -> tuple[list[str], list[tuple[int, dict[str, float]]]]:
    """Return the zones and the means of the years of which all twelve months are known."""
    found: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            found[int(float(row["Year"]))][row["zone"]].append(float(row["mean.Delta14C"]))
    zones = ["NHZone1", "NHZone2", "NHZone3", "SHZone3", "SHZone1-2"]
    whole = [
        (year, {zone: float(np.mean(months[zone])) for zone in zones})
        for year, months in sorted(found.items())
        if year >= FIRST_OF_THE_BOMB and all(len(months[zone]) == 12 for zone in zones)
    ]
    return zones, whole


def read_scenarios(path: Path) -> tuple[list[str], Array]:
    """Return the names of the scenarios and the rows of the table, year first."""
    with path.open(encoding="utf-8-sig", newline=None) as file:
        rows = [line.split(",") for line in file.read().split("\n") if line]
    return rows[0][1:], np.array(rows[1:], dtype=np.float64)


def write(name: str, source: str, header: list[str], rows: list[list[str]], note: str = "") -> None:
    """Write a table with its source above it."""
    lines = [f"# source: {source}", *([f"# {note}"] if note else []), ",".join(header)]
    (HOME / f"{name}.csv").write_text("\n".join([*lines, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    """Write all tables."""
    HOME.mkdir(exist_ok=True)
    for name, (file, source) in CURVES.items():
        year, value = read_curve(folder / file)
        nodes = thinned(year, value)
        error = np.max(np.abs(np.interp(year, year[nodes], value[nodes]) - value))
        note = (
            f"{len(nodes)} of {len(year)} rows; a straight line between them is within {error:.1f} permil of the rest"
        )
        rows = [[f"{year[i]:g}", f"{value[i]:g}"] for i in nodes]
        write(name, source, ["year", "delta14c_permil"], rows, note)
        print(f"{name}: {note}")
    zones, whole = yearly_zones(folder / "Hua2021_monthly_5zones.csv")
    rows = [[str(year), *(f"{values[zone]:.1f}" for zone in zones)] for year, values in whole]
    header = ["year", "north_1", "north_2", "north_3", "south_3", "south_1_2"]
    write("bomb", BOMB, header, rows, "Delta14C, permil, mean of the calendar year, by zone")
    names, table = read_scenarios(folder / "Graven2015_C14_RCP_scenarios.csv")
    chosen = table[table[:, 0] % SCENARIO_STEP == 0]
    rows = [[f"{row[0]:g}", *(f"{value:g}" for value in row[1:])] for row in chosen]
    header = ["year", *(name.lower().replace(".", "") for name in names)]
    write("future", FUTURE, header, rows, "Delta14C, permil, of the global mean atmosphere")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
