"""Climate: series and their checks, potential evapotranspiration, and the climate of the soil at depth.

Names are loaded on first use, so that checking a table imports neither JAX nor xarray.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mollisol.climate.aggregation import climatology, monthly
    from mollisol.climate.depth import DepthClimate, at_depth
    from mollisol.climate.evapotranspiration import hargreaves, penman_monteith, thornthwaite
    from mollisol.climate.potential import potential_evapotranspiration
    from mollisol.climate.reading import read_climate
    from mollisol.climate.series import Climate
    from mollisol.climate.summary import describe
    from mollisol.climate.temperature import soil_temperature
    from mollisol.climate.water import soil_water

_HOME = {
    "Climate": "series",
    "DepthClimate": "depth",
    "at_depth": "depth",
    "climatology": "aggregation",
    "describe": "summary",
    "hargreaves": "evapotranspiration",
    "monthly": "aggregation",
    "penman_monteith": "evapotranspiration",
    "potential_evapotranspiration": "potential",
    "read_climate": "reading",
    "soil_temperature": "temperature",
    "soil_water": "water",
    "thornthwaite": "evapotranspiration",
}

__all__ = [
    "Climate",
    "DepthClimate",
    "at_depth",
    "climatology",
    "describe",
    "hargreaves",
    "monthly",
    "penman_monteith",
    "potential_evapotranspiration",
    "read_climate",
    "soil_temperature",
    "soil_water",
    "thornthwaite",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"mollisol.climate.{_HOME[name]}"), name)
    raise AttributeError(f"module 'mollisol.climate' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
