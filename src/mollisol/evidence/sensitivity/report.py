"""What a sensitivity says: rows of tables, and sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from mollisol.evidence.sensitivity.evaluate import BASELINE, STEADY
from mollisol.evidence.sensitivity.indices import Sensitivity

NAMED = 3
"""Measurements that a sentence names."""

NOTHING = 0.02
"""Share of the variance below which a measurement is not worth naming."""


def factor_rows(made: Sensitivity) -> list[dict[str, Any]]:
    """Return a row for each quantity, depth and factor."""
    function = made.function
    place = {int(number): i for i, number in enumerate(made.sampled)}
    rows = []
    for q, quantity in enumerate(function.quantities):
        for d, depth in enumerate(function.depths):
            for number, factor in enumerate(function.factors):
                i = place.get(number)
                sobol = (made.first, made.first_error, made.total, made.total_error)
                names = ("sobol_first", "sobol_first_error", "sobol_total", "sobol_total_error")
                rows.append(
                    {
                        "quantity": quantity,
                        "depth_cm": depth,
                        "value_mg_ha": float(made.best[q, d]),
                        "spread": float(made.spread[q, d]),
                        "spread_unit": "ln" if made.relative[q] else "Mg C/ha",
                        "factor": factor.name,
                        "slope": float(made.slopes[q, d, number]),
                        "elasticity": float(made.elasticities[q, d, number]),
                        "share_by_slope": float(made.screened[q, d, number]),
                        **{
                            name: float("nan") if i is None else float(one[q, d, i])
                            for name, one in zip(names, sobol, strict=True)
                        },
                    }
                )
    return rows


def measurement_rows(made: Sensitivity) -> list[dict[str, Any]]:
    """Return a row for each quantity, depth and measurement: the share of the variance that it would take away."""
    function = made.function
    return [
        {
            "quantity": quantity,
            "depth_cm": depth,
            "measurement": name,
            "variance_taken_away": float(value[q, d]),
            "interval_narrower_by": 1.0 - float(np.sqrt(max(0.0, 1.0 - value[q, d]))),
        }
        for q, quantity in enumerate(function.quantities)
        for d, depth in enumerate(function.depths)
        for name, value in made.reductions.items()
    ]


def sentences(made: Sensitivity) -> list[str]:
    """Return for each quantity which measurement would shrink its interval most, over the whole profile."""
    return [_sentence(made, number) for number in range(len(made.function.quantities))]


def _sentence(made: Sensitivity, number: int) -> str:
    quantity, depth = made.function.quantities[number], made.function.depths[-1]
    spread = float(made.spread[number, -1])
    what = {
        STEADY: "Carbon of the present plan's steady state",
        BASELINE: "Carbon of the baseline at the end of the run",
    }.get(quantity, f"Effect of {quantity} at the end of the run")
    size = f"{100.0 * spread:.0f} %" if made.relative[number] else f"{spread:.2g} Mg C/ha"
    best = [(name, share) for name, share in made.ranked(number)[:NAMED] if share >= NOTHING]
    head = f"{what}, {depth} cm ({made.best[number, -1]:.3g} Mg C/ha): standard deviation {size}. "
    if not best:
        return head + "No measurement of the list would shrink its interval noticeably."
    told = [f"{name} ({100.0 * (1.0 - np.sqrt(max(0.0, 1.0 - share))):.0f} % narrower)" for name, share in best]
    rest = f"; then {' and '.join(told[1:])}" if told[1:] else ""
    return f"{head}Most would be gained by {told[0]}{rest}."
