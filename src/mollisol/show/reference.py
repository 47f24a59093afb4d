"""Published figures that the report sets beside the model's: cropland turnover and root distributions."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np

from mollisol.grid import Grid
from mollisol.show.context import Array, TurnoverReference
from mollisol.units import CM_PER_M, Parameter

JACKSON_BETA = Parameter(
    0.961, "1", 0.85, 0.999, "Jackson et al. 1996, crops", confidence="high",
    about="share of roots above depth d cm: 1 - beta^d",
)  # fmt: skip
BNPP_E_FOLD = Parameter(
    17.5, "cm", 5.0, 60.0, "Xiao et al. 2023, croplands (1.8 cm standard error)", confidence="opened",
    about="below-ground productivity falls as exp(-d / e-fold)",
)  # fmt: skip


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
    """Return (layer,) shares of below-ground productivity under two published forms, by a name that states them.

    What a form puts below the grid stays there: the shares add up to less than 1.
    """
    depth = grid.edges * CM_PER_M
    cumulative = {
        f"β = {JACKSON_BETA.value:g} (Jackson 1996)": 1.0 - JACKSON_BETA.value**depth,
        f"e-fold {BNPP_E_FOLD.value:g} cm (Xiao 2023)": 1.0 - np.exp(-depth / BNPP_E_FOLD.value),
    }
    return {name: np.diff(share) for name, share in cumulative.items()}
