"""The soil profile as observed, its layers on a grid, and the properties that follow from them."""

from mollisol.soil.describe import check_profile, describe, harmonised_table
from mollisol.soil.equivalent_mass import equivalent_soil_mass
from mollisol.soil.harmonise import harmonise
from mollisol.soil.hydraulics import Hydraulics, hydraulics
from mollisol.soil.layers import SoilLayers
from mollisol.soil.measurement_error import MeasurementError
from mollisol.soil.minerals import MineralParameters, Minerals, minerals_of
from mollisol.soil.pedotransfer import PEDOTRANSFER
from mollisol.soil.profile import Profile
from mollisol.soil.reading import Scan, read_profile, read_profiles, scan_profiles
from mollisol.soil.spline import MassPreservingSpline, fit_spline, mass_preserving_spline
from mollisol.soil.stocks import carbon_stock, fine_earth_mass, mineral_mass
from mollisol.soil.synthetic import profile_of
from mollisol.soil.texture import TEXTURE_CLASSES, texture_class
from mollisol.soil.writing import write_profile, write_table

__all__ = [
    "PEDOTRANSFER",
    "TEXTURE_CLASSES",
    "Hydraulics",
    "MassPreservingSpline",
    "MeasurementError",
    "MineralParameters",
    "Minerals",
    "Profile",
    "Scan",
    "SoilLayers",
    "carbon_stock",
    "check_profile",
    "describe",
    "equivalent_soil_mass",
    "fine_earth_mass",
    "fit_spline",
    "harmonise",
    "harmonised_table",
    "hydraulics",
    "mass_preserving_spline",
    "mineral_mass",
    "minerals_of",
    "profile_of",
    "read_profile",
    "read_profiles",
    "scan_profiles",
    "texture_class",
    "write_profile",
    "write_table",
]
