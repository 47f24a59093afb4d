"""Published figures that the report sets beside the model's: cropland turnover and root distributions."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from mollisol.grid import Grid
from mollisol.plants.roots import root_share
from mollisol.show.context import Array, TurnoverReference

ROOT_ALTERNATIVES = {
    "β 0.961 (Jackson 1996)": "jackson",
    "e-fold 17.5 cm (Xiao 2023)": "exponential",
    "a heavy tail": "power_law",
}
"""Root distributions, with the default parameters of the plants, that span how the tail may look."""


@cache
def cropland_turnover() -> tuple[TurnoverReference, ...]:
    """Return the published turnover times of cropland by 20 cm, stock / BNPP in yr (`cropland_turnover.csv`)."""
    text = files("mollisol.show").joinpath("cropland_turnover.csv").read_text(encoding="utf-8")
    rows: list[TurnoverReference] = []
    for row in csv.DictReader(text.splitlines()):
        source = rows[-1].source if row["source"] == "as above" else row["source"]
        rows.append(
            TurnoverReference(
                top_cm=float(row["top_cm"]),
                bottom_cm=float(row["bottom_cm"]),
                mean=float(row["mean_yr"]),
                median=float(row["median_yr"]),
                lower_quartile=float(row["lower_quartile_yr"]),
                upper_quartile=float(row["upper_quartile_yr"]),
                source=source,
            )
        )
    return tuple(rows)


def root_alternatives(grid: Grid) -> dict[str, Array]:
    """Return (layer,) shares of 1 of below-ground productivity under `ROOT_ALTERNATIVES`, by their names."""
    return {name: root_share(kind, {}, grid) for name, kind in ROOT_ALTERNATIVES.items()}
