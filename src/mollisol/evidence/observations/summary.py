"""What a data folder holds: counts by source, land use and side of the split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.observations.carbon_profiles import read_afsp, read_sodah
from mollisol.evidence.observations.experiments import READERS, read_experiments
from mollisol.evidence.observations.he2016 import read_he2016
from mollisol.evidence.observations.incubations import ENTRIES, read_incubations
from mollisol.evidence.observations.minerals import read_accrual, read_minerals
from mollisol.evidence.observations.profiles import ProfileObservations
from mollisol.evidence.observations.split import NEAR, SIDES, close_across
from mollisol.evidence.observations.turnover import read_turnover
from mollisol.units import InputError

Names = NDArray[np.str_]

DOWN_TO = (0.5, 1.0)
"""m; depths to which profiles with carbon and Delta14C are counted."""


@dataclass(frozen=True)
class Row:
    """Counts of one kind of observation: on the side of the fit and on that of the tests.

    Attributes
    ----------
    source, what : what is counted.
    fit, test : number of observations.
    fit_groups, test_groups : number of study groups that they come from.
    """

    source: str
    what: str
    fit: int
    test: int
    fit_groups: int
    test_groups: int


@dataclass(frozen=True)
class Summary:
    """What a data folder holds.

    Attributes
    ----------
    rows : the counts.
    experiments : experiments by side.
    absent : sources that are not in the folder, with the file that is missing.
    notes : what readers left out, by source.
    close : pairs of places of different sides nearer than 5 km; the split promises none.
    """

    rows: tuple[Row, ...]
    experiments: dict[str, tuple[str, ...]]
    absent: tuple[str, ...]
    notes: tuple[str, ...]
    close: tuple[tuple[str, str, float], ...]

    def __str__(self) -> str:
        lines = ["| source | what | fit (studies) | test (studies) |", "|---|---|---|---|"]
        lines += [
            f"| {row.source} | {row.what} | {row.fit:,} ({row.fit_groups}) | {row.test:,} ({row.test_groups}) |"
            for row in self.rows
        ]
        lines += ["", *(f"experiments, {side}: {', '.join(of) or 'none'}" for side, of in self.experiments.items())]
        lines += ["", f"places of different sides within {NEAR:g} km: {len(self.close)}"]
        lines += [f"absent: {one}" for one in self.absent]
        return "\n".join([*lines, *self.notes]) + "\n"


def summary(folder: str | Path) -> Summary:
    """Count what the readers find in a data folder; a source that is not there is named, not counted.

    `print(summary(folder))` writes it as a table.
    """
    rows: list[Row] = []
    absent: list[str] = []
    notes: list[str] = []
    places: list[tuple[NDArray[np.float64], NDArray[np.float64], Names]] = []
    experiments: dict[str, list[str]] = {side: [] for side in SIDES}

    def profiles(name: str, read: Callable[[str | Path], ProfileObservations]) -> None:
        found = read(folder)
        for use in sorted(set(found.land_use)):
            one = found.of(land_use=str(use))
            rows.append(_row(name, f"profiles, {use}", one.side, one.group))
            for depth in DOWN_TO:
                deep = one.of(down_to=depth)
                if len(deep):
                    what = f"profiles, {use}, carbon and Delta14C to {100 * depth:.0f} cm"
                    rows.append(_row(name, what, deep.side, deep.group))
        notes.extend(f"{name}: {note}" for note in found.notes)
        places.append((found.latitude, found.longitude, found.group))

    def turnover() -> None:
        found = read_turnover(folder)
        for biome in sorted(set(found.biome)):
            one = found.of(biome=str(biome))
            rows.append(_row("turnover", f"profiles, {biome}", one.side, one.group))
        places.append((found.latitude, found.longitude, found.group))

    def minerals() -> None:
        found = read_minerals(folder)
        for use in sorted(set(found.land_use)):
            one = found.of(land_use=str(use))
            rows.append(_row("georgiou2022", f"mineral shares, {use}", one.side, one.group))
        notes.extend(f"georgiou2022: {note}" for note in found.notes)
        places.append((found.latitude, found.longitude, found.group))
        rates = read_accrual(folder)
        rows.append(_row("georgiou2022", "rates of accrual", rates.side, rates.group))

    def experiment(name: str) -> None:
        found = read_experiments(folder, [name])
        known = np.isfinite(found.column("stock").astype(np.float64)) & found.column("measured").astype(np.bool_)
        rows.append(_row(name, "measured stocks", found.side[known], found.group[known]))
        site = found.experiments[0].site
        experiments[str(found.side[0])].append(name)
        group = np.array([site.group])
        places.append((np.array([site.latitude]), np.array([site.longitude]), group))

    def incubation(name: str) -> None:
        found = read_incubations(folder, [name])
        side, group = np.array([jar.side for jar in found]), np.array([jar.group for jar in found])
        rows.append(_row("sidb", f"jars, {name}", side, group))

    tasks: list[Callable[[], None]] = [
        lambda: profiles("he2016", read_he2016),
        lambda: profiles("sodah", read_sodah),
        lambda: profiles("afsp", read_afsp),
        turnover,
        minerals,
        *(lambda name=name: experiment(name) for name in READERS),
        *(lambda name=name: incubation(name) for name in ENTRIES),
    ]
    for task in tasks:
        try:
            task()
        except InputError as error:
            if error.file is None or Path(error.file).exists():
                raise
            absent.append(error.file)
    latitude, longitude, group = (
        (np.concatenate([one[part] for one in places]) for part in range(3)) if places else (np.zeros(0),) * 3
    )
    return Summary(
        tuple(rows),
        {side: tuple(names) for side, names in experiments.items()},
        tuple(dict.fromkeys(absent)),
        tuple(notes),
        tuple(close_across(latitude, longitude, list(group))),
    )


def _row(source: str, what: str, side: Names, group: Names) -> Row:
    fit, test = side == "fit", side == "test"
    return Row(source, what, int(fit.sum()), int(test.sum()), len(set(group[fit])), len(set(group[test])))
