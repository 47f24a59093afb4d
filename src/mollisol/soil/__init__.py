"""The soil profile as observed, its layers on a grid, and the properties that follow from them."""

from mollisol.soil.hydraulics import Hydraulics, hydraulics

__all__ = ["Hydraulics", "hydraulics"]
