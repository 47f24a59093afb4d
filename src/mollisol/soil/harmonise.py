"""From horizons to the layers of a grid, preserving every mass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mollisol.grid import Grid
from mollisol.soil.filling import Horizons, complete
from mollisol.soil.layers import SoilLayers
from mollisol.soil.measurement_error import MeasurementError, relative_error
from mollisol.soil.organic_matter import organic_matter_percent
from mollisol.soil.pedotransfer import CARRIED_DOWN, MISSING, NEAREST_HORIZON
from mollisol.soil.profile import Profile
from mollisol.soil.spline import fit_spline, restore
from mollisol.units import CM_PER_M

Array = NDArray[np.float64]

ROUNDING = 1e-12
"""Share of a layer that is no more than rounding of its limits."""

CARBON_FIELDS = ("organic_carbon_percent", "organic_carbon_stock_kg_m2")


def harmonise(
    profile: Profile,
    grid: Grid | None = None,
    *,
    bulk_density: str = "adams_1973",
    lam: float = 0.1,
    error: MeasurementError | None = None,
) -> SoilLayers:
    """Put a profile on the layers of a grid.

    Carbon (kg C/m3 of soil) follows the mass-preserving spline with every horizon's stock restored exactly and
    without negative values. Texture, density and stones are averages of the horizons by the mass or volume that
    they belong to: borders between horizons are sharp, and so the masses of sand, silt, clay, fine earth and the
    volume of stones are preserved too. Delta14C is averaged by carbon. Below the profile these are carried down
    from its last horizon and flagged; carbon there is NaN, for the model continues it.

    Parameters
    ----------
    profile : as read by `read_profile`.
    grid : layers; the default grid where not given.
    bulk_density : the pedotransfer function for missing densities.
    lam : smoothness of the carbon curve (`fit_spline`).
    error : the measurement error model.

    Examples
    --------
    >>> from mollisol.soil.synthetic import profile_of
    >>> layers = harmonise(profile_of([0, 30], [30, 100], [2.0, 0.5], bulk_density_g_cm3=[1.2, 1.4]))
    >>> float(np.nansum(layers.organic_carbon).round(6)), layers.measured_depth
    (12.1, 1.0)
    """
    grid = Grid() if grid is None else grid
    horizons = complete(profile, bulk_density)
    top, bottom = profile.top_cm / CM_PER_M, profile.bottom_cm / CM_PER_M
    overlap = np.minimum(grid.edges[1:, None], bottom) - np.maximum(grid.edges[:-1, None], top)
    depth = profile.carbon_depth_cm / CM_PER_M
    measured = grid.depth_share(depth)
    # Where a layer's limit and a horizon's differ by rounding, they are one.
    overlap = np.where(overlap > ROUNDING * grid.thickness[:, None], overlap, 0.0)
    measured = np.where(measured > ROUNDING, measured, 0.0)
    carbon, carbon_error = _carbon(horizons, grid, overlap, measured > 0.0, lam, error)

    # Below the profile's bottom its last horizon goes on.
    reaching = overlap.copy()
    reaching[:, -1] += grid.thickness - overlap.sum(axis=1)
    reaching[:, -1] = np.maximum(reaching[:, -1], 0.0)
    fine_volume = reaching * (1.0 - horizons.coarse / 100.0)
    fine_mass = fine_volume * horizons.bulk_density * 1000.0
    sampled_mass = (overlap * (horizons.fine_earth / profile.thickness))[:, profile.has_carbon].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        percent = np.where(measured > 0.0, 100.0 * carbon / sampled_mass, np.nan)

    def by_mass(values: Array) -> Array:
        return np.asarray(fine_mass @ values / fine_mass.sum(axis=1))

    return SoilLayers(
        profile_id=profile.profile_id,
        grid=grid,
        organic_carbon=carbon,
        organic_carbon_error=carbon_error,
        organic_carbon_percent=percent,
        bulk_density=fine_mass.sum(axis=1) / fine_volume.sum(axis=1),
        sand=by_mass(horizons.sand) / 100.0,
        silt=by_mass(horizons.silt) / 100.0,
        clay=by_mass(horizons.clay) / 100.0,
        coarse_fraction=reaching @ (horizons.coarse / 100.0) / grid.thickness,
        ph=by_mass(horizons.ph),
        delta14c=_delta14c(horizons, overlap),
        mineral_mass=fine_mass @ (1.0 - _matter(horizons) / 100.0),
        measured=measured,
        measured_depth=depth,
        sample_year=float(np.nanmean(profile.sample_year)) if np.isfinite(profile.sample_year).any() else np.nan,
        flags=_flags(horizons, overlap, measured),
        notes=profile.notes,
    )


def _carbon(
    horizons: Horizons,
    grid: Grid,
    overlap: Array,
    sampled: NDArray[np.bool_],
    lam: float,
    error: MeasurementError | None,
) -> tuple[Array, Array]:
    """Return carbon and its standard deviation by layer, kg/m2, NaN below the last sample."""
    profile = horizons.profile
    known = profile.has_carbon
    top, bottom = profile.top_cm[known] / CM_PER_M, profile.bottom_cm[known] / CM_PER_M
    density = horizons.organic_carbon[known] / profile.thickness[known]
    curve = restore(fit_spline(top, bottom, density, lam), density)
    inside = np.clip(grid.edges, top[0], bottom[-1])
    # The curve is nowhere negative; where it is zero the integral may step back by rounding.
    amount = np.diff(np.maximum.accumulate(curve.integral(inside)))

    model = MeasurementError() if error is None else error
    step = overlap[:, known] * density
    # One analysis stands for all of its horizon, and bias is common to horizons: errors add up.
    level = step @ relative_error(horizons, model)[known]
    spread = np.hypot(level, model.shape * (amount - step.sum(axis=1)))
    return np.where(sampled, amount, np.nan), np.where(sampled, spread, np.nan)


def _delta14c(horizons: Horizons, overlap: Array) -> Array:
    """Average Delta14C by the carbon that it was measured on; amounts of 14C are linear in it."""
    profile = horizons.profile
    values = profile.delta14c_permil
    weight = np.nan_to_num(overlap * (horizons.organic_carbon / profile.thickness)) * ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(weight @ np.nan_to_num(values) / weight.sum(axis=1))


def _matter(horizons: Horizons) -> Array:
    """Return organic matter (%) by horizon; below the last one with carbon its content is carried down."""
    last = int(np.flatnonzero(horizons.profile.has_carbon)[-1])
    carbon = np.array(horizons.organic_carbon_percent)
    carbon[last + 1 :] = carbon[last]
    return organic_matter_percent(carbon)


def _flags(horizons: Horizons, overlap: Array, measured: Array) -> dict[str, tuple[str, ...]]:
    """Name for every variable and layer what filled it."""
    by_field = horizons.flags
    carbon_flags = next(
        (by_field[name] for name in CARBON_FIELDS if any(by_field[name])), ("",) * len(horizons.profile)
    )
    no_carbon_14 = tuple(MISSING if np.isnan(value) else "" for value in horizons.profile.delta14c_permil)
    below = overlap.sum(axis=1) == 0.0
    carried = {
        "bulk_density": by_field["bulk_density_g_cm3"],
        "sand": by_field["sand_percent"],
        "silt": by_field["silt_percent"],
        "clay": by_field["clay_percent"],
        "coarse_fraction": by_field["coarse_fragments_percent"],
        "ph": by_field["ph_h2o"],
    }
    flags = {
        name: _joined(flag, overlap, np.where(below, MISSING if set(flag) == {MISSING} else CARRIED_DOWN, ""))
        for name, flag in carried.items()
    }
    density, stones = by_field["bulk_density_g_cm3"], by_field["coarse_fragments_percent"]
    stock = _together(carbon_flags, density, stones)
    if not np.isnan(horizons.profile.organic_carbon_stock_kg_m2).all():
        stock = carbon_flags
    unsampled = np.where(measured <= 0.0, MISSING, "")
    flags["organic_carbon"] = _joined(stock, overlap, unsampled)
    flags["organic_carbon_error"] = flags["organic_carbon"]
    flags["organic_carbon_percent"] = _joined(carbon_flags, overlap, unsampled)
    flags["delta14c"] = _joined(no_carbon_14, overlap, np.where(below, MISSING, ""))
    no_carbon = tuple("" if known else NEAREST_HORIZON for known in horizons.profile.has_carbon)
    flags["mineral_mass"] = _joined(_together(density, stones, no_carbon), overlap, np.where(below, CARRIED_DOWN, ""))
    return flags


def _together(*flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return by horizon all that filled any of several variables."""
    return tuple(", ".join(dict.fromkeys(filter(None, each))) for each in zip(*flags, strict=True))


def _joined(flag: tuple[str, ...], overlap: Array, otherwise: NDArray[np.str_]) -> tuple[str, ...]:
    """Join the flags of the horizons that a layer touches."""
    joined = []
    for layer in range(overlap.shape[0]):
        touched = [flag[row] for row in np.flatnonzero(overlap[layer] > 0.0)] + [str(otherwise[layer])]
        names = dict.fromkeys(name for part in touched if part for name in part.split(", "))
        joined.append(", ".join(names))
    return tuple(joined)
