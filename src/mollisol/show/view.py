"""A result as plain arrays in a fixed order of axes, with its grid and its usable members."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.show.context import Array
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2, RunError

if TYPE_CHECKING:
    import xarray as xr

BASELINE = "baseline"
AXES = ("practice", "member", "choice", "time", "month", "layer")
REPORT_EDGES = (0.0, 0.3, 1.0, 2.0)
"""Interfaces of the depth intervals that tables use, m."""


@dataclass(frozen=True)
class Interval:
    """A depth interval of the report: `label` in cm for people, `top` and `bottom` in m."""

    label: str
    top: float
    bottom: float

    @property
    def key(self) -> str:
        """The label for programs: `0-30`, `whole`."""
        return "whole" if self.label.startswith("whole") else self.label.replace("–", "-")

    @property
    def name(self) -> str:
        """The label with its unit, as a heading."""
        return self.label if self.label.startswith("whole") else f"{self.label} cm"


def cm(depth: float) -> str:
    """Return a depth in m as centimetres, without needless decimals.

    Examples
    --------
    >>> cm(0.3)
    '30'
    """
    return f"{round(depth * CM_PER_M, 2):g}"


def span(top: float, bottom: float) -> str:
    """Return `top`-`bottom` (m) in cm with an en dash."""
    return f"{cm(top)}–{cm(bottom)}"


class ResultView:
    """The arrays of a result (`result.nc`) that the report uses.

    A member in which SOC is not finite for every practice is left out of every number, so that practices stay
    paired; `dropped` says how many there were.

    Parameters
    ----------
    result : dataset with the variables and dimensions of `result.nc`.

    Raises
    ------
    RunError
        If `soc` or `layer_bounds` is missing, there is no baseline, or no member is finite.
    """

    def __init__(self, result: xr.Dataset) -> None:
        for name in ("soc", "layer_bounds"):
            if name not in result:
                raise RunError(f"the result has no '{name}', so there is nothing to report")
        self._result = result
        self.practices = [str(name) for name in result["practice"].values]
        if BASELINE not in self.practices:
            raise RunError(f"the result has no practice '{BASELINE}' to compare with; it has {self.practices}")
        self.baseline = self.practices.index(BASELINE)
        bounds = np.asarray(result["layer_bounds"].transpose("layer", ...).values, dtype=np.float64)
        self.grid = Grid(np.append(bounds[:, 0], bounds[-1, 1]))
        self.dates: NDArray[np.datetime64] = result["time"].values.astype("datetime64[D]")
        soc = result["soc"].transpose("practice", "member", "time", "layer").values
        self._usable = np.isfinite(soc).all(axis=(0, 2, 3))
        self.members = int(self._usable.sum())
        self.dropped = int(self._usable.size - self.members)
        if not self.members:
            raise RunError("no member of the ensemble has finite SOC in every practice, layer and year")
        self.soc: Array = np.asarray(soc[:, self._usable], dtype=np.float64)

    @cached_property
    def usable(self) -> xr.Dataset:
        """The result without the members that are left out."""
        return self._result.isel(member=self._usable)

    @property
    def others(self) -> list[int]:
        """Positions of the practices that are compared with the baseline."""
        return [index for index in range(len(self.practices)) if index != self.baseline]

    @property
    def years(self) -> int:
        """How many years were simulated."""
        return len(self.dates) - 1

    @property
    def year_ends(self) -> NDArray[np.float64]:
        """(time,) the dates as calendar years: 2026.0 is the end of 2025."""
        days = (self.dates - self.dates.astype("datetime64[Y]")).astype(float)
        return np.asarray(self.dates.astype("datetime64[Y]").astype(float) + 1970.0 + days / 365.25)

    @cached_property
    def intervals(self) -> list[Interval]:
        """0-30, 30-100, 100-200 cm and the whole profile, as far as the grid reaches (and what is deeper)."""
        bottom = self.grid.bottom
        edges = [edge for edge in REPORT_EDGES if edge < bottom - 1e-9] + [bottom]
        parts = [Interval(span(top, low), top, low) for top, low in pairwise(edges)]
        return [*parts, Interval("whole profile", 0.0, bottom)]

    def values(self, name: str) -> Array | None:
        """Return a variable of the usable members, axes in the order of `AXES`; None where it is missing."""
        if name not in self._result:
            return None
        variable = self._result[name]
        variable = variable.transpose(*(axis for axis in AXES if axis in variable.dims))
        array = np.asarray(variable.values, dtype=np.float64)
        return array[:, self._usable] if "member" in variable.dims else array

    def in_interval(self, amount: Array, top: float, bottom: float) -> Array:
        """Sum amounts per layer (layer last) over a depth interval (m), mass-preserving."""
        return self.in_rows(amount, [top, bottom])[..., 0]

    def in_rows(self, amount: Array, edges: list[float]) -> Array:
        """Move amounts per layer (layer last) to rows between `edges` (m), mass-preserving.

        The rows need not start at the surface nor reach the bottom: what lies outside is left out.
        """
        own = edges if edges[0] == 0.0 else [0.0, *edges]
        moved = self.grid.remap(np.moveaxis(amount, -1, 0), Grid(own))
        return np.moveaxis(moved, 0, -1)[..., len(own) - len(edges) :]

    @cached_property
    def stocks(self) -> Array:
        """(interval, practice, member, time) SOC of each depth interval, Mg C/ha."""
        return MG_HA_PER_KG_M2 * np.stack(
            [self.in_interval(self.soc, part.top, part.bottom) for part in self.intervals]
        )

    def per_10_cm(self, amount: Array) -> Array:
        """Turn kg/m2 per layer (layer last) into Mg/ha per 10 cm of depth."""
        return amount * MG_HA_PER_KG_M2 * 0.1 / self.grid.thickness

    def moment(self, index: int) -> str:
        """Return the date of a time index in words: the end of a year, or the start of the run."""
        date = self.dates[index]
        year = int(date.astype("datetime64[Y]").astype(int)) + 1970
        first = date == date.astype("datetime64[Y]")
        if not first:
            return str(date)
        return f"start of {year}" if index == 0 else f"end of {year - 1}"


@dataclass(frozen=True)
class Spread:
    """Mean over members with the 5 and 95 % quantiles; these are NaN where there is one member only."""

    mean: float
    low: float
    high: float

    @property
    def sign_certain(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.low > 0.0 or self.high < 0.0


def spread_along(values: Array, axis: int = 0) -> tuple[Array, Array, Array]:
    """Return mean, 5 % and 95 % quantile over members along `axis`; quantiles are NaN for a single member."""
    mean = values.mean(axis=axis)
    if values.shape[axis] < 2:
        missing = np.full_like(mean, np.nan)
        return mean, missing, missing
    low, high = np.quantile(values, [0.05, 0.95], axis=axis)
    return mean, low, high


def spread(values: Array) -> Spread:
    """Return the `Spread` of one number over members."""
    return Spread(*(float(part) for part in spread_along(np.asarray(values, dtype=np.float64))))


def probability_of_gain(difference: Array) -> float:
    """Return the share of members in which a difference is > 0.

    NaN where there is one member only, and where all differences are exactly zero (nothing has been changed
    yet, so that neither gain nor loss is probable).
    """
    if difference.size < 2 or not np.any(difference):
        return float("nan")
    return float(np.mean(difference > 0.0))
