"""Hydraulic properties of each layer from texture, organic matter and stones (Saxton & Rawls 2006)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.soil.organic_matter import organic_matter_percent
from mollisol.units import DAYS_PER_YEAR, InputError, Parameter

Array = NDArray[np.float64]

SOURCE = "Saxton & Rawls 2006, Soil Sci. Soc. Am. J. 70:1569-1578"

# Columns: sand, clay, OM, sand x OM, clay x OM, sand x clay, constant (fractions of mass; OM in percent).
_WILTING = (-0.024, 0.487, 0.006, 0.005, -0.013, 0.068, 0.031)  # equation 1
_FIELD = (-0.251, 0.195, 0.011, 0.006, -0.027, 0.452, 0.299)  # equation 2
_DRAINABLE = (0.278, 0.034, 0.022, -0.018, -0.027, -0.584, 0.078)  # equation 3

MAXIMUM_ORGANIC_MATTER = Parameter(
    8.0, "%", 0.0, 100.0, SOURCE, confidence="high", about="Most organic matter in the regressions' data."
)
MAXIMUM_CLAY = Parameter(
    0.60, "kg/kg", 0.0, 1.0, SOURCE, confidence="high", about="Most clay in the regressions' data."
)
LEAST_WILTING = Parameter(
    0.007,
    "m3/m3",
    0.0,
    0.033,
    "Rawls, Brakensiek & Saxton 1982, Trans. ASAE 25:1316-1320, sand, mean less one standard deviation",
    confidence="high",
    about="Least water content at 1500 kPa: the regression turns negative in clean, humus-free sand.",
)
LEAST_FIELD = Parameter(
    0.018,
    "m3/m3",
    0.0,
    0.091,
    "Rawls, Brakensiek & Saxton 1982, Trans. ASAE 25:1316-1320, sand, mean less one standard deviation",
    confidence="high",
    about="Least water content at 33 kPa.",
)
LEAST_DRAINABLE = Parameter(
    0.02,
    "m3/m3",
    0.0,
    0.05,
    "bound chosen here: the regressions cross in sandy clay with much organic matter",
    confidence="low",
    about="Least pore space that drains between saturation and 33 kPa.",
)
MM_PER_HOUR_IN_M_PER_YEAR = 24.0 * DAYS_PER_YEAR / 1000.0
FIELD_TENSION, WILTING_TENSION = 33.0, 1500.0
"""Tensions at field capacity and wilting point that the regressions are made for, kPa."""


@dataclass(frozen=True)
class Hydraulics:
    """Water retention and conductivity of the whole soil, stones included; every field has one shape.

    Retention between 33 and 1500 kPa: psi = air_entry (theta / saturation)^-b, which passes exactly through
    field capacity and wilting point. Conductivity: K = Ks (theta / saturation)^(3 + 2 b).

    Attributes
    ----------
    wilting_point, field_capacity, saturation : water content at 1500, 33 and 0 kPa, m3/m3 of total volume.
    saturated_conductivity : Ks, m/yr.
    air_entry : tension at which the curve above reaches saturation, kPa, positive. It extrapolates the curve
        beyond 33 kPa; `bubbling_pressure` is the regression's own tension of air entry.
    retention_exponent : b, 1.
    bubbling_pressure : tension at which air enters by the paper's regression, kPa; NaN where it gives none
        (not positive, which happens in some sands).
    extrapolated : True where organic matter or clay lie outside the data of the regressions, or where a
        regression left the physical range. Organic matter and clay are held at the data's limits there (8 %
        and 60 %), water contents at the bounds `LEAST_WILTING`, `LEAST_FIELD` and `LEAST_DRAINABLE`.
    """

    wilting_point: Array
    field_capacity: Array
    saturation: Array
    saturated_conductivity: Array
    air_entry: Array
    retention_exponent: Array
    bubbling_pressure: Array
    extrapolated: NDArray[np.bool_]

    def tension(self, water_content: ArrayLike) -> Array:
        """Return the tension (kPa, positive) at a water content (m3/m3): air_entry (theta / theta_s)^-b."""
        return self.air_entry * (np.asarray(water_content) / self.saturation) ** -self.retention_exponent

    def water_content(self, tension: ArrayLike) -> Array:
        """Return the water content (m3/m3) at a tension (kPa, positive); saturation below the air entry."""
        relative = np.maximum(np.asarray(tension, dtype=np.float64) / self.air_entry, 1.0)
        return self.saturation * relative ** (-1.0 / self.retention_exponent)

    def conductivity(self, water_content: ArrayLike) -> Array:
        """Return the conductivity (m/yr) at a water content (m3/m3): K = Ks (theta / theta_s)^(3 + 2 b)."""
        relative = np.asarray(water_content) / self.saturation
        return self.saturated_conductivity * relative ** (3.0 + 2.0 * self.retention_exponent)


def hydraulics(
    sand: ArrayLike, clay: ArrayLike, organic_carbon_percent: ArrayLike, coarse_fraction: ArrayLike = 0.0
) -> Hydraulics:
    """Return the hydraulic properties of soil by Saxton & Rawls 2006, corrected for stones.

    Water contents of fine earth are multiplied by 1 - R with R the stones' share of the volume, conductivity
    by 2 (1 - R) / (2 + R), which is the paper's equation 22 written for volumes.

    Parameters
    ----------
    sand, clay : mass fractions of the fine mineral earth, 0-1; any shapes that broadcast, NaN stays NaN.
    organic_carbon_percent : organic carbon, % of the fine earth's mass.
    coarse_fraction : coarse fragments, m3/m3 of total volume.

    Raises
    ------
    InputError
        If a fraction lies outside 0-1, sand + clay exceed 1, or carbon is outside 0-100 %.

    Examples
    --------
    >>> loam = hydraulics(sand=0.40, clay=0.20, organic_carbon_percent=1.45)
    >>> float(loam.field_capacity.round(2)), float(loam.wilting_point.round(2))
    (0.28, 0.14)
    """
    shaped = np.broadcast_arrays(sand, clay, organic_carbon_percent, coarse_fraction)
    sand, clay, carbon, stones = (np.asarray(value, dtype=np.float64) for value in shaped)
    _check(sand, clay, carbon, stones)

    matter = organic_matter_percent(carbon)
    extrapolated = (matter > MAXIMUM_ORGANIC_MATTER.value) | (clay > MAXIMUM_CLAY.value)
    matter = np.minimum(matter, MAXIMUM_ORGANIC_MATTER.value)
    held_clay = np.minimum(clay, MAXIMUM_CLAY.value)
    wilting, field, drainable = _water_contents(sand, held_clay, matter)
    saturation = field + drainable - 0.097 * sand + 0.043

    extrapolated |= (wilting < LEAST_WILTING.value) | (field < LEAST_FIELD.value)
    extrapolated |= saturation < field + LEAST_DRAINABLE.value
    wilting = np.maximum(wilting, LEAST_WILTING.value)
    field = np.maximum(field, LEAST_FIELD.value)
    saturation = np.maximum(saturation, field + LEAST_DRAINABLE.value)

    exponent = np.log(WILTING_TENSION / FIELD_TENSION) / np.log(field / wilting)
    air_entry = FIELD_TENSION * (field / saturation) ** exponent
    conductivity = 1930.0 * (saturation - field) ** (3.0 - 1.0 / exponent) * MM_PER_HOUR_IN_M_PER_YEAR
    fine = 1.0 - stones
    return Hydraulics(
        wilting_point=wilting * fine,
        field_capacity=field * fine,
        saturation=saturation * fine,
        saturated_conductivity=conductivity * 2.0 * fine / (2.0 + stones),
        air_entry=air_entry,
        retention_exponent=exponent,
        bubbling_pressure=_bubbling_pressure(sand, held_clay, drainable),
        extrapolated=extrapolated,
    )


def _regression(coefficients: tuple[float, ...], sand: Array, clay: Array, matter: Array) -> Array:
    terms = (sand, clay, matter, sand * matter, clay * matter, sand * clay, np.ones_like(sand))
    total = np.zeros_like(sand)
    for coefficient, term in zip(coefficients, terms, strict=True):
        total = total + coefficient * term
    return total


def _water_contents(sand: Array, clay: Array, matter: Array) -> tuple[Array, Array, Array]:
    """Return the water contents at 1500 kPa, at 33 kPa and between 0 and 33 kPa, with their second step."""
    wilting = _regression(_WILTING, sand, clay, matter)
    field = _regression(_FIELD, sand, clay, matter)
    drainable = _regression(_DRAINABLE, sand, clay, matter)
    return (
        wilting + (0.14 * wilting - 0.02),
        field + (1.283 * field**2 - 0.374 * field - 0.015),
        drainable + (0.636 * drainable - 0.107),
    )


def _bubbling_pressure(sand: Array, clay: Array, drainable: Array) -> Array:
    first = (
        -21.67 * sand - 27.93 * clay - 81.97 * drainable + 71.12 * sand * drainable
        + 8.29 * clay * drainable + 14.05 * sand * clay + 27.16
    )  # fmt: skip
    pressure = first + (0.02 * first**2 - 0.113 * first - 0.70)
    return np.where(pressure > 0.0, pressure, np.nan)


def _check(sand: Array, clay: Array, carbon: Array, stones: Array) -> None:
    for name, value, upper, unit in (
        ("sand", sand, 1.0, "a mass fraction 0-1"),
        ("clay", clay, 1.0, "a mass fraction 0-1"),
        ("organic_carbon_percent", carbon, 100.0, "0-100 %"),
        ("coarse_fraction", stones, 1.0, "a volume fraction 0-1"),
    ):
        wrong = value[(value < 0.0) | (value > upper)]
        if wrong.size:
            raise InputError(f"{wrong.flat[0]:g} is not {unit}", key=name, remedy=f"give {name} as {unit}")
    total = (sand + clay)[(sand + clay) > 1.0 + 1e-9]
    if total.size:
        raise InputError(
            f"sand + clay is {total.flat[0]:g}, more than 1",
            key="sand",
            remedy="give mass fractions of fine earth",
        )
