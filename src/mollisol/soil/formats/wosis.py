"""WoSIS layer tables (ISRIC): one row per layer, `*_value_avg` columns."""

from __future__ import annotations

from mollisol.soil.formats.conversions import fine_earth_density_where_missing
from mollisol.soil.formats.format import Format
from mollisol.soil.formats.rows import Rows
from mollisol.soil.problems import raise_problems
from mollisol.soil.tables import Table

REQUIRED = ("profile_id", "upper_depth", "lower_depth", "orgc_value_avg")


def read(table: Table) -> Rows:
    """Read WoSIS layers: carbon g/kg, fine-earth density kg/dm3, texture % of mass, coarse fragments % of volume."""
    rows = Rows(table)
    raise_problems(rows.require(REQUIRED, "WoSIS layer"))
    rows.profile_ids = rows.text("profile_id")
    rows.number("top_cm", "upper_depth")
    rows.number("bottom_cm", "lower_depth")
    rows.number("organic_carbon_percent", "orgc_value_avg", divide=10.0)
    rows.number("bulk_density_g_cm3", "bdfiod_value_avg")
    rows.number("clay_percent", "clay_value_avg")
    rows.number("silt_percent", "silt_value_avg")
    rows.number("sand_percent", "sand_value_avg")
    rows.number("coarse_fragments_percent", "cfvo_value_avg")
    rows.number("ph_h2o", "phaq_value_avg")
    rows.number("latitude", "latitude")
    rows.number("longitude", "longitude")
    fine_earth_density_where_missing(rows, "bdwsod_value_avg")
    rows.source = [f"WoSIS {dataset}".strip() for dataset in rows.text("dataset_id")]
    return rows


FORMAT = Format("wosis", "WoSIS", ("upper_depth", "lower_depth"), read)
