"""The summary table: SOC, its change and its difference to the baseline, by practice, depth and moment."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mollisol.show.context import Array
from mollisol.show.files import write_atomically
from mollisol.show.view import ResultView, Spread, spread
from mollisol.show.worth import worth_columns
from mollisol.units import CM_PER_M

if TYPE_CHECKING:
    import xarray as xr

NAN = float("nan")
NOTHING = Spread(NAN, NAN, NAN)


def moments(times: int) -> dict[str, int]:
    """Return the time indices of start, middle and end; a run too short for a middle has none."""
    indices = {"start": 0, "middle": (times - 1) // 2, "end": times - 1}
    return {name: index for name, index in indices.items() if name == "start" or index > 0} | {"end": times - 1}


def probability_of_gain(difference: Array) -> float:
    """Return the share of members in which a difference is > 0.

    NaN where there is one member only, and where all differences are exactly zero (nothing has been changed
    yet, so that neither gain nor loss is probable).
    """
    if difference.size < 2 or not np.any(difference):
        return NAN
    return float(np.mean(difference > 0.0))


def rows_of(view: ResultView) -> list[dict[str, Any]]:
    """Return the rows of `summary_table` for a view."""
    rows: list[dict[str, Any]] = []
    worth = worth_columns(view)
    for practice, name in enumerate(view.practices):
        for part, stocks in zip(view.intervals, view.stocks, strict=True):
            for when, index in moments(len(view.dates)).items():
                now = stocks[practice, :, index]
                row: dict[str, Any] = {
                    "practice": name,
                    "depth": part.key,
                    "depth_top_cm": round(part.top * CM_PER_M, 6),
                    "depth_bottom_cm": round(part.bottom * CM_PER_M, 6),
                    "when": when,
                    "date": str(view.dates[index]),
                    "members": view.members,
                }
                quantities = {
                    "soc": now,
                    "change_since_start": now - stocks[practice, :, 0],
                    "difference_to_baseline": now - stocks[view.baseline, :, index],
                }
                for quantity, values in quantities.items():
                    found = spread(values)
                    compared = quantity != "difference_to_baseline" or practice != view.baseline
                    row[f"{quantity}_mean_Mg_C_ha"] = found.mean if compared else NAN
                    row[f"{quantity}_q05_Mg_C_ha"] = found.low if compared else NAN
                    row[f"{quantity}_q95_Mg_C_ha"] = found.high if compared else NAN
                row["probability_of_gain"] = (
                    NAN if practice == view.baseline else probability_of_gain(quantities["difference_to_baseline"])
                )
                whole = part.key == "whole" and when == "end" and practice != view.baseline
                for column, values in worth.items():
                    kept = spread(values[practice]) if whole else NOTHING
                    row[column.format("mean")] = kept.mean
                    row[column.format("q05")] = kept.low
                    row[column.format("q95")] = kept.high
                rows.append(row)
    return rows


def summary_table(result: xr.Dataset) -> list[dict[str, Any]]:
    """Return one row per practice, depth interval and moment (start, middle, end of the run).

    Columns: `practice`; `depth`, `depth_top_cm`, `depth_bottom_cm`; `when`, `date`; `members`; then for
    `soc`, `change_since_start` and `difference_to_baseline` the mean over members and the 5 and 95 %
    quantiles (`..._mean_Mg_C_ha`, `..._q05_Mg_C_ha`, `..._q95_Mg_C_ha`); and `probability_of_gain`, the
    share of members with more SOC than the baseline; and what the practice is worth to the climate over the run (of the
    whole profile at its end alone, see `mollisol.show.worth`). Differences are paired: a member is compared with the
    same member of the baseline. What does not exist (an interval of one member, a difference of the baseline
    to itself) is NaN.

    Parameters
    ----------
    result : dataset with the variables and dimensions of `result.nc`.
    """
    return rows_of(ResultView(result))


def write_summary(result: xr.Dataset, path: Path) -> Path:
    """Write `summary_table` as CSV to `path` (complete or not at all) and return the path.

    Amounts carry five decimals (Mg C/ha); a missing value is an empty cell.
    """
    rows = summary_table(result)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    write_atomically(Path(path), text.getvalue().encode("utf-8"))
    return Path(path)


def _cell(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return "" if math.isnan(value) else f"{round(value, 5) + 0.0:.5f}".rstrip("0").rstrip(".")
