"""Radiocarbon of cropland soils by depth, in the year of their sampling, against the column of the demo.

`python -m validation.radiocarbon [DATA_FOLDER] [--markdown FILE]`

Every cropland layer of the compilation of He et al. (2016) with a Delta14C, a depth and a year is set beside the model
at the same depth at the end of the same year. The model is one column, the demo's soil, climate and past, with its
present rotation from 1947 on: no site's own soil or climate is in it, so this tells whether the shape over depth and
the uptake of bomb carbon are those of cropland, not how well a site is predicted. Nothing is tuned to radiocarbon.
The spread over sites of one depth is the least error that any single column could have.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FILE = "radiocarbon/he2016_layers.csv"
ROWS = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 200.0)
FIRST_YEAR, LAST_YEAR = 1947, 2012


@dataclass(frozen=True)
class Layer:
    """A measured layer: profile, depth (cm), year of sampling and Delta14C (permil)."""

    profile: str
    top: float
    bottom: float
    year: int
    delta14c: float


@dataclass(frozen=True)
class Row:
    """A depth (cm) of the comparison: layers, and quartiles of the measured, median of the modelled, error, permil."""

    top: float
    bottom: float
    layers: int
    profiles: int
    measured: tuple[float, float, float]
    modelled: float
    bias: float
    rmse: float


def read_layers(path: Path, vegetation: str = "cropland") -> list[Layer]:
    """Read the layers of one kind of vegetation that have all that the comparison needs."""

    def number(cell: str) -> float:
        return float(cell) if cell else np.nan

    found = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            needed = ("Layer_top_norm", "Layer_bottom_norm", "SampleYear", "D14C_BulkLayer")
            top, bottom, year, delta = (number(row[name]) for name in needed)
            whole = np.all(np.isfinite([top, bottom, year, delta])) and bottom > top >= 0.0
            if row["VegTypeCodeStr_Local"] == vegetation and whole:
                found.append(Layer(f"{row['pc_dataset_name']} {row['ProfileID']}", top, bottom, int(year), delta))
    return found


def at_layer(layer: Layer, edges_cm: Array, soc: Array, delta14c: Array) -> float:
    """Return the modelled Delta14C of a measured layer: the mean by carbon of (layer,) over its depth."""
    overlap = np.minimum(edges_cm[1:], layer.bottom) - np.maximum(edges_cm[:-1], layer.top)
    weight = np.maximum(overlap, 0.0) / np.diff(edges_cm) * soc
    return float(weight @ delta14c / weight.sum()) if weight.sum() > 0.0 else np.nan


def compare(layers: list[Layer], result: Any, edges_cm: Array) -> list[Row]:
    """Compare measured layers with the baseline of a result, each at the end of its year of sampling."""
    base = result.sel(practice="baseline").median("member")
    start = int(base["time"].values[0].astype("datetime64[Y]").astype(int)) + 1970
    soc, delta = base["soc"].values, base["delta14c"].values
    pairs = [
        (layer, at_layer(layer, edges_cm, soc[layer.year + 1 - start], delta[layer.year + 1 - start]))
        for layer in layers
        if 0 <= layer.year + 1 - start < len(soc) and layer.bottom <= edges_cm[-1]
    ]
    rows = []
    for top, bottom in pairwise(ROWS):
        own = [(a, b) for a, b in pairs if top <= 0.5 * (a.top + a.bottom) < bottom]
        if not own:
            continue
        measured, modelled = np.array([a.delta14c for a, _ in own]), np.array([b for _, b in own])
        low, middle, high = (float(q) for q in np.quantile(measured, [0.25, 0.5, 0.75]))
        error = modelled - measured
        rows.append(
            Row(
                top, bottom, len(own), len({a.profile for a, _ in own}), (low, middle, high),
                float(np.median(modelled)), float(np.median(error)), float(np.sqrt(np.mean(error**2))),
            )
        )  # fmt: skip
    return rows


def field() -> Any:
    """Return the study of the demo's field from 1947 on, one member, with its radiocarbon."""
    import mollisol

    file = Path(mollisol.__file__).parent / "examples" / "demo" / "study.yaml"
    spec = mollisol.load_study(file).spec
    years = spec.years.model_copy(update={"start": FIRST_YEAR, "end": LAST_YEAR})
    past = tuple(period for period in spec.history if period.start < FIRST_YEAR)
    output = spec.output.model_copy(update={"radiocarbon": True})
    return spec.model_copy(update={"years": years, "history": past, "practices": (), "ensemble": 1, "output": output})


def simulated() -> tuple[Any, Array]:
    """Run the demo's field; its result and the layers' edges (cm)."""
    from mollisol.study.simulation import simulate_study

    done = simulate_study(field())
    return done.result, 100.0 * done.layers.grid.edges


def markdown(rows: list[Row]) -> str:
    """Return the table."""
    lines = [
        "| cm | layers (profiles) | measured: median (quartiles), permil | model, permil | median error | RMSE |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        low, middle, high = row.measured
        lines.append(
            f"| {row.top:g}-{row.bottom:g} | {row.layers} ({row.profiles}) | {middle:.0f} ({low:.0f} to {high:.0f}) "
            f"| {row.modelled:.0f} | {row.bias:+.0f} | {row.rmse:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Run the comparison and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("data", nargs="?", type=Path, default=default)
    parser.add_argument("--markdown", type=Path, help="also write the table to this file")
    given = parser.parse_args(arguments)
    path = given.data / FILE
    if not path.is_file():
        print(f"{path} is absent", file=sys.stderr)
        return 2
    table = markdown(compare(read_layers(path), *simulated()))
    print(table)
    if given.markdown:
        given.markdown.write_text(table, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
