"""The archive's columns: SI units, and how they follow from the profile table's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ArchiveVariable:
    """One number of a layer.

    Attributes
    ----------
    name : column of the archive; it ends in the unit where there is one.
    field : column of the profile table.
    unit : the archive's unit.
    multiply, divide : the archive's value is the table's, multiplied and divided by these.
    measured : what a query calls it; "" for what is no measurement.
    rounding : half of the last digit that sources commonly publish, in the archive's unit.
    """

    name: str
    field: str
    unit: str
    multiply: float = 1.0
    divide: float = 1.0
    measured: str = ""
    rounding: float = 0.0

    def from_table(self, values: Array) -> Array:
        """Return the archive's values of the profile table's."""
        return values * self.multiply / self.divide


VARIABLES = (
    ArchiveVariable("top_m", "top_cm", "m", divide=100.0),
    ArchiveVariable("bottom_m", "bottom_cm", "m", divide=100.0),
    ArchiveVariable(
        "organic_carbon_kg_kg", "organic_carbon_percent", "kg/kg", divide=100.0, measured="soc_content", rounding=5e-5
    ),
    ArchiveVariable(
        "organic_carbon_kg_m2", "organic_carbon_stock_kg_m2", "kg/m2", measured="soc_stock", rounding=0.005
    ),
    ArchiveVariable(
        "bulk_density_kg_m3", "bulk_density_g_cm3", "kg/m3", multiply=1000.0, measured="bulk_density", rounding=5.0
    ),
    ArchiveVariable("clay_kg_kg", "clay_percent", "kg/kg", divide=100.0, measured="clay", rounding=0.005),
    ArchiveVariable("silt_kg_kg", "silt_percent", "kg/kg", divide=100.0, measured="silt", rounding=0.005),
    ArchiveVariable("sand_kg_kg", "sand_percent", "kg/kg", divide=100.0, measured="sand", rounding=0.005),
    ArchiveVariable(
        "coarse_fragments_m3_m3", "coarse_fragments_percent", "m3/m3", divide=100.0, measured="coarse_fragments",
        rounding=0.005,
    ),
    ArchiveVariable("ph_h2o", "ph_h2o", "1", measured="ph", rounding=0.05),
    ArchiveVariable("delta14c_permil", "delta14c_permil", "permil", measured="delta14c", rounding=0.5),
    ArchiveVariable(
        "mineral_carbon_kg_kg", "mineral_carbon_percent", "kg/kg", divide=100.0, measured="mineral_carbon",
        rounding=0.005,
    ),
    ArchiveVariable("sample_year", "sample_year", "yr"),
)  # fmt: skip
"""The numbers of a layer."""

CARBON = tuple(variable for variable in VARIABLES if variable.measured in ("soc_content", "soc_stock"))
COMPARED = tuple(variable for variable in VARIABLES if variable.measured)
"""What tells whether two profiles are the same one."""

MEASURED: dict[str, tuple[str, ...]] = {
    "soc": tuple(variable.name for variable in CARBON),
    **{variable.measured: (variable.name,) for variable in COMPARED},
}
"""What a query can ask to have been measured, with the columns of which one is needed."""


def rounded(value: float) -> float:
    """Return a value without what the conversions of units have added: 15 significant digits.

    A figure of up to 15 digits that was divided by 100 and multiplied again comes back as it was written.
    """
    return float(f"{value:.15g}")


def units() -> dict[str, str]:
    """Return the unit of every number of a layer, by column."""
    return {variable.name: variable.unit for variable in VARIABLES}


def known(layers: dict[str, Any], names: tuple[str, ...]) -> NDArray[np.bool_]:
    """(row,) whether any of these columns has a value."""
    return np.asarray(~np.all([np.isnan(layers[name]) for name in names], axis=0))
