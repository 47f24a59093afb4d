"""What to select from an archive, checked, and as a condition in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mollisol.soil.archive.variables import MEASURED
from mollisol.soil.columns import DEPTH_TOLERANCE_CM
from mollisol.units import CM_PER_M, InputError, nearest

Condition = tuple[str, list[Any]]


@dataclass(frozen=True)
class Selection:
    """Which profiles of an archive are wanted; all conditions must hold.

    Attributes
    ----------
    box : west, south, east, north, degrees; west > east crosses the date line. Profiles without a place lie in none.
    depth_m : depth, m, to which everything in `measured` must be known (organic carbon where nothing is named): the
        lower limit of the deepest horizon that has it.
    measured : of `MEASURED`: what must have been measured.
    throughout : what is named must be known in every horizon from the surface to `depth_m` (without one: to where
        organic carbon is known), not only in the deepest.
    land_use : classes of `mollisol.soil.land_use`, or words of the sources; one must fit.
    source : datasets, readers, or parts of the names of sources; one must fit.
    gaps : also profiles with gaps in depth or in carbon.
    repeats : also profiles that repeat another.
    """

    box: tuple[float, float, float, float] | None = None
    depth_m: float = 0.0
    measured: tuple[str, ...] = ()
    throughout: bool = False
    land_use: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    gaps: bool = False
    repeats: bool = False

    def __post_init__(self) -> None:
        for name in self.measured:
            if name not in MEASURED:
                like = nearest(name, MEASURED)
                meant = f"did you mean {like!r}? " if like else ""
                raise InputError(
                    f"{name!r} is nothing that the archive knows to have been measured",
                    key="measured",
                    remedy=f"{meant}Known are {', '.join(MEASURED)}",
                )
        if not 0.0 <= self.depth_m <= 30.0:
            raise InputError(
                f"a depth of {CM_PER_M * self.depth_m:g} cm is outside 0 to 3000 cm",
                key="depth",
                remedy="give the depth in cm below the surface",
            )
        if self.box is not None:
            west, south, east, north = self.box
            if not (-180.0 <= west <= 180.0 and -180.0 <= east <= 180.0 and -90.0 <= south <= north <= 90.0):
                raise InputError(
                    f"{', '.join(f'{side:g}' for side in self.box)} is no box on the earth",
                    key="box",
                    remedy="give west,south,east,north in degrees: longitudes -180 to 180, latitudes -90 to 90, south "
                    "below north",
                )

    def condition(self) -> Condition:
        """Return what must hold besides `gaps` and `repeats`, as SQL over the table of profiles with its parameters."""
        parts: list[str] = ["TRUE"]
        values: list[Any] = []
        if self.box is not None:
            west, south, east, north = self.box
            joined = "AND" if west <= east else "OR"
            parts.append(f"latitude BETWEEN ? AND ? AND (longitude >= ? {joined} longitude <= ?)")
            values += [south, north, west, east]
        # Depths that differ by rounding only are one depth.
        depth = max(self.depth_m - DEPTH_TOLERANCE_CM / CM_PER_M, 0.0)
        for name in self.measured or ("soc",):
            if self.throughout:
                least = "?" if self.depth_m > 0.0 else f"soc_depth_m - ? - {DEPTH_TOLERANCE_CM / CM_PER_M!r}"
                parts.append(f"{name}_depth_m > 0 AND {name}_throughout_m >= {least}")
            else:
                parts.append(f"{name}_depth_m >= ?")
            values.append(depth)
        if self.land_use:
            parts.append("(" + " OR ".join(["land_use = ? OR lower(land_use_given) = ?"] * len(self.land_use)) + ")")
            values += [word.lower() for word in self.land_use for _ in range(2)]
        if self.source:
            parts.append("(" + " OR ".join([SOURCE_FITS] * len(self.source)) + ")")
            values += [word.lower() for word in self.source for _ in range(3)]
        return " AND ".join(f"({part})" for part in parts), values


SOURCE_FITS = "lower(dataset) = ? OR reader = ? OR contains(lower(source), ?)"
"""Whether a profile comes from a source, SQL with the word three times."""
