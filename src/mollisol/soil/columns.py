"""The columns of the profile table: name, unit, range of possible values, what they mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A numeric column of the profile table.

    Attributes
    ----------
    name : field of `Profile` and column of the table.
    unit : unit of the values.
    lower, upper : values outside are impossible.
    about : what it is.
    remedy : what a value outside usually means.
    """

    name: str
    unit: str
    lower: float
    upper: float
    about: str
    remedy: str


NUMERIC = {
    column.name: column
    for column in (
        Column(
            "top_cm", "cm", 0.0, 3000.0, "upper limit of the horizon below the soil surface",
            "count depths downwards from the surface of the soil, in cm; leave out litter above it",
        ),
        Column(
            "bottom_cm", "cm", 0.0, 3000.0, "lower limit of the horizon below the soil surface",
            "count depths downwards from the surface of the soil, in cm; leave out litter above it",
        ),
        Column(
            "organic_carbon_percent", "%", 0.0, 60.0, "organic carbon, % of the mass of fine earth",
            "values in g/kg go into a column organic_carbon_g_kg; leave a missing value empty",
        ),
        Column(
            "organic_carbon_stock_kg_m2", "kg/m2", 0.0, 600.0, "organic carbon of the horizon, stones accounted for",
            "give kg of carbon per m2 and horizon (t/ha divided by 10); leave a missing value empty",
        ),
        Column(
            "bulk_density_g_cm3", "g/cm3", 0.01, 2.65, "mass of fine earth per volume of fine earth",
            "give g/cm3 (kg/m3 divided by 1000); leave a missing value empty",
        ),
        Column(
            "clay_percent", "%", 0.0, 100.0, "clay (< 2 um), % of the mass of fine mineral earth",
            "give percent (g/kg divided by 10); leave a missing value empty",
        ),
        Column(
            "silt_percent", "%", 0.0, 100.0, "silt (2-50 um), % of the mass of fine mineral earth",
            "give percent (g/kg divided by 10); leave a missing value empty",
        ),
        Column(
            "sand_percent", "%", 0.0, 100.0, "sand (50 um-2 mm), % of the mass of fine mineral earth",
            "give percent (g/kg divided by 10); leave a missing value empty",
        ),
        Column(
            "coarse_fragments_percent", "%", 0.0, 99.0, "fragments > 2 mm, % of the soil's volume",
            "give percent of the volume; leave a missing value empty",
        ),
        Column(
            "ph_h2o", "1", 1.5, 12.5, "pH in water",
            "give the pH in water; leave a missing value empty",
        ),
        Column(
            "delta14c_permil", "permil", -1000.0, 2000.0, "Delta14C of the organic carbon",
            "give Delta14C in permil, not fraction modern; leave a missing value empty",
        ),
        Column(
            "mineral_carbon_percent", "%", 0.0, 100.0, "mineral-associated carbon, % of the organic carbon",
            "give the share of the organic carbon that is on minerals, not g/kg; leave a missing value empty",
        ),
        Column(
            "sample_year", "yr", 1800.0, 2100.0, "year of sampling",
            "give the year as four digits; leave a missing value empty",
        ),
        Column(
            "latitude", "degrees", -90.0, 90.0, "latitude, north positive",
            "give decimal degrees, -90 to 90; latitude and longitude may be exchanged",
        ),
        Column(
            "longitude", "degrees", -180.0, 180.0, "longitude, east positive",
            "give decimal degrees, -180 to 180",
        ),
    )
}  # fmt: skip
"""Numeric columns by name, in the table's order."""

HORIZON_FIELDS = tuple(name for name in NUMERIC if name not in ("latitude", "longitude"))
"""The numeric fields that each horizon has of its own."""

TEXTURE = ("sand_percent", "silt_percent", "clay_percent")

CARBON_GIVEN_AS = ("organic_carbon_percent", "organic_carbon_g_kg", "organic_carbon_stock_kg_m2")
"""The ways to give carbon in the plain table: exactly one."""

PLAIN_COLUMNS = (
    "profile_id", "top_cm", "bottom_cm", *CARBON_GIVEN_AS,
    *(name for name in NUMERIC if name not in ("top_cm", "bottom_cm", *CARBON_GIVEN_AS)), "source",
)  # fmt: skip
"""Every column that the plain table knows."""

MINIMUM_DEPTH_CM = 10.0
"""A profile must have carbon to this depth: less says nothing about its decrease with depth."""

DEPTH_TOLERANCE_CM = 0.01
"""Horizon limits nearer than this are taken as one: the width of rounding, far below what a spade can tell."""
