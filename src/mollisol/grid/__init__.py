"""Layer interfaces and mass-preserving remapping between grids."""

from mollisol.grid.grid import DEFAULT_EDGES, Grid

__all__ = ["DEFAULT_EDGES", "Grid"]
