"""Carbon at equal mineral mass: what compaction and loosening do not change."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.soil.filling import complete
from mollisol.soil.organic_matter import organic_matter_percent
from mollisol.soil.profile import Profile
from mollisol.units import InputError

Array = NDArray[np.float64]

BEYOND = "beyond_sampled_mass"


def equivalent_soil_mass(
    profile: Profile, reference_mass: ArrayLike, *, bulk_density: str = "adams_1973"
) -> dict[str, Array | NDArray[np.str_]]:
    """Return the carbon above given masses of mineral soil.

    Carbon cumulated from the surface is a monotone cubic curve (Fritsch & Carlson) of mineral mass cumulated from
    the surface, through the horizons' limits; it is read at the reference masses. Mineral mass is fine earth
    without its organic matter (1.724 x carbon). Nothing is extrapolated: beyond the sampled mass it is NaN.

    Parameters
    ----------
    profile : as read by `read_profile`; what it lacks is filled as in `harmonise`.
    reference_mass : (k,) mineral mass from the surface, kg/m2, increasing.
    bulk_density : the pedotransfer function for missing densities.

    Returns
    -------
    A table, (k,) each: `mineral_mass` (kg/m2), `organic_carbon` above it (kg C/m2), `organic_carbon_increment`
    since the mass before, `depth` at which it lies (m), and `flag` ("" or "beyond_sampled_mass").

    Raises
    ------
    InputError
        If the masses are not positive and increasing.

    Source
    ------
    Wendt & Hauser 2013, Eur. J. Soil Sci. 64:58-65; von Haden, Yang & DeLucia 2020, Glob. Change Biol. 26:3759-3770.

    Examples
    --------
    >>> from mollisol.soil.synthetic import profile_of
    >>> soil = profile_of([0, 20], [20, 60], [2.0, 1.0], bulk_density_g_cm3=[1.2, 1.5])
    >>> equivalent_soil_mass(soil, [200.0, 2000.0])["organic_carbon"].round(2).tolist()
    [4.3, nan]
    """
    from scipy.interpolate import PchipInterpolator

    wanted = np.atleast_1d(np.asarray(reference_mass, dtype=np.float64))
    if wanted.ndim != 1 or not np.all(wanted > 0.0) or not np.all(np.diff(wanted) > 0.0):
        raise InputError(
            f"reference masses must be positive and increase, got {wanted.tolist()}",
            key="reference_mass",
            remedy="give mineral soil mass from the surface, kg/m2",
        )
    mass, carbon, depth = cumulated(profile, bulk_density)
    inside = wanted <= mass[-1] * (1.0 + 1e-12)
    at = np.minimum(wanted, mass[-1])
    above = np.where(inside, PchipInterpolator(mass, carbon)(at), np.nan)
    return {
        "mineral_mass": wanted,
        "organic_carbon": above,
        "organic_carbon_increment": np.diff(above, prepend=0.0),
        "depth": np.where(inside, np.interp(at, mass, depth), np.nan),
        "flag": np.where(inside, "", BEYOND),
    }


def cumulated(profile: Profile, bulk_density: str = "adams_1973") -> tuple[Array, Array, Array]:
    """Return mineral mass (kg/m2), carbon (kg C/m2) and depth (m), cumulated to each limit with carbon above it."""
    horizons = complete(profile, bulk_density)
    known = profile.has_carbon
    mineral = horizons.fine_earth * (1.0 - organic_matter_percent(horizons.organic_carbon_percent) / 100.0)
    zero = np.zeros(1)
    return (
        np.concatenate([zero, np.cumsum(mineral[known])]),
        np.concatenate([zero, np.cumsum(horizons.organic_carbon[known])]),
        np.concatenate([zero, profile.bottom_cm[known] / 100.0]),
    )
