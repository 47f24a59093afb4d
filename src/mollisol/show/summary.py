"""The summary table: SOC, its change and its difference to the baseline, by practice, depth and moment."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mollisol.show.beside import bound_by_rock, wood
from mollisol.show.files import write_atomically
from mollisol.show.moved import by_interval, equal_mass_difference
from mollisol.show.ranking import ranking_of
from mollisol.show.view import ResultView, Spread, probability_of_gain, spread
from mollisol.show.worth import worth_columns
from mollisol.study.choices import CHOICES
from mollisol.units import CM_PER_M

if TYPE_CHECKING:
    import xarray as xr

NAN = float("nan")
NOTHING = Spread(NAN, NAN, NAN)


def moments(times: int) -> dict[str, int]:
    """Return the time indices of start, middle and end; a run too short for a middle has none."""
    indices = {"start": 0, "middle": (times - 1) // 2, "end": times - 1}
    return {name: index for name, index in indices.items() if name == "start" or index > 0} | {"end": times - 1}


def rows_of(view: ResultView) -> list[dict[str, Any]]:
    """Return the rows of `summary_table` for a view."""
    rows: list[dict[str, Any]] = []
    worth, moved, places = worth_columns(view), _Moved(view), {one.name: one for one in ranking_of(view)}
    for practice, name in enumerate(view.practices):
        other = practice != view.baseline
        for number, (part, stocks) in enumerate(zip(view.intervals, view.stocks, strict=True)):
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
                difference = now - stocks[view.baseline, :, index]
                row |= _spread("soc_{}_Mg_C_ha", spread(now))
                row |= _spread("change_since_start_{}_Mg_C_ha", spread(now - stocks[practice, :, 0]))
                row |= _spread("difference_to_baseline_{}_Mg_C_ha", spread(difference) if other else NOTHING)
                row["probability_of_gain"] = probability_of_gain(difference) if other else NAN
                whole = part.key == "whole"
                end = when == "end" and other
                for column, values in worth.items():
                    row |= _spread(column, spread(values[practice]) if whole and end else NOTHING)
                ranked = places.get(name) if whole and end else None
                row["place"] = NAN if ranked is None else float(ranked.place)
                row["probability_more_than_next"] = NAN if ranked is None else ranked.beats_next
                row |= moved.columns(practice, number, index if other else None, end)
                row |= moved.beside(practice, index, whole)
                rows.append(row)
    return rows


class _Moved:
    """What a result holds of soil that moves and of carbon beside that of the soil, as columns of the summary."""

    def __init__(self, view: ResultView) -> None:
        self.equal = equal_mass_difference(view)
        change = view.values("soc_change_by_choice")
        self.chosen = None if change is None else by_interval(view, change)  # (interval, practice, member, choice)
        self.wood, self.rock = wood(view), bound_by_rock(view)

    def columns(self, practice: int, part: int, index: int | None, end: bool) -> dict[str, float]:
        """Return the difference at equal mass at a time, and at the end under each other choice of what moves."""
        known = self.equal is not None and index is not None
        row = _spread(
            "difference_at_equal_mass_{}_Mg_C_ha",
            spread(self.equal[part, practice, :, index]) if known else NOTHING,  # type: ignore[index]
        )
        for number, choice in enumerate(CHOICES[1:], start=1):
            told = NOTHING if self.chosen is None or not end else spread(self.chosen[part, practice, :, number])
            row |= _spread(f"difference_if_{choice.replace(' ', '_')}_{{}}_Mg_C_ha", told)
        return row

    def beside(self, practice: int, index: int, whole: bool) -> dict[str, float]:
        """Return the wood of trees and what rock has bound, of a row of the whole profile."""
        trees = NOTHING if self.wood is None or not whole else spread(self.wood[practice, :, index])
        rock = NAN if self.rock is None or not whole else float(self.rock[practice, index])
        return {**_spread("wood_{}_Mg_C_ha", trees), "bound_by_rock_t_CO2_ha": rock}


def _spread(column: str, found: Spread) -> dict[str, float]:
    values = {"mean": found.mean, "q05": found.low, "q95": found.high}
    return {column.format(name): value for name, value in values.items()}


def summary_table(result: xr.Dataset) -> list[dict[str, Any]]:
    """Return one row per practice, depth interval and moment (start, middle, end of the run).

    Columns: `practice`; `depth`, `depth_top_cm`, `depth_bottom_cm`; `when`, `date`; `members`; then for
    `soc`, `change_since_start` and `difference_to_baseline` the mean over members and the 5 and 95 %
    quantiles (`..._mean_Mg_C_ha`, `..._q05_Mg_C_ha`, `..._q95_Mg_C_ha`); and `probability_of_gain`, the
    share of members with more SOC than the baseline; what the practice is worth to the climate over the run (of the
    whole profile at its end alone, see `mollisol.show.worth`), its `place` among the practices and the share of members
    in which it gains more than the next. Where soil moves, the difference at equal mineral mass
    (`difference_at_equal_mass_...`) and at the end under the other choices of what moves with the soil
    (`difference_if_...`); of the whole profile, the carbon in the wood of trees and the CO2 that added rock has bound
    since the start, which are no part of SOC. Differences are paired: a member is compared with the
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
