"""Checks of single values: possible, in the right unit, consistent with each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.columns import NUMERIC, TEXTURE
from mollisol.soil.formats.rows import Rows
from mollisol.soil.organic_matter import organic_matter_percent
from mollisol.units import Parameter

TEXTURE_TOLERANCE = 5.0
"""Most that sand, silt and clay may miss 100 % by, in percent; what they miss it by is spread in proportion."""

MINERAL_SOIL_CARBON = Parameter(
    20.0,
    "%",
    12.0,
    30.0,
    "organic material has at least 20 % organic carbon (World Reference Base for Soil Resources 2022)",
    confidence="high",
    about="More carbon than this and a measured texture exclude each other.",
)
DENSEST_SOLID = (1.25, 2.65)
"""Densities of organic matter and of minerals, g/cm3, for the densest packing that carbon allows."""
LEAST_PORE_SHARE = Parameter(
    0.45,
    "m3/m3",
    0.3,
    0.6,
    "bound chosen here: 5 of the 1,506 SoDaH horizons with over 6 % carbon and a density have less pore space, and "
    "80 % of its horizons with over 0.6 % carbon would if g/kg were read as percent",
    confidence="computed",
    about="Least pore space of a horizon that is rich in carbon.",
)
RICH_IN_CARBON = 6.0
"""Carbon (%) above which the pore space is checked: g/kg mistaken for % almost always exceeds it."""


def check_values(rows: Rows) -> None:
    """Add a problem to `rows` for every value that is impossible or in the wrong unit."""
    for name, column in NUMERIC.items():
        if name in rows.columns:
            values = rows.values[name]
            outside = rows.keep & ((values < column.lower) | (values > column.upper))
            for row in np.flatnonzero(outside):
                _add(
                    rows,
                    int(row),
                    name,
                    f"{_shown(rows, name, int(row))} is outside {column.lower:g} to {column.upper:g} {column.unit}",
                    column.remedy,
                )
    _check_texture(rows)
    _check_carbon_unit(rows)
    _check_stock(rows)
    for name in ("top_cm", "bottom_cm"):
        for row in np.flatnonzero(rows.keep & np.isnan(rows.values[name])):
            _add(rows, int(row), name, "the depth is missing", "give the limits of every horizon, in cm")


def _check_texture(rows: Rows) -> None:
    parts = np.stack([rows.values[name] for name in TEXTURE])
    total, known = np.nansum(parts, axis=0), np.sum(~np.isnan(parts), axis=0)
    off = rows.keep & (
        ((known == 3) & (np.abs(total - 100.0) > TEXTURE_TOLERANCE))
        | ((known == 2) & (total > 100.0 + TEXTURE_TOLERANCE))
    )
    for row in np.flatnonzero(off):
        if total[row] > 500.0:
            remedy = "the values look like g/kg: divide them by 10"
        elif total[row] <= 1.05:
            remedy = "the values look like fractions: multiply them by 100"
        else:
            remedy = "give sand, silt and clay in percent of the fine mineral earth, or leave one of them empty"
        last = next(name for name in reversed(TEXTURE) if name in rows.columns)
        kinds = "sand + silt + clay" if known[row] == 3 else "two of sand, silt and clay"
        _add(rows, int(row), last, f"{kinds} sum to {total[row]:g} %, not to 100 %", remedy)


def _check_carbon_unit(rows: Rows) -> None:
    """Find carbon in g/kg under the heading of percent, where the other columns tell the two apart."""
    if rows.columns.get("organic_carbon_percent") != "organic_carbon_percent":
        return
    carbon, density = rows.values["organic_carbon_percent"], rows.values["bulk_density_g_cm3"]
    texture_known = np.any([~np.isnan(rows.values[name]) for name in TEXTURE], axis=0)
    remedy = (
        "values in g/kg go into a column organic_carbon_g_kg; if this really is percent, give it there too, times 10"
    )
    dense = rows.keep & _too_dense(carbon, density)
    for row in np.flatnonzero(dense):
        _add(
            rows,
            int(row),
            "organic_carbon_percent",
            f"{carbon[row]:g} % of carbon in soil of {density[row]:g} g/cm3 is hardly possible: it looks like g/kg",
            remedy,
        )
    rich = rows.keep & ~dense & (carbon > MINERAL_SOIL_CARBON.value) & (carbon <= 60.0) & texture_known
    for row in np.flatnonzero(rich):
        _add(
            rows,
            int(row),
            "organic_carbon_percent",
            f"{carbon[row]:g} % of carbon is organic soil, which has no texture: it looks like g/kg",
            remedy,
        )


def _too_dense(carbon: NDArray[np.float64], density: NDArray[np.float64]) -> NDArray[np.bool_]:
    matter = organic_matter_percent(carbon) / 100.0
    densest = (1.0 - LEAST_PORE_SHARE.value) / (matter / DENSEST_SOLID[0] + (1.0 - matter) / DENSEST_SOLID[1])
    return np.asarray((carbon > RICH_IN_CARBON) & (carbon <= 60.0) & (density > densest))


def _check_stock(rows: Rows) -> None:
    """Find stocks in another unit: more than twice what pure peat holds (about 100 kg C/m3)."""
    stock = rows.values["organic_carbon_stock_kg_m2"]
    thickness = (rows.values["bottom_cm"] - rows.values["top_cm"]) / 100.0
    heavy = rows.keep & (thickness > 0.0) & (stock > 200.0 * thickness)
    for row in np.flatnonzero(heavy):
        _add(
            rows,
            int(row),
            "organic_carbon_stock_kg_m2",
            f"{stock[row]:g} kg/m2 in {thickness[row]:g} m is more carbon than peat holds",
            NUMERIC["organic_carbon_stock_kg_m2"].remedy,
        )


def _shown(rows: Rows, name: str, row: int) -> str:
    """Return the value as the file has it, and in the table's unit where that differs."""
    cell = rows.table.columns.get(rows.columns[name], [None] * len(rows.table))[row]
    value = f"{rows.values[name][row]:g}"
    try:
        same = cell is not None and float(cell) == rows.values[name][row]
    except ValueError:
        same = False
    return value if same or cell is None else f"{str(cell).strip()} (= {value} {NUMERIC[name].unit})"


def _add(rows: Rows, row: int, name: str, message: str, remedy: str) -> None:
    rows.problem(row, message, remedy, rows.columns.get(name, name))
