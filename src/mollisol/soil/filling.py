"""Every horizon complete: what was not measured is filled by a named function, and flagged with its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.soil.columns import TEXTURE
from mollisol.soil.pedotransfer import MINERAL_SOIL, MISSING, NEAREST_HORIZON, NO_COARSE_FRAGMENTS, PEDOTRANSFER
from mollisol.soil.profile import Profile
from mollisol.soil.stocks import carbon_stock, fine_earth_mass
from mollisol.units import InputError, nearest

Array = NDArray[np.float64]

LARGEST_CARBON = 58.0
"""Carbon of pure organic matter (%): what a stock can be turned into at most."""


@dataclass(frozen=True, eq=False)
class Horizons:
    """The horizons of a profile without missing soil properties; every array is (horizon,).

    Attributes
    ----------
    profile : the profile as observed.
    organic_carbon : kg C/m2, NaN where unknown (below the last horizon with carbon).
    organic_carbon_percent : % of the fine earth's mass, NaN where unknown.
    bulk_density : g/cm3.
    sand, silt, clay : % of the mass of fine mineral earth, summing to 100.
    coarse : % of the volume.
    ph : NaN where no horizon has one.
    fine_earth : mass of fine earth, kg/m2.
    flags : by field of `Profile`, the function that filled each value, "" where measured.
    """

    profile: Profile
    organic_carbon: Array
    organic_carbon_percent: Array
    bulk_density: Array
    sand: Array
    silt: Array
    clay: Array
    coarse: Array
    ph: Array
    fine_earth: Array
    flags: dict[str, tuple[str, ...]]


def complete(profile: Profile, bulk_density: str = "adams_1973") -> Horizons:
    """Fill what the horizons lack: density by the function named, texture, stones and pH from the nearest horizon.

    Where no horizon has a property, the fallbacks of the registry are used; a pH that no horizon has stays NaN.

    Raises
    ------
    InputError
        If `bulk_density` names no function for it, or a stock is more than organic matter can hold.
    """
    density_of = _density_function(bulk_density)
    flags = {name: list(profile.flag(name)) for name in (*TEXTURE, *_FILLED)}
    coarse = _from_nearest(profile, "coarse_fragments_percent", flags)
    if np.isnan(coarse).any():
        coarse = _fill(coarse, "coarse_fragments_percent", NO_COARSE_FRAGMENTS, flags)
    sand, silt, clay = _texture(profile, flags)
    ph = _from_nearest(profile, "ph_h2o", flags)
    flags["ph_h2o"] = [MISSING if np.isnan(v) else f for v, f in zip(ph, flags["ph_h2o"], strict=True)]

    percent, density = profile.organic_carbon_percent.copy(), profile.bulk_density_g_cm3.copy()
    by_stock = np.isnan(percent) & ~np.isnan(profile.organic_carbon_stock_kg_m2)
    thickness = profile.thickness
    # Carbon per fine-earth volume, kg/m3: with the density it gives the percentage, also where both are unknown.
    concentration = profile.organic_carbon_stock_kg_m2 / (thickness * (1.0 - coarse / 100.0))
    unknown = by_stock & np.isnan(density)
    if unknown.any():
        percent[unknown] = _percent_from(concentration[unknown], density_of, profile)
    known = by_stock & ~unknown
    percent[known] = concentration[known] / (10.0 * density[known])
    if np.any(percent[by_stock] > LARGEST_CARBON):
        worst = int(np.nanargmax(np.where(by_stock, percent, np.nan)))
        raise InputError(
            f"{profile.organic_carbon_stock_kg_m2[worst]:g} kg C/m2 is {percent[worst]:.0f} % of the fine earth",
            file=profile.file or None,
            line=profile.lines[worst] if profile.lines and profile.lines[worst] else None,
            key="organic_carbon_stock_kg_m2",
            remedy="check the stock, the bulk density and the coarse fragments",
        )

    needed = np.isnan(density)
    density[needed] = density_of(percent[needed])
    for row in np.flatnonzero(needed & ~np.isnan(density)):
        flags["bulk_density_g_cm3"][row] = bulk_density
    density = _spread(density, profile, "bulk_density_g_cm3", flags)
    if np.isnan(density).any():
        raise InputError(
            f"{bulk_density} gives no bulk density for {np.nanmax(percent):g} % of carbon",
            file=profile.file or None,
            key="bulk_density",
            remedy="give the bulk density, or use adams_1973",
        )

    stock = np.where(by_stock, profile.organic_carbon_stock_kg_m2, carbon_stock(percent, density, thickness, coarse))
    return Horizons(
        profile=profile,
        organic_carbon=stock,
        organic_carbon_percent=percent,
        bulk_density=density,
        sand=sand,
        silt=silt,
        clay=clay,
        coarse=coarse,
        ph=ph,
        fine_earth=fine_earth_mass(density, thickness, coarse),
        flags={name: tuple(column) for name, column in flags.items()},
    )


_FILLED = (
    "bulk_density_g_cm3", "coarse_fragments_percent", "ph_h2o", "organic_carbon_percent",
    "organic_carbon_stock_kg_m2", "delta14c_permil", "mineral_carbon_percent",
)  # fmt: skip


def _density_function(name: str) -> Callable[[Array], Array]:
    """Return the function of that name from carbon (%) to bulk density (g/cm3)."""
    suited = [each.name for each in PEDOTRANSFER.values() if each.fills == "bulk_density_g_cm3"]
    if name not in suited:
        like = nearest(name, suited)
        raise InputError(
            f"there is no bulk density function {name!r}",
            key="bulk_density",
            remedy=f"{f'did you mean {like!r}? ' if like else ''}Known: {', '.join(suited)}",
        )
    return PEDOTRANSFER[name].compute


def _percent_from(concentration: Array, density_of: Callable[[Array], Array], profile: Profile) -> Array:
    """Solve 10 x carbon % x BD(carbon %) = concentration (kg/m3) by bisection; the product grows with carbon."""
    lower, upper = np.zeros_like(concentration), np.full_like(concentration, LARGEST_CARBON)
    upper = np.where(np.isnan(density_of(upper)), MINERAL_SOIL, upper)
    if np.any(10.0 * upper * density_of(upper) < concentration):
        raise InputError(
            "a stock is more carbon than the bulk density function allows for",
            file=profile.file or None,
            key="organic_carbon_stock_kg_m2",
            remedy="check the stock, or give the bulk density",
        )
    for _ in range(80):
        middle = 0.5 * (lower + upper)
        below = 10.0 * middle * density_of(middle) < concentration
        lower, upper = np.where(below, middle, lower), np.where(below, upper, middle)
    return np.asarray(0.5 * (lower + upper))


def _texture(profile: Profile, flags: dict[str, list[str]]) -> tuple[Array, Array, Array]:
    """Return sand, silt and clay (%) that sum to 100 in every horizon."""
    given = {name: getattr(profile, name) for name in TEXTURE}
    known = np.sum([~np.isnan(values) for values in given.values()], axis=0)
    parts = {name: values.copy() for name, values in given.items()}
    for name in TEXTURE:
        others = [other for other in TEXTURE if other != name]
        here = (known == 2) & np.isnan(given[name])
        function = PEDOTRANSFER[f"{name.split('_')[0]}_by_difference"]
        parts[name][here] = function.compute(given[others[0]][here], given[others[1]][here])
        _mark(flags, name, here, function.name)

    complete_rows = known >= 2
    if complete_rows.any():
        # The whole texture comes from one horizon, so that its three parts belong together.
        source = _nearest_rows(profile, complete_rows)
        usual = {name: values[source] for name, values in parts.items()}
        fallback = dict.fromkeys(TEXTURE, NEAREST_HORIZON)
    else:
        usual = {
            name: np.full(len(profile), float(PEDOTRANSFER[f"loam_{name.split('_')[0]}"].compute())) for name in TEXTURE
        }
        fallback = {name: f"loam_{name.split('_')[0]}" for name in TEXTURE}
    single = known == 1
    rest = 100.0 - np.nansum([np.where(single, given[name], 0.0) for name in TEXTURE], axis=0)
    unknown_usual = np.sum([np.where(np.isnan(given[name]), usual[name], 0.0) for name in TEXTURE], axis=0)
    for name in TEXTURE:
        here = (known < 2) & np.isnan(given[name])
        # One known part: the other two share what is left as they do in the usual texture.
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(unknown_usual > 0.0, usual[name] / unknown_usual, 0.5)
        parts[name][here] = np.where(single, rest * share, usual[name])[here]
        _mark(flags, name, here, fallback[name])
    total = sum(parts.values())
    sand, silt, clay = (100.0 * parts[name] / total for name in TEXTURE)
    return sand, silt, clay


def _from_nearest(profile: Profile, name: str, flags: dict[str, list[str]]) -> Array:
    return _spread(getattr(profile, name), profile, name, flags)


def _spread(values: Array, profile: Profile, name: str, flags: dict[str, list[str]]) -> Array:
    """Fill missing values from the nearest horizon that has one; nothing where none has."""
    known = ~np.isnan(values)
    if known.all() or not known.any():
        return np.array(values)
    _mark(flags, name, ~known, NEAREST_HORIZON)
    return np.asarray(values[_nearest_rows(profile, known)])


def _nearest_rows(profile: Profile, known: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each horizon the nearest one that is known, by the distance of their middles."""
    middle = 0.5 * (profile.top_cm + profile.bottom_cm)
    distance = np.abs(middle[:, None] - middle[None, :])
    nearest_row: NDArray[np.intp] = np.argmin(np.where(known[None, :], distance, np.inf), axis=1)
    return np.where(known, np.arange(len(profile)), nearest_row)


def _fill(values: Array, name: str, function: str, flags: dict[str, list[str]]) -> Array:
    here = np.isnan(values)
    _mark(flags, name, here, function)
    return np.where(here, PEDOTRANSFER[function].compute(), values)


def _mark(flags: dict[str, list[str]], name: str, where: NDArray[np.bool_], flag: str) -> None:
    for row in np.flatnonzero(where):
        flags[name][row] = flag
