"""Long-term experiments as one table: stocks by treatment, year and depth, yearly inputs, and the site's climate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.observations.split import Side, sides

Array = NDArray[np.float64]
Names = NDArray[np.str_]

PLANT_DECOMPOSABLE = 0.59
"""Share of decomposable in plant material as RothC divides it (DPM / RPM = 1.44)."""

MANURE_HUMIFIED = 0.02
"""Share of humified matter in farmyard manure as RothC divides it (49 % decomposable, 49 % resistant, 2 % humified)."""


@dataclass(frozen=True)
class Site:
    """Where an experiment is and what its soil and climate are; NaN where the data do not tell.

    Attributes
    ----------
    experiment : name; `group` decides the side.
    latitude, longitude : degrees.
    clay : share of the mass, 1.
    mean_temperature, precipitation : degC, mm/yr.
    start : year in which it began.
    before : what the land was before.
    tillage : depth, m, and kind.
    source : of the measurements, with what it asks to be cited.
    months : climate by calendar month, (12,) each, or empty: degC, mm, mm (potential evapotranspiration).
    series : monthly climate from `series_start` (year, month) on, or empty: degC, mm.
    """

    experiment: str
    group: str
    latitude: float
    longitude: float
    clay: float
    mean_temperature: float
    precipitation: float
    start: int
    before: str
    tillage: str
    tillage_depth: float
    source: str
    months: dict[str, Array] = field(default_factory=dict)
    series: dict[str, Array] = field(default_factory=dict)
    series_start: tuple[int, int] | None = None


@dataclass(frozen=True)
class Stock:
    """One measured stock.

    Attributes
    ----------
    experiment, treatment : names.
    year : calendar year, with its fraction where the date is told; NaN where not.
    top, bottom : m.
    carbon : per mass of fine earth, kg/kg.
    stock : kg C/m2; NaN where the bulk density is unknown.
    error : standard error of `stock`, kg C/m2, of the mean that is given.
    replicates : number of plots or cores in it.
    basis : "fixed depth" or "equivalent mass".
    measured : False for a starting value that the source itself estimated.
    """

    experiment: str
    treatment: str
    year: float
    top: float
    bottom: float
    carbon: float
    stock: float
    error: float
    replicates: int
    basis: str
    measured: bool = True


@dataclass(frozen=True)
class CarbonInput:
    """Carbon that one source brought into the soil of a treatment in a year.

    Attributes
    ----------
    carbon : kg C/m2/yr.
    decomposable, humified : shares as RothC divides them, 1; the rest is resistant. NaN where unknown.
    """

    experiment: str
    treatment: str
    year: int
    source: str
    carbon: float
    decomposable: float = float("nan")
    humified: float = float("nan")


@dataclass(frozen=True)
class Experiment:
    """An experiment as a reader returns it."""

    site: Site
    treatments: dict[str, str]
    stocks: tuple[Stock, ...]
    inputs: tuple[CarbonInput, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Experiments:
    """Several experiments; the columns of all stocks as arrays."""

    experiments: tuple[Experiment, ...]

    def __len__(self) -> int:
        return sum(len(one.stocks) for one in self.experiments)

    @property
    def stocks(self) -> tuple[Stock, ...]:
        """The stocks of all experiments."""
        return tuple(stock for one in self.experiments for stock in one.stocks)

    def column(self, name: str) -> NDArray[np.generic]:
        """Return (stock,) an attribute of all stocks ("year", "stock", "treatment"...)."""
        return np.array([getattr(stock, name) for stock in self.stocks])

    @property
    def group(self) -> Names:
        """(stock,) group of the experiment."""
        return np.array([one.site.group for one in self.experiments for _ in one.stocks], dtype=np.str_)

    @property
    def side(self) -> Names:
        """(stock,) "fit" or "test"."""
        return sides(self.group)

    def of(self, *, side: Side | None = None, experiment: str | None = None) -> Experiments:
        """Return the experiments of a side, or the one of a name."""
        kept = [
            one
            for one in self.experiments
            if (side is None or sides([one.site.group])[0] == side)
            and (experiment is None or one.site.experiment == experiment)
        ]
        return Experiments(tuple(kept))

    def inputs_of(self, experiment: str, treatment: str) -> tuple[Array, Array]:
        """Return (year,) calendar years and (year,) kg C/m2/yr of a treatment, all sources together."""
        found = [
            given
            for one in self.experiments
            for given in one.inputs
            if given.experiment == experiment and given.treatment == treatment
        ]
        years = np.array(sorted({given.year for given in found}), dtype=np.float64)
        total = np.zeros(years.size)
        for given in found:
            total[int(np.searchsorted(years, given.year))] += given.carbon
        return years, total


def mean_of(values: Sequence[float]) -> tuple[float, float, int]:
    """Return mean, its standard error from the replicates and their number, without those missing."""
    known = np.array([value for value in values if np.isfinite(value)])
    if known.size == 0:
        return float("nan"), float("nan"), 0
    error = float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else float("nan")
    return float(known.mean()), error, int(known.size)


def combined(error: float, stock: float, relative: float) -> float:
    """Return the larger of a standard error from replicates and a relative one of the stock, kg C/m2.

    Replicates of one field share what moves all of them between samplings: depth, moisture, method.
    """
    other = float(abs(stock) * relative)
    return max(float(error), other) if np.isfinite(error) else other
