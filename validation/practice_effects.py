"""What practices do in 20 years on one site, and whether that lies where it was published.

Differences to the baseline are cumulated from the surface, Mg C/ha; any interval of depth is a difference of two.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

YEARS = 20
DEPTHS = (10.0, 20.0, 30.0, 40.0, 60.0, 100.0, 200.0)
"""cm, to which differences are cumulated."""

MG_HA = 10.0
"""Mg/ha in a kg/m2."""

RANGES = Path(__file__).with_name("practice_ranges.csv")
REASONS = Path(__file__).with_name("practice_misses.csv")
INTERVALS = {"whole": (0.0, 200.0)}
MEASURES = ("rate", "change", "percent", "retained", "none")


@dataclass(frozen=True)
class Published:
    """What was published of a practice.

    Attributes
    ----------
    practice : its name in the library.
    measure : rate (t C/ha/yr), change (Mg C/ha), percent (of the stock), retained (share of the carbon brought), none.
    depth : interval in cm, such as "0-30", or whole; "" where the practice is only listed.
    low, high : the range, in the unit of the measure.
    sign : + or - where one is agreed on.
    source, confidence, note : where it comes from, and what to know.
    """

    practice: str
    measure: str
    depth: str
    low: float
    high: float
    sign: str
    source: str
    confidence: str
    note: str

    @property
    def bounds(self) -> tuple[float, float]:
        """Upper and lower depth, cm."""
        if self.depth in INTERVALS:
            return INTERVALS[self.depth]
        upper, lower = (self.depth or "0-200").split("-")
        return float(upper), float(lower)

    def in_words(self) -> str:
        """Return the range as a cell of a table."""
        if self.measure == "none":
            return {"+": "gain, no size", "-": "loss, no size"}.get(self.sign, "no figure")
        unit = {"rate": "t C/ha/yr", "change": "Mg C/ha", "percent": "%", "retained": "of what is brought"}
        return f"{self.low:g} to {self.high:g} {unit[self.measure]}"


def published(path: Path = RANGES) -> list[Published]:
    """Read the table of published ranges."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Published(
            row["practice"], row["measure"], row["depth_cm"], _number(row["low"]), _number(row["high"]), row["sign"],
            row["source"], row["confidence"], row["note"],
        )
        for row in rows
    ]  # fmt: skip


def reasons(path: Path = REASONS) -> dict[tuple[str, str], str]:
    """Read why a practice misses, by (practice, above, below or sign)."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["practice"], row["miss"]): row["reason"] for row in csv.DictReader(file)}


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def site_effects(study: Path, members: int, names: Sequence[str] = (), parameters: str | None = None) -> dict[str, Any]:
    """Run practices of the library with their defaults on a site.

    Parameters
    ----------
    study : its file; the run has `YEARS` years, whatever the file says.
    members : draws beside the best estimate; 1 for the best estimate alone.
    names : practices; all where none are named.
    parameters : parameter set instead of the default one.

    Returns
    -------
    name, stock (of the baseline at the end, cumulated), balance, input, warnings, skipped, and by practice `gain` and
    `equal_mass` (member, depth), cumulated, the best estimate first, and of the best estimate `brought`, the carbon
    that enters beyond the baseline, and `pools`, the gain of the whole profile by pool.
    """
    from mollisol.study import load_spec
    from mollisol.study.comparison import asked_practices
    from mollisol.study.comparison.runs import run_plans
    from mollisol.study.equal_mass import soc_at_equal_mass
    from mollisol.study.prepared import prepare_plans

    spec = load_spec(study)
    model = spec.model if parameters is None else spec.model.model_copy(update={"parameter_set": parameters})
    years = spec.years.model_copy(update={"end": spec.years.start + YEARS - 1})
    spec = spec.model_copy(update={"ensemble": members, "years": years, "practices": (), "model": model})
    spec, skipped = asked_practices(spec, everything=not names, names=names)
    ready = prepare_plans(spec, best=True)
    runs = run_plans(ready, 1)
    grid, count = ready.place.grid, len(ready.names)
    share = np.stack([grid.depth_share(depth / 100.0) for depth in DEPTHS])
    order = [runs.best, *(n for n in range(ready.members) if n != runs.best)]
    fixed, mass = runs.soc[:count], runs.mass[:count]
    stocks = {
        "gain": fixed[:, :, -1],
        "equal_mass": soc_at_equal_mass(fixed[:, :, [0, -1]], mass[:, :, [0, -1]])[:, :, 1],
    }
    cumulated = {name: MG_HA * np.einsum("pml,dl->pmd", stock, share)[:, order] for name, stock in stocks.items()}
    brought = _brought(ready, runs.best)
    pools = MG_HA * runs.ended[:count, runs.best].sum(axis=1)
    found = {
        name: {
            **{kind: (one[row] - one[0]).tolist() for kind, one in cumulated.items()},
            "brought": float(brought[row] - brought[0]),
            "pools": dict(zip(ready.model.pool_names, (pools[row] - pools[0]).tolist(), strict=True)),
        }
        for row, name in enumerate(ready.names)
        if row
    }
    return {
        "name": spec.name,
        "stock": cumulated["gain"][0].tolist(),
        "balance": ready.start.balance[1:, runs.best].tolist(),
        "input": float(brought[0]) / YEARS,
        "warnings": list(ready.start.warnings),
        "skipped": {one.name: one.reason for one in skipped},
        "practices": found,
    }


def _brought(ready: Any, member: int) -> Array:
    """Return (practice,) the carbon that enters in all years, Mg C/ha."""
    amounts = ready.inputs.amount(ready.above, ready.below)
    whole = MG_HA * amounts.mean(axis=0).sum(axis=0) * YEARS
    return np.asarray(ready.fields.mean(whole, ready.members)).reshape(-1, ready.members)[: len(ready.names), member]


def between(cumulated: Any, upper: float, lower: float) -> Array:
    """Return (...,) what lies between two depths, cm, of values (..., depth) cumulated to `DEPTHS`."""
    values = np.asarray(cumulated, dtype=np.float64)
    padded = np.concatenate([np.zeros((*values.shape[:-1], 1)), values], axis=-1)
    at = [0.0, *DEPTHS]
    return np.asarray(padded[..., at.index(lower)] - padded[..., at.index(upper)])


@dataclass(frozen=True)
class Verdict:
    """A practice on a site against a range: values in the unit of the range, the best estimate and its interval."""

    site: str
    best: float
    low: float
    high: float
    miss: str

    @property
    def nothing(self) -> bool:
        """Whether the practice changes nothing on this site."""
        return self.best == 0.0 and self.low == 0.0 and self.high == 0.0


UNCHANGED = 0.005
"""Mg C/ha below which nothing has changed."""


def verdicts(row: Published, sites: Mapping[str, Mapping[str, Any]]) -> list[Verdict]:
    """Judge a practice on every site where it could be done.

    A miss is `above` or `below` the range, or `sign` where it has the wrong sign; "" where the best estimate lies in
    the range, or where there is neither range nor sign. A practice that changes nothing is no miss.
    """
    found = []
    for site, result in sites.items():
        one = result["practices"].get(row.practice)
        if one is None:
            continue
        gain = between(one["gain"], *row.bounds)
        if np.max(np.abs(gain)) < UNCHANGED:
            found.append(Verdict(site, 0.0, 0.0, 0.0, ""))
            continue
        value = gain / _unit(row, one, result)
        best, low, high = float(value[0]), float(value.min()), float(value.max())
        miss = ""
        if row.measure != "none" and best > row.high:
            miss = "above"
        elif row.measure != "none" and best < row.low:
            miss = "below"
        if (row.sign == "+" and best < 0.0) or (row.sign == "-" and best > 0.0):
            miss = "sign"
        found.append(Verdict(site, best, low, high, miss))
    return found


def _unit(row: Published, one: Mapping[str, Any], site: Mapping[str, Any]) -> float:
    if row.measure == "rate":
        return float(YEARS)
    if row.measure == "percent":
        return float(between(site["stock"], *row.bounds)[0]) / 100.0
    return float(one["brought"]) if row.measure == "retained" else 1.0
