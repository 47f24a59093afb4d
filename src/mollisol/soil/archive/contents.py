"""From a file's rows to what the archive keeps of it: layers and profiles as columns, and why others are refused."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.archive.variables import MEASURED, VARIABLES, known
from mollisol.soil.assembly import joined_tops, sort_out
from mollisol.soil.columns import DEPTH_TOLERANCE_CM
from mollisol.soil.formats import Rows
from mollisol.soil.land_use import land_use_class
from mollisol.soil.problems import Problem
from mollisol.units import CM_PER_M

Columns = dict[str, Any]

_NUMBER = r"-?\d[\d.]*(?:e[+-]?\d+)?"
_FIGURES = re.compile(rf"'[^']*'|{_NUMBER}(?:-{_NUMBER})?")


@dataclass(frozen=True)
class Contents:
    """What a file gives to the archive.

    Attributes
    ----------
    layers : by column, (layer,) values in the archive's units, NaN where missing; profiles one after the other, each
        from the surface down.
    profiles : by column, (profile,) what a query asks of a profile.
    refused : what is wrong with the other profiles.
    rows_read, rows_refused, rows_above : rows of the file, of refused profiles, above the mineral soil of kept ones.
    profiles_read : profiles of the file.
    """

    layers: Columns
    profiles: Columns
    refused: tuple[Problem, ...]
    rows_read: int
    rows_refused: int
    rows_above: int
    profiles_read: int

    @property
    def reasons(self) -> dict[str, int]:
        """How many times each kind of problem occurs, figures and quoted cells left out, the most frequent first."""
        kinds = (_FIGURES.sub("...", problem.message) for problem in self.refused)
        return dict(Counter(kinds).most_common())


def contents_of(rows: Rows, dataset: str) -> Contents:
    """Sort out which profiles of `rows` are sound and put them into columns.

    A profile with gaps in depth or in carbon is kept and marked, because what was measured of it is right; one with
    anything else wrong is refused.
    """
    sound, problems = sort_out(rows)
    rejected = {problem.profile_id for problem in problems if problem.profile_id is not None}
    gappy, refused = sort_out(rows, rejected, fill_gaps=True)
    orders = {name: (sound.get(name), gappy.get(name)) for name in dict.fromkeys(rows.profile_ids)}
    kept = {name: one if one is not None else other for name, (one, other) in orders.items()}
    chosen = {name: order for name, order in kept.items() if order is not None}
    names = list(chosen)
    taken = np.concatenate([*chosen.values(), np.empty(0, dtype=np.intp)])
    sizes = np.array([order.size for order in chosen.values()], dtype=np.intp)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp) if names else sizes
    layers = _layers(rows, taken, starts)
    profiles = _profiles(rows, taken, starts, layers, names, dataset)
    profiles["gaps"] = np.array([name in gappy for name in names], dtype=np.bool_)
    layers["key"] = np.repeat(np.array(profiles["key"], dtype=object), sizes)
    of_kept = np.array([name in chosen for name in rows.profile_ids], dtype=np.bool_)
    return Contents(
        layers=layers,
        profiles=profiles,
        refused=tuple(refused),
        rows_read=len(rows.table),
        rows_refused=int(np.sum(~of_kept)),
        rows_above=int(np.sum(of_kept & ~rows.keep)),
        profiles_read=len(orders),
    )


def _layers(rows: Rows, taken: NDArray[np.intp], starts: NDArray[np.intp]) -> Columns:
    values = {variable.field: rows.values[variable.field][taken] for variable in VARIABLES}
    first = np.zeros(taken.size, dtype=np.bool_)
    first[starts] = True
    values["top_cm"] = joined_tops(values["top_cm"], values["bottom_cm"], first)
    layers: Columns = {variable.name: variable.from_table(values[variable.field]) for variable in VARIABLES}
    layers["first"] = first
    layers["line"] = np.asarray(rows.table.lines, dtype=np.int64)[taken]
    layers["source"] = [rows.source[row] for row in taken]
    converted = [""] * len(rows.table)
    for name, flags in rows.flags.items():
        for row, flag in enumerate(flags):
            if flag:
                converted[row] += f"{'; ' if converted[row] else ''}{name}: {flag}"
    layers["converted"] = [converted[row] for row in taken]
    return layers


def _profiles(
    rows: Rows, taken: NDArray[np.intp], starts: NDArray[np.intp], layers: Columns, names: list[str], dataset: str
) -> Columns:
    bounds = [*starts.tolist(), taken.size]
    words = [
        next((word for row in taken[begin:end] if (word := rows.land_use[row])), "") for begin, end in pairwise(bounds)
    ]
    profiles: Columns = {
        "key": [f"{dataset}/{name}" for name in names],
        "ordinal": np.arange(len(names)),
        "profile_id": names,
        "source": [layers["source"][start] for start in starts],
        "latitude": _any(rows.values["latitude"][taken], starts),
        "longitude": _any(rows.values["longitude"][taken], starts),
        "sample_year": _any(layers["sample_year"], starts),
        "land_use": [land_use_class(word) for word in words],
        "land_use_given": words,
        "horizons": np.diff(bounds),
        "depth_m": _deepest(layers, np.ones(taken.size, dtype=np.bool_), starts),
    }
    for name, columns in MEASURED.items():
        has = known(layers, columns)
        profiles[f"{name}_depth_m"] = _deepest(layers, has, starts)
        profiles[f"{name}_throughout_m"] = _unbroken(layers, has, starts)
    return profiles


def _any(values: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """(profile,) the least value of a profile's horizons; places are the same in all of them."""
    return np.fmin.reduceat(values, starts) if starts.size else np.empty(0)


def _deepest(layers: Columns, has: NDArray[np.bool_], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """(profile,) lower limit of the deepest horizon that has a value, m; NaN where none has."""
    if not starts.size:
        return np.empty(0)
    return np.fmax.reduceat(np.where(has, layers["bottom_m"], np.nan), starts)


def _unbroken(layers: Columns, has: NDArray[np.bool_], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """(profile,) depth down to which every horizon from the surface has a value, m; 0 where the first has none."""
    if not starts.size:
        return np.empty(0)
    top, bottom = layers["top_m"], layers["bottom_m"]
    above = np.where(layers["first"], 0.0, np.concatenate([[0.0], bottom[:-1]]))
    broken = ~has | (top > above + DEPTH_TOLERANCE_CM / CM_PER_M)
    ends = np.append(starts[1:], top.size)
    first_break = np.minimum(np.minimum.reduceat(np.where(broken, np.arange(top.size), top.size), starts), ends)
    return np.where(first_break > starts, bottom[first_break - 1], 0.0)
