"""The columns of a climate table: field, unit, valid range, and what a value outside it probably is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of the climate table.

    Attributes
    ----------
    name : as written in the table.
    field : the attribute of `Climate` that holds it.
    lower, upper : a value outside is impossible; `upper` of a sum is per day.
    hint : what a value outside the range usually means, and what to do.
    required : whether every table has it.
    total : whether it is a total over the row's period (else a mean).
    standard_names : CF standard names that mean the same, for NetCDF.
    aliases : names of the same variable in CMIP and CORDEX files, for NetCDF.
    """

    name: str
    field: str
    lower: float
    upper: float
    hint: str
    required: bool = False
    total: bool = False
    standard_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


COLUMNS: tuple[Column, ...] = (
    Column("temperature_c", "temperature", -90.0, 60.0, "give degC (kelvin minus 273.15)", required=True,
           standard_names=("air_temperature",), aliases=("tas",)),
    Column("precipitation_mm", "precipitation", 0.0, 2000.0, "give the row's total in mm, never negative",
           required=True, total=True,
           standard_names=("precipitation_amount", "precipitation_flux", "lwe_thickness_of_precipitation_amount"),
           aliases=("pr",)),
    Column("temperature_min_c", "temperature_min", -95.0, 60.0, "give degC (kelvin minus 273.15)",
           aliases=("tasmin",)),
    Column("temperature_max_c", "temperature_max", -90.0, 65.0, "give degC (kelvin minus 273.15)",
           aliases=("tasmax",)),
    Column("pet_mm", "pet", 0.0, 30.0, "give the row's total in mm, never negative", total=True,
           standard_names=("water_potential_evaporation_amount", "water_potential_evaporation_flux"),
           aliases=("evspsblpot",)),
    Column("radiation_mj_m2", "radiation", 0.0, 50.0,
           "give the daily mean in MJ/m2 per day (W/m2 times 0.0864)",
           standard_names=("surface_downwelling_shortwave_flux_in_air",), aliases=("rsds",)),
    Column("wind_m_s", "wind", 0.0, 60.0, "give m/s at 2 m above ground (km/h divided by 3.6)",
           standard_names=("wind_speed",), aliases=("sfcWind",)),
    Column("relative_humidity_percent", "relative_humidity", 0.0, 100.0, "give percent, 0 to 100",
           standard_names=("relative_humidity",), aliases=("hurs",)),
)  # fmt: skip
"""Every column beside `date` or `month`."""

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

OPTIONAL_FIELDS: tuple[str, ...] = tuple(column.field for column in COLUMNS if not column.required)
