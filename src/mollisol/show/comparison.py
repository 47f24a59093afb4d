"""The report of a comparison of practices and its table: `report.html` and `compare.csv`."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mollisol.show.comparison_tables import (
    attribution_table,
    choice_table,
    choices_that_matter,
    driver_table,
    equal_mass_table,
    kept,
    pool_table,
    ranking_table,
    ranks_of,
    rows_wanted,
    stop_table,
    time_table,
)
from mollisol.show.files import write_atomically
from mollisol.show.moved import turning_sentences
from mollisol.show.ranking import ranking_sentences
from mollisol.show.report import fill_template, pictures_of
from mollisol.show.tradeoffs import field_table, gas_table
from mollisol.show.view import cm, span
from mollisol.show.wording import number, title
from mollisol.study.comparison.drivers import GROUPS
from mollisol.study.comparison.ranking import CERTAIN, alike, turned
from mollisol.units import MG_HA_PER_KG_M2

if TYPE_CHECKING:
    from mollisol.study.comparison import Comparison

PAIRS = 3
"""Pairs of practices that a sentence names at most."""


def comparison_sentences(found: Comparison) -> list[str]:
    """Return what a comparison says: the first, how certain the order is, and what would turn it."""
    where = f"in 0–{cm(found.edges[-1])} cm by the end of {found.spec.years.end}"
    sentences = ranking_sentences(ranks_of(found), found.members, where)
    sentences += other_sentences(found)
    signs, places = choices_that_matter(found)
    what = "What moves with soil that is moved, and what holds for carbon placed deep, is not known"
    return sentences + turning_sentences(what, signs, places, bool(found.choices))


def other_sentences(found: Comparison) -> list[str]:
    """Return whether the ranking turns under the other model."""
    other = found.other
    if other is None:
        return []
    if other.gain is None:
        return [f"The ranking was not checked under {other.name}: {other.problem.rstrip('.')}."]
    wanted = rows_wanted(found)
    if len(wanted) < 2:
        return []
    names = [found.names[i] for i in wanted]
    own, its = found.gain[wanted, -1, -1], other.gain[wanted]
    first = names[int(np.argmax(np.median(its, axis=1)))]
    same = first == ranks_of(found)[0].name
    turns, like = turned(names, own, its), alike(own, its)
    told = "" if math.isnan(like) else f"; the two orders correlate with {number(like, 2)}"
    text = f"Under {other.name} the first is {'also ' if same else ''}{title(first)}{told}."
    if not turns:
        return [f"{text} No order that is certain here turns there."]
    pairs = ", ".join(f"{title(a)} over {title(b)}" for a, b in turns[:PAIRS])
    rest = f" and {len(turns) - PAIRS} more" if len(turns) > PAIRS else ""
    turning = f"{len(turns)} orders that are certain here stand the other way there"
    return [f"{text} The ranking turns: {turning} ({pairs}{rest})."]


def render_comparison(found: Comparison, figures: Mapping[str, Path], versions: Mapping[str, str], command: str) -> str:
    """Return the report as HTML: figures and style inside, no script, nothing fetched.

    Parameters
    ----------
    figures : paths of PNG files by name.
    versions, command : what repeats it.
    """
    spec = found.spec
    return fill_template(
        "comparison.html",
        found=found,
        spec=spec,
        pictures=pictures_of(figures, CAPTIONS, CAPTIONS),
        sentences=comparison_sentences(found),
        bottom=found.edges[-1],
        ranking=ranking_table(found),
        drivers=driver_table(found),
        times=time_table(found),
        equal_mass=equal_mass_table(found),
        attribution=attribution_table(found),
        pools=pool_table(found),
        stops=stop_table(found),
        choices=choice_table(found),
        gases=gas_table(found.ledger),
        field=field_table(found.ledger),
        certain=CERTAIN,
        versions=versions,
        command=command,
    )


CAPTIONS = {
    "gain": "Gain of each practice against the baseline by the end of the run, in the order of the ranking. "
    "Dots: median; bars: 5–95 % of the parameter sets; open diamonds: the median under the other model. Grey names: "
    "not certain to gain less than the first.",
    "attribution": "What drove each difference, of the best estimate: parts to the right raise the carbon, parts to "
    "the left lower it. The dot is their sum.",
}
"""Captions of the figures, which also stand for them where they cannot be seen."""


def comparison_rows(found: Comparison) -> list[dict[str, Any]]:
    """Return one row per practice, interval of depth and time, with gains in Mg C/ha at fixed depth and equal mass.

    Rows of the last time also hold the parts of the attribution (best estimate); those of the whole profile then the
    place, the probability of more than the next, and what is left after a stop.
    """
    places = {one.name: one for one in ranks_of(found)}
    bounds = [*pairwise(found.edges), (0.0, found.edges[-1])]
    rows = []
    for i, name in enumerate(found.names):
        for part, (top, low) in enumerate(bounds):
            whole = part == len(bounds) - 1
            for t, years in enumerate(found.years):
                end = t == len(found.years) - 1
                row: dict[str, Any] = {
                    "practice": name,
                    "depth": "whole" if whole else span(top, low).replace("–", "-"),
                    "years": years,
                    "end_of": found.spec.years.start + years - 1,
                }
                for key, gain in (
                    ("gain", found.gain[i, part, t]),
                    ("gain_equal_mass", found.gain_equal_mass[i, part, t]),
                ):
                    row |= _spread(f"{key}", gain)
                own = found.gain[i, part, t]
                row["probability_of_gain"] = float(np.mean(own > 0.0)) if own.size > 1 and np.any(own) else math.nan
                shapley = found.attribution.value[i]
                for g, group in enumerate(GROUPS):
                    value = shapley[g].sum() if whole else shapley[g, part]
                    row[f"from_{group}_Mg_C_ha"] = MG_HA_PER_KG_M2 * float(value) if end else math.nan
                ranked = places.get(name) if whole and end else None
                row["place"] = ranked.place if ranked else None
                row["probability_more_than_next"] = ranked.beats_next if ranked else math.nan
                other = found.other
                known = other is not None and other.gain is not None and whole and end
                row["gain_other_model_Mg_C_ha"] = float(np.median(other.gain[i])) if known else math.nan  # type: ignore[union-attr,index]
                for k, after in enumerate(found.left_years):
                    row[f"left_{after}_yr"] = kept(found, i, k)[0] if whole and end else math.nan
                rows.append(row)
    return rows


def _spread(key: str, values: Any) -> dict[str, float]:
    low, high = np.quantile(values, [0.05, 0.95]) if values.size > 1 else (math.nan, math.nan)
    return {
        f"{key}_median_Mg_C_ha": float(np.median(values)),
        f"{key}_q05_Mg_C_ha": float(low),
        f"{key}_q95_Mg_C_ha": float(high),
    }


def write_comparison_table(found: Comparison, path: Path) -> Path:
    """Write `comparison_rows` as CSV (complete or not at all) and return the path; what is missing is an empty cell."""
    rows = comparison_rows(found)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    write_atomically(Path(path), text.getvalue().encode("utf-8"))
    return Path(path)


def _cell(value: Any) -> Any:
    if not isinstance(value, float):
        return "" if value is None else value
    return "" if math.isnan(value) else f"{round(value, 5) + 0.0:.5f}".rstrip("0").rstrip(".")
