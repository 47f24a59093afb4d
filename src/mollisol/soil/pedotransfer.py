"""Functions that fill what was not measured, by name; adding one is a function and an entry in the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.organic_matter import organic_matter_percent
from mollisol.units import Parameter

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PedotransferFunction:
    """A function that fills a missing soil property.

    Attributes
    ----------
    name : name, used as the flag of what it filled.
    fills : field of `Profile` that it gives.
    needs : fields that it is computed from.
    compute : takes the arrays of `needs`, in their order and units, and returns those of `fills`.
    error : standard deviation of its result, in the unit of `fills`.
    about : what it is, as an equation.
    source : where it comes from.
    """

    name: str
    fills: str
    needs: tuple[str, ...]
    compute: Callable[..., Array]
    error: Parameter
    about: str
    source: str


ORGANIC_DENSITY = Parameter(
    0.244, "g/cm3", 0.1, 0.4, "Adams 1973, J. Soil Sci. 24:10-17", confidence="high", about="Organic matter alone."
)
MINERAL_DENSITY = Parameter(
    1.64, "g/cm3", 1.2, 1.9, "value used with Adams 1973 where no local one is known", confidence="high",
    about="Bulk density of soil without organic matter.",
)  # fmt: skip
DENSITY_ERROR = Parameter(
    0.20, "g/cm3", 0.10, 0.30,
    "root mean square errors of 0.17-0.20 g/cm3 of the best published functions on Brazilian soils (Hierarchical "
    "pedotransfer functions for predicting bulk density in Brazilian soils, Scientia Agricola 81, 2024)",
    confidence="medium", about="Error of a bulk density from carbon.",
)  # fmt: skip


MINERAL_SOIL = 12.0
"""Carbon (%) above which soil counts as organic, and functions made on mineral soil do not hold."""


def adams_1973(organic_carbon_percent: Array) -> Array:
    """Return bulk density (g/cm3) = 100 / (OM / 0.244 + (100 - OM) / 1.64), OM = 1.724 x carbon (%)."""
    matter = organic_matter_percent(organic_carbon_percent)
    return np.asarray(100.0 / (matter / ORGANIC_DENSITY.value + (100.0 - matter) / MINERAL_DENSITY.value))


def manrique_jones_1991(organic_carbon_percent: Array) -> Array:
    """Return bulk density (g/cm3) = 1.660 - 0.318 sqrt(carbon %); NaN above 12 % carbon.

    The curve falls to zero at 27 % carbon: it is one of mineral soil.
    """
    carbon = np.asarray(organic_carbon_percent, dtype=np.float64)
    return np.where(carbon <= MINERAL_SOIL, 1.660 - 0.318 * np.sqrt(carbon), np.nan)


def texture_remainder(first: Array, second: Array) -> Array:
    """Return the third of sand, silt and clay (%) = 100 - the two that are known, not below 0."""
    return np.maximum(100.0 - first - second, 0.0)


LOAM = {
    "sand_percent": Parameter(40.0, "%", 23.0, 52.0, "middle of USDA loam", confidence="low", about="Sand of loam."),
    "silt_percent": Parameter(40.0, "%", 28.0, 50.0, "middle of USDA loam", confidence="low", about="Silt of loam."),
    "clay_percent": Parameter(20.0, "%", 7.0, 27.0, "middle of USDA loam", confidence="low", about="Clay of loam."),
}
NO_STONES = Parameter(
    0.0, "%", 0.0, 99.0, "assumption: what is not reported is not there", confidence="low",
    about="Coarse fragments where none are reported.",
)  # fmt: skip

NEAREST_HORIZON = "nearest_horizon"
NO_COARSE_FRAGMENTS = "no_coarse_fragments"
CARRIED_DOWN = "carried_down"
MISSING = "missing"

TEXTURE_ERROR = Parameter(
    15.0, "%", 5.0, 30.0, "about the spread of sand and clay between soils", confidence="low", about="Of a fallback."
)
STONE_ERROR = Parameter(
    5.0, "%", 0.0, 20.0, "assumption: stones below 5 % often go unreported", confidence="low", about="Of a fallback."
)
REMAINDER_ERROR = Parameter(
    3.0, "%", 1.0, 10.0, "two analyses of about 2 % each", confidence="low", about="Of what two analyses leave."
)


def _constant(parameter: Parameter) -> Callable[..., Array]:
    return lambda: np.asarray(parameter.value)


def _by_difference(part: str) -> PedotransferFunction:
    others = tuple(f"{name}_percent" for name in ("sand", "silt", "clay") if name != part)
    return PedotransferFunction(
        name=f"{part}_by_difference",
        fills=f"{part}_percent",
        needs=others,
        compute=texture_remainder,
        error=REMAINDER_ERROR,
        about="100 % less the other two",
        source="sand, silt and clay make up the fine mineral earth",
    )


def _loam(part: str) -> PedotransferFunction:
    value = LOAM[f"{part}_percent"]
    return PedotransferFunction(
        name=f"loam_{part}",
        fills=f"{part}_percent",
        needs=(),
        compute=_constant(value),
        error=TEXTURE_ERROR,
        about=f"{value.value:g} %, where no horizon has a texture",
        source=value.source,
    )


PEDOTRANSFER: dict[str, PedotransferFunction] = {
    function.name: function
    for function in (
        PedotransferFunction(
            name="adams_1973",
            fills="bulk_density_g_cm3",
            needs=("organic_carbon_percent",),
            compute=adams_1973,
            error=DENSITY_ERROR,
            about="BD = 100 / (OM / 0.244 + (100 - OM) / 1.64)",
            source="Adams 1973, J. Soil Sci. 24:10-17",
        ),
        PedotransferFunction(
            name="manrique_jones_1991",
            fills="bulk_density_g_cm3",
            needs=("organic_carbon_percent",),
            compute=manrique_jones_1991,
            error=DENSITY_ERROR,
            about="BD = 1.660 - 0.318 sqrt(OC)",
            source="Manrique & Jones 1991, Soil Sci. Soc. Am. J. 55:476-481",
        ),
        PedotransferFunction(
            name=NO_COARSE_FRAGMENTS,
            fills="coarse_fragments_percent",
            needs=(),
            compute=_constant(NO_STONES),
            error=STONE_ERROR,
            about="0 %, where no horizon has coarse fragments",
            source=NO_STONES.source,
        ),
        *(_by_difference(part) for part in ("sand", "silt", "clay")),
        *(_loam(part) for part in ("sand", "silt", "clay")),
    )
}
"""The functions that fill gaps, by name."""
