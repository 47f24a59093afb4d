"""Profiles in words and tables, for people: Mg C/ha and cm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.columns import NUMERIC
from mollisol.soil.filling import Horizons, complete
from mollisol.soil.layers import SoilLayers
from mollisol.soil.profile import Profile
from mollisol.soil.reading import scan_profiles
from mollisol.soil.texture import texture_class
from mollisol.units import CM_PER_M, MG_HA_PER_KG_M2

SHOWN = 20
"""Most profiles and most problems that a check lists."""

_PLAIN_NAMES = {
    "organic_carbon_percent": "organic carbon",
    "organic_carbon_stock_kg_m2": "organic carbon",
    "bulk_density_g_cm3": "bulk density",
    "sand_percent": "sand",
    "silt_percent": "silt",
    "clay_percent": "clay",
    "coarse_fragments_percent": "coarse fragments",
    "ph_h2o": "pH",
    "delta14c_permil": "Delta14C",
    "mineral_carbon_percent": "share of mineral-associated carbon",
}


def describe(profile: Profile, bulk_density: str = "adams_1973") -> str:
    """Return what a profile holds, horizon by horizon, with what is filled and by what."""
    horizons = complete(profile, bulk_density)
    total = np.nansum(horizons.organic_carbon) * MG_HA_PER_KG_M2
    place = "" if np.isnan(profile.latitude) else f", latitude {profile.latitude:g}, longitude {profile.longitude:g}"
    lines = [
        f"profile {profile.profile_id}: {len(profile)} horizons to {profile.bottom_cm[-1]:g} cm, "
        f"carbon to {profile.carbon_depth_cm:g} cm{place}",
        f"organic carbon {total:.1f} Mg C/ha in 0-{profile.carbon_depth_cm:g} cm",
        "   depth cm     carbon %   Mg C/ha   g/cm3  stones %   pH  texture",
    ]
    classes = texture_class(horizons.sand / 100.0, horizons.clay / 100.0)
    for row in range(len(profile)):
        limits = f"{profile.top_cm[row]:g}-{profile.bottom_cm[row]:g}"
        lines.append(
            f"{limits:>11}  {_figure(horizons.organic_carbon_percent[row], '8.2f')}  "
            f"{_figure(horizons.organic_carbon[row] * MG_HA_PER_KG_M2, '8.1f')}  "
            f"{_figure(horizons.bulk_density[row], '6.2f')}  {_figure(horizons.coarse[row], '8.0f')}  "
            f"{_figure(horizons.ph[row], '3.1f')}  {classes[row]}"
        )
    lines += [f"filled: {line}" for line in filled(horizons)]
    lines += [f"note: {note}" for note in profile.notes]
    return "\n".join(lines)


def filled(horizons: Horizons) -> list[str]:
    """Return a line for each variable that is not all measured: what filled it, and how many horizons."""
    lines = []
    for name, flags in horizons.flags.items():
        for flag in dict.fromkeys(filter(None, flags)):
            count = sum(each == flag for each in flags)
            lines.append(f"{_PLAIN_NAMES.get(name, name)} of {count} of {len(flags)} horizons: {flag}")
    return lines


def check_profile(path: str | Path, fill_gaps: bool = False) -> list[str]:
    """Return what `mollisol profile check` prints of a file: its format, each profile, each problem.

    Raises
    ------
    InputError
        If the file cannot be read as a table of profiles at all.
    """
    scan = scan_profiles(path, fill_gaps=fill_gaps)
    sound, rejected = len(scan.profiles), scan.rejected
    lines = [f"{scan.file}: {scan.format} format, {sound} sound profile(s), {len(rejected)} with problems"]
    if sound == 1 and not rejected:
        return lines + describe(scan.profiles[0]).split("\n")
    for profile in scan.profiles[:SHOWN]:
        lines.append(
            f"{profile.profile_id}: {len(profile)} horizons, carbon to {profile.carbon_depth_cm:g} cm"
            + "".join(f"; {note}" for note in profile.notes)
        )
    if sound > SHOWN:
        lines.append(f"and {sound - SHOWN} more")
    for problem in scan.problems[:SHOWN]:
        lines.append(f"{problem.profile_id}: {problem}. What to do: {problem.remedy}")
    if len(scan.problems) > SHOWN:
        lines.append(f"and {len(scan.problems) - SHOWN} more problems")
    return lines


def harmonised_table(layers: SoilLayers) -> dict[str, list[object]]:
    """Return layers as a table of columns, in cm and Mg C/ha, ready to print or to write with `write_table`.

    The last column, `filled`, names for each layer what was not measured ("clay: nearest_horizon; ...").
    """
    edges = layers.grid.edges * CM_PER_M
    columns: dict[str, NDArray[np.float64]] = {
        "top_cm": edges[:-1],
        "bottom_cm": edges[1:],
        "organic_carbon_mg_ha": layers.organic_carbon * MG_HA_PER_KG_M2,
        "organic_carbon_error_mg_ha": layers.organic_carbon_error * MG_HA_PER_KG_M2,
        "organic_carbon_percent": layers.organic_carbon_percent,
        "bulk_density_g_cm3": layers.bulk_density / 1000.0,
        "sand_percent": layers.sand * 100.0,
        "silt_percent": layers.silt * 100.0,
        "clay_percent": layers.clay * 100.0,
        "coarse_fragments_percent": layers.coarse_fraction * 100.0,
        "ph_h2o": layers.ph,
        "delta14c_permil": layers.delta14c,
        "measured_share": layers.measured,
    }
    table: dict[str, list[object]] = {
        name: [float(f"{value:.6g}") for value in values] for name, values in columns.items()
    }
    table["texture"] = list(layers.texture_class.tolist())
    shown = [name for name in layers.flags if name not in ("organic_carbon_error", "mineral_mass")]
    table["filled"] = [
        "; ".join(f"{name}: {layers.flags[name][at]}" for name in shown if layers.flags[name][at])
        for at in range(len(layers))
    ]
    return table


def _figure(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "-".rjust(int(form.split(".")[0]))


def columns_help() -> list[str]:
    """Return a line for each numeric column of the profile table: name, unit, meaning."""
    return [f"{column.name} [{column.unit}]: {column.about}" for column in NUMERIC.values()]
